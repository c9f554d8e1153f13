"""Times of cases: their clock, their rule, and what nobody saw."""

from dataclasses import replace

import pytest

from experiments.calibration.record import Quantity, Record
from experiments.calibration.record.record import SHIPPED
from experiments.calibration.record.times import FEW, groups
from sim.documents import BadInput

HEAD = "id,clock,what,low_min,best_min,high_min,censored,source,note\n"


def of(record, name, what, clock="start"):
    found = [each for each in record.times if (each.id, each.clock, each.what) == (name, clock, what)]
    return found[0] if found else None


@pytest.mark.parametrize(
    "name, clock, what, minutes, steps",
    [
        ("M19970716", "start", "first_shots", 5, "three steps"),  # delay_min, 10:57 to 11:02
        ("M19970716", "first_broadcast", "first_shots", 8, "three steps"),
        ("M20171221b", "start", "first_shots", 6, "three steps"),
        ("M20141019", "seen", "first_shots", 570, "three steps"),
        ("M20200503", "start", "reply", 32, "five steps"),
        ("M20200503", "start", "end", 37, "five steps"),
        ("M20141010", "start", "reply", 105, "three steps"),
        ("M20141010", "found", "reply", 50, "three steps"),
        ("M20101128", "start", "explained", 100, "three steps"),
        ("M20030717", "start", "reply", 1, "three steps"),
        ("M20141018", "start", "left", 450, "three steps"),
        ("M20141110", "start", "left", 200, "three steps"),
        ("M20250408", "start", "first_shots", 1, "four steps"),
    ],
)
def test_a_time_of_a_case(record, name, clock, what, minutes, steps):
    found = of(record, name, what, clock)
    assert found.minutes.best == minutes and found.steps == steps


def test_a_column_whose_clock_a_note_corrects_is_told_by_the_note_alone(record):
    """19 Sep 2001: 25 minutes from the shots; 20 Sep: within one; 21 Dec 2017: 52 to later shots."""
    assert of(record, "M20010919", "left") is None
    assert of(record, "M20010919", "left", "first_shots").minutes == Quantity.exactly(25)
    assert of(record, "M20010920", "left") is None
    assert of(record, "M20010920", "left", "first_shots").censored == "at_most"
    assert of(record, "M20171221b", "left") is None
    assert of(record, "M20171221b", "end").minutes == Quantity.exactly(52)


def test_censoring_is_told(record):
    late = of(record, "M20140619", "left")
    assert late.minutes is None and late.censored == "late"
    at_least = of(record, "M19970310", "left")
    assert at_least.minutes == Quantity(60, 60, float("inf")) and at_least.censored == "at_least"
    assert of(record, "M20061007", "left").minutes == Quantity(0, 79, 79)
    assert of(record, "M19960517", "left").minutes == Quantity(3, 56, 56)


def test_stays_from_the_start_are_those_that_the_facts_name(record):
    """FACTS: 56, 60, 79, 200, 450 from the start; 1 and 25 are from the shots, 52 is no stay."""
    stays = [each for each in record.times if (each.clock, each.what) == ("start", "left")]
    assert sorted(each.minutes.best for each in stays if each.minutes) == [56, 60, 79, 200, 450]
    assert {each.kind for each in stays} == {"crossing", "warning_shots_only"}


def test_no_time_of_a_defector_or_of_the_air(record):
    assert not {"M20121006", "M20170523", "M20250703"} & {each.id for each in record.times}


def test_few_cases_are_few(record):
    by = {(each.trigger, each.clock, each.what): each for each in groups(record.times)}
    stays = by["party", "start", "left"]
    assert (len(stays.cases), stays.seen, stays.median) == (6, (56, 60, 79, 200, 450), 79)
    assert not stays.is_few and len(stays.seen) == FEW
    unseen = [replace(each, minutes=None) for each in stays.cases[:2]]
    assert replace(stays, cases=(*unseen, *stays.cases[2:])).is_few
    assert by["party", "start", "first_shots"].is_few and by["party", "start", "first_shots"].seen == (
        1,
        5,
        6,
    )
    assert by["party", "start", "first_broadcast"].seen == (5,)  # of two: one was seen only afterwards
    assert by["rounds at a post", "start", "reply"].seen == (1, 1, 1, 32)


def test_publication_is_by_the_dates_of_reports(record):
    """Each that is timed has a report of that day among its sources, or the note that says so."""
    ids = {each.id: each for each in record.incidents}
    for time in record.times:
        if time.what == "published" and time.source not in ("note",):
            assert time.source in ids[time.id].sources, time.id


@pytest.mark.parametrize(
    "row, said",
    [
        (
            "M9,start,left,1,1,1,none,note,",
            "id: no such incident; found the text 'M9'; allowed an id of the record",
        ),
        ("M1,begin,left,1,1,1,none,note,", "clock: not among the allowed values; found the text 'begin'"),
        ("M1,start,gone,1,1,1,none,note,", "what: not among the allowed values"),
        ("M1,start,left,2,1,3,none,note,", "low_min: in another order; found 2, 1, 3"),
        ("M1,start,left,1,,3,none,note,", "low_min: some of its cells are blank"),
        (
            "M1,start,left,,,,none,note,",
            "low_min: no minutes; allowed minutes, or 'late' for what nobody saw",
        ),
        ("M1,start,left,1,1,9,at_least,note,", "high_min: an end of what is told at least; found 9"),
        ("M1,start,left,1,1,1,perhaps,note,", "censored: not among the allowed values"),
        ("M1,start,left,1,1,1,none,,", "source: nothing in a cell that must be filled"),
        ("M1,start,left,1,1,1,none,a,\nM1,start,left,1,1,1,none,b,", "id: told twice"),
    ],
)
def test_a_bad_time_is_one_sentence(own, row, said):
    with pytest.raises(BadInput) as bad:
        Record.read(own(times=HEAD + row + "\n"))
    (problem,) = bad.value.problems
    assert said in str(problem) and problem.mark.line in (2, 3)


def test_times_of_ones_own_stand_beside_the_columns(own):
    rows = [{"delay_min": "7", "duration_min": "30", "warning_shots": "yes"}]
    record = Record.read(
        own(incidents=rows, times=HEAD + "M1,first_shots,left,30,30,30,none,duration_min,\n")
    )
    assert [(each.clock, each.what, each.minutes.best) for each in record.times] == [
        ("first_shots", "left", 30),
        ("start", "first_shots", 7),
    ]


def test_lines_at_the_top_say_what_columns_mean():
    for name in ("times.csv", "readings.csv"):
        assert (SHIPPED / name).read_text(encoding="utf-8").startswith("# ")
