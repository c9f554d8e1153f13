"""Which part of what is known tells how much of a variance, to first order: by itself, and beside the others.

A sum of one curve a parameter is fitted to some draws and judged by others, so that what chance finds tells
nothing. Parts of a posterior go together: what one tells by itself the others may tell too, and what it tells
beside them all is its own. The first may add to more than all tell together, the second to less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
_RIDGES = (1e9, 1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)  # the first tells nothing
_FOLDS, _REPEATS, _BOOTSTRAPS = 5, 4, 2000
_FEWEST = 2 * _FOLDS  # draws


@dataclass(frozen=True)
class Told:
    """A share of a variance, of draws not seen, with its 95% interval over draws, fits held."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class FirstOrder:
    """What parts tell ``together``, each ``alone``, and ``beside`` the others what these do not."""

    together: Told
    alone: tuple[Told, ...]
    beside: tuple[Told, ...]


def first_order(values: Values, parts: Sequence[Values], luck: np.random.Generator) -> FirstOrder:
    """Of ``values`` (draws,) by ``parts``, deviates (draws, k) each; raises ``ValueError`` for too few draws,
    or all alike.
    """
    n = len(values)
    if n < _FEWEST or not np.ptp(values):
        raise ValueError(f"values must differ over at least {_FEWEST} draws")
    folds = [luck.permutation(n) % _FOLDS for _ in range(_REPEATS)]
    taken = luck.integers(n, size=(_BOOTSTRAPS, n))

    def off(known: Sequence[Values]) -> Values:
        return _errors(values, np.column_stack([np.zeros((n, 0)), *known]), folds)

    blind, seeing = off([]), off(parts)
    others = [off([each for each in parts if each is not part]) for part in parts]

    def share(less: Values, more: Values) -> Told:
        """By how much of the blind errors' sum ``less`` is below ``more``."""
        drawn = (more - less)[taken].sum(axis=1) / blind[taken].sum(axis=1)
        low, high = np.quantile(drawn, (0.025, 0.975))
        return Told(float((more - less).sum() / blind.sum()), float(low), float(high))

    return FirstOrder(
        share(seeing, blind),
        tuple(share(off([part]), blind) for part in parts),
        tuple(share(seeing, other) for other in others),
    )


def _errors(values: Values, known: Values, folds: Sequence[NDArray[np.int64]]) -> Values:
    """Squared errors (draws,) where a draw was not seen, the mean over ``folds``, at the best ridge."""
    phi = np.column_stack([known, known**2])
    found = np.zeros((len(_RIDGES), len(values)))
    for fold in folds:
        for k in range(_FOLDS):
            seen, out = fold != k, fold == k
            middle, y = phi[seen].mean(axis=0), values[seen]
            a, at = phi[seen] - middle, phi[out] - middle
            own, turn = np.linalg.eigh(a.T @ a)
            slope = turn.T @ (a.T @ (y - y.mean()))
            for i, ridge in enumerate(_RIDGES):
                told = y.mean() + (at @ turn) @ (slope / (np.maximum(own, 0.0) + ridge))
                found[i, out] += (values[out] - told) ** 2 / len(folds)
    return np.asarray(found[int(np.argmin(found.sum(axis=1)))])
