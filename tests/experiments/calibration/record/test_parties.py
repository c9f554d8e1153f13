"""Depths, kinds, sizes and places, counted by hand in incidents.csv."""

from experiments.calibration.record import Quantity, Record, statistics

SHOT_AT = [
    "M20240609",
    "M20240609b",
    "M20240618",
    "M20240620",
    "M20250408",
    "M20250819",
    "M20251019b",
    "M20251019c",
]


def test_depths_of_watched_crossings(told):
    """50, 20, 20, 50 and 5-10 m; 850 m was found late, of two none is told."""
    found = told["depth_shot_at"]
    assert {name: value.best for name, value in found.cases} == {
        "M20240609b": 50,
        "M20240618": 20,
        "M20240620": 20,
        "M20250408": 50,
        "M20250819": 7.5,
    }
    assert found.value == Quantity.exactly(20) and found.exposure == Quantity.exactly(5)
    assert dict(found.cases)["M20250408"] == Quantity(50, 50, 100)
    assert dict(found.cases)["M20250819"] == Quantity(5, 7.5, 10)


def test_depths_since_1996(told):
    found = told["depth_shot_at since 1996"]
    assert sorted(value.best for _, value in found.cases) == [7.5, 20, 20, 20, 25, 30, 40, 50, 50, 70]
    assert found.exposed("crossings with shots") == Quantity.exactly(14)


def test_parties_at_work(told):
    """Six of eight with shots: the others are a reconnaissance and a patrol. 21 Apr 2025 without."""
    shot_at, all_told = told["work_parties_shot_at"], told["work_parties_told"]
    assert (shot_at.value, shot_at.exposure) == (Quantity.exactly(6), Quantity.exactly(8))
    assert (all_told.value, all_told.exposure) == (Quantity.exactly(7), Quantity.exactly(9))
    assert list(shot_at.rests_on) == SHOT_AT
    assert set(all_told.rests_on) == {*SHOT_AT, "M20250421"}


def test_parties_of_whom_nobody_says_what_they_did_may_have_worked(told):
    """17 May 1996 and 7 Oct 2006 with shots; 11 Apr 1996 and 12 Jun 2014 beside."""
    assert told["work_parties_shot_at since 1996"].value == Quantity(6, 6, 8)
    assert told["work_parties_told since 1996"].value == Quantity(7, 7, 11)


def test_sizes_of_parties(told):
    sizes = {name: (value.low, value.high) for name, value in told["group_shot_at"].cases}
    assert sizes == dict(
        zip(SHOT_AT, [(20, 30), (20, 30), (20, 30), (3, 9), (10, 20), (7, 30), (20, 20), (2, 2)], strict=True)
    )
    assert told["group_shot_at"].value == Quantity((10 + 20) / 2, (20 + 25) / 2, (20 + 30) / 2)


def test_counties(told):
    """Five named for June 2024 - June 2025; Goseong twice; Paju and Cheorwon in October 2025."""
    found = told["counties_named"]
    least = {name: value.low for name, value in found.cases}
    assert least == {
        "Paju": 1,
        "Yeoncheon": 1,
        "Cheorwon": 2,
        "Hwacheon": 1,
        "Yanggu": 0,
        "Inje": 1,
        "Goseong": 2,
    }
    assert found.value == Quantity(6, 6, 7) and found.exposure == Quantity.exactly(15)
    assert dict(found.cases)["Yanggu"].high == 15 - 8


def test_a_county_that_a_case_has_is_not_added_once_more(own):
    note = "counties named: Inje, Paju; the rest is ours"
    folder = own(
        counts=[{"count": "4", "note": note}], incidents=[{"county": "Inje"}, {"id": "M2", "county": "Inje"}]
    )
    found = statistics(Record.read(folder))["counties_named"]
    assert {name: value.low for name, value in found.cases if value.low} == {"Paju": 1, "Inje": 2}
