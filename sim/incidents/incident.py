"""One incident: what the state keeps of it, with its luck and its agenda.

All it knows is kept there, so that it can be resumed at any moment. Each side has an agenda: for
every kind of act, the minute at which it falls due, or never (``sim.incidents.play``).
"""

import math

import numpy as np

from sim.acts import Act, Actor
from sim.arithmetic import exp
from sim.codes import Due, Rung, UnitKind
from sim.constants import NEVER
from sim.incident_state import IncidentState, SideState
from sim.randomness import Kind, exponential_at, normal_at, uniform_at
from sim.scene import Scene
from sim.sides import NORTH, SOUTH, other

_ITEMS = tuple(Due)  # by number


class Incident:
    """A face of what the state keeps of an incident, ``record``, in place ``row`` of ``state.incidents``."""

    __slots__ = ("record", "row", "scene")

    def __init__(self, scene: Scene, row: int) -> None:
        self.scene = scene
        self.row = row
        self.record: IncidentState = scene.state.incidents[row]

    # -- what it is -------------------------------------------------------------------------------

    @property
    def minute(self) -> float:
        """The moment that is being played."""
        return self.record.touched

    @property
    def first(self) -> int:
        """The side that perceived first."""
        return self.record.first

    @property
    def rung(self) -> int:
        """The highest rung that it has reached."""
        return self.record.rung

    @property
    def is_closed(self) -> bool:
        """Whether it is over."""
        return self.record.closed < NEVER

    def of(self, side: int) -> SideState:
        """What it keeps of ``side``."""
        return self.record.sides[side]

    @property
    def area(self) -> int:
        """Number of the area of the command posts in which it is."""
        return self.scene.area_at(self.record.s)

    def announced(self, side: int) -> bool:
        """Whether the unit of ``side`` was announced beforehand: works of which notice is given, a survey."""
        row = self.of(side).unit
        if row < 0:
            return False
        unit = self.scene.state.units[row]
        works = self.scene.regime.sides[side].works.notice and unit["project"] >= 0
        return bool(works or unit["kind"] == UnitKind.SURVEY_TEAM)

    @property
    def called_at(self) -> float:
        """The minute at which the sides reached each other on the hotline, ``NEVER`` so far."""
        return self.record.called_at

    @property
    def decided(self) -> bool:
        """Whether aimed fire has been opened, or is on its way and cannot be stopped any more."""
        return any(side.spells or side.agenda[Due.FIRE] < NEVER for side in self.record.sides)

    def distance_to_post(self, side: int, s: float, d: float) -> float:
        """Metres from ``s``, ``d`` (metres) to the post that acts for ``side``."""
        post = self.scene.state.posts[self.of(side).post]
        return math.sqrt((s - float(post["s"])) ** 2 + (d - float(post["d"])) ** 2)

    # -- its luck: addressed by who and when, never by the clock ----------------------------------

    def uniform(self, kind: Kind, side: int, ordinal: int) -> float:
        """Draw ``ordinal`` of a kind for a side, uniform on (0, 1)."""
        return uniform_at(*self._address(kind, side, ordinal))

    def normal(self, kind: Kind, side: int, ordinal: int) -> float:
        """Draw ``ordinal`` of a kind for a side, standard normal."""
        return normal_at(*self._address(kind, side, ordinal))

    def exponential(self, kind: Kind, side: int, ordinal: int) -> float:
        """Draw ``ordinal`` of a kind for a side, exponential with mean 1."""
        return exponential_at(*self._address(kind, side, ordinal))

    def lognormal(self, kind: Kind, side: int, ordinal: int, log_sd: float) -> float:
        """Draw ``ordinal`` of a kind for a side, log-normal with median 1."""
        return exp(log_sd * self.normal(kind, side, ordinal))

    def luck_of(self, kind: int, side: int, ordinal: int) -> np.uint64:
        """The key of the luck of which a draw is: the run's, or in a clone its own."""
        forks = self.scene.forks
        return self.scene.luck if forks is None else forks.root(self.row, kind, side, ordinal)

    def _address(self, kind: Kind, side: int, n: int) -> tuple[np.uint64, int, int, int, int, int, int]:
        """Of draw ``n`` of a kind for a side."""
        data = self.record
        number = int(kind)
        return (self.luck_of(number, side, n), number, data.who, data.shift, data.ordinal, side, n)

    # -- its agenda -------------------------------------------------------------------------------

    def schedule(self, side: int, item: Due, minutes: float) -> None:
        """Have ``item`` of ``side`` fall due in ``minutes`` from now."""
        self.record.sides[side].agenda[item] = self.record.touched + max(0.0, minutes)

    def cancel(self, side: int, item: Due) -> None:
        """Take ``item`` off the agenda of ``side``."""
        self.record.sides[side].agenda[item] = NEVER

    def next_due(self) -> tuple[float, int, Due]:
        """When the next act falls due, whose, and which; ties fall to the side that saw first."""
        sides, first, second = self.record.sides, self.record.first, other(self.record.first)
        minute, later = min(sides[first].agenda), min(sides[second].agenda)
        side, minute = (first, minute) if minute <= later else (second, later)
        return minute, side, _ITEMS[sides[side].agenda.index(minute)]

    def take_up(self, side: int, item: Due, minute: float) -> None:
        """Go on to ``minute``, at which ``item`` falls due, and take it off the agenda."""
        self.cancel(side, item)
        self.record.touched = minute

    # -- what acts do to it -----------------------------------------------------------------------

    def reach_rung(self, rung: Rung, side: int) -> None:
        """Something of height ``rung`` was done by ``side``; a new rung may start a call."""
        data, scene = self.record, self.scene
        subject = self.of(other(side)).unit
        if subject >= 0:
            scene.state.units[subject]["answered"] = 1
        if rung <= data.rung:
            return
        data.rung = rung
        if self.may_call(self.first):
            self.begin_call(self.first)
        scene.exposure.reach(rung, self.minute)

    def may_call(self, side: int) -> bool:
        """Whether ``side`` can begin a call: the hotline works, none has got through, none of its is due."""
        working = self.scene.regime.parameters.hotline.working
        return working and self.called_at == NEVER and self.of(side).agenda[Due.CALL] == NEVER

    def begin_call(self, side: int) -> None:
        """``side`` decides to call: it has an effect after a while, if it gets through."""
        self.schedule(side, Due.CALL, self.scene.regime.parameters.hotline.call_minutes)

    def shot(self, side: int) -> None:
        """Remember when ``side`` first fired anything."""
        own = self.of(side)
        own.first_shot = min(own.first_shot, self.minute)
        self.touch()

    def touch(self) -> None:
        """Something has happened that keeps it from being quiet."""
        self.record.last_act = self.record.touched

    def connect(self) -> None:
        """A call has got through: from now on acts that would raise the rung are less likely.

        Whose unit is there is told by the call, which the other side owes one more broadcast.
        """
        self.record.called_at = self.minute
        for side in (NORTH, SOUTH):
            if self.of(side).unit >= 0 and not self.announced(side):
                self.of(other(side)).owed += 1

    def calm(self, p: float, rung: int) -> float:
        """``p`` of an act that leads to ``rung``: lower once a call has got through, if that is higher."""
        if self.called_at == NEVER or rung <= self.rung or p <= 0.0 or p >= 1.0:
            return p
        odds = p / (1.0 - p) * self.scene.regime.parameters.hotline.odds
        return odds / (1.0 + odds)

    def read_with(self, p: float) -> None:
        """Rounds have been read, as an attack with the chance ``p``; the largest is kept."""
        known = self.record.p_read
        self.record.p_read = p if math.isnan(known) else max(known, p)

    def expect(self, p: float) -> None:
        """A draw that decides whether this becomes a clash is due, and has the chance ``p``.

        The sum of these chances over the draws that are reached has the mean of the count of clashes
        (its compensator); once fire is on its way nothing is left to decide.
        """
        if not self.decided:
            self.record.expected += p

    def expect_harm(self, p: float, persons: float) -> None:
        """Fire is due that hits somebody with the chance ``p``, and then ``persons`` in the mean."""
        data = self.record
        if not any(side.casualties for side in data.sides):
            data.expected_harm += p
        data.expected_hurt += p * persons

    def expect_heavy(self, p: float) -> None:
        """A draw is due that brings heavy weapons with the chance ``p``, unless they have come already."""
        if not self.record.heavy:
            self.record.expected_heavy += p

    def expect_spread(self, p: float) -> None:
        """A draw is due that spreads this to another area with the chance ``p``, unless it is to spread."""
        if all(side.joined_from < 0 for side in self.record.sides):
            self.record.expected_spread += p

    def note(self, side: int, actor: Actor, act: Act, x: float = 0.0, y: float = 0.0) -> None:
        """Add a line to the chain of reasons."""
        self.scene.note(self.row, self.minute, side, actor, act, x, y)
