"""Periods are cut where the record is held back, and count their months exactly."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.calibration.record.period import HELD_BACK, Period, months

DAYS = st.dates(date(2010, 1, 1), date(2027, 12, 31))
PERIODS = st.tuples(DAYS, DAYS).map(lambda ends: Period(*sorted(ends)))


def test_a_month_and_a_day_are_read():
    assert Period.of("2024-02") == Period(date(2024, 2, 1), date(2024, 2, 29))
    assert Period.of("2024-06-09") == Period(date(2024, 6, 9), date(2024, 6, 9))
    assert Period.of("2024-06", "2025-10") == Period(date(2024, 6, 1), date(2025, 10, 31))


@pytest.mark.parametrize(
    "text", ["", "2024", "2024-13", "2024-02-30", "24-06", "2024-6", "0000-01", "2024-06-09T1"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):
        Period.of(text)


def test_months_are_counted():
    assert Period.of("2024-06", "2025-10").months == 17
    assert Period.of("2010-01", "2013-12").months == 48
    assert Period.of("2024-04-16", "2024-05").months == pytest.approx(1.5)
    assert Period.of("2014-11-14").months == pytest.approx(1 / 30)


def test_the_held_back_periods_are_cut_out():
    left = Period.of("2010-01", "2026-12").without(HELD_BACK)
    assert left == (
        Period.of("2010-01", "2014-12"),
        Period.of("2016-01", "2020-12"),
        Period.of("2022-01", "2025-10"),
    )
    assert months(left) == 166  # 190 months to October 2025, less two years


def test_what_lies_in_a_gap_is_gone():
    assert Period.of("2015-03", "2015-09").without(HELD_BACK) == ()


@given(PERIODS, st.lists(PERIODS, max_size=4))
def test_cutting_keeps_each_day_outside_the_gaps_once(period, gaps):
    left = period.without(gaps)
    days = [day for each in left for day in range(each.first.toordinal(), each.last.toordinal() + 1)]
    wanted = [
        day
        for day in range(period.first.toordinal(), period.last.toordinal() + 1)
        if not any(gap.first.toordinal() <= day <= gap.last.toordinal() for gap in gaps)
    ]
    assert days == wanted


@given(PERIODS, PERIODS)
def test_meeting_and_holding_are_what_they_say(one, other):
    days = [set(range(each.first.toordinal(), each.last.toordinal() + 1)) for each in (one, other)]
    assert one.meets(other) == bool(days[0] & days[1])
    assert one.holds(other) == (days[1] <= days[0])


@pytest.mark.parametrize(
    "period, words",
    [
        (Period.of("2014-01", "2014-12"), "2014"),
        (Period.of("2010-01", "2013-12"), "2010 to 2013"),
        (Period.of("2024-06"), "2024-06"),
        (Period.of("2022-01", "2024-05"), "2022-01 to 2024-05"),
        (Period.of("2014-11-14"), "2014-11-14"),
        (Period.of("2024-04-01", "2024-07-15"), "2024-04-01 to 2024-07-15"),
        (HELD_BACK[-1], "2025-11-01 and later"),
    ],
)
def test_a_period_in_words(period, words):
    assert str(period) == words


def test_the_last_day_comes_last():
    with pytest.raises(ValueError):
        Period(date(2024, 2, 1), date(2024, 1, 1))
