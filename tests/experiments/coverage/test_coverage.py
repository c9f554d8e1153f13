"""The proof that intervals cover: its small version, and that it can fail."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.coverage import bounds, expected_ends
from experiments.coverage.__main__ import main
from experiments.coverage.cells import Cell
from experiments.coverage.ends import ENDINGS
from experiments.coverage.judge import IMPOSSIBLE, faults, verdicts
from experiments.coverage.laws import LAWS, TrueArm, draw
from experiments.coverage.mixtures import EFFECTS, EXPECTED, MIXTURES, PolicyEffect, counts_of, draw_expected
from experiments.coverage.page import page
from experiments.coverage.profile import profile_width
from experiments.coverage.single import rate_cells

GOOD = Cell("rate", "Poisson", 10, 4000, 0.95, 1.3, nb=1.1, false=0.04, silent=0.05)


def test_every_interval_that_is_shipped_passes(capsys):
    assert main(["--repetitions", "120"]) == 0
    said = capsys.readouterr().out
    passed = {line[6:].partition(":")[0] for line in said.splitlines() if line[:4] == "PASS"}
    assert passed == {
        "rate",
        "share of worlds",
        "rate, stopped when precise",
        "ratio",
        "difference",
        "12 differences at once",
        "difference, stopped when decided",
        "baseline's rate, stopped when decided",
        "rate, runs that end",
        "ratio, runs that end",
        "difference, runs that end",
        "ratio, expected events",
        "difference, expected events",
        "12 differences at once, expected events",
        "Shapley values at once, expected events",
        "difference, stopped when decided, expected events",
        "baseline's rate, stopped when decided, expected events",
        "ratio, runs that end, expected events",
        "difference, runs that end, expected events",
        "rate, log-normal worlds",
        "ratio, log-normal worlds",
        "difference, log-normal worlds",
        "largest regret",
        "regret, futures weighed",
        "regret, futures weighed, expected events",
        "survival",
        "variance between worlds",
        "rate, conditioned",
        "rate, cloned",
        "rate, split",
    }
    assert "FAIL" not in said


def test_an_interval_that_is_too_narrow_fails(monkeypatch):
    honest = bounds.gamma_bounds

    def narrow(s, q, w, level):
        low, high = honest(s, q, w, level)
        return s - (s - low) / 2, s + (high - s) / 2

    monkeypatch.setattr(bounds, "gamma_bounds", narrow)
    monkeypatch.setattr("experiments.coverage.single.agree", lambda *_: None)
    (found,) = verdicts(list(rate_cells(200, 20)))
    assert not found.passed and any("covers" in fault for _, fault in found.faults)


def test_what_is_measured_must_be_what_is_shipped(monkeypatch):
    honest = bounds.gamma_bounds
    monkeypatch.setattr(bounds, "gamma_bounds", lambda *a: tuple(2 * end for end in honest(*a)))
    with pytest.raises(AssertionError):
        next(rate_cells(20, 2))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"coverage": 0.90}, "covers 0.900"),
        ({"silent": 0.12}, "without warning"),
        ({"nb": 1.4}, "as wide"),
        ({"false": 0.09}, "false verdicts"),
    ],
)
def test_each_part_of_the_bar_is_held(change, fault):
    assert faults(GOOD) == []
    (found,) = faults(replace(GOOD, **change))
    assert fault in found


def test_a_declared_cell_must_keep_what_was_declared():
    known = IMPOSSIBLE[0]
    cell = replace(
        GOOD,
        interval=known.interval,
        law=known.law,
        events=known.events,
        ratio=known.ratio,
        coverage=known.coverage,
        nb=None,
    )
    assert faults(cell) == []
    assert faults(replace(cell, coverage=known.coverage - 0.05))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_laws_have_the_mean_and_the_square_that_they_say(law):
    luck = np.random.Generator(np.random.Philox(7))
    drawn = draw(law, 200.0, [TrueArm(0.4, 0.5)], 400, 2000, luck)
    sums = bounds.Sums.of(drawn)
    mean = sums.S.mean(axis=1)
    assert mean == pytest.approx([200.0, 80.0], rel=0.02)
    assert sums.Q[0].mean() / 400 == pytest.approx(law.mean_square(0.5), rel=0.03)


@pytest.mark.parametrize("law", MIXTURES, ids=lambda law: law.name)
def test_expected_events_spread_as_their_law_says_and_no_policy_changes_a_mean_but_its_own(law):
    luck = np.random.Generator(np.random.Philox(7))
    effects = [PolicyEffect(how, ratio, 0.5) for how, ratio in EFFECTS]
    drawn = draw_expected(law, 100, effects, 400, 4000, luck)
    sums = bounds.Sums.of(drawn, events="expected")
    truth = EXPECTED * np.array([1.0, *(ratio for _, ratio in EFFECTS)])
    assert sums.S.mean(axis=1) == pytest.approx(truth, rel=0.05)
    # a clash is worth that many worlds: exp(sd²) times as few as carry anything
    square = EXPECTED**2 / 100 * np.exp(law.log_sd**2)
    assert sums.Q[0].mean() == pytest.approx(square, rel=0.1 if law.log_sd < 1.5 else 0.35)
    counts = counts_of(drawn, luck).counts
    assert counts.mean(axis=1) == pytest.approx(drawn.counts.mean(axis=1), rel=0.05)


def test_what_is_expected_of_runs_that_end_has_the_rate_that_it_says():
    luck, law = np.random.Generator(np.random.Philox(7)), MIXTURES[0]
    for ending in ENDINGS:
        drawn = expected_ends.draw_ended(law, ending, 50, 0.5, 300, luck)
        for arm in (0, 1):
            rate = drawn.counts[arm].sum() / drawn.years[arm].sum()
            assert rate == pytest.approx(expected_ends.true_rate(law, ending, 50, arm), rel=0.03)


def test_a_page_keeps_what_was_not_measured_anew():
    """A declared row, a verdict and a table of each; of what was measured nothing old stays."""
    words = {"repetitions": 1, "errors": 2.5, "worlds": 400}
    known = IMPOSSIBLE[0]
    old = replace(GOOD, interval="difference", law=known.law, ratio=known.ratio, coverage=known.coverage)
    before = page(verdicts([GOOD, replace(old, nb=None)]), **words)
    fresh = replace(GOOD, coverage=0.961)
    after = page(verdicts([fresh]), before, **words)
    assert "0.961 ±" in after and "0.950 ±" not in after
    assert page(verdicts([GOOD]), after, **words) == before
    assert page([], before, **words) == before


def test_the_profile_is_that_of_a_poisson_law_where_counts_do_not_vary():
    """100 single events: the Poisson likelihood's interval, by its own equation."""
    from scipy.optimize import brentq
    from scipy.stats import chi2

    def fall(mean):
        return 2 * (100 * np.log(100 / mean) - 100 + mean) - chi2.ppf(0.95, 1)

    poisson = brentq(fall, 101, 200) - brentq(fall, 20, 99)
    assert profile_width(np.ones(100), 10_000) == pytest.approx(poisson, rel=0.03)
