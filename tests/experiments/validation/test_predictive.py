"""Where a number lies among others."""

import math

import numpy as np
import pytest

from experiments.calibration.record.quantity import Quantity
from experiments.validation.check import OUT, Check
from experiments.validation.predictive import FEW, as_figures, held_values, two_sided


def check(value, bound="told"):
    return Check("a", "a", "m", "works", OUT, value, lambda r: np.zeros(r.n), "", bound)


def test_ties_count_half():
    values = np.array([0.0, 0, 0, 1, 2])
    assert two_sided(values, 0.0) == pytest.approx(0.6)
    assert two_sided(values, 1.0) == pytest.approx(0.6)
    assert two_sided(values, 2.0) == pytest.approx(0.2)
    assert two_sided(values, 3.0) == 0.0 and two_sided(np.ones(9), 1.0) == 1.0


def test_p_is_even_where_the_number_is_one_of_them():
    luck = np.random.default_rng(1)
    p = np.array([two_sided(luck.normal(size=200), x) for x in luck.normal(size=2000)])
    assert abs((p < 0.1).mean() - 0.1) < 0.03 and abs(p.mean() - 0.5) < 0.03


def test_a_range_is_read_as_kindly_as_it_can_be_beside_its_best():
    values = np.linspace(0.0, 1.0, 101)
    found = held_values(check(Quantity(0.4, 2.0, 3.0)), values)
    assert found.p == 0.0 and found.missed and found.kindest == pytest.approx(1.0, abs=0.02)
    assert held_values(check(Quantity.exactly(2.0)), values).kindest == 0.0


def test_a_bound_asks_for_one_side():
    values = np.arange(100.0)
    assert held_values(check(Quantity.between(90.0, math.inf), "at least"), values).p == pytest.approx(0.1)
    assert held_values(check(Quantity.between(0.0, 89.0), "at most"), values).p == pytest.approx(0.9)


def test_few_values_say_nothing():
    values = np.where(np.arange(60) < FEW - 1, 1.0, np.nan)
    found = held_values(check(Quantity.exactly(9.0)), values)
    assert math.isnan(found.p) and not found.missed and found.values.size == FEW - 1
    assert as_figures(found)["p"] is None
    assert as_figures(held_values(check(Quantity.between(3.0, math.inf)), values))["record"]["high"] is None
