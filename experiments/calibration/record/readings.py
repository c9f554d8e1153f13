"""What only the notes of the two tables tell, as we read them (readings.csv)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.table import RecordTable
from sim.documents.problems import nearest, show

FILE = "readings.csv"
COLUMNS = ("id", "what", "low", "best", "high", "censored", "note")
OF_INCIDENTS = ("depth", "group", "volleys")  # metres past the line; persons; volleys of warning shots
OF_COUNTS = ("count", "published")  # how many; how many of these the public knew at the time
CENSORED = ("none", "late")


@dataclass(frozen=True)
class NoteReading:
    """A number of an incident (``id``) or of a row of counts (its key).

    ``is_late``: of a party that was found late or on its way back, so that nobody saw how far it
    went or from when.
    """

    id: str
    what: str
    value: Quantity
    is_late: bool


def read_readings(path: Path, incidents: Collection[str], counts: Sequence[str]) -> tuple[NoteReading, ...]:
    """The rows of the file, each of an incident or a count that is there; raises `BadInput`."""
    table, seen = RecordTable(path, COLUMNS), set[tuple[str, str]]()
    readings = list[NoteReading]()
    for row in table.rows:
        name, what = row.text("id"), row.word("what", OF_INCIDENTS + OF_COUNTS, blank=False)
        known = counts if what in OF_COUNTS else incidents
        if name and name not in known:
            row.refuse(
                "id", "no such row", show(name), "an id or a count of the record", nearest(name, known)
            )
        if counts.count(name) > 1:
            row.refuse("id", "several counts are of this and of these months", show(name), "one of its own")
        if (name, what) in seen:
            row.refuse("id", "read twice", show(f"{name}, {what}"), "one reading")
        seen.add((name, what))
        value = row.ends("low", "high", "best")
        if value is None and not any(row.cells[each] for each in ("low", "best", "high")):
            row.refuse("low", "nothing in a cell that must be filled", allowed="a number of at least 0")
        censored = row.word("censored", CENSORED, blank=False)
        readings.append(NoteReading(name, what, value or Quantity.exactly(0.0), censored == "late"))
    table.finish()
    return tuple(readings)
