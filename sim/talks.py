"""The state machine of talks. It acts once a day; clauses of an agreement are overlays.

NONE -> PROPOSED -> IGNORED | REFUSED | ACCEPTED -> IN_SESSION -> AGREED | COLLAPSED;
AGREED -> IMPLEMENTED; under high tension an agreement is SUSPENDED and comes back when it falls.
After silence, a refusal or a collapse the next offer follows in its time.
"""

from enum import IntEnum
from typing import TYPE_CHECKING

from sim.parameters import NORTH
from sim.randomness import Kind, uniform_at

if TYPE_CHECKING:
    from sim.model import DmzModel


class TalksState(IntEnum):
    """Where the talks stand."""

    NONE = 0
    PROPOSED = 1
    IGNORED = 2
    REFUSED = 3
    ACCEPTED = 4
    IN_SESSION = 5
    AGREED = 6
    COLLAPSED = 7
    IMPLEMENTED = 8
    SUSPENDED = 9


_OUTCOMES = {
    "ignored": TalksState.IGNORED, "refused": TalksState.REFUSED,
    "accepted": TalksState.ACCEPTED, "collapsed": TalksState.ACCEPTED,
}  # fmt: skip


class Negotiation:
    """A face of the talks in ``state.run``: who offered when, and what has come of it."""

    def __init__(self, model: "DmzModel") -> None:
        self.model = model
        self.rules = model.case.scenario.talks

    @property
    def state(self) -> TalksState:
        """Where the talks stand."""
        return TalksState(int(self.model.state.run["talks"][0]))

    @property
    def in_force(self) -> frozenset[str]:
        """Which clauses bind: ``agreed``, and ``implemented``."""
        if self.state == TalksState.AGREED:
            return frozenset({"agreed"})
        if self.state == TalksState.IMPLEMENTED:
            return frozenset({"agreed", "implemented"})
        return frozenset()

    def act(self, day: float) -> None:
        """Do all that falls due on ``day`` of exposure (negative in the warm-up), step by step."""
        run, before = self.model.state.run[0], None
        while self.state != before:
            before = self.state
            getattr(self, f"_from_{before.name.lower()}")(day, day - float(run["talks_since"]))

    def _enter(self, state: TalksState, day: float, cost: float = 0.0) -> None:
        run = self.model.state.run[0]
        run["talks"], run["talks_since"] = int(state), day
        if cost:
            self.model.jump_tension((cost, cost))

    def _from_none(self, day: float, _waited: float) -> None:
        rules = self.rules
        if rules.decided_by == "scenario" and rules.outcome == "none":
            return
        if day >= float(self.model.state.run[0]["next_offer"]):
            self._offer(day)

    def _offer(self, day: float) -> None:
        run = self.model.state.run[0]
        run["offers"] += 1
        run["offered_on"] = day
        self._enter(TalksState.PROPOSED, day)

    def _from_proposed(self, day: float, waited: float) -> None:
        if waited < self.rules.answer_days:
            return
        answer = self._answer()
        costs = {TalksState.IGNORED: self.rules.ignored_cost,
                 TalksState.REFUSED: self.rules.refusal_cost}  # fmt: skip
        self._enter(answer, day, costs.get(answer, 0.0))
        pauses = {TalksState.IGNORED: self.rules.next_offer_days,
                  TalksState.REFUSED: self.rules.refused_offer_days}  # fmt: skip
        self.model.state.run[0]["next_offer"] = day + pauses.get(answer, 0)

    def _luck(self, kind: Kind, ordinal: int = 0) -> float:
        offer = int(self.model.state.run[0]["offers"])
        return uniform_at(self.model.luck, int(kind), offer, 0, 0, NORTH, ordinal)

    def _answer(self) -> TalksState:
        """What the side that was asked, the north, answers."""
        rules = self.rules
        if rules.decided_by == "governments":
            north = self.model.governments[NORTH]
            if self._luck(Kind.TALKS_ANSWER) < north.openness(self.model.minute):
                return TalksState.ACCEPTED
            silent = self._luck(Kind.TALKS_ANSWER, 1) < rules.silence_share
            return TalksState.IGNORED if silent else TalksState.REFUSED
        outcome = rules.outcome if rules.decided_by == "scenario" else self._drawn_outcome()
        return _OUTCOMES.get(outcome, TalksState.IGNORED)

    def _drawn_outcome(self) -> str:
        u = self._luck(Kind.TALKS_ANSWER)
        for outcome, share in self.rules.probabilities.items():
            u -= share
            if u < 0.0:
                return outcome
        return "ignored"

    def _collapses(self) -> bool:
        rules = self.rules
        if rules.decided_by == "scenario":
            return rules.outcome == "collapsed"
        if rules.decided_by == "chance":
            return self._drawn_outcome() == "collapsed"
        return self._luck(Kind.TALKS_COLLAPSE) < rules.p_collapse

    def _since_offer(self, day: float) -> float:
        """Days on the scenario's own scale, on which the first offer falls on ``offer_day``."""
        return day - float(self.model.state.run[0]["offered_on"]) + self.rules.offer_day

    def _from_accepted(self, day: float, _waited: float) -> None:
        if self._since_offer(day) >= self.rules.session_day:
            self._enter(TalksState.IN_SESSION, day)

    def _from_in_session(self, day: float, _waited: float) -> None:
        rules = self.rules
        if self._since_offer(day) < rules.agreed_day:
            return
        if self._collapses():
            self._enter(TalksState.COLLAPSED, day, rules.collapse_cost)
            self.model.state.run[0]["next_offer"] = day + rules.refused_offer_days
        else:
            self._enter(TalksState.AGREED, day, -rules.agreement_relief)

    def _from_agreed(self, day: float, _waited: float) -> None:
        if self._strained():
            self._enter(TalksState.SUSPENDED, day)
        elif self._since_offer(day) >= self.rules.implemented_day:
            self._enter(TalksState.IMPLEMENTED, day)

    def _from_implemented(self, day: float, _waited: float) -> None:
        if self._strained():
            self._enter(TalksState.SUSPENDED, day)

    def _from_suspended(self, day: float, _waited: float) -> None:
        if not self._strained():
            self._enter(TalksState.AGREED, day)

    def _strained(self) -> bool:
        return max(self.model.tensions(self.model.minute)) > self.rules.suspend_tension

    def _next_round(self, day: float, _waited: float) -> None:
        if day >= float(self.model.state.run[0]["next_offer"]):
            self._offer(day)

    _from_ignored = _from_refused = _from_collapsed = _next_round
