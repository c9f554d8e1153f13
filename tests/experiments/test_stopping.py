"""Stopping rules: functions of what was played, whoever played it and when."""

import numpy as np
import pytest
from little import plan

from experiments.looks import common_level, looks
from experiments.stopping import Tally, comparisons, level_at_looks, targets, verdict_level

NAMES = [f"border.marker_survival={p}{policy}" for p in ("0.9", "0.1")
         for policy in ("", " + nothing", " + wider response margin")]  # fmt: skip


def fill(tally, arm, counts):
    for k, n in enumerate(counts):
        tally.add(arm, k, None if n is None else {"days": 365.0, "clashes": n})


@pytest.fixture
def decided(tmp_path):
    return plan(tmp_path, "until: decided\nbudget: 400")


def test_fixed_runs_are_the_same_for_all(tmp_path):
    found = plan(tmp_path)
    assert targets(found, Tally("clashes")) == dict.fromkeys(NAMES, 12)
    assert comparisons(found) == 12 and verdict_level(found) == pytest.approx(1 - 0.05 / 12)


def test_levels_hold_for_the_family_and_for_all_looks(decided):
    n = tuple(looks(400))
    assert verdict_level(decided) == 1 - common_level(1 - (1 - 0.05 / 12), n)
    assert verdict_level(decided) > 1 - 0.05 / 12


def test_other_differences_hold_at_all_looks_too(decided, tmp_path):
    assert level_at_looks(decided, 0.95) == 1 - common_level(0.05, tuple(looks(400)))
    assert level_at_looks(plan(tmp_path), 0.95) == 0.95


def test_a_decided_policy_stops_and_the_others_go_on(decided):
    tally, first, second = Tally("clashes"), *looks(400)[:2]
    assert targets(decided, tally) == dict.fromkeys(NAMES, first)
    for name in NAMES:
        low = name == NAMES[2]
        fill(tally, name, [0 if low else (k % 2) for k in range(first)])
    wanted = targets(decided, tally)
    assert wanted[NAMES[2]] == first
    assert {name for name, n in wanted.items() if n == second} == set(NAMES) - {NAMES[2]}


def test_a_future_whose_policies_are_all_decided_is_done(decided):
    tally, first = Tally("clashes"), looks(400)[0]
    for name in NAMES:
        policy = "+" in name
        fill(tally, name, [0 if policy else (k % 2) for k in range(first)])
    assert targets(decided, tally) == dict.fromkeys(NAMES, first)


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
    assert wanted[NAMES[0]] in looks(400)[1:-2] and wanted[NAMES[1]] == 400


def test_what_was_played_beyond_a_look_does_not_change_it(decided):
    one, other, first = Tally("clashes"), Tally("clashes"), looks(400)[0]
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
    assert np.array_equal(counts, [1, 3]) and years == 2.0
    assert tally.rate("a") == (6, 3.0)
