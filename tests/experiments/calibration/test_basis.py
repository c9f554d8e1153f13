"""Features of deviates: unknowns, and factors whose levels share the prior evenly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.calibration.basis import Basis, level_of, middle_of, shifts


@given(st.integers(2, 9))
def test_levels_share_the_prior_evenly_and_in_order(levels):
    x = np.random.default_rng(0).normal(size=20_000)
    found = level_of(x, levels)
    assert np.bincount(found) / x.size == pytest.approx(np.full(levels, 1 / levels), abs=0.015)
    order = np.argsort(x)
    assert (np.diff(found[order]) >= 0).all()
    assert [int(level_of(np.array(middle_of(k, levels)), levels)) for k in range(levels)] == [*range(levels)]
    assert level_of(np.array([-40.0, 40.0]), levels).tolist() == [0, levels - 1]


def test_no_level_is_the_one_from_which_others_differ():
    found = shifts(np.random.default_rng(0).normal(size=30_000), 4)
    assert found.sum(axis=1) == pytest.approx(0.0, abs=1e-12)
    assert found.mean(axis=0) == pytest.approx(np.zeros(4), abs=0.02)
    assert found.std(axis=0) == pytest.approx(np.full(4, np.sqrt(0.75)), abs=0.02)


def test_features_of_a_point_are_its_squares_and_products():
    phi = Basis(2).features(np.array([[2.0, -1.0], [9.0, 0.0]]))
    assert phi[0] == pytest.approx([1, 2, -1, 3, -2, 0])
    assert phi[1, 1] == 3.0, "beyond three standard deviations a quadratic is not trusted"


def test_a_factor_adds_a_shift_a_level_and_slopes_where_it_bears_on_an_unknown():
    basis = Basis(2, (2, 3), ((1, 0),))
    x = np.array([[0.5, -2.0, -1.0, 0.0]])
    assert (basis.width, basis.linear) == (4, 8)
    phi = basis.features(x)[0]
    first, second = np.sqrt(2) * np.array([0.5, -0.5]), np.sqrt(3) * np.array([-1, 2, -1]) / 3
    assert phi[:8] == pytest.approx([1, 0.5, -2, *first, *second])
    assert phi[8:] == pytest.approx([0.25 - 1, -1, 4 - 1, *(0.5 * second)])
    moved = basis.at_level(x, 1, 2)
    assert basis.levels_of(moved, 1) == [2] and basis.levels_of(moved, 0) == basis.levels_of(x, 0)
    assert (moved[:, :3] == x[:, :3]).all() and basis.levels_of(x, 1) == [1], "what it is of stays as it was"


def test_shares_are_of_the_weight():
    basis, x = Basis(1, (3,)), np.array([[0.0, -2.0], [0.0, 2.0], [0.0, 2.0]])
    assert basis.shares(x, np.array([2.0, 1.0, 1.0]), 0) == pytest.approx([0.5, 0.0, 0.5])
