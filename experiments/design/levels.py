"""Levels of a factor, and settings in words: what each sets, and how it is named.

``south.watch.margin_m = 30 m`` is how names of arms say it; tables and pictures of one factor say ``30``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from experiments.design.labels import as_number, unit_words
from sim.documents import Document
from sim.parameters.whole import walk
from sim.scenario.case import Case
from sim.scenario.scenario_file import Scenario
from sim.scenario.settings import LEVEL, SetValue, plain, settings_in

_WORDS = ("name", "description")  # of a scenario: nobody plays them


@dataclass(frozen=True)
class Level:
    """One level of a factor.

    ``label`` tells it from the factor's others, ``shown`` is how it stands in the name of a future,
    ``place`` where in the study's file, ``document`` what it sets, with the places of that.
    """

    factor: str
    label: str
    shown: str
    place: tuple[str | int, ...]
    document: Document

    @property
    def settings(self) -> Iterator[SetValue]:
        """What it sets, parameter by parameter."""
        return settings_in(self.document, LEVEL)


@cache
def _whole_numbers() -> frozenset[str]:
    return frozenset(".".join(path) for path, field in walk(Scenario) if _is_of(field.annotation, int))


def _is_of(annotation: Any, kind: type) -> bool:
    """Whether a value is of the kind, or nothing."""
    return annotation is kind or set(get_args(annotation)) == {kind, type(None)}


def is_whole(path: str) -> bool:
    """Whether the parameter at a dotted path is a whole number."""
    return path in _whole_numbers()


def setting_words(path: str, value: Any) -> str:
    """A parameter and its value, in words with the unit."""
    text = value if isinstance(value, str) else plain(value)
    number = as_number(text)
    unit = "" if number is None else unit_words(path, number)
    return f"{path} = {text} {unit}".rstrip()


def assigned_words(case: Case) -> list[str]:
    """What ``--set`` changes in a scenario, in words."""
    return [setting_words(path, case.value_of(path)) for path in case.assigned if _plays(path)]


def _plays(path: str) -> bool:
    """Whether it changes what is played, and not only what is said of it, or played beside it."""
    return path not in _WORDS and not path.startswith("clones.")


def replaced_words(case: Case) -> list[str]:
    """What holds instead of what was asked for, parameter by parameter: the last that replaces it."""
    last = {each.asked.path: each.instead for each in case.replaced}
    return [f"{setting_words(path, setting.value)} by {setting.by}" for path, setting in last.items()]


def short_labels(values: Sequence[float]) -> list[str]:
    """Numbers as labels: whole ones as they are, others to four digits or as many as tell them apart."""
    if all(isinstance(value, int) for value in values):
        return [str(value) for value in values]
    for digits in range(4, 17):
        labels = [plain(float(f"{value:.{digits}g}")) for value in values]
        if len(set(labels)) == len(set(values)):
            return labels
    return [plain(value) for value in values]
