"""When a study is analysed, and the level that keeps all interim analyses together."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.statistics.interim import FACTOR, FIRST, common_level, interim_runs, precise
from experiments.statistics.intervals import Interval, rate_interval


@given(st.integers(2, 2_000_000))
def test_analyses_rise_by_the_factor_to_the_budget(budget):
    found = interim_runs(budget)
    assert found[-1] == budget and all(np.diff(found) > 0)
    assert all(n % 2 == 0 and n >= FIRST for n in found[:-1])
    ratios = np.array(found[1:]) / np.array(found[:-1])
    assert len(found) == 1 or np.allclose(ratios, FACTOR, atol=0.03)


@pytest.mark.parametrize(("K", "level"), [(3, 0.0221), (4, 0.0182), (5, 0.0158), (8, 0.0120)])
def test_pocock_published_levels(K, level):
    """Pocock 1977, table 1: nominal levels of K equally spaced analyses for 5% overall."""
    assert common_level(0.05, tuple(range(1, K + 1))) == pytest.approx(level, abs=6e-5)


@pytest.mark.parametrize(
    ("K", "level"), [(3, 0.0208), (4, 0.0161), (5, 0.0131), (6, 0.0110), (8, 0.0082), (10, 0.0066)]
)
def test_levels_of_doubling_analyses_of_the_trial(K, level):
    """STATISTICS.md of the trial, by 300,000 random walks."""
    assert common_level(0.05, tuple(2**k for k in range(K))) == pytest.approx(level, abs=2e-4)


def test_a_random_walk_stays_within_the_common_level():
    n = tuple(interim_runs(1600))
    limit = common_level(0.05, n)
    walk = np.random.Generator(np.random.Philox(3)).normal(size=(40_000, len(n)))
    steps = walk * np.sqrt(np.diff([0, *n]))
    z = np.abs(steps.cumsum(axis=1) / np.sqrt(n))
    from scipy.special import ndtri

    beyond = float((z > -ndtri(limit / 2)).any(axis=1).mean())
    assert beyond == pytest.approx(0.05, abs=0.004)
    assert 0.05 / len(n) < limit < 0.05


@settings(max_examples=100 if os.environ.get("DMZ_FULL") == "1" else 12)
@given(st.integers(2, 9), st.floats(0.001, 0.3))
def test_the_level_is_between_bonferroni_and_one_analysis(K, alpha):
    found = common_level(alpha, tuple(2 * (k + 1) for k in range(K)))
    assert alpha / K - 1e-9 <= found < alpha


@pytest.mark.parametrize(("alpha", "runs"), [(0.0, (2,)), (1.0, (2,)), (0.05, ()), (0.05, (4, 2))])
def test_nonsense_is_refused(alpha, runs):
    with pytest.raises(ValueError, match="analyses"):
        common_level(alpha, runs)


def test_precise_is_half_the_width_over_the_estimate():
    assert precise(Interval(1.0, 0.8, 1.2, 10, 10, 10), 0.2)
    assert not precise(Interval(1.0, 0.8, 1.21, 10, 10, 10), 0.2)
    assert not precise(rate_interval(np.zeros(50), 50.0), 5.0), "no event is no precision"
