"""The ratio of two arms as a function of a posterior's draws, from few runs of each draw.

A world plays one draw, so that its own ratio is mostly luck; over draws that are alike the luck averages
out. ``y`` and ``x``, the arms' expected events of a world, are those of one world and luck, so the share
``y / (x + y)`` knows neither the world's nor the draw's own level: its log-odds are the log ratio, linear in
the draws' deviates with a ridge. No world counts much more than others: runaway draws would own the fit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Values = NDArray[np.float64]
_RIDGES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
_FOLDS, _STEPS, _NEAR, _LONGEST = 5, 50, 1e-6, 2.0
_REPEATS = 400  # laws of the ratio that the runs allow
_SAME, _LEAST, _EDGE = 1e-9, 1e-6, 12.0


@dataclass(frozen=True)
class RatioByDraw:
    """``log_ratios``: at each draw (draws,); ``repeats``: as the runs allow them to be, (repeats, draws)."""

    log_ratios: Values
    repeats: Values

    @property
    def median(self) -> float:
        """The median ratio over draws."""
        return float(np.exp(np.median(self.repeats)))

    @property
    def ends(self) -> tuple[float, float]:
        """5 and 95% of the ratios over draws."""
        low, high = np.exp(np.quantile(self.repeats, (0.05, 0.95)))
        return float(low), float(high)

    @property
    def lowers(self) -> tuple[float, float, float]:
        """The share of draws in which the ratio is below 1, with its 95% interval."""
        shares = (self.repeats < 0.0).mean(axis=1)
        low, high = np.quantile(shares, (0.025, 0.975))
        return float(shares.mean()), float(low), float(high)


def deviates(draws: Values) -> Values:
    """Draws of parameters (draws, parameters) as normal deviates by their ranks, each column once."""
    different = [column for column in draws.T if np.ptp(column) > 0.0]
    ranks = [stats.rankdata(column) for column in different]
    once = {tuple(rank): rank for rank in ranks}
    if not once:
        return np.zeros((len(draws), 0))
    return np.column_stack([stats.norm.ppf((rank - 0.5) / len(draws)) for rank in once.values()])


def ratio_by_draw(y: Values, x: Values, z: Values, luck: np.random.Generator) -> RatioByDraw:
    """The ratio of ``y`` to ``x``, (draws,) each, by the draws' deviates ``z`` (draws, parameters)."""
    whole = y + x
    told = whole > _SAME
    phi = np.column_stack([np.ones(len(z)), z])
    if not told.any():
        return RatioByDraw(np.zeros(len(z)), np.zeros((_REPEATS, len(z))))
    share = np.divide(y, whole, out=np.full(len(y), 0.5), where=told)
    weight = whole / (whole + np.median(whole[told]))
    share, weight = share[told], weight[told]
    ridge = _ridge(share, weight, phi[told])
    fitted = log_odds(share, weight, phi[told], ridge)
    spread = _covariance(share, weight, phi[told], ridge, fitted)
    repeats = luck.multivariate_normal(fitted, spread, _REPEATS, method="eigh")
    return RatioByDraw(phi @ fitted, repeats @ phi.T)


def _ridge(share: Values, weight: Values, phi: Values) -> float:
    """The ridge whose fit tells rows that it has not seen best; the strongest of those that tie."""
    fold = np.random.default_rng(0).permutation(len(share)) % _FOLDS
    if len(share) < 2 * _FOLDS:
        return _RIDGES[-1]

    def loss(ridge: float) -> float:
        found = 0.0
        for k in range(_FOLDS):
            seen = fold != k
            eta = phi[~seen] @ log_odds(share[seen], weight[seen], phi[seen], ridge)
            found += float((weight[~seen] * (np.logaddexp(0.0, eta) - share[~seen] * eta)).sum())
        return found

    return min(_RIDGES[::-1], key=loss)


def _penalty(columns: int, ridge: float) -> Values:
    return np.diag(np.r_[_SAME, np.full(columns - 1, ridge)])


def _covariance(share: Values, weight: Values, phi: Values, ridge: float, beta: Values) -> Values:
    """Of the coefficients: the ridge is their prior, and shares spread as far as they are seen to."""
    p = special.expit(np.clip(phi @ beta, -_EDGE, _EDGE))
    inside = np.maximum(p * (1.0 - p), _LEAST)
    a = phi.T @ (phi * (weight * inside)[:, None])
    inverse = np.linalg.inv(a + _penalty(phi.shape[1], ridge))
    free = max(len(share) - float(np.trace(a @ inverse)), 1.0)
    dispersion = float((weight * (share - p) ** 2 / inside).sum()) / free
    return np.asarray(dispersion * inverse)


def log_odds(share: Values, weight: Values, phi: Values, ridge: float) -> Values:
    """Coefficients of the log-odds of shares, by weighted likelihood with a ridge on all but the constant."""
    penalty, beta = _penalty(phi.shape[1], ridge), np.zeros(phi.shape[1])
    for _ in range(_STEPS):
        p = special.expit(np.clip(phi @ beta, -_EDGE, _EDGE))
        a = phi * (weight * np.maximum(p * (1.0 - p), _LEAST))[:, None]
        slope = phi.T @ (weight * (share - p)) - penalty @ beta
        step = np.linalg.solve(a.T @ phi + penalty, slope)
        step *= min(1.0, _LONGEST / max(float(np.abs(step).max()), _NEAR))
        beta = beta + step
        if np.abs(step).max() < _NEAR:
            break
    return beta
