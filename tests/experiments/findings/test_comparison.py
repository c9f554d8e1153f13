"""Verdicts: paired, family-wise, undecided where the data cannot tell; and the lever audit."""

import math

import numpy as np
import pandas as pd
import pytest
from little import BUSY

from experiments.findings.comparison import Shared, audit, compare, paired
from experiments.findings.pools import Pools
from experiments.findings.verdict_words import in_words
from experiments.measures import by_world
from experiments.play.batch import run_batch
from experiments.statistics.intervals import difference_interval
from experiments.statistics.verdict import family_level
from sim.scenario.loading import load_case


def arm(counts):
    """Runs of two lucks a world, all events in the first luck."""
    worlds = np.repeat(np.arange(len(counts)), 2)
    lucks = np.tile([0, 1], len(counts))
    clashes = np.where(lucks == 0, np.repeat(counts, 2), 0)
    return pd.DataFrame(
        {"run": np.arange(2 * len(counts)), "world": worlds, "luck": lucks, "days": 365.0, "clashes": clashes}
    )


def compared(one, other, measure, *rest, **more):
    return compare(Shared.of(*paired(one, other), [measure]), measure, *rest, **more)


def pool_of(*arms, measure="clashes"):
    worlds = {i: by_world(each, measure) for i, each in enumerate(arms)}
    return Pools(worlds, [measure]).at()[measure]


def test_only_shared_runs_are_compared_world_by_world():
    one, other = arm([1, 2, 3, 4]), arm([5, 6, 7, 8]).sample(frac=1, random_state=1).iloc[:6]
    left, right = paired(one, other)
    assert list(left.index) == list(right.index) and len(left) == 6


def test_a_verdict_is_that_of_the_difference_at_the_familys_level():
    x, y = np.array([1] * 14 + [0] * 86), np.array([0] * 14 + [1] * 2 + [0] * 84)
    pool = pool_of(arm(x), arm(y))
    decided = compared(arm(y), arm(x), "clashes", pool, family_level(1))
    assert decided.verdict == "lower" and decided.ratio.high < 1.0 and decided.difference.high < 0
    assert decided.difference.n == 200.0 and decided.arm.estimate == pytest.approx(2 / 200)
    assert decided.to_decide is None and decided.runs == 200
    assert compared(arm(x), arm(y), "clashes", pool, family_level(1)).verdict == "higher"
    many = compared(arm(y), arm(x), "clashes", pool, family_level(66))
    assert many.verdict == "undecided" and many.to_decide.worlds == 16 and math.isnan(many.to_decide.low)


def expecting(values):
    """Runs of two lucks a world, of which so many clashes are expected in the first; none is counted."""
    table = arm(np.zeros(len(values), int))
    return table.assign(expected_clashes=np.where(table["luck"] == 0, np.repeat(values, 2), 0.0))


def test_a_verdict_on_what_is_expected_rests_on_that_and_on_effective_worlds():
    """Of small chances alone: as counts they would have the weight of one event, and decide nothing."""
    x, y = np.full(100, 0.04), np.full(100, 0.02)
    pool = pool_of(expecting(x), expecting(y), measure="expected_clashes")
    found = compared(expecting(y), expecting(x), "expected_clashes", pool, 0.95)
    assert found.verdict == "lower" and found.difference.events == pytest.approx(100)
    assert found.baseline.estimate == pytest.approx(0.02) and math.isnan(found.baseline.high)
    assert difference_interval(y, x, 200.0, pool=pool).high > 0.0, "counted, it is not"
    assert compared(expecting(y), expecting(x), "clashes", None, 0.95).verdict == "undecided"


def test_few_effective_worlds_decide_nothing_and_it_says_so():
    x = np.concatenate([np.full(4, 1.0), np.full(200, 1e-4)])
    found = compared(expecting(np.zeros(204)), expecting(x), "expected_clashes", None, 0.5)
    assert found.difference.high < 0.0
    assert in_words(found) == "undecided: it rests on 4.04 effective worlds, and under 6 decide nothing"


def test_fewer_than_six_worlds_that_differ_decide_nothing():
    x = np.array([9] * 5 + [0] * 400)
    found = compared(arm(np.zeros(405, int)), arm(x), "clashes", None, 0.5)
    assert found.difference.high < 0.0 and found.verdict == "undecided"
    assert math.isnan(found.to_decide.low), "and nothing is projected from them"


@pytest.mark.again  # the coverage program measures families too
def test_the_chance_of_any_false_verdict_is_kept():
    luck, false, studies = np.random.default_rng(11), 0, 60
    for _ in range(studies):
        shared = luck.poisson(0.1, 150)
        arms = [arm(shared + luck.poisson(0.1, 150)) for _ in range(9)]
        pool = pool_of(*arms)
        level = family_level(8)
        verdicts = [compared(a, arms[0], "clashes", pool, level).verdict for a in arms[1:]]
        false += any(verdict != "undecided" for verdict in verdicts)
    assert false <= 0.05 * studies + 3 * math.sqrt(0.05 * studies)


@pytest.fixture(scope="module")
def played():
    """(runs, incidents) of the baseline and under three policies, on the same luck."""
    tables = {}
    for name in ("none", "nothing", "wider_margin", "satellite_navigation"):
        policies = [] if name == "none" else [name]
        batch = run_batch(load_case("declared", policies, BUSY, 40), 4)
        tables[name] = pd.DataFrame(batch.run_rows()), pd.DataFrame(batch.incident_rows())
    return tables


def test_a_policy_that_changes_nothing_never_binds(played):
    found = audit(played["nothing"], played["none"])
    assert (found.runs, found.bound, found.moments) == (4, 0, 0) and found.never_bound
    runs, baseline = played["nothing"][0], played["none"][0]
    same = compared(runs, baseline, "clashes", None, 0.95, found)
    assert same.verdict == "identical"


def test_the_audit_counts_runs_and_moments(played):
    found = audit(played["wider_margin"], played["none"])
    assert 0 < found.bound <= 4 and found.moments >= found.bound
    assert audit(played["none"], played["wider_margin"]) == found
    incidents = played["none"][1]
    fewer = incidents.drop(index=incidents.index[3])
    dropped = audit((played["none"][0], fewer), played["none"])
    assert (dropped.bound, dropped.moments) == (1, 1)
    first = incidents[incidents["run"] == incidents["run"].iloc[0]].drop_duplicates("opened")
    two = audit((played["none"][0], incidents.drop(index=first.index[:2])), played["none"])
    assert (two.bound, two.moments) == (1, 2), "two moments of one run"


def test_ratio_and_difference_hold_one_verdict(played):
    runs, baseline = played["wider_margin"][0], played["none"][0]
    found = compared(runs, baseline, "incidents", None, 0.95)
    y, x = (table.groupby("world")["incidents"].sum() for table in (runs, baseline))
    years = baseline["days"].sum() / 365.0
    assert found.difference == difference_interval(y, x, years)
    assert (found.ratio.high < 1.0) == (found.difference.high < 0.0)


def ending_sooner(repetitions, runs=400):
    """Arms of one hazard; under the policy runs only end sooner: (policy, baseline) tables."""
    luck = np.random.default_rng(1)
    for _ in range(repetitions):
        last = np.minimum(1.0, luck.exponential(1 / 3, runs)), np.ones(runs)
        events = luck.poisson(0.5, runs)
        run, day = np.repeat(np.arange(runs), events), luck.random(events.sum())
        yield tuple(
            pd.DataFrame(
                {
                    "run": np.arange(runs),
                    "world": np.arange(runs) // 2,
                    "luck": np.arange(runs) % 2,
                    "days": 365 * end,
                    "clashes": np.bincount(run[day <= end[run]], minlength=runs),
                }
            )
            for end in last
        )


def test_a_policy_that_only_ends_runs_sooner_changes_no_rate():
    """On the baseline's years it was "lower" in 200 of 200 repetitions."""
    found = [
        compared(policy, base, "clashes", pool_of(policy, base), 0.95) for policy, base in ending_sooner(100)
    ]
    assert sum(each.verdict != "undecided" for each in found) <= 5 + 3 * math.sqrt(5)
    assert all(each.arm.n < 0.4 * each.baseline.n for each in found)
    for each in found[:10]:
        assert each.difference.n == each.arm.n
        assert each.difference.estimate == pytest.approx(each.arm.estimate - each.baseline.estimate)
        assert each.ratio.estimate == pytest.approx(each.arm.estimate / each.baseline.estimate)
        assert (each.ratio.high < 1) == (each.difference.high < 0)


def test_the_audit_says_on_how_many_days_it_rests(played):
    found = audit(played["nothing"], played["none"])
    assert (found.days, found.days_in_force) == (160.0, 160.0)
    late = audit(played["nothing"], played["none"], from_day=30.0)
    assert (late.days, late.days_in_force) == (160.0, 40.0)
    early = audit(played["nothing"], played["none"], from_day=-5.0)
    assert early.days_in_force == early.days
    after = audit(played["nothing"], played["none"], from_day=40.5)
    assert (after.days, after.days_in_force) == (160.0, 0.0)


def test_without_twins_nothing_is_identical(played):
    runs, incidents = played["none"]
    other = runs.assign(run=runs["run"] + 100)
    assert not audit((other, incidents), (runs, incidents)).never_bound


def test_before_the_first_analysis_there_is_no_verdict():
    x, y = np.array([1] * 20 + [0] * 80), np.zeros(100, int)
    assert compared(arm(y), arm(x), "clashes", None, 0.95, interim=200).verdict == "lower"
    assert compared(arm(y), arm(x), "clashes", None, 0.95, interim=0).verdict == "undecided"
