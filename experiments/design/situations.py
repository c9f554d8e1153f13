"""The four situations that fit the public record, and a scenario file laid over each of them.

No ranking of measures means anything until it is shown in all four.
"""

from typing import NamedTuple

from experiments.design.sorts import file_of
from sim.scenario.library import scenario_folder
from sim.scenario.reading import set_again

SITUATIONS = ("baseline", "straying", "misjudged", "mapmade")


class Situated(NamedTuple):
    """A scenario, by its place in the study's list, and the situation under it if any."""

    place: int
    scenario: str
    under: str | None = None


def situated(scenarios: list[str], situations: bool) -> list[Situated]:
    """What a study plays of its scenarios; a situation itself stands for all four."""
    if not situations:
        return [Situated(i, name) for i, name in enumerate(scenarios)]
    found: dict[tuple[str, str | None], Situated] = {}
    for i, name in enumerate(scenarios):
        for situation in SITUATIONS:
            one = Situated(i, situation) if _is_situation(name) else Situated(i, name, situation)
            found.setdefault(one[1:], one)
    return list(found.values())


def _is_situation(name: str) -> bool:
    path = file_of(name)
    return path is not None and path.parent == scenario_folder() and path.stem in SITUATIONS


def set_again_words(one: Situated) -> str:
    """Which values of its situation a scenario file sets again; empty if it sets none."""
    if one.under is None:
        return ""
    again = set_again(one.scenario, one.under)
    if not again:
        return ""
    return f"over {one.under}, {one.scenario} sets again what the situation sets: {'; '.join(again)}"
