"""The codes that the state keeps: what a whole number in one of its arrays stands for.

A number that has been stored is never given another meaning; what is new comes at the end.
Compiled code reads the same names.
"""

from enum import IntEnum


class Code(IntEnum):
    """A number of the state with its word."""

    def __init_subclass__(cls) -> None:
        """Put the members where they are found at once, as from Python 3.12 on; 3.11 searches."""
        for name, member in cls.__members__.items():
            type.__setattr__(cls, name, member)

    @property
    def word(self) -> str:
        """Its name as tables and scenario files write it."""
        return self.name.lower()

    @classmethod
    def words(cls) -> tuple[str, ...]:
        """The words of all codes, by number."""
        return tuple(code.word for code in cls)


class UnitKind(Code):
    """What sort of group walks."""

    PATROL = 0
    WORK_PARTY = 1
    SURVEY_TEAM = 2


class Crew(Code):
    """Which of a day's two shifts a unit goes out on."""

    BOTH = 0
    DAY = 1
    NIGHT = 2


class AfterWarning(Code):
    """What a unit that has been warned does from its next shift on: the rules of learning."""

    STEP_BACK = 0
    NONE = 1
    STAY_AWAY = 2
    ABANDON = 3
    MOVE_ALONG = 4


class Trigger(Code):
    """What opens an incident; the field stops for the first three."""

    VIOLATION = 0
    STRAY_SHOT = 1
    MINE_STRIKE = 2
    PROVOCATION = 3


class Cause(Code):
    """The error without which an incident would not have opened, or what else it came from."""

    MAP = 0
    NAVIGATION = 1
    FIX = 2
    JOINT = 3
    STRAY_SHOT = 4
    MINE = 5
    ORDER = 6


class Rung(Code):
    """How far an incident has gone; each rung takes in those below."""

    OBSERVED = 0
    BROADCAST = 1
    WARNING_SHOTS = 2
    AIMED_FIRE = 3
    CASUALTIES = 4
    HEAVY_WEAPONS = 5
    OTHER_AREA = 6


class Due(Code):
    """What may fall due on one side of an incident."""

    LOOK = 0
    COMMAND = 1
    LEAVE = 2
    FIRE = 3
    SUPPORT = 4
    EXPLAIN = 5
    CALL = 6
    QUIET = 7


class Action(Code):
    """What a command post may have its post do: the steps of the rules, and returning fire."""

    BROADCAST = 1
    WARNING_SHOTS = 2
    BROADCAST_AND_WARNING_SHOTS = 3
    AIMED_FIRE = 4
    REPLY = 5


class Posture(Code):
    """How far a government has made ready."""

    NORMAL = 0
    ALERT = 1
    PREDELEGATED = 2


class TalksState(Code):
    """Where the talks stand."""

    NONE = 0
    PROPOSED = 1
    IGNORED = 2
    REFUSED = 3
    ACCEPTED = 4
    IN_SESSION = 5
    AGREED = 6
    COLLAPSED = 7
    IMPLEMENTED = 8
    SUSPENDED = 9
