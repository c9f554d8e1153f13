"""What a viewer can change of a run: sliders, a policy and the talks, each as the schema declares it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.constants import KM
from sim.documents import read
from sim.scenario.case import Case
from sim.scenario.library import documents_in, shipped_folder
from sim.scenario.parameter_table import ParameterRow, parameter_table
from sim.sides import SIDES

# What matters for how lines differ, how near the work is, and what a post makes of it.
_PATHS = (
    "border.marker_survival",
    "<side>.map_error_m",
    "<side>.works.share",
    "<side>.watch.margin_m",
    "<side>.rules.broadcast_to_shots_minutes",
    "<side>.rules.p_grant",
)
_COUNTED = "border.markers_standing"  # where a scenario says how many stand, that is what can be changed
_WORKS = "<side>.works.share"
_STEPS = 100  # of a slider, about
AS_IT_IS = "as the scenario has it"
NO_POLICY = "no policy"


@dataclass(frozen=True)
class Slider:
    """A parameter that can be moved from ``value``, which it has in the world that is played.

    ``path``: dotted, with its side; ``low``, ``high``, ``step`` in its unit; ``row`` is its declaration.
    """

    path: str
    value: float
    low: float
    high: float
    step: float
    row: ParameterRow

    @property
    def label(self) -> str:
        """What it is, whose, and its unit."""
        side = self.path.partition(".")[0]
        whose = f"{side.capitalize()}: " if side in SIDES else ""
        text = self.row.description
        return f"{whose or text[0].upper()}{text if whose else text[1:]} [{self.row.unit}]"

    @property
    def source(self) -> str:
        """Where its value comes from, and how good that is."""
        row = self.row
        return row.grade if row.source == row.grade else f"{row.grade}: {row.source}"

    def moved_to(self, value: float) -> float | None:
        """The value that it is moved to; None where it stands: a slider rounds what it begins with."""
        if abs(value - self.value) <= 0.5 * self.step * (1.0 + 1e-9):
            return None
        return round(value) if isinstance(self.value, int) else round(value, 6)


@dataclass(frozen=True)
class Moved:
    """A parameter that is no longer as the scenario has it in this world."""

    slider: Slider
    value: float

    def __str__(self) -> str:
        slider = self.slider
        return f"{slider.path} {slider.value:.4g} → {self.value:.4g} {slider.row.unit}"


def sliders_of(case: Case) -> list[Slider]:
    """The sliders of a case as a world plays it."""
    rows = {row.path: row for row in parameter_table()}
    counted = case.value_of(_COUNTED) is not None
    found = []
    for path in (_COUNTED, *_PATHS[1:]) if counted else _PATHS:
        sides = SIDES if "<side>" in path else ("",)
        for side in sides:
            if path == _WORKS and not case.value_of(f"{side}.works.slots"):
                continue  # a side that has no works
            its = path.replace("<side>", side)
            found.append(_slider(its, rows[path], case))
    return found


def _slider(path: str, row: ParameterRow, case: Case) -> Slider:
    assert row.low is not None and row.high is not None  # all of them are numbers within a range
    high = row.high
    if path == _COUNTED:
        high = float(
            math.ceil(KM * case.value_of("space.length_km") / case.value_of("border.marker_spacing_m"))
        )
    return Slider(path, case.value_of(path), row.low, high, _step(high - row.low), row)


def _step(span: float) -> float:
    """A step of 1, 2 or 5 that divides a span into about so many."""
    least = span / _STEPS
    ten = 10.0 ** math.floor(math.log10(least))
    return next(round(k * ten, 10) for k in (1, 2, 5, 10) if k * ten >= least * (1 - 1e-9))


def moved(sliders: Iterable[Slider], values: Mapping[str, Any]) -> list[Moved]:
    """What ``values`` by path move."""
    pairs = ((each, each.moved_to(float(values[each.path]))) for each in sliders if each.path in values)
    return [Moved(slider, value) for slider, value in pairs if value is not None]


def policies_to_pick(asked: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What can be picked, by what it is called: those asked for first, none, each that is shipped."""
    found: dict[str, tuple[str, ...]] = {}
    if asked:
        found[f"as asked: {' + '.join(asked)}"] = tuple(asked)
    found[NO_POLICY] = ()
    for path in documents_in(shipped_folder("policies")):
        if path.stem != "nothing":
            found[f"{read(path).data['name']} ({path.stem})"] = (path.stem,)
    return found


def talks_to_pick(case: Case) -> list[str]:
    """Outcomes of talks; that of the scenario alone where something else decides them."""
    outcomes: ParameterRow = next(row for row in parameter_table() if row.path == "talks.outcome")
    if case.value_of("talks.decided_by") != "scenario":
        return [AS_IT_IS]
    return [
        AS_IT_IS,
        *(each for each in outcomes.allowed.split(" or ") if each != case.value_of("talks.outcome")),
    ]
