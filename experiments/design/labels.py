"""Factors and their levels in words: a parameter by its name and unit, and no number by itself."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from sim.scenario.parameter_table import parameter_table
from sim.sides import SIDES

HOLD = "\u00a0"  # a no-break space: no line ends between a number and its unit
# units that a label shows, and how the names of parameters end that have them
_SHOWN = {
    "m": "_m",
    "km": "_km",
    "min": "_minutes",
    "day": "_days",
    "h": "hours",
    "km/h": "_kmh",
    "mil": "_mil",
    "km/week": "km_per_week",
    "persons": "",
}


class _Declared(NamedTuple):
    unit: str
    meaning: str


def factor_words(factor: str) -> str:
    """A factor's name: of a parameter ("south watch margin"), or as the study calls it."""
    declared = _parameters().get(factor)
    if declared is None:
        return factor
    *places, name = factor.split(".")
    short = name.removesuffix(_SHOWN.get(declared.unit, "")).strip("_")
    return " ".join([*places, short or ("" if places else name)]).replace("_", " ").strip()


def quantity_words(factor: str) -> str:
    """A factor as the title of an axis: its name, its unit and what it means."""
    declared = _parameters().get(factor)
    if declared is None:
        return factor
    unit = f", {declared.unit}" if declared.unit in _SHOWN else ""
    return f"{factor_words(factor)}{unit}: {declared.meaning}"


def level_words(factor: str, label: str) -> str:
    """A level: a parameter or a number with its factor's name, and any other by itself."""
    declared, number = _parameters().get(factor), as_number(label)
    if declared is None:
        return label if number is None else f"{factor}{HOLD}{_figure(number)}"
    if number is None:
        return f"{factor_words(factor)}: {label}"
    return HOLD.join(filter(None, (factor_words(factor), _figure(number), unit_words(factor, number))))


def unit_words(path: str, number: float) -> str:
    """The unit of a parameter after so many; nothing where a number stands by itself."""
    declared = _parameters().get(path)
    unit = declared.unit if declared and declared.unit in _SHOWN else ""
    return f"{unit}s" if unit == "day" and number != 1 else unit


def future_words(future: str, levels: Mapping[str, str]) -> str:
    """A future by its levels in words; by its name where nothing was swept."""
    return ", ".join(level_words(*each) for each in levels.items()) or future


def as_number(label: str) -> float | None:
    """The number that a label is; None for any other."""
    try:
        number = float(label)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _figure(number: float) -> str:
    """To four digits, whole from 10,000 on."""
    return f"{number:,.0f}" if abs(number) >= 1e4 else f"{number:.4g}"


@cache
def _parameters() -> dict[str, _Declared]:
    return {
        # "days" is name and unit in one
        row.path.replace("<side>", side): _Declared(
            "" if row.path == row.unit + "s" else row.unit, row.description
        )
        for row in parameter_table()
        for side in SIDES
    }
