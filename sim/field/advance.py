"""The loop over ticks and units; the phases of a tick stand in the package's docstring."""

from typing import NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.constants import DAY, HALF_DAY, NEVER
from sim.field.days import begin_day
from sim.field.events import EVENT
from sim.field.looks import take_looks
from sim.field.mines import off_lane, strike
from sim.field.path import LAST_STRETCH, note_stretch, stand, step
from sim.field.shifts import Roll, begin_shifts, end_asleep, end_shift, roll
from sim.field.sleep import sleeps_until, wake_up
from sim.field.strays import draw_strays, due_strays, stray_tick

# What a call of ``advance`` knows of a unit that may wake in it: its row, when it does, and while it is
# awake its depth past the true line at its last moment.
WALK = np.dtype([("row", "i8"), ("wake", "f8"), ("x", "f8")], align=True)


class Scratch(NamedTuple):
    """Room for what a call of ``advance`` finds out.

    ``events`` (units + posts,), dtype ``EVENT``, are handed back; ``walks`` (units,), dtype
    ``WALK``, and what shifts fill in of the ``roll`` mean nothing afterwards.
    """

    events: np.ndarray
    walks: np.ndarray
    roll: Roll


def scratch(units: np.ndarray, n_posts: int) -> Scratch:
    """Room for these units and so many posts."""
    return Scratch(np.zeros(units.size + n_posts, EVENT), np.zeros(units.size, WALK), roll(units))


@compiled
def _sleepers(units, until, walks):
    """Fill ``walks`` with the units on shift that wake before ``until``; how many there are."""
    n = 0
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.active == 1 and unit.incident < 0 and unit.wake < until:
            walks[n].row, walks[n].wake = row, unit.wake
            n += 1
    return n


@compiled
def _first_wake(walks, n):
    """When the first of ``n`` wakes."""
    first = NEVER
    for k in range(n):
        first = min(first, walks[k].wake)
    return first


@compiled
def walk_on(unit, walk, t1, setting, tallies, event):
    """A tick of a unit that is awake, to ``t1``; True when a decision is asked for."""
    rules, tally, courses = setting.records[unit.side], tallies[unit.side], setting.courses
    z1 = step(unit, rules, t1, setting.tick)
    walk.x, _ = stand(unit, courses, unit.t, unit.z)
    seen = take_looks(unit, walk, z1, t1, setting, tally, event)
    if not seen:
        x1, _ = stand(unit, courses, t1, z1)
        note_stretch(unit, rules, tally, walk.x, x1, t1 - unit.t, LAST_STRETCH)
        unit.z, unit.t = z1, t1
    unit.step += 1  # where it was seen the rest of the tick is given up, and its luck with it
    return seen


@compiled
def meets_mine(unit, row, t, setting, event):
    """Whether a unit that has walked on from ``t`` meets a mine."""
    if abs(unit.z) > unit.lane_z:
        return off_lane(unit, row, unit.t - t, setting, event)
    if unit.strike_at <= unit.t:
        strike(unit, row, setting.courses, event)
        return True
    return False


@compiled
def advance(units, tallies, setting, days, t, ticks, spare, scratch):
    """Play up to ``ticks`` ticks from minute ``t``; stop after the first in which events fell.

    Returns (minute reached, number of events), see ``Scratch``. Units asleep are left alone (if ``spare``),
    and ticks through which all sleep are passed over. Days on the way begin by themselves; one that begins
    at ``t`` has begun already.
    """
    tick, posts, (events, walks, called) = setting.tick, setting.posts, scratch
    until = t + ticks * tick
    n_walks = _sleepers(units, until, walks)
    stray_at = stray_tick(posts, tick)
    next_day, next_shifts = t - t % DAY + DAY, t + (setting.day_shift - t) % HALF_DAY
    n = 0
    while t < until and n == 0:
        if t >= next_day:
            begin_day(days, setting.records, t)
            draw_strays(posts, setting.records, setting.luck, t)
            stray_at, next_day = stray_tick(posts, tick), next_day + DAY
        if t >= next_shifts:
            begin_shifts(units, t, setting, tallies, spare, called)
            n_walks, next_shifts = _sleepers(units, until, walks), next_shifts + HALF_DAY
        busy = min(_first_wake(walks, n_walks), stray_at)
        if busy >= t + tick:
            t = min(until, next_day, next_shifts, np.floor(busy / tick) * tick)
            continue
        for k in range(n_walks):
            walk = walks[k]
            if walk.wake >= t + tick:
                continue
            unit = units[walk.row]
            wake_up(unit, t, setting, tallies)
            t0, t1 = unit.t, min(t + tick, unit.end)
            if walk_on(unit, walk, t1, setting, tallies, events[n]):
                n += 1
                continue
            struck = meets_mine(unit, walk.row, t0, setting, events[n])
            if struck:
                n += 1
            if t1 >= unit.end:
                end_shift(unit, tallies[unit.side])
                walk.wake = NEVER
            else:  # what becomes of who met a mine, nobody knows
                unit.wake = walk.wake = sleeps_until(unit, setting) if spare and not struck else t1
        t += tick
        if stray_at < t:
            n = due_strays(posts, t, tallies, events, n)
            stray_at = stray_tick(posts, tick)
    end_asleep(units, t, setting.records, tallies)
    return t, n
