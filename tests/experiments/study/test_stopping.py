"""Stopping rules: functions of what was played, whoever played it and when."""

from dataclasses import replace

import numpy as np
import pytest
from little import plan

from experiments.statistics.interim import common_level, interim_runs
from experiments.study.stopping import (
    Interim,
    Tally,
    comparisons,
    last_interims,
    level_at_interims,
    targets,
    verdict_level,
)

NAMES = [
    f"border.marker_survival = {p}{policy}"
    for p in ("0.9", "0.1")
    for policy in ("", " + nothing", " + wider response margin")
]


def fill(tally, arm, counts):
    for k, n in enumerate(counts):
        tally.add(arm, k, None if n is None else {"days": 365.0, "clashes": n})


@pytest.fixture
def decided(tmp_path):
    return plan(tmp_path, "until: decided\nbudget: 400")


def test_fixed_runs_are_the_same_for_all(tmp_path):
    found = plan(tmp_path)
    assert targets(found, Tally("clashes")) == dict.fromkeys(NAMES, 12)
    assert comparisons(found) == 4 and verdict_level(found) == pytest.approx(1 - 0.05 / 4)


def test_levels_hold_for_the_family_and_for_all_analyses(decided):
    n = tuple(interim_runs(400))
    assert verdict_level(decided) == 1 - common_level(1 - (1 - 0.05 / 4), n)
    assert verdict_level(decided) > 1 - 0.05 / 4


def test_other_differences_hold_at_all_analyses_too(decided, tmp_path):
    assert level_at_interims(decided, 0.95) == 1 - common_level(0.05, tuple(interim_runs(400)))
    assert level_at_interims(plan(tmp_path), 0.95) == 0.95


def test_a_decided_policy_stops_and_the_others_go_on(decided):
    tally, first, second = Tally("clashes"), *interim_runs(400)[:2]
    assert targets(decided, tally) == dict.fromkeys(NAMES, first)
    for name in NAMES:
        low = name == NAMES[2]
        fill(tally, name, [0 if low else (k % 2) for k in range(first)])
    wanted = targets(decided, tally)
    assert wanted[NAMES[2]] == first
    assert {name for name, n in wanted.items() if n == second} == set(NAMES) - {NAMES[2]}


def test_a_future_whose_policies_are_all_decided_is_done(decided):
    tally, first = Tally("clashes"), interim_runs(400)[0]
    for name in NAMES:
        policy = "+" in name
        fill(tally, name, [0 if policy else (k % 2) for k in range(first)])
    assert targets(decided, tally) == dict.fromkeys(NAMES, first)


def test_what_is_expected_decides_by_its_own_rule(decided):
    """A tenth of a clash in every world, and half of it: as counts these would go on to the budget."""
    study = replace(decided, estimate=("expected_clashes",))
    first, stops = interim_runs(400)[0], {}
    for measure in ("expected_clashes", "clashes"):
        tally = Tally(measure)
        for name in NAMES:
            each = 0.02 if "+" in name else 0.04
            for k in range(400):
                tally.add(name, k, {"days": 365.0, measure: each})
        stops[measure] = targets(study, tally)
    assert study.stops_by == "expected_clashes"
    assert stops["expected_clashes"] == dict.fromkeys(NAMES, first)
    assert min(stops["clashes"].values()) > first


def test_a_rate_is_kept_precise_by_what_is_counted(tmp_path):
    study = plan(tmp_path, "until: {relative_half_width: 0.2}\nbudget: 400")
    assert replace(study, estimate=("expected_clashes",)).stops_by == "clashes"


def test_nothing_is_decided_beyond_the_budget(decided):
    tally = Tally("clashes")
    for name in NAMES:
        fill(tally, name, [0] * 400)
    assert targets(decided, tally) == dict.fromkeys(NAMES, 400)


def test_an_arm_stops_when_its_rate_is_known(tmp_path):
    found = plan(tmp_path, "until: {relative_half_width: 0.2}\nbudget: 400")
    tally = Tally("clashes")
    for i, name in enumerate(NAMES):
        fill(tally, name, [3 if i == 0 else k % 40 == 0 for k in range(400)])
    wanted = targets(found, tally)
    assert wanted[NAMES[0]] in interim_runs(400)[1:-2] and wanted[NAMES[1]] == 400


def test_what_was_played_beyond_an_analysis_does_not_change_it(decided):
    one, other, first = Tally("clashes"), Tally("clashes"), interim_runs(400)[0]
    for name in NAMES:
        counts = [0 if "+" in name else (k % 2) for k in range(first)]
        fill(one, name, counts)
        fill(other, name, counts + [50] * 7)
    assert targets(decided, one) == targets(decided, other)


def test_failed_runs_count_as_played_and_leave_both_twins_out():
    tally = Tally("clashes")
    fill(tally, "a", [1, None, 2, 3])
    fill(tally, "b", [5, 5, None, 5])
    assert tally.has_all("a", 4) and not tally.has_all("a", 5) and tally.played() == 8
    counts, years = tally.worlds("a", 4, "b")
    assert np.array_equal(counts, [1, 3]) and np.array_equal(years, [1, 1])
    assert tally.rate("a") == (6, 3.0)


def test_an_arm_is_judged_by_its_own_exposure(decided):
    """Runs of a fifth of the year and a fifth of the clashes: nothing is decided."""
    tally, first = Tally("clashes"), interim_runs(400)[0]
    for name in NAMES:
        for k in range(first):
            short = "+" in name
            row = {"days": 73.0 if short else 365.0, "clashes": k % 5 == 0 if short else 1}
            tally.add(name, k, row)
    assert set(targets(decided, tally).values()) == {interim_runs(400)[1]}


def test_an_arm_that_never_was_exposed_decides_nothing(decided):
    tally, first = Tally("clashes"), interim_runs(400)[0]
    for name in NAMES:
        fill(tally, name, [None if "nothing" in name else k % 2 for k in range(first)])
    assert targets(decided, tally)[NAMES[1]] == interim_runs(400)[1]


def test_the_last_analysis_is_that_at_which_an_arm_stopped(decided):
    tally, (first, second) = Tally("clashes"), interim_runs(400)[:2]
    for name in NAMES:
        fill(tally, name, [0 if name == NAMES[2] else (k % 2) for k in range(first)])
    at_first = Interim(first, dict.fromkeys(NAMES, first))
    assert last_interims(decided, tally) == dict.fromkeys(NAMES, at_first)
    for name in set(NAMES) - {NAMES[2]}:
        fill(tally, name, [k % 2 for k in range(second)])
    found = last_interims(decided, tally)
    assert found[NAMES[2]] == at_first
    assert found[NAMES[0]] == Interim(second, dict.fromkeys(NAMES, second) | {NAMES[2]: first})


def test_before_an_analysis_there_is_none(decided, tmp_path):
    tally = Tally("clashes")
    fill(tally, NAMES[0], [1] * 400)
    assert last_interims(decided, tally) == {}


def test_the_pool_of_an_analysis_is_of_all_arms(decided):
    """One arm's burst, in another future, widens the intervals of every arm at the same analysis."""
    tally, first = Tally("clashes"), interim_runs(400)[0]
    for name in NAMES:
        fill(tally, name, [0 if "wider" in name else int(k % 3 == 0) for k in range(first)])
    assert targets(decided, tally)[NAMES[2]] == first
    tally.add(NAMES[4], 0, {"days": 365.0, "clashes": 60})
    assert targets(decided, tally)[NAMES[2]] == interim_runs(400)[1]


def test_a_tally_takes_runs_in_any_order_and_the_sides_together():
    tally = Tally("stray_shots")
    for k in (7, 0, 7, 3):
        tally.add("a", k, {"days": 73.0, "stray_shots_north": k, "stray_shots_south": 1})
    assert tally.played() == 3 and [tally.has("a", k) for k in (0, 1, 7, 8)] == [1, 0, 1, 0]
    assert tally.rate("a") == (13, pytest.approx(0.6)) and not tally.has_all("a", 4)
    assert tally.rate("b") == (0, 0) and not tally.has("b", 0) and not tally.has_all("b", 1)
    counts, years = tally.worlds("a", 8)
    assert np.array_equal(counts, [1, 4, 0, 8]) and years == pytest.approx([0.2, 0.2, 0, 0.2])
