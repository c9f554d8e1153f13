"""Survival curves: published and independent references, laws, coverage, and what they cost."""

import os
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.statistics.intervals import proportion_interval
from experiments.statistics.survival import _kaplan_meier, survival

FULL = os.environ.get("DMZ_FULL") == "1"
quick = settings(max_examples=1000 if FULL else 30, deadline=None)


def generator(seed=0):
    return np.random.Generator(np.random.Philox(seed))


def world_by_world(times, ended, world):
    """S and the variance of log S at every row, each world's influence followed row by row."""
    rows = np.unique(np.append(times[ended], [0.0, times.max()]))
    names = np.unique(world)
    curve, variance, influence, product = [], [], np.zeros(names.size), 1.0
    for row, after in zip(rows, [*rows[1:], np.inf], strict=True):
        at_risk = np.array([((times >= row) & (world == w)).sum() for w in names], float)
        ends = np.array([((times == row) & ended & (world == w)).sum() for w in names], float)
        assert not ((times > row) & (times < after) & ended).any()
        hazard = ends.sum() / at_risk.sum()
        product *= 1 - hazard
        if at_risk.sum() > ends.sum():
            influence = influence + (ends - at_risk * hazard) / (at_risk.sum() - ends.sum())
        curve.append(product)
        variance.append((influence**2).sum())
    return rows, np.array(curve), np.array(variance)


def calls(function, *arguments):
    """How many functions, of Python and of C, a call calls."""
    count = 0

    def profile(_, event, __):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return count


def many_runs(n):
    times = generator(n).exponential(300.0, n)
    return np.minimum(times, 365.0), times < 365.0, np.arange(n) // 2


# 6-MP arm of Freireich et al. (1963, Blood 21:699): weeks, and whether the remission ended
REMISSION = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]

runs_lists = st.lists(
    st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 4)), min_size=2, max_size=25
)


class TestSurvival:
    def test_reproduces_a_published_example(self):
        curve = survival(REMISSION, RELAPSED)
        assert curve.times.tolist() == [0, 6, 7, 10, 13, 16, 22, 23, 35]
        assert curve.at_risk.tolist() == [21, 21, 17, 15, 12, 11, 7, 6, 1]
        published = [1, 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448, 0.448]
        assert curve.survival == pytest.approx(published, abs=0.0005)

    @pytest.mark.filterwarnings("ignore:(?s).*interval is undefined")
    @quick
    @given(runs_lists, st.sampled_from([0.8, 0.95]))
    def test_every_run_its_own_world_is_greenwood_on_the_log_log_scale(self, runs, level):
        times, ended, _ = np.array(runs).T
        curve = survival(times, ended, level=level)
        data = stats.CensoredData.right_censored(times, ended == 0)
        reference = stats.ecdf(data).sf
        band = reference.confidence_interval(level, method="log-log")
        assert curve.survival == pytest.approx(reference.evaluate(curve.times), abs=1e-12)
        inner = (curve.survival > 0) & (curve.survival < 1)
        for ours, theirs in ((curve.low, band.low), (curve.high, band.high)):
            assert ours[inner] == pytest.approx(theirs.evaluate(curve.times[inner]))

    @quick
    @given(st.lists(st.integers(1, 9), min_size=1, max_size=30))
    def test_without_cut_off_runs_it_is_the_share_not_yet_ended(self, times):
        curve = survival(times, np.ones(len(times)))
        naive = [(np.array(times) > t).mean() for t in curve.times]
        assert curve.survival == pytest.approx(naive, abs=1e-12)

    @quick
    @given(st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.integers(0, 5)), min_size=2, max_size=25))
    def test_the_sums_are_those_of_every_worlds_influence(self, runs):
        times, ended, world = (np.array(each) for each in zip(*runs, strict=True))
        rows, curve, variance = world_by_world(times.astype(float), ended.astype(bool), world)
        index = np.unique(world, return_inverse=True)[1]
        found = _kaplan_meier(rows, times.astype(float), ended.astype(bool), index)
        assert found[0] == pytest.approx(curve, rel=1e-12, abs=1e-15)
        if index.any():
            inner = curve > 0
            assert found[1][inner] == pytest.approx(variance[inner], rel=1e-12, abs=1e-15)
        else:
            assert np.isinf(found[1]).all()

    def test_200_000_runs_take_no_more_calls_than_a_thousand(self):
        """Every call goes once over an array: linear, but for one sorting."""
        survival(*many_runs(100))  # what is imported and cached at the first call
        few, many = (calls(survival, *many_runs(n)) for n in (1_000, 200_000))
        assert many < 1.2 * few

    def test_lucks_that_agree_add_nothing_to_their_world(self):
        once = survival(REMISSION, RELAPSED)
        world = np.repeat(np.arange(len(REMISSION)), 2)
        twice = survival(np.repeat(REMISSION, 2), np.repeat(RELAPSED, 2), world)
        for name in ("times", "survival", "low", "high"):
            assert getattr(twice, name) == pytest.approx(getattr(once, name))
        unaware = survival(np.repeat(REMISSION, 2), np.repeat(RELAPSED, 2))
        assert (unaware.high - unaware.low < twice.high - twice.low)[:-1].all()

    @quick
    @given(runs_lists, st.randoms())
    def test_order_and_names_of_worlds_do_not_matter(self, runs, random):
        times, ended, world = np.array(runs).T
        order = list(range(len(runs)))
        random.shuffle(order)
        first = survival(times, ended, world)
        second = survival(times[order], ended[order], [f"w{-i}" for i in world[order]])
        for name in vars(first):
            # ends are solved for
            assert getattr(second, name) == pytest.approx(getattr(first, name), abs=1e-6)

    @quick
    @given(runs_lists)
    def test_falls_inside_its_band(self, runs):
        curve = survival(*np.array(runs).T)
        assert curve.survival[-1] == 0 or (np.diff(curve.survival) <= 0).all()
        for lower, upper in ((curve.low, curve.survival), (curve.survival, curve.high)):
            assert (lower <= upper + 1e-12).all()
        assert (curve.low >= 0).all()
        assert (curve.high <= 1).all()

    def test_no_clash_bounds_the_curve_by_the_worlds_that_were_followed(self):
        curve = survival(np.full(100, 365.0), np.zeros(100), np.arange(100) // 2)
        assert curve.times.tolist() == [0, 365]
        assert curve.survival.tolist() == curve.high.tolist() == [1, 1]
        assert curve.low == pytest.approx(1 - proportion_interval(0, 50).high)

    def test_cut_off_runs_and_ended_runs_are_different_outcomes(self):
        times = [100.0, 365.0, 365.0, 365.0]
        assert survival(times, [0, 0, 0, 0]).survival[-1] == 1
        assert survival(times, [1, 0, 0, 0]).survival[-1] == 0.75
        assert survival(times, [0, 1, 0, 0]).survival[-1] == pytest.approx(2 / 3)

    def test_a_single_world_tells_nothing(self):
        curve = survival([1, 2, 3], [1, 0, 1], [7, 7, 7])
        assert (curve.low[1:] == 0).all()
        assert (curve.high == 1).all()

    def test_where_every_run_has_ended_the_upper_limit_stays(self):
        curve = survival([1, 2, 3], [1, 1, 1])
        assert (curve.survival[-1], curve.low[-1]) == (0, 0)
        assert curve.high[-1] == curve.high[-2] < 1

    @pytest.mark.parametrize(
        "runs", [([], []), ([1], [1, 0]), ([1], [1], [0, 0]), ([-1], [0]), ([np.nan], [0])]
    )
    def test_refuses_what_is_no_set_of_runs(self, runs):
        with pytest.raises(ValueError, match=r"need|must"):
            survival(*runs)

    @pytest.mark.slow
    @pytest.mark.parametrize("frailty", [0.2, 1.0, 5.0])
    @pytest.mark.parametrize("expected", [2, 10, 100] if FULL else [2, 30])
    def test_covers_when_worlds_differ(self, frailty, expected):
        luck, worlds, hits = generator(5), 200, []
        rate = expected / (2 * worlds)
        truth = (1 + frailty * rate) ** (-1 / frailty)
        world = np.repeat(np.arange(worlds), 2)
        for _ in range(2000 if FULL else 100):
            hazard = np.repeat(luck.gamma(1 / frailty, frailty, worlds), 2) * rate
            times = luck.exponential(1.0, 2 * worlds) / np.maximum(hazard, 1e-300)
            curve = survival(np.minimum(times, 1), times < 1, world)
            hits.append(curve.low[-1] <= truth <= curve.high[-1])
        assert np.mean(hits) >= 0.93 - 3 * np.sqrt(0.93 * 0.07 / len(hits))
