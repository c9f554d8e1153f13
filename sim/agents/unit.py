"""Patrols, work parties and survey teams: what they do when somebody shouts or shoots at them."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.base import DmzAgent
from sim.arithmetic import log
from sim.randomness import Kind, logistic, normal_probability

if TYPE_CHECKING:
    from sim.incident import Incident


class Unit(DmzAgent):
    """A group of people on the ground; the field moves it, an open incident asks it.

    Interface with an incident: ``hear``, ``under_warning_shots``, ``under_aimed_fire``, ``leave``.
    """

    kind_name = "unit"

    @property
    def record(self) -> np.void:
        """The unit's row, a view: writing to it changes the state."""
        return self.model.state.units[self.row]

    @property
    def project(self) -> int:
        """The row of the work project that it belongs to, -1 for none."""
        return int(self.record["project"])

    def own_ground_belief(self) -> float:
        """How sure the unit is that it stands on its own side, before anybody warned it."""
        felt = self.rules_in_force.conduct.felt_error_m
        return normal_probability(float(self.record["distance"]) / felt)

    def hear(self, incident: "Incident") -> None:
        """A broadcast reaches the unit, or not; if it does, it may leave."""
        side, rules = self.side, self.rules_in_force
        n = int(incident.record["broadcasts"][1 - side])
        clarity = incident.once("hearing", Kind.AUDIBILITY, side)
        jitter = rules.voice.jitter / rules.voice.spread
        clarity += jitter * incident.normal(Kind.AUDIBILITY_JITTER, side, n)
        if self._loudness(incident) + clarity <= 0.0:
            incident.note(side, "unit", "did_not_hear")
            return
        self._doubt(incident)
        self._consider_leaving(incident, rules.conduct.leave_broadcast, n)

    def _loudness(self, incident: "Incident") -> float:
        """Log distance inside which the warning is understood, in units of its spread."""
        voice = self.model.regime.sides[1 - self.side].voice
        noise = self.rules_in_force.voice
        growth = self.model.growth_at(self.row)
        reach = (voice.open_m * (1.0 - growth) + voice.growth_m * growth) * (
            1.0 - noise.masking * noise.campaign
        )
        distance = max(1.0, incident.distance_to_unit(self.side))
        return log(max(1.0, reach) / distance) / voice.spread

    def _doubt(self, incident: "Incident") -> None:
        """The first warning that is understood lowers the belief to be on own ground, once."""
        data, side = incident.record, self.side
        if data["heard"][side]:
            return
        data["heard"][side] = 1
        before = float(data["sure"][side])
        odds = before / max(1e-12, 1.0 - before) * self.rules_in_force.conduct.heard_odds
        data["sure"][side] = odds / (1.0 + odds)
        incident.note(side, "unit", "heard", before, float(data["sure"][side]))

    def _consider_leaving(self, incident: "Incident", push: float, n: int) -> bool:
        conduct, side = self.rules_in_force.conduct, self.side
        will = incident.once("willing", Kind.WILLINGNESS, side)
        will += conduct.leave_jitter * incident.normal(Kind.WILLINGNESS_JITTER, side, n)
        if push - conduct.leave_sureness * float(incident.record["sure"][side]) + will > 0.0:
            self.leave(incident, "withdrew")
            return True
        incident.note(side, "unit", "stayed", float(incident.record["sure"][side]))
        return False

    def under_warning_shots(self, incident: "Incident") -> None:
        """A volley of warning shots: read as an attack or not; then fight, leave or stay."""
        side, conduct = self.side, self.rules_in_force.conduct
        n = int(incident.record["volleys"][1 - side])
        p = incident.calmed(self.p_read_as_attack(incident, n), rung=3)
        if incident.uniform(Kind.READ_AS_ATTACK, side, n) < p:
            incident.note(side, "unit", "read_as_attack", p)
            self.under_aimed_fire(incident)
            return
        incident.note(side, "unit", "read_as_warning", p)
        self._doubt(incident)
        self._consider_leaving(incident, conduct.leave_shots, 1000 + n)

    def p_read_as_attack(self, incident: "Incident", volley: int) -> float:
        """Probability that this volley is taken for an attack (MODEL.md, Incident)."""
        side, conduct = self.side, self.rules_in_force.conduct
        government = self.model.governments[side]
        strike = conduct.shot_distance_m * incident.exponential(Kind.SHOT_DISTANCE, side, volley)
        near = conduct.near_m / (conduct.near_m + strike)
        return logistic(
            conduct.attack_intercept
            + conduct.attack_sureness * float(incident.record["sure"][side])
            + conduct.attack_tension * government.tension(incident.minute)
            + conduct.attack_night * float(incident.record["night"])
            + conduct.attack_near * near
            + conduct.attack_casualties * government.remembers_casualties(incident.minute)
        )

    def under_aimed_fire(self, incident: "Incident") -> None:
        """The unit believes itself attacked: it fires back if it can and will, else it runs."""
        side, rules = self.side, self.rules_in_force
        n = int(incident.record["spells"][1 - side])
        first = incident.record["spells"][side] == 0
        able = rules.rules.weapons and incident.uniform(Kind.REPLY, side, 100) < rules.conduct.armed
        p = rules.conduct.p_return_fire if first else rules.fire.p_continue
        p = incident.calmed(p, rung=int(incident.record["rung"]) + 1)
        willing = incident.uniform(Kind.REPLY, side, 200 + n) < p
        if able and willing:
            incident.plan_fire(side)
        else:
            self.leave(incident, "ran")

    def leave(self, incident: "Incident", why: str) -> None:
        """Go back for the rest of the shift."""
        incident.record["gone"][self.side] = 1
        incident.cancel(self.side, "leave")
        incident.note(self.side, "unit", why)

    def learn(self, incident: "Incident") -> None:
        """After a warning, step back from the next shift on, with a probability (MODEL.md)."""
        rules = self.rules_in_force.learning
        if rules.rule == "none" or not incident.record["broadcasts"][1 - self.side] + (
            incident.record["volleys"][1 - self.side]
        ):
            return
        if incident.uniform(Kind.LEARN, self.side, 0) < rules.p_learn:
            self.model.push_back(self.row, rules.pushback_m, incident.minute)
            incident.note(self.side, "unit", "learned", rules.pushback_m)


class Patrol(Unit):
    """A foot patrol."""

    kind_name = "patrol"


class WorkParty(Unit):
    """A crew of a work project."""

    kind_name = "work party"


class SurveyTeam(Unit):
    """A team that restores markers, itself at risk near the line."""

    kind_name = "survey team"
