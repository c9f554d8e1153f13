"""The rate of what is summed and not counted: means of clones, or chances, by world.

Such sums are small numbers of any size, few of them 0; the interval is that of a ratio of two sums on the
scale of its logarithm (Cochran 1977, Sampling Techniques, 6.4), with the t distribution.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from experiments.statistics.intervals import FEWEST_CLUSTERS, Interval

FEWEST_SUMMED = 3.0 * FEWEST_CLUSTERS  # effective clusters; with fewer, a few worlds hold most of it


def summed_rate(sums_by_world: ArrayLike, years_by_world: ArrayLike, level: float = 0.95) -> Interval:
    """Per exposed year, of sums and years by world, (worlds,) each.

    No limits (nan) under thirty effective clusters S²/Q: where a few worlds hold most of it none that was
    tried covers (docs/COVERAGE.md). Raises ValueError for negative sums or no exposure.
    """
    sums, years = (np.asarray(each, dtype=np.float64) for each in (sums_by_world, years_by_world))
    exposed, s = float(years.sum()), float(sums.sum())
    if sums.ndim != 1 or sums.shape != years.shape or (sums < 0).any() or not exposed > 0:
        raise ValueError("need sums >= 0 by world, and the years of every world")
    rate, q, n = s / exposed, float((sums**2).sum()), sums.size
    clusters = s**2 / q if q > 0 else 0.0
    low = high = np.nan
    if clusters >= FEWEST_SUMMED:
        error = np.sqrt(n / (n - 1) * ((sums - rate * years) ** 2).sum()) / s
        reach = np.exp(stdtrit(n - 1, (1 + level) / 2) * error)
        low, high = rate / reach, rate * reach
    return Interval(rate, float(low), float(high), exposed, s, clusters, level)
