"""How long things took: cases with their clock, the rule of their year, and what was not seen.

Times are those of the columns ``delay_min`` and ``duration_min`` of incidents.csv, and those of
times.csv, where we read what only a note tells. A row there whose source is one of the columns
stands in for it: the note may say that its clock ran from elsewhere. Told cases favour drama.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from experiments.calibration.record.incidents import RecordedIncident
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.rules import steps_on
from experiments.calibration.record.table import RecordTable
from sim.documents.problems import nearest, show

FILE = "times.csv"
COLUMNS = (*("id", "clock", "what", "low_min", "best_min", "high_min", "censored", "source"), "note")
# seen: first seen on its way; start: over the line, at it, or the round at a post; found: impacts found
CLOCKS = ("seen", "start", "found", "first_broadcast", "first_shots")
# left: back over the line or gone; end: of fire, or of the whole; explained: the discharge, to the others
WHATS = (
    *("first_broadcast", "first_shots", "found", "order", "reply", "left", "end", "explained"),
    "published",
)
CENSORED = ("none", "interval", "at_least", "at_most", "late")
TRIGGERS = ("party", "rounds at a post", "discharge", "other fire")
FEW = 5  # cases; under it they say nothing of a spread


@dataclass(frozen=True)
class Time:
    """Minutes from ``clock`` to ``what`` in one case, None where nobody saw it.

    ``trigger``: what began it; ``activity``: of the party; ``steps``: the south's rule of that day;
    ``censored``: how the minutes are bounded (``late``: seen only afterwards); ``source``: who says
    so, or the column.
    """

    id: str
    trigger: str
    kind: str
    activity: str
    steps: str
    clock: str
    what: str
    minutes: Quantity | None
    censored: str
    source: str
    note: str


@dataclass(frozen=True)
class Group:
    """Cases of one trigger, clock and event: their number, and minutes of those that were seen."""

    trigger: str
    clock: str
    what: str
    cases: tuple[Time, ...]

    @property
    def is_few(self) -> bool:
        """Whether there are too few cases that were seen to say anything of a spread."""
        return len(self.seen) < FEW

    @property
    def seen(self) -> tuple[float, ...]:
        """The best minutes of each case that has any, in order."""
        return tuple(sorted(each.minutes.best for each in self.cases if each.minutes is not None))

    @property
    def median(self) -> float | None:
        """The middle one; None if none was seen."""
        return median(self.seen) if self.seen else None


def read_times(path: Path, incidents: Mapping[str, RecordedIncident]) -> tuple[Time, ...]:
    """The rows of the file, each of an incident that is there; raises `BadInput`."""
    table, seen, times = RecordTable(path, COLUMNS), set[tuple[str, ...]](), list[Time]()
    for row in table.rows:
        name = row.text("id")
        clock, what = row.word("clock", CLOCKS, blank=False), row.word("what", WHATS, blank=False)
        censored, source = row.word("censored", CENSORED, blank=False), row.text("source")
        minutes = row.ends("low_min", "high_min", "best_min", is_open=censored == "at_least")
        is_blank = not any(row.cells[each] for each in ("low_min", "best_min", "high_min"))
        if is_blank and censored != "late":
            row.refuse("low_min", "no minutes", allowed="minutes, or 'late' for what nobody saw")
        if (name, clock, what) in seen:
            row.refuse("id", "told twice", show(f"{name}, {clock}, {what}"), "one time")
        seen.add((name, clock, what))
        if name in incidents:
            times.append(_time(incidents[name], clock, what, minutes, censored, source, row.cells["note"]))
        elif name:
            row.refuse("id", "no such incident", show(name), "an id of the record", nearest(name, incidents))
    table.finish()
    return tuple(times)


def with_columns(incidents: Iterable[RecordedIncident], read: Iterable[Time]) -> tuple[Time, ...]:
    """All times, case by case: those that were ``read``, and the columns that none stands in for."""
    by_case = defaultdict[str, list[Time]](list)
    for time in read:
        by_case[time.id].append(time)
    times = list[Time]()
    for incident in incidents:
        ours = by_case[incident.id]
        replaced = {each.source for each in ours}
        times += ours
        times += (each for each in _of_columns(incident) if each.source not in replaced)
    return tuple(times)


def groups(times: Iterable[Time]) -> tuple[Group, ...]:
    """Cases that can be put side by side, in order of trigger, clock and event."""
    of = defaultdict[tuple[str, str, str], list[Time]](list)
    for time in times:
        of[time.trigger, time.clock, time.what].append(time)
    order = sorted(of, key=lambda key: (TRIGGERS.index(key[0]), CLOCKS.index(key[1]), WHATS.index(key[2])))
    return tuple(Group(*key, tuple(of[key])) for key in order)


def _of_columns(incident: RecordedIncident) -> Iterator[Time]:
    """What the columns tell of the cases that a ground incident of this model can be held against."""
    if _trigger(incident) == "":
        return
    if incident.delay is not None:
        what = "first_shots" if incident.is_shot_at else "reply"
        what = "explained" if incident.kind == "accidental_discharge" else what
        yield _column(incident, what, incident.delay, "delay_min")
    if incident.duration is not None:
        what = "left" if incident.kind in ("crossing", "warning_shots_only") else "end"
        yield _column(incident, what, incident.duration, "duration_min")


def _column(incident: RecordedIncident, what: str, minutes: float, column: str) -> Time:
    return _time(incident, "start", what, Quantity.exactly(minutes), "none", column, "")


def _time(
    incident: RecordedIncident,
    clock: str,
    what: str,
    minutes: Quantity | None,
    censored: str,
    source: str,
    note: str,
) -> Time:
    return Time(
        id=incident.id,
        trigger=_trigger(incident) or "other fire",
        kind=incident.kind,
        activity=incident.activity,
        steps=steps_on(incident.period.first),
        clock=clock,
        what=what,
        minutes=minutes,
        censored=censored,
        source=source,
        note=note,
    )


def _trigger(incident: RecordedIncident) -> str:
    """What began it; empty for what no ground incident can be held against."""
    if incident.kind == "guard_post_shooting":
        return "rounds at a post"
    if incident.kind == "accidental_discharge":
        return "discharge"
    if incident.is_crossing or incident.is_shot_at:
        return "party"
    return "other fire" if incident.is_answered_fire else ""
