"""A command post whose decisions are handed to it, and which asks for those that it has not.

It is a command post like any other: delays, authority, notice, what a post carries out and all that follows
are the model's. Only what is decided when its moment has come is somebody's choice.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from sim.acts import Act, Actor
from sim.agents import CommandPost
from sim.codes import Action, Trigger
from sim.incidents.incident import Incident

Moment = tuple[int, float]  # the row of an incident, and the minute at which something is to be decided


class Choice(StrEnum):
    """What a duty officer may decide."""

    WAIT = "wait"
    BROADCAST = "broadcast"
    WARNING_SHOTS = "warning shots"
    BOTH = "broadcast and warning shots"
    ASK = "ask"
    CALL = "call"


_STEPS = {
    Choice.BROADCAST: Action.BROADCAST,
    Choice.WARNING_SHOTS: Action.WARNING_SHOTS,
    Choice.BOTH: Action.BROADCAST_AND_WARNING_SHOTS,
}


@dataclass
class Orders:
    """Who is on duty, and what has been decided so far.

    ``area``: of whose command post, None for whichever of the side has to decide. ``since``: before this
    minute the rules decide. ``by_rules``: they do too where no decision is known; else that is asked for.
    ``taken``: the moments that have come so far.
    """

    side: int
    area: int | None = None
    since: float = 0.0
    decided: dict[Moment, Choice] = field(default_factory=dict)
    by_rules: bool = False
    taken: set[Moment] = field(default_factory=set, compare=False)


class DecisionWanted(Exception):  # noqa: N818
    """A decision has to be taken that nobody has taken yet: the run is to be taken back, and played again.

    ``officer`` and ``incident`` are those of the run as it stands at this moment.
    """

    def __init__(self, officer: "DutyOfficer", incident: Incident) -> None:
        super().__init__(f"incident {incident.row} at minute {incident.minute}")
        self.officer, self.incident = officer, incident


class DutyOfficer(CommandPost):
    """Decides as its ``orders`` say; raises ``DecisionWanted`` where they say nothing."""

    orders: ClassVar[Orders]

    def decide(self, incident: Incident) -> None:
        """Do what was chosen for this moment; what the rules say where the officer is not on duty."""
        orders, moment = self.orders, (incident.row, incident.minute)
        choice = orders.decided.get(moment)
        if choice is not None:
            orders.taken.add(moment)
            self._do(incident, choice)
        elif self.is_on_duty(incident.minute) and not orders.by_rules:
            raise DecisionWanted(self, incident)
        else:
            super().decide(incident)

    def is_on_duty(self, minute: float) -> bool:
        """Whether this post is the officer's by then."""
        orders = self.orders
        here = orders.area is None or orders.area == int(self.record["area"])
        return self.side == orders.side and here and minute >= orders.since

    def _do(self, incident: Incident, choice: Choice) -> None:
        if choice in _STEPS:
            self.ask(incident, _STEPS[choice])
        elif choice == Choice.ASK:
            self.ask(incident, Action.AIMED_FIRE if is_violation(incident) else Action.REPLY)
        else:
            if choice == Choice.CALL and incident.may_call(self.side):
                incident.begin_call(self.side)
            incident.note(self.side, Actor.COMMAND, Act.CHOSE_TO_WAIT)
            if is_violation(incident):  # else holding fire is all that there is to decide
                self._take_turn(incident)


def is_violation(incident: Incident) -> bool:
    """Whether it is about a unit past a line, and not about rounds or a mine."""
    return bool(incident.record.trigger == Trigger.VIOLATION)


def officer_under(orders: Orders) -> type[DutyOfficer]:
    """The class of command posts that go by ``orders``."""
    return type("DutyOfficer", (DutyOfficer,), {"orders": orders})
