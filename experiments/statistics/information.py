"""What it is worth to know something before one chooses: expected events avoided.

Without knowing, one takes the option with the fewest events in the mean of all draws; knowing, that which has
the fewest where things are as one knows. Choices are made by draws other than those on which they are judged,
so that what is worth nothing comes out as nothing, and not as what chance would have found.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.by_draw import log_odds

Values = NDArray[np.float64]
_FOLDS, _REPEATS, _NULLS, _BOOTSTRAPS = 5, 4, 40, 1000
_RIDGE = 3.0  # draws of mean weight that the prior of no difference counts for
_NOTHING = 1e-12


@dataclass(frozen=True)
class Worth:
    """Events avoided by knowing, with a 95% interval; 95% of the worthless come out below ``null``."""

    estimate: float
    low: float
    high: float
    null: float


def worth_of(events: Values, known: Values, luck: np.random.Generator) -> Worth:
    """The worth of ``known`` (draws, k) for the choice among options, ``events`` (draws, options) each.

    The first option is that with which the others are compared. Raises ``ValueError`` under two options.
    """
    if events.shape[1] < 2:
        raise ValueError("a choice needs two options")
    gains = np.mean([_gains(events, known, luck) for _ in range(_REPEATS)], axis=0)
    n = len(gains)
    means = gains[luck.integers(n, size=(_BOOTSTRAPS, n))].mean(axis=1)
    nulls = [_gains(events, known[luck.permutation(n)], luck).mean() for _ in range(_NULLS)]
    low, high = np.quantile(means, (0.025, 0.975))
    return Worth(float(gains.mean()), float(low), float(high), float(np.quantile(nulls, 0.95)))


def explained(values: Values, known: Values, luck: np.random.Generator) -> float:
    """The share of the variance of ``values`` (draws,) that ``known`` (draws, k) tells, of draws not seen."""
    phi, fold = _features(known), luck.permutation(len(values)) % _FOLDS
    told = np.empty(len(values))
    for k in range(_FOLDS):
        seen = fold != k
        penalty = np.diag(np.r_[_NOTHING, np.ones(phi.shape[1] - 1)])
        a = phi[seen]
        told[~seen] = phi[~seen] @ np.linalg.solve(a.T @ a + penalty, a.T @ values[seen])
    return max(
        0.0, 1.0 - float(((values - told) ** 2).sum() / max(((values - values.mean()) ** 2).sum(), _NOTHING))
    )


def _gains(events: Values, known: Values, luck: np.random.Generator) -> Values:
    """Events avoided at each draw, (draws,), by a choice that other draws taught."""
    phi, fold = _features(known), luck.permutation(len(events)) % _FOLDS
    gains = np.empty(len(events))
    for k in range(_FOLDS):
        seen, out = fold != k, np.flatnonzero(fold == k)
        blind = int(np.argmin(events[seen].mean(axis=0)))
        chosen = np.argmin(_log_ratios(events[seen], phi[seen], phi[out]), axis=1)
        gains[out] = events[out, blind] - events[out, chosen]
    return gains


def _log_ratios(events: Values, phi: Values, at: Values) -> Values:
    """Of each option to the first, as fitted: (rows of ``at``, options)."""
    first = events[:, 0]
    found = np.zeros((len(at), events.shape[1]))
    for option in range(1, events.shape[1]):
        whole = events[:, option] + first
        told = whole > _NOTHING
        if told.any():
            share = events[told, option] / whole[told]
            found[:, option] = at @ log_odds(share, whole[told] / whole.mean(), phi[told], _RIDGE)
    return found


def _features(known: Values) -> Values:
    """A constant, what is known, and its squares."""
    return np.column_stack([np.ones(len(known)), known, known**2 - 1.0])
