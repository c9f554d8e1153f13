"""Emulator, posterior and checks on a toy whose law is known."""

import numpy as np
import pytest
from scipy import stats
from toy import N, toy

from experiments.calibration.basis import Basis
from experiments.calibration.calibration import Size, fitted
from experiments.calibration.checks import checked, local_linear, quantile, weighted_prior
from experiments.calibration.emulator import CountLaw, Emulator, fit, with_total
from experiments.calibration.posterior import Target, YearCount, log_years, year_effect


@pytest.fixture(scope="module")
def table():
    return toy(1500, 1)


@pytest.fixture(scope="module")
def learned(table) -> Emulator:
    rows, x = table
    return fit(rows[200:].reset_index(drop=True), x[200:])


def test_the_emulator_finds_the_laws(learned):
    law = learned.counts["total"]
    assert law.dispersion == pytest.approx(0.5, rel=0.25)
    assert law.weights[:3] == pytest.approx([2.6, 0.6, -0.3], abs=0.15)
    depth = learned.numbers["depth_median"]
    assert depth.weights[3] == pytest.approx(0.8, abs=0.05) and depth.explained > 0.9
    i, j = (list(learned.numbers).index(name) for name in ("depth_median", "depth_least"))
    assert learned.correlation[i, j] > 0.4 and np.linalg.eigvalsh(learned.correlation).min() > 0


def test_the_total_counted_is_two_features_more():
    phi = with_total(np.ones((2, 6)), np.array([15.0, 0.0]))
    assert phi.shape == (2, 8) and phi[0, 6:] == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize("method", ["emulator", "abc"])
def test_intervals_cover_and_ranks_are_even(method, table, learned):
    rows, x = table
    held, truth = rows[:200].reset_index(drop=True), x[:200]
    prior = np.random.default_rng(9).normal(size=(6000, N))
    its = (
        weighted_prior(learned, prior)
        if method == "emulator"
        else local_linear(rows[200:].reset_index(drop=True), x[200:])
    )
    found = checked(its, held, truth)
    assert 0.84 <= found.coverage <= 0.94 and found.skewed <= 1
    assert found.gain[2] > 0.2, "what the depth tells"
    assert abs(found.gain[5]) < 0.1, "nothing tells of an unknown that does nothing"


def test_what_rates_need_is_predicted(table, learned):
    x = np.zeros((2, N))
    x[1, 1] = 1.0
    assert np.expm1(learned.predict("approaches_2014", x)) == pytest.approx([100.0, 165.0], rel=0.05)


def test_a_busy_year_has_a_large_effect(learned):
    x = np.zeros((4000, N + 1))
    quiet, busy = (
        year_effect(learned, x, YearCount(count, 1.0), np.random.default_rng(1)) for count in (0, 8)
    )
    assert quiet.mean() < 1.0 < 3.0 < busy.mean()


def test_years_are_a_mixture_over_their_effect_and_the_world():
    """Against draws: one world's mean is common to its years, each year has an effect of its own."""
    law, phi = CountLaw(np.array([0.3]), 0.4, 1.0, 0.0), np.ones((2, 1))
    spread, years = np.array([0.5, 1.5]), [YearCount(0, 1.1), YearCount(0, 1.1), YearCount(4, 1.0)]
    found = log_years(law, phi, spread, years)
    luck, n = np.random.default_rng(3), 200_000
    for k in range(2):
        world = luck.gamma(2.5, 1 / 2.5, n) * np.exp(0.3)
        chance = np.ones(n)
        for year in years:
            effect = np.exp(spread[k] * luck.normal(size=n) - 0.5 * spread[k] ** 2)
            chance *= stats.poisson.pmf(year.count, year.exposure * world * effect)
        assert found[k] == pytest.approx(np.log(chance.mean()), abs=0.06)


def test_a_weighted_quantile_is_that_of_repeated_draws():
    draws = np.array([[1.0], [2.0], [3.0], [4.0]])
    assert quantile(draws, np.array([0.1, 0.1, 0.7, 0.1]), 0.5)[0] == 3.0
    assert quantile(draws, np.full(4, 0.25), 0.2)[0] == 1.0


def test_a_calibration_finds_the_truth_of_a_toy_and_says_how_good_it_is(table):
    rows, x = table
    truth = rows.iloc[0]
    names = ("total", "winter", "months_with_any", "largest_month", "depth_median", "depth_least", "map_gap")
    target = Target({name: float(truth[name]) for name in names}, [YearCount(0, 1.0)])
    prior = np.random.default_rng(9).normal(size=(4000, N))
    found = fitted(
        rows[1:].reset_index(drop=True), x[1:], Basis(N), prior, target, Size(steps=60, draws=200), 1, 1.0
    )
    low, high = np.quantile(found.draws[:, 2], (0.01, 0.99))
    assert low <= x[0, 2] <= high and found.ratios[2] < 0.5
    assert found.ratios[5] > 0.8
    demands = found.verdict.demands
    assert set(demands) and demands["autocorrelation times in a chain, at least"][1] is False
    assert not found.verdict.accepted
