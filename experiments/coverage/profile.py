"""Profile-likelihood interval of a negative binomial mean, to compare widths with only.

It was the narrowest of the intervals that cover in the trial (STATISTICS.md, part A), but without
any use below some ten events: with none, its upper end is astronomical.
"""

import numpy as np
from scipy.special import chdtri, gammaln

from experiments.coverage.laws import Floats

LEAST_K, MOST_K = 1e-4, 1e4
_K = np.geomspace(LEAST_K, MOST_K, 81)
_TIMES = np.geomspace(1e-3, 1e5, 801)  # means tried, in units of the estimate


def profile_width(counts: Floats, worlds: int, level: float = 0.95) -> float:
    """Width in events of the interval for the sum over ``worlds`` worlds, of which ``counts`` are
    those with any event; inf where the likelihood does not fall far enough.
    """
    total = float(counts.sum())
    mean = _TIMES * max(total, 1.0) / worlds
    shape = (gammaln(counts[:, None] + _K) - gammaln(_K)).sum(axis=0)
    log_odds = np.log(_K + mean[:, None])
    likelihood = shape + worlds * _K * np.log(_K) - (worlds * _K + total) * log_odds
    best = likelihood.max(axis=1) + total * np.log(mean)
    kept = 2 * (best - best.max()) + chdtri(1, 1 - level)
    inside = np.flatnonzero(kept >= 0)
    low = _crossing(mean, kept, inside[0] - 1) if total and inside[0] else 0.0
    high = _crossing(mean, kept, inside[-1]) if inside[-1] + 1 < mean.size else np.inf
    return worlds * (high - low)


def _crossing(mean: Floats, kept: Floats, left: int) -> float:
    share = kept[left] / (kept[left] - kept[left + 1])
    return float(mean[left] ** (1 - share) * mean[left + 1] ** share)
