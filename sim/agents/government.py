"""Governments: tension, the posture and front-line activity that follow from it, and openness."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.base import DmzAgent
from sim.arithmetic import logit
from sim.randomness import logistic
from sim.state import DAY

if TYPE_CHECKING:
    from sim.incident import Incident

NORMAL, ALERT, PREDELEGATED = 0, 1, 2


class Government(DmzAgent):
    """One side's government. It acts once a day, and on every incident that closes."""

    @property
    def record(self) -> np.void:
        """The government's row, a view."""
        return self.model.state.governments[self.row]

    def tension(self, minute: float) -> float:
        """Tension at ``minute``, 0 to 1, by the closed form since the last jump."""
        return self.model.tensions(minute)[self.side]

    @property
    def alerted(self) -> bool:
        """Whether the posture is at least alert."""
        return bool(self.record["posture"] >= ALERT)

    @property
    def predelegated(self) -> bool:
        """Whether authority has moved one level down."""
        return bool(self.record["posture"] == PREDELEGATED)

    def remembers_casualties(self, minute: float) -> bool:
        """Whether own casualties are recent."""
        days = self.rules_in_force.politics.casualty_memory_days
        return bool(minute - self.record["casualties_at"] < days * DAY)

    def act(self, minute: float) -> None:
        """The daily decision: posture, and how much front-line work and patrolling there is."""
        politics, data = self.rules_in_force.politics, self.record
        tension = self.tension(minute)
        data["posture"] = self.posture(tension, minute)
        above = tension - politics.resting
        data["work_intensity"] = max(0.0, 1.0 + politics.work_response * above)
        data["patrol_intensity"] = max(0.0, 1.0 + politics.patrol_response * above)

    def posture(self, tension: float, minute: float) -> int:
        """Normal, alert or pre-delegated; recent casualties raise it by one step."""
        politics = self.rules_in_force.politics
        step = int(tension >= politics.alert_at) + int(tension >= politics.predelegate_at)
        return min(PREDELEGATED, step + int(self.remembers_casualties(minute)))

    def openness(self, minute: float) -> float:
        """Probability of answering an offer of talks, falling with tension above rest."""
        politics = self.rules_in_force.politics
        base = min(max(politics.openness, 1e-6), 1.0 - 1e-6)
        odds = logit(base)
        above = self.tension(minute) - politics.resting
        return logistic(odds - politics.openness_tension * above)

    def jump(self, incident: "Incident") -> float:
        """What a closed incident adds to this government's tension."""
        politics, data = self.rules_in_force.politics, incident.record
        own = int(data["casualties"][self.side])
        if own:
            self.record["casualties_at"] = incident.minute
        return politics.jumps[int(data["rung"])] + politics.casualty_jump * own
