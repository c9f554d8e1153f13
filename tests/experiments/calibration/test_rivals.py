"""What a record says between rivals, on a toy whose weights are known in closed form."""

import numpy as np
import pytest
from scipy import special, stats
from toy import N, toy

from experiments.calibration.basis import Basis
from experiments.calibration.calibration import Size, fitted, rule_lines
from experiments.calibration.checks import checked, local_linear, weighted_prior
from experiments.calibration.emulator import fit
from experiments.calibration.posterior import Target, sample
from experiments.calibration.register import RULES
from experiments.calibration.rivals import Weighed, refitted, weigh

# Two factors of three: the first moves the log of the depth, the second does nothing.
BASIS = Basis(N, (3, 3), ((1, 0),))
SHIFT = np.array([-1.2, 0.0, 1.2])


def ruled(n, seed):
    """Rows of the toy with both factors, and their deviates."""
    rows, x = toy(n, seed)
    factors = np.random.default_rng([seed, 9]).normal(size=(n, 2))
    whole = np.column_stack([x, factors])
    moved = np.exp(SHIFT[BASIS.levels_of(whole, 0)])
    return rows.assign(**{name: rows[name] * moved for name in ("depth_median", "depth_least")}), whole


@pytest.fixture(scope="module")
def table():
    return ruled(1500, 1)


@pytest.fixture(scope="module")
def learned(table):
    return fit(*table, BASIS)


def truth(log_depth):
    """The weights of the first factor's levels, given the depth alone: normal about each level's shift."""
    log = stats.norm.logpdf(log_depth, 3.0 + SHIFT, np.sqrt(0.8**2 + 0.2**2))
    return special.softmax(log)


@pytest.fixture(scope="module")
def refits(table, learned):
    return [*refitted(*table, learned, 1, times=10)]


def test_a_level_shifts_the_mean_and_a_slope_is_found_where_it_bears(learned):
    depth = learned.numbers["depth_median"]
    at = [BASIS.features(BASIS.at_level(np.zeros((1, BASIS.width)), 0, level)) for level in range(3)]
    assert [float((phi @ depth.weights[: phi.shape[1]])[0]) for phi in at] == pytest.approx(
        3.0 + SHIFT, abs=0.08
    )
    assert depth.explained > 0.9


@pytest.mark.parametrize("log_depth", [1.5, 2.6, 3.0])
def test_weights_are_those_of_the_closed_form(learned, refits, log_depth):
    target = Target({"total": 12.0, "depth_median": float(np.exp(log_depth))}, [])
    draws = sample(learned, target, 1, steps=80).draws(800, 1)
    others = np.random.default_rng(2).normal(size=(200, BASIS.width)), np.full(200, 1 / 200)
    first, second = weigh(target, learned, refits, draws, others, seed=1)
    wanted = truth(log_depth)
    assert first.weights == pytest.approx(wanted, abs=0.05)
    assert first.weights == pytest.approx(BASIS.shares(draws[:, :-1], np.ones(len(draws)), 0), abs=0.1)
    assert (first.low <= first.weights + 0.02).all() and (first.high >= first.weights - 0.02).all()
    assert (wanted > first.low - 0.04).all() and (wanted < first.high + 0.04).all()
    assert first.outweighs == pytest.approx(wanted.max() / wanted.min(), rel=0.5) or wanted.min() < 0.05
    assert first.told_apart == (first.outweighs >= 3.0) and first.outweighs > 2.0
    assert second.weights == pytest.approx(np.full(3, 1 / 3), abs=0.06) and not second.told_apart
    assert first.nearest == pytest.approx(np.full(3, 1 / 3), abs=0.15)  # the prior's


def test_held_out_rows_tell_what_their_rule_was_and_of_an_idle_one_nothing(table):
    rows, x = table
    held, its = rows[:150].reset_index(drop=True), x[:150]
    rest, others = rows[150:].reset_index(drop=True), x[150:]
    prior = np.random.default_rng(9).normal(size=(5000, BASIS.width))
    for method in (weighted_prior(fit(rest, others, BASIS), prior), local_linear(rest, others, BASIS)):
        found = checked(method, held, its, basis=BASIS)
        assert found.covered.shape == (N,) and 0.83 <= found.coverage <= 0.95
        assert found.told[0] > 0.2 and abs(found.told[1]) < 0.06


def test_a_calibration_weighs_its_rules(table):
    rows, x = table
    target = Target({name: float(rows.iloc[0][name]) for name in ("total", "depth_median")}, [])
    prior = np.random.default_rng(9).normal(size=(3000, BASIS.width))
    rest, size = rows[1:].reset_index(drop=True), Size(steps=40, draws=200)
    found = fitted(rest, x[1:], BASIS, prior, target, size, 1, 1.0)
    assert found.draws.shape == (200, BASIS.width + 1) and found.of_unknowns.shape == (200, N + 1)
    assert found.ratios.shape == (N + 1,) and found.apart.shape == (N,)
    assert len(found.weighed) == 2
    for its in found.weighed:
        assert its.weights.sum() == pytest.approx(1.0) and its.nearest.sum() == pytest.approx(1.0)


def test_what_is_told_of_rules_is_a_line_each():
    even = [np.full(len(rule.levels), 1 / len(rule.levels)) for rule in RULES]
    found = [Weighed(each, 0.9 * each, 1.1 * each, each, 1.2) for each in even]
    found[1] = Weighed(np.array([0.7, 0.2, 0.1]), np.full(3, 0.1), np.full(3, 0.8), even[1], 4.0)
    lines = rule_lines(found)
    assert len(lines) == len(RULES) and lines[0].endswith("the record does not tell them apart.")
    assert lines[1] == (
        "Of how far tension spreads, weight of each rule (0.33 before): reciprocal 0.70 (0.10-0.80), "
        "without_work 0.20 (0.10-0.80), local 0.10 (0.10-0.80)."
    )
