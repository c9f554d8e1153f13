"""Where a variance lies, on toys whose truth is known."""

import numpy as np
import pytest

from experiments.statistics.components import LEVELS, components

SHAPE = (30, 10, 2)


def toy(sds, luck):
    """Values (30, 10, 2) with these standard deviations between draws, worlds and lucks."""
    sizes = ((30, 1, 1), (30, 10, 1), SHAPE)
    return sum(sd * luck.normal(size=size) for sd, size in zip(sds, sizes, strict=True))


@pytest.mark.parametrize("sds", [(1.0, 0.5, 0.5), (0.3, 1.0, 1.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.2)])
def test_shares_are_those_of_the_toy_and_intervals_hold_them(sds):
    luck, truth = np.random.default_rng(2), np.square(sds) / np.square(sds).sum()
    found = [components(toy(sds, luck), luck) for _ in range(60)]
    assert np.mean([[each.share for each in one] for one in found], axis=0) == pytest.approx(truth, abs=0.03)
    variances = np.mean([[each.variance for each in one] for one in found], axis=0)
    assert variances == pytest.approx(np.square(sds), abs=0.1)
    held = [[each.low <= t <= each.high for each, t in zip(one, truth, strict=True)] for one in found]
    assert np.mean(held, axis=0).min() >= 0.85
    assert all(sum(each.share for each in one) == pytest.approx(1.0) for one in found)


def test_a_table_that_can_be_reckoned_by_hand():
    values = np.array([[[1.0, 3.0], [5.0, 7.0]], [[1.0, 3.0], [5.0, 7.0]]])
    draw, world, luck = components(values, np.random.default_rng(1))
    # mean squares: lucks 2, worlds 2 * 8 = 16, draws 0
    assert (luck.variance, world.variance, draw.variance) == (2.0, 7.0, -4.0)
    assert tuple(each.level for each in (draw, world, luck)) == LEVELS
    assert draw.share == pytest.approx(-4.0 / 5.0)  # shown as it is


def test_where_nothing_varies_there_is_no_share():
    found = components(np.full((3, 2, 2), 5.0), np.random.default_rng(1))
    assert all(np.isnan([each.share, each.low, each.high]).all() and each.variance == 0.0 for each in found)


@pytest.mark.parametrize("values", [np.ones((3, 2)), np.ones((3, 1, 2)), np.full((2, 2, 2), np.nan)])
def test_other_shapes_are_refused(values):
    with pytest.raises(ValueError, match="at least 2"):
        components(values, np.random.default_rng(1))
