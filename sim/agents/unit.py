"""Patrols, work parties and survey teams: what they do when somebody shouts or shoots at them."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sim.acts import Act, Actor
from sim.agents.base import DmzAgent
from sim.agents.reading import READINGS, Volley
from sim.arithmetic import log
from sim.codes import Due, Rung
from sim.constants import NEVER
from sim.field.shifts import remembered
from sim.incidents.fire import prepare_fire
from sim.incidents.incident import Incident
from sim.parameters.units import AfterWarning
from sim.randomness import Kind, normal_probability, uniform_at
from sim.sides import other

_LEAST_DOUBT = 1e-12  # keeps the odds of full belief finite
_LEAST_M = 1.0  # metres: keeps the logarithm of a distance, or of a reach, finite


class Unit(DmzAgent):
    """A group of people on the ground; the field moves it, an open incident asks it.

    Interface: ``sim.incidents.parties.UnitParty``.
    """

    kind_name = "unit"

    @property
    def record(self) -> np.void:
        """The unit's row, a view: writing to it changes the state."""
        return self.scene.state.units[self.row]

    def own_ground_belief(self) -> float:
        """How sure the unit is that it stands on its own side, before anybody warned it."""
        felt = self.in_force.conduct.felt_error_m
        return normal_probability(float(self.record["distance"]) / felt)

    def hear(self, incident: Incident) -> None:
        """A broadcast reaches the unit, or not; if it does, it may leave."""
        side, own = self.side, self.in_force
        n = incident.of(other(side)).broadcasts
        clarity = self._clarity(incident)
        spread = own.voice.jitter / own.voice.spread
        clarity += spread * incident.normal(Kind.AUDIBILITY_JITTER, side, n)
        if self._loudness(incident) + clarity <= 0.0:
            incident.note(side, Actor.UNIT, Act.DID_NOT_HEAR)
            return
        self._doubt(incident)
        jitter = incident.normal(Kind.WILLINGNESS_JITTER, side, n)
        self._consider_leaving(incident, own.conduct.leave_broadcast, jitter)

    def _clarity(self, incident: Incident) -> float:
        """How well this unit hears, drawn once in the incident."""
        own = incident.of(self.side)
        if math.isnan(own.hearing):
            own.hearing = incident.normal(Kind.AUDIBILITY, self.side, 0)
        return own.hearing

    def _loudness(self, incident: Incident) -> float:
        """Log distance inside which the warning is understood, in units of its spread."""
        voice = self.scene.regime.sides[other(self.side)].voice
        noise = self.in_force.voice
        s, d = self.scene.position(self.row)
        growth = self.scene.growth_at(s, d, float(self.record["t"]))
        reach = (voice.open_m * (1.0 - growth) + voice.growth_m * growth) * (
            1.0 - noise.masking * noise.campaign
        )
        distance = max(_LEAST_M, incident.distance_to_post(other(self.side), s, d))
        return log(max(_LEAST_M, reach) / distance) / voice.spread

    def _doubt(self, incident: Incident) -> None:
        """The first warning that is understood lowers the belief to be on own ground, once."""
        own = incident.of(self.side)
        if own.heard:
            return
        own.heard = True
        before = own.sure
        odds = before / max(_LEAST_DOUBT, 1.0 - before) * self.in_force.conduct.heard_odds
        own.sure = odds / (1.0 + odds)
        incident.note(self.side, Actor.UNIT, Act.HEARD, before, own.sure)

    def _consider_leaving(self, incident: Incident, push: float, jitter: float) -> None:
        conduct, sure = self.in_force.conduct, incident.of(self.side).sure
        will = self._willingness(incident)
        will += conduct.leave_jitter * jitter
        if push - conduct.leave_sureness * sure + will > 0.0:
            self.leave(incident, Act.WITHDREW)
        else:
            incident.note(self.side, Actor.UNIT, Act.STAYED, sure)

    def _willingness(self, incident: Incident) -> float:
        """How willing this unit is to go in this incident: partly a trait of its orders, partly luck."""
        own = incident.of(self.side)
        if math.isnan(own.willing):
            share = self.in_force.conduct.trait_share
            luck = incident.normal(Kind.WILLINGNESS, self.side, 0)
            own.willing = math.sqrt(1.0 - share) * luck + math.sqrt(share) * float(self.record["trait"])
        return own.willing

    def under_warning_shots(self, incident: Incident) -> None:
        """A volley of warning shots: read as an attack or not; then fight, leave or stay."""
        side, n = self.side, incident.of(other(self.side)).volleys
        p = incident.calm(self.p_read_as_attack(incident, n), rung=Rung.AIMED_FIRE)
        incident.read_with(p)
        incident.expect(p * self._p_armed() * self._p_fires_back(incident))
        if incident.uniform(Kind.READ_AS_ATTACK, side, n) < p:
            incident.note(side, Actor.UNIT, Act.READ_AS_ATTACK, p)
            self.under_aimed_fire(incident)
            return
        incident.note(side, Actor.UNIT, Act.READ_AS_WARNING, p)
        self._doubt(incident)
        jitter = incident.normal(Kind.WILLINGNESS_UNDER_SHOTS, side, n)
        self._consider_leaving(incident, self.in_force.conduct.leave_shots, jitter)

    def p_read_as_attack(self, incident: Incident, volley: int) -> float:
        """Probability that this volley is taken for an attack, by its side's rule (MODEL.md, Incident)."""
        side, conduct = self.side, self.in_force.conduct
        government = self.parties.governments[side]
        met = Volley(
            conduct.shot_distance_m * incident.exponential(Kind.SHOT_DISTANCE, side, volley),
            incident.of(side).sure,
            incident.of(side).heard,
            incident.record.night,
            government.tension_in(incident.area, incident.minute),
            government.remembers_casualties(incident.minute),
            self._orders(),
        )
        return READINGS[conduct.attack_rule](conduct, met)

    def _orders(self) -> float:
        """Uniform on (0, 1), one for a project's crews, the same in all incidents of the run.

        It is of the luck and not of the world: nobody knows who has which orders.
        """
        project = int(self.record["project"])
        who = int(self.scene.state.projects["who"][project] if project >= 0 else self.record["who"])
        return uniform_at(self.scene.luck, int(Kind.ORDERS), who, 0, 0, self.side, 0)

    def under_aimed_fire(self, incident: Incident) -> None:
        """The unit believes itself attacked: it fires back if it can and will, else it runs."""
        side, across = self.side, incident.of(other(self.side))
        n = across.volleys + across.spells  # each is a new occasion to believe oneself attacked
        p = self._p_fires_back(incident)
        able = incident.uniform(Kind.ARMED, side, 0) < self._p_armed()
        if able and incident.uniform(Kind.RETURN_FIRE, side, n) < p:
            incident.note(side, Actor.UNIT, Act.FIRES_BACK, p)
            prepare_fire(incident, side)
        else:
            self.leave(incident, Act.RAN)

    def _p_armed(self) -> float:
        """Probability that it has weapons, and may use them."""
        return self.in_force.conduct.armed if self.in_force.rules.weapons else 0.0

    def _p_fires_back(self, incident: Incident) -> float:
        """Probability that it fires, if it has weapons and believes itself attacked."""
        own = self.in_force
        p = own.fire.p_continue if incident.of(self.side).spells else own.conduct.p_return_fire
        return incident.calm(p, rung=incident.rung + 1)

    def leave(self, incident: Incident, why: Act) -> None:
        """Go back for the rest of the shift."""
        incident.of(self.side).gone = True
        incident.record.left_at = min(incident.record.left_at, incident.minute)
        incident.cancel(self.side, Due.LEAVE)
        incident.note(self.side, Actor.UNIT, why)

    def learn(self, incident: Incident) -> None:
        """After a warning, with a probability, do otherwise from the next shift on (MODEL.md)."""
        rules, across = self.in_force.learning, incident.of(other(self.side))
        lesson = _LESSONS.get(rules.rule)
        if lesson is None or not across.broadcasts + across.volleys:
            return
        if incident.uniform(Kind.LEARN, self.side, 0) < rules.p_learn:
            lesson(self, incident)

    def _step_back(self, incident: Incident) -> None:
        """Keep more distance, or stay away, while memory lasts."""
        metres = self.in_force.learning.pushback_m
        self._push_back(metres, incident.minute)
        incident.note(self.side, Actor.UNIT, Act.LEARNED, metres)

    def _give_up_site(self, incident: Incident) -> None:
        """A party does not come back to its site; who has none goes on as before."""
        if self.record["project"] >= 0:
            self.scene.state.units["pushed_at"][self._mates] = NEVER
            incident.note(self.side, Actor.UNIT, Act.GAVE_UP_SITE)

    def _move_along(self, incident: Incident) -> None:
        """A party goes on farther west or east, for good; who has no site goes on as before."""
        if self.record["project"] >= 0:
            west = incident.uniform(Kind.MOVE_ALONG, self.side, 0) < 0.5
            metres = self.in_force.learning.move_m * (-1.0 if west else 1.0)
            self.scene.state.units["pushback"][self._mates] += metres
            incident.note(self.side, Actor.UNIT, Act.MOVED_ALONG, metres)

    @property
    def _mates(self) -> Any:
        """It and the other crew of its project, as rows or a mask of the units."""
        projects = self.scene.state.units["project"]
        return projects == self.record["project"] if self.record["project"] >= 0 else [self.row]

    def _push_back(self, metres: float, minute: float) -> None:
        """It, and the other crew of its project, will keep more distance for a while."""
        units, unit = self.scene.state.units, self.record
        total = remembered(unit, minute, self.in_force.learning.memory_days) + metres
        units["pushback"][self._mates] = total
        units["pushed_at"][self._mates] = minute


_LESSONS: Mapping[AfterWarning, Callable[[Unit, Incident], None]] = {  # and none, which teaches nothing
    "step_back": Unit._step_back,
    "stay_away": Unit._step_back,
    "abandon": Unit._give_up_site,
    "move_along": Unit._move_along,
}


class Patrol(Unit):
    """A foot patrol."""

    kind_name = "patrol"


class WorkParty(Unit):
    """A crew of a work project."""

    kind_name = "work party"


class SurveyTeam(Unit):
    """A team that restores markers, itself at risk near the line."""

    kind_name = "survey team"
