"""Scalar functions for Python callers whose last bits must be the compiled code's own.

NumPy's and the system's versions may differ in the last bit between processors and releases.
"""

import numpy as np

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
