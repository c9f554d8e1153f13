"""The compiled field: units move, lose their way and are looked at, until something needs a mind.

The phases of a tick, for every unit on shift, in the order of the unit rows:

1. at 06:00 and 18:00, before anything moves, shifts begin: who goes, where, how far from its belief
   line, watched by which post, with which error of the fix;
2. the navigation error takes an exact OU step to the end of the tick;
3. every look that falls into the tick is taken at its own instant, on the bridge between the ends:
   it sees or not, judges a violation or not, and on the ``confirm_looks``-th violation in a row the
   unit stops there and a decision is asked for;
4. between all these instants the deepest point is drawn from the bridge, which counts crossings;
5. walking off the lane uses up the unit's mine luck;
6. stray shots whose moment has come are handed out.

Looks and crossings are drawn at instants that no tick decides, so that counts do not depend on it.
Units out of reach of both lines are spared their steps and catch up when somebody asks for them.
Units that are the subject of an open incident stand still here: the incident moves them.
"""

from typing import NamedTuple

import numpy as np

from sim.arithmetic import exp
from sim.compiled import compiled
from sim.environment import fog_block, is_dark
from sim.parameters import Parameters
from sim.randomness import Kind, address, exponential, fold, normal, occasion, uniform
from sim.state import DAY_CREW, NEVER, NIGHT_CREW, PATROL, WORK_PARTY
from sim.terrain import Terrain, column_of, row_of

DAY = 1440.0
DAY_SHIFT, NIGHT_SHIFT = 360.0, 1080.0
DEEP_M = 5.0
NORMAL_BOUND = 8.3
LAST_STRETCH = 1023  # ordinal of a tick's last stretch of path; no tick has as many looks
VIOLATION, MINE_STRIKE, STRAY_SHOT = 0, 1, 2

(_ACTIVE, _ROUTE, _RECON, _PROBE, _NAV_0, _NAV, _PASSAGE) = (
    int(Kind.SHIFT_ACTIVE), int(Kind.SHIFT_ROUTE), int(Kind.SHIFT_RECONNAISSANCE),
    int(Kind.SHIFT_PROBE), int(Kind.NAVIGATION_START), int(Kind.NAVIGATION_STEP),
    int(Kind.PASSAGE),
)  # fmt: skip
(_LOOK_TIME, _LOOK_SEEN, _LOOK_POSITION, _LOOK_JITTER, _TRACK_POSITION, _TRACK_JITTER) = (
    int(Kind.LOOK_TIME), int(Kind.LOOK_SEEN), int(Kind.LOOK_POSITION), int(Kind.LOOK_JITTER),
    int(Kind.TRACK_POSITION), int(Kind.TRACK_JITTER),
)  # fmt: skip
(_WALK, _WALK_PASSAGE, _WALK_JITTER) = (
    int(Kind.INCIDENT_NAVIGATION), int(Kind.INCIDENT_PASSAGE), int(Kind.INCIDENT_JITTER),
)  # fmt: skip
(_FIX, _EYE, _MINE, _STRAY, _APPROACH) = (
    int(Kind.FIX_INSTRUMENT), int(Kind.FIX_EYE), int(Kind.MINE), int(Kind.STRAY_SHOT),
    int(Kind.APPROACH_BROADCAST),
)  # fmt: skip

EVENT = np.dtype(
    [
        ("t", "f8"), ("kind", "i4"), ("row", "i4"), ("side", "i4"), ("depth", "f8"),
        ("map_m", "f8"), ("nav_m", "f8"), ("fix_m", "f8"), ("d", "f8"),
    ],
    align=True,
)  # fmt: skip

# What a call of ``advance`` finds out about a unit on shift: whether it is out of reach of both
# lines all shift, by how much lines on its route can bring it nearer than it means to keep; and,
# while it is near one, its depth past the true line at its last moment.
WALK = np.dtype([("row", "i8"), ("x", "f8"), ("swing", "f8"), ("far", "i8")])
RESPONSES = 2  # column of ``Courses.d`` for the north's response line; the south's follows
BLOCK = 16  # nodes of the lines over which the swing is taken at once

# The schema's parameters that the field reads, per side, as the fields of one record.
_READ = {
    "patrols": ("presence", "hours", "speed_kmh", "standoff_m", "spread_m", "recon_share",
                "recon_distance_m", "probe_share", "probe_depth_m", "size"),
    "works": ("share", "hours", "night_share", "walk_kmh", "buffer_m", "stretch_m", "distance_m",
              "distance_log_sd", "floor_m", "size", "size_log_sd"),
    "learning": ("memory_days",),
    "navigation": ("error_m", "tau_minutes", "rugged_factor", "vegetation_factor", "night_factor",
                   "fog_factor", "satellite", "satellite_error_m"),
    "watch": ("looks_per_hour", "range_m", "vegetation_loss", "night_factor", "fog_factor",
              "approach_m", "p_approach_broadcast", "margin_m", "confirm_looks", "track_interval",
              "range_error_m", "azimuth_error_mil", "jitter_m", "eye_only", "eye_sd_m",
              "eye_bias_m", "registration_m"),
    "stray": ("per_post_year",),
}  # fmt: skip
_SHARED = {
    "mines": ("strikes_per_km", "lane_halfwidth_m", "lane_error"),
    "survey": ("distance_m",),
}
SIDE_RECORD = np.dtype(
    [(f"{group}_{name}", "f8") for group, names in (_READ | _SHARED).items() for name in names]
    + [("stay_away", "f8"), ("patrol_intensity", "f8"), ("work_intensity", "f8")]
    + [("rho", "f8"), ("spread", "f8"), ("reach", "f8")]
)


def side_records(parameters: Parameters) -> np.ndarray:
    """The parameters in force that the field reads, shape (2,), dtype ``SIDE_RECORD``."""
    records = np.zeros(2, SIDE_RECORD)
    for record, side in zip(records, parameters.sides, strict=True):
        for groups, owner in ((_READ, side), (_SHARED, parameters)):
            for group, names in groups.items():
                for name in names:
                    record[f"{group}_{name}"] = float(getattr(getattr(owner, group), name))
        record["stay_away"] = float(side.learning.rule == "stay_away")
        tick, tau = float(parameters.clock.tick_minutes), side.navigation.tau_minutes
        record["rho"] = exp(-tick / tau)
        record["spread"] = np.sqrt(1.0 - record["rho"] ** 2)
        record["reach"] = bridge_reach(tick, tau)
    return records


# One cell of the ground; ``north_post`` and ``south_post`` are the rows of those that overlook it.
CELL = np.dtype(
    [
        ("ruggedness", "f4"), ("evergreen", "f4"), ("deciduous", "f4"), ("mines", "f4"),
        ("sector", "i2"), ("north_post", "i2"), ("south_post", "i2"),
    ],
    align=True,
)  # fmt: skip


class Land(NamedTuple):
    """What does not move: ``cells`` (n_s, n_d), dtype ``CELL``, none above ``most_mines``."""

    cell_m: float
    length_m: float
    line_step_m: float
    most_mines: float
    cells: np.ndarray


def cells(terrain: Terrain, overlook: np.ndarray) -> np.ndarray:
    """The layers of the ground side by side, for what one unit reads of one cell at a time.

    ``overlook`` (2, n_s, n_d) are rows of posts; returns (n_s, n_d), dtype ``CELL``.
    """
    layers = np.zeros(terrain.shape, CELL)
    layers["ruggedness"], layers["mines"] = terrain.ruggedness, terrain.mine_density
    layers["evergreen"], layers["deciduous"] = terrain.evergreen, terrain.deciduous
    layers["sector"] = terrain.sector[:, None]
    layers["north_post"], layers["south_post"] = overlook
    return layers


class Courses(NamedTuple):
    """The lines in force: ``d`` (nodes, 4) metres, a column each for belief and response lines.

    ``swing`` (blocks, 2) holds the metres by which the lines of a block of nodes can bring either
    side's units nearer than they mean to keep; ``slope`` is the most by which the distance to a
    line can change per metre walked along it.
    """

    step_m: float
    slope: float
    d: np.ndarray
    swing: np.ndarray


def courses(step_m: float, lines: np.ndarray, responses: np.ndarray) -> Courses:
    """The belief lines (3, nodes) and response lines (2, nodes) side by side."""
    d = np.ascontiguousarray(np.stack([*lines[:2], *responses], axis=1))
    slope = 2.0 * float(np.abs(np.diff(d, axis=0)).max(initial=0.0)) / step_m
    return Courses(step_m, slope, d, block_swing(d))


class Sky(NamedTuple):
    """Light, fog and leaf by day of the run; ``epoch`` numbers the first day in the calendar."""

    epoch: int
    light: np.ndarray
    fog: np.ndarray
    leaf: np.ndarray


@compiled
def cell_of(land, s, d):
    """Indices of the cell at ``s``, ``d`` metres, clamped to the grid."""
    return (
        column_of(s, land.cell_m, land.cells.shape[0]),
        row_of(d, land.cell_m, land.cells.shape[1]),
    )


@compiled
def growth(land, sky, i, j, t):
    """Vegetation density 0..1 of cell ``i``, ``j`` at minute ``t``."""
    cell = land.cells[i, j]
    leaf = sky.leaf[int(t // DAY), cell.sector]
    return min(1.0, cell.evergreen + cell.deciduous * leaf)


@compiled
def in_fog(land, sky, i, t):
    """Whether there is fog in the sector of column ``i`` at minute ``t``."""
    day = int(t // DAY)
    return sky.fog[day, fog_block(t - day * DAY), land.cells[i, 0].sector] != 0


@compiled
def in_dark(sky, t):
    """Whether minute ``t`` lies before civil dawn or after civil dusk."""
    day = int(t // DAY)
    return is_dark(t - day * DAY, sky.light[day, 0], sky.light[day, 1])


@compiled
def own_and_limit(courses, side, s):
    """A side's own line and the other side's response line at ``s``, as ``border.interpolate``."""
    position = s / courses.step_m
    last = courses.d.shape[0] - 1
    node = min(max(int(position), 0), last - 1)
    share = min(max(position - node, 0.0), 1.0)
    limit = RESPONSES + 1 - side
    low, high = courses.d[node], courses.d[node + 1]
    return low[side] + share * (high[side] - low[side]), low[limit] + share * (
        high[limit] - low[limit]
    )


@compiled
def place(length_m, unit, t):
    """Where along the line a unit is: out along its route, and back in the second half."""
    if unit.speed == 0.0:
        return unit.s
    gone = min(t - unit.begin, unit.end - t)
    s = unit.s + unit.speed * gone
    if s < 0.0:
        s = -s
    if s > length_m:
        s = 2.0 * length_m - s
    return s


@compiled
def depth_past(unit, own_line, z):
    """Metres past the true line, negative on the unit's own side."""
    sign = 1.0 - 2.0 * unit.side
    return -(sign * own_line + unit.distance + unit.nav_sd * z)


@compiled
def between(z0, t0, z1, t1, t, tau, deviate):
    """An OU process of unit variance at ``t``, given its values at ``t0`` and ``t1``."""
    if t1 - t0 < 1e-9:
        return z1
    a, b = np.exp(-(t - t0) / tau), np.exp(-(t1 - t) / tau)
    whole = 1.0 - a * a * b * b
    mean = (z0 * a * (1.0 - b * b) + z1 * b * (1.0 - a * a)) / whole
    return mean + np.sqrt((1.0 - a * a) * (1.0 - b * b) / whole) * deviate


@compiled
def deepest(x0, x1, variance, u):
    """The largest value of a bridge from ``x0`` to ``x1`` whose increments have ``variance``."""
    return 0.5 * (x0 + x1 + np.sqrt((x1 - x0) ** 2 - 2.0 * variance * np.log(u)))


@compiled
def stays_below(x0, x1, variance):
    """Whether no bridge from ``x0`` to ``x1`` reaches 0: beyond exp(-37), so no 52-bit deviate."""
    return x0 < 0.0 and x1 < 0.0 and 2.0 * x0 * x1 > 37.0 * variance


@compiled
def note_depth(unit, tally, x0, x1, variance, u):
    """Draw the deepest point of a stretch of path and count a first crossing, and a deep one."""
    if stays_below(x0, x1, variance):
        return max(x0, x1)
    x = deepest(x0, x1, variance, u)
    if x > 0.0 and unit.depth <= 0.0:
        tally.crossings += 1
    if x > DEEP_M and unit.depth <= DEEP_M:
        tally.deep_crossings += 1
    unit.depth = max(unit.depth, x)
    return x


@compiled
def look_again(unit, t, land, courses, pars, luck, tallies, n):
    """Look ``n`` at a unit in an open incident: take it to ``t`` and judge where it stands.

    Returns (deepest point past the true line since the last look, perceived depth past the
    response line), metres.
    """
    par, watch = pars[unit.side], pars[1 - unit.side]
    sign, tau = 1.0 - 2.0 * unit.side, par.navigation_tau_minutes
    minutes = t - unit.t
    rho = np.exp(-minutes / tau)
    key = occasion(luck, unit.who, unit.shift, unit.incidents, unit.side)
    x0, _ = _stand(unit, courses, land.length_m, unit.t, unit.z)
    unit.z = rho * unit.z + np.sqrt(1.0 - rho * rho) * normal(fold(key, _WALK), n)
    unit.t = t
    x1, past = _stand(unit, courses, land.length_m, t, unit.z)
    variance = 2.0 * unit.nav_sd * unit.nav_sd * minutes / tau
    top = note_depth(
        unit, tallies[unit.side], x0, x1, variance, uniform(fold(key, _WALK_PASSAGE), n)
    )
    jitter = watch.watch_jitter_m * normal(fold(key, _WALK_JITTER), n)
    return top, past - sign * (unit.fix + jitter)


@compiled
def end_shift(unit, tally):
    """Take a unit off, and count its crossing if nobody responded to it."""
    unit.active = 0
    if unit.depth > 0.0 and unit.answered == 0:
        tally.unanswered += 1
        tally.deepest_unanswered = max(tally.deepest_unanswered, unit.depth)


@compiled
def remembered(unit, t, half_life_days):
    """What is left of a unit's step back, metres."""
    if unit.pushback <= 0.0:
        return 0.0
    return unit.pushback * 0.5 ** ((t - unit.pushed_at) / (DAY * half_life_days))


@compiled
def _send_patrol(unit, par, t, length_m):
    if uniform(fold(unit.key, _ACTIVE), 0) >= (par.patrols_presence * par.patrol_intensity):
        return False
    route = fold(unit.key, _ROUTE)
    unit.s = min(max(unit.home_s + (uniform(route, 0) - 0.5) * unit.reach_s, 0.0), length_m)
    unit.speed = (1.0 if uniform(route, 1) < 0.5 else -1.0) * par.patrols_speed_kmh * 1000.0 / 60.0
    recon = fold(unit.key, _RECON)
    probe = fold(unit.key, _PROBE)
    unit.recon = 1 if uniform(recon, 0) < par.patrols_recon_share else 0
    unit.probe = 1 if unit.recon == 1 and uniform(probe, 0) < par.patrols_probe_share else 0
    if unit.probe == 1:
        unit.distance = -par.patrols_probe_depth_m
    elif unit.recon == 1:
        unit.distance = par.patrols_recon_distance_m
    else:
        unit.distance = par.patrols_standoff_m + par.patrols_spread_m * exponential(route, 2)
    unit.persons = int(par.patrols_size)
    unit.end = t + 60.0 * par.patrols_hours
    return True


@compiled
def _send_party(unit, project, par, t, length_m):
    if t < project.begin or t >= project.end:
        return False
    if project.thinning >= par.works_share * par.work_intensity:
        return False
    active = fold(unit.key, _ACTIVE)
    if unit.crew == NIGHT_CREW and uniform(active, 0) >= par.works_night_share:
        return False
    route = fold(unit.key, _ROUTE)
    unit.s = project.s + (uniform(route, 0) - 0.5) * par.works_stretch_m
    unit.s = min(max(unit.s, 0.0), length_m)
    unit.speed = 0.0
    distance = par.works_distance_m * np.exp(par.works_distance_log_sd * project.far)
    unit.distance = max(par.works_floor_m, distance)
    unit.persons = int(par.works_size * np.exp(par.works_size_log_sd * project.large) + 0.5)
    unit.end = t + 60.0 * par.works_hours
    return True


@compiled
def _send_team(unit, par, t):
    if unit.home_s < 0.0:
        return False
    unit.s, unit.speed = unit.home_s, 0.0
    unit.distance = par.survey_distance_m
    unit.persons = int(par.patrols_size)
    unit.end = t + 60.0 * par.patrols_hours
    return True


@compiled
def _navigation_sd(unit, par, land, sky, i, j, t):
    sd = par.navigation_error_m * (1.0 + par.navigation_rugged_factor * land.cells[i, j].ruggedness)
    sd *= 1.0 + par.navigation_vegetation_factor * growth(land, sky, i, j, t)
    if in_dark(sky, 0.5 * (t + unit.end)):
        sd *= par.navigation_night_factor
    if in_fog(land, sky, i, t):
        sd *= par.navigation_fog_factor
    if par.navigation_satellite != 0.0:
        sd = min(sd, par.navigation_satellite_error_m)
    return sd


@compiled
def _fix_error(unit, watch, post, d):
    """The part of the fix error that is drawn once per sighting, metres of ``d``."""
    sign = 1.0 - 2.0 * unit.side
    registration = watch.watch_registration_m * post.registration
    deviate = normal(fold(unit.key, _FIX), 0)
    eye = uniform(fold(unit.key, _EYE), 0)
    unit.eye = 1 if eye < watch.watch_eye_only else 0
    if unit.eye == 1:
        return watch.watch_eye_sd_m * deviate + sign * watch.watch_eye_bias_m + registration
    across, along = abs(d - post.d), abs(unit.s - post.s)
    distance = np.sqrt(across * across + along * along) + 1e-9
    ranging = watch.watch_range_error_m * across / distance
    bearing = watch.watch_azimuth_error_mil * (np.pi / 3200.0) * along
    return np.sqrt(ranging * ranging + bearing * bearing) * deviate + registration


@compiled
def _goes_out(unit, projects, par, t, length_m):
    """Decide whether a unit goes out this shift, where along the line, and how far from it."""
    if unit.kind == PATROL:
        goes = _send_patrol(unit, par, t, length_m)
    elif unit.kind == WORK_PARTY:
        goes = _send_party(unit, projects[unit.project], par, t, length_m)
    else:
        goes = _send_team(unit, par, t)
    if not goes:
        return False
    memory = remembered(unit, t, par.learning_memory_days)
    if par.stay_away != 0.0 and unit.pushback > 0.0 and (
        t - unit.pushed_at < DAY * par.learning_memory_days
    ):
        return False
    if par.stay_away == 0.0 and unit.probe == 0:
        unit.distance += memory
    if unit.kind == WORK_PARTY:
        unit.distance = max(unit.distance, par.works_buffer_m)
    return True


@compiled
def _set_out(unit, t, posts, courses, pars, land, sky):
    """Put a unit in its place, and draw its errors and those of whoever watches it."""
    par, watch = pars[unit.side], pars[1 - unit.side]
    sign = 1.0 - 2.0 * unit.side
    d = own_and_limit(courses, unit.side, unit.s)[0] + sign * unit.distance
    i, j = cell_of(land, unit.s, d)
    unit.begin, unit.t, unit.active = t, t, 1
    unit.nav_sd = _navigation_sd(unit, par, land, sky, i, j, t)
    cell = land.cells[i, j]
    unit.watcher = cell.south_post if unit.side == 0 else cell.north_post
    unit.fix = 0.0
    if unit.watcher >= 0:
        unit.fix = _fix_error(unit, watch, posts[unit.watcher], d)
    unit.z = normal(fold(unit.key, _NAV_0), 0)
    unit.nav_key = fold(unit.key, _NAV)
    unit.mine_luck = exponential(fold(unit.key, _MINE), 0)
    unit.lane_z = _lane_z(unit, par, land.most_mines)
    unit.step = unit.looks = unit.tracks = unit.violations = unit.approached = 0
    unit.answered = unit.incidents = 0
    unit.incident, unit.depth, unit.track = -1, -NEVER, NEVER
    unit.next_look = t
    _next_candidate(unit, watch)


@compiled
def _next_candidate(unit, watch):
    """Move to the next instant at which the watcher may look: a Poisson stream, to be thinned."""
    if unit.watcher < 0 or watch.watch_looks_per_hour <= 0.0:
        unit.next_look = NEVER
        return
    key = fold(unit.key, _LOOK_TIME)
    unit.next_look += 60.0 * exponential(key, unit.looks) / watch.watch_looks_per_hour
    unit.looks += 1


@compiled
def visible_share(land, sky, watch, post, s, d, t):
    """Share of looks at (``s``, ``d``) that see: distance, growth, light and fog."""
    i, j = cell_of(land, s, d)
    distance = ((s - post.s) ** 2 + (d - post.d) ** 2) / watch.watch_range_m**2
    share = 0.5**distance * (1.0 - watch.watch_vegetation_loss * growth(land, sky, i, j, t))
    if in_dark(sky, t):
        share *= watch.watch_night_factor
    if in_fog(land, sky, i, t):
        share *= watch.watch_fog_factor
    return share


@compiled
def _judge(unit, watch, t, perceived, tally):
    """One look that sees: gain the track, and count violations in a row."""
    tally.looks += 1
    if unit.track == NEVER:
        unit.track = t + watch.watch_track_interval
    if perceived > watch.watch_margin_m:
        unit.violations += 1
    else:
        _clear(unit, watch, tally)


@compiled
def _clear(unit, watch, tally):
    """The watcher sees no violation, but an approach: perhaps it calls out, once a shift."""
    unit.violations = 0
    if unit.approached == 0:
        unit.approached = 1
        key = fold(unit.key, _APPROACH)
        if uniform(key, 0) < watch.watch_p_approach_broadcast:
            tally.approach_broadcasts += 1


@compiled
def _furthest_fix(unit, watch):
    """Metres by which a fix can put the unit too far, whatever its luck."""
    return abs(unit.fix) + NORMAL_BOUND * watch.watch_jitter_m


@compiled
def _idle_looks(unit, watch, t1, tally):
    """Looks at a tracked unit that can show neither a violation nor a crossing, nor lose it."""
    while unit.track <= t1:
        tally.looks += 1
        unit.tracks += 1
        unit.track += watch.watch_track_interval
        _clear(unit, watch, tally)


@compiled
def _next_instant(unit, watch):
    """When the unit is looked at next: by its track, else at the next candidate still to come."""
    if unit.track != NEVER:
        return unit.track
    while unit.next_look <= unit.t:
        _next_candidate(unit, watch)
    return unit.next_look


@compiled
def _lose_track(unit):
    unit.track = NEVER
    unit.violations = 0


@compiled
def _stretch(passage, step, number):
    """The deviate of a tick's stretch of path: between looks, or the last one."""
    return uniform(passage, step * (LAST_STRETCH + 1) + number)


@compiled
def _looks(unit, walk, z1, t1, posts, courses, pars, land, sky, tally, event):
    """Take the looks that fall before ``t1``; True when one of them asks for a decision.

    The unit is left at the last look.
    """
    par, watch, post = pars[unit.side], pars[1 - unit.side], posts[unit.watcher]
    sign, tau, sub = 1.0 - 2.0 * unit.side, par.navigation_tau_minutes, 0
    passage = fold(unit.key, _PASSAGE)
    while True:
        t = _next_instant(unit, watch)
        if t > t1:
            return False
        tracked = unit.track != NEVER
        ordinal = unit.tracks if tracked else unit.looks - 1
        key = fold(unit.key, _TRACK_POSITION if tracked else _LOOK_POSITION)
        z = between(unit.z, unit.t, z1, t1, t, tau, normal(key, ordinal))
        s = place(land.length_m, unit, t)
        line, limit = own_and_limit(courses, unit.side, s)
        x = depth_past(unit, line, z)
        variance = 2.0 * unit.nav_sd * unit.nav_sd * (t - unit.t) / tau
        note_depth(unit, tally, walk.x, x, variance, _stretch(passage, unit.step, sub))
        sub += 1
        walk.x, unit.z, unit.t = x, z, t
        past = x + sign * limit
        if tracked:
            unit.tracks += 1
            unit.track += watch.watch_track_interval
            if past < -watch.watch_approach_m:
                _lose_track(unit)
                continue
        else:
            _next_candidate(unit, watch)
            seen = fold(unit.key, _LOOK_SEEN)
            if past < -watch.watch_approach_m or uniform(seen, ordinal) >= visible_share(
                land, sky, watch, post, s, -sign * x, t
            ):
                continue
        key = fold(unit.key, _TRACK_JITTER if tracked else _LOOK_JITTER)
        fix = unit.fix
        if past + _furthest_fix(unit, watch) > watch.watch_margin_m:  # else no jitter matters
            fix += watch.watch_jitter_m * normal(key, ordinal)
        _judge(unit, watch, t, past - sign * fix, tally)
        if unit.violations >= watch.watch_confirm_looks:
            event.t, event.kind, event.row, event.side = t, VIOLATION, walk.row, 1 - unit.side
            event.depth, event.d = past - sign * fix, -sign * x
            event.map_m, event.nav_m = sign * (limit - line), -unit.nav_sd * z
            event.fix_m = -sign * fix
            return True


@compiled
def _note_tick(unit, walk, tally, par, x1, t1):
    """Draw the deepest point of the way from where the unit is to the end of the tick."""
    variance = 2.0 * unit.nav_sd**2 * (t1 - unit.t) / par.navigation_tau_minutes
    if not stays_below(walk.x, x1, variance):
        passage = fold(unit.key, _PASSAGE)
        note_depth(unit, tally, walk.x, x1, variance, _stretch(passage, unit.step, LAST_STRETCH))


@compiled
def _walking_kmh(unit, par):
    return par.works_walk_kmh if unit.kind == WORK_PARTY else par.patrols_speed_kmh


@compiled
def _lane_z(unit, par, most_mines):
    """Deviate beyond which a unit leaves its lane; none, if its luck would outlast the shift."""
    lane_error = par.mines_lane_error * unit.nav_sd
    km = _walking_kmh(unit, par) * (unit.end - unit.begin) / 60.0
    if lane_error <= 0.0 or par.mines_strikes_per_km * most_mines * km < 0.999 * unit.mine_luck:
        return NEVER
    return par.mines_lane_halfwidth_m / lane_error


@compiled
def _off_lane(unit, row, minutes, par, courses, land, event):
    """Use up mine luck by the kilometres walked off the lane; True if that was a strike."""
    s = place(land.length_m, unit, unit.t)
    x, _ = _stand(unit, courses, land.length_m, unit.t, unit.z)
    d = -(1.0 - 2.0 * unit.side) * x
    i, j = cell_of(land, s, d)
    density, kmh = land.cells[i, j].mines, _walking_kmh(unit, par)
    unit.mine_luck -= par.mines_strikes_per_km * density * kmh * minutes / 60.0
    if unit.mine_luck > 0.0:
        return False
    unit.mine_luck = NEVER
    event.t, event.kind, event.row, event.side = unit.t, MINE_STRIKE, row, unit.side
    event.depth = event.map_m = event.nav_m = event.fix_m = 0.0
    event.d = d
    return True


@compiled
def _may_matter(unit, walk, par, watch, z1, t1):
    """Whether a look is due before ``t1`` that can see, or a line may be crossed on the way."""
    kept = unit.distance + unit.nav_sd * min(unit.z, z1) - walk.swing
    if kept - par.reach * unit.nav_sd > watch.watch_approach_m and unit.track == NEVER:
        return False
    if unit.watcher >= 0 and _next_instant(unit, watch) <= t1:
        return True
    variance = 2.0 * unit.nav_sd**2 * (t1 - unit.t) / par.navigation_tau_minutes
    return not stays_below(-kept, -kept, variance)


@compiled
def _close_tick(unit, walk, z1, t1, posts, courses, pars, land, sky, tally, event):
    """Looks and crossings on the way to the end of a tick; True when a decision is asked for."""
    par, watch = pars[unit.side], pars[1 - unit.side]
    approach = watch.watch_approach_m
    walk.x, past = _stand(unit, courses, land.length_m, unit.t, unit.z)
    x1, past1 = _stand(unit, courses, land.length_m, t1, z1)
    reach = par.reach * unit.nav_sd + courses.slope * abs(unit.speed) * (t1 - unit.t)
    if unit.track != NEVER and max(walk.x, x1) + reach <= 0.0 and (
        min(past, past1) - reach >= -approach
        and max(past, past1) + reach + _furthest_fix(unit, watch) <= watch.watch_margin_m
    ):
        _idle_looks(unit, watch, t1, tally)
        return False
    if max(past, past1) + reach < -approach:
        if unit.track <= t1:
            _lose_track(unit)
    elif unit.watcher >= 0 and _looks(unit, walk, z1, t1, posts, courses, pars, land, sky, tally,
                                      event):  # fmt: skip
        return True
    _note_tick(unit, walk, tally, par, x1, t1)
    return False


@compiled
def draw_strays(posts, pars, luck, t):
    """Decide for the day that begins at ``t`` which posts fire a stray round, and when."""
    for k in range(posts.shape[0]):
        post = posts[k]
        daily = pars[post.side].stray_per_post_year / 365.0
        if post.stray_luck > daily:
            post.stray_luck -= daily
            continue
        post.next_stray = t + DAY * post.stray_luck / daily
        key = address(luck, _STRAY, post.who, 0, 0, post.side)
        post.strays += 1
        post.stray_luck += exponential(key, post.strays) - daily


@compiled
def _due_strays(posts, t1, tallies, events, n):
    for k in range(posts.shape[0]):
        post = posts[k]
        if post.next_stray <= t1:
            event = events[n]
            event.t, event.kind, event.row, event.side = post.next_stray, STRAY_SHOT, k, post.side
            event.depth = event.map_m = event.nav_m = event.fix_m = event.d = 0.0
            post.next_stray = NEVER
            tallies[post.side].stray_shots += 1
            n += 1
    return n


@compiled
def _stand(unit, courses, length_m, t, z):
    """Metres past the true line, and past the other side's response line, at ``t`` with ``z``."""
    s = place(length_m, unit, t)
    line, limit = own_and_limit(courses, unit.side, s)
    x = depth_past(unit, line, z)
    return x, x + (1.0 - 2.0 * unit.side) * limit


@compiled
def nearer_by(side, own, limit):
    """Metres by which a unit may be nearer to the true line or the limit than it means to keep."""
    sign = 1.0 - 2.0 * side
    return max(-sign * own, sign * (limit - own))


@compiled
def block_swing(d):
    """For each block of nodes and each side, how much nearer than meant its units can come."""
    most = np.zeros(((d.shape[0] + BLOCK - 1) // BLOCK, 2))
    for j in range(d.shape[0]):
        for side in range(2):
            nearer = nearer_by(side, d[j, side], d[j, RESPONSES + 1 - side])
            most[j // BLOCK, side] = max(most[j // BLOCK, side], nearer)
    return most


@compiled
def _swing_on_route(unit, courses, length_m):
    """The largest swing that the unit can meet this shift: where it stands, or of the blocks."""
    if unit.speed == 0.0:
        own, limit = own_and_limit(courses, unit.side, unit.s)
        return nearer_by(unit.side, own, limit)
    away = 0.5 * unit.speed * (unit.end - unit.begin)
    low, high = min(unit.s, unit.s + away), max(unit.s, unit.s + away)
    if low < 0.0:
        low, high = 0.0, max(high, -low)
    if high > length_m:
        low, high = min(low, 2.0 * length_m - high), length_m
    last, most = courses.swing.shape[0] - 1, 0.0
    block_m = BLOCK * courses.step_m
    for k in range(int(low / block_m), min(last, int(high / block_m + 1.0 / BLOCK)) + 1):
        most = max(most, courses.swing[k, unit.side])
    return most


@compiled
def _step(unit, par, t1, tick):
    """The navigation deviate at ``t1``, the end of this tick: an exact OU step."""
    minutes = t1 - unit.t
    rho, spread = par.rho, par.spread
    if minutes != tick:
        rho = np.exp(-minutes / par.navigation_tau_minutes)
        spread = np.sqrt(1.0 - rho * rho)
    return rho * unit.z + spread * normal(unit.nav_key, unit.step)


@compiled
def catch_up(unit, par, t, tick):
    """Take the steps up to ``t`` that a unit out of reach was spared."""
    while unit.t < min(t, unit.end):
        t1 = min((np.floor(unit.t / tick) + 1.0) * tick, unit.end)
        unit.z = _step(unit, par, t1, tick)
        unit.t = t1
        unit.step += 1


@compiled
def catch_up_all(units, pars, t, tick):
    """Let every unit on shift catch up, before the rules change by which it steps."""
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.active == 1 and unit.incident < 0:
            catch_up(unit, pars[unit.side], t, tick)


@compiled
def _on_shift(units, t, tick, courses, length_m, pars, spare, walks):
    """Fill ``walks`` with the units to be walked, and return how many there are.

    A unit that keeps so much distance that it cannot come near either line this shift, nor strike
    a mine, is spared its steps (if ``spare``): nobody asks where it is. A deviate is at most
    ``NORMAL_BOUND`` but for a chance of 1e-16 a step. Lines may have changed since the last call,
    so this is found out anew, and a unit that comes within reach catches up.
    """
    n = 0
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.active == 0 or unit.incident >= 0:
            continue
        par, watch = pars[unit.side], pars[1 - unit.side]
        walk = walks[n]
        walk.row, walk.swing, walk.far = row, _swing_on_route(unit, courses, length_m), 0
        closest = unit.distance - NORMAL_BOUND * unit.nav_sd - walk.swing
        if closest > watch.watch_approach_m and unit.track == NEVER:
            walk.far = 1
            if spare and unit.lane_z == NEVER:
                continue
        catch_up(unit, par, t, tick)
        n += 1
    return n


@compiled
def _end_spared(units, t, tallies):
    """End the shifts of spared units that were over by ``t``."""
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.active == 1 and unit.incident < 0 and unit.end <= t:
            end_shift(unit, tallies[unit.side])


@compiled
def _begin_shifts(units, t, tick, projects, posts, courses, pars, land, sky, luck, tallies):
    """Begin the shifts of ``t``; a unit whose incident is open, or that is still out, does not."""
    night = t % DAY >= 720.0
    shift = (sky.epoch + int(t // DAY)) * 2 + (1 if night else 0)
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.incident >= 0 or (unit.crew == DAY_CREW and night):
            continue
        if unit.crew == NIGHT_CREW and not night:
            continue
        if unit.active == 1:
            end_shift(unit, tallies[unit.side])
        unit.shift = shift
        unit.key = occasion(luck, unit.who, shift, 0, unit.side)
        if not _goes_out(unit, projects, pars[unit.side], t, land.length_m):
            continue
        _set_out(unit, t, posts, courses, pars, land, sky)
        tallies[unit.side].unit_ticks += int(np.ceil((unit.end - t) / tick))
        if unit.kind == WORK_PARTY:
            tallies[unit.side].workdays += 1.0


@compiled
def _first_stray(posts):
    first = NEVER
    for k in range(posts.shape[0]):
        first = min(first, posts[k].next_stray)
    return first


@compiled
def bridge_reach(minutes, tau):
    """Sd's by which a bridge over ``minutes`` can pass above its ends, whatever its luck."""
    half = np.exp(-0.5 * minutes / tau)
    spread = np.sqrt((1.0 - half * half) ** 2 / (1.0 - half**4))
    return NORMAL_BOUND * (spread + 1.0 - 2.0 * half / (1.0 + half * half))


@compiled
def advance(units, posts, projects, tallies, courses, pars, land, sky, luck, t, tick, ticks, spare,
            events, walks):  # fmt: skip
    """Play up to ``ticks`` ticks from minute ``t``; stop after the first in which events fell.

    Returns (minute reached, number of events). ``walks`` is scratch space, one ``WALK`` a unit.
    Most units are far from the line, so the loop deals with them itself and calls out for the rest.
    """
    on_shift = _on_shift(units, t, tick, courses, land.length_m, pars, spare, walks)
    first_stray = _first_stray(posts)
    n = 0
    for _ in range(ticks):
        minute = t % DAY
        if minute == DAY_SHIFT or minute == NIGHT_SHIFT:
            _begin_shifts(units, t, tick, projects, posts, courses, pars, land, sky, luck, tallies)
            on_shift = _on_shift(units, t, tick, courses, land.length_m, pars, spare, walks)
        for k in range(on_shift):
            walk = walks[k]
            row = walk.row
            unit = units[row]
            if unit.active == 0:
                continue
            t1 = min(t + tick, unit.end)
            minutes = t1 - unit.t
            if minutes <= 0.0:
                continue
            side = unit.side
            tally, par = tallies[side], pars[side]
            z1 = _step(unit, par, t1, tick)
            if (
                walk.far == 0
                and _may_matter(unit, walk, par, pars[1 - side], z1, t1)
                and _close_tick(unit, walk, z1, t1, posts, courses, pars, land, sky, tally,
                                events[n])
            ):  # fmt: skip
                unit.step += 1  # the rest of the tick is given up, and its luck with it
                n += 1
                continue
            unit.z, unit.t = z1, t1
            unit.step += 1
            if abs(z1) > unit.lane_z and _off_lane(unit, row, minutes, par, courses, land,
                                                   events[n]):  # fmt: skip
                n += 1
            if t1 >= unit.end:
                end_shift(unit, tally)
        t += tick
        if first_stray <= t:
            n = _due_strays(posts, t, tallies, events, n)
            first_stray = _first_stray(posts)
        if n > 0:
            break
    _end_spared(units, t, tallies)
    return t, n
