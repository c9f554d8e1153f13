"""A world: what is drawn once and stays, whatever the luck: the border and the sites.

Positions are metres along the line. Rows of units, posts and projects, and the numbers (``who``)
that address their luck, do not depend on any policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arithmetic import count
from sim.codes import Crew, UnitKind
from sim.compiled import compiled
from sim.constants import DAY, KM, NEVER, WEEK
from sim.parameters.place import Space
from sim.parameters.units import Works
from sim.parameters.whole import Parameters
from sim.randomness import Kind, address, exponential, normal, normal_at, uniform
from sim.scenario.own_tables import read_lines, read_markers, read_posts
from sim.sides import NORTH, SOUTH, northward
from sim.state import POST, PROJECT, UNIT
from sim.world.border import (
    COMMISSION,
    LineGrid,
    condition,
    response_line,
    standing_markers,
    unconditional_paths,
)
from sim.world.geography import COUNTIES, county, ruggedness
from sim.world.seasons import Calendar

_POST_PLACE, _REGISTRATION = int(Kind.POST_PLACE), int(Kind.POST_REGISTRATION)
_LENIENCY, _YEAR = int(Kind.POST_LENIENCY), int(Kind.PATROL_YEAR)
_PATROL_TRAIT, _PROJECT_TRAIT = int(Kind.PATROL_TRAIT), int(Kind.PROJECT_TRAIT)
_PATROL_PLACE, _PROJECT, _SURGE = (int(Kind.PATROL_PLACE), int(Kind.PROJECT), int(Kind.PROJECT_SURGE))
_PROGRAMME = int(Kind.PROGRAMME)
_PLACES_M = 250.0  # the step over which the density of programmes along the line is summed
_YEAR_BLOCK = 1_000_000  # numbers that the slots of one season may take


@dataclass(frozen=True, eq=False)
class World:
    """The border's luck and the sites of one world.

    ``paths`` (3, nodes) unit variance, before any marker binds them; ``usable`` (2, markers),
    uniforms against the share of markers that a side can use; ``own_lines`` the scenario's own;
    ``year_effects`` normal deviates (2,) of the reconnaissance of every calendar year.
    """

    key: np.uint64
    grid: LineGrid
    paths: NDArray[np.float64]
    usable: NDArray[np.float64]
    own_lines: NDArray[np.float64] | None
    posts: np.ndarray
    projects: np.ndarray
    units: np.ndarray
    year_effects: Mapping[int, NDArray[np.float64]]

    def lines(self, parameters: Parameters, restored: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The three lines under these parameters, (3, nodes) metres; ``restored`` (markers,)."""
        if self.own_lines is not None:
            lines = self.own_lines.copy()
        else:
            lines = self._drawn_lines(parameters, restored)
        border = parameters.border
        if border.common_line != "none":
            names = ("north", "south", "commission")
            lines[:2] = lines[names.index(border.common_line)].copy()
        return lines

    def standing(self, parameters: Parameters, restored: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which markers stand, (markers,)."""
        border = parameters.border
        length = border.marker_cluster_km * KM / border.marker_spacing_m
        survivors = standing_markers(
            self.key,
            self.grid.marker_nodes.size,
            border.marker_survival,
            border.marker_clustering,
            length,
            border.markers_standing,
        )
        return survivors | restored

    def _drawn_lines(self, parameters: Parameters, restored: NDArray) -> NDArray[np.float64]:
        border, sides = parameters.border, parameters.sides
        standing = self.standing(parameters, restored)
        usable = np.stack(
            [
                standing & (self.usable[NORTH] < sides[NORTH].marker_use),
                standing & (self.usable[SOUTH] < sides[SOUTH].marker_use),
                standing,
            ]
        )
        sd = (sides[NORTH].map_error_m, sides[SOUTH].map_error_m, border.commission_error_m)
        return condition(
            self.paths, self.grid, usable, sd, border.kernel, KM * border.correlation_km, border.sight_m
        )


def responses(lines: NDArray[np.float64], parameters: Parameters) -> NDArray[np.float64]:
    """The response lines of both sides, (2, nodes) metres."""
    common = parameters.border.common_line != "none"
    rules = ["own" if common else side.response.line for side in parameters.sides]
    return np.stack([response_line(lines, side, rules[side]) for side in (NORTH, SOUTH)])


def draw_world(parameters: Parameters, calendar: Calendar, key: np.uint64) -> World:
    """Draw the world of ``key``; raises ``BadInput`` for bad CSV files."""
    space, border = parameters.space, parameters.border
    length = KM * space.length_km
    if border.markers_file:
        markers = read_markers(Path(border.markers_file), space)
        grid = LineGrid.snapped(length, markers, space.line_step_m)
    else:
        grid = LineGrid.even(length, border.marker_spacing_m, space.line_step_m)
    paths = unconditional_paths(key, grid, border.kernel, KM * border.correlation_km, border.shared_error)
    projects = _projects(parameters, calendar, key, length)
    return World(
        key,
        grid,
        paths,
        _marker_luck(key, grid.marker_nodes.size),
        _own_lines(parameters, grid),
        _posts(parameters, key, length),
        projects,
        _units(parameters, projects, key, length),
        _year_effects(calendar, key),
    )


def _own_lines(parameters: Parameters, grid: LineGrid) -> NDArray[np.float64] | None:
    file = parameters.border.lines_file
    if file is None:
        return None
    s, lines = read_lines(Path(file), parameters.space)
    nodes = np.arange(grid.n_nodes) * grid.step_m
    return np.stack([np.interp(nodes, s, line) for line in lines])


def _marker_luck(key: np.uint64, n: int) -> NDArray[np.float64]:
    return np.stack([_uniforms(key, int(Kind.MARKER_USED), side, n) for side in (NORTH, SOUTH)])


@compiled
def _uniforms(key, kind, side, n):
    """One uniform a slot, (n,)."""
    values = np.empty(n)
    for slot in range(n):
        values[slot] = uniform(address(key, kind, slot, 0, 0, side), 0)
    return values


# -- posts ----------------------------------------------------------------------------------------


def _posts(parameters: Parameters, key: np.uint64, length: float) -> np.ndarray:
    """All posts, the north's first, each side from west to east."""
    if parameters.border.posts_file:
        posts = _own_posts(parameters.border.posts_file, parameters.space)
    else:
        posts = np.zeros(sum(side.watch.posts for side in parameters.sides), POST)
        row = 0
        for side, its in enumerate(parameters.sides):
            watch = its.watch
            rows = posts[row : row + watch.posts]
            edge = KM * parameters.space.half_width_km
            _place_posts(
                rows, side, watch.post_distance_m, watch.post_spread_m, watch.post_floor_m, edge, length, key
            )
            row += watch.posts
    posts["area"] = (posts["s"] / (KM * parameters.space.area_km)).astype(int)
    _register(posts, key)
    posts["next_stray"] = NEVER
    return posts


@compiled
def _place_posts(rows, side, distance, spread, floor, edge, length, key):
    sign = northward(side)
    for k in range(rows.shape[0]):
        post = rows[k]
        luck = address(key, _POST_PLACE, k, 0, 0, side)
        post.who, post.side = 2 * k + side, side
        post.s = length * (k + uniform(luck, 0)) / rows.shape[0]
        post.d = sign * min(max(floor, distance + spread * normal(luck, 1)), edge)


def _own_posts(file: str, space: Space) -> np.ndarray:
    own = read_posts(Path(file), space)
    posts = np.zeros(own.s.size, POST)
    posts["side"], posts["s"], posts["d"] = own.side, own.s, own.d
    for side in (NORTH, SOUTH):
        mine = posts["side"] == side
        posts["who"][mine] = 2 * np.arange(count(mine)) + side
    return posts


@compiled
def _register(posts, key):
    for k in range(posts.shape[0]):
        post = posts[k]
        post.registration = normal(address(key, _REGISTRATION, post.who, 0, 0, post.side), 0)
        post.leniency = normal(address(key, _LENIENCY, post.who, 0, 0, post.side), 0)


# -- projects and units ---------------------------------------------------------------------------


def _years(calendar: Calendar) -> range:
    """The calendar years that a run touches."""
    return range(calendar.first.year, calendar.date_of(calendar.n_days - 1).year + 1)


def _year_effects(calendar: Calendar, key: np.uint64) -> dict[int, NDArray[np.float64]]:
    return {
        year: np.array([normal_at(key, _YEAR, 0, year, 0, side, 0) for side in (NORTH, SOUTH)])
        for year in _years(calendar)
    }


def _projects(parameters: Parameters, calendar: Calendar, key: np.uint64, length: float) -> np.ndarray:
    """The work projects of every season that the calendar touches, both sides."""
    parts = []
    for side, its in enumerate(parameters.sides):
        works = its.works
        edges, below = _places(works, length)
        for year in _years(calendar):
            if year < works.from_year or not works.slots:
                continue
            rows = np.zeros(works.slots, PROJECT)
            season = Season(*_season(calendar, year, works.first_month, works.last_month), works.early)
            programmes = _plan_programmes(-(-works.slots // works.programme_size), side, year, season, key)
            programmes["s"] = np.interp(programmes["s"], below, edges)
            programme = Programme(
                works.programme_size,
                KM * works.programme_km,
                WEEK * works.programme_weeks,
                works.programme_share,
            )
            lasts, surge = WEEK * works.weeks, works.surge_sd
            _plan_projects(rows, programmes, programme, side, year, season, lasts, surge, length, key)
            parts.append(rows)
    return np.concatenate(parts) if parts else np.zeros(0, PROJECT)


def _places(works: Works, length: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where programmes are: metres along the line, and the share of programmes below each, both (n,)."""
    edges = np.linspace(0.0, length, max(1, round(length / _PLACES_M)) + 1)
    middles = 0.5 * (edges[:-1] + edges[1:])
    named = np.isin(county(middles, length), [COUNTIES.index(name) for name in works.named_counties])
    density = np.where(named, works.named_density, 1.0) * (
        1.0 - works.rugged_loss * ruggedness(middles, length)
    )
    below = np.concatenate([[0.0], np.cumsum(density)])
    return edges, below / below[-1] if below[-1] > 0.0 else edges / length


def _season(calendar: Calendar, year: int, first: int, last: int) -> tuple[float, float]:
    """Minutes, since the first day of the calendar, between which a season's works fall."""
    begins = (date(year, first, 1) - calendar.first).days
    ends = (date(year + last // 12, last % 12 + 1, 1) - calendar.first).days
    return begins * DAY, ends * DAY


class Season(NamedTuple):
    """Minutes between which a season's works fall, and how far its programmes begin early (a share)."""

    first: float
    last: float
    early: float


class Programme(NamedTuple):
    """How many projects a programme has, their spread (m) and mean wait (min), the variance in common."""

    size: int
    spread_m: float
    wait: float
    share: float


PROGRAMME = np.dtype([("s", "f8"), ("begin", "f8"), ("far", "f8")], align=True)


def _plan_programmes(n: int, side: int, year: int, season: Season, key: np.uint64) -> np.ndarray:
    """Programmes of a season: a uniform for the place, the begin, a normal deviate of the distance."""
    rows = np.zeros(n, PROGRAMME)
    _draw_programmes(rows, side, year, season, key)
    return rows


@compiled
def _draw_programmes(rows, side, year, season, key):
    for k in range(rows.shape[0]):
        luck = address(key, _PROGRAMME, k, year, 0, side)
        rows[k].s = uniform(luck, 0)
        rows[k].begin = season.first + (season.last - season.first) * (1.0 - season.early) * uniform(luck, 1)
        rows[k].far = normal(luck, 2)


@compiled
def _plan_projects(rows, programmes, programme, side, year, season, mean_minutes, surge_sd, length, key):
    surge = normal(address(key, _SURGE, 0, year, 0, side), 0)
    projects = np.exp(surge_sd * surge - 0.5 * surge_sd * surge_sd)
    common, own = np.sqrt(programme.share), np.sqrt(1.0 - programme.share)
    for k in range(rows.shape[0]):
        row, order = rows[k], programmes[k // programme.size]
        luck = address(key, _PROJECT, k, year, 0, side)
        row.who, row.side = (year * _YEAR_BLOCK + k) * 2 + side, side
        row.s = min(max(order.s + programme.spread_m * normal(luck, 0), 0.0), length)
        lasts = min(mean_minutes * exponential(luck, 1), season.last - season.first)
        row.begin = min(order.begin + programme.wait * exponential(luck, 2), season.last - lasts)
        row.end = row.begin + lasts
        row.ground_since = min(order.begin, row.begin)
        row.far = common * order.far + own * normal(luck, 3)
        row.thinning, row.large = uniform(luck, 4) / projects, normal(luck, 5)
        row.trait = normal(address(key, _PROJECT_TRAIT, row.who, 0, 0, side), 0)


def _units(parameters: Parameters, projects: np.ndarray, key: np.uint64, length: float) -> np.ndarray:
    """Patrols of both sides, a day and a night crew for each project, and the survey teams."""
    slots = [side.patrols.slots for side in parameters.sides]
    units = np.zeros(sum(slots) + 2 * projects.size + 2, UNIT)
    row = 0
    for side in (NORTH, SOUTH):
        rows = units[row : row + slots[side]]
        _place_patrols(rows, side, parameters.sides[side].patrols.home_spread, length, key)
        row += slots[side]
    for crew in (Crew.DAY, Crew.NIGHT):
        rows = units[row : row + projects.size]
        rows["side"], rows["kind"], rows["crew"] = projects["side"], UnitKind.WORK_PARTY, crew
        rows["project"], rows["trait"] = np.arange(projects.size), projects["trait"]
        rows["who"] = 4 * projects["who"] + crew
        row += projects.size
    for side in (NORTH, SOUTH):
        team = units[row + side]
        team["side"], team["kind"], team["crew"] = side, UnitKind.SURVEY_TEAM, Crew.DAY
        team["who"] = 4 * side + 3
        team["project"], team["home_s"] = -1, -1.0
        team["trait"] = normal_at(key, _PATROL_TRAIT, int(team["who"]), 0, 0, side, 0)
    units["incident"], units["track"], units["next_look"] = -1, NEVER, NEVER
    return units


@compiled
def _place_patrols(rows, side, home_spread, length, key):
    for k in range(rows.shape[0]):
        row = rows[k]
        shift = uniform(address(key, _PATROL_PLACE, k, 0, 0, side), 0) - 0.5
        row.side, row.kind, row.crew, row.project = side, UnitKind.PATROL, Crew.BOTH, -1
        row.who = 4 * (2 * k + side)
        row.trait = normal(address(key, _PATROL_TRAIT, row.who, 0, 0, side), 0)
        row.reach_s = length / rows.shape[0]
        row.home_s = (k + 0.5 + home_spread * shift) * row.reach_s


__all__ = ["COMMISSION", "World", "draw_world", "responses"]
