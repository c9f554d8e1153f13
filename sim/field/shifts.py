"""Shifts: who goes out, where along the line, how far from it, with which errors."""

from typing import NamedTuple

import numpy as np

from sim.codes import AfterWarning, Crew, UnitKind
from sim.compiled import compiled
from sim.constants import DAY, HALF_DAY, HOUR, KM, NEVER
from sim.field.courses import own_and_limit, swing_on_route
from sim.field.deviates import NORMAL_BOUND
from sim.field.land import cell_of, fog_anywhere, growth, in_dark, in_fog
from sim.field.looks import first_candidate, fix_error
from sim.field.mines import lane_z, most_used_up, outlasts, strikes_at_work
from sim.field.path import LAST_BITS
from sim.field.sleep import SURE_M, see_idly, sleeps_until, stays_away, wake_up
from sim.randomness import Kind, exponential, fold, normal, occasion, uniform
from sim.sides import NORTH, SOUTH, northward, other
from sim.world.terrain import overlooking_post

_ACTIVE = int(Kind.SHIFT_ACTIVE)
_ROUTE = int(Kind.SHIFT_ROUTE)
_RECON = int(Kind.SHIFT_RECONNAISSANCE)
_PROBE = int(Kind.SHIFT_PROBE)
_NAV_0 = int(Kind.NAVIGATION_START)
_NAV = int(Kind.NAVIGATION_STEP)
_MINE = int(Kind.MINE)
_RECOGNISED = int(Kind.SURVEY_RECOGNISED)
_FAR = 2  # ordinal of the deviate of a patrol's route that says how far from the line it keeps
WAY, ERRORS = 1, 2  # what is drawn of a unit on shift: its way; its errors too


class Roll(NamedTuple):
    """What is drawn of all patrols at once when shifts begin: most stay in, and no more is asked of them.

    ``row``, ``who`` and ``side`` (patrols,) are the patrols'; ``key`` and ``active`` (units,) are filled in
    for them: the key of each one's shift, and the deviate that says whether it goes out.
    """

    row: np.ndarray
    who: np.ndarray
    side: np.ndarray
    key: np.ndarray
    active: np.ndarray


def roll(units: np.ndarray) -> Roll:
    """The roll of these units, which keep their kinds, names and sides."""
    row = np.flatnonzero(units["kind"] == UnitKind.PATROL)
    who, side = (units[name][row].astype(np.int64) for name in ("who", "side"))
    return Roll(row, who, side, np.zeros(units.size, np.uint64), np.zeros(units.size))


@compiled
def _shift_key(luck, who, shift, side):
    """The key of all luck of a unit in a shift."""
    return occasion(luck, who, shift, 0, side)


@compiled
def _goes_deviate(key):
    """The deviate that says whether who has been told off for a shift goes out."""
    return uniform(fold(key, _ACTIVE), 0)


@compiled
def _call(roll, luck, shift):
    """Fill in the roll for a shift: nothing but hashes, of which a processor does several at once."""
    row, who, side, keys, active = roll
    for k in range(row.shape[0]):
        key = _shift_key(luck, who[k], shift, side[k])
        keys[row[k]], active[row[k]] = key, _goes_deviate(key)


@compiled
def remembered(unit, t, half_life_days):
    """What is left of a unit's step back, metres."""
    if unit.pushback <= 0.0:
        return 0.0
    return unit.pushback * 0.5 ** ((t - unit.pushed_at) / (DAY * half_life_days))


@compiled
def _patrol_goes(unit, active, rules, t):
    if active >= rules.patrols_presence * rules.patrol_intensity:
        return False
    unit.persons = rules.patrols_size
    unit.end = t + HOUR * rules.patrols_hours
    unit.recon = unit.probe = 0
    if uniform(fold(unit.key, _RECON), 0) < rules.patrols_recon_share * rules.recon_year:
        unit.recon = 1
        unit.probe = 1 if uniform(fold(unit.key, _PROBE), 0) < rules.patrols_probe_share else 0
    return True


@compiled
def _party_goes(unit, active, project, rules, t):
    if unit.crew == Crew.NIGHT and active >= rules.works_night_share:
        return False
    unit.persons = int(rules.works_size * np.exp(rules.works_size_log_sd * project.large) + 0.5)
    unit.end = t + HOUR * rules.works_hours
    return True


@compiled
def _team_goes(unit, rules, t):
    unit.persons = rules.patrols_size
    unit.end = t + HOUR * rules.patrols_hours
    return True


@compiled
def _has_work(unit, setting, t):
    """Whether there is anything to do for a party or a team."""
    if unit.kind == UnitKind.SURVEY_TEAM:
        return unit.home_s >= 0.0
    rules, project = setting.records[unit.side], setting.projects[unit.project]
    return project.begin <= t < project.end and project.thinning < rules.works_share * rules.work_intensity


@compiled
def _goes_out(unit, active, setting, t):
    """Decide by a deviate whether a unit goes out this shift, how many they are, until when, and what for."""
    rules = setting.records[unit.side]
    if unit.kind == UnitKind.PATROL:
        goes = _patrol_goes(unit, active, rules, t)
    elif unit.kind == UnitKind.WORK_PARTY:
        goes = _party_goes(unit, active, setting.projects[unit.project], rules, t)
    else:
        goes = _team_goes(unit, rules, t)
    return goes and not _stays_in(unit, rules, t)


@compiled
def _stays_in(unit, rules, t):
    """Whether a unit has learned from warnings, by the rule of its side, to stay away."""
    if rules.learning_rule == AfterWarning.STAY_AWAY:
        return unit.pushback > 0.0 and t - unit.pushed_at < DAY * rules.learning_memory_days
    return rules.learning_rule == AfterWarning.ABANDON and unit.pushed_at == NEVER


@compiled
def _patrol_way(unit, rules, length_m):
    route = fold(unit.key, _ROUTE)
    unit.s = min(max(unit.home_s + (uniform(route, 0) - 0.5) * unit.reach_s, 0.0), length_m)
    unit.speed = (1.0 if uniform(route, 1) < 0.5 else -1.0) * rules.patrols_speed_kmh * KM / HOUR
    if unit.probe == 1:
        unit.distance = -rules.patrols_probe_depth_m
    elif unit.recon == 1:
        unit.distance = rules.patrols_recon_distance_m
    else:
        unit.distance = rules.patrols_standoff_m + rules.patrols_spread_m * exponential(route, _FAR)


@compiled
def _party_way(unit, project, rules, length_m):
    route = fold(unit.key, _ROUTE)
    unit.s = project.s + (uniform(route, 0) - 0.5) * rules.works_stretch_m
    unit.s = min(max(unit.s, 0.0), length_m)
    unit.speed = 0.0
    distance = rules.works_distance_m * np.exp(rules.works_distance_log_sd * project.far)
    unit.distance = max(rules.works_floor_m, distance)


@compiled
def _draw_way(unit, setting):
    """Where along the line a unit that has set out goes, and how far from it."""
    rules, length_m = setting.records[unit.side], setting.land.length_m
    unit.drawn = WAY
    if unit.kind == UnitKind.PATROL:
        _patrol_way(unit, rules, length_m)
    elif unit.kind == UnitKind.WORK_PARTY:
        _party_way(unit, setting.projects[unit.project], rules, length_m)
    else:
        unit.s, unit.speed, unit.distance = unit.home_s, 0.0, rules.survey_distance_m
    if rules.learning_rule == AfterWarning.MOVE_ALONG:
        unit.s = min(max(unit.s + unit.pushback, 0.0), length_m)
    elif unit.probe == 0 and rules.learning_rule <= AfterWarning.NONE:  # it may still be in mind
        unit.distance += remembered(unit, unit.begin, rules.learning_memory_days)
    if unit.kind == UnitKind.WORK_PARTY:
        unit.distance = max(unit.distance, rules.works_buffer_m)


@compiled
def _error_sd(rules, ruggedness, growth, dark, fog):
    """Metres by which who navigates on such ground, in such growth, light and weather is off: an sd."""
    sd = rules.navigation_error_m * (1.0 + rules.navigation_rugged_factor * ruggedness)
    sd *= 1.0 + rules.navigation_vegetation_factor * growth
    if dark:
        sd *= rules.navigation_night_factor
    if fog:
        sd *= rules.navigation_fog_factor
    if rules.navigation_satellite:
        sd = min(sd, rules.navigation_satellite_error_m)
    return sd


@compiled
def _navigation_sd(unit, rules, setting, i, j, t):
    land, sky = setting.land, setting.sky
    dark, fog = in_dark(sky, 0.5 * (t + unit.end)), in_fog(land, sky, i, t)
    return _error_sd(rules, land.cells[i, j].ruggedness, growth(land, sky, i, j, t), dark, fog)


@compiled
def _set_out(unit, t):
    """Put a unit on its way, of which nothing is known yet but where it means to go."""
    unit.begin, unit.t, unit.active, unit.drawn, unit.wake = t, t, 1, 0, t
    unit.step = unit.looks = unit.tracks = unit.violations = unit.approached = 0
    unit.answered = unit.incidents = 0
    unit.incident, unit.depth, unit.track = -1, -NEVER, NEVER
    unit.nav_key = fold(unit.key, _NAV)


@compiled
def _means_to_be_at(unit, courses):
    """Where across the line a unit means to begin, metres of ``d``."""
    return own_and_limit(courses, unit.side, unit.s)[0] + northward(unit.side) * unit.distance


@compiled
def _mine_luck(unit):
    return exponential(fold(unit.key, _MINE), 0)


class Bounds(NamedTuple):
    """Of the deviates of a side's patrols: below both, one that is not on reconnaissance stays out of reach.

    What it has learned can only keep it farther off. ``far`` bounds the deviate that says how far it keeps
    from the line, ``mine`` that of its luck with mines.
    """

    far: float
    mine: float


@compiled
def _bounds(side, t, setting):
    """The bounds of a side for the shift that begins at ``t``, wherever on the line a patrol goes."""
    rules, watch, land, sky = setting.records[side], setting.records[other(side)], setting.land, setting.sky
    hours, fog = rules.patrols_hours, rules.navigation_fog_factor > 1.0 and fog_anywhere(sky, t)
    sd = _error_sd(rules, land.most_rugged, 1.0, in_dark(sky, t + 0.5 * HOUR * hours), fog)
    needed = watch.watch_approach_m + setting.courses.most_swing[side] + NORMAL_BOUND * sd + SURE_M
    beyond, spread, far = needed - rules.patrols_standoff_m, rules.patrols_spread_m, 0.0
    if beyond < 0.0:
        far = 1.0
    elif spread > 0.0:
        far = np.exp(-beyond / spread) * (1.0 - LAST_BITS)
    return Bounds(far, 1.0 - most_used_up(rules, land.most_mines, hours) * (1.0 + LAST_BITS))


@compiled
def _is_far_off(unit, bounds):
    """Whether a patrol of which no way is drawn will stay out of reach, by two deviates of it."""
    return (
        unit.recon == 0
        and uniform(fold(unit.key, _ROUTE), _FAR) < bounds.far
        and uniform(fold(unit.key, _MINE), 0) < bounds.mine
    )


@compiled
def _first_z(unit):
    return normal(fold(unit.key, _NAV_0), 0)


@compiled
def draw_errors(unit, setting):
    """Draw the errors of a unit that has set out, and those of whoever watches it."""
    rules, watch, land = setting.records[unit.side], setting.records[other(unit.side)], setting.land
    d, t = _means_to_be_at(unit, setting.courses), unit.begin
    i, j = cell_of(land, unit.s, d)
    unit.drawn = ERRORS
    unit.nav_sd = _navigation_sd(unit, rules, setting, i, j, t)
    unit.watcher = overlooking_post(setting.posts, other(unit.side), i, j, land.cell_m, land.cells.shape[1])
    if (
        unit.kind == UnitKind.SURVEY_TEAM
        and uniform(fold(unit.key, _RECOGNISED), 0) < rules.survey_recognised
    ):
        unit.watcher = -1  # the post that knows it leaves it be
    unit.fix, unit.margin = 0.0, watch.watch_margin_m
    if unit.watcher >= 0:
        post = setting.posts[unit.watcher]
        unit.fix = fix_error(unit, watch, post, d)
        unit.margin *= np.exp(watch.watch_margin_log_sd * post.leniency)
    unit.z = _first_z(unit)
    unit.mine_luck = _mine_luck(unit)
    unit.lane_z = lane_z(unit, rules, land.most_mines)
    unit.strike_at = NEVER
    if unit.project >= 0:
        unit.strike_at = strikes_at_work(unit, setting.projects[unit.project], rules)
    first_candidate(unit, watch, t)


@compiled
def _stays_out_of_reach(unit, setting):
    """Whether a unit whose errors are not drawn comes so near to no line, and meets no mine, this shift.

    False where that is not easily told.
    """
    rules, watch, land = setting.records[unit.side], setting.records[other(unit.side)], setting.land
    if unit.kind != UnitKind.PATROL or not outlasts(_mine_luck(unit), unit, rules, land.most_mines):
        return False
    room = unit.distance - watch.watch_approach_m - swing_on_route(unit, setting.courses)
    if room <= 0.0:
        return False
    i, j = cell_of(land, unit.s, _means_to_be_at(unit, setting.courses))
    nav_sd = _navigation_sd(unit, rules, setting, i, j, unit.begin)
    if room > NORMAL_BOUND * nav_sd:
        return True
    return stays_away(unit, _first_z(unit), rules.reach - room / nav_sd, rules, setting.tick)


@compiled
def begin_shifts(units, t, setting, tallies, spare, roll):
    """Begin the shifts of ``t``; a unit whose incident is open, or that is still out, does not.

    Who stays out of reach has its way or its errors drawn only when somebody asks for it (if ``spare``).
    """
    night = t % DAY >= HALF_DAY
    shift = (setting.sky.epoch + int(t // DAY)) * 2 + (1 if night else 0)
    bounds = _bounds(NORTH, t, setting), _bounds(SOUTH, t, setting)
    _call(roll, setting.luck, shift)
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.incident >= 0 or (unit.crew == Crew.DAY and night):
            continue
        if unit.crew == Crew.NIGHT and not night:
            continue
        if unit.active == 1:
            see_idly(unit, t, setting.records, tallies)
            end_shift(unit, tallies[unit.side])
        if unit.kind == UnitKind.PATROL:
            key, active = roll.key[row], roll.active[row]
        elif _has_work(unit, setting, t):
            key = _shift_key(setting.luck, unit.who, shift, unit.side)
            active = _goes_deviate(key)
        else:
            continue
        unit.shift, unit.key = shift, key
        if not _goes_out(unit, active, setting, t):
            continue
        _set_out(unit, t)
        tallies[unit.side].unit_ticks += int(np.ceil((unit.end - t) / setting.tick))
        if unit.kind == UnitKind.WORK_PARTY:
            tallies[unit.side].workdays += 1.0
        if spare and unit.kind == UnitKind.PATROL and _is_far_off(unit, bounds[unit.side]):
            unit.wake = NEVER
            continue
        _draw_way(unit, setting)
        if spare and _stays_out_of_reach(unit, setting):
            unit.wake = NEVER
            continue
        draw_errors(unit, setting)
        if spare:
            unit.wake = sleeps_until(unit, setting)


@compiled
def set_out(unit, t, setting):
    """Put a unit in its place at ``t``, with all its errors."""
    _set_out(unit, t)
    draw_errors(unit, setting)


@compiled
def rouse(unit, t, setting, tallies):
    """Have a unit be where it is at ``t``: what was not drawn of it is, and what it slept through is over."""
    if unit.drawn < WAY:
        _draw_way(unit, setting)
    if unit.drawn < ERRORS:
        draw_errors(unit, setting)
    wake_up(unit, t, setting, tallies)
    if unit.track == NEVER:  # it may have been found already that looks to come show nothing
        first_candidate(unit, setting.records[other(unit.side)], t)
    unit.wake = t


@compiled
def rouse_all(units, t, setting, tallies):
    """Rouse every unit on shift, before lines or rules change by which it sleeps."""
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.active == 1 and unit.incident < 0:
            rouse(unit, t, setting, tallies)


@compiled
def end_shift(unit, tally):
    """Take a unit off, and count its crossing if nobody responded to it."""
    unit.active = 0
    if unit.depth > 0.0 and unit.answered == 0:
        tally.unanswered += 1
        tally.deepest_unanswered = max(tally.deepest_unanswered, unit.depth)


@compiled
def end_asleep(units, t, records, tallies):
    """End the shifts of units asleep that were over by ``t``."""
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.active == 1 and unit.incident < 0 and unit.end <= t:
            see_idly(unit, t, records, tallies)
            end_shift(unit, tallies[unit.side])
