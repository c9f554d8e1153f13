"""Guard posts: the side's eyes, voice and weapons on the spot."""

import numpy as np

from sim.acts import Act, Actor
from sim.agents.base import DmzAgent
from sim.codes import Rung
from sim.incidents.fire import prepare_fire
from sim.incidents.incident import Incident
from sim.randomness import Kind, logistic
from sim.sides import other


class GuardPost(DmzAgent):
    """A fixed post. It carries out what its command post decides, and defends itself.

    Interface: ``sim.incidents.parties.PostParty``.
    """

    @property
    def record(self) -> np.void:
        """The post's row, a view."""
        return self.scene.state.posts[self.row]

    def broadcast(self, incident: Incident) -> None:
        """Call out to the other side's unit."""
        own = incident.of(self.side)
        own.broadcasts += 1
        own.first_broadcast = min(own.first_broadcast, incident.minute)
        own.last_broadcast = incident.minute
        incident.reach_rung(Rung.BROADCAST, self.side)
        incident.note(self.side, Actor.POST, Act.BROADCAST, own.broadcasts)
        unit = self.parties.unit_present(incident, other(self.side))
        if unit is not None:
            unit.hear(incident)

    def fire_warning(self, incident: Incident) -> None:
        """Fire a volley over their heads."""
        own = incident.of(self.side)
        own.volleys += 1
        incident.shot(self.side)
        incident.reach_rung(Rung.WARNING_SHOTS, self.side)
        incident.note(self.side, Actor.POST, Act.WARNING_SHOTS, own.volleys)
        unit = self.parties.unit(incident, other(self.side))
        if unit is not None:
            unit.under_warning_shots(incident)

    def reply(self, incident: Incident) -> None:
        """Aimed fire has come: reply in self-defence, and go on while the exchange lasts."""
        if not self.in_force.rules.weapons:
            return
        fire, n = self.in_force.fire, incident.of(other(self.side)).spells
        p = fire.p_continue if incident.of(self.side).spells else fire.p_reply
        p = incident.calm(p, rung=incident.rung + 1)
        if incident.uniform(Kind.REPLY, self.side, n) < p:
            prepare_fire(incident, self.side)
        else:
            incident.note(self.side, Actor.POST, Act.HELD_FIRE, p)

    def read_rounds(self, incident: Incident) -> bool:
        """Rounds have struck the post: True if it takes them for an attack."""
        stray = self.in_force.stray
        tension = self.parties.governments[self.side].tension_in(incident.area, incident.minute)
        p = logistic(stray.read_as_attack + stray.attack_tension * tension)
        p = incident.calm(p, rung=Rung.AIMED_FIRE)
        attack = incident.uniform(Kind.READ_STRAY, self.side, 0) < p
        incident.note(self.side, Actor.POST, Act.READ_AS_ATTACK if attack else Act.READ_AS_STRAY, p)
        incident.read_with(p)
        return attack

    def support(self, incident: Incident) -> bool:
        """Fire was heard nearby: True if the post joins in for its own side."""
        fire, side = self.in_force.fire, self.side
        knows = incident.uniform(Kind.SUPPORT_ATTRIBUTION, side, 0) < fire.p_attrib
        if knows and not self._other_began(incident):
            incident.note(side, Actor.SUPPORT, Act.KNEW_OWN_SIDE_BEGAN)
            return False
        p = self._p_supports(incident)
        joins = self.in_force.rules.weapons and incident.uniform(Kind.SUPPORT_REPLY, side, 0) < p
        incident.note(side, Actor.SUPPORT, Act.JOINED if joins else Act.HELD_FIRE, p)
        return joins

    def p_joins(self, incident: Incident) -> float:
        """The chance with which it will join in, before anything of that is drawn."""
        own = self.in_force
        if not own.rules.weapons:
            return 0.0
        may = 1.0 if self._other_began(incident) else 1.0 - own.fire.p_attrib
        return may * self._p_supports(incident)

    def _other_began(self, incident: Incident) -> bool:
        return incident.of(other(self.side)).first_shot < incident.of(self.side).first_shot

    def _p_supports(self, incident: Incident) -> float:
        """The chance of joining in, of who does not know that its own side began."""
        return incident.calm(self.in_force.fire.p_support, rung=incident.rung + 1)
