"""Shifts: who goes out, where along the line, how far from it, with which errors."""

import numpy as np

from sim.codes import AfterWarning, Crew, UnitKind
from sim.compiled import compiled
from sim.constants import DAY, HALF_DAY, HOUR, KM, NEVER
from sim.field.courses import own_and_limit, swing_on_route
from sim.field.deviates import NORMAL_BOUND
from sim.field.land import cell_of, growth, in_dark, in_fog
from sim.field.looks import first_candidate, fix_error
from sim.field.mines import lane_z, outlasts, strikes_at_work
from sim.field.sleep import see_idly, sleeps_until, stays_away, wake_up
from sim.randomness import Kind, exponential, fold, normal, occasion, uniform
from sim.sides import northward, other
from sim.world.terrain import overlooking_post

_ACTIVE = int(Kind.SHIFT_ACTIVE)
_ROUTE = int(Kind.SHIFT_ROUTE)
_RECON = int(Kind.SHIFT_RECONNAISSANCE)
_PROBE = int(Kind.SHIFT_PROBE)
_NAV_0 = int(Kind.NAVIGATION_START)
_NAV = int(Kind.NAVIGATION_STEP)
_MINE = int(Kind.MINE)
_RECOGNISED = int(Kind.SURVEY_RECOGNISED)


@compiled
def remembered(unit, t, half_life_days):
    """What is left of a unit's step back, metres."""
    if unit.pushback <= 0.0:
        return 0.0
    return unit.pushback * 0.5 ** ((t - unit.pushed_at) / (DAY * half_life_days))


@compiled
def _send_patrol(unit, rules, t, length_m):
    if uniform(fold(unit.key, _ACTIVE), 0) >= (rules.patrols_presence * rules.patrol_intensity):
        return False
    route = fold(unit.key, _ROUTE)
    unit.s = min(max(unit.home_s + (uniform(route, 0) - 0.5) * unit.reach_s, 0.0), length_m)
    unit.speed = (1.0 if uniform(route, 1) < 0.5 else -1.0) * rules.patrols_speed_kmh * KM / HOUR
    recon = fold(unit.key, _RECON)
    probe = fold(unit.key, _PROBE)
    unit.recon = 1 if uniform(recon, 0) < rules.patrols_recon_share * rules.recon_year else 0
    unit.probe = 1 if unit.recon == 1 and uniform(probe, 0) < rules.patrols_probe_share else 0
    if unit.probe == 1:
        unit.distance = -rules.patrols_probe_depth_m
    elif unit.recon == 1:
        unit.distance = rules.patrols_recon_distance_m
    else:
        unit.distance = rules.patrols_standoff_m + rules.patrols_spread_m * exponential(route, 2)
    unit.persons = rules.patrols_size
    unit.end = t + HOUR * rules.patrols_hours
    return True


@compiled
def _send_party(unit, project, rules, t, length_m):
    if t < project.begin or t >= project.end:
        return False
    if project.thinning >= rules.works_share * rules.work_intensity:
        return False
    active = fold(unit.key, _ACTIVE)
    if unit.crew == Crew.NIGHT and uniform(active, 0) >= rules.works_night_share:
        return False
    route = fold(unit.key, _ROUTE)
    unit.s = project.s + (uniform(route, 0) - 0.5) * rules.works_stretch_m
    unit.s = min(max(unit.s, 0.0), length_m)
    unit.speed = 0.0
    distance = rules.works_distance_m * np.exp(rules.works_distance_log_sd * project.far)
    unit.distance = max(rules.works_floor_m, distance)
    unit.persons = int(rules.works_size * np.exp(rules.works_size_log_sd * project.large) + 0.5)
    unit.end = t + HOUR * rules.works_hours
    return True


@compiled
def _send_team(unit, rules, t):
    if unit.home_s < 0.0:
        return False
    unit.s, unit.speed = unit.home_s, 0.0
    unit.distance = rules.survey_distance_m
    unit.persons = rules.patrols_size
    unit.end = t + HOUR * rules.patrols_hours
    return True


@compiled
def _goes_out(unit, setting, t):
    """Decide whether a unit goes out this shift, where along the line, and how far from it."""
    rules, length_m = setting.records[unit.side], setting.land.length_m
    if unit.kind == UnitKind.PATROL:
        goes = _send_patrol(unit, rules, t, length_m)
    elif unit.kind == UnitKind.WORK_PARTY:
        goes = _send_party(unit, setting.projects[unit.project], rules, t, length_m)
    else:
        goes = _send_team(unit, rules, t)
    if not goes or not _goes_back(unit, rules, t, length_m):
        return False
    if unit.kind == UnitKind.WORK_PARTY:
        unit.distance = max(unit.distance, rules.works_buffer_m)
    return True


@compiled
def _goes_back(unit, rules, t, length_m):
    """What a unit has learned from warnings, by the rule of its side; False if it stays away."""
    if rules.learning_rule == AfterWarning.STAY_AWAY:
        return not (unit.pushback > 0.0 and t - unit.pushed_at < DAY * rules.learning_memory_days)
    if rules.learning_rule == AfterWarning.ABANDON:
        return unit.pushed_at != NEVER
    if rules.learning_rule == AfterWarning.MOVE_ALONG:
        unit.s = min(max(unit.s + unit.pushback, 0.0), length_m)
    elif unit.probe == 0:
        unit.distance += remembered(unit, t, rules.learning_memory_days)
    return True


@compiled
def _navigation_sd(unit, rules, setting, i, j, t):
    land, sky = setting.land, setting.sky
    sd = rules.navigation_error_m * (1.0 + rules.navigation_rugged_factor * land.cells[i, j].ruggedness)
    sd *= 1.0 + rules.navigation_vegetation_factor * growth(land, sky, i, j, t)
    if in_dark(sky, 0.5 * (t + unit.end)):
        sd *= rules.navigation_night_factor
    if in_fog(land, sky, i, t):
        sd *= rules.navigation_fog_factor
    if rules.navigation_satellite:
        sd = min(sd, rules.navigation_satellite_error_m)
    return sd


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


@compiled
def _first_z(unit):
    return normal(fold(unit.key, _NAV_0), 0)


@compiled
def draw_errors(unit, setting):
    """Draw the errors of a unit that has set out, and those of whoever watches it."""
    rules, watch, land = setting.records[unit.side], setting.records[other(unit.side)], setting.land
    d, t = _means_to_be_at(unit, setting.courses), unit.begin
    i, j = cell_of(land, unit.s, d)
    unit.drawn = 1
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
def begin_shifts(units, t, setting, tallies, spare):
    """Begin the shifts of ``t``; a unit whose incident is open, or that is still out, does not.

    Who stays out of reach has its errors drawn only when somebody asks for it (if ``spare``).
    """
    night = t % DAY >= HALF_DAY
    shift = (setting.sky.epoch + int(t // DAY)) * 2 + (1 if night else 0)
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.incident >= 0 or (unit.crew == Crew.DAY and night):
            continue
        if unit.crew == Crew.NIGHT and not night:
            continue
        if unit.active == 1:
            see_idly(unit, t, setting.records, tallies)
            end_shift(unit, tallies[unit.side])
        unit.shift = shift
        unit.key = occasion(setting.luck, unit.who, shift, 0, unit.side)
        if not _goes_out(unit, setting, t):
            continue
        _set_out(unit, t)
        tallies[unit.side].unit_ticks += int(np.ceil((unit.end - t) / setting.tick))
        if unit.kind == UnitKind.WORK_PARTY:
            tallies[unit.side].workdays += 1.0
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
    if unit.drawn == 0:
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
