"""Bridges, first passage and the OU error against theory."""

import math
from functools import cache

import numpy as np
import pytest
from harness import SURE, a_unit, patrols
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.linalg import expm

from sim.codes import Crew, UnitKind
from sim.field.deviates import NORMAL_BOUND
from sim.field.path import between, bridge_reach, deepest, depth_past, note_depth, stays_below
from sim.field.rules import side_records
from sim.parameters.whole import Counting, Parameters
from sim.randomness import Kind, address
from sim.sides import NORTH, SOUTH
from sim.state import TALLY

lawful = settings(deadline=None)  # the first example compiles
deviates = st.floats(-NORMAL_BOUND, NORMAL_BOUND)
times = st.floats(0.01, 600.0)
shares = st.floats(0.001, 0.999)


@lawful
@given(z0=deviates, z1=deviates, minutes=times, at=shares, tau=st.floats(1.0, 600.0))
def test_between_has_the_conditional_mean_and_variance_of_an_ou_process(z0, z1, minutes, at, tau):
    """Against the textbook conditional of a Gaussian with covariance exp(-|lag| / tau)."""
    t = at * minutes
    known = np.array([1.0, math.exp(-minutes / tau)])  # covariance of the two ends
    cross = np.array([math.exp(-t / tau), math.exp(-(minutes - t) / tau)])
    whole = 1.0 - known[1] ** 2
    weights = np.array([cross[0] - known[1] * cross[1], cross[1] - known[1] * cross[0]]) / whole
    mean = between(z0, 100.0, z1, 100.0 + minutes, 100.0 + t, tau, 0.0)
    sd = between(z0, 100.0, z1, 100.0 + minutes, 100.0 + t, tau, 1.0) - mean
    assert mean == pytest.approx(weights @ [z0, z1], abs=1e-6)
    assert sd**2 == pytest.approx(1.0 - weights @ cross, abs=1e-6)


@lawful
@given(minutes=times, a=shares, b=shares, tau=st.floats(5.0, 600.0))
def test_looks_one_after_the_other_are_jointly_right(minutes, a, b, tau):
    """Bridging to a first look, then on from it, gives the covariance of one OU path."""
    first, second = sorted((a * minutes, b * minutes))
    end = between(0.0, 0.0, 0.0, minutes, first, tau, 1.0)  # sd of the first look
    carried = between(end, first, 0.0, minutes, second, tau, 0.0)
    fresh = between(0.0, first, 0.0, minutes, second, tau, 1.0)
    direct = between(0.0, 0.0, 0.0, minutes, second, tau, 1.0)
    assert carried**2 + fresh**2 == pytest.approx(direct**2, abs=1e-6)


def test_a_bridge_meets_its_ends():
    assert between(0.3, 10.0, -1.2, 20.0, 10.0, 60.0, 5.0) == pytest.approx(0.3)
    assert between(0.3, 10.0, -1.2, 20.0, 20.0, 60.0, 5.0) == pytest.approx(-1.2)
    assert between(0.3, 10.0, -1.2, 10.0, 10.0, 60.0, 5.0) == -1.2  # of no length


@lawful
@given(x0=st.floats(-300, 300), x1=st.floats(-300, 300), variance=st.floats(0.1, 1e4), u=shares)
def test_deepest_inverts_the_law_of_the_bridges_maximum(x0, x1, variance, u):
    """P(max > m) = exp(-2 (m - x0) (m - x1) / variance) for m at or above both ends."""
    m = deepest(x0, x1, variance, u)
    assert m >= max(x0, x1)
    assert 2.0 * (m - x0) * (m - x1) / variance == pytest.approx(-math.log(u), rel=1e-4, abs=1e-6)


def test_deepest_is_the_maximum_of_simulated_bridges():
    """Against walks of 2,000 steps, whose maxima fall short by 0.58 of a step's sd (Siegmund)."""
    rng, n, steps, variance = np.random.default_rng(7), 3000, 2000, 50.0
    walks = np.cumsum(rng.normal(0.0, math.sqrt(variance / steps), (n, steps)), axis=1)
    bridges = -10.0 + walks - np.linspace(0, 1, steps) * (walks[:, -1:] - 4.0)
    maxima = np.maximum(bridges.max(axis=1), -10.0) + 0.5826 * math.sqrt(variance / steps)
    ours = [deepest(-10.0, -6.0, variance, u) for u in rng.random(n)]
    assert stats.ks_2samp(maxima, ours).pvalue > 1e-4


@lawful
@given(
    x0=st.floats(-500, -1e-3),
    x1=st.floats(-500, -1e-3),
    variance=st.floats(1e-3, 1e4),
    word=st.integers(0, 2**52 - 1),
)
def test_a_stretch_that_stays_below_cannot_cross_whatever_its_luck(x0, x1, variance, word):
    if stays_below(x0, x1, variance):
        for u in ((word + 0.5) / 2**52, 0.5 / 2**52):
            assert deepest(x0, x1, variance, u) < 1e-6 * (abs(x0) + abs(x1))


def test_stays_below_is_tight():
    """The least deviate crosses just where ``stays_below`` begins to say that it may."""
    variance = 100.0
    for x in np.arange(42.0, 44.0, 0.01):  # exp(-2 x^2 / 100) passes 2^-53 at x = 42.9
        if deepest(-x, -x, variance, 2.0**-53) > 0.0:
            assert not stays_below(-x, -x, variance)
    assert stays_below(-43.2, -43.2, variance)


@lawful
@given(z0=deviates, z1=deviates, deviate=deviates, minutes=st.floats(1, 60), at=shares, tau=st.floats(5, 600))
def test_no_look_lies_beyond_the_reach_of_its_bridge(z0, z1, deviate, minutes, at, tau):
    z = between(z0, 0.0, z1, minutes, at * minutes, tau, deviate)
    assert z <= max(z0, z1) + bridge_reach(minutes, tau) + 1e-9
    assert z >= min(z0, z1) - bridge_reach(minutes, tau) - 1e-9


def test_a_crossing_and_a_deep_one_are_counted_once_a_shift():
    unit, tally, rules = a_unit(), np.zeros(1, TALLY), side_records(Parameters())[NORTH]
    for x0, x1 in ((-3.0, 2.0), (2.0, -4.0), (-4.0, 7.0), (7.0, -9.0), (-9.0, 20.0)):
        top = note_depth(unit[0], rules, tally[0], x0, x1, 1e-9, 0.5)
        assert top == pytest.approx(max(x0, x1), abs=1e-3)
    assert (tally["crossings"][0], tally["deep_crossings"][0]) == (1, 1)
    assert unit["depth"][0] == pytest.approx(20.0, abs=1e-3)


@pytest.mark.parametrize(("deep_m", "deep"), [(5, 0), (4.8, 1), (0, 1)])
def test_a_crossing_is_deep_from_the_depth_that_the_scenario_says(deep_m, deep):
    unit, tally = a_unit(), np.zeros(1, TALLY)
    rules = side_records(Parameters(counting=Counting(deep_m=deep_m)))[NORTH]
    note_depth(unit[0], rules, tally[0], -3.0, 4.9, 1e-9, 0.5)
    assert (tally["crossings"][0], tally["deep_crossings"][0]) == (1, deep)


@cache
def first_passage(level, spans):
    """P(an OU process that starts stationary passes ``level`` sd within ``spans`` time constants).

    By the generator on a grid of 400 states, absorbed at the level.
    """
    z, h = np.linspace(level, -6.0, 400, retstep=True)
    h = -h
    up, down = 1 / h**2 - z / (2 * h), 1 / h**2 + z / (2 * h)
    rates = np.zeros((z.size, z.size))
    for i in range(1, z.size):
        rates[i, i - 1] = up[i]
        if i + 1 < z.size:
            rates[i, i + 1] = down[i]
        rates[i, i] = -rates[i].sum()
    start = stats.norm.pdf(z) * h
    start[0] = stats.norm.sf(level) + 0.5 * start[0]
    return float((start / start.sum()) @ expm(rates * spans)[:, 0])


@pytest.mark.parametrize(("ratio", "trial"), [(2.5, 0.297), (3.5, 0.026)])
def test_first_passage_is_that_of_theory_whatever_the_tick(ratio, trial):
    exact = first_passage(ratio, 9.0)
    assert exact == pytest.approx(trial, rel=0.05)  # the figures of TRIAL.md 2.4
    shifts = 2000 * 2 * 4
    error = math.sqrt(exact * (1 - exact) / shifts)
    for tick in (20, 10, 5):
        field = patrols(10 * ratio, clock__tick_minutes=tick).play(days=4, minutes=300)
        share = field.tallies["crossings"][NORTH] / shifts
        assert share == pytest.approx(exact, abs=SURE * error + 0.02 * exact * tick / 10), tick


def test_looks_do_not_change_how_many_cross():
    """A path that is cut at every look crosses as often as one that is not."""
    counts = [
        patrols(
            25,
            south__watch__posts=posts,
            south__watch__looks_per_hour=60,
            south__watch__margin_m=100,
            south__watch__confirm_looks=6,
            south__watch__track_interval=3,
        )
        .play(days=4)
        .tallies["crossings"][NORTH]
        for posts in (0, 12)
    ]
    p = first_passage(2.5, 9.0)
    assert abs(counts[1] - counts[0]) < SURE * math.sqrt(2 * 16000 * p * (1 - p))


def test_one_navigation_key_a_shift():
    """The key is that of the shift's own address, and stays while the shift lasts."""
    field, keys = patrols(100, slots=40), {}
    for _ in range(4 * 72):
        field.play(minutes=20)
        for row, unit in enumerate(field.units[:40]):
            if unit["active"]:
                expected = address(
                    field.model.scene.luck,
                    int(Kind.NAVIGATION_STEP),
                    int(unit["who"]),
                    int(unit["shift"]),
                    0,
                    int(unit["side"]),
                )
                assert unit["nav_key"] == expected
                keys.setdefault((row, int(unit["shift"])), int(unit["nav_key"]))
    assert len(set(keys.values())) == len(keys) > 40 * 7


def test_navigation_starts_from_its_stationary_law_and_keeps_it():
    field = patrols(100, slots=4000).play(minutes=360)
    for _ in range(5):
        field.play(minutes=10)
        assert stats.kstest(field.units["z"][:4000], "norm").pvalue > 1e-5
    before = field.units["z"][:4000].copy()
    field.play(minutes=60)
    r = np.corrcoef(before, field.units["z"][:4000])[0, 1]
    assert r == pytest.approx(math.exp(-1.0), abs=SURE / math.sqrt(4000))


def test_the_depth_that_a_side_must_have_read_is_mirrored():
    """Depth past the true line is counted the same way from both sides."""
    for side, line, expected in ((NORTH, -12.0, 8.0), (SOUTH, 12.0, 8.0)):
        unit = a_unit(side=side, distance=30.0, nav_sd=26.0, kind=UnitKind.PATROL, crew=Crew.BOTH)[0]
        assert depth_past(unit, line, -1.0) == expected  # MODEL.md's told unit at d = -8
