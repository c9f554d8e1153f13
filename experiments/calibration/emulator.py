"""The emulator: what a row of the table sums up to, as a law given the unknowns' deviates.

Counts are negative-binomial, the rest normal after a transform and conditional on the total count; means are
quadratic in the deviates, with a ridge. (CALIBRATION.md: of the methods tried on this engine the one that is
calibrated from some 2,000 rows on.)

Rival rules are factors: each level shifts the mean of every summary, and its spread, and where a rule bears
on an unknown it has a slope of its own in it. One emulator a level would have a third or a quarter of the
rows for a quadratic in thirty unknowns, and rules cross: three of them have 36 combinations.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, special

from experiments.calibration.basis import Basis

Values = NDArray[np.float64]
_RIDGES = (3.0, 10.0, 30.0, 100.0, 300.0)
_FOLDS = 5
_LOG_CHI = -1.2704  # mean of the log of a squared standard normal deviate
_TINY = 1e-9
_START_DISPERSION = 0.5
_MOST_STEPS, _LONGEST_STEP, _NEAR = 30, 2.0, 1e-3


@dataclass(frozen=True)
class Summary:
    """A figure of a row: a count, or a number that is normal after ``transform``."""

    name: str
    transform: Callable[[Values], Values] | None = None
    given_total: bool = True

    @property
    def counted(self) -> bool:
        """Whether it is a count with a law of its own."""
        return self.transform is None


def share_angle(share: Values) -> Values:
    """Arcsine of the root: shares near 0 and 1 spread like others."""
    return np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0)))


COUNTS = (Summary("total", given_total=False), Summary("winter"), Summary("total_2014", given_total=False))
NUMBERS = (
    Summary("months_with_any", np.sqrt),
    Summary("largest_month", np.log1p),
    Summary("depth_median", np.log),
    Summary("depth_least", np.log),
    Summary("work_share", share_angle),
    Summary("named_share", share_angle),
    Summary("map_gap", share_angle, given_total=False),
    Summary("wait_2014", np.log, given_total=False),
)


def log_odds(share: Values) -> Values:
    """Log odds of a share, kept finite."""
    return np.asarray(special.logit(np.clip(share, 1e-4, 1.0 - 1e-4)))


# What rates of their own need, and the likelihood does not.
PREDICTED = (
    Summary("approaches_2014", np.log1p, given_total=False),
    Summary("p_read_works", log_odds, given_total=False),
)


def with_total(phi: Values, total: Values) -> Values:
    """Features with those of the total count, (rows, features + 2)."""
    t = np.log1p(total) - np.log(16.0)
    return np.column_stack([phi, t, t * t])


@dataclass(frozen=True)
class CountLaw:
    """Negative-binomial counts of log mean features @ ``weights``, variance mean + ``dispersion`` mean^2."""

    weights: Values
    dispersion: float
    ridge: float
    explained: float

    def mean(self, phi: Values) -> Values:
        """The mean at each row of features."""
        return np.exp(np.clip(phi @ self.weights, -12.0, 9.0))

    def log_law(self, count: float, phi: Values) -> Values:
        """Log probability of ``count`` at each row of features."""
        return _log_negative_binomial(np.full(len(phi), count), self.mean(phi), self.dispersion)


@dataclass(frozen=True)
class NumberLaw:
    """A transformed number: normal about features @ ``weights``, log variance first features @ ``spread``."""

    weights: Values
    spread: Values
    ridge: float
    explained: float

    def standardised(self, value: float | Values, phi: Values) -> tuple[Values, Values]:
        """Residual in standard deviations, and the log of that deviation, at each row of features."""
        log_sd = 0.5 * np.clip(phi[:, : self.spread.size] @ self.spread, -12.0, 6.0)
        return (value - phi @ self.weights) / np.exp(log_sd), log_sd


@dataclass(frozen=True)
class Emulator:
    """Laws of all summaries; ``correlation`` (n, n) of the numbers' residuals."""

    counts: Mapping[str, CountLaw]
    numbers: Mapping[str, NumberLaw]
    correlation: Values
    predicted: Mapping[str, NumberLaw]
    basis: Basis

    def predict(self, name: str, x: Values) -> Values:
        """The mean of a ``PREDICTED`` number, on its transformed scale, at deviates (rows, width)."""
        return np.asarray(self.basis.features(x) @ self.predicted[name].weights)

    def log_likelihood(
        self, target: Mapping[str, float], x: Values, skip: Sequence[str] = (), total: Values | None = None
    ) -> Values:
        """Log likelihood of a row's summaries ``target`` at deviates (rows, width); ``skip`` some.

        Summaries that ``target`` has not, or has as nan, are left out. What hangs on the total count has
        that of ``target``, or where it knows none a ``total`` of each row, (rows,).
        """
        phi = self.basis.features(x)
        conditional = with_total(phi, np.full(len(x), target["total"]) if total is None else total)
        found = np.zeros(len(x))
        for each in COUNTS:
            if each.name not in skip and _known(target, each.name):
                law = self.counts[each.name]
                found += law.log_law(target[each.name], conditional if each.given_total else phi)
        used = [i for i, each in enumerate(NUMBERS) if each.name not in skip and _known(target, each.name)]
        if used:
            residuals, logs = np.empty((len(x), len(used))), np.zeros(len(x))
            for column, i in enumerate(used):
                each = NUMBERS[i]
                assert each.transform is not None
                value = float(each.transform(np.array(target[each.name])))
                law_ = self.numbers[each.name]
                residuals[:, column], log_sd = law_.standardised(
                    value, conditional if each.given_total else phi
                )
                logs += log_sd
            inside = self.correlation[np.ix_(used, used)]
            solved = np.linalg.solve(inside, residuals.T).T
            found += -0.5 * (residuals * solved).sum(axis=1) - logs - 0.5 * np.linalg.slogdet(inside)[1]
        return found


def fit(
    rows: pd.DataFrame, deviates: Values, basis: Basis | None = None, like: Emulator | None = None
) -> Emulator:
    """The emulator of a table: ``rows`` of summaries at ``deviates`` (rows, width), of unknowns unless told.

    ``like``: of much the same rows, whose ridges and dispersions are taken instead of being looked for anew.
    """
    basis = basis or Basis(deviates.shape[1])
    phi = basis.features(deviates)
    total = rows["total"].to_numpy(float)
    conditional = with_total(phi, total)
    counts = {
        each.name: fit_count(
            rows[each.name].to_numpy(float),
            conditional if each.given_total else phi,
            like.counts[each.name] if like else None,
        )
        for each in COUNTS
    }
    numbers, residuals = {}, np.full((len(rows), len(NUMBERS)), np.nan)
    for i, each in enumerate(NUMBERS):
        assert each.transform is not None
        values = each.transform(np.maximum(rows[each.name].to_numpy(float), _TINY))
        known = np.isfinite(rows[each.name].to_numpy(float))
        its = conditional if each.given_total else phi
        numbers[each.name] = law = _fit_number(
            values[known], its[known], basis.linear, like.numbers[each.name] if like else None
        )
        residuals[known, i] = law.standardised(values[known], its[known])[0]
    predicted = {}
    for each in PREDICTED:
        assert each.transform is not None
        raw = rows[each.name].to_numpy(float)
        known = np.isfinite(raw)
        predicted[each.name] = _fit_number(
            each.transform(raw[known]), phi[known], basis.linear, like.predicted[each.name] if like else None
        )
    return Emulator(counts, numbers, _correlation(residuals), predicted, basis)


def _known(target: Mapping[str, float], name: str) -> bool:
    return bool(np.isfinite(target.get(name, np.nan)))


def _correlation(residuals: Values) -> Values:
    """Of columns with gaps, pair by pair, drawn a little towards none so that it has an inverse."""
    seen = pd.DataFrame(residuals).corr(min_periods=50).fillna(0.0).to_numpy(copy=True)
    np.fill_diagonal(seen, 1.0)
    values, vectors = np.linalg.eigh(0.95 * seen + 0.05 * np.eye(len(seen)))
    whole = (vectors * np.maximum(values, 0.02)) @ vectors.T
    scale = np.sqrt(np.diag(whole))
    found: Values = np.asarray(whole / np.outer(scale, scale)).astype(np.float64)
    return found


# -- fitting --------------------------------------------------------------------------------------


def _penalty(n: int, ridge: float) -> Values:
    penalty = np.full(n, ridge)
    penalty[0] = 0.0
    return np.diag(penalty)


def _folds(n: int) -> NDArray[np.int64]:
    return np.random.default_rng(0).permutation(n) % _FOLDS


def _fit_number(values: Values, phi: Values, linear: int, like: NumberLaw | None) -> NumberLaw:
    """The law of a number; its spread hangs on the first ``linear`` features."""

    def solved(rows: NDArray[np.bool_], ridge: float) -> Values:
        a = phi[rows]
        return np.asarray(
            np.linalg.solve(a.T @ a + _penalty(phi.shape[1], ridge), a.T @ values[rows]), np.float64
        )

    fold = _folds(len(values))

    def error(ridge: float) -> float:
        return sum(
            float(((values[fold == k] - phi[fold == k] @ solved(fold != k, ridge)) ** 2).sum())
            for k in range(_FOLDS)
        )

    errors = {ridge: error(ridge) for ridge in ([like.ridge] if like else _RIDGES)}
    ridge = min(errors, key=errors.__getitem__)
    weights = solved(np.ones(len(values), bool), ridge)
    out = np.concatenate(
        [values[fold == k] - phi[fold == k] @ solved(fold != k, ridge) for k in range(_FOLDS)]
    )
    where = np.concatenate([np.flatnonzero(fold == k) for k in range(_FOLDS)])
    first = phi[where, :linear]
    log_squares = np.log(out * out + 1e-6) - _LOG_CHI
    spread = np.linalg.solve(first.T @ first + _penalty(linear, 30.0), first.T @ log_squares)
    spread[0] += np.log(np.mean(out * out / np.exp(first @ spread)))  # the variance is right on the whole
    return NumberLaw(
        weights, spread, ridge, 1.0 - errors[ridge] / float(((values - values.mean()) ** 2).sum())
    )


def fit_count(counts: Values, phi: Values, like: CountLaw | None = None) -> CountLaw:
    """The law of counts (rows,) at their features, with a ridge of its own, or as one ``like`` it."""
    if like is not None:
        weights = _count_weights(counts, phi, like.ridge, like.dispersion, like.weights)
        return replace(like, weights=weights)
    fold, begun, at = _folds(len(counts)), _START_DISPERSION, None

    def out_of(ridge: float, dispersion: float, start: Values | None) -> tuple[Values, Values]:
        """Means of rows that were not fitted, and the weights from which the next fit begins."""
        means, weights = np.empty(len(counts)), start
        for k in range(_FOLDS):
            weights = _count_weights(counts[fold != k], phi[fold != k], ridge, dispersion, weights)
            means[fold == k] = np.exp(np.clip(phi[fold == k] @ weights, -12.0, 9.0))
        assert weights is not None
        return means, weights

    scored: dict[float, tuple[float, Values]] = {}
    for ridge in _RIDGES[::-1]:
        means, at = out_of(ridge, begun, at)
        scored[ridge] = float(_log_negative_binomial(counts, means, begun).sum()), means
    ridge = max(scored, key=lambda each: scored[each][0])
    means = scored[ridge][1]
    best = optimize.minimize_scalar(
        lambda log_d: -_log_negative_binomial(counts, means, np.exp(log_d)).sum(), bounds=(-6.0, 3.0)
    )
    dispersion = float(np.exp(best.x))
    weights = _count_weights(counts, phi, ridge, dispersion, at)
    spread = np.log1p(counts)
    left = float(((spread - np.log1p(means)) ** 2).mean())
    explained = 1.0 - left / max(float(spread.var()), _TINY)
    return CountLaw(weights, dispersion, ridge, explained)


def _count_weights(
    counts: Values, phi: Values, ridge: float, dispersion: float, start: Values | None
) -> Values:
    """Penalised likelihood by iterated least squares."""
    if start is None:
        start = np.zeros(phi.shape[1])
        start[0] = np.log(max(counts.mean(), 0.05))
    weights, penalty = start, _penalty(phi.shape[1], ridge)
    for _ in range(_MOST_STEPS):
        eta = np.clip(phi @ weights, -12.0, 9.0)
        mean = np.exp(eta)
        w = mean / (1.0 + dispersion * mean)
        working = np.clip(eta + (counts - mean) / mean, -20.0, 20.0)
        a = phi * w[:, None]
        step = np.linalg.solve(a.T @ phi + penalty, a.T @ working) - weights
        weights = weights + step * min(1.0, _LONGEST_STEP / max(np.abs(step).max(), _TINY))
        if np.abs(step).max() < _NEAR:
            break
    return weights


def _log_negative_binomial(counts: Values, mean: Values, dispersion: float) -> Values:
    shape = 1.0 / dispersion
    return np.asarray(
        special.gammaln(counts + shape)
        - special.gammaln(shape)
        - special.gammaln(counts + 1.0)
        + shape * np.log(shape / (shape + mean))
        + counts * np.log(mean / (shape + mean))
    )
