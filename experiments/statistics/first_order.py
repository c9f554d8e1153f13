"""Which part of what is known tells how much of a variance, to first order: by itself, and beside the others.

A sum of one line a parameter, or of one curve, is fitted to some draws and judged by others, so that what
chance finds tells nothing; parts that do not help there are left aside. Parts of a posterior go together:
what one tells by itself the others may tell too, and what it tells beside them all is its own. The first may
add to more than all tell together, the second to less. How much no draw can tell, since two runs of it
differ, is a share of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

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
    """What parts tell ``together``, each ``alone``, and ``beside`` the others what these do not; what is
    ``luck`` in the mean of a draw's runs; and what is ``left``, which neither is.
    """

    together: Told
    luck: Told
    left: Told
    alone: tuple[Told, ...]
    beside: tuple[Told, ...]


def first_order(runs: Values, parts: Sequence[Values], luck: np.random.Generator) -> FirstOrder:
    """Of the mean of ``runs`` (draws, lucks), nan where one is missing, by ``parts`` (draws, k) each.

    Raises ``ValueError`` for too few draws, where all are alike, and where none has two runs.
    """
    values, n = np.nanmean(runs, axis=1), len(runs)
    if n < _FEWEST or not np.ptp(values) or np.isnan(runs).any(axis=1).all():
        raise ValueError(f"means must differ over at least {_FEWEST} draws, some of two runs")
    folds = [luck.permutation(n) % _FOLDS for _ in range(_REPEATS)]
    taken = luck.integers(n, size=(_BOOTSTRAPS, n))

    every = range(len(parts))
    found = {some: _errors(values, [parts[i] for i in some], folds) for some in _subsets(every)}

    def off(some: Sequence[int]) -> Values:
        """Errors of those who know these parts, and leave aside what does not help."""
        return min((found[few] for few in _subsets(some)), key=lambda errors: float(errors.sum()))

    blind, seeing, blurred = found[()], off(every), _of_luck(runs)

    def share(less: Values, more: Values) -> Told:
        """By how much of the sum of blind errors ``less`` is below ``more``."""
        drawn = (more - less)[taken].sum(axis=1) / blind[taken].sum(axis=1)
        low, high = np.quantile(drawn, (0.025, 0.975))
        return Told(float((more - less).sum() / blind.sum()), float(low), float(high))

    return FirstOrder(
        share(seeing, blind),
        share(np.zeros(n), blurred),
        share(blurred, seeing),
        tuple(share(off([i]), blind) for i in every),
        tuple(share(seeing, off([k for k in every if k != i])) for i in every),
    )


def _subsets(every: Sequence[int]) -> list[tuple[int, ...]]:
    return [some for size in range(len(every) + 1) for some in combinations(every, size)]


def _of_luck(runs: Values) -> Values:
    """How far luck moves the mean of a draw's runs, squared (draws,); one alone as elsewhere."""
    there = (~np.isnan(runs)).sum(axis=1)
    whole = there == runs.shape[1]
    own = np.full(len(runs), runs[whole].var(axis=1, ddof=1).mean())
    own[whole] = runs[whole].var(axis=1, ddof=1)
    return own / there


def _errors(values: Values, parts: Sequence[Values], folds: Sequence[NDArray[np.int64]]) -> Values:
    """Squared errors (draws,) where a draw was not seen, the mean over ``folds``, at the best fit."""
    known = np.column_stack([np.zeros((len(values), 0)), *parts])
    lines = _held_out(values, known, folds)
    curves = _held_out(values, np.column_stack([known, known**2]), folds)
    found = np.concatenate([lines, curves])
    return np.asarray(found[int(np.argmin(found.sum(axis=1)))])


def _held_out(values: Values, phi: Values, folds: Sequence[NDArray[np.int64]]) -> Values:
    """Squared errors (ridges, draws) of draws that the fit to features ``phi`` has not seen."""
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
    return found
