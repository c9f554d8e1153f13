"""What only notes tell stands in for what the columns have."""

import pytest

from experiments.calibration.record import Quantity, Record, statistics
from sim.documents import BadInput

HEAD = "id,what,low,best,high,censored,note\n"
PARTY = {"warning_shots": "yes", "depth_m": "40", "group_size_low": "5", "group_size_high": "7"}


@pytest.mark.parametrize(
    "row, name, value",
    [
        ("M1,depth,20,30,50,none,", "depth_shot_at", Quantity(20, 30, 50)),
        ("M1,group,5,20,20,none,", "group_shot_at", Quantity(5, 20, 20)),
        ("crossings 2026-01 2026-01,count,0,1,1,none,", "recorded_crossings", Quantity(0, 1, 1)),
        (
            "crossings 2026-01 2026-01,published,1,1,1,none,",
            "published_at_the_time 2026-01",
            Quantity(1, 1, 1),
        ),
    ],
)
def test_a_reading_is_what_is_told(own, row, name, value):
    record = Record.read(own(incidents=[PARTY], readings=HEAD + row + "\n"))
    assert statistics(record)[name].value == value


def test_how_deep_a_party_went_that_was_found_late_is_not_told(own):
    folder = own(incidents=[PARTY], readings=HEAD + "M1,depth,400,400,400,late,\n")
    assert "depth_shot_at" not in statistics(Record.read(folder))


def test_volleys_are_at_least_one(own):
    folder = own(incidents=[PARTY, PARTY | {"id": "M2"}], readings=HEAD + "M2,volleys,3,3,4,none,\n")
    found = statistics(Record.read(folder))["warning_shots_answered"]
    assert found.exposed("volleys") == Quantity(4, 4, float("inf"))


@pytest.mark.parametrize(
    "row, said",
    [
        ("M9,depth,1,1,1,none,", "id: no such row; found the text 'M9'"),
        ("M1,count,1,1,1,none,", "id: no such row; found the text 'M1'"),
        ("M1,height,1,1,1,none,", "what: not among the allowed values"),
        ("M1,depth,,,,none,", "low: nothing in a cell that must be filled"),
        ("M1,depth,3,2,1,none,", "low: in another order; found 3, 2, 1; allowed low <= best <= high"),
        ("M1,depth,1,1,1,none,\nM1,depth,2,2,2,none,", "id: read twice; found the text 'M1, depth'"),
    ],
)
def test_a_bad_reading_is_one_sentence(own, row, said):
    with pytest.raises(BadInput) as bad:
        Record.read(own(readings=HEAD + row + "\n"))
    (problem,) = bad.value.problems
    assert said in str(problem)


def test_a_reading_of_two_counts_is_refused(own):
    rows = [{}, {"counted_by": "UNC"}]
    with pytest.raises(BadInput, match="several counts are of this"):
        Record.read(own(counts=rows, readings=HEAD + "crossings 2026-01 2026-01,count,1,1,1,none,\n"))
