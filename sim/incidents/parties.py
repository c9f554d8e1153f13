"""The parties to an incident: what it asks of a unit, a post, a command post and a government.

Agents of one's own need to keep these, and no more; ``sim.agents`` are the shipped ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sim.acts import Act
from sim.codes import Posture
from sim.incidents.incident import Incident


class UnitParty(Protocol):
    """A group of people on the ground, called at, shot at, going home."""

    def own_ground_belief(self) -> float:
        """How sure it is, 0 to 1, to stand on its own side before anybody warned it."""

    def hear(self, incident: Incident) -> None:
        """A broadcast has been made."""

    def under_warning_shots(self, incident: Incident) -> None:
        """A volley has been fired over its head."""

    def under_aimed_fire(self, incident: Incident) -> None:
        """It has been fired at, or believes so."""

    def leave(self, incident: Incident, why: Act) -> None:
        """It goes home."""

    def learn(self, incident: Incident) -> None:
        """The incident is over."""


class PostParty(Protocol):
    """A post that acts for its side."""

    def broadcast(self, incident: Incident) -> None:
        """Call out to the other side's unit."""

    def fire_warning(self, incident: Incident) -> None:
        """Fire a volley over its head."""

    def reply(self, incident: Incident) -> None:
        """Aimed fire has come at the post."""

    def read_rounds(self, incident: Incident) -> bool:
        """Rounds have struck the post: whether it takes them for an attack."""

    def p_joins(self, incident: Incident) -> float:
        """The chance with which ``support`` will say yes."""

    def support(self, incident: Incident) -> bool:
        """Fire was heard nearby: whether the post joins in."""


class CommandParty(Protocol):
    """The command over the post that acts."""

    def report(self, incident: Incident) -> None:
        """A violation has been reported."""

    def act(self, incident: Incident) -> None:
        """The moment to decide has come, or an answer from above."""

    def remember(self, minute: float) -> None:
        """An incident has closed."""


class GovernmentParty(Protocol):
    """A side's government."""

    def tension_in(self, area: int, minute: float) -> float:
        """The tension that its people in an area go by, 0 to 1."""

    def posture_in(self, area: int, minute: float) -> Posture:
        """How far its command post in an area has made ready."""

    def remembers_casualties(self, minute: float) -> bool:
        """Whether own casualties are recent."""

    def jump(self, incident: Incident) -> float:
        """What a closed incident adds to its tension."""


@dataclass
class Parties:
    """Everyone in a run, by the rows of the state, and the incidents that are ``under_way``.

    Command posts stand north first, by area.
    """

    units: Sequence[UnitParty] = field(default=())
    posts: Sequence[PostParty] = field(default=())
    command_posts: Sequence[CommandParty] = field(default=())
    governments: Sequence[GovernmentParty] = field(default=())
    under_way: list[Incident] = field(default_factory=list)

    def unit(self, incident: Incident, side: int) -> UnitParty | None:
        """The unit of ``side`` that is or was in an incident, if any."""
        row = incident.of(side).unit
        return self.units[row] if row >= 0 else None

    def unit_present(self, incident: Incident, side: int) -> UnitParty | None:
        """The unit of ``side`` in an incident, if it is still there."""
        return self.unit(incident, side) if incident.of(side).present else None

    def post(self, incident: Incident, side: int) -> PostParty:
        """The post that acts for ``side``."""
        return self.posts[incident.of(side).post]

    def command(self, incident: Incident, side: int) -> CommandParty:
        """The command over the post that acts for ``side``."""
        area = incident.scene.areas[incident.of(side).post]
        return self.command_posts[side * (len(self.command_posts) // 2) + area]

    def dismiss(self) -> None:
        """Let everyone go: they know each other through it, and would keep each other alive."""
        self.units = self.posts = self.command_posts = self.governments = ()
