"""The acts of an incident, as the log keeps them, with the words in which they are told."""

from typing import Self

from sim.codes import Action, Code


class _Told(Code):
    """A number of the log that carries its words."""

    spoken: str

    def __new__(cls, code: int, spoken: str = "") -> Self:
        member = int.__new__(cls, code)
        member._value_ = code
        member.spoken = spoken
        return member


class Actor(_Told):
    """Who of a side did it: the log's number, and who that is in words."""

    INCIDENT = 0, "incident:"
    POST = 1, "post"
    UNIT = 2, "unit"
    COMMAND = 3, "command post"
    SUPPORT = 4, "supporting post"
    GOVERNMENT = 5, "government"


class Act(_Told):
    """What was done: the log's number, and its sentence about the two figures ``x`` and ``y``.

    New ones come at the end: a number that has been stored keeps its meaning.
    """

    VIOLATION = 0, "judges a unit of the other side {x:.0f} m past its response line"
    BROADCAST = 1, "calls out (broadcast {x:.0f})"
    WARNING_SHOTS = 2, "fires warning shots (volley {x:.0f})"
    DID_NOT_HEAR = 3, "does not understand the warning"
    HEARD = 4, "understands it; its belief to stand on own ground goes from {x:.2f} to {y:.2f}"
    STAYED = 5, "stays where it is (own-ground belief {x:.2f})"
    WITHDREW = 6, "withdraws"
    LEFT_BY_ITSELF = 7, "leaves by itself"
    RAN = 8, "takes cover and runs"
    READ_AS_WARNING = 9, "reads the shots as a warning (chance of reading an attack {x:.3f})"
    READ_AS_ATTACK = 10, "reads the rounds as an attack (chance {x:.3f})"
    READ_AS_STRAY = 11, "takes the rounds for a misfire (chance of reading an attack {x:.3f})"
    ASKED = 12, "asks for authority to {action} up to level {y:.0f}"
    REFUSED = 13, "is refused authority to {action}"
    ORDERED = 14, "orders: {action}"
    LAPSED = 15, "does not {action}: the unit has been seen clear"
    WAITED = 16, "waits: the last look was clear"
    CLEAR_LOOK = 17, "sees no violation any more (look {x:.0f} in a row)"
    AIMED_FIRE = 18, "opens aimed fire (spell {x:.0f})"
    CASUALTIES = 19, "has casualties ({x:.0f})"
    HEAVY_WEAPONS = 20, "brings in heavy weapons"
    HELD_FIRE = 21, "holds its fire (chance of firing {x:.2f})"
    KNEW_OWN_SIDE_BEGAN = 22, "knows that its own side began, and does not join"
    JOINED = 23, "joins in for its own side"
    OTHER_AREA = 24, "fires from another area ({x:.0f})"
    STRAY_ROUND = 25, "loses a round that nobody ordered"
    EXPLAINED = 26, "explains the round as a misfire"
    ORDERED_ATTACK = 27, "attacks, as the scenario says"
    MINE_STRIKE = 28, "meets a mine ({x:.0f} casualties)"
    CALLED = 29, "reaches the other side on the hotline"
    NO_ANSWER = 30, "calls on the hotline in vain"
    QUIET = 31, "sees that all has been quiet"
    LEARNED = 32, "will keep {x:.0f} m more distance"
    CLOSED = 33, "it is over, at rung {x:.0f}"
    FIRES_BACK = 34, "makes ready to fire (chance {x:.2f})"
    LAST_WORD = 35, "has the last word on the order to {action} (chance of yes {y:.2f})"
    GAVE_UP_SITE = 36, "will not come back to its site"
    MOVED_ALONG = 37, "will go on {x:+.0f} m along the line (east is +)"
    CHOSE_TO_WAIT = 38, "chooses to wait"

    def sentence(self, x: float, y: float) -> str:
        """What was done, in words; ``x`` is an ``Action`` where the sentence names one."""
        action = _ACTIONS[Action(int(x))] if "{action}" in self.spoken else ""
        return self.spoken.format(x=x, y=y, action=action)


_ACTIONS = {
    Action.BROADCAST: "broadcast",
    Action.WARNING_SHOTS: "fire warning shots",
    Action.BROADCAST_AND_WARNING_SHOTS: "broadcast and fire warning shots",
    Action.AIMED_FIRE: "fire aimed shots",
    Action.REPLY: "return fire",
}
