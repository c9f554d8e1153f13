"""All changing state of a run: arrays, and lists of what only grows.

Agents are faces of rows here and hold nothing of their own, so a copy of this object is a copy of
the run. Times are minutes since the first day of the warm-up; ``NEVER`` stands for no time.
Rows of ``units`` and ``posts`` keep their place for the whole run: a row number is an address of
luck. ``incidents`` and ``log`` only ever grow; each has a ``table``.
"""

from dataclasses import dataclass, fields

import numpy as np

from sim.incident_state import Incidents

UNIT = np.dtype(
    [
        # what it is
        ("who", "i8"),
        ("side", "i4"),
        ("kind", "i4"),
        ("crew", "i4"),
        ("project", "i4"),
        ("home_s", "f8"),
        ("reach_s", "f8"),
        ("trait", "f8"),
        # this shift; until when nothing can matter stands with what is read of every unit again and again
        ("active", "i4"),
        ("incident", "i4"),
        ("wake", "f8"),
        ("end", "f8"),
        ("drawn", "i4"),
        ("shift", "i4"),
        ("begin", "f8"),
        ("key", "u8"),
        ("s", "f8"),
        ("speed", "f8"),
        ("distance", "f8"),
        ("nav_sd", "f8"),
        ("recon", "i4"),
        ("probe", "i4"),
        ("persons", "i4"),
        ("watcher", "i4"),
        ("fix", "f8"),
        ("margin", "f8"),
        ("eye", "i4"),
        ("nav_key", "u8"),
        ("step", "i4"),
        ("lane_z", "f8"),
        ("next_look", "f8"),
        ("looks", "i4"),
        ("track", "f8"),
        ("tracks", "i4"),
        ("violations", "i4"),
        ("approached", "i4"),
        ("mine_luck", "f8"),
        ("strike_at", "f8"),
        # where it is: OU deviate, and the moment at which it holds
        ("z", "f8"),
        ("t", "f8"),
        # what happened to it this shift
        ("depth", "f8"),
        ("answered", "i4"),
        ("incidents", "i4"),
        # what it remembers: metres of its step back (or along the line), and since when (or for good)
        ("pushback", "f8"),
        ("pushed_at", "f8"),
    ],
    align=True,
)

POST = np.dtype(
    [
        ("who", "i8"),
        ("side", "i4"),
        ("area", "i4"),
        ("s", "f8"),
        ("d", "f8"),
        # normal deviates of its place and map, and of the depth that it lets pass
        ("registration", "f8"),
        ("leniency", "f8"),
        ("stray_luck", "f8"),
        ("strays", "i4"),
        ("next_stray", "f8"),
    ],
    align=True,
)

PROJECT = np.dtype(
    [
        ("who", "i8"),
        ("side", "i4"),
        ("s", "f8"),
        ("begin", "f8"),
        ("end", "f8"),
        ("ground_since", "f8"),
        # normal deviates of distance and size, and a uniform against the share of slots
        ("far", "f8"),
        ("large", "f8"),
        ("trait", "f8"),
        ("thinning", "f8"),
    ],
    align=True,
)

COMMAND_POST = np.dtype(
    [("side", "i4"), ("area", "i4"), ("alertness", "f8"), ("alerted_at", "f8"), ("handled", "i4")], align=True
)

GOVERNMENT = np.dtype(
    [
        ("tension", "f8"),
        ("posture", "i4"),
        ("work_intensity", "f8"),
        ("patrol_intensity", "f8"),
        ("casualties_at", "f8"),
    ],
    align=True,
)

# Of those who face each other in an area, north and south, where tension stays local.
AREA = np.dtype([("tension", "f8", 2), ("since", "f8")], align=True)

# One figure a side; index 0 is about the north's units or acts, 1 about the south's.
TALLY = np.dtype(
    [
        ("unit_ticks", "i8"),
        ("looks", "i8"),
        ("crossings", "i8"),
        ("deep_crossings", "i8"),
        ("unanswered", "i8"),
        ("deepest_unanswered", "f8"),
        ("approaches", "i8"),
        ("approach_broadcasts", "i8"),
        ("stray_shots", "i8"),
        ("workdays", "f8"),
        ("workdays_lost", "f8"),
    ],
    align=True,
)

LOG = np.dtype(
    [
        ("incident", "i4"),
        ("minute", "f8"),
        ("side", "i4"),
        ("actor", "i4"),
        ("act", "i4"),
        ("x", "f8"),
        ("y", "f8"),
    ],
    align=True,
)


Line = tuple[int, float, int, int, int, float, float]  # of the log, as LOG has it


class Log(list[Line]):
    """The chain of reasons of all incidents, a line each as ``LOG`` has it, by the incident's row."""

    def copy(self) -> "Log":
        """The same lines, independent from now on."""
        return Log(self)

    @property
    def table(self) -> np.ndarray:
        """All lines as rows (n,) of dtype ``LOG``."""
        return np.array(self, LOG)


RUN = np.dtype(
    [
        ("minute", "f8"),
        ("talks", "i4"),
        ("talks_since", "f8"),
        ("offers", "i4"),
        ("offered_on", "f8"),
        ("next_offer", "f8"),
        ("surveyed_m", "f8"),
        ("tension_at", "f8"),
        ("ended_at", "f8"),
        # ambiguity: measures of the lines in force, since when, and their integral over exposure
        ("ambiguity", "f8", 4),
        ("lines_since", "f8"),
        ("ambiguity_minutes", "f8", 4),
    ],
    align=True,
)


@dataclass
class State:
    """All of it. ``lines`` (3, nodes) metres, ``responses`` (2, nodes), ``restored`` (markers,).

    ``run`` has one row: the minute reached, and what the talks and the survey have come to.
    ``daily`` (days, 2) is tension at the start of each day, ``talks`` (days,) where the talks stand in it
    (``sim.codes.TalksState``). ``areas`` (areas,) has rows where tension stays local, and else none.
    """

    run: np.ndarray
    units: np.ndarray
    posts: np.ndarray
    projects: np.ndarray
    command_posts: np.ndarray
    governments: np.ndarray
    areas: np.ndarray
    tallies: np.ndarray
    lines: np.ndarray
    responses: np.ndarray
    restored: np.ndarray
    daily: np.ndarray
    talks: np.ndarray
    incidents: Incidents
    log: Log

    def snapshot(self) -> "State":
        """A deep copy, independent of this state from now on."""
        return State(*(getattr(self, field.name).copy() for field in fields(self)))

    def restore(self, snapshot: "State") -> None:
        """Take over every value of ``snapshot``, which stays usable."""
        for field in fields(self):
            setattr(self, field.name, getattr(snapshot, field.name).copy())

    def identical(self, other: "State") -> bool:
        """Whether both states hold the same bits in every field."""
        return self.bits() == other.bits()

    def bits(self) -> dict[tuple[str, str], bytes]:
        """The bytes of every field of every table; those between fields are never set, nor copied."""
        tables = ((field.name, _table(getattr(self, field.name))) for field in fields(self))
        return {
            (name, part): (table[part] if part else table).tobytes()
            for name, table in tables
            for part in table.dtype.names or ("",)
        }


def _table(kept: np.ndarray | Incidents | Log) -> np.ndarray:
    return kept if isinstance(kept, np.ndarray) else kept.table
