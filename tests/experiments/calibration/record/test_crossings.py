"""Crossings by month and by period, against what was counted by hand in counts.csv."""

import pytest

from experiments.calibration.record import Period, Quantity, Record, statistics
from experiments.calibration.record.crossings import window

WINDOW = (Period.of("2024-06", "2025-10"),)


def test_the_months_of_the_record(record, told):
    """2024: Jun 4, Aug 1, Sep 2, Oct 2. 2025: Apr 2, Aug 1, Oct 3; all other months 0."""
    some = {"2024-06": 4, "2024-08": 1, "2024-09": 2, "2024-10": 2, "2025-04": 2, "2025-08": 1, "2025-10": 3}
    cases = dict(told["recorded_crossings"].cases)
    assert len(cases) == 17 and window(record) == WINDOW[0]
    assert {month: value.best for month, value in cases.items()} == {
        month: some.get(month, 0) for month in cases
    }
    assert cases["2024-06"] == Quantity(3, 4, 4)  # the press of the time has three


@pytest.mark.parametrize(
    "name, value",
    [
        ("recorded_crossings", Quantity(14, 15, 15)),
        ("months_with_crossings", Quantity(7, 7, 7)),
        ("largest_month", Quantity(3, 4, 4)),
    ],
)
def test_a_number_of_the_months(told, name, value):
    found = told[name]
    assert found.value == value and found.exposure == Quantity.exactly(17)
    assert found.periods == WINDOW and found.counted_by == ("south JCS",) and found.grade == "B"
    assert found.rests_on[0] == "counts.csv:20" and len(found.rests_on) == 17
    assert [rule.name for rule in found.rules][-1] == "four steps"


def test_the_dispersion_is_that_of_the_trial(told):
    assert told["variance_over_mean"].value.best == pytest.approx(1.83, abs=0.005)  # TRIAL.md 2.3


def test_nothing_in_the_winter_between(told):
    found = told["crossings_off_season"]
    assert found.value == Quantity.exactly(0) and found.exposure == Quantity.exactly(3)
    assert [str(each) for each in found.periods] == ["2025-01", "2025-02", "2025-03"]


@pytest.mark.parametrize(
    "name, value, months, grade, by",
    [
        ("crossings 2010 to 2013", Quantity.exactly(0), 48, "B", "south ministry"),
        ("crossings 2014", Quantity(2, 5, 5), 12, "B", "south ministry"),
        ("crossings 2016 to 2020", Quantity.exactly(0), 60, "C", "south JCS"),
        ("crossings 2022-01 to 2024-05", Quantity.exactly(0), 29, "C", "south JCS"),
        ("warning_broadcasts 2014-01 to 2014-11", Quantity.exactly(60), 11, "B", "press"),
        ("warning_shots_events 2014-01 to 2014-11", Quantity(5, 5.5, 6), 11, "B", "press"),
        ("warning_shots_events 2013", Quantity.exactly(0), 12, "B", "press"),
    ],
)
def test_a_count_of_a_longer_period(told, name, value, months, grade, by):
    found = told[name]
    assert found.value == value and found.exposed("months").best == months
    assert (found.grade, found.counted_by) == (grade, (by,))


def test_shots_have_the_occasions_of_broadcast_beside_them(told):
    shots = told["warning_shots_events 2014-01 to 2014-11"]
    assert shots.exposed("occasions of broadcast") == Quantity.exactly(60)
    with pytest.raises(KeyError):
        told["warning_shots_events 2013"].exposed("occasions of broadcast")


def test_what_overlaps_is_not_told_twice(told):
    """Neither the sum over 2024-06 to 2025-06 nor single months of a quiet period stand alone."""
    names = {name for name in told if name.startswith("crossings ")}
    assert not names & {"crossings 2024-06 to 2025-06", "crossings 2024-01", "crossings 2024-06"}
    assert len([name for name in names if name >= "crossings 2010"]) == 4


def test_open_counts_leave_the_dispersion_open(own):
    """0 to 1, 1, 3 or more: of 0.5, 1, 3 it is 1.17, of the lows 1.75."""
    found = statistics(Record.read(own(counts=months((1, "0-1"), (2, "1"), (3, "3+")))))["variance_over_mean"]
    assert found.value.best == pytest.approx(1.75 / 1.5)
    assert (found.value.low, found.value.high) == (pytest.approx(1.75 / 1.5), float("inf"))


def test_the_months_add_up_to_the_sum_that_was_told(record, told):
    (whole,) = [each for each in record.counts if each.key == "crossings 2024-06 2025-06"]
    by_month = {str(period): value.best for period, value in told["recorded_crossings"].cases}
    assert whole.count.best == 11 == sum(by_month[str(month)] for month in whole.period.by_month())


def test_a_sum_that_overlaps_the_months_is_not_told_beside_them(own):
    longer = {"period_start": "2026-02", "period_end": "2026-09", "count": "7"}
    ours = statistics(Record.read(own(counts=[*months((1, "1"), (2, "2")), longer])))
    assert [name for name in ours if name.startswith("crossings ")] == []
    assert ours["recorded_crossings"].value == Quantity.exactly(3)


def months(*counts, **other):
    return [
        {"period_start": f"2026-{i:02}", "period_end": f"2026-{i:02}", "count": count} | other
        for i, count in counts
    ]


def test_the_months_are_the_longest_run(own):
    rows = months((1, "9"), (3, "1"), (4, "2-4"), (5, "0"), (9, "9"))
    record = Record.read(own(counts=rows))
    assert window(record) == Period.of("2026-03", "2026-05")
    assert statistics(record)["recorded_crossings"].value == Quantity(3, 4, 5)


def test_what_a_reader_derived_or_a_paper_counted_is_no_month(own):
    rows = [*months((1, "1")), *months((2, "1"), grade="C"), *months((3, "1"), counted_by="press")]
    assert window(Record.read(own(counts=rows))) == Period.of("2026-01")


def test_two_offices_of_one_month_make_no_two_months(own):
    rows = [*months((1, "1"), (2, "2")), *months((2, "5"), counted_by="UNC")]
    ours = statistics(Record.read(own(counts=rows)))
    assert ours["recorded_crossings"].value == Quantity.exactly(3)


def test_counts_of_two_offices_have_two_names(own):
    rows = [
        {"period_start": "2026-01", "period_end": "2026-06", "count": "3", "grade": "C"},
        {"period_start": "2026-01", "period_end": "2026-06", "count": "7", "counted_by": "UNC"},
    ]
    ours = statistics(Record.read(own(counts=rows)))
    assert ours["crossings 2026-01 to 2026-06 south JCS"].value.best == 3
    assert ours["crossings 2026-01 to 2026-06 UNC"].value.best == 7
