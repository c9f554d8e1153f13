"""Checks of a calibration on rows that it did not see: coverage, ranks, and a second method.

The record says little, so that draws of the prior, weighted by the likelihood, are a posterior: every
held-out row has one from the same draws.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.calibration.basis import Basis, shifts
from experiments.calibration.emulator import COUNTS, NUMBERS, Emulator

Values = NDArray[np.float64]
_SUMMARIES = (*COUNTS, *NUMBERS)
_KEPT = 0.3  # share of rows that local-linear ABC keeps (CALIBRATION.md)
_RANKS = 99
_BINS = 10
_LEAST_SHARE = 1e-3  # of a level, that a finite number of draws can tell


@dataclass(frozen=True)
class Checked:
    """Over held-out ``rows``, by unknown: share of truths in 90% intervals, p of even ranks, CRPS gain.

    ``told``: by factor, how much more the level that was in force weighs than before, mean log (nats).
    """

    covered: Values
    uniform: Values
    gain: Values
    rows: int
    told: Values

    @property
    def coverage(self) -> float:
        """Over all unknowns."""
        return float(self.covered.mean())

    @property
    def skewed(self) -> int:
        """Unknowns whose ranks are not uniform, p < .01."""
        return int((self.uniform < 0.01).sum())


Method = Callable[[pd.Series], tuple[Values, Values]]  # of a row: draws (n, width), weights (n,)


def weighted_prior(emulator: Emulator, prior: Values) -> Method:
    """Draws of the prior with the emulator's likelihood of a row as weights."""

    def posterior(row: pd.Series) -> tuple[Values, Values]:
        target = {each.name: float(row[each.name]) for each in _SUMMARIES}
        log = emulator.log_likelihood(target, prior)
        weights = np.exp(log - log.max())
        return prior, weights / weights.sum()

    return posterior


def local_linear(rows: pd.DataFrame, deviates: Values, basis: Basis | None = None) -> Method:
    """Local-linear ABC on the rows nearest to a row's summaries (Beaumont et al. 2002).

    Unknowns are adjusted to these; factors, which have no order, are as the nearest rows have them.
    """
    basis = basis or Basis(deviates.shape[1])
    own, p = deviates[:, : basis.unknowns], basis.unknowns
    moved = [shifts(deviates[:, p + k], levels) for k, levels in enumerate(basis.levels)]
    matrix = transformed(rows)
    middle = np.nanmean(matrix, axis=0)
    filled = np.where(np.isfinite(matrix), matrix, middle)
    scale = filled.std(axis=0) + 1e-9
    # semi-automatic: what a linear regression makes of the summaries (Fearnhead & Prangle 2012)
    design = np.column_stack([np.ones(len(filled)), (filled - middle) / scale])
    weights = np.linalg.lstsq(design, np.column_stack([own, *moved]), rcond=None)[0]
    scores = design @ weights
    inverse = np.linalg.pinv(np.cov(scores.T) + 1e-6 * np.eye(scores.shape[1]))

    def posterior(row: pd.Series) -> tuple[Values, Values]:
        its = transformed(row.to_frame().T)[0]
        its = np.where(np.isfinite(its), its, middle)
        there = np.concatenate([[1.0], (its - middle) / scale])
        apart = scores - there @ weights
        distance = np.sqrt(np.einsum("ni,ij,nj->n", apart, inverse, apart))
        kept = np.argsort(distance)[: max(50, round(_KEPT * len(rows)))]
        near = 1.0 - (distance[kept] / (distance[kept].max() + 1e-12)) ** 2
        a = design[kept] - there
        a[:, 0] = 1.0
        solved = np.linalg.lstsq(a * np.sqrt(near)[:, None], own[kept] * np.sqrt(near)[:, None], rcond=None)[
            0
        ]
        adjusted = own[kept] - a[:, 1:] @ solved[1:]
        return np.column_stack([adjusted, deviates[kept, p:]]), near / near.sum()

    return posterior


def transformed(rows: pd.DataFrame) -> Values:
    """The summaries of rows on the scale on which they are normal, (rows, summaries)."""
    columns = []
    for each in _SUMMARIES:
        values = rows[each.name].to_numpy(float)
        columns.append(
            np.log1p(values) if each.transform is None else each.transform(np.maximum(values, 1e-9))
        )
        columns[-1][~np.isfinite(values)] = np.nan
    return np.column_stack(columns)


def checked(
    method: Method, rows: pd.DataFrame, deviates: Values, seed: int = 1, basis: Basis | None = None
) -> Checked:
    """A method held against held-out ``rows`` and the ``deviates`` (rows, width) of each."""
    basis = basis or Basis(deviates.shape[1])
    factors = range(len(basis.levels))
    luck = np.random.default_rng(seed)
    covered, ranks, gains, told = [], [], [], []
    for i in range(len(rows)):
        whole, weights = method(rows.iloc[i])
        told.append([_log_gain(whole, weights, deviates[i : i + 1], basis, factor) for factor in factors])
        draws = whole[:, : basis.unknowns]
        picked = draws[luck.choice(len(draws), _RANKS, p=weights)]
        low, high = (quantile(draws, weights, p) for p in (0.05, 0.95))
        truth = deviates[i, : basis.unknowns]
        covered.append((low <= truth) & (truth <= high))
        ranks.append((picked < truth).sum(axis=0))
        prior = luck.normal(size=picked.shape)
        gains.append(1.0 - _crps(picked, truth) / _crps(prior, truth))
    table = np.array(ranks)
    bins = (table * _BINS) // (_RANKS + 1)
    uniform = [
        stats.chisquare(np.bincount(bins[:, j], minlength=_BINS)).pvalue for j in range(table.shape[1])
    ]
    return Checked(
        np.mean(covered, axis=0),
        np.array(uniform),
        np.mean(gains, axis=0),
        len(rows),
        np.mean(told, axis=0) if factors else np.zeros(0),
    )


def _log_gain(draws: Values, weights: Values, truth: Values, basis: Basis, factor: int) -> float:
    """Log of how many times more the level of ``truth`` (1, width) weighs among draws than before."""
    share = basis.shares(draws, weights, factor)[basis.levels_of(truth, factor)[0]]
    return float(np.log(max(share, _LEAST_SHARE) * basis.levels[factor]))


def quantile(draws: Values, weights: Values, p: float) -> Values:
    """The ``p`` quantile of weighted draws, of each column."""
    order = np.argsort(draws, axis=0)
    below = np.cumsum(weights[order], axis=0)
    at = (below < p).sum(axis=0).clip(max=len(draws) - 1)
    columns = np.arange(draws.shape[1])
    return draws[order[at, columns], columns]


def _crps(draws: Values, truth: Values) -> Values:
    """Continuous ranked probability score of a sample, of each column."""
    to_truth = np.abs(draws - truth).mean(axis=0)
    order = np.sort(draws, axis=0)
    n = len(draws)
    ranks = 2.0 * np.arange(1, n + 1) - n - 1
    return np.asarray(to_truth - (ranks[:, None] * order).sum(axis=0) / n**2)
