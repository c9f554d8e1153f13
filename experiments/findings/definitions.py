"""Definitions of a violation, from the narrowest to the broadest: what each counts, and who counts so.

They are data, ``experiments/data/definitions.yaml``; another one is another entry there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import yaml

About = Literal["acts", "crossings", "presence"]
Units = Literal["both", "north", "south"]
Line = Literal["", "north", "true", "commission", "south"]  # empty: as its columns have it
LINES: Mapping[Line, str] = {
    "": "",
    "north": "the north's line",
    "true": "the true line",
    "commission": "the commission's line",
    "south": "the south's line",
}
UNITS: Mapping[Units, str] = {
    "both": "either side's units",
    "north": "the north's units, as the south counts",
    "south": "the south's units, as the north counts",
}
Cell = tuple[str, Line, Units]
RECORDED: Cell = ("recorded crossing", "", "both")  # what the public record is of


@dataclass(frozen=True)
class Definition:
    """What ``name`` counts, in a sentence, and whose way of counting it is.

    ``columns`` of a run's row, by whose units they count, each to be added up; they name the line where the
    definition can be counted by several ``lines``.
    """

    name: str
    says: str
    about: About
    source: str
    lines: tuple[Line, ...]
    columns: Mapping[Units, tuple[str, ...]]

    @property
    def units(self) -> tuple[Units, ...]:
        """Whose units can be counted by it, those of both sides first."""
        return ("both", *(each for each in self.columns if each != "both"))

    def judged_by(self, line: Line) -> str:
        """By which line it is counted, in words; a dash where it hangs on none."""
        return LINES[line] if line else "the watchers' own" if self.about == "crossings" else "-"

    def columns_of(self, line: Line, units: Units) -> list[str]:
        """The columns that are added up; of ``both`` sides all of them."""
        wanted = self.columns.values() if units == "both" else (self.columns[units],)
        return [column.format(line=line) for its in wanted for column in its]


@cache
def definitions() -> Sequence[Definition]:
    """All of them in their order. Raises ValueError for an entry that means nothing."""
    text = (files("experiments") / "data" / "definitions.yaml").read_text(encoding="utf-8")
    return tuple(_definition(name, entry) for name, entry in yaml.safe_load(text).items())


def _definition(name: str, entry: Mapping) -> Definition:
    lines = tuple(entry.get("lines", ("",)))
    known = {"about": get_args(About), "lines": LINES, "columns": UNITS}
    for key, each in (("about", [entry["about"]]), ("lines", lines), ("columns", entry["columns"])):
        if unknown := [value for value in each if value not in known[key]]:
            raise ValueError(f"definition {name!r}: {key} has {unknown}")
    columns = {units: tuple(each) for units, each in entry["columns"].items()}
    return Definition(name, entry["says"], entry["about"], entry["source"], lines, columns)


def cells() -> Iterator[Cell]:
    """Every way to count: definition, line, whose units."""
    for each in definitions():
        for line in each.lines:
            for units in each.units:
                yield each.name, line, units


def columns() -> list[str]:
    """Every column of a run's row that any definition needs."""
    found = (each.columns_of(line, "both") for each in definitions() for line in each.lines)
    return list(dict.fromkeys(column for its in found for column in its))
