"""The public record: counts, incidents, what their notes tell, and which periods nobody may look at."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Self, TypeVar

from experiments.calibration.record import counts, incidents, readings, times
from experiments.calibration.record.counts import Count, read_counts
from experiments.calibration.record.incidents import RecordedIncident, read_incidents
from experiments.calibration.record.period import HELD_BACK, Period
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.readings import NoteReading, read_readings
from experiments.calibration.record.times import Time, read_times, with_columns
from sim.documents import BadInput, Mark, Problem

SHIPPED = Path(str(files("sim") / "data"))

_T = TypeVar("_T")


@dataclass(frozen=True)
class Record:
    """The rows of a record as numbers. ``unobserved``: periods in which no row lies, and that count
    as no exposure; that nothing is recorded in them says nothing.
    """

    counts: tuple[Count, ...]
    incidents: tuple[RecordedIncident, ...]
    readings: tuple[NoteReading, ...]
    times: tuple[Time, ...]
    unobserved: tuple[Period, ...]

    @classmethod
    def read(cls, folder: Path | None = None, unobserved: Collection[Period] | None = None) -> Self:
        """The shipped record, or that of a folder with counts.csv and incidents.csv.

        A folder may have readings.csv and times.csv too, for what only notes tell. A row that
        meets an ``unobserved`` period is refused. None for these means: of the shipped record what
        is held back of it (README.md there), of a folder that part of it in which it has no row.
        Raises `BadInput` with everything wrong with the files.
        """
        where = SHIPPED if folder is None else Path(folder)
        problems = list[Problem]()
        counted = _collected(problems, read_counts, where / counts.FILE)
        told = _collected(problems, read_incidents, where / incidents.FILE)
        if unobserved is not None or folder is None:
            gaps = HELD_BACK if unobserved is None else tuple(sorted(unobserved))
            problems += _inside(counted, "period_start", gaps)
            problems += _inside(told, "date", gaps)
        else:
            rows = _periods(counted, told)
            gaps = tuple(gap for gap in HELD_BACK if not any(gap.meets(each) for each in rows))
        if not (problems or counted or told):
            problems.append(Problem(Mark(str(where), 0, 0), "", message="the record has no rows"))
        if problems:
            raise BadInput(problems)
        by_id, keys = {each.id: each for each in told}, [each.key for each in counted]
        noted, timed = tuple[NoteReading, ...](), tuple[Time, ...]()
        if folder is None or (where / readings.FILE).exists():
            noted = _collected(problems, read_readings, where / readings.FILE, by_id, keys)
        if folder is None or (where / times.FILE).exists():
            timed = _collected(problems, read_times, where / times.FILE, by_id)
        if problems:
            raise BadInput(problems)
        return cls(counted, told, noted, with_columns(told, timed), gaps)

    @cached_property
    def span(self) -> Period:
        """From the first to the last day that a row covers."""
        rows = _periods(self.counts, self.incidents)
        return Period(min(each.first for each in rows), max(each.last for each in rows))

    def observed(self, since: date, until: date = date.max) -> tuple[Period, ...]:
        """What the record covers of a time, the unobserved periods cut out."""
        first, last = max(since, self.span.first), min(until, self.span.last)
        return Period(first, last).without(self.unobserved) if first <= last else ()

    def told_in(self, periods: Collection[Period]) -> tuple[RecordedIncident, ...]:
        """The incidents of these periods, in the order of the file."""
        return tuple(each for each in self.incidents if any(p.holds(each.period) for p in periods))

    def reading(self, name: str, what: str) -> NoteReading | None:
        """What only a note tells of an incident or of a count; None for nothing."""
        return next((each for each in self.readings if (each.id, each.what) == (name, what)), None)

    def of_count(self, count: Count) -> Quantity:
        """How many were counted, with what its note leaves open."""
        found = self.reading(count.key, "count")
        return count.count if found is None else found.value

    def time(self, name: str, what: str) -> Time | None:
        """The first time of an incident that is told of an event; None if none is."""
        return next((each for each in self.times if (each.id, each.what) == (name, what)), None)


def _collected(
    problems: list[Problem], read: Callable[..., tuple[_T, ...]], path: Path, *known: Collection[str]
) -> tuple[_T, ...]:
    """The rows of a file; what is wrong with it goes to the problems."""
    try:
        return read(path, *known)
    except BadInput as bad:
        problems += bad.problems
        return ()


def _periods(counted: Iterable[Count], told: Iterable[RecordedIncident]) -> list[Period]:
    return [*(each.period for each in counted), *(each.period for each in told)]


def _inside(
    rows: Collection[Count | RecordedIncident], column: str, gaps: Collection[Period]
) -> Iterator[Problem]:
    """A problem for each row that meets a period of which no row may tell."""
    allowed = "days outside " + ", ".join(map(str, gaps))
    for row in rows:
        if any(gap.meets(row.period) for gap in gaps):
            where = Mark(row.file, row.line, 1)
            message = "a row of a period that counts as unobserved"
            yield Problem(where, column, str(row.period), allowed, message=message)
