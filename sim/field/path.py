"""Where a unit is: its way along the line, its OU error across it, and bridges between.

Depths are metres past the true line, negative on the unit's own side.
"""

import numpy as np

from sim.compiled import compiled
from sim.field.courses import own_and_limit
from sim.field.deviates import NORMAL_BOUND
from sim.randomness import Kind, fold, normal, uniform
from sim.sides import northward

_PASSAGE = int(Kind.PASSAGE)
LAST_STRETCH = 1023  # ordinal of a tick's last stretch of path; no tick has as many looks
_SAME_MOMENT = 1e-9  # minutes that rounding alone may put between two instants
LAST_BITS = 1e-9  # share by which two ways to one chance can be apart, and more
_NO_DEVIATE = 37.0  # exp(-37) is less than any 52-bit uniform deviate


@compiled
def place(length_m, unit, t):
    """Where along the line a unit is: out along its route, and back in the second half.

    At an end of the line it turns.
    """
    if unit.speed == 0.0:
        return unit.s
    gone = min(t - unit.begin, unit.end - t)
    s = unit.s + unit.speed * gone
    if s < 0.0 or s > length_m:
        s = abs(s) % (2.0 * length_m)
        s = min(s, 2.0 * length_m - s)
    return s


@compiled
def depth_past(unit, own_line, z):
    """Metres past the true line, negative on the unit's own side."""
    sign = northward(unit.side)
    return -(sign * own_line + unit.distance + unit.nav_sd * z)


@compiled
def stand(unit, courses, t, z):
    """Metres past the true line, and past the other side's response line, at ``t`` with ``z``."""
    line, limit = own_and_limit(courses, unit.side, place(courses.length_m, unit, t))
    x = depth_past(unit, line, z)
    return x, x + northward(unit.side) * limit


@compiled
def where(unit, courses):
    """Where a unit is: metres along the line, and across it (``s``, ``d``)."""
    x, _ = stand(unit, courses, unit.t, unit.z)
    return place(courses.length_m, unit, unit.t), -northward(unit.side) * x


@compiled
def where_in(units, row, courses):
    """Where the unit of a row is, as ``where``: Python hands over many rows sooner than one record."""
    return where(units[row], courses)


@compiled
def places(units, courses):
    """Where each of the units that are on shift is, (n, 2) metres of ``s`` and ``d``; nan for the others."""
    found = np.full((units.shape[0], 2), np.nan)
    for row in range(units.shape[0]):
        unit = units[row]
        if unit.active == 1:
            found[row, 0], found[row, 1] = where(unit, courses)
    return found


@compiled
def between(z0, t0, z1, t1, t, tau, deviate):
    """An OU process of unit variance at ``t``, given its values at ``t0`` and ``t1``."""
    if t1 - t0 < _SAME_MOMENT:
        return z1
    a, b = np.exp(-(t - t0) / tau), np.exp(-(t1 - t) / tau)
    whole = 1.0 - a * a * b * b
    mean = (z0 * a * (1.0 - b * b) + z1 * b * (1.0 - a * a)) / whole
    return mean + np.sqrt((1.0 - a * a) * (1.0 - b * b) / whole) * deviate


@compiled
def drifted(z, minutes, tau, deviate):
    """An OU process of unit variance ``minutes`` after it was ``z``."""
    rho = np.exp(-minutes / tau)
    return rho * z + np.sqrt(1.0 - rho * rho) * deviate


@compiled
def variance_over(unit, rules, minutes):
    """Square metres by which the path of a unit is spread anew in so many minutes."""
    return 2.0 * unit.nav_sd**2 * minutes / rules.navigation_tau_minutes


@compiled
def bridge_spread(minutes, tau):
    """The largest sd of a bridge over ``minutes``: that of its middle."""
    half = np.exp(-0.5 * minutes / tau)
    return np.sqrt((1.0 - half * half) ** 2 / (1.0 - half**4))


@compiled
def bridge_reach(minutes, tau):
    """Sd's by which a bridge over ``minutes`` can pass above its ends, whatever its luck."""
    half = np.exp(-0.5 * minutes / tau)
    return NORMAL_BOUND * (bridge_spread(minutes, tau) + 1.0 - 2.0 * half / (1.0 + half * half))


@compiled
def deepest(x0, x1, variance, u):
    """The largest value of a bridge from ``x0`` to ``x1`` whose increments have ``variance``."""
    return 0.5 * (x0 + x1 + np.sqrt((x1 - x0) ** 2 - 2.0 * variance * np.log(u)))


@compiled
def stays_below(x0, x1, variance):
    """Whether no bridge from ``x0`` to ``x1`` reaches 0: its deviate would have to be smaller than any."""
    return x0 < 0.0 and x1 < 0.0 and 2.0 * x0 * x1 > _NO_DEVIATE * variance


@compiled
def note_depth(unit, rules, tally, x0, x1, minutes, u):
    """Draw the deepest point of a stretch of path and count a first crossing, and a deep one.

    It leads from depth ``x0`` to ``x1`` in so many minutes; ``u`` is its luck.
    """
    variance, deep_m = variance_over(unit, rules, minutes), rules.counting_deep_m
    if stays_below(x0, x1, variance):
        return max(x0, x1)
    x = deepest(x0, x1, variance, u)
    if x > 0.0 and unit.depth <= 0.0:
        tally.crossings += 1
    if x > deep_m and unit.depth <= deep_m:
        tally.deep_crossings += 1
    unit.depth = max(unit.depth, x)
    return x


@compiled
def _passage(unit, step, number):
    """The luck of stretch ``number`` of the path of a unit in its tick ``step``."""
    return uniform(fold(unit.key, _PASSAGE), step * (LAST_STRETCH + 1) + number)


@compiled
def note_stretch(unit, rules, tally, x0, x1, minutes, number):
    """Note the depth of a stretch of path in the unit's tick: between looks, or the last one."""
    note_depth(unit, rules, tally, x0, x1, minutes, _passage(unit, unit.step, number))


@compiled
def adds_nothing(unit, x0, x1, variance, step, number):
    """Whether a stretch of path between depths of at most ``x0`` and ``x1`` leaves what is counted as it is.

    It neither crosses nor comes deeper than the unit has been past the line, by its own luck; ``variance``
    is that of its increments.
    """
    known = max(0.0, unit.depth)
    if x0 >= known or x1 >= known:
        return False
    clear = 2.0 * (known - x0) * (known - x1)
    if clear > _NO_DEVIATE * variance:
        return True
    return _passage(unit, step, number) > np.exp(-clear / variance) * (1.0 + LAST_BITS)


@compiled
def tick_end(t, end, tick):
    """When the tick ends in which ``t`` lies, or the shift."""
    return min((np.floor(t / tick) + 1.0) * tick, end)


@compiled
def stepped(z, minutes, deviate, rules, tick):
    """The navigation deviate at the end of a tick, so many minutes after it was ``z``: an exact OU step."""
    if minutes != tick:
        return drifted(z, minutes, rules.navigation_tau_minutes, deviate)
    return rules.rho * z + rules.spread * deviate


@compiled
def step(unit, rules, t1, tick):
    """The navigation deviate of a unit at ``t1``, the end of its tick."""
    return stepped(unit.z, t1 - unit.t, normal(unit.nav_key, unit.step), rules, tick)


@compiled
def step_up_to(unit, rules, t, tick):
    """Take the steps of a unit up to ``t``, or to the end of its shift."""
    while unit.t < min(t, unit.end):
        t1 = tick_end(unit.t, unit.end, tick)
        unit.z = step(unit, rules, t1, tick)
        unit.t = t1
        unit.step += 1
