"""What the intervals promise: exact cases, laws, independent references, and coverage."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.coverage.ends import ENDINGS, STREAMS, Stream, draw_ended, true_rate
from experiments.statistics.intervals import (
    Pilot,
    difference_interval,
    dispersion,
    proportion_interval,
    rate_interval,
    ratio_interval,
    variance_saved,
)
from experiments.statistics.verdict import verdict_of

FULL = os.environ.get("DMZ_FULL") == "1"
quick = settings(max_examples=1000 if FULL else 30, deadline=None)

count_lists = st.lists(st.integers(0, 9), min_size=1, max_size=25)
pools = st.lists(st.integers(0, 9), min_size=1, max_size=25).map(Pilot.of)
pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=15)


def generator(seed=0):
    return np.random.Generator(np.random.Philox(seed))


def draw(law, mean, worlds, luck):
    """Counts (worlds,) with the mean; bursts come whole, as an exchange of fire does."""
    if law == "poisson":
        return luck.poisson(mean, worlds)
    if law == "zero-inflated":
        return luck.poisson(10 * mean, worlds) * (luck.random(worlds) < 0.1)
    kind, size = law.split()
    if kind == "nb":
        return luck.poisson(luck.gamma(float(size), mean / float(size), worlds))
    bursts = luck.poisson(mean / float(size), worlds)
    if kind == "shifted":
        return bursts + luck.poisson((float(size) - 1) * bursts)
    return bursts + np.where(bursts > 0, luck.negative_binomial(np.maximum(bursts, 1), 1 / float(size)), 0)


def assert_covers(intervals, truth, least=0.93):
    """Coverage at least `least`, less three standard errors of the repetitions."""
    hits = np.mean([interval.low <= truth <= interval.high for interval in intervals])
    assert hits >= least - 3 * np.sqrt(least * (1 - least) / len(intervals))


def worlds_with(events, of=400, start=0):
    counts = np.zeros(of)
    counts[start : start + events] = 1
    return counts


class TestRate:
    @pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
    @pytest.mark.parametrize("events", [0, 1, 2, 7, 50, 400])
    def test_is_garwood_where_no_world_has_two_events(self, events, level):
        found = rate_interval(worlds_with(events), 800.0, level=level)
        low = stats.chi2.ppf((1 - level) / 2, 2 * events) / 2 if events else 0.0
        high = stats.chi2.ppf((1 + level) / 2, 2 * events + 2) / 2
        assert (found.estimate, found.n, found.events) == (events / 800, 800, events)
        assert found.effective_clusters == events
        assert [found.low, found.high] == pytest.approx([low / 800, high / 800], rel=1e-10)

    def test_is_the_chi_square_form_with_the_largest_of_three_weights(self):
        counts, exposure = np.array([0, 5, 1, 0, 2]), 10.0
        own, little, much = 30 / 8, Pilot(12.0, 34.0, 45, 90), Pilot(18.0, 230.0, 45, 90)
        cases = ((None, own), (little, own), (much, 230 / 18))
        for pool, weight in cases:
            s, q = 8, 30
            low = q / (2 * s) * stats.chi2.ppf(0.025, 2 * s**2 / q)
            s, q = s + weight, q + weight**2
            high = q / (2 * s) * stats.chi2.ppf(0.975, 2 * s**2 / q)
            found = rate_interval(counts, exposure, pool=pool)
            assert [found.low, found.high] == pytest.approx([low / exposure, high / exposure])

    def test_an_arm_without_events_takes_the_cluster_size_from_the_pool(self):
        alone = rate_interval(np.zeros(50), 100.0)
        warned = rate_interval(np.zeros(50), 100.0, pool=Pilot.of([4, 4, 4, 0], runs=8))
        assert alone.low == warned.low == 0
        assert warned.high == pytest.approx(4 * alone.high)

    @quick
    @given(count_lists, st.one_of(st.none(), pools), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
    def test_holds_its_estimate_in_any_order_of_worlds(self, counts, pool, level):
        found = rate_interval(counts, 3.0, pool=pool, level=level)
        assert 0 <= found.low <= found.estimate <= found.high < np.inf
        assert found == rate_interval([*sorted(counts), 0, 0], 3.0, pool=pool, level=level)

    @quick
    @given(count_lists, pools)
    def test_widens_with_the_level_and_scales_with_exposure(self, counts, pool):
        narrow = rate_interval(counts, 2.0, pool=pool, level=0.8)
        wide = rate_interval(counts, 2.0, pool=pool, level=0.95)
        longer = rate_interval(counts, 8.0, pool=pool, level=0.95)
        assert wide.low <= narrow.low
        assert narrow.high <= wide.high
        assert [4 * longer.low, 4 * longer.high] == pytest.approx([wide.low, wide.high])

    @quick
    @given(count_lists.filter(any), st.integers(2, 9))
    def test_every_event_counted_several_times_only_changes_the_unit(self, counts, times):
        once = rate_interval(counts, 1.0)
        often = rate_interval(np.array(counts) * times, 1.0)
        assert often.effective_clusters == pytest.approx(once.effective_clusters)
        ends = [times * once.low, times * once.high]
        assert [often.low, often.high] == pytest.approx(ends, rel=1e-9)

    @quick
    @given(count_lists, st.integers(1, 9), st.integers(1, 9))
    def test_events_falling_into_one_world_never_narrow_it(self, counts, first, second):
        apart = rate_interval([*counts, first, second], 1.0)
        together = rate_interval([*counts, first + second], 1.0)
        assert together.low <= apart.low
        assert apart.high <= together.high

    @quick
    @given(st.integers(0, 300))
    def test_one_more_single_event_raises_both_ends(self, events):
        fewer, more = (rate_interval(worlds_with(n), 1.0) for n in (events, events + 1))
        assert fewer.low < more.low
        assert fewer.high < more.high

    @pytest.mark.parametrize("exposure", [0.0, -1.0, np.nan])
    def test_refuses_no_exposure(self, exposure):
        with pytest.raises(ValueError, match="exposure"):
            rate_interval([1], exposure)

    @pytest.mark.parametrize("counts", [[-1.0], [np.nan], [np.inf], [[1, 2]]])
    def test_refuses_what_is_no_count(self, counts):
        with pytest.raises(ValueError, match="one-dimensional"):
            rate_interval(counts, 1.0)

    @pytest.mark.parametrize("law", ["poisson", "nb 0.2", "shifted 3", "geometric 5"])
    @pytest.mark.parametrize("events", [1, 10])
    def test_covers(self, law, events):
        assert_covers(rates_drawn(law, events, 200, 200), events / 200)

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "law", ["poisson", "nb 0.2", "nb 0.5", "nb 2", "zero-inflated", "shifted 3", "geometric 5"]
    )
    @pytest.mark.parametrize("worlds", [40, 200, 2000] if FULL else [40])
    @pytest.mark.parametrize("events", [0.5, 1, 3, 10, 50] if FULL else [0.5, 3, 50])
    def test_covers_every_law(self, law, worlds, events):
        repetitions = 4000 if FULL else 200
        assert_covers(rates_drawn(law, events, worlds, repetitions), events / worlds)


def rates_drawn(law, events, worlds, repetitions):
    """Intervals of arms whose study holds three times as many worlds beside them."""
    luck, mean = generator(worlds), events / worlds
    studies = [draw(law, mean, 4 * worlds, luck) for _ in range(repetitions)]
    return [rate_interval(study[:worlds], worlds, pool=Pilot.of(study)) for study in studies]


class TestPilot:
    @quick
    @given(count_lists, count_lists)
    def test_pooling_is_summarising_all_worlds_together(self, first, second):
        pooled = Pilot.of(first, 2 * len(first)) + Pilot.of(second, 2 * len(second))
        assert pooled == Pilot.of(first + second, 2 * len(first + second))

    def test_the_own_arm_counts_once(self):
        """STATISTICS.md, part A: W is the pool's Q/S, and the pool holds the arm already."""
        own, rest = Pilot.of([0, 0, 6]), Pilot.of([1] * 30)
        found = rate_interval([0, 0, 6], 3.0, pool=own + rest)
        assert found == rate_interval([0, 0, 6], 3.0, pool=Pilot(36.0, 66.0, 33, 0))
        quiet = rate_interval([0, 1, 0], 3.0, pool=Pilot.of([0, 1, 0]) + Pilot.of([0, 3, 2]))
        s, q = 1 + 14 / 6, 1 + (14 / 6) ** 2  # counted twice, the arm would make it 15 / 7
        assert quiet.high == pytest.approx(q / (2 * s) * stats.chi2.ppf(0.975, 2 * s**2 / q) / 3)


def mover_ends(y, x, r, weights):
    """Interval of sum(y - r x), by the book: two chi-square intervals joined by MOVER."""

    def part(values, weight):
        s, q = values.sum(), (values**2).sum()
        low = q / (2 * s) * stats.chi2.ppf(0.025, 2 * s**2 / q) if s > 0 else 0.0
        s_more, q_more = s + weight, q + weight**2
        high = q_more / (2 * s_more) * stats.chi2.ppf(0.975, 2 * s_more**2 / q_more)
        return s, low, high

    d = np.asarray(y) - r * np.asarray(x)
    plus, plus_low, plus_high = part(np.maximum(d, 0), weights[0])
    minus, minus_low, minus_high = part(np.maximum(-d, 0), r * weights[1])
    below = np.hypot(plus - plus_low, minus_high - minus)
    above = np.hypot(plus_high - plus, minus - minus_low)
    return plus - minus - below, plus - minus + above


class TestRatio:
    @pytest.mark.parametrize(("events", "high"), [(10, 0.43), (5, 1.00)])
    def test_known_upper_ends_of_none_against_some(self, events, high):
        found = ratio_interval(np.zeros(400), worlds_with(events))
        assert (found.estimate, found.low, found.n, found.events) == (0, 0, events, 0)
        assert found.high == pytest.approx(high, abs=0.005)

    def test_nothing_over_nothing_tells_nothing(self):
        free, share = (ratio_interval([0, 0], [0, 0], share=share) for share in (False, True))
        assert np.isnan([free.estimate, share.estimate]).all()
        assert (free.low, free.high, share.low, share.high) == (0, np.inf, 0, 1)

    def test_something_over_nothing_has_a_lower_end_only(self):
        found = ratio_interval(worlds_with(10), np.zeros(400))
        assert found.estimate == found.high == np.inf
        assert found.low == pytest.approx(1 / 0.432, rel=1e-3)

    @quick
    @given(pairs, st.one_of(st.none(), pools), st.one_of(st.none(), pools))
    def test_keeps_exactly_the_ratios_whose_interval_contains_0(self, both, y_pool, x_pool):
        y, x = np.array(both, dtype=float).T
        found = ratio_interval(y, x, numerator_pool=y_pool, denominator_pool=x_pool)
        weights = [
            max(1.0, *((p.Q / p.S if p.S else 0) for p in (Pilot.of(v), pool)))
            for v, pool in ((y, y_pool or Pilot.of([])), (x, x_pool or Pilot.of([])))
        ]
        for r in np.geomspace(1e-3, 1e3, 25):
            low, high = mover_ends(y, x, r, weights)
            assert (low <= 0 <= high) == (found.low <= r <= found.high)
        if found.low > 0:
            assert mover_ends(y, x, found.low, weights)[0] == pytest.approx(0, abs=1e-7)

    @quick
    @given(pairs)
    def test_holds_its_estimate_and_turns_over_with_the_arms(self, both):
        y, x = np.array(both).T
        found, turned = ratio_interval(y, x), ratio_interval(x, y)
        assert np.isnan(found.estimate) or found.low <= found.estimate <= found.high
        with np.errstate(divide="ignore"):
            ends = np.divide(1.0, [turned.high, turned.low])
        assert [found.low, found.high] == pytest.approx(ends.tolist())

    @quick
    @given(pairs, st.randoms())
    def test_order_and_empty_worlds_do_not_matter(self, both, random):
        other = [*both, (0, 0), (0, 0)]
        random.shuffle(other)
        first, second = (ratio_interval(*np.array(worlds).T) for worlds in (both, other))
        np.testing.assert_equal(vars(first), vars(second))

    @quick
    @given(pairs)
    def test_a_share_stays_between_0_and_1(self, both):
        whole = np.array(both).max(axis=1)
        part = np.array(both).min(axis=1)
        found = ratio_interval(part, whole, share=True)
        free = ratio_interval(part, whole)
        assert 0 <= found.low <= found.high <= 1
        assert found.high == min(free.high, 1)
        assert found.low == free.low

    def test_common_events_cancel_so_that_pairing_is_used(self):
        paired = ratio_interval(worlds_with(20), worlds_with(25))
        apart = ratio_interval(worlds_with(20), worlds_with(25, start=100))
        assert apart.low < paired.low < 0.8 < paired.high < apart.high

    def test_large_shares_agree_with_the_binomial(self):
        found = ratio_interval(worlds_with(300, of=3000), worlds_with(3000, of=3000), share=True)
        exact = proportion_interval(300, 3000)
        assert [found.low, found.high] == pytest.approx([exact.low, exact.high], rel=0.01)

    def test_refuses_other_worlds_and_impossible_shares(self):
        with pytest.raises(ValueError, match="share their worlds"):
            ratio_interval([1, 2], [1, 2, 3])
        with pytest.raises(ValueError, match="y <= x"):
            ratio_interval([2], [1], share=True)

    @pytest.mark.slow
    @pytest.mark.parametrize("law", ["poisson", "nb 0.2", "geometric 3"])
    @pytest.mark.parametrize("truth", [1.0, 0.5])
    @pytest.mark.parametrize("events", [1, 3, 10, 30] if FULL else [10])
    def test_covers_the_ratio_of_paired_arms(self, law, truth, events):
        luck, worlds, found = generator(3), 400, []
        for _ in range(1000 if FULL else 30):
            x, other, elsewhere = (draw(law, events / worlds, n, luck) for n in (400, 400, 1200))
            y = np.where(luck.random(worlds) < 0.5, x, other) * (luck.random(worlds) < truth)
            study = Pilot.of(elsewhere) + Pilot.of(x) + Pilot.of(y)
            found.append(ratio_interval(y, x, numerator_pool=study, denominator_pool=study))
        assert_covers(found, truth)

    @pytest.mark.slow
    @pytest.mark.parametrize("law", ["poisson", "geometric 3"])
    @pytest.mark.parametrize("truth", [0.05, 0.3, 0.9])
    @pytest.mark.parametrize("incidents", [3, 10, 100] if FULL else [10])
    def test_covers_a_share_that_differs_between_worlds(self, law, truth, incidents):
        luck, worlds, found = generator(4), 200, []
        for _ in range(1000 if FULL else 30):
            x = draw(law, incidents / worlds, 4 * worlds, luck)
            y = luck.binomial(x, luck.beta(truth, 1 - truth, x.size))
            known = {"numerator_pool": Pilot.of(y), "denominator_pool": Pilot.of(x)}
            found.append(ratio_interval(y[:worlds], x[:worlds], share=True, **known))
        assert_covers(found, truth)


class TestDifference:
    """Both arms on the same worlds: the rule of the ratio at r = 1, in events a year."""

    @quick
    @given(pairs, pools)
    def test_leaves_out_0_just_when_the_ratio_leaves_out_1(self, both, pool):
        y, x = np.array(both).T
        difference = difference_interval(y, x, 10.0, pool=pool)
        ratio = ratio_interval(y, x, numerator_pool=pool, denominator_pool=pool)
        assert difference.low <= difference.estimate <= difference.high
        assert (difference.low > 1e-9) <= (ratio.low >= 1.0 - 1e-6)
        assert (difference.high < -1e-9) <= (ratio.high <= 1.0 + 1e-6)
        assert (ratio.low > 1.0 + 1e-6) <= (difference.low > -1e-9)
        assert (ratio.high < 1.0 - 1e-6) <= (difference.high < 1e-9)

    @quick
    @given(pairs, pools)
    def test_turns_over_with_the_arms_and_counts_the_worlds_that_differ(self, both, pool):
        y, x = np.array(both).T
        one = difference_interval(y, x, 4.0, pool=pool)
        other = difference_interval(x, y, 4.0, pool=pool)
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
        assert one.events == (y != x).sum()

    def test_nothing_against_nothing_is_garwoods_bound_both_ways(self):
        zero = np.zeros(40)
        found = difference_interval(zero, zero, 40.0)
        assert (found.low * 40, found.high * 40) == pytest.approx((-3.689, 3.689), abs=1e-3)

    def test_common_events_cancel(self):
        luck = generator(3)
        common, x = luck.poisson(3.0, 200), luck.poisson(0.1, 200)
        alone = difference_interval(np.zeros(200), x, 200.0, pool=Pilot.of(x))
        shared = difference_interval(common, common + x, 200.0, pool=Pilot.of(x))
        assert shared.high - shared.low < 2.2 * (alone.high - alone.low)
        assert variance_saved(common, common + x) > 0.9
        assert abs(variance_saved(luck.poisson(3.0, 9999), luck.poisson(3.0, 9999))) < 0.05
        assert np.isnan(variance_saved(np.zeros(5), np.zeros(5)))

    @pytest.mark.parametrize("law", ["poisson", "nb 0.2", "shifted 3"])
    @pytest.mark.parametrize("truth", [1.0, 0.5])
    def test_covers(self, law, truth):
        luck, worlds, events = generator(5), 200, 20.0
        found = []
        for _ in range(2000 if FULL else 200):
            x = draw(law, events / worlds, worlds, luck)
            y = np.where(luck.random(worlds) < truth, x, 0)
            # the rest of the study: eight arms of the same law
            others = Pilot.of(draw(law, events / worlds, 8 * worlds, luck))
            pool = others + Pilot.of(x) + Pilot.of(y)
            found.append(difference_interval(y, x, 1.0, pool=pool))
        assert_covers(found, (truth - 1.0) * events)

    def test_refuses_other_worlds_and_no_exposure(self):
        with pytest.raises(ValueError):
            difference_interval([1, 2], [1], 1.0)
        with pytest.raises(ValueError):
            difference_interval([1], [1], 0.0)


def ended(ending, events, stream=STREAMS[0], same_luck=0.0, repetitions=200, seed=7):
    """Pairs ((y, years of y), (x, years of x)) of arms whose runs end early, by world."""
    drawn = draw_ended(stream, ending, events, same_luck, repetitions, generator(seed))
    for at in range(repetitions):
        (x, y), (x_years, y_years) = drawn.by_world(at), drawn.years_by_world(at)
        yield (y, y_years), (x, x_years)


def pool_of(*arms):
    return sum((Pilot.of(arm) for arm in arms), Pilot(0.0, 0.0, 0, 0))


exposed = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(0.05, 2), st.floats(0.05, 2)),
    min_size=1,
    max_size=15,
)


class TestOwnExposure:
    """Runs may end early; rates are compared per each arm's own exposed year."""

    @quick
    @given(pairs, st.sampled_from([0.5, 1.0, 2.0]))
    def test_where_all_worlds_are_exposed_alike_nothing_changes(self, both, years):
        y, x = np.array(both, float).T
        each = np.full(y.size, years)
        total, apart, pool = years * y.size, (each, each), pool_of(y, x)
        assert rate_interval(y, each, pool=pool) == rate_interval(y, total, pool=pool)
        assert difference_interval(y, x, apart, pool=pool) == difference_interval(y, x, total, pool=pool)
        known = {"numerator_pool": pool, "denominator_pool": pool}
        with_years, without = (ratio_interval(y, x, years, **known) for years in (apart, None))
        np.testing.assert_equal(vars(with_years), vars(without))
        np.testing.assert_equal(variance_saved(y, x, apart), variance_saved(y, x))

    @quick
    @given(exposed, pools)
    def test_the_estimates_are_those_of_the_two_rates(self, worlds, pool):
        y, x, of_y, of_x = np.array(worlds).T
        one, other = rate_interval(y, of_y, pool=pool), rate_interval(x, of_x, pool=pool)
        gap = difference_interval(y, x, (of_y, of_x), pool=pool)
        assert one.estimate == pytest.approx(y.sum() / of_y.sum())
        assert gap.estimate == pytest.approx(one.estimate - other.estimate, abs=1e-12)
        assert gap.n == one.n == pytest.approx(of_y.sum())
        ratio = ratio_interval(y, x, (of_y, of_x))
        if x.any():
            assert ratio.estimate == pytest.approx(one.estimate / other.estimate)

    @quick
    @given(exposed, pools)
    def test_ratio_and_difference_agree(self, worlds, pool):
        y, x, of_y, of_x = np.array(worlds).T
        gap = difference_interval(y, x, (of_y, of_x), pool=pool)
        ratio = ratio_interval(y, x, (of_y, of_x), numerator_pool=pool, denominator_pool=pool)
        assert gap.low <= gap.estimate <= gap.high
        assert (gap.low > 1e-9) <= (ratio.low >= 1.0 - 1e-6)
        assert (gap.high < -1e-9) <= (ratio.high <= 1.0 + 1e-6)
        assert (ratio.low > 1.0 + 1e-6) <= (gap.low > -1e-9)
        assert (ratio.high < 1.0 - 1e-6) <= (gap.high < 1e-9)

    @quick
    @given(exposed, pools)
    def test_turns_over_with_the_arms(self, worlds, pool):
        y, x, of_y, of_x = np.array(worlds).T
        known = {"numerator_pool": pool, "denominator_pool": pool}
        one = difference_interval(y, x, (of_y, of_x), pool=pool)
        other = difference_interval(x, y, (of_x, of_y), pool=pool)
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
        assert one.events == other.events
        ratio = ratio_interval(y, x, (of_y, of_x), **known)
        turned = ratio_interval(x, y, (of_x, of_y), **known)
        with np.errstate(divide="ignore"):
            ends = np.divide(1.0, [turned.high, turned.low])
        assert [ratio.low, ratio.high] == pytest.approx(ends.tolist(), rel=1e-6)

    def test_half_the_exposure_is_twice_the_rate(self):
        """By hand: the events of y at half the years, MOVER of y - x / 2 and of x / 2 - y."""
        y, x = np.array([1, 2, 0, 3, 0.0]), np.array([0, 1, 3, 0, 0.0])
        weights = 14 / 6, 10 / 4
        low, high = mover_ends(y, x, 0.5, weights)
        found = difference_interval(y, x, (np.full(5, 1.0), np.full(5, 2.0)))
        assert [found.low * 5, found.high * 5] == pytest.approx([low, high])
        assert found.estimate == pytest.approx(6 / 5 - 4 / 10)

    @quick
    @given(pairs, st.sampled_from([0.25, 0.5, 2.0]))
    def test_keeps_exactly_the_ratios_of_rates_whose_interval_contains_0(self, both, exposure):
        y, x = np.array(both, dtype=float).T
        years = np.full(y.size, exposure), np.ones(y.size)
        found = ratio_interval(y, x, years)
        weights = [max(1.0, (v**2).sum() / v.sum() if v.any() else 0) for v in (y, x)]
        for r in np.geomspace(1e-2, 1e2, 17):
            low, high = mover_ends(y, x, r * exposure, weights)
            assert (low <= 0 <= high) == (found.low <= r <= found.high)

    def test_a_world_that_differs_has_other_counts_or_other_days(self):
        years = (np.array([1.0, 0.5, 1.0, 0.5]), np.ones(4))
        assert difference_interval([1, 1, 2, 0], [1, 1, 1, 0], years).events == 2

    def test_worlds_that_an_arm_has_not_played_only_sharpen_the_other_rate(self):
        y, x = worlds_with(8, of=40), worlds_with(40, of=200)
        few = difference_interval(y, x[:40], (np.ones(40), np.ones(40)))
        y = np.append(y, np.zeros(160))
        more = difference_interval(y, x, (np.repeat([1.0, 0.0], [40, 160]), np.ones(200)))
        assert more.estimate == pytest.approx(8 / 40 - 40 / 200)
        assert more.high - more.low < few.high - few.low

    @pytest.mark.parametrize("ending", ENDINGS[:3], ids=lambda ending: ending.name)
    def test_a_policy_that_only_ends_runs_sooner_is_not_called_lower(self, ending):
        """The true null; on the baseline's years such a policy is lower in every repetition."""
        false = on_its_years = 0
        for (y, of_y), (x, of_x) in ended(ending, 400):
            pool = pool_of(y, x)
            gap = difference_interval(y, x, (of_y, of_x), pool=pool)
            false += verdict_of(gap) != "undecided"
            wrong = difference_interval(y, x, float(of_x.sum()), pool=pool)
            on_its_years += verdict_of(wrong) == "lower"
        assert false <= 200 * (0.05 + 3 * np.sqrt(0.05 * 0.95 / 200))
        assert on_its_years >= 190 or ending is ENDINGS[0]

    @pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
    @pytest.mark.parametrize("stream", STREAMS[:2], ids=lambda stream: stream.name)
    def test_covers_where_a_clash_ends_its_run(self, ending, stream):
        rates, gaps = [], []
        for (y, of_y), (x, of_x) in ended(ending, 400, stream):
            pool = pool_of(y, x)
            rates.append(rate_interval(y, of_y, pool=pool))
            gaps.append(difference_interval(y, x, (of_y, of_x), pool=pool))
        one, other = (true_rate(stream, ending, 400, arm) for arm in (1, 0))
        assert_covers(rates, one)
        assert_covers(gaps, one - other)

    def test_a_rate_covers_where_worlds_differ_much_and_all_runs_end(self):
        """Counts of ended runs hardly vary, and their exposure does."""
        stream, ending = Stream("", 1.0), ENDINGS[0]
        truth, arms = true_rate(stream, ending, 4000, 1), list(ended(ending, 4000, stream))
        own = [rate_interval(y, years) for (y, years), _ in arms]
        counts_alone = [rate_interval(y, years.sum()) for (y, years), _ in arms]
        hits, alone = (
            np.mean([each.low <= truth <= each.high for each in found]) for found in (own, counts_alone)
        )
        assert alone < 0.9 < 0.93 <= hits

    def test_saved_variance_is_that_of_the_rates(self):
        luck = generator(1)
        x, years = luck.poisson(2.0, 4000).astype(float), luck.random(4000) + 0.5
        assert variance_saved(x, x, (np.full(4000, 0.5), np.full(4000, 1.0))) < 0.9
        assert variance_saved(2 * x, x, (np.full(4000, 2.0), np.full(4000, 1.0))) == pytest.approx(1)
        longer = luck.poisson(3.0 * years)
        independent = variance_saved(longer, luck.poisson(3.0 * years), (years, years))
        assert abs(independent) < 0.05
        assert variance_saved(longer, longer, (years, years)) == pytest.approx(1, abs=1e-12)

    @pytest.mark.parametrize(
        "years",
        [
            (np.ones(2), np.ones(3)),
            (np.zeros(2), np.ones(2)),
            (1.0, -1.0),
            (np.ones(2), np.array([2.0, -1.0])),
            (np.ones(2), np.array([1.0, np.nan])),
        ],
    )
    def test_refuses_what_is_no_exposure(self, years):
        for function in (difference_interval, ratio_interval, variance_saved):
            with pytest.raises(ValueError, match="exposure"):
                function([1, 0], [0, 1], years)
        with pytest.raises(ValueError, match="exposure"):
            rate_interval([1, 0], years[1] if np.ndim(years[1]) == 0 else -years[1])


class TestProportion:
    @quick
    @given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_is_clopper_pearson(self, trials):
        found = proportion_interval(*trials, level=0.9)
        exact = stats.binomtest(*trials).proportion_ci(0.9, method="exact")
        assert found.estimate == trials[0] / trials[1]
        assert [found.low, found.high] == pytest.approx([exact.low, exact.high], rel=1e-8)

    def test_no_trial_tells_nothing(self):
        found = proportion_interval(0, 0)
        assert np.isnan(found.estimate)
        assert (found.low, found.high) == (0, 1)

    @pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3)])
    def test_refuses_impossible_counts(self, k, n):
        with pytest.raises(ValueError, match="k <= n"):
            proportion_interval(k, n)


class TestDispersion:
    def test_is_variance_over_mean_along_months(self):
        found = dispersion([[1, 2, 3], [0, 0, 0], [5, 5, 5]])
        assert found.shape == (3,)
        assert found[[0, 2]].tolist() == [0.5, 0.0]
        assert np.isnan(found[1])
        assert float(dispersion([0, 4])) == 4

    def test_is_one_for_a_poisson_stream(self):
        assert dispersion(generator().poisson(3.0, (2000, 12))).mean() == pytest.approx(1, abs=0.03)

    @quick
    @given(count_lists.filter(lambda months: len(months) > 1 and any(months)), st.integers(2, 9))
    def test_grows_with_the_size_of_a_burst(self, months, size):
        bursts = float(dispersion(np.array(months) * size))
        assert bursts == pytest.approx(size * float(dispersion(months)))

    @pytest.mark.parametrize("months", [[3], [], 3])
    def test_refuses_fewer_than_two_months(self, months):
        with pytest.raises(ValueError, match="months"):
            dispersion(months)
