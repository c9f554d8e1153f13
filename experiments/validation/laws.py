"""Laws of counts as arrays of chances, (counts,) from 0 on, and proper scores of what was counted.

Closed forms and sums over the chances by numpy and scipy: a library for scores would add its own start-up
time for two formulas.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Law = NDArray[np.float64]
Values = NDArray[np.float64]
MOST = 600  # counts that a law covers; what lies beyond is added to the last
_DISPERSIONS = (-6.0, 3.0)  # log of what a fit looks through
_TINY, _LEAST_MEAN = 1e-300, 0.02


def crps(law: Law, count: float) -> float:
    """Continuous ranked probability score of a count, in counts; less is better."""
    below = np.cumsum(law)
    return float(((below - (np.arange(law.size) >= count)) ** 2).sum())


def log_score(law: Law, count: float) -> float:
    """Minus the log of the chance of a count; less is better."""
    return float(-np.log(max(law[min(int(count), law.size - 1)], _TINY)))


def poisson(mean: float) -> Law:
    """Poisson."""
    return _closed(stats.poisson.pmf(np.arange(MOST), mean))


def negative_binomial(mean: float, dispersion: float) -> Law:
    """Negative binomial of variance mean + dispersion mean^2."""
    shape = 1.0 / dispersion
    return _closed(stats.nbinom.pmf(np.arange(MOST), shape, shape / (shape + mean)))


def mixed(means: Values, dispersion: float) -> Law:
    """A mixture, in equal parts, of negative binomials of one dispersion with these means (n,)."""
    shape = 1.0 / dispersion
    chances = stats.nbinom.pmf(np.arange(MOST), shape, (shape / (shape + means))[:, None])
    return _closed(chances.mean(axis=0))


def sampled(values: Values) -> Law:
    """What draws (n,) say: their shares, with one draw's weight of a negative binomial of their moments.

    So no count is impossible that no draw has.
    """
    mean = max(float(values.mean()), _LEAST_MEAN)
    dispersion = max((float(values.var()) - mean) / mean**2, np.exp(_DISPERSIONS[0]))
    shares = np.bincount(np.minimum(values, MOST - 1).astype(int), minlength=MOST).astype(float)
    return np.asarray((shares + negative_binomial(mean, dispersion)) / (values.size + 1.0))


def added(laws: Sequence[Law]) -> Law:
    """The law of a sum of independent counts."""
    whole = np.zeros(MOST)
    whole[0] = 1.0
    for law in laws:
        whole = _closed(np.convolve(whole, law))
    return whole


def dispersion_of(counts: Values, means: Values) -> float:
    """The likeliest dispersion of negative binomials with these means, (n,) each."""

    def loss(log: float) -> float:
        shape = float(np.exp(-log))
        return -float(stats.nbinom.logpmf(counts, shape, shape / (shape + means)).sum())

    return float(np.exp(optimize.minimize_scalar(loss, bounds=_DISPERSIONS, method="bounded").x))


def _closed(law: Law) -> Law:
    found = np.asarray(law[:MOST], float).copy()
    found[-1] += max(0.0, 1.0 - found.sum())
    return found
