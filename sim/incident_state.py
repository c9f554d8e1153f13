"""What a run keeps of an incident: plain values, quick to read and write; and all of them as one table."""

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np

from sim.codes import Due
from sim.constants import NEVER

UNKNOWN = float("nan")
NOBODY = -1  # in place of a row of the state

_TYPES: dict[Any, str] = {int: "i4", bool: "i4", float: "f8"}
_OWN_TYPES = {"who": "i8"}


@dataclass(slots=True)
class SideState:
    """What an incident keeps of one side.

    ``unit`` and ``post`` are rows of the state, -1 for none. Counts are of what the side has done,
    ``casualties`` of what it has suffered; times are minutes since the first day. ``owed`` are the
    broadcasts that notice of the other's unit asks of it, ``turns`` the decisions of its command,
    ``p_final`` the chance of the last word on the authority that it has asked for; ``supported``,
    whether the post next to its own has been told; ``joined_from``, the other area from which that
    one joins, or -1. ``agenda`` has the minute at which each kind of act falls due, by ``Due``.
    """

    unit: int = NOBODY
    post: int = NOBODY
    step: int = 0
    pending: int = 0
    asked: int = 0
    clear: int = 0
    looks: int = 0
    broadcasts: int = 0
    volleys: int = 0
    spells: int = 0
    casualties: int = 0
    calls: int = 0
    last_broadcast: float = -NEVER
    hearing: float = UNKNOWN
    willing: float = UNKNOWN
    sure: float = 0.0
    heard: bool = False
    gone: bool = False
    refused: bool = False
    owed: int = 0
    turns: int = 0
    p_final: float = 0.0
    first_broadcast: float = NEVER
    supported: bool = False
    joined_from: int = NOBODY
    first_shot: float = NEVER
    agenda: list[float] = field(default_factory=lambda: [NEVER] * len(Due))

    @property
    def present(self) -> bool:
        """Whether its unit is still there."""
        return self.unit >= 0 and not self.gone

    def copy(self) -> Self:
        """Another of the same values."""
        return replace(self, agenda=self.agenda.copy())


@dataclass(slots=True)
class IncidentState:
    """What a run keeps of an incident; ``sides`` of the north and of the south.

    ``who``, ``shift`` and ``ordinal`` are the address of its luck. Times are minutes since the first day,
    ``NEVER`` where it has not come to that; ``touched`` is the moment that was played last. ``expected`` and
    what is called so are sums of chances: of a clash, of casualties by fire, of heavy weapons, of a spread to
    another area; and of persons hit. ``past_`` are metres by which the subject of a violation really stood
    past each line at the look that opened it: both belief lines, the commission's and the true one.
    """

    trigger: int
    first: int
    opened: float
    s: float
    touched: float
    last_act: float
    cause: int = 0
    dated: bool = False
    accidental: bool = False
    who: int = 0
    shift: int = 0
    ordinal: int = 0
    closed: float = NEVER
    county: int = 0
    site: int = NOBODY
    rung: int = 0
    answered: bool = False
    warned_answered: bool = False
    false_: bool = False
    depth: float = 0.0
    true_depth: float = -NEVER
    past_north: float = UNKNOWN
    past_south: float = UNKNOWN
    past_commission: float = UNKNOWN
    past_true: float = UNKNOWN
    map_m: float = 0.0
    nav_m: float = 0.0
    fix_m: float = 0.0
    mine_casualties: int = 0
    night: bool = False
    persons: int = 0
    stray_origin: int = NOBODY
    kind: int = NOBODY
    called_at: float = NEVER
    left_at: float = NEVER
    p_read: float = UNKNOWN
    expected: float = 0.0
    expected_harm: float = 0.0
    expected_heavy: float = 0.0
    expected_spread: float = 0.0
    expected_hurt: float = 0.0
    heavy: bool = False
    sides: tuple[SideState, SideState] = field(default_factory=lambda: (SideState(), SideState()))

    @property
    def is_closed(self) -> bool:
        """Whether it is over."""
        return self.closed < NEVER

    def copy(self) -> Self:
        """Another of the same values."""
        north, south = self.sides
        return replace(self, sides=(north.copy(), south.copy()))


_OF_ALL = tuple((each.name, each.type) for each in fields(IncidentState) if each.name != "sides")
_OF_SIDES = tuple((each.name, each.type) for each in fields(SideState) if each.name != "agenda")

# A row of the table: one entry of what belongs to the incident, two of what belongs to a side.
INCIDENT = np.dtype(
    [
        *((name, _OWN_TYPES.get(name, _TYPES[kind])) for name, kind in _OF_ALL),
        *((name, _TYPES[kind], 2) for name, kind in _OF_SIDES),
        ("agenda", "f8", (2, len(Due))),
    ],
    align=True,
)


class Incidents(list[IncidentState]):
    """All incidents of a run, in the order in which they opened: an incident's row is its place here."""

    def copy(self) -> "Incidents":
        """The same, independent from now on; what is closed changes no more and is shared."""
        return Incidents(each if each.is_closed else each.copy() for each in self)

    @property
    def table(self) -> np.ndarray:
        """All of them as rows (n,) of dtype ``INCIDENT``."""
        table = np.zeros(len(self), INCIDENT)
        for name, _ in _OF_ALL:
            table[name] = [getattr(each, name) for each in self]
        for name in (*(name for name, _ in _OF_SIDES), "agenda") if self else ():
            table[name] = [[getattr(side, name) for side in each.sides] for each in self]
        return table
