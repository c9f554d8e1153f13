"""What the intervals promise: exact cases, laws, independent references, and coverage."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.statistics import (
    FEWEST_DISCORDANT,
    Pilot,
    clusters_with_pilot,
    difference_interval,
    dispersion,
    proportion_interval,
    rate_interval,
    ratio_interval,
    runs_that_would_decide,
    survival,
    variance_between_worlds,
    variance_saved,
)

FULL = os.environ.get("DMZ_FULL") == "1"
quick = settings(max_examples=1000 if FULL else 30, deadline=None)

count_lists = st.lists(st.integers(0, 9), min_size=1, max_size=25)
pilots = st.lists(st.integers(0, 9), min_size=1, max_size=25).map(Pilot.of)
pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=15)
tables = st.integers(2, 4).flatmap(
    lambda lucks: st.lists(
        st.lists(st.integers(0, 5), min_size=lucks, max_size=lucks), min_size=2, max_size=12
    )
)


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
    return bursts + np.where(
        bursts > 0, luck.negative_binomial(np.maximum(bursts, 1), 1 / float(size)), 0
    )


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
        own, little, much = 30 / 8, Pilot(4.0, 4.0, 40, 80), Pilot(10.0, 200.0, 40, 80)
        cases = ((None, own), (little, own), (much, 230 / 18))
        for pilot, weight in cases:
            s, q = 8, 30
            low = q / (2 * s) * stats.chi2.ppf(0.025, 2 * s**2 / q)
            s, q = s + weight, q + weight**2
            high = q / (2 * s) * stats.chi2.ppf(0.975, 2 * s**2 / q)
            found = rate_interval(counts, exposure, pilot=pilot)
            assert [found.low, found.high] == pytest.approx([low / exposure, high / exposure])

    def test_an_arm_without_events_takes_the_cluster_size_from_the_pilot(self):
        alone = rate_interval(np.zeros(50), 100.0)
        warned = rate_interval(np.zeros(50), 100.0, pilot=Pilot.of([4, 4, 4, 0], runs=8))
        assert alone.low == warned.low == 0
        assert warned.high == pytest.approx(4 * alone.high)

    @quick
    @given(count_lists, st.one_of(st.none(), pilots), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
    def test_holds_its_estimate_in_any_order_of_worlds(self, counts, pilot, level):
        found = rate_interval(counts, 3.0, pilot=pilot, level=level)
        assert 0 <= found.low <= found.estimate <= found.high < np.inf
        assert found == rate_interval([*sorted(counts), 0, 0], 3.0, pilot=pilot, level=level)

    @quick
    @given(count_lists, pilots)
    def test_widens_with_the_level_and_scales_with_exposure(self, counts, pilot):
        narrow = rate_interval(counts, 2.0, pilot=pilot, level=0.8)
        wide = rate_interval(counts, 2.0, pilot=pilot, level=0.95)
        longer = rate_interval(counts, 8.0, pilot=pilot, level=0.95)
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
    @pytest.mark.parametrize("law", ["poisson", "nb 0.2", "nb 0.5", "nb 2", "zero-inflated",
                                     "shifted 3", "geometric 5"])  # fmt: skip
    @pytest.mark.parametrize("worlds", [40, 200, 2000] if FULL else [40])
    @pytest.mark.parametrize("events", [0.5, 1, 3, 10, 50] if FULL else [0.5, 3, 50])
    def test_covers_every_law(self, law, worlds, events):
        repetitions = 4000 if FULL else 200
        assert_covers(rates_drawn(law, events, worlds, repetitions), events / worlds)


def rates_drawn(law, events, worlds, repetitions):
    """Intervals of arms whose study holds three times as many worlds beside them."""
    luck, mean = generator(worlds), events / worlds
    return [
        rate_interval(
            draw(law, mean, worlds, luck),
            worlds,
            pilot=Pilot.of(draw(law, mean, 3 * worlds, luck)),
        )
        for _ in range(repetitions)
    ]


class TestPilot:
    @quick
    @given(count_lists, count_lists)
    def test_pooling_is_summarising_all_worlds_together(self, first, second):
        pooled = Pilot.of(first, 2 * len(first)) + Pilot.of(second, 2 * len(second))
        assert pooled == Pilot.of(first + second, 2 * len(first + second))

    @quick
    @given(count_lists, count_lists)
    def test_clusters_are_reckoned_over_arm_and_pilot(self, arm, pilot):
        together = rate_interval(arm + pilot, 1.0).effective_clusters
        assert clusters_with_pilot(arm, Pilot.of(pilot)) == together
        assert clusters_with_pilot(arm, None) == rate_interval(arm, 1.0).effective_clusters


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
    @given(pairs, st.one_of(st.none(), pilots), st.one_of(st.none(), pilots))
    def test_keeps_exactly_the_ratios_whose_interval_contains_0(self, both, y_pilot, x_pilot):
        y, x = np.array(both, dtype=float).T
        found = ratio_interval(y, x, numerator_pilot=y_pilot, denominator_pilot=x_pilot)
        weights = [
            max(1.0, *((p.Q / p.S if p.S else 0) for p in (Pilot.of(v), Pilot.of(v) + pilot)))
            for v, pilot in ((y, y_pilot or Pilot.of([])), (x, x_pilot or Pilot.of([])))
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
            study = Pilot.of(elsewhere)
            pooled = {
                "numerator_pilot": study + Pilot.of(x),
                "denominator_pilot": study + Pilot.of(y),
            }
            found.append(ratio_interval(y, x, **pooled))
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
            known = {
                "numerator_pilot": Pilot.of(y[worlds:]),
                "denominator_pilot": Pilot.of(x[worlds:]),
            }
            found.append(ratio_interval(y[:worlds], x[:worlds], share=True, **known))
        assert_covers(found, truth)


class TestDifference:
    """Both arms on the same worlds: the rule of the ratio at r = 1, in events a year."""

    @quick
    @given(pairs, pilots)
    def test_leaves_out_0_just_when_the_ratio_leaves_out_1(self, both, pilot):
        y, x = np.array(both).T
        difference = difference_interval(y, x, 10.0, pilot=pilot)
        ratio = ratio_interval(y, x, numerator_pilot=pilot, denominator_pilot=pilot)
        assert difference.low <= difference.estimate <= difference.high
        assert (difference.low > 1e-9) <= (ratio.low >= 1.0 - 1e-6)
        assert (difference.high < -1e-9) <= (ratio.high <= 1.0 + 1e-6)
        assert (ratio.low > 1.0 + 1e-6) <= (difference.low > -1e-9)
        assert (ratio.high < 1.0 - 1e-6) <= (difference.high < 1e-9)

    @quick
    @given(pairs, pilots)
    def test_turns_over_with_the_arms_and_counts_the_worlds_that_differ(self, both, pilot):
        y, x = np.array(both).T
        one = difference_interval(y, x, 4.0, pilot=pilot)
        other = difference_interval(x, y, 4.0, pilot=pilot)
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
        assert one.events == (y != x).sum()

    def test_nothing_against_nothing_is_garwoods_bound_both_ways(self):
        zero = np.zeros(40)
        found = difference_interval(zero, zero, 40.0)
        assert (found.low * 40, found.high * 40) == pytest.approx((-3.689, 3.689), abs=1e-3)

    def test_common_events_cancel(self):
        luck = generator(3)
        common, x = luck.poisson(3.0, 200), luck.poisson(0.1, 200)
        alone = difference_interval(np.zeros(200), x, 200.0, pilot=Pilot.of(x))
        shared = difference_interval(common, common + x, 200.0, pilot=Pilot.of(x))
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
            found.append(difference_interval(y, x, 1.0, pilot=others))
        assert_covers(found, (truth - 1.0) * events)

    def test_projects_how_many_worlds_would_decide(self):
        x, y = np.array([1] * 9 + [0] * 91), np.array([0] * 9 + [1] * 4 + [0] * 87)
        assert difference_interval(y, x, 1.0).low < 0 < difference_interval(y, x, 1.0).high
        times = runs_that_would_decide(y, x)
        assert 1.0 < times < 10.0
        more = int(np.ceil(times))
        assert difference_interval(np.tile(y, more), np.tile(x, more), 1.0).high < 0
        fewer = max(1, int(times / 1.5))
        assert difference_interval(np.tile(y, fewer), np.tile(x, fewer), 1.0).high > 0
        assert runs_that_would_decide(x, x) == np.inf
        assert runs_that_would_decide(y, x) == runs_that_would_decide(x, y)

    def test_few_worlds_that_differ_decide_nothing(self):
        x = np.array([9] * 3 + [0] * 97)
        times = runs_that_would_decide(np.zeros(100), x)
        assert times * 3 >= FEWEST_DISCORDANT

    def test_refuses_other_worlds_and_no_exposure(self):
        with pytest.raises(ValueError):
            difference_interval([1, 2], [1], 1.0)
        with pytest.raises(ValueError):
            difference_interval([1], [1], 0.0)


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
            assert getattr(second, name) == pytest.approx(getattr(first, name), abs=1e-9)

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


def worlds_drawn(share, mean, shape, luck):
    """Poisson counts `shape` whose world rates are gamma, so that `share` of the variance is."""
    between = share * mean / (1 - share)
    rate = luck.gamma(mean**2 / between, between / mean, shape[0]) if share else mean
    return luck.poisson(np.broadcast_to(np.reshape(rate, (-1, 1)), shape))


def anova(table):
    between = table.shape[1] * table.mean(axis=1).var(ddof=1)
    within = table.var(axis=1, ddof=1).mean()
    return between, within


class TestVarianceBetweenWorlds:
    def test_a_case_worked_by_hand(self):
        found = variance_between_worlds([[0, 2], [4, 6]])  # MSB 16, MSW 2
        assert found.estimate == pytest.approx(14 / 18)
        assert (found.n, found.events) == (2, 12)

    @pytest.mark.parametrize(("mean", "rare"), [(0.3, True), (20.0, False)])
    def test_is_the_jackknife_with_one_world_not_yet_seen(self, mean, rare):
        table = worlds_drawn(0.3, mean, (30, 3), generator(1)).astype(float)
        typical = (table**2).sum() / table.sum()
        other = 0 if rare else (3 * table.mean() - typical) / 2  # as many events as a mean world
        limits = []
        for side, unseen in ((-1, [typical, other, other]), (1, [typical] * 3)):
            more = np.vstack([table, unseen])
            logs = [np.log(np.divide(*anova(np.delete(more, i, axis=0)))) for i in range(31)]
            error = np.sqrt(30 / 31 * ((logs - np.mean(logs)) ** 2).sum())
            end = np.log(np.divide(*anova(more))) + side * stats.t.ppf(0.975, 30) * error
            limits.append((np.exp(end) - 1) / (np.exp(end) + 2))
        found = variance_between_worlds(table)
        assert [found.low, found.high] == pytest.approx(limits)

    @pytest.mark.parametrize("share", [0.0, 0.2, 0.6])
    @pytest.mark.parametrize("lucks", [2, 5])
    def test_recovers_the_share(self, share, lucks):
        found = variance_between_worlds(worlds_drawn(share, 4.0, (4000, lucks), generator(2)))
        assert found.estimate == pytest.approx(share, abs=0.04)
        assert found.low < share < found.high < found.low + 0.15

    def test_shows_negative_estimates_as_they_are(self):
        found = variance_between_worlds([[0, 2], [2, 0], [0, 2], [2, 0]])
        assert found.estimate == found.low == -1

    def test_lucks_that_always_agree_leave_nothing_within(self):
        found = variance_between_worlds([[3, 3], [0, 0], [1, 1], [0, 0]])
        assert found.estimate == found.high == 1
        assert found.low < 1

    @pytest.mark.parametrize("value", [0, 4])
    def test_nothing_varies_nothing_known(self, value):
        found = variance_between_worlds(np.full((20, 2), value))
        assert np.isnan(found.estimate)
        assert found.low <= 0 < 0.7 < found.high

    def test_three_single_events_say_little(self):
        table = np.zeros((200, 2))
        table[:3, 0] = 1
        found = variance_between_worlds(table)
        assert abs(found.estimate) < 0.01
        assert found.high > 0.7

    @quick
    @given(tables, st.randoms())
    def test_holds_its_estimate_in_any_order_of_worlds_and_lucks(self, rows, random):
        found = variance_between_worlds(rows)
        other = [random.sample(row, len(row)) for row in random.sample(rows, len(rows))]
        again = variance_between_worlds(other)
        floor = -1 / (len(rows[0]) - 1)
        assert np.isnan(found.estimate) or found.low <= found.estimate <= found.high
        assert floor - 1e-12 <= found.low <= found.high <= 1 + 1e-12
        ends = [found.estimate, found.low, found.high]
        assert [again.estimate, again.low, again.high] == pytest.approx(ends, nan_ok=True, abs=1e-6)

    @pytest.mark.parametrize("values", [[1, 2], [[1, 2]], [[1], [2]], [[1, -1], [0, 0]]])
    def test_refuses_what_has_no_two_variances(self, values):
        with pytest.raises(ValueError, match="worlds, lucks"):
            variance_between_worlds(values)

    @pytest.mark.slow
    @pytest.mark.parametrize("share", [0.0, 0.1, 0.3])
    @pytest.mark.parametrize("events", [1, 3, 10, 30, 100, 8000] if FULL else [3, 30, 8000])
    def test_covers(self, share, events):
        luck = generator(6)
        found = [
            variance_between_worlds(worlds_drawn(share, events / 400, (200, 2), luck))
            for _ in range(2000 if FULL else 100)
        ]
        assert_covers(found, share)


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
