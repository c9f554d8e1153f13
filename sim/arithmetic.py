"""Functions and sums whose last bits are the same on every machine and in every release.

NumPy's and the system's own may differ between processors and releases: NumPy's reductions over
floats do (2.1 and 2.4 add in another order), and so does Python's ``sum`` (compensated from 3.12
on). Whatever ``sim`` adds up or averages, it does so here.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.compiled import compiled


@compiled
def exp(x):
    """The exponential function."""
    return np.exp(float(x))


@compiled
def log(x):
    """The natural logarithm of ``x`` > 0."""
    return np.log(float(x))


@compiled
def logit(p):
    """Log odds of a probability 0 < ``p`` < 1."""
    return np.log(float(p) / (1.0 - float(p)))


@compiled
def geometric(mean, exponential):
    """A count from 1 on with this ``mean`` >= 1, from an exponential deviate of mean 1."""
    if mean <= 1.0:
        return 1
    return 1 + int(exponential / np.log(mean / (mean - 1.0)))


@compiled
def halved(value, elapsed, half_life):
    """What is left of ``value`` after ``elapsed``, in units of ``half_life``'s unit."""
    return float(value) * 0.5 ** (float(elapsed) / float(half_life))


@compiled
def relax(north, south, rest_north, rest_south, half_life_days, k, days):
    """Both tensions after ``days`` without incidents, by the closed form, clipped to 0..1.

    ``dT_i/dt = -a (T_i - b_i) + k a (T_j - b_j)`` with ``a = ln 2 / half_life_days``: what the
    sides share decays at ``a (1 - k)``, what sets them apart at ``a (1 + k)``.
    """
    a = np.log(2.0) / half_life_days
    x, y = north - rest_north, south - rest_south
    common = 0.5 * (x + y) * np.exp(-a * (1.0 - k) * days)
    apart = 0.5 * (x - y) * np.exp(-a * (1.0 + k) * days)
    new_north = min(1.0, max(0.0, rest_north + common + apart))
    new_south = min(1.0, max(0.0, rest_south + common - apart))
    return new_north, new_south


@compiled
def _added(values):
    whole = 0.0
    for i in range(len(values)):
        whole += values[i]
    return whole


def total(values: ArrayLike) -> float:
    """The sum of numbers (n,), added one after the other from the first."""
    return _added(np.ascontiguousarray(values, np.float64))


def mean(values: Sequence[float] | NDArray[np.floating]) -> float:
    """The mean of numbers (n,), n >= 1."""
    return total(values) / len(values)


def count(values: NDArray) -> int:
    """The sum of whole numbers or truth values of any shape; raises TypeError for others."""
    if values.dtype.kind not in "bui":
        raise TypeError(f"{values.dtype} does not count")
    return int(np.add.reduce(values, axis=None, dtype=np.int64))


def quantile(values: NDArray[np.float64], share: float) -> float:
    """The quantile at a ``share`` 0..1 of numbers (n,), n >= 1: linear between those in order."""
    at = share * (len(values) - 1)
    low = int(at)
    high, beyond = min(low + 1, len(values) - 1), at - low
    ordered = np.partition(values, (low, high))
    a, b = float(ordered[low]), float(ordered[high])
    return a + (b - a) * beyond if beyond < 0.5 else b - (b - a) * (1.0 - beyond)
