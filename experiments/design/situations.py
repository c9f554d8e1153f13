"""The four situations that fit the public record, and a scenario file laid over each of them.

No ranking of measures means anything until it is shown in all four. The baseline is drawn. Of the others one
that enough draws of the baseline are like is a region of its posterior, and these draws are played; any other
keeps its fixed values, and is called what it is: a stress test outside the posterior.
"""

from pathlib import Path
from typing import NamedTuple

from experiments.design.sorts import file_of
from sim.scenario.library import region_folder, scenario_folder
from sim.scenario.reading import set_again

SITUATIONS = ("baseline", "straying", "misjudged", "mapmade")
STRESS_TEST = "stress test outside the posterior"


class Situated(NamedTuple):
    """A scenario, by its place in the study's list, and the situation under it if any.

    ``stress``: whether that, or it, is a situation of fixed values beside one that is drawn.
    """

    place: int
    scenario: str
    under: str | None = None
    stress: bool = False


def situated(scenarios: list[str], situations: bool, drawn: bool = True) -> list[Situated]:
    """What a study plays of its scenarios; a situation itself stands for all four.

    ``drawn``: whether the baseline plays its own draws, which regions are some of.
    """
    if not situations:
        return [Situated(i, name) for i, name in enumerate(scenarios)]
    found: dict[tuple[str, str | None], Situated] = {}
    for i, name in enumerate(scenarios):
        for situation in SITUATIONS:
            region = region_folder() / f"{situation}.yaml"
            playable = drawn and region.is_file()
            file = str(region) if playable else situation
            stress = drawn and not playable and situation != SITUATIONS[0]
            one = Situated(i, file, None, stress) if _is_situation(name) else Situated(i, name, file, stress)
            found.setdefault(one[1:3], one)
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
    under = Path(one.under).stem
    return f"over {under}, {one.scenario} sets again what the situation sets: {'; '.join(again)}"
