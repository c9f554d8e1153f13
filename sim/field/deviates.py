"""Between what a normal deviate lies, by the first bits of its uniform: no logarithm, no quotient.

Where what is between decides already, the deviate itself need not be known.
"""

from statistics import NormalDist

import numpy as np

from sim.compiled import compiled
from sim.randomness import normal_quantile, uniform

NORMAL_BOUND = 8.3  # sd's: no normal deviate is farther from 0
_BINS = 1024  # of a uniform; in the first and the last a deviate may be anywhere, and is found itself
_SLACK = 1e-9  # more than what the last bits of two quantile functions can be apart
_INNER = np.array([NormalDist().inv_cdf(k / _BINS) for k in range(1, _BINS)])
_LEAST = np.concatenate([[-NORMAL_BOUND], _INNER]) - _SLACK
_MOST = np.concatenate([_INNER, [NORMAL_BOUND]]) + _SLACK


@compiled
def normal_at_least(key, ordinal):
    """What ``normal(key, ordinal)`` is not below."""
    u = uniform(key, ordinal)
    k = int(u * _BINS)
    return _LEAST[k] if k > 0 else normal_quantile(u)


@compiled
def normal_between(key, ordinal):
    """What ``normal(key, ordinal)`` is not below, and not above."""
    u = uniform(key, ordinal)
    k = int(u * _BINS)
    if k == 0 or k == _BINS - 1:
        z = normal_quantile(u)
        return z, z
    return _LEAST[k], _MOST[k]
