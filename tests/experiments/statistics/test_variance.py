"""The share of variance between worlds: by hand, by its jackknife, laws and coverage."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.statistics.variance import variance_between_worlds

FULL = os.environ.get("DMZ_FULL") == "1"
quick = settings(max_examples=1000 if FULL else 30, deadline=None)


tables = st.integers(2, 4).flatmap(
    lambda lucks: st.lists(
        st.lists(st.integers(0, 5), min_size=lucks, max_size=lucks), min_size=2, max_size=12
    )
)


def generator(seed=0):
    return np.random.Generator(np.random.Philox(seed))


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
        hits = np.mean([each.low <= share <= each.high for each in found])
        assert hits >= 0.93 - 3 * np.sqrt(0.93 * 0.07 / len(found))
