"""The border's measures, of lines and over a run."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.ambiguity import Ambiguity, enter, mean_ambiguity, measure
from sim.randomness import world_key
from sim.sides import NORTH, SOUTH
from sim.state import RUN
from sim.world.border import COMMISSION, LineGrid, condition, unconditional_paths

SPACING_M = 248_000.0 / 1292

finite_lines = st.integers(2, 20).flatmap(
    lambda n: st.lists(st.lists(st.floats(-200, 200), min_size=n, max_size=n), min_size=3, max_size=3).map(
        np.array
    )
)


def test_measures_of_lines_that_can_be_reckoned_by_hand():
    s = np.arange(101) * 10.0
    lines = np.stack((0.04 * s, -0.06 * s, np.full(101, -10.0)))
    found = measure(lines, 10.0, 20.0)
    assert found.mean_disagreement_m == pytest.approx(50.0)
    assert found.p95_disagreement_m == pytest.approx(95.0)
    assert found.contested_area_km2 == pytest.approx(0.05)
    # |0.06 s - 10| > 20 from s = 500 m on, which 50 of the 101 nodes are beyond.
    assert found.map_gap == pytest.approx(50 / 101)


@pytest.mark.parametrize(("step_m", "said_m"), [(50, 3.77), (25, 4.13), (12.5, 4.26), (2, 4.33)])
def test_with_every_marker_the_measure_depends_on_the_step_as_the_odd_says(step_m, said_m):
    """The figures of ODD 7.4, by the law of an `ou` bridge and by 12 worlds of 50 km."""
    grid = LineGrid.even(50_000.0, SPACING_M, step_m)
    between = np.arange(1, round(SPACING_M / grid.step_m)) * grid.step_m
    bridge = np.expm1(-between / 500) * np.expm1((between - SPACING_M) / 500)
    sd = 25 * np.sqrt(2 * (1 - 0.6) * bridge / -math.expm1(-SPACING_M / 500))
    expected = math.sqrt(2 / math.pi) * sd.sum() / (between.size + 1)
    assert expected == pytest.approx(said_m, abs=0.005)
    found = []
    for world in range(12):
        paths = unconditional_paths(world_key(14, world), grid, "ou", 1000.0, 0.6)
        usable = np.ones((3, grid.marker_nodes.size), bool)
        lines = condition(paths, grid, usable, (25.0, 25.0, 15.0), "ou", 1000.0, 100.0)
        found.append(measure(lines, grid.step_m, 5.0).mean_disagreement_m)
    assert np.mean(found) == pytest.approx(expected, abs=4 * np.std(found) / math.sqrt(11))


@given(finite_lines, st.floats(0.1, 30))
def test_measures_are_the_same_for_swapped_sides_but_for_the_map_gap(lines, differ_m):
    found = measure(lines, 25.0, differ_m)
    swapped = measure(lines[[SOUTH, NORTH, COMMISSION]], 25.0, differ_m)
    assert swapped._replace(map_gap=found.map_gap) == found
    assert 0.0 <= found.map_gap <= 1.0
    span = 25.0 * (lines.shape[1] - 1)
    assert found.contested_area_km2 == pytest.approx(found.mean_disagreement_m * span / 1e6)


def test_the_mean_of_a_run_weighs_lines_by_their_minutes_of_exposure():
    """Drawn at minute 0, anew in the warm-up, and anew after it."""
    run = np.zeros(1, RUN)[0]
    before, first, second = (Ambiguity(*(np.arange(4.0) + level)) for level in (100.0, 1.0, 4.0))
    for found, minute in ((before, 0.0), (first, 50.0), (second, 160.0)):
        enter(run, found, minute, warmup=100.0)
        assert mean_ambiguity(run, minute, 100.0) == (first if minute > 100.0 else (0.0,) * 4)
    assert mean_ambiguity(run, 100.0, 100.0) == (0.0,) * 4
    expected = (60 * np.array(first) + 120 * np.array(second)) / 180
    assert mean_ambiguity(run, 280.0, 100.0) == pytest.approx(expected)
