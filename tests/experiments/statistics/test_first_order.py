"""What parts of what is known tell of a variance, on toys whose truth is known."""

import numpy as np
import pytest

from experiments.statistics.first_order import first_order

N = 400


def told(values, parts, seed=1):
    return first_order(np.column_stack([values, values]), parts, np.random.default_rng(seed))


def test_parts_that_are_apart_tell_as_much_alone_as_beside_the_others():
    luck = np.random.default_rng(1)
    a, b, c = luck.normal(size=(3, N, 3))
    values = 1.0 * a[:, 0] + 0.7 * b[:, 1] + 0.7 * luck.normal(size=N)
    found = told(values, [a, b, c])
    truth = np.array([1.0, 0.49, 0.0]) / 1.98
    assert [each.estimate for each in found.alone] == pytest.approx(truth, abs=0.08)
    assert [each.estimate for each in found.beside] == pytest.approx(truth, abs=0.08)
    assert found.together.estimate == pytest.approx(1.49 / 1.98, abs=0.06)
    for each, share in zip(found.alone[:2], truth, strict=False):
        assert each.low < share < each.high


def test_parts_that_go_together_add_to_more_alone_and_less_beside():
    luck = np.random.default_rng(2)
    a = luck.normal(size=(N, 1))
    b = 0.9 * a + np.sqrt(1 - 0.81) * luck.normal(size=(N, 1))
    found = told((a + b)[:, 0] + 0.5 * luck.normal(size=N), [a, b])
    whole = found.together.estimate
    assert sum(each.estimate for each in found.alone) > 1.5 * whole > 1.0
    assert sum(each.estimate for each in found.beside) < 0.3 * whole


def test_curves_are_told_and_what_they_do_only_together_is_not():
    luck = np.random.default_rng(3)
    a, b = luck.normal(size=(2, N, 1))
    assert told(a[:, 0] ** 2, [a]).together.estimate > 0.95
    assert told((a * b)[:, 0], [a, b]).together.estimate < 0.1


def test_what_chance_finds_tells_nothing():
    luck = np.random.default_rng(4)
    found = [told(luck.normal(size=150), [luck.normal(size=(150, 30))], k).together for k in range(10)]
    assert np.mean([each.estimate for each in found]) < 0.03
    assert all(each.low <= each.estimate <= each.high for each in found)


def test_luck_is_a_share_of_its_own_and_the_rest_is_left():
    luck = np.random.default_rng(5)
    a, world = luck.normal(size=(2, N, 1))
    runs = a + 0.8 * world + np.sqrt(2.0) * luck.normal(size=(N, 2))  # of the mean 1 + 0.64 + 1
    runs[::7, 1] = np.nan
    found = first_order(runs, [a], luck)
    whole = 1.0 + 0.64 + 1.0 + 1.0 / 7.0
    assert found.together.estimate == pytest.approx(1.0 / whole, abs=0.06)
    assert found.luck.estimate == pytest.approx((1.0 + 1.0 / 7.0) / whole, abs=0.06)
    assert found.left.low < 0.64 / whole < found.left.high
    shares = found.together, found.luck, found.left
    assert sum(each.estimate for each in shares) == pytest.approx(1.0)


@pytest.mark.parametrize("values", [np.arange(9.0), np.ones(50)])
def test_of_too_few_or_equal_values_nothing_is_told(values):
    with pytest.raises(ValueError, match="at least 10"):
        told(values, [np.zeros((len(values), 1))])
