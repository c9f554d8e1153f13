"""The loop over ticks and units; the phases of a tick stand in the package's docstring."""

from typing import NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.constants import HALF_DAY
from sim.field.courses import swing_on_route
from sim.field.events import EVENT
from sim.field.looks import furthest_fix, idle_looks, lose_track, next_instant, take_looks
from sim.field.mines import off_lane, strike
from sim.field.path import (
    LAST_STRETCH,
    NORMAL_BOUND,
    catch_up,
    note_depth,
    stand,
    stays_below,
    step,
    stretch_luck,
    variance_over,
)
from sim.field.shifts import begin_shifts, end_shift, end_spared
from sim.field.strays import due_strays, first_stray
from sim.sides import other
from sim.state import NEVER

# What a call of ``advance`` finds out about a unit on shift: whether it is out of reach of both
# lines all shift, by how much lines on its route can bring it nearer than it means to keep; and,
# while it is near one, its depth past the true line at its last moment.
WALK = np.dtype([("row", "i8"), ("x", "f8"), ("swing", "f8"), ("far", "?")], align=True)


class Scratch(NamedTuple):
    """Room for what a call of ``advance`` finds out.

    ``events`` (units + posts,), dtype ``EVENT``, are handed back; ``walks`` (units,), dtype
    ``WALK``, mean nothing afterwards.
    """

    events: np.ndarray
    walks: np.ndarray


def scratch(n_units: int, n_posts: int) -> Scratch:
    """Room for so many units and posts."""
    return Scratch(np.zeros(n_units + n_posts, EVENT), np.zeros(n_units, WALK))


@compiled
def _note_tick(unit, walk, tally, rules, x1, t1):
    """Draw the deepest point of the way from where the unit is to the end of the tick."""
    minutes = t1 - unit.t
    if not stays_below(walk.x, x1, variance_over(unit, rules, minutes)):
        note_depth(unit, rules, tally, walk.x, x1, minutes, stretch_luck(unit, LAST_STRETCH))


@compiled
def _may_matter(unit, walk, rules, watch, z1, t1):
    """Whether a look is due before ``t1`` that can see, or a line may be crossed on the way."""
    kept = unit.distance + unit.nav_sd * min(unit.z, z1) - walk.swing
    if kept - rules.reach * unit.nav_sd > watch.watch_approach_m and unit.track == NEVER:
        return False
    if unit.watcher >= 0 and next_instant(unit, watch) <= t1:
        return True
    return not stays_below(-kept, -kept, variance_over(unit, rules, t1 - unit.t))


@compiled
def _must_look(unit, walk, z1, t1, courses, records, tally):
    """Whether looks have to be taken in a tick; if not, deal with all of it."""
    rules, watch = records[unit.side], records[other(unit.side)]
    approach = watch.watch_approach_m
    walk.x, past = stand(unit, courses, unit.t, unit.z)
    x1, past1 = stand(unit, courses, t1, z1)
    reach = rules.reach * unit.nav_sd + courses.slope * abs(unit.speed) * (t1 - unit.t)
    if (
        unit.track != NEVER
        and max(walk.x, x1) + reach <= 0.0
        and (
            min(past, past1) - reach >= -approach
            and max(past, past1) + reach + furthest_fix(unit, watch) <= unit.margin
        )
    ):
        idle_looks(unit, watch, t1, tally)
        return False
    if max(past, past1) + reach < -approach:
        if unit.track <= t1:
            lose_track(unit)
    elif unit.watcher >= 0 and next_instant(unit, watch) <= t1:
        return True
    _note_tick(unit, walk, tally, rules, x1, t1)
    return False


@compiled
def _look(unit, walk, z1, t1, setting, tally, event):
    """Take the looks of a tick, then deal with the rest of it; True when a decision is asked for."""
    if take_looks(unit, walk, z1, t1, setting, tally, event):
        return True
    x1, _ = stand(unit, setting.courses, t1, z1)
    _note_tick(unit, walk, tally, setting.records[unit.side], x1, t1)
    return False


@compiled
def _on_shift(units, t, setting, spare, walks):
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
        rules, watch = setting.records[unit.side], setting.records[other(unit.side)]
        walk = walks[n]
        swing = swing_on_route(unit, setting.courses)
        walk.row, walk.swing, walk.far = row, swing, False
        closest = unit.distance - NORMAL_BOUND * unit.nav_sd - walk.swing
        if closest > watch.watch_approach_m and unit.track == NEVER:
            walk.far = True
            if spare and unit.lane_z == NEVER and unit.strike_at == NEVER:
                continue
        catch_up(unit, rules, t, setting.tick)
        n += 1
    return n


@compiled
def advance(units, tallies, setting, t, ticks, spare, scratch):
    """Play up to ``ticks`` ticks from minute ``t``; stop after the first in which events fell.

    Returns (minute reached, number of events), see ``Scratch``. Most units are far from the line,
    so the loop deals with them itself and calls out for the rest.
    """
    tick, records, posts, (events, walks) = setting.tick, setting.records, setting.posts, scratch
    courses = setting.courses  # what is called for most ticks is not handed all of the setting: 5%
    on_shift = _on_shift(units, t, setting, spare, walks)
    stray_at = first_stray(posts)
    n = 0
    for _ in range(ticks):
        if t % HALF_DAY == setting.day_shift:
            begin_shifts(units, t, setting, tallies)
            on_shift = _on_shift(units, t, setting, spare, walks)
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
            tally, rules = tallies[side], records[side]
            z1 = step(unit, rules, t1, tick)
            if (
                not walk.far
                and _may_matter(unit, walk, rules, records[other(side)], z1, t1)
                and _must_look(unit, walk, z1, t1, courses, records, tally)
                and _look(unit, walk, z1, t1, setting, tally, events[n])
            ):
                unit.step += 1  # the rest of the tick is given up, and its luck with it
                n += 1
                continue
            unit.z, unit.t = z1, t1
            unit.step += 1
            if abs(z1) > unit.lane_z and off_lane(unit, row, minutes, setting, events[n]):
                n += 1
            elif unit.strike_at <= t1:
                strike(unit, row, courses, events[n])
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
