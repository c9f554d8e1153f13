"""A recorded crossing has what all incidents that joined it came to."""

from experiments.calibration.crossings import COLUMNS, recorded_crossings
from sim.sides import NORTH, SOUTH


def incident(site, recorded, **more):
    row = {name: 0 for name in COLUMNS} | {
        "begun_by": "violation",
        "rung": 1,
        "perceived_by": "south",
        "recorded_by_south": recorded,
        "recorded_by_north": False,
        "site": site,
        "depth_m": 10.0,
        "broadcasts": 1,
        "warning_volleys": 0,
        "to_shots_minutes": None,
        "answered": False,
    }
    return row | more


def test_incidents_that_join_belong_to_the_one_that_opened_it():
    found = recorded_crossings(
        [
            incident(1, True, depth_m=10.0, broadcasts=2),
            incident(2, True, depth_m=5.0),
            incident(1, False, depth_m=30.0, broadcasts=1, warning_volleys=2, to_shots_minutes=7.0),
            incident(1, False, begun_by="mine_strike", depth_m=99.0),
            incident(3, False, rung=0, depth_m=99.0),
        ],
        SOUTH,
    )
    assert list(found["site"]) == [1, 2]
    first = found.iloc[0]
    assert (first["depth_m"], first["broadcasts"], first["warning_volleys"], first["joined"]) == (
        30.0,
        3,
        2,
        1,
    )
    assert first["to_shots_minutes"] == 7.0 and found.iloc[1]["joined"] == 0


def test_what_another_side_recorded_is_not_counted():
    assert recorded_crossings([incident(1, True)], NORTH).empty
    assert list(recorded_crossings([], SOUTH).columns) == list(COLUMNS)


def test_a_later_crossing_at_the_same_site_stands_alone():
    found = recorded_crossings(
        [incident(1, True), incident(1, True), incident(1, False, depth_m=50.0)], SOUTH
    )
    assert list(found["depth_m"]) == [10.0, 50.0]
