"""Counts that somebody published of a period (counts.csv): one row, one count."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.table import RecordRow, RecordTable
from sim.documents.problems import nearest, show
from sim.world.geography import COUNTIES

FILE = "counts.csv"
COLUMNS = (
    *("period_start", "period_end", "what", "place", "count", "counted_by"),
    *("grade", "sources", "note"),
)
_IDENTITY = ("period_start", "period_end", "what", "place", "counted_by")
WHATS = (
    *("crossings", "warning_broadcasts", "warning_shots_events", "fire_exchanges"),
    *("defections_across_mdl", "ceasefire_violations", "accidental_discharges_south", "mine_blasts_north"),
)
GRADES = ("A", "B", "C")
OFFICES = ("south JCS", "south ministry", "UNC")
COUNTED_BY = (*OFFICES, "north", "press")
_COUNTIES = "counties named: "  # so a note begins that tells, up to a semicolon, where crossings were


@dataclass(frozen=True)
class Count:
    """How many of ``what`` were counted in a period, and by whom.

    ``counties``: those that its note names as places; ``line`` is that of the file.
    """

    what: str
    period: Period
    count: Quantity
    place: str
    counted_by: str
    grade: str
    sources: str
    note: str
    counties: tuple[str, ...]
    line: int
    file: str

    @property
    def ref(self) -> str:
        """How what rests on it names it."""
        return f"{FILE}:{self.line}"

    @property
    def key(self) -> str:
        """How readings.csv names it: ``crossings 2024-06 2025-06``."""
        return f"{self.what} {self.period.first:%Y-%m} {self.period.last:%Y-%m}"

    @property
    def is_of_a_month(self) -> bool:
        """Whether it is of one calendar month."""
        return [*self.period.by_month()] == [self.period]

    @property
    def is_official(self) -> bool:
        """Whether an office on the southern side counted it, and not a reader of its lists."""
        return self.counted_by in OFFICES and self.grade != "C"


def read_counts(path: Path) -> tuple[Count, ...]:
    """The rows of the file; raises `BadInput`."""
    table = RecordTable(path, COLUMNS)
    counts = tuple(_count(row) for row in table.rows)
    seen = dict[tuple[str, ...], int]()
    for row in table.rows:
        told = tuple(row.cells[name] for name in _IDENTITY)
        if seen.setdefault(told, row.line) != row.line:
            row.refuse("what", "counted twice", f"the same as in line {seen[told]}", "one row")
    table.finish()
    return counts


def _count(row: RecordRow) -> Count:
    """What the row says; where a cell is refused the table is refused, whatever stands here."""
    return Count(
        what=row.word("what", WHATS, blank=False),
        period=row.period("period_start", "period_end") or Period(date.min, date.min),
        count=row.quantity("count", blank=False) or Quantity.exactly(0.0),
        place=row.text("place"),
        counted_by=row.word("counted_by", COUNTED_BY, blank=False),
        grade=row.word("grade", GRADES, blank=False),
        sources=row.text("sources"),
        note=row.cells["note"],
        counties=_counties(row),
        line=row.line,
        file=row.table.file,
    )


def _counties(row: RecordRow) -> tuple[str, ...]:
    listed = row.cells["note"].partition(_COUNTIES)[2].partition(";")[0]
    names = tuple(name.strip() for name in listed.split(",")) if listed else ()
    for name in names:
        if name not in COUNTIES:
            row.refuse("note", "no county", show(name), ", ".join(COUNTIES), nearest(name, COUNTIES))
    return names
