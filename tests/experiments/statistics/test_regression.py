"""Coefficients of a sample are those of least squares, and their intervals hold the truth."""

import os

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import qmc, rankdata

from experiments.statistics.regression import SPARE, Coefficients, partial_rank, standardised

FULL = os.environ.get("DMZ_FULL") == "1"
SURE = 4.5
LAWS = {
    "straight": lambda x: 1 + 2 * x[:, 0] + x[:, 1],
    "steep": lambda x: 0.3 * np.exp(2.5 * x[:, 0] - x[:, 1]),
    "crossed": lambda x: 0.5 + 3 * x[:, 0] * x[:, 1] + 0.5 * x[:, 2],
    "bent": lambda x: 1 + 4 * (x[:, 0] - 0.4) ** 2 + x[:, 1],
}


def measured(rates, worlds, rng):
    """Rates as runs show them: Poisson luck, and worlds that all points share."""
    return rng.poisson(np.outer(rates, 2 * rng.gamma(2, 0.5, worlds))).sum(axis=1) / (2 * worlds)


def least_squares(x, y):
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    return np.linalg.lstsq(z, (y - y.mean()) / y.std(ddof=1), rcond=None)[0]


def partial(x, y):
    inverse = np.linalg.inv(np.corrcoef(np.column_stack([x, y]), rowvar=False))
    return -inverse[:-1, -1] / np.sqrt(np.diag(inverse)[:-1] * inverse[-1, -1])


def test_both_are_those_of_the_textbook():
    rng = np.random.default_rng(1)
    x = rng.random((20, 3))
    y = 1 + x @ [2.0, -1.0, 0.0] + rng.normal(0, 0.3, 20)
    found, ranks = standardised(x, y), partial_rank(x, y)
    np.testing.assert_allclose(found.estimate, least_squares(x, y))
    residual = (y - y.mean()) / y.std(ddof=1) - (x - x.mean(axis=0)) / x.std(axis=0, ddof=1) @ found.estimate
    assert found.explained == pytest.approx(1 - (residual**2).sum() / 19)
    np.testing.assert_allclose(ranks.estimate, partial(rankdata(x, axis=0), rankdata(y)))
    left_out = [least_squares(np.delete(x, i, axis=0), np.delete(y, i)) for i in range(20)]
    error = np.sqrt(19 * np.var(left_out, axis=0))
    np.testing.assert_allclose((found.high - found.low) / (2 * 2.1199), error, rtol=1e-4)  # Student, 16
    for each in (found, ranks):
        assert ((each.low < each.estimate) & (each.estimate < each.high)).all()


def test_a_rising_curve_has_rank_correlation_one_and_scales_do_not_matter():
    x = np.column_stack([np.arange(1.0, 13.0), np.random.default_rng(0).random(12)])
    curve = np.exp(x[:, 0])
    assert partial_rank(x, curve).estimate[0] == pytest.approx(1, abs=1e-4)
    one, other = standardised(x, curve), standardised(1000 * x - 5, 3 * curve + 1)
    np.testing.assert_allclose(one.estimate, other.estimate)
    np.testing.assert_allclose(one.low, other.low)


def test_what_cannot_be_known_is_not_told():
    rng = np.random.default_rng(0)
    x = rng.random((20, 2))
    assert standardised(x, np.zeros(20)) is None and partial_rank(x, np.ones(20)) is None
    twice = np.column_stack([x[:, 0], 2 * x[:, 0]])
    assert standardised(twice, rng.random(20)) is None and partial_rank(twice, rng.random(20)) is None
    few = 2 + SPARE
    assert standardised(x[: few - 1], rng.random(few - 1)) is None
    assert standardised(x[:few], rng.random(few)) is not None
    for bad in (np.ones(19), np.full(20, np.nan)):
        with pytest.raises(ValueError, match="finite"):
            standardised(x, bad)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("points", "worlds"), [(16, 20), (64, 50)])
def test_intervals_hold_the_truth(law, points, worlds):
    """At 95%, of the coefficients that very many points with as many runs would show."""
    rng = np.random.default_rng(7)
    many = rng.random((40_000, 4))
    seen = rng.poisson(2 * worlds * LAWS[law](many)) / (2 * worlds)
    truth = least_squares(many, seen), partial(rankdata(many, axis=0), rankdata(seen))
    samples = 400 if FULL else 60
    held = np.zeros((2, 4))
    for _ in range(samples):
        x = qmc.LatinHypercube(4, rng=rng).random(points)
        y = measured(LAWS[law](x), worlds, rng)
        held += [holds(find(x, y), at) for find, at in zip((standardised, partial_rank), truth, strict=True)]
    least = 0.94 - SURE * np.sqrt(0.95 * 0.05 / samples)
    assert (held / samples > least).all() and (held / samples).mean() > 0.92


def holds(found: Coefficients, truth: NDArray) -> NDArray:
    return (found.low <= truth) & (truth <= found.high)
