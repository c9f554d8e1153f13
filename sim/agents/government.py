"""Governments: tension, the posture and front-line activity that follow from it, and openness."""

import numpy as np

from sim.agents.base import DmzAgent
from sim.arithmetic import logit
from sim.codes import Posture
from sim.field import days
from sim.incidents.incident import Incident
from sim.randomness import logistic

_ALMOST_NEVER = 1e-6  # keeps the log odds of a probability of 0 or 1 finite


class Government(DmzAgent):
    """One side's government. It acts once a day, and on every incident that closes."""

    @property
    def record(self) -> np.void:
        """The government's row, a view."""
        return self.scene.state.governments[self.row]

    def tension(self, minute: float) -> float:
        """Tension at ``minute``, 0 to 1, by the closed form since the last jump."""
        return self.scene.tension.at(minute)[self.side]

    def tension_in(self, area: int, minute: float) -> float:
        """The tension that its people in an area go by: its own, or the area's where tension stays local."""
        if self.scene.regime.parameters.feedback.by_area:
            return self.scene.tension.in_area(area, minute)[self.side]
        return self.tension(minute)

    def posture_in(self, area: int, minute: float) -> Posture:
        """How far its command post in an area has made ready: as it decided, or by the area's own tension."""
        if self.scene.regime.parameters.feedback.by_area:
            return self.posture(self.tension_in(area, minute), minute)
        return Posture(self.record["posture"])

    def remembers_casualties(self, minute: float) -> bool:
        """Whether own casualties are recent."""
        return bool(days.remembers_casualties(self.record, minute, self._rules))

    def act(self, minute: float) -> None:
        """The daily decision: posture, and how much front-line work and patrolling there is.

        Where all governments are of this very class, ``sim.field.days.begin_day`` does the same for them on
        days on which nothing else falls due.
        """
        tension = self.tension(minute)
        self.record["posture"] = self.posture(tension, minute)
        days.set_activity(self.record, tension, self._rules)

    def posture(self, tension: float, minute: float) -> Posture:
        """Normal, alert or pre-delegated; recent casualties raise it by one step."""
        return Posture(days.posture(self.record, tension, minute, self._rules))

    @property
    def _rules(self) -> np.void:
        return self.scene.regime.records[self.side]

    def openness(self, minute: float) -> float:
        """Probability of answering an offer of talks, falling with tension above rest."""
        politics = self.in_force.politics
        base = min(max(politics.openness, _ALMOST_NEVER), 1.0 - _ALMOST_NEVER)
        odds = logit(base)
        above = self.tension(minute) - politics.resting
        return logistic(odds - politics.openness_tension * above)

    def jump(self, incident: Incident) -> float:
        """What a closed incident adds to this government's tension."""
        politics, own = self.in_force.politics, incident.of(self.side).casualties
        if own:
            self.record["casualties_at"] = incident.minute
        return politics.jumps[incident.rung] + politics.casualty_jump * own
