"""The ratio of two arms over a posterior's draws, from few runs of each draw.

``y`` and ``x``, the arms' expected events of a run, are those of one world and luck, so the share
``y / (x + y)`` knows neither the world's nor the draw's own level: its log-odds are the log ratio. They are
linear in the draws' deviates with a ridge, which finds little where many unknowns each do a little; what it
leaves between draws is a normal deviation of each draw and its world, as wide as the lucks of one world agree
on. No world counts much more than others: runaway draws would own the fit.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Values = NDArray[np.float64]
_RIDGES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
_FOLDS, _STEPS, _NEAR, _LONGEST = 5, 50, 1e-6, 2.0
_REPEATS = 400  # laws of the ratio that the runs allow
_SAME, _LEAST, _EDGE = 1e-9, 1e-6, 12.0
_WIDTHS = np.linspace(0.0, 3.0, 61)  # of the deviation that are looked at
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class RatioByDraw:
    """``log_ratios``: of each draw in its world (draws,), which spread as the ratios do; ``repeats``: as the
    runs allow them to be, (repeats, draws); ``width``: sd of what the deviates do not tell.
    """

    log_ratios: Values
    repeats: Values
    width: float = 0.0

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
        shares = lowering(self.repeats).mean(axis=1)
        low, high = np.quantile(shares, (0.025, 0.975))
        return float(shares.mean()), float(low), float(high)

    @property
    def unchanged(self) -> float:
        """The share of draws in which the ratio is 1 whatever the runs allow: nothing of theirs changed."""
        return float(unchanging(self.repeats).mean())


def lowering(log_ratios: Values) -> NDArray[np.bool_]:
    """Which log ratios are below 0, by more than last bits."""
    return log_ratios < -_SAME


def unchanging(repeats: Values) -> NDArray[np.bool_]:
    """In which draws log ratios (repeats, draws) are 0 in all repeats, but for last bits."""
    return np.abs(repeats).max(axis=0) <= _SAME


def deviates(draws: Values) -> Values:
    """Draws of parameters (draws, parameters) as normal deviates by their ranks, each column once."""
    different = [column for column in draws.T if np.ptp(column) > 0.0]
    ranks = [stats.rankdata(column) for column in different]
    once = {tuple(rank): rank for rank in ranks}
    if not once:
        return np.zeros((len(draws), 0))
    return np.column_stack([stats.norm.ppf((rank - 0.5) / len(draws)) for rank in once.values()])


def ratio_by_draw(y: Values, x: Values, z: Values, luck: np.random.Generator) -> RatioByDraw:
    """The ratio of ``y`` to ``x``, (draws, lucks) each, by the draws' deviates ``z`` (draws, parameters)."""
    whole = (y + x).sum(axis=1)
    told = whole > _SAME
    phi = np.column_stack([np.ones(len(z)), z])
    if not told.any():
        return RatioByDraw(np.zeros(len(z)), np.zeros((_REPEATS, len(z))))
    usual = float(np.median(whole[told]))
    share = np.divide(y.sum(axis=1), whole, out=np.full(len(y), 0.5), where=told)[told]
    weight = (whole / (whole + usual))[told]
    ridge = _ridge(share, weight, phi[told])
    fitted = log_odds(share, weight, phi[told], ridge)
    spread = _covariance(share, weight, phi[told], ridge, fitted)
    eta = np.clip(phi @ fitted, -_EDGE, _EDGE)
    off = _Deviation.of(y, x, eta, usual)
    widths = off.resampled(luck)
    own = np.zeros(len(z))
    own[told] = _standardised(weight * (share - special.expit(eta[told])))
    sure = off.reliability
    blur = luck.normal(size=(_REPEATS, len(z)))
    laws = luck.multivariate_normal(fitted, spread, _REPEATS, method="eigh") @ phi.T
    between = np.sqrt(sure) * own + np.sqrt(1.0 - sure) * blur
    repeats = laws * _stretch(widths[:, None]) + widths[:, None] * between
    width = float(widths.mean())
    return RatioByDraw(eta * _stretch(width) + width * own, repeats, width)


@dataclass(frozen=True)
class _Deviation:
    """What lies between draws and their worlds beside the fit: how the lucks of a world agree on it.

    ``products`` (draws,) of residual shares over pairs of lucks; ``expected`` (draws, widths) of them for
    each of ``_WIDTHS``; ``whole``: what residuals of whole draws vary by.
    """

    products: Values
    expected: Values
    whole: float

    @classmethod
    def of(cls, y: Values, x: Values, eta: Values, usual: float) -> "_Deviation":
        both = y + x
        share = np.divide(y, both, out=np.full(y.shape, 0.5), where=both > _SAME)
        weight = np.where(both > _SAME, both / (both + usual), 0.0)
        off = weight * (share - special.expit(eta)[:, None])

        def pairs(each: Values) -> Values:
            found: Values = (each.sum(axis=1) ** 2 - (each**2).sum(axis=1)) / 2.0
            return found

        spread = np.column_stack([0.0 * eta, *(_variance(eta, width) for width in _WIDTHS[1:])])
        return cls(pairs(off), pairs(weight)[:, None] * spread, float((off.sum(axis=1) ** 2).sum() / 2.0))

    @property
    def reliability(self) -> float:
        """The share of what residuals of whole draws vary by that is no luck."""
        return float(np.clip(self.products.sum() / max(self.whole, _SAME), 0.0, 1.0))

    def resampled(self, luck: np.random.Generator) -> Values:
        """The sd that makes as much agree as does, as other draws might have given it, (repeats,)."""
        n = len(self.products)
        counts = luck.multinomial(n, np.full(n, 1.0 / n), size=_REPEATS)
        return _solved(counts @ self.products, counts @ self.expected)


def _solved(products: Values, expected: Values) -> Values:
    """The widths at which ``expected`` (n, widths) are the ``products`` (n,); the ends beyond them."""
    pairs = zip(products, expected, strict=True)
    return np.array([np.interp(its, curve, _WIDTHS) if curve[-1] > 0.0 else 0.0 for its, curve in pairs])


def _variance(eta: Values, width: float) -> Values:
    """Of a share whose log-odds are normal with this sd, in the mean such that ``eta`` is its odds."""
    shares = special.expit(eta[:, None] * _stretch(width) + width * _NODES)
    found: Values = shares**2 @ _WEIGHTS - (shares @ _WEIGHTS) ** 2
    return found


def _stretch(width: Any) -> Any:
    """Log-odds of a mean share, to the mean log-odds (MacKay 1992, doi:10.1162/neco.1992.4.5.720)."""
    return np.sqrt(1.0 + np.pi * width**2 / 8.0)


def _standardised(values: Values) -> Values:
    """With mean 0 and sd 1; as they are where none differs."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > _SAME else np.zeros(len(values))


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
