"""Laws of counts, and their scores, against draws of the same laws."""

import numpy as np
import pytest
from scipy import stats

from experiments.validation.laws import (
    MOST,
    added,
    crps,
    dispersion_of,
    log_score,
    mixed,
    negative_binomial,
    poisson,
    sampled,
)

LUCK = np.random.default_rng(2)


@pytest.mark.parametrize("law", [poisson(3.0), negative_binomial(3.0, 0.8), mixed(np.array([1.0, 9.0]), 0.3)])
def test_a_law_is_one_and_its_crps_is_that_of_draws(law):
    assert law.size == MOST and law.sum() == pytest.approx(1.0)
    x, y = (LUCK.choice(MOST, 100_000, p=law) for _ in range(2))
    for count in (0, 2, 11):
        by_draws = np.abs(x - count).mean() - 0.5 * np.abs(x - y).mean()
        assert crps(law, count) == pytest.approx(by_draws, abs=0.04)


def test_log_scores_are_closed_forms():
    assert log_score(poisson(2.5), 4) == pytest.approx(-stats.poisson.logpmf(4, 2.5))
    assert log_score(negative_binomial(2.5, 0.5), 4) == pytest.approx(-stats.nbinom.logpmf(4, 2, 2 / 4.5))
    assert np.isfinite(log_score(poisson(0.1), 400))


def test_a_sum_has_the_law_of_a_sum():
    assert added([poisson(1.0), poisson(2.5)])[:20] == pytest.approx(poisson(3.5)[:20])


def test_draws_are_a_law_in_which_nothing_is_impossible():
    values = np.array([0.0] * 90 + [5.0] * 10)
    law = sampled(values)
    assert law.sum() == pytest.approx(1.0) and law[0] == pytest.approx(0.9, abs=0.02)
    assert (law[:30] > 0).all() and law[5] > 10 * law[4]
    assert sampled(np.zeros(50))[0] > 0.99


def test_dispersion_is_found():
    means = np.full(4000, 3.0)
    assert dispersion_of(LUCK.negative_binomial(2, 2 / 5, 4000), means) == pytest.approx(0.5, rel=0.15)
    assert dispersion_of(LUCK.poisson(means), means) < 0.05
