"""How many runs would decide what is undecided: a projection, told as a range or not at all.

The runs that a true difference needs go with the inverse of its square, so that a difference known
to within a half says little of them. The range therefore holds those that each end of the
difference's own interval would need; with few worlds that differ even that would be a guess.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from experiments.statistics.intervals import (
    FEWEST_DISCORDANT,
    Events,
    Floats,
    Pilot,
    Years,
    difference_interval,
    gamma_bounds,
    pair_of,
)

FEWEST_TO_PROJECT = 20  # worlds on which the difference rests; with fewer nothing is projected
SPREAD = 0.8  # level of the interval whose ends are projected
_MOST, _STEPS = 1e4, 2000  # times the runs seen; beyond that many, never


@dataclass(frozen=True)
class Projection:
    """Times the runs seen, from ``low`` to ``high`` (inf: never), that would decide.

    ``worlds``: those on which it rests, as ``Pair.rests_on``; with too few both are nan.
    """

    low: float
    high: float
    worlds: float


def runs_that_would_decide(
    y_by_world: ArrayLike,
    x_by_world: ArrayLike,
    years: Years | tuple[Years, Years] = 1.0,
    *,
    pool: Pilot | None = None,
    level: float = 0.95,
    events: Events = "counted",
) -> Projection:
    """How many times as many worlds would make ``difference_interval`` leave 0 at ``level``, were
    the true difference any within its interval at ``SPREAD``, and all else as seen.
    """
    pair = pair_of(y_by_world, x_by_world, years)
    worlds = pair.rests_on(events)
    if worlds < FEWEST_TO_PROJECT:
        return Projection(np.nan, np.nan, worlds)
    sums, squares = (part[:, 0] for part in pair.parts(1.0))
    if not sums.any():  # the arms differ in exposure only
        return Projection(np.inf, np.inf, worlds)
    likely = difference_interval(y_by_world, x_by_world, years, pool=pool, level=SPREAD, events=events)
    weights = np.array(pair.weights(pool, events))
    ends = np.array([likely.low, likely.high]) * pair.years[0]
    times = [_times(*_tilted(sums, squares, weights, end), weights, worlds, level) for end in ends]
    never = likely.low <= 0.0 <= likely.high
    return Projection(min(times), np.inf if never else max(times), worlds)


def _tilted(sums: Floats, squares: Floats, weights: Floats, difference: float) -> tuple[Floats, Floats]:
    """Sums and squares (2,) of what is more and what is less, were their difference this one."""
    total = sums.sum()
    more = np.clip((1.0 + difference / total) / 2.0, 0.0, 1.0)
    found = total * np.array([more, 1.0 - more])
    size = np.divide(squares, sums, out=weights.copy(), where=sums > 0)
    return found, found * size


def _times(sums: Floats, squares: Floats, weights: Floats, worlds: float, level: float) -> float:
    """Times as many worlds with these sums that decide; inf for more than ``_MOST``."""
    up, down = (0, 1) if sums[0] >= sums[1] else (1, 0)
    times = np.geomspace(1.0, _MOST, _STEPS)
    low = gamma_bounds(times * sums[up], times * squares[up], weights[up], level)[0]
    high = gamma_bounds(times * sums[down], times * squares[down], weights[down], level)[1]
    gap = times * (sums[up] - sums[down])
    error = np.hypot(times * sums[up] - low, high - times * sums[down])
    decides = np.flatnonzero((gap > error) & (times * worlds >= FEWEST_DISCORDANT))
    return float(times[decides[0]]) if decides.size else np.inf
