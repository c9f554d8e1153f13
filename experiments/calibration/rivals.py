"""What a record says between rival rules: the posterior weight of each, and what the table leaves open.

A draw of the posterior has one rule in force of each kind. The weight of a rival is the mean, over draws, of
its chance given all else of the draw, which knows more than a count of the draws in which it is in force. How
far it can be trusted hangs on the emulator: by how much a rule shifts the summaries is told by some hundred
rows. So it is fitted anew to resampled rows, and weights are taken again, of resampled draws weighted anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from experiments.calibration.emulator import Emulator, fit
from experiments.calibration.posterior import Target, log_likelihood

Values = NDArray[np.float64]
REFITS = 24
_ENDS = (0.05, 0.95)
_WORTH_A_MENTION = 3.0  # a ratio of weights (Kass & Raftery 1995, doi:10.1080/01621459.1995.10476572)


@dataclass(frozen=True)
class Weighed:
    """Of a factor's levels, (levels,) each: the posterior's ``weights``, 5 and 95% of those by refits, and
    the weights among the rows of the table that are ``nearest`` to the record: a second opinion.

    ``outweighs``: by how many times some level outweighs another, in 95% of refits at least.
    """

    weights: Values
    low: Values
    high: Values
    nearest: Values
    outweighs: float

    @property
    def told_apart(self) -> bool:
        """Whether the record says anything that is worth a mention."""
        return self.outweighs >= _WORTH_A_MENTION


def refitted(
    table: pd.DataFrame, x: Values, whole: Emulator, seed: int, times: int = REFITS
) -> Iterator[Emulator]:
    """The emulator of rows of a table at ``x`` (rows, width) that are drawn anew, as often as asked."""
    luck = np.random.default_rng([seed, 5])
    for _ in range(times):
        rows = luck.integers(len(table), size=len(table))
        yield fit(table.iloc[rows].reset_index(drop=True), x[rows], whole.basis, like=whole)


def weigh(
    target: Target,
    whole: Emulator,
    refits: Sequence[Emulator],
    draws: Values,
    nearest: tuple[Values, Values],
    seed: int,
) -> list[Weighed]:
    """Every factor weighed, by draws (n, width + 1) of the posterior that ``whole`` gives.

    ``nearest``: deviates (rows, width) of the rows nearest to the record, with their weights (rows,).
    """
    luck, found = np.random.default_rng([seed, 6]), []
    for factor in range(len(whole.basis.levels)):
        before = _by_level(target, whole, draws, factor)
        drawn = special.logsumexp(before, axis=1, keepdims=True)
        others = [_by_level(target, each, draws, factor) - drawn for each in refits]
        again = np.array([_weights(log[luck.integers(len(log), size=len(log))]) for log in others])
        low, high = np.quantile(again, _ENDS, axis=0)
        ratios = np.quantile(again[:, :, None] / again[:, None, :], _ENDS[0], axis=0)
        its_nearest = whole.basis.shares(*nearest, factor)
        found.append(Weighed(_weights(before - drawn), low, high, its_nearest, float(ratios.max())))
    return found


def _by_level(target: Target, emulator: Emulator, draws: Values, factor: int) -> Values:
    """Log likelihood of the record at draws (n, width + 1), were each level in force, (n, levels)."""
    levels = range(emulator.basis.levels[factor])
    moved = (emulator.basis.at_level(draws, factor, level) for level in levels)
    return np.column_stack([log_likelihood(emulator, target, x) for x in moved])


def _weights(log: Values) -> Values:
    """Weights of levels from log likelihoods (n, levels) over those with which the draws were drawn."""
    whole = np.exp(log - log.max()).sum(axis=0)
    return np.asarray(whole / whole.sum())
