"""How many runs would decide: a range that holds the truth, or nothing where little was seen."""

import math

import numpy as np
import pytest

from experiments.statistics.intervals import FEWEST_DISCORDANT, Pilot, difference_interval, pair_of
from experiments.statistics.projection import FEWEST_TO_PROJECT, SPREAD, _times, runs_that_would_decide

LEVEL = 0.99


def arms(*kinds):
    """Counts of two arms: (worlds, x, y) of each kind."""
    return tuple(np.concatenate([np.full(n, pair[i]) for n, *pair in kinds]) for i in (0, 1))


def test_a_range_holds_what_each_end_of_the_interval_would_need():
    x, y = arms((20, 1, 0), (10, 0, 1), (70, 0, 0))
    found = runs_that_would_decide(y, x)
    assert 1.0 <= found.low < found.high and found.worlds == 30
    likely = difference_interval(y, x, 1.0, level=SPREAD)
    assert likely.high < 0.0 and math.isfinite(found.high)
    assert found == runs_that_would_decide(x, y), "the direction does not matter"


def test_a_range_without_end_where_the_difference_may_have_either_sign():
    x, y = arms((16, 1, 0), (15, 0, 1), (70, 0, 0))
    found = runs_that_would_decide(y, x)
    assert 1.0 <= found.low < 100 and found.high == math.inf
    assert runs_that_would_decide(x[:], y).high == math.inf


def test_with_few_worlds_that_differ_nothing_is_projected():
    for differ in (0, 5, FEWEST_TO_PROJECT - 1):
        x, y = arms((differ, 1, 0), (100 - differ, 1, 1))
        found = runs_that_would_decide(y, x)
        assert math.isnan(found.low) and math.isnan(found.high) and found.worlds == differ
    x, y = arms((FEWEST_TO_PROJECT, 1, 0), (80, 1, 1))
    assert runs_that_would_decide(y, x).low >= 1.0


def test_so_many_worlds_do_decide():
    """Tiled worlds are worlds all like those seen: what the estimate itself would need."""
    x, y = arms((13, 1, 0), (7, 0, 1), (80, 0, 0))
    pair = pair_of(y, x, 1.0)
    sums, squares = (part[:, 0] for part in pair.parts(1.0))
    times = _times(sums, squares, np.array(pair.weights(None)), pair.differ, 0.95)
    assert difference_interval(np.tile(y, math.ceil(times)), np.tile(x, math.ceil(times)), 1.0).high < 0
    fewer = max(1, int(times / 1.5))
    assert difference_interval(np.tile(y, fewer), np.tile(x, fewer), 1.0).high > 0
    assert _times(sums[::-1], squares[::-1], np.ones(2), pair.differ, 0.95) == times
    found = runs_that_would_decide(y, x)
    assert found.low <= times <= found.high


def test_bursts_keep_their_weight_and_six_worlds_must_differ():
    x = np.array([9.0] * 3 + [0.0] * 97)
    sums, squares = np.array([0.0, 27.0]), np.array([0.0, 243.0])
    assert _times(sums, squares, np.array([1.0, 9.0]), 3, 0.5) * 3 >= FEWEST_DISCORDANT
    sums, ones = np.array([9.0, 18.0]), np.ones(2)
    bursts, singles = (_times(sums, size * sums, size * ones, 30, LEVEL) for size in (9.0, 1.0))
    assert bursts > 3 * singles > 3
    assert math.isnan(runs_that_would_decide(np.zeros(100), x).low)


@pytest.mark.parametrize(
    ("mean", "ratio", "dispersion"), [(0.5, 0.85, None), (0.5, 0.7, 0.2), (1.5, 0.8, 0.2)]
)
def test_the_range_holds_the_truth_as_often_as_it_says(mean, ratio, dispersion):
    """Nominal 80%. Over 15 laws (Poisson, k = 0.2, bursts of mean 3) 82 to 93% of 300 did."""
    luck = np.random.default_rng(5)

    def counts(m, n):
        return (
            luck.poisson(m, n)
            if dispersion is None
            else luck.negative_binomial(dispersion, dispersion / (dispersion + m), n)
        )

    def pair(n):
        shared = counts(mean * ratio / 2, n)
        return shared + counts(mean * (1 - ratio / 2), n), shared + counts(mean * ratio / 2, n)

    x, y = pair(200_000)
    whole = pair_of(y, x, 1.0)
    sums, squares = (part[:, 0] / 1000 for part in whole.parts(1.0))
    weights = np.array(whole.weights(Pilot.of(x) + Pilot.of(y)))
    truth = _times(sums, squares, weights, whole.differ // 1000, LEVEL)
    assert truth > 1.0
    held = []
    for _ in range(100):
        x, y = pair(200)
        found = runs_that_would_decide(y, x, pool=Pilot.of(x) + Pilot.of(y), level=LEVEL)
        held.append(found.low <= truth <= found.high)
    assert np.mean(held) >= SPREAD - 3 * math.sqrt(SPREAD * (1 - SPREAD) / 100)


def test_years_count_and_other_worlds_are_refused():
    x, y = arms((40, 1, 0), (10, 0, 1), (50, 0, 0))
    years = np.full(100, 0.5)
    assert runs_that_would_decide(y, x, (years, years)) == runs_that_would_decide(y, x)
    with pytest.raises(ValueError, match="exposure"):
        runs_that_would_decide(y, x, (years, np.zeros(100)))
