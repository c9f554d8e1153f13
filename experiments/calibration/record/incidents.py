"""Incidents that were told singly (incidents.csv): one row, one incident."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from experiments.calibration.record.counts import GRADES
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.table import RecordRow, RecordTable
from sim.documents.problems import printable, show
from sim.world.geography import COUNTIES, SECTORS

FILE = "incidents.csv"
COLUMNS = (
    *("id", "date", "time_local", "side_crossing", "kind", "sector", "county"),
    *("group_size_low", "group_size_high", "activity", "armed", "depth_m", "broadcasts", "warning_shots"),
    *("rounds", "response", "north_casualties", "south_casualties", "delay_min", "duration_min"),
    *("weather_note", "accidental", "grade", "sources", "note"),
)
KINDS = (
    *("crossing", "warning_shots_only", "fire_exchange", "guard_post_shooting", "mine_strike"),
    *("accidental_discharge", "artillery", "defection", "other"),
)
ACTIVITIES = ("work", "patrol", "recon", "defector", "unknown")
RESPONSES = ("withdrew", "held", "returned_fire", "none")
_ROUNDS = re.compile(r"(?:N(?P<north>[\d.+-]+))?\s*(?:S(?P<south>[\d.+-]+))?", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)


@dataclass(frozen=True)
class RecordedIncident:
    """One incident; None, or an empty word, where it is not known or not reported.

    ``group``: persons; ``depth``: metres past the line; ``shots``: whether warning shots were fired
    by the side that was approached or crossed; ``rounds``: of the north and of the south;
    ``delay``, ``duration``: minutes as the columns of README.md have them.
    """

    id: str
    period: Period
    kind: str
    side: str
    sector: str
    county: str
    group: Quantity | None
    activity: str
    armed: str
    depth: Quantity | None
    broadcasts: Quantity | None
    shots: bool | None
    rounds: tuple[Quantity | None, Quantity | None]
    response: str
    delay: float | None
    duration: float | None
    accidental: str
    grade: str
    sources: str
    note: str
    line: int
    file: str

    @property
    def ref(self) -> str:
        """How what rests on it names it."""
        return self.id

    @property
    def counted_by(self) -> str:
        """Who tells of it: cases told singly are the press record."""
        return "press"

    @property
    def is_of_people(self) -> bool:
        """Whether a party is told to have been near or over the line: no air track, and no defector."""
        has_party = self.activity not in ("", "unknown") or self.group is not None
        return self.kind == "crossing" or (self.kind in ("warning_shots_only", "fire_exchange") and has_party)

    @property
    def is_crossing(self) -> bool:
        """Whether a party of the north was told to be over the line."""
        return self.is_of_people and self.side == "north"

    @property
    def is_shot_at(self) -> bool:
        """Whether warning shots fell on a party that was near or over the line."""
        return self.is_of_people and self.shots is True

    @property
    def is_answered_fire(self) -> bool:
        """Whether aimed fire of one side answered rounds of the other, on land (README.md)."""
        replied = self.kind == "guard_post_shooting" and self.response == "returned_fire"
        return replied or self.kind in ("fire_exchange", "artillery")


def read_incidents(path: Path) -> tuple[RecordedIncident, ...]:
    """The rows of the file; raises `BadInput`."""
    table = RecordTable(path, COLUMNS)
    seen = dict[str, int]()
    for row in table.rows:
        name = row.text("id")
        if name and seen.setdefault(name, row.line) != row.line:
            found = f"{printable(name)}, also in line {seen[name]}"
            row.refuse("id", "the id is there twice", found, "an id of its own")
    incidents = tuple(_incident(row) for row in table.rows)
    table.finish()
    return incidents


def _incident(row: RecordRow) -> RecordedIncident:
    """What the row says; where a cell is refused the table is refused, whatever stands here."""
    time = row.cells["time_local"]
    if time and not _TIME.fullmatch(time):
        row.refuse("time_local", "cannot be read", show(time), "a time as in 08:30, or nothing")
    for name in ("north_casualties", "south_casualties"):
        row.number(name)
    depth = row.number("depth_m")
    return RecordedIncident(
        id=row.cells["id"],
        period=row.period("date") or Period(date.min, date.min),
        kind=row.word("kind", KINDS, blank=False),
        side=row.word("side_crossing", ("north", "south", "none"), blank=False),
        sector=row.word("sector", SECTORS),
        county=row.word("county", COUNTIES),
        group=row.ends("group_size_low", "group_size_high"),
        activity=row.word("activity", ACTIVITIES),
        armed=row.word("armed", ("yes", "no", "some")),
        depth=None if depth is None else Quantity.exactly(depth),
        broadcasts=row.quantity("broadcasts"),
        shots={"yes": True, "no": False}.get(row.word("warning_shots", ("yes", "no"))),
        rounds=_rounds(row),
        response=row.word("response", RESPONSES),
        delay=row.number("delay_min"),
        duration=row.number("duration_min"),
        accidental=row.word("accidental", ("yes", "no", "disputed")),
        grade=row.word("grade", GRADES, blank=False),
        sources=row.text("sources"),
        note=row.cells["note"],
        line=row.line,
        file=row.table.file,
    )


def _rounds(row: RecordRow) -> tuple[Quantity | None, Quantity | None]:
    """Rounds fired by the north and by the south; None where a side is not named."""
    found = _ROUNDS.fullmatch(row.cells["rounds"])
    try:
        if found is None:
            raise ValueError
        north, south = (found[side] and Quantity.of(found[side]) for side in ("north", "south"))
    except ValueError:
        allowed = "N and S each with a number or a range, as in N80-90 S270 or N2+"
        row.refuse("rounds", "cannot be read", show(row.cells["rounds"]), allowed)
        return None, None
    return north or None, south or None
