"""Every number of the record is counted in a history as the record counts it."""

import pytest
import recorded

from experiments.calibration.record.catalogue import statistics
from experiments.calibration.record.record import Record
from experiments.validation.check import APART, FITTED, OUT
from experiments.validation.checks import checks
from experiments.validation.predictive import held

RECORD = Record.read()
FOUND = statistics(RECORD)
MADE, LEFT = checks(RECORD, FOUND, fitted=True)
# what a history cannot have of the record: cases with other minutes, a fire that leaflets began, cases
# that are no crossing, and what passes the publication filter by chance
NOT_ALIKE = ("time:", "told_singly", "published_at_the_time", "answered_fire", "warning_shots")


def by_name(replicates):
    return {each.name: held(each, replicates) for each in MADE}


@pytest.fixture(scope="module")
def alike():
    return by_name(recorded.replicates())


def test_a_history_that_is_the_record_has_its_numbers(alike):
    compared = [name for name in alike if not name.startswith(NOT_ALIKE)]
    assert len(compared) > 40
    wrong = {
        name: (alike[name].ends, alike[name].check.value)
        for name in compared
        if alike[name].ends[1] != pytest.approx(alike[name].check.value.best, abs=1e-6)
    }
    assert wrong == {}
    assert {alike[name].p for name in compared} == {1.0}


def test_the_same_with_many_more_crossings_is_missed(alike):
    many = by_name(recorded.replicates(times=5))
    gone = {name for name, each in many.items() if each.missed} - {
        name for name, each in alike.items() if each.missed
    }
    assert {"recorded_crossings", "largest_month", "variance_over_mean", "month:2024-06"} <= gone
    assert not many["months_with_crossings"].missed and not many["crossings 2014"].missed


def test_fire_is_counted_by_its_beginning_and_a_year(alike):
    years = FOUND["answered_fire before works"].exposures[0].amount.best
    assert alike["answered_fire_by_rounds_at_a_post before works"].ends[1] == pytest.approx(6 / years)
    assert alike["answered_fire_by_a_party before works"].ends[1] == pytest.approx(1 / years)
    assert alike["answered_fire before works"].ends[1] == pytest.approx(7 / years)
    assert alike["answered_fire with works"].ends[1] == 0.0
    assert alike["rounds_at_posts: last decade"].check.value.best == 1.0


def test_a_case_is_held_against_its_own_clock(alike):
    shots = alike["time:M19970716 seen first_shots"]
    assert (shots.check.value.best, shots.ends[1], shots.check.use) == (12.0, 12.0, FITTED)
    left = alike["time:M20010919 first_shots left"]
    assert (left.check.value.best, left.ends[1], left.check.use) == (25.0, 37.0 - 12.0, OUT)
    at_least = alike["time:M20010919 seen first_shots"]
    assert at_least.check.bound == "at least" and at_least.missed
    assert not alike["time:M20061007 start left"].missed, "at most 79 minutes"


def test_what_was_fitted_is_called_so():
    use = {each.name: each.use for each in MADE}
    assert use["recorded_crossings"] == use["crossings 2014"] == use["map_gap"] == FITTED
    assert use["rounds_at_posts"] == use["discharges_south_answered"] == APART
    assert use["crossings 2016 to 2020"] == use["counties_named"] == use["group_shot_at"] == OUT
    others, _ = checks(RECORD, FOUND, fitted=False)
    assert {each.use for each in others} == {OUT} and len(others) == len(MADE)


def test_every_statistic_is_held_or_has_a_reason():
    held_ = {each.statistic for each in MADE}
    assert held_ & FOUND.keys() | LEFT.keys() == FOUND.keys() and not held_ & LEFT.keys()
    assert "the model has no figure for it" not in LEFT.values()
    assert len({each.name for each in MADE}) == len(MADE)
