"""Warning shots on people, and what answered them."""

from experiments.calibration.record import Quantity


def test_in_the_months_counted_none_was_answered(told):
    found = told["warning_shots_answered"]
    assert found.value == Quantity.exactly(0)
    assert found.exposed("incidents with warning shots") == Quantity(8, 8, 9)  # 21 Apr 2025: not told
    assert found.exposed("volleys").low == 8


def test_since_1996_two_of_eighteen_were_answered_by_aimed_fire(told):
    """16 Jul 1997 and 19 Oct 2014; on 10 Apr 1997 in the air. Of seven no shots are told or denied."""
    found = told["warning_shots_answered since 1996"]
    assert found.value == Quantity(2, 2, 3)
    assert found.exposed("incidents with warning shots") == Quantity(18, 18, 25)
    assert found.exposed("volleys") == Quantity(22, 22, float("inf"))  # three each in 2006 and 2014
    assert {"M19970716", "M20141019"} <= set(found.rests_on)
    assert not {"M20140612", "M20140619", "M20160113", "M20170523"} & set(found.rests_on)
    assert sum(each.months for each in found.periods) == 30 * 12 - 2 * 12 - 2
