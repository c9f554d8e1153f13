"""The loop over ticks and units; the phases of a tick stand in the package's docstring."""

import numpy as np

from sim.compiled import compiled
from sim.field.courses import swing_on_route
from sim.field.looks import furthest_fix, idle_looks, lose_track, next_instant, take_looks
from sim.field.mines import off_lane
from sim.field.path import (
    LAST_STRETCH,
    NORMAL_BOUND,
    catch_up,
    note_depth,
    stand,
    stays_below,
    step,
    stretch_luck,
)
from sim.field.shifts import begin_shifts, end_shift, end_spared
from sim.field.strays import due_strays, first_stray
from sim.randomness import Kind, fold
from sim.state import DAY, NEVER

_PASSAGE = int(Kind.PASSAGE)
DAY_SHIFT, NIGHT_SHIFT = 360.0, 1080.0

# What a call of ``advance`` finds out about a unit on shift: whether it is out of reach of both
# lines all shift, by how much lines on its route can bring it nearer than it means to keep; and,
# while it is near one, its depth past the true line at its last moment.
WALK = np.dtype([("row", "i8"), ("x", "f8"), ("swing", "f8"), ("far", "i8")])


@compiled
def _note_tick(unit, walk, tally, par, x1, t1):
    """Draw the deepest point of the way from where the unit is to the end of the tick."""
    variance = 2.0 * unit.nav_sd**2 * (t1 - unit.t) / par.navigation_tau_minutes
    if not stays_below(walk.x, x1, variance):
        passage = fold(unit.key, _PASSAGE)
        note_depth(
            unit, tally, walk.x, x1, variance, stretch_luck(passage, unit.step, LAST_STRETCH)
        )


@compiled
def _may_matter(unit, walk, par, watch, z1, t1):
    """Whether a look is due before ``t1`` that can see, or a line may be crossed on the way."""
    kept = unit.distance + unit.nav_sd * min(unit.z, z1) - walk.swing
    if kept - par.reach * unit.nav_sd > watch.watch_approach_m and unit.track == NEVER:
        return False
    if unit.watcher >= 0 and next_instant(unit, watch) <= t1:
        return True
    variance = 2.0 * unit.nav_sd**2 * (t1 - unit.t) / par.navigation_tau_minutes
    return not stays_below(-kept, -kept, variance)


@compiled
def _close_tick(unit, walk, z1, t1, posts, courses, pars, land, sky, tally, event):
    """Looks and crossings on the way to the end of a tick; True when a decision is asked for."""
    par, watch = pars[unit.side], pars[1 - unit.side]
    approach = watch.watch_approach_m
    walk.x, past = stand(unit, courses, land.length_m, unit.t, unit.z)
    x1, past1 = stand(unit, courses, land.length_m, t1, z1)
    reach = par.reach * unit.nav_sd + courses.slope * abs(unit.speed) * (t1 - unit.t)
    if (
        unit.track != NEVER
        and max(walk.x, x1) + reach <= 0.0
        and (
            min(past, past1) - reach >= -approach
            and max(past, past1) + reach + furthest_fix(unit, watch) <= watch.watch_margin_m
        )
    ):
        idle_looks(unit, watch, t1, tally)
        return False
    if max(past, past1) + reach < -approach:
        if unit.track <= t1:
            lose_track(unit)
    elif unit.watcher >= 0 and take_looks(unit, walk, z1, t1, posts, courses, pars, land, sky,
                                           tally, event):  # fmt: skip
        return True
    _note_tick(unit, walk, tally, par, x1, t1)
    return False


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
        walk.row, walk.swing, walk.far = row, swing_on_route(unit, courses, length_m), 0
        closest = unit.distance - NORMAL_BOUND * unit.nav_sd - walk.swing
        if closest > watch.watch_approach_m and unit.track == NEVER:
            walk.far = 1
            if spare and unit.lane_z == NEVER:
                continue
        catch_up(unit, par, t, tick)
        n += 1
    return n


@compiled
def advance(units, posts, projects, tallies, courses, pars, land, sky, luck, t, tick, ticks, spare,
            events, walks):  # fmt: skip
    """Play up to ``ticks`` ticks from minute ``t``; stop after the first in which events fell.

    Returns (minute reached, number of events). ``walks`` is scratch space, one ``WALK`` a unit.
    Most units are far from the line, so the loop deals with them itself and calls out for the rest.
    """
    on_shift = _on_shift(units, t, tick, courses, land.length_m, pars, spare, walks)
    stray_at = first_stray(posts)
    n = 0
    for _ in range(ticks):
        minute = t % DAY
        if minute == DAY_SHIFT or minute == NIGHT_SHIFT:
            begin_shifts(units, t, tick, projects, posts, courses, pars, land, sky, luck, tallies)
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
            z1 = step(unit, par, t1, tick)
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
            if abs(z1) > unit.lane_z and off_lane(unit, row, minutes, par, courses, land,
                                                   events[n]):  # fmt: skip
                n += 1
            if t1 >= unit.end:
                end_shift(unit, tally)
        t += tick
        if stray_at <= t:
            n = due_strays(posts, t, tallies, events, n)
            stray_at = first_stray(posts)
        if n > 0:
            break
    end_spared(units, t, tallies)
    return t, n
