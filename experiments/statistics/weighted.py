"""Quantiles of weighted values, which are the usual ones where all weigh the same."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]


def weighted_quantiles(values: ArrayLike, weights: ArrayLike, shares: Sequence[float]) -> Values:
    """Quantiles of values (n,) of which some weigh more, (shares,): linear between the values, each of which
    stands at the middle of its weight. All alike it is numpy's ``quantile``; nan where nothing weighs.
    """
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    held = weights > 0.0
    if not held.any():
        return np.full(len(shares), np.nan)
    order = np.argsort(values[held], kind="stable")
    value, weight = values[held][order], weights[held][order]
    middles = np.cumsum(weight) - 0.5 * weight
    first, last = middles[0], middles[-1]
    return np.interp(first + np.asarray(shares) * (last - first), middles, value)


def tallied_quantile(tallies: ArrayLike, values: int, share: float) -> int:
    """In which place of a histogram (places,) of weighted ``values`` a quantile lies; -1 of an empty one."""
    reached = np.cumsum(np.asarray(tallies, float))
    total = float(reached[-1]) if reached.size else 0.0
    if total <= 0.0:
        return -1
    return int(np.searchsorted(reached, share * total * (1.0 - 1.0 / values), side="right"))
