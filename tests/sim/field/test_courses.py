"""The lines as the field reads them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.field.courses import courses, own_and_limit
from sim.sides import NORTH, SOUTH


@settings(deadline=None)
@given(st.integers(2, 40), st.floats(1, 100), st.lists(st.floats(-0.5, 1.5), min_size=1), st.integers(0, 99))
def test_lines_are_linear_between_nodes_and_hold_their_ends(n, step_m, shares, seed):
    lines, responses = np.split(np.random.default_rng(seed).normal(0.0, 25.0, (5, n)), [3])
    laid, nodes = courses(step_m, (n - 1) * step_m, lines, responses), np.arange(n) * step_m
    for s in (*(np.array(shares) * nodes[-1]), nodes[0], nodes[-1], -1e9, 1e9):
        for side in (NORTH, SOUTH):
            wanted = [np.interp(s, nodes, line) for line in (lines[side], responses[1 - side])]
            assert own_and_limit(laid, side, s) == pytest.approx(wanted, rel=1e-9, abs=1e-9)
