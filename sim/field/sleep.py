"""Sleep: until when nothing about a unit can matter, so that the loop over ticks leaves it alone.

A unit sleeps through a tick in which it comes near no line and is seen by nobody, or is tracked and can
neither show a violation or a crossing nor be lost. That is found by what deviates lie between, and not by
other draws: whoever walks every unit through every tick finds the same. A sleeper is taken to a later moment
where that is asked for, or where lines or rules change, by which it sleeps.
"""

import numpy as np

from sim.compiled import compiled
from sim.constants import NEVER
from sim.field.courses import own_and_limit, swing_on_route
from sim.field.deviates import normal_at_least, normal_between
from sim.field.looks import (
    LOOK_POSITION,
    TRACK_JITTER,
    TRACK_POSITION,
    furthest_fix,
    idle_looks,
    most_visible,
    next_candidate,
    next_instant,
    seen_deviate,
)
from sim.field.path import (
    LAST_STRETCH,
    adds_nothing,
    depth_past,
    place,
    stays_below,
    step_up_to,
    stepped,
    tick_end,
    variance_over,
)
from sim.randomness import fold
from sim.sides import northward, other

SURE_M = 1e-6  # metres: more than the last bits of two ways to one place can be apart


@compiled
def stays_away(unit, z, floor, rules, tick):
    """Whether the deviate of a unit that is at ``z`` now stays above ``floor`` to the end of its shift.

    False where what its deviates are not below does not tell.
    """
    t, number = unit.t, unit.step
    while z > floor and t + tick <= unit.end:
        z = rules.rho * z + rules.spread * normal_at_least(unit.nav_key, number)
        t, number = t + tick, number + 1
    if t < unit.end:
        z = min(z, stepped(z, unit.end - t, normal_at_least(unit.nav_key, number), rules, tick))
    return z > floor


@compiled
def _depths(unit, courses, t):
    """Depths past the true line and past the limit, where the deviate is 0, at ``t``."""
    own, limit = own_and_limit(courses, unit.side, place(courses.length_m, unit, t))
    x = depth_past(unit, own, 0.0)
    return x, x + northward(unit.side) * limit


@compiled
def _most_depths(unit, courses):
    """The same at any moment of the shift: both at most, and as they are where the unit stands still."""
    if unit.speed == 0.0:
        return _depths(unit, courses, unit.t)
    nearest = swing_on_route(unit, courses) - unit.distance
    return nearest, nearest


@compiled
def _depths_at(unit, courses, most, t):
    """Depths at ``t``, of a unit whose depths are ``most`` if it stands still."""
    return most if unit.speed == 0.0 else _depths(unit, courses, t)


@compiled
def _shows_nothing(unit, rules, watch, depths, ends, looks, moments, spread, tick):
    """Whether the looks of a tick at a tracked unit show nothing and keep it, by what luck lies between.

    ``ends`` are the deviates between which those at the tick's ends lie, the least first, of its begin and
    of its end; ``looks`` the numbers of the first look and of the first after the tick, ``moments`` of its
    begin, first look and end, ``spread`` the variance of a minute of its path, ``tick`` its number. (Where a
    look finds the unit lies, but for the look's own luck, between the moments before and after, and 0.)
    """
    position, jitter = fold(unit.key, TRACK_POSITION), fold(unit.key, TRACK_JITTER)
    sign, nav_sd, (x, past) = northward(unit.side), unit.nav_sd, depths
    (least_0, most_0), (least_1, most_1) = ends
    low, high = min(least_0, least_1), max(most_0, most_1)
    before, (t, look, t1) = x - nav_sd * least_0 + SURE_M, moments
    for number in range(looks[0], looks[1]):
        least, most = normal_between(position, number)
        low = min(0.0, low) + rules.bridge * min(0.0, least)
        high = max(0.0, high) + rules.bridge * max(0.0, most)
        least, most = normal_between(jitter, number)
        error = watch.watch_jitter_m * (-least if sign > 0.0 else most) - sign * unit.fix
        if past - nav_sd * low + error > unit.margin - SURE_M:
            return False
        if past - nav_sd * high < SURE_M - watch.watch_approach_m:
            return False
        there = x - nav_sd * low + SURE_M
        if not adds_nothing(unit, before, there, spread * (look - t), tick, number - looks[0]):
            return False
        before, t, look = there, look, look + watch.watch_track_interval
    return adds_nothing(unit, before, x - nav_sd * least_1 + SURE_M, spread * (t1 - t), tick, LAST_STRETCH)


@compiled
def _is_missed(unit, watch, setting, depths, low, high):
    """Whether the look that is due does not see a unit, wherever its deviate lies between two values."""
    land, sky, courses, t = setting.land, setting.sky, setting.courses, unit.next_look
    x, _ = _depths_at(unit, courses, depths, t)
    sign = northward(unit.side)
    near, far = -sign * (x - unit.nav_sd * low), -sign * (x - unit.nav_sd * high)
    post, s = setting.posts[unit.watcher], place(courses.length_m, unit, t)
    share = most_visible(land, sky, watch, post, s, min(near, far) - SURE_M, max(near, far) + SURE_M, t)
    return seen_deviate(unit, unit.looks - 1) >= share


@compiled
def _passes_unseen(unit, rules, watch, courses, depths, least, moments, spread, tick, missed):
    """Whether the looks of a tick at a unit that is not tracked find it too far, and it crosses nothing.

    By what luck lies between; ``least`` are what the deviates at the tick's ends, ``moments``, are not below;
    ``depths``, ``spread`` and ``tick`` as above; ``missed``, whether the first look does not see it, however
    near. If so, the stream of looks goes on to the first after the tick.
    """
    nav_sd, (t, t1), low = unit.nav_sd, moments, min(least)
    position, begun, stretch = fold(unit.key, LOOK_POSITION), (unit.next_look, unit.looks), 0
    x, _ = _depths_at(unit, courses, depths, t)
    before, passes = x - nav_sd * least[0] + SURE_M, True
    while passes and unit.next_look <= t1:
        look = unit.next_look
        low = min(0.0, low) + rules.bridge * min(0.0, normal_at_least(position, unit.looks - 1))
        x, past = _depths_at(unit, courses, depths, look)
        there, far = x - nav_sd * low + SURE_M, past - nav_sd * low < -watch.watch_approach_m - SURE_M
        passes = (far or (missed and stretch == 0)) and adds_nothing(
            unit, before, there, spread * (look - t), tick, stretch
        )
        before, t, stretch = there, look, stretch + 1
        next_candidate(unit, watch)
    x, _ = _depths_at(unit, courses, depths, t1)
    there = x - nav_sd * least[1] + SURE_M
    if passes and adds_nothing(unit, before, there, spread * (t1 - t), tick, LAST_STRETCH):
        return True
    unit.next_look, unit.looks = begun
    return False


@compiled
def _looks_by(track, number, t1, watch):
    """When the first look after ``t1`` is due on a track with look ``number`` at ``track``; its number."""
    while track <= t1:
        track += watch.watch_track_interval
        number += 1
    return track, number


@compiled
def sleeps_until(unit, setting):
    """When the first tick of the shift begins that has to be played, from where the unit is; or ``NEVER``."""
    rules, watch, courses = setting.records[unit.side], setting.records[other(unit.side)], setting.courses
    depths = _most_depths(unit, courses)
    nav_sd, reach, approach = unit.nav_sd, rules.reach * unit.nav_sd, watch.watch_approach_m
    furthest, track, looks = furthest_fix(unit, watch), unit.track, np.int64(unit.tracks)
    t, number, tick, spread = unit.t, unit.step, setting.tick, variance_over(unit, rules, 1.0)
    least, most, t1 = unit.z, unit.z, tick_end(t, unit.end, tick)
    if nav_sd > 0.0 and track == NEVER and unit.strike_at > unit.end and unit.lane_z == NEVER:
        floor = (max(depths[1] + approach, depths[0]) + reach + SURE_M) / nav_sd
        if stays_away(unit, unit.z, floor, rules, tick):
            return NEVER
    while t < unit.end:
        below, above = normal_between(unit.nav_key, number)
        least_1 = stepped(least, t1 - t, below, rules, tick)
        most_1 = stepped(most, t1 - t, above, rules, tick)
        if max(most_1, -least_1) > unit.lane_z or unit.strike_at <= t1:
            return t
        low, high = min(least, least_1), max(most, most_1)
        x, past = depths[0] - nav_sd * low, depths[1] - nav_sd * low
        if past + reach < -approach and x + reach <= 0.0:
            if track <= t1 or not stays_below(x + reach, x + reach, spread * (t1 - t)):
                return t  # a look loses the track, or it may cross the line
        elif track == NEVER:
            next_instant(unit, watch, t)
            missed = False
            while not _passes_unseen(
                unit, rules, watch, courses, depths, (least, least_1), (t, t1), spread, number, missed
            ):
                missed = (
                    not missed
                    and unit.next_look <= t1
                    and _is_missed(unit, watch, setting, depths, low - rules.reach, high + rules.reach)
                )
                if not missed:
                    return t
        elif unit.speed != 0.0:
            return t
        else:
            later = _looks_by(track, looks, t1, watch)
            if not (
                x + reach <= 0.0
                and past + reach + furthest <= unit.margin
                and depths[1] - nav_sd * high - reach >= -approach
            ) and not _shows_nothing(
                unit,
                rules,
                watch,
                depths,
                ((least, most), (least_1, most_1)),
                (looks, later[1]),
                (t, track, t1),
                spread,
                number,
            ):
                return t
            track, looks = later
        least, most, t, number = least_1, most_1, t1, number + 1
        t1 = min(t + tick, unit.end)
    return NEVER


@compiled
def wake_up(unit, t, setting, tallies):
    """Take a unit to ``t``, or to the end of its shift, through what it slept until then."""
    step_up_to(unit, setting.records[unit.side], t, setting.tick)
    see_idly(unit, t, setting.records, tallies)


@compiled
def see_idly(unit, t, records, tallies):
    """Take the looks up to ``t``, or the end of its shift, at a unit that slept through them."""
    if unit.track != NEVER:
        idle_looks(unit, records[other(unit.side)], min(t, unit.end), tallies[unit.side])
