"""Rates by their own exposures: what their counts say, and no more."""

import numpy as np
import pytest

from experiments.calibration.rates import Exposures, FittedRate, rates, weighted
from experiments.calibration.record.catalogue import statistics
from experiments.calibration.record.record import Record
from sim.parameters.whole import walk

N = 2000


@pytest.fixture(scope="module")
def model() -> Exposures:
    luck = np.random.default_rng(0)
    ages = (luck.exponential(3.0, 400), luck.exponential(14.0, 400))
    return Exposures(ages, np.full(N, 120.0), np.full(N, 0.1), 30_000.0)


@pytest.fixture(scope="module")
def found(model) -> dict[str, FittedRate]:
    record = Record.read()
    return {each.name: each for each in rates(record, statistics(record), model, 1)}


def drawn(found, path):
    (values,) = (each.values[path] for each in found.values() if path in each.values)
    return values


def test_every_rate_is_a_parameter_inside_its_range(found):
    declared = {".".join(path): field for path, field in walk()}
    for each in found.values():
        for path, values in each.values.items():
            bounds = {type(bound).__name__: bound for bound in declared[path].metadata}
            assert values.shape == (N,) and np.isfinite(values).all()
            assert bounds["Ge"].ge <= values.min() and values.max() <= bounds["Le"].le, path


def test_mines_at_work_bring_the_blasts_that_were_told(found, model):
    hazard, weeks = drawn(found, "mines.strikes_per_party_day"), drawn(found, "mines.clearing_weeks")
    early, late = (np.mean(0.5 ** (ages / weeks[:, None]), axis=1) for ages in model.ages)
    assert 8 < np.median(hazard * early * 1025) < 18
    assert 4 < np.median(hazard * late * (2658 - 1025)) < 14
    assert np.quantile(weeks, 0.95) / np.quantile(weeks, 0.05) > 5, "eight against twelve say little of it"


def test_the_north_and_the_south_have_rates_and_readings_of_their_own(found):
    north, south = drawn(found, "north.stray.per_post_year"), drawn(found, "south.stray.per_post_year")
    assert np.median(south) == pytest.approx(6.2 / 786, rel=0.05)
    assert np.median(north) < 6 / 3769, "the last decade had fewer than those before it"
    by_south, by_north = (
        drawn(found, "south.stray.read_as_attack"),
        drawn(found, "north.stray.read_as_attack"),
    )
    assert (by_south > by_north).mean() > 0.99


def test_strikes_on_lanes_are_rare(found, model):
    a_year = drawn(found, "mines.strikes_per_km") * model.patrol_strikes
    assert a_year.min() >= 0.05 and a_year.max() <= 1.0 + 1e-9


def test_broadcasts_at_an_approach_are_sixty_of_those_that_the_model_has(found):
    assert np.median(drawn(found, "south.watch.p_approach_broadcast")) == pytest.approx(60.2 / 120, rel=0.03)


def test_a_model_that_reads_attacks_more_often_is_shifted_further_down(found, model):
    record = Record.read()
    wary = Exposures(model.ages, model.approaches, np.full(N, 0.02), model.patrol_strikes)
    others = {each.name: each for each in rates(record, statistics(record), wary, 1)}
    path = "north.conduct.attack_intercept"
    assert np.median(drawn(found, path)) < -5.2 < np.median(drawn(others, path)) + 1.0
    assert np.median(drawn(others, path)) > np.median(drawn(found, path)) + 1.0


def test_orders_to_answer_are_those_of_the_share_that_was_answered(found):
    """An answer needs the order, rounds that strike near (at 60 m of 60), and a unit that fires (0.9)."""
    share = drawn(found, "south.conduct.attack_share")
    answered = share * 0.9 * (1.0 - np.exp(-1.0))
    assert 0.01 < np.median(answered) < 2 / 18, "unanswered ones count for those that were not published"
    assert share is drawn(found, "north.conduct.attack_share") and share.max() <= 0.6


def test_weighted_draws_are_a_posterior():
    """A normal prior and a normal likelihood have a known product."""
    drawn = weighted(
        lambda luck, n: luck.normal(size=(n, 1)),
        lambda x: -0.5 * ((x[:, 0] - 2.0) / 0.5) ** 2,
        20_000,
        np.random.default_rng(1),
    )
    assert drawn.mean() == pytest.approx(1.6, abs=0.02) and drawn.std() == pytest.approx(0.447, abs=0.02)
