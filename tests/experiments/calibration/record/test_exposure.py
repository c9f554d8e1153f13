"""Exposures are intervals where what they rest on is one."""

import pytest

from experiments.calibration.record import exposure
from experiments.calibration.record.exposure import in_party_days, in_post_years
from experiments.calibration.record.facts import map_gap, prior
from experiments.calibration.record.period import HELD_BACK, Period
from experiments.calibration.record.quantity import Quantity
from sim.scenario.loading import load_case
from sim.scenario.sources import Citation


def test_party_days_of_the_first_works():
    """7 / 10 / 15 sites, 275 days, 7 / 8.7 / 9 of 9 months, 12 / 12.5 / 13 hours."""
    found = in_party_days(Period.of("2024-04", "2024-12"))
    assert found.amount.low == pytest.approx(7 * 275 * 7 / 9 * 12 / 12.5)
    assert found.amount.best == pytest.approx(10 * 275 * 8.7 / 9)
    assert found.amount.high == pytest.approx(15 * 275 * 13 / 12.5)
    assert found.sources == ("priors.csv: work_sites", "priors.csv: work_season", "priors.csv: work_hours")


def test_post_years_count_the_posts_that_were_withdrawn():
    """160 posts in 23.83 years, 149 in 2019, 2020, 2022 and 2023."""
    periods = Period.of("2000-01", "2025-10").without(HELD_BACK)
    found = in_post_years("north", periods).amount
    assert found.high == pytest.approx(160 * 286 / 12)
    assert found.best == pytest.approx(160 * 286 / 12 - 11 * 4)
    assert found.low == pytest.approx(160 * 286 / 12 - 11 * (3 + 46 / 12))
    assert in_post_years("south", [Period.of("2010-01", "2010-12")]).amount == Quantity.exactly(60)


def test_the_posts_are_those_of_the_facts_and_of_the_model():
    (facts,) = Citation.of(exposure.POSTS_SOURCE).passages()
    assert "about 60 (south), about 160 (north)" in facts.text and "11 a side withdrawn in 2018" in facts.text
    played = load_case("declared").parameters(())
    assert {side: getattr(played, side).watch.posts for side in ("north", "south")} == exposure.POSTS


def test_figures_beside_the_record():
    assert map_gap().value == Quantity(0.55, 0.60, 0.65) and map_gap().grade == "C"
    assert prior("mine_strikes").value == Quantity(10, 12, 15)
    with pytest.raises(ValueError):
        prior("stray_rate")  # seven rows, of other things each
