"""What a viewer sees of a model under way, as plain values; the run goes on as if nobody had looked.

``Ground`` stays for a whole run, a ``Border`` until lines are drawn anew, a ``Frame`` is one minute. Metres
are those of the model: ``s`` along the line from the west, ``d`` across it, north positive; minutes count
from the first day of the warm-up. Units that the engine spares their steps are asked for their place as all
others are (``Scene.units_now``).
"""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.acts import Act
from sim.codes import Cause, Code, Rung, TalksState, Trigger
from sim.constants import DAY, NEVER
from sim.field.courses import own_and_limit
from sim.field.path import place, places
from sim.incident_state import IncidentState
from sim.model import DmzModel
from sim.outcome.story import told_head, told_steps
from sim.scene import Scene
from sim.sides import NORTH, SOUTH, northward, other
from sim.world import geography
from sim.world.geography import ATTRIBUTION, COUNTIES


class Doing(Code):
    """What a unit on shift does, as far as others can see."""

    UNSEEN = 0
    WATCHED = 1
    IN_INCIDENT = 2


# A unit on shift: its row in the state, where it is and where it thinks it is, both metres of ``d``; where
# its watcher's fix puts it, and the depth that the watcher lets pass (nan where nobody watches it).
SEEN = np.dtype(
    [
        ("row", "i4"),
        ("shift", "i4"),
        ("side", "i4"),
        ("kind", "i4"),
        ("persons", "i4"),
        ("doing", "i4"),
        ("s", "f8"),
        ("d", "f8"),
        ("thought", "f8"),
        ("fixed", "f8"),
        ("margin", "f8"),
        ("watcher", "i4"),
    ]
)


# -- what stays -----------------------------------------------------------------------------------


class Stretch(NamedTuple):
    """A stretch of the line, from and to metres along it, and the county in the south behind it."""

    county: str
    begins: float
    ends: float


class Post(NamedTuple):
    """A guard post: its side, and where it is."""

    side: int
    s: float
    d: float


@dataclass(frozen=True, eq=False)
class Ground:
    """What stays for a whole run.

    ``course`` (vertices, 3): ``s``, and metres east and north of the line's middle, of the real line;
    ``ends`` names what lies beyond its west and east end; ``marker_m`` (markers,) metres along it.
    Lines have a node every ``line_step_m``. The run counts from minute ``begins`` to ``horizon``.
    """

    length_m: float
    half_width_m: float
    line_step_m: float
    tick: float
    first: dt.date
    begins: float
    horizon: float
    course: NDArray[np.float64]
    counties: tuple[Stretch, ...]
    ends: tuple[str, str]
    posts: tuple[Post, ...]
    marker_m: NDArray[np.float64]
    attribution: str = ATTRIBUTION

    @classmethod
    def of(cls, model: DmzModel) -> "Ground":
        """That of a model."""
        scene = model.scene
        land, posts = scene.land, scene.state.posts
        return cls(
            land.length_m,
            0.5 * land.cells.shape[1] * land.cell_m,
            land.line_step_m,
            scene.tick,
            scene.calendar.first,
            scene.exposure.begins,
            scene.exposure.horizon,
            _course(land.length_m),
            _counties(land.length_m),
            ("mouth of the Imjin", "East Sea"),  # sim/data/GEOGRAPHY.md
            tuple(Post(int(each["side"]), float(each["s"]), float(each["d"])) for each in posts),
            scene.world.grid.marker_m,
        )


def _course(length_m: float) -> NDArray[np.float64]:
    s, lon, lat = geography.course(length_m)
    middle_lon, middle_lat = 0.5 * (lon[0] + lon[-1]), 0.5 * (lat[0] + lat[-1])
    a_degree = geography.METRES_A_DEGREE
    east = (lon - middle_lon) * np.cos(np.radians(middle_lat)) * a_degree
    return np.stack([s, east, (lat - middle_lat) * a_degree], axis=1)


def _counties(length_m: float) -> tuple[Stretch, ...]:
    limits = geography.limits(length_m)
    middles = 0.5 * (limits[:-1] + limits[1:])
    found: list[Stretch] = []
    names = (COUNTIES[number] for number in geography.county(middles, length_m))
    for name, begins, ends in zip(names, limits[:-1].tolist(), limits[1:].tolist(), strict=True):
        if found and found[-1].county == name:
            begins = found.pop().begins
        found.append(Stretch(name, begins, ends))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Border:
    """The lines in force from minute ``since`` on.

    ``lines`` (3, nodes) are what the north, the south and the commission take for the line, ``responses``
    (2, nodes) what each side acts on, metres of ``d``; ``standing`` (markers,) which markers stand.
    ``contested_km2`` is the area between the two sides' belief lines.
    """

    since: float
    lines: NDArray[np.float64]
    responses: NDArray[np.float64]
    standing: NDArray[np.bool_]
    contested_km2: float

    @classmethod
    def of(cls, scene: Scene) -> "Border":
        """The one in force now."""
        state, parameters = scene.state, scene.regime.parameters
        return cls(
            float(state.run["lines_since"][0]),
            state.lines.copy(),
            state.responses.copy(),
            scene.world.standing(parameters, state.restored),
            float(state.run["ambiguity"][0][-1]),
        )


# -- incidents ------------------------------------------------------------------------------------


class Misjudged(NamedTuple):
    """The look at which a watcher judged a violation: all metres of ``d``, at ``s``.

    The unit was at ``d`` and thought itself at ``thought``, by ``own``, the line that it believes in; the
    watcher's fix put it at ``fixed``. It judged by ``limit``, its response line, and lets ``margin`` metres
    pass; ``watcher`` is the row of its post.
    """

    s: float
    d: float
    thought: float
    fixed: float
    own: float
    limit: float
    margin: float
    watcher: int


@dataclass(frozen=True)
class Incident:
    """An incident as far as it has come: ``rung`` so far, ``closed`` None while it is open.

    ``first`` is the side that perceived it; ``kind`` the ``UnitKind`` of the unit that it is about, or -1;
    ``units`` and ``posts`` are rows, north and south, -1 for none.
    ``d`` is where its unit is by now, 0 where it has none.
    ``misjudged`` is None where no violation was judged, or the unit has gone out again since.
    """

    row: int
    opened: float
    closed: float | None
    s: float
    d: float
    county: str
    trigger: Trigger
    cause: Cause
    first: int
    rung: Rung
    accidental: bool
    false: bool
    night: bool
    kind: int
    units: tuple[int, int]
    posts: tuple[int, int]
    misjudged: Misjudged | None

    @classmethod
    def of(cls, scene: Scene, row: int) -> "Incident":
        """The one in a row of the state. The errors of a violation are exact while its lines are in force."""
        data = scene.state.incidents[row]
        north, south = data.sides
        return cls(
            row,
            data.opened,
            data.closed if data.is_closed else None,
            data.s,
            scene.position(max(north.unit, south.unit))[1] if max(north.unit, south.unit) >= 0 else 0.0,
            COUNTIES[data.county],
            Trigger(data.trigger),
            Cause(data.cause),
            data.first,
            Rung(data.rung),
            bool(data.accidental),
            bool(data.false_),
            bool(data.night),
            data.kind,
            (north.unit, south.unit),
            (north.post, south.post),
            _misjudged(scene, data),
        )


def _misjudged(scene: Scene, data: IncidentState) -> Misjudged | None:
    side = other(data.first)
    row, watcher = data.sides[side].unit, data.sides[data.first].post
    if data.trigger != Trigger.VIOLATION or row < 0 or scene.state.units[row]["shift"] != data.shift:
        return None
    unit, sign = scene.state.units[row], northward(side)
    s = float(place(scene.land.length_m, unit, data.opened))
    own, limit = own_and_limit(scene.courses, side, s)
    thought = float(own) + sign * float(unit["distance"])  # and so errors as the field has them
    d = thought - sign * data.nav_m
    fixed = d - sign * data.fix_m
    return Misjudged(s, d, thought, fixed, float(own), float(limit), float(unit["margin"]), watcher)


def climb(scene: Scene, row: int) -> list[tuple[float, Rung]]:
    """How an incident has climbed so far: the minute at which it reached each rung, from its opening on.

    Acts of the chain that reach a rung have its name.
    """
    reached = [(scene.state.incidents[row].opened, Rung.OBSERVED)]
    for incident, minute, _, _, act, _, _ in scene.state.log:
        rung = Rung.__members__.get(Act(act).name, Rung.OBSERVED) if incident == row else Rung.OBSERVED
        if rung > reached[-1][1]:
            reached.append((minute, rung))
    return reached


class Step(NamedTuple):
    """A step of the chain of an incident: when, and who did what, in words."""

    minute: float
    said: str


class Story(NamedTuple):
    """How an incident begins, in lines, and the steps of its chain so far."""

    head: list[str]
    steps: list[Step]

    @classmethod
    def of(cls, scene: Scene, row: int) -> "Story":
        """That of the incident in a row of the state, as far as it has come."""
        return cls(told_head(scene, row), [Step(*each) for each in told_steps(scene, row)])


# -- a minute -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Frame:
    """What there is to see at ``minute``: ``units`` on shift, (n,) of dtype ``SEEN``, and open incidents.

    ``tension`` of north and south, 0 to 1; ``talks``, where they stand.
    """

    minute: float
    units: np.ndarray
    incidents: tuple[Incident, ...]
    tension: tuple[float, float]
    talks: TalksState

    @classmethod
    def of(cls, model: DmzModel) -> "Frame":
        """The minute that a model has reached."""
        scene, minute = model.scene, model.minute
        return cls(
            minute,
            seen_units(scene),
            tuple(Incident.of(scene, each.row) for each in model.open_incidents),
            scene.tension.at(minute),
            TalksState(int(scene.state.run["talks"][0])),
        )


def seen_units(scene: Scene) -> np.ndarray:
    """The units on shift at this moment, (n,) of dtype ``SEEN``, by their rows."""
    now = scene.units_now()
    where = places(now, scene.courses)
    rows = np.flatnonzero(now["active"] == 1)
    units, (s, d) = now[rows], where[rows].T
    sign = np.where(units["side"] == NORTH, northward(NORTH), northward(SOUTH))
    tracked, met = units["track"] != NEVER, units["incident"] >= 0
    watched = (tracked | met) & (units["watcher"] >= 0)
    seen = np.zeros(rows.size, SEEN)
    for name in ("shift", "side", "kind", "persons", "watcher"):
        seen[name] = units[name]
    seen["row"], seen["s"], seen["d"] = rows, s, d
    seen["thought"] = d - sign * units["nav_sd"] * units["z"]
    seen["doing"] = np.where(met, Doing.IN_INCIDENT, np.where(watched, Doing.WATCHED, Doing.UNSEEN))
    seen["fixed"] = np.where(watched, d + units["fix"], np.nan)
    seen["margin"] = np.where(watched, units["margin"], np.nan)
    return seen


class Daily(NamedTuple):
    """By day so far: tension at its start, (days, 2), and where the talks stood, (days,) ``TalksState``."""

    tension: NDArray[np.float64]
    talks: NDArray[np.int8]

    @classmethod
    def of(cls, scene: Scene) -> "Daily":
        """The days that have begun."""
        days = int(np.ceil(scene.minute / DAY))
        return cls(scene.state.daily[:days].copy(), scene.state.talks[:days].copy())
