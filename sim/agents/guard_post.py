"""Guard posts: the side's eyes, voice and weapons on the spot."""

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.base import DmzAgent
from sim.randomness import Kind, logistic

if TYPE_CHECKING:
    from sim.agents.command_post import CommandPost
    from sim.incident import Incident


class GuardPost(DmzAgent):
    """A fixed post. It carries out what its command post decides, and defends itself.

    Interface: ``broadcast``, ``fire_warning``, ``reply``, ``read_rounds``, ``support``.
    """

    @property
    def record(self) -> np.void:
        """The post's row, a view."""
        return self.model.state.posts[self.row]

    @property
    def command_post(self) -> "CommandPost":
        """The command post of the area in which the post stands."""
        return self.model.command_post(self.side, int(self.record["area"]))

    def broadcast(self, incident: "Incident") -> None:
        """Call out to the other side's unit."""
        data = incident.record
        data["broadcasts"][self.side] += 1
        data["last_broadcast"][self.side] = incident.minute
        incident.reach_rung(1, self.side)
        incident.note(self.side, "post", "broadcast", float(data["broadcasts"][self.side]))
        if incident.present(1 - self.side):
            incident.subject(1 - self.side).hear(incident)

    def fire_warning(self, incident: "Incident") -> None:
        """Fire a volley over their heads."""
        data = incident.record
        data["volleys"][self.side] += 1
        incident.shot(self.side)
        incident.reach_rung(2, self.side)
        incident.note(self.side, "post", "warning_shots", float(data["volleys"][self.side]))
        subject = incident.subject(1 - self.side)
        if subject is not None:
            subject.under_warning_shots(incident)

    def reply(self, incident: "Incident") -> None:
        """Aimed fire has come: reply in self-defence, and go on while the exchange lasts."""
        fire, data = self.rules_in_force.fire, incident.record
        n = int(data["spells"][1 - self.side])
        p = fire.p_reply if data["spells"][self.side] == 0 else fire.p_continue
        p = incident.calmed(p, rung=int(data["rung"]) + 1)
        if not self.rules_in_force.rules.weapons:
            return
        if incident.uniform(Kind.REPLY, self.side, n) < p:
            incident.plan_fire(self.side)
        else:
            incident.note(self.side, "post", "held_fire", p)

    def read_rounds(self, incident: "Incident") -> bool:
        """Rounds have struck the post: True if it takes them for an attack."""
        stray = self.rules_in_force.stray
        tension = self.model.governments[self.side].tension(incident.minute)
        p = incident.calmed(logistic(stray.read_as_attack + stray.attack_tension * tension), rung=3)
        attack = incident.uniform(Kind.READ_STRAY, self.side, 0) < p
        incident.note(self.side, "post", "read_as_attack" if attack else "read_as_stray", p)
        return attack

    def support(self, incident: "Incident") -> bool:
        """Fire was heard nearby: True if the post joins in for its own side."""
        fire, data, side = self.rules_in_force.fire, incident.record, self.side
        knows = incident.uniform(Kind.SUPPORT_ATTRIBUTION, side, 0) < fire.p_attrib
        other_began = data["first_shot"][1 - side] < data["first_shot"][side]
        if knows and not other_began:
            incident.note(side, "support", "knew_own_side_began")
            return False
        p = incident.calmed(fire.p_support, rung=int(data["rung"]) + 1)
        joins = self.rules_in_force.rules.weapons and (
            incident.uniform(Kind.SUPPORT_REPLY, side, 0) < p
        )
        incident.note(side, "support", "joined" if joins else "held_fire", p)
        return joins
