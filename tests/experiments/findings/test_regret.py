"""Regret: never below 0, 0 for the best, and limits that hold together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.findings.regret import regrets
from experiments.statistics.intervals import Pilot, difference_interval

COUNTS = st.lists(st.integers(0, 4), min_size=12, max_size=12).map(lambda n: np.array(n, float))
FUTURES = st.fixed_dictionaries(
    {
        future: st.fixed_dictionaries(
            {policy: st.tuples(COUNTS, st.just(24.0)) for policy in ("baseline", "a", "b")}
        )
        for future in ("now", "then")
    }
)


@settings(max_examples=30, deadline=None)
@given(FUTURES)
def test_the_estimate_lies_within_its_limits_and_one_policy_of_a_future_is_best(counts):
    pilot = sum((Pilot.of(y) for f in counts.values() for y, _ in f.values()), Pilot(0, 0, 0, 0))
    found = regrets(counts, pilot)
    rates = {f: {p: y.sum() / t for p, (y, t) in those.items()} for f, those in counts.items()}
    for policy, each in found.items():
        own = {future: rates[future][policy] - min(rates[future].values()) for future in rates}
        assert each.estimate == pytest.approx(max(own.values())) and own[each.future] == max(own.values())
        assert 0 <= each.low <= each.estimate + 1e-9 <= each.high + 2e-9
        assert each.worst == max(r[policy] for r in rates.values())
        assert each.mean == pytest.approx(np.mean([r[policy] for r in rates.values()]))
        assert rates[each.worst_future][policy] == each.worst


def test_the_best_everywhere_has_none_and_the_worst_is_known_to_be_far():
    luck = np.random.Generator(np.random.Philox(1))
    few, many = luck.poisson(0.2, 200).astype(float), luck.poisson(3, 200).astype(float)
    counts = {f: {"good": (few, 200.0), "bad": (many, 200.0)} for f in ("now", "then")}
    found = regrets(counts, None)
    assert found["good"].estimate == found["good"].low == found["good"].high == 0.0
    assert found["bad"].low > 2.0 and found["bad"].estimate == pytest.approx((many - few).sum() / 200)


def test_a_policy_may_be_best_in_no_future_and_yet_never_far():
    wet = {"a": 10.0, "b": 0.0, "c": 2.0}
    dry = {"a": 0.0, "b": 10.0, "c": 2.0}
    counts = {
        name: {p: (np.full(10, n), 10.0) for p, n in future.items()}
        for name, future in (("wet", wet), ("dry", dry))
    }
    found = regrets(counts, None)
    assert min(found, key=lambda p: found[p].estimate) == "c"
    assert (found["a"].future, found["b"].future) == ("wet", "dry")


def test_futures_with_other_policies_are_refused():
    one = (np.zeros(4), 4.0)
    with pytest.raises(ValueError, match="same policies"):
        regrets({"now": {"a": one, "b": one}, "then": {"a": one}}, None)


def unequal(luck, worlds=(40, 400), rate=(0.5, 0.5), common=0.0):
    """(events, years) by world of two policies of which the first has fewer worlds."""
    shared = luck.poisson(common, max(worlds))
    found = {}
    for policy, n, mean in zip(("few", "many"), worlds, rate, strict=True):
        events, years = np.zeros(max(worlds)), np.zeros(max(worlds))
        events[:n], years[:n] = luck.poisson(mean, n) + shared[:n], 1.0
        found[policy] = events, years
    return found


def test_all_runs_of_every_arm_count():
    luck = np.random.default_rng(4)
    counts = {future: unequal(luck) for future in ("now", "then")}
    found = regrets(counts, None)
    for policy, each in found.items():
        rates = {f: {p: y.sum() / t.sum() for p, (y, t) in own.items()} for f, own in counts.items()}
        assert each.estimate == pytest.approx(max(own[policy] - min(own.values()) for own in rates.values()))
        assert each.low <= each.estimate <= each.high


def test_limits_hold_together_where_arms_have_unequal_runs():
    luck, hold, repetitions = np.random.default_rng(6), 0, 150
    for _ in range(repetitions):
        counts = {f: unequal(luck, (50, 200), (0.1, 0.3), 0.3) for f in ("now", "then")}
        pool = sum((Pilot.of(y) for f in counts.values() for y, _ in f.values()), Pilot(0, 0, 0, 0))
        found = regrets(counts, pool)
        hold += found["few"].low <= 0 and found["many"].low <= 0.2 <= found["many"].high
    assert hold >= repetitions * (0.95 - 3 * np.sqrt(0.05 * 0.95 / repetitions))


def test_every_pair_of_every_future_is_in_the_family():
    """Three policies in two futures are six pairs: each limit is that of its pair at 1 - .05/6."""
    luck = np.random.default_rng(7)
    counts = {f: {p: (luck.poisson(0.5, 60).astype(float), 60.0) for p in "abc"} for f in ("now", "then")}
    found = regrets(counts, None)
    highs = [
        difference_interval(counts[f]["a"][0], counts[f][p][0], 60.0, level=1 - 0.05 / 6).high
        for f in counts
        for p in "bc"
    ]
    assert found["a"].high == pytest.approx(max(0.0, *highs))


def test_the_limits_are_the_largest_of_any_future():
    """Far from the best in one future, of few worlds in another: either may be the largest."""
    luck = np.random.default_rng(9)
    counts = {
        "far": {
            "a": (luck.poisson(3.0, 400).astype(float), 400.0),
            "b": (luck.poisson(1.0, 400).astype(float), 400.0),
        },
        "few": {"a": (np.array([3.0, 1, 4, 2]), 4.0), "b": (np.array([1.0, 1, 2, 1]), 4.0)},
    }
    found = regrets(counts, None)["a"]
    gaps = {
        future: difference_interval(own["a"][0], own["b"][0], own["a"][1], level=1 - 0.05 / 2)
        for future, own in counts.items()
    }
    assert found.future == "far" and gaps["few"].estimate < found.estimate
    assert found.low == pytest.approx(gaps["far"].low) and gaps["few"].low < found.low
    assert found.high == pytest.approx(gaps["few"].high) and gaps["far"].high < found.high
