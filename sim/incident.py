"""One incident, from its trigger until both sides have disengaged; resumable at any moment.

All it knows is a row of ``state.incidents``. Each side has an agenda: for every kind of act, the
minute at which it falls due, or never. ``play`` takes the earliest, asks the agent whose act it is,
and goes on; ties fall to the side that perceived first. Nothing waits in Python between two acts.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.arithmetic import exp, geometric
from sim.randomness import Kind, exponential_at, normal_at, uniform_at
from sim.state import (
    AGENDA,
    COMMAND,
    FIRE,
    LOOK,
    MINE_TRIGGER,
    NEVER,
    PROVOCATION_TRIGGER,
    STRAY_TRIGGER,
    VIOLATION_TRIGGER,
)

if TYPE_CHECKING:
    from sim.agents import GuardPost, Unit
    from sim.model import DmzModel

_CLEAR_LOOKS = 2  # MODEL.md: two of them close an incident
_OTHER_AREA = 2  # in ``supported``: 0 not yet heard, 1 heard, else a post of area x - 2 joins


class Incident:
    """A face of one row of ``state.incidents``."""

    __slots__ = ("model", "row")

    def __init__(self, model: "DmzModel", row: int) -> None:
        self.model = model
        self.row = row

    # -- what it is -------------------------------------------------------------------------------

    @property
    def record(self) -> np.void:
        """The incident's row, a view."""
        return self.model.state.incidents[self.row]

    @property
    def minute(self) -> float:
        """The moment that is being played."""
        return float(self.record["touched"])

    @property
    def is_closed(self) -> bool:
        """Whether it is over."""
        return bool(self.record["closed"] != NEVER)

    def subject(self, side: int) -> "Unit | None":
        """The unit of ``side`` that is in it, if any."""
        row = int(self.record["unit"][side])
        return self.model.units[row] if row >= 0 else None

    def post(self, side: int) -> "GuardPost":
        """The post that acts for ``side``."""
        return self.model.posts[int(self.record["post"][side])]

    def present(self, side: int) -> bool:
        """Whether the unit of ``side`` is still there."""
        return bool(self.record["unit"][side] >= 0 and not self.record["gone"][side])

    def notified(self, side: int) -> bool:
        """Whether the unit of ``side`` was announced to the other side, or belongs to a survey."""
        subject = self.subject(side)
        if subject is None:
            return False
        announced = self.model.regime.sides[side].works.notice and subject.project >= 0
        return announced or subject.kind_name == "survey team"

    def distance_to_unit(self, side: int) -> float:
        """Metres from the post that acts for the other side to the unit of ``side``."""
        post = self.post(1 - side).record
        s, d = self.model.position(int(self.record["unit"][side]))
        return math.sqrt((s - float(post["s"])) ** 2 + (d - float(post["d"])) ** 2)

    # -- its luck: addressed by who and when, never by the clock ----------------------------------

    def uniform(self, kind: Kind, side: int, ordinal: int) -> float:
        """Draw ``ordinal`` of a kind for a side, uniform on (0, 1)."""
        return uniform_at(*self._address(kind, side), ordinal)

    def normal(self, kind: Kind, side: int, ordinal: int) -> float:
        """Draw ``ordinal`` of a kind for a side, standard normal."""
        return normal_at(*self._address(kind, side), ordinal)

    def exponential(self, kind: Kind, side: int, ordinal: int) -> float:
        """Draw ``ordinal`` of a kind for a side, exponential with mean 1."""
        return exponential_at(*self._address(kind, side), ordinal)

    def lognormal(self, kind: Kind, side: int, ordinal: int, log_sd: float) -> float:
        """Draw ``ordinal`` of a kind for a side, log-normal with median 1."""
        return exp(log_sd * self.normal(kind, side, ordinal))

    def _address(self, kind: Kind, side: int) -> tuple:
        data = self.record
        return (
            self.model.luck, int(kind), int(data["who"]), int(data["shift"]),
            int(data["ordinal"]), side,
        )  # fmt: skip

    def once(self, name: str, kind: Kind, side: int) -> float:
        """A deviate that is drawn once in the incident and kept in field ``name``."""
        values = self.record[name]
        if np.isnan(values[side]):
            values[side] = self.normal(kind, side, 0)
        return float(values[side])

    # -- the agenda -------------------------------------------------------------------------------

    def plan(self, side: int, item: str, minutes: float) -> None:
        """Have ``item`` of ``side`` fall due in ``minutes`` from now."""
        self.record["agenda"][side, AGENDA.index(item)] = self.minute + max(0.0, minutes)

    def cancel(self, side: int, item: str) -> None:
        """Take ``item`` off the agenda of ``side``."""
        self.record["agenda"][side, AGENDA.index(item)] = NEVER

    def play(self, until: float) -> None:
        """Do everything that falls due up to ``until`` (minutes), in order."""
        while not self.is_closed:
            side, item, due = self._next()
            if due > until:
                return
            data = self.record
            data["agenda"][side, item] = NEVER
            data["touched"] = due
            getattr(self, "_on_" + AGENDA[item])(side)

    def _next(self) -> tuple[int, int, float]:
        data = self.record
        first = int(data["first"])
        agenda = data["agenda"]
        best = (first, 0, NEVER)
        for side in (first, 1 - first):
            item = int(agenda[side].argmin())
            if agenda[side, item] < best[2]:
                best = (side, item, float(agenda[side, item]))
        return best

    # -- what may fall due ------------------------------------------------------------------------

    def _on_look(self, side: int) -> None:
        """The watcher of ``side`` looks again at the other side's unit."""
        data, watch = self.record, self.model.regime.sides[side].watch
        other = 1 - side
        data["looks"][side] += 1
        self._touch()
        past, perceived = -NEVER, -NEVER
        if self.present(other):
            past, perceived = self.model.look_again(self, other)
            data["true_depth"] = max(float(data["true_depth"]), past)
        if perceived > watch.margin_m:
            data["clear"][side] = 0
            data["depth"] = max(float(data["depth"]), perceived)
        else:
            data["clear"][side] += 1
            self.note(side, "post", "clear_look", float(data["clear"][side]))
            if data["clear"][side] >= _CLEAR_LOOKS and self._calm():
                self.close()
                return
        self.plan(side, "look", watch.track_interval)

    def _calm(self) -> bool:
        """Neither fire, nor a decision to answer by fire, nor another violation is under way."""
        data = self.record
        busy = data["agenda"][:, FIRE] < NEVER
        if data["trigger"] != VIOLATION_TRIGGER:
            busy |= data["agenda"][:, COMMAND] < NEVER
        looking = (data["agenda"][:, LOOK] < NEVER) & (data["clear"] < _CLEAR_LOOKS)
        return not (busy.any() or looking.any())

    def _on_command(self, side: int) -> None:
        self.post(side).command_post.act(self)

    def _on_leave(self, side: int) -> None:
        subject = self.subject(side)
        if subject is not None and self.present(side):
            subject.leave(self, "left_by_itself")

    def _on_fire(self, side: int) -> None:
        """A spell of aimed fire by ``side``, and what it does to the other."""
        data, other = self.record, 1 - side
        fire = self.model.regime.sides[side].fire
        n = int(data["spells"][side])
        data["spells"][side] += 1
        if self._has_fired(other):
            data["answered"] = 1
            if data["volleys"][other] and n == 0 and data["unit"][side] >= 0:
                data["warned_answered"] = 1
        self.shot(side)
        self._touch()
        self.reach_rung(3, side)
        self.note(side, "post", "aimed_fire", float(n + 1))
        area = int(data["supported"][side]) - _OTHER_AREA
        if area >= 0:
            self.reach_rung(6, side)
            self.note(side, "support", "other_area", float(area))
        self._harm(side, other, fire, n)
        if self.uniform(Kind.FIRE_HEAVY, side, n) < self.calmed(fire.p_heavy, rung=5):
            self.reach_rung(5, side)
            self.note(side, "post", "heavy_weapons")
        self._answer(side, other)

    def _has_fired(self, side: int) -> bool:
        data = self.record
        return bool(data["volleys"][side] or data["spells"][side] or data["stray_origin"] == side)

    def _harm(self, side: int, other: int, fire, n: int) -> None:
        if self.uniform(Kind.FIRE_CASUALTY, side, 2 * n) < fire.p_casualty:
            hurt = geometric(fire.casualties, self.exponential(Kind.FIRE_CASUALTY, side, 2 * n + 1))
            self.record["casualties"][other] += hurt
            self.reach_rung(4, side)
            self.note(other, "post", "casualties", float(hurt))

    def _answer(self, side: int, other: int) -> None:
        """The side that came under fire answers or runs; posts nearby hear it."""
        if self.present(other):
            self.subject(other).under_aimed_fire(self)
        elif self.record["post"][other] >= 0:
            self.post(other).reply(self)
        for party in (side, other):
            if not self.record["supported"][party]:
                self.record["supported"][party] = 1
                self.plan(party, "support", self.model.regime.sides[party].fire.report_delay)

    def plan_fire(self, side: int) -> None:
        """Have ``side`` open or return aimed fire as fast as it can."""
        if not self.model.regime.sides[side].rules.weapons:
            return
        n = int(self.record["spells"][side])
        fire = self.model.regime.sides[side].fire
        spread = self.lognormal(Kind.REPLY_DELAY, side, n, fire.reply_log_sd)
        self.plan(side, "fire", fire.reply_minutes * spread)

    def _on_support(self, side: int) -> None:
        helper, data = self.model.supporting_post(self, side), self.record
        if helper is None or not helper.support(self):
            return
        self.plan_fire(side)
        area = int(helper.record["area"])
        if area != int(self.post(side).record["area"]):
            data["supported"][side] = area + _OTHER_AREA

    def _on_explain(self, side: int) -> None:
        """``side``, whose post fired, explains; it helps if nobody has fired back yet."""
        data, other = self.record, 1 - side
        self.note(side, "command", "explained")
        if data["spells"].any():
            return
        data["pending"][other] = 0
        self.cancel(other, "command")
        self.close()

    def _on_call(self, side: int) -> None:
        hotline, data = self.model.regime.hotline, self.record
        n = int(data["calls"][side])
        data["calls"][side] += 1
        connected = self.uniform(Kind.HOTLINE, side, n) < hotline.p_connect
        if connected:
            data["calmed"][:] = int(data["rung"]) + 1
        self.note(side, "government", "called" if connected else "no_answer")

    def _on_quiet(self, side: int) -> None:
        data, quiet = self.record, self.model.regime.sides[side].rules.quiet_minutes
        last = float(data["last_act"])
        if self.minute - last >= quiet and self._calm():
            self.note(side, "command", "quiet")
            self.close()
        else:
            self.plan(side, "quiet", max(1.0, last + quiet - self.minute))

    # -- what acts do to it -----------------------------------------------------------------------

    def reach_rung(self, rung: int, side: int) -> None:
        """Something of height ``rung`` was done by ``side``; a new rung may start a call."""
        data = self.record
        subject = int(data["unit"][1 - side])
        if subject >= 0:
            self.model.state.units[subject]["answered"] = 1
        if rung <= data["rung"]:
            return
        data["rung"] = rung
        first = int(data["first"])
        calling = data["agenda"][first, AGENDA.index("call")] != NEVER
        if self.model.regime.hotline.working and not calling:
            self.plan(first, "call", self.model.regime.hotline.call_minutes)
        self.model.rung_reached(self, rung)

    def shot(self, side: int) -> None:
        """Remember when ``side`` first fired anything."""
        first = self.record["first_shot"]
        first[side] = min(float(first[side]), self.minute)
        self._touch()

    def _touch(self) -> None:
        self.record["last_act"] = self.minute

    def calmed(self, p: float, rung: int) -> float:
        """``p`` of an act that leads to ``rung``, lower after a call that has got through."""
        if self.record["calmed"][0] < rung or p <= 0.0 or p >= 1.0:
            return p
        odds = p / (1.0 - p) * self.model.regime.hotline.odds
        return odds / (1.0 + odds)

    def note(self, side: int, actor: str, act: str, x: float = 0.0, y: float = 0.0) -> None:
        """Add a line to the chain of reasons."""
        self.model.note(self, side, actor, act, x, y)

    def close(self) -> None:
        """Both sides have disengaged."""
        self.record["closed"] = self.minute
        self.record["false_"] = int(
            self.record["trigger"] == VIOLATION_TRIGGER and self.record["true_depth"] <= 0.0
        )
        self.note(int(self.record["first"]), "incident", "closed", float(self.record["rung"]))
        self.model.incident_closed(self)

    # -- how it begins ----------------------------------------------------------------------------

    def begin_violation(self, side: int) -> None:
        """The watcher of ``side`` has confirmed a violation by the other side's unit."""
        other = 1 - side
        watch, conduct = self.model.regime.sides[side].watch, self.model.regime.sides[other].conduct
        unit = self.subject(other)
        self.record["sure"][other] = unit.own_ground_belief()
        self.note(side, "post", "violation", float(self.record["depth"]))
        self.post(side).command_post.report(self)
        self.plan(side, "look", watch.track_interval)
        self._plan_quiet(side)
        stay = float(unit.record["end"]) - self.minute  # a shift that is over goes home
        if conduct.leave_per_hour > 0.0:
            hours = self.exponential(Kind.LEAVE_BY_ITSELF, other, 0) / conduct.leave_per_hour
            stay = min(stay, 60.0 * hours)
        self.plan(other, "leave", stay)

    def begin_stray(self, side: int) -> None:
        """A round of ``side``, that nobody ordered, has struck a post of the other side."""
        other = 1 - side
        stray = self.model.regime.sides[other].stray
        self.shot(side)
        self.note(side, "post", "stray_round")
        self._plan_quiet(other)
        ours = self.model.regime.sides[side].stray
        if self.uniform(Kind.EXPLANATION, side, 0) < ours.p_explained:
            minutes, hotline = ours.explain_minutes, self.model.regime.hotline
            if hotline.working and self.uniform(Kind.EXPLANATION, side, 2) < hotline.p_connect:
                minutes = min(minutes, hotline.call_minutes)
            spread = self.lognormal(Kind.EXPLANATION, side, 1, ours.explain_log_sd)
            self.plan(side, "explain", minutes * spread)
        if not self.post(other).read_rounds(self):
            self.post(other).broadcast(self)
            return
        minutes = stray.origin_seen_minutes
        if self.uniform(Kind.ORIGIN_FOUND, other, 0) >= stray.p_origin_seen:
            spread = self.lognormal(Kind.ORIGIN_FOUND, other, 1, stray.origin_log_sd)
            minutes = stray.origin_minutes * spread
        self.plan(other, "command", minutes)

    def begin_mine(self, side: int) -> None:
        """A unit of ``side`` has met a mine, and may take it for an attack."""
        mines = self.model.regime.mines
        hurt = int(mines.casualties * self.exponential(Kind.MINE_CASUALTY, side, 0) + 0.5)
        self.record["mine_casualties"] = hurt
        self.note(side, "unit", "mine_strike", float(hurt))
        self._plan_quiet(side)
        posts = self.record["post"]
        if (posts >= 0).all() and self.uniform(Kind.READ_MINE, side, 0) < mines.read_as_attack:
            self.note(side, "unit", "read_as_attack", mines.read_as_attack)
            self.plan(side, "command", self.model.regime.sides[side].stray.origin_minutes)

    def begin_provocation(self, side: int) -> None:
        """A post of ``side`` attacks, because the scenario says so."""
        self.note(side, "post", "ordered_attack")
        self._plan_quiet(1 - side)
        self.plan_fire(side)

    def _plan_quiet(self, side: int) -> None:
        self.plan(side, "quiet", self.model.regime.sides[side].rules.quiet_minutes)


BEGIN = {
    VIOLATION_TRIGGER: Incident.begin_violation,
    STRAY_TRIGGER: Incident.begin_stray,
    MINE_TRIGGER: Incident.begin_mine,
    PROVOCATION_TRIGGER: Incident.begin_provocation,
}
