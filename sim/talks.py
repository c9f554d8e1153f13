"""The state machine of talks. It acts once a day; clauses of an agreement are overlays.

NONE -> PROPOSED -> IGNORED | REFUSED | ACCEPTED -> IN_SESSION -> AGREED | COLLAPSED;
AGREED -> IMPLEMENTED; under high tension an agreement is SUSPENDED and comes back when it falls.
After silence, a refusal or a collapse the next offer follows in its time.
"""

import math
from collections.abc import Callable, Mapping

from sim.agents import Government
from sim.codes import TalksState
from sim.randomness import Kind, uniform_at
from sim.scenario.scenario_file import Talks
from sim.scene import Scene
from sim.sides import NORTH

_STATES = tuple(TalksState)  # by number: an enum's own look-up takes longer than all else of a day's talks
_OUTCOMES = {
    "ignored": TalksState.IGNORED,
    "refused": TalksState.REFUSED,
    "accepted": TalksState.ACCEPTED,
    "collapsed": TalksState.ACCEPTED,
}

_CLAUSES = {
    TalksState.AGREED: frozenset({"agreed"}),
    TalksState.IMPLEMENTED: frozenset({"agreed", "implemented"}),
}


class Negotiation:
    """A face of the talks in ``state.run``: what was offered when, and what has come of it.

    ``asked`` is the government that answers offers, the north's.
    """

    def __init__(self, scene: Scene, rules: Talks, asked: Government) -> None:
        self.scene = scene
        self.rules = rules
        self.asked = asked

    @property
    def state(self) -> TalksState:
        """Where the talks stand."""
        return _STATES[self.scene.state.run["talks"][0]]

    @property
    def clauses(self) -> frozenset[str]:
        """Which clauses bind: ``agreed``, and ``implemented``."""
        return _CLAUSES.get(self.state, frozenset())

    @property
    def due(self) -> float:
        """The day of exposure before which nothing can fall due."""
        run, rules, state = self.scene.state.run[0], self.rules, self.state
        if state is TalksState.NONE and rules.decided_by == "scenario" and rules.outcome == "none":
            return math.inf
        if STEPS[state] in (Negotiation._from_none, Negotiation._next_round):
            return float(run["next_offer"])
        if state is TalksState.PROPOSED:
            return float(run["talks_since"]) + rules.answer_days
        return -math.inf  # what becomes of an agreement hangs on each day's tension

    def act(self, day: float) -> None:
        """Do all that falls due on ``day`` of exposure (negative in the warm-up), step by step."""
        run, before = self.scene.state.run[0], None
        while self.state != before:
            before = self.state
            STEPS[before](self, day, day - float(run["talks_since"]))

    def _enter(self, state: TalksState, day: float, cost: float = 0.0) -> None:
        run = self.scene.state.run[0]
        run["talks"], run["talks_since"] = int(state), day
        if cost:
            self.scene.tension.jump((cost, cost), self.scene.minute)

    def _from_none(self, day: float, _waited: float) -> None:
        rules = self.rules
        if rules.decided_by == "scenario" and rules.outcome == "none":
            return
        if day >= float(self.scene.state.run[0]["next_offer"]):
            self._offer(day)

    def _offer(self, day: float) -> None:
        run = self.scene.state.run[0]
        run["offers"] += 1
        run["offered_on"] = day
        self._enter(TalksState.PROPOSED, day)

    def _from_proposed(self, day: float, waited: float) -> None:
        if waited < self.rules.answer_days:
            return
        answer = self._answer()
        costs = {TalksState.IGNORED: self.rules.ignored_cost, TalksState.REFUSED: self.rules.refusal_cost}
        self._enter(answer, day, costs.get(answer, 0.0))
        pauses = {
            TalksState.IGNORED: self.rules.next_offer_days,
            TalksState.REFUSED: self.rules.refused_offer_days,
        }
        self.scene.state.run[0]["next_offer"] = day + pauses.get(answer, 0)

    def _luck(self, kind: Kind) -> float:
        offer = int(self.scene.state.run[0]["offers"])
        return uniform_at(self.scene.luck, int(kind), offer, 0, 0, NORTH, 0)

    def _answer(self) -> TalksState:
        """What the side that was asked, the north, answers."""
        rules = self.rules
        if rules.decided_by == "governments":
            if self._luck(Kind.TALKS_ANSWER) < self.asked.openness(self.scene.minute):
                return TalksState.ACCEPTED
            silent = self._luck(Kind.TALKS_SILENCE) < rules.silence_share
            return TalksState.IGNORED if silent else TalksState.REFUSED
        outcome = rules.outcome if rules.decided_by == "scenario" else self._drawn_outcome()
        return _OUTCOMES.get(outcome, TalksState.IGNORED)

    def _drawn_outcome(self) -> str:
        u = self._luck(Kind.TALKS_OUTCOME)
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
        return day - float(self.scene.state.run[0]["offered_on"]) + self.rules.offer_day

    def _from_accepted(self, day: float, _waited: float) -> None:
        if self._since_offer(day) >= self.rules.session_day:
            self._enter(TalksState.IN_SESSION, day)

    def _from_in_session(self, day: float, _waited: float) -> None:
        rules = self.rules
        if self._since_offer(day) < rules.agreed_day:
            return
        if self._collapses():
            self._enter(TalksState.COLLAPSED, day, rules.collapse_cost)
            self.scene.state.run[0]["next_offer"] = day + rules.refused_offer_days
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
        return max(self.scene.tension.at(self.scene.minute)) > self.rules.suspend_tension

    def _next_round(self, day: float, _waited: float) -> None:
        if day >= float(self.scene.state.run[0]["next_offer"]):
            self._offer(day)


STEPS: Mapping[TalksState, Callable[[Negotiation, float, float], None]] = {
    TalksState.NONE: Negotiation._from_none,
    TalksState.PROPOSED: Negotiation._from_proposed,
    TalksState.IGNORED: Negotiation._next_round,
    TalksState.REFUSED: Negotiation._next_round,
    TalksState.ACCEPTED: Negotiation._from_accepted,
    TalksState.IN_SESSION: Negotiation._from_in_session,
    TalksState.AGREED: Negotiation._from_agreed,
    TalksState.COLLAPSED: Negotiation._next_round,
    TalksState.IMPLEMENTED: Negotiation._from_implemented,
    TalksState.SUSPENDED: Negotiation._from_suspended,
}
