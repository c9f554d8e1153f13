"""What is played is the record's time, under the rule of each part of it."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from experiments.calibration.record.period import HELD_BACK, Period
from experiments.calibration.record.record import Record
from experiments.calibration.record.rules import steps_on
from experiments.calibration.simulate import WORKS_FROM
from experiments.validation.calendars import BUSY_AMONG, PLAYED, STRETCHES, WORKS, is_played
from experiments.validation.of_works import COUNTED
from sim.documents import BadInput

STEPS = {"three steps": 3, "five steps": 5, "four steps": 4}


def test_all_that_the_record_observes_since_1996_is_played_once():
    observed = Record.read().observed(date(1996, 1, 1))
    assert all(not each.without(PLAYED) for each in observed)
    assert not any(one.last >= other.first for one, other in pairwise(sorted(PLAYED)))
    assert not any(each.meets(gap) for each in PLAYED for gap in HELD_BACK)


@pytest.mark.parametrize("stretch", STRETCHES, ids=lambda each: str(each.period))
def test_a_stretch_has_its_days_and_the_rule_of_its_time(stretch):
    case = stretch.case("baseline")
    last = case.scenario.start + timedelta(days=case.scenario.days - 1)
    assert Period(case.scenario.start, last) == stretch.period
    everything = case.parameters(tuple(range(len(case.overlays))))
    assert len(everything.south.rules.steps) == STEPS[steps_on(stretch.period.last)]
    assert case.posterior is not None and not case.held
    assert case.scenario.talks.outcome == "none"


def test_stretches_of_a_world_share_no_luck():
    assert len({stretch.luck for stretch in STRETCHES}) == len(STRETCHES)
    assert WORKS.luck == 0, "as the rows of a calibration"
    assert COUNTED.first == WORKS_FROM.date()
    assert [each.period.years for each in STRETCHES if each.period.first.year in BUSY_AMONG] == [1.0] * 5


def test_a_situation_keeps_its_own_values():
    ours = WORKS.case("straying")
    assert ours.posterior is None and ours.parameters(()).north.navigation.error_m == 11


def test_a_scenario_that_cannot_be_there_is_refused():
    with pytest.raises(BadInput, match="nowhere"):
        WORKS.case("nowhere")


def test_periods_are_played_or_not():
    assert is_played((Period.of("2014-01", "2014-12"), Period.of("2016-01")))
    assert not is_played(()) and not is_played((Period.of("2014-12", "2015-01"),))
