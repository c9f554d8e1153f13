"""What it is worth to know something, on toys whose truth is known."""

import numpy as np
import pytest

from experiments.statistics.information import explained, worth_of


def toy(draws: int, luck: np.random.Generator):
    """Events under three options: the second depends on the first unknown alone, the third on none."""
    z = luck.normal(size=(draws, 4))
    level = np.exp(0.8 * z[:, 3] + 0.4 * luck.normal(size=draws))
    ratios = np.column_stack([np.ones(draws), np.exp(-0.7 * z[:, 0]), np.full(draws, 0.8)])
    mean = level[:, None] * ratios
    return luck.gamma(2.0 * mean, 0.5), z, mean


def test_the_worth_is_that_of_choosing_by_the_truth():
    luck, found, truth = np.random.default_rng(1), [], []
    for _ in range(6):
        events, z, mean = toy(600, luck)
        found.append(worth_of(events, z[:, [0]], luck))
        chosen = np.where(z[:, 0] > -np.log(0.8) / 0.7, mean[:, 1], mean[:, 2])
        truth.append(mean.mean(axis=0).min() - chosen.mean())
    assert np.mean([each.estimate for each in found]) == pytest.approx(np.mean(truth), rel=0.2)
    assert all(each.low > each.null for each in found)
    assert sum(each.low <= true <= each.high for each, true in zip(found, truth, strict=True)) >= 5


def test_what_changes_no_choice_is_worth_nothing():
    luck = np.random.default_rng(2)
    found = [worth_of(events, z[:, [k]], luck) for k in (1, 3) for events, z, _ in [toy(300, luck)]]
    assert all(each.estimate <= max(each.null, 0.02) and each.low <= 0.0 for each in found)


def test_fitted_and_judged_on_the_same_draws_nothing_would_look_like_something():
    """With twenty worthless facts and sixty draws, chance alone finds choices."""
    luck, found = np.random.default_rng(3), []
    for _ in range(5):
        events, _, _ = toy(60, luck)
        found.append(worth_of(events, luck.normal(size=(60, 20)), luck).estimate)
    assert np.mean(found) < 0.02


def test_a_choice_needs_two_options():
    with pytest.raises(ValueError, match="two options"):
        worth_of(np.ones((20, 1)), np.ones((20, 1)), np.random.default_rng(1))


def test_it_tells_the_share_of_the_variance():
    luck = np.random.default_rng(4)
    z = luck.normal(size=(800, 2))
    values = z[:, 0] + luck.normal(size=800)
    assert explained(values, z[:, [0]], luck) == pytest.approx(0.5, abs=0.06)
    assert explained(values, z[:, [1]], luck) < 0.02
