"""Expected events: sums of chances, of no least size, of which a few worlds may hold nearly all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.statistics.intervals import (
    FEWEST_DISCORDANT,
    Pilot,
    difference_interval,
    rate_interval,
    ratio_interval,
)
from experiments.statistics.projection import FEWEST_TO_PROJECT, runs_that_would_decide
from experiments.statistics.verdict import verdict_of

quick = settings(max_examples=30, deadline=None)
chances = st.floats(0.0, 3.0).map(lambda x: 0.0 if x < 0.5 else x)  # of many worlds nothing
pairs = st.lists(st.tuples(chances, chances), min_size=2, max_size=15)


def pool_of(*arms):
    return sum((Pilot.of(arm) for arm in arms), Pilot(0.0, 0.0, 0, 0))


def gamma_ends(values, weight, level=0.95):
    """The chi-square form of STATISTICS.md, part A, of a sum with the weight W."""
    s, q = sum(values), sum(x**2 for x in values)
    low = q / (2 * s) * stats.chi2.ppf((1 - level) / 2, 2 * s**2 / q) if s else 0.0
    s, q = s + weight, q + weight**2
    return low, q / (2 * s) * stats.chi2.ppf((1 + level) / 2, 2 * s**2 / q)


class TestWeight:
    VALUES = np.array([0.0, 0.02, 0.3, 0.0, 0.008])

    def test_is_that_of_its_clusters_and_not_one_event(self):
        """Of what one arm expects and the other not, one end is that of a sum, joined to nothing seen."""
        own = (0.02**2 + 0.3**2 + 0.008**2) / 0.328
        little, much = Pilot(10.0, 0.1, 50, 100), Pilot(1.0, 0.9, 50, 100)
        for pool, weight in ((None, own), (little, own), (much, 0.9)):
            nothing = 1.0 if pool is None else pool.Q / pool.S  # expected in the other arm
            for events, weights in (("expected", (weight, nothing)), ("counted", (1.0, 1.0))):
                found = difference_interval(self.VALUES, np.zeros(5), 4.0, pool=pool, events=events)
                low, high = gamma_ends(self.VALUES, weights[0])
                none = gamma_ends([], weights[1])[1]
                ends = 0.328 - np.hypot(0.328 - low, none), high
                assert [found.low * 4, found.high * 4] == pytest.approx(ends)

    def test_a_rate_of_expected_events_has_no_limits(self):
        found = rate_interval(self.VALUES, 4.0, events="expected")
        assert found.estimate == pytest.approx(0.328 / 4) and np.isnan([found.low, found.high]).all()

    def test_is_one_event_where_nothing_at_all_is_expected(self):
        nothing = np.zeros(40)
        assert difference_interval(nothing, nothing, 40.0, events="expected").high == pytest.approx(
            3.689 / 40, rel=1e-3
        )

    @quick
    @given(pairs, st.sampled_from([1e-3, 0.1, 7.0]))
    def test_only_the_scale_changes_with_the_size_of_chances(self, both, times):
        """Of counts this holds for none but whole multiples."""
        y, x = np.array(both).T
        pool, scaled = pool_of(y, x), pool_of(times * y, times * x)
        if not pool.S:
            return
        once = difference_interval(y, x, 2.0, pool=pool, events="expected")
        often = difference_interval(times * y, times * x, 2.0, pool=scaled, events="expected")
        assert [often.low, often.high] == pytest.approx([times * once.low, times * once.high])
        assert often.events == pytest.approx(once.events)
        known = {"numerator_pool": pool, "denominator_pool": pool}
        again = {"numerator_pool": scaled, "denominator_pool": scaled}
        ratio = ratio_interval(y, x, events="expected", **known)
        other = ratio_interval(times * y, times * x, events="expected", **again)
        assert [other.low, other.high] == pytest.approx([ratio.low, ratio.high], rel=1e-6)


class TestDifference:
    @quick
    @given(pairs, st.randoms(use_true_random=False))
    def test_turns_over_with_the_arms_in_any_order_of_worlds(self, both, luck):
        mixed = list(both)
        luck.shuffle(mixed)
        (y, x), (v, u) = np.array(both).T, np.array(mixed).T
        pool = pool_of(y, x)
        one = difference_interval(y, x, 4.0, pool=pool, events="expected")
        other = difference_interval(u, v, 4.0, pool=pool, events="expected")
        assert [one.low, one.high] == pytest.approx([-other.high, -other.low])
        assert one.events == pytest.approx(other.events)

    @quick
    @given(pairs)
    def test_holds_the_verdict_of_the_ratio(self, both):
        y, x = np.array(both).T
        pool = pool_of(y, x)
        gap = difference_interval(y, x, 1.0, pool=pool, events="expected")
        ratio = ratio_interval(y, x, numerator_pool=pool, denominator_pool=pool, events="expected")
        assert gap.low <= gap.estimate <= gap.high
        assert (gap.low > 1e-9) <= (ratio.low >= 1.0 - 1e-6)
        assert (gap.high < -1e-9) <= (ratio.high <= 1.0 + 1e-6)

    def test_is_that_of_a_bootstrap_where_worlds_are_many(self):
        """4,000 worlds: both are then the normal interval; under 400 the bootstrap is too narrow."""
        luck = np.random.Generator(np.random.Philox(2))
        x = np.exp(0.7 * luck.standard_normal(4000)) * (luck.random(4000) < 0.6) * 0.05
        y = np.where(luck.random(4000) < 0.5, x, x[luck.permutation(4000)] * 0.8)
        found = difference_interval(y, x, 4000.0, pool=pool_of(y, x), events="expected")
        means = [(y - x)[luck.integers(0, 4000, 4000)].mean() for _ in range(1500)]
        assert [found.low, found.high] == pytest.approx(np.quantile(means, [0.025, 0.975]), rel=0.15)

    def test_a_verdict_needs_six_effective_worlds(self):
        """Four hundred worlds differ, and five of them hold nearly all that is expected."""
        x = np.full(400, 1e-6)
        for holding, verdict in ((5, "undecided"), (7, "lower")):
            x[:holding] = 1.0
            found = difference_interval(np.zeros(400), x, 400.0, level=0.5, events="expected")
            assert found.events == pytest.approx(x.sum() ** 2 / (x**2).sum()) and found.high < 0.0
            assert (found.events < FEWEST_DISCORDANT) == (holding == 5)
            assert verdict_of(found) == verdict
            assert difference_interval(np.zeros(400), x, 400.0).events == 400

    def test_worlds_that_differ_in_exposure_alone_count_with_what_they_are_apart(self):
        """By hand: excess y - c x, its squares or, where larger, those of its residuals."""
        y, x = np.array([0.2, 0.5, 0.0]), np.array([0.2, 0.3, 0.6])
        of_y, of_x = np.array([1.0, 0.5, 1.0]), np.array([1.0, 1.0, 1.0])
        c = 2.5 / 3.0
        excess = y - c * x
        rate = (y.sum() + x.sum()) / 5.5
        residual = excess - rate * (of_y - c * of_x)
        squares = max((excess**2).sum(), (residual**2).sum())
        found = difference_interval(y, x, (of_y, of_x), events="expected")
        assert found.events == pytest.approx(np.abs(excess).sum() ** 2 / squares)


def test_what_would_decide_rests_on_effective_worlds_too():
    x = np.concatenate([np.full(FEWEST_TO_PROJECT - 1, 1.0), np.full(300, 1e-5)])
    y = x * np.tile([0.8, 1.1], x.size)[: x.size]
    found = runs_that_would_decide(y, x, events="expected")
    assert found.worlds < FEWEST_TO_PROJECT and np.isnan(found.low)
    assert not np.isnan(runs_that_would_decide(y, x).low)
