"""What a side would have counted: joined by site within 24 hours, of what its own posts saw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.codes import Trigger
from sim.constants import NEVER
from sim.incident_state import INCIDENT
from sim.outcome.recording import recorded_crossings
from sim.sides import NORTH, SOUTH

DAY = 1440.0


def rows(*incidents, **common):
    """Violations of the north's units, seen by the south: (opened, closed, site) in days."""
    table = np.zeros(len(incidents), INCIDENT)
    table["trigger"], table["rung"] = Trigger.VIOLATION, 1
    table["unit"], table["post"] = (7, -1), (3, 4)
    for row, (opened, closed, site) in zip(table, incidents, strict=True):
        row["opened"], row["closed"], row["site"] = opened * DAY, closed * DAY, site
    for name, value in common.items():
        table[name] = value
    return table


def recorded(*incidents, side=SOUTH, join_hours=24.0, **common):
    return recorded_crossings(rows(*incidents, **common), side, join_hours).tolist()


def test_incidents_days_apart_are_each_a_crossing():
    assert recorded((1, 1.1, 5), (3, 3.1, 5), (9, 9.1, 5)) == [True, True, True]


def test_within_24_hours_of_the_last_close_an_incident_joins_it():
    assert recorded((1.0, 1.1, 5), (2.09, 2.2, 5)) == [True, False]
    assert recorded((1.0, 1.1, 5), (2.11, 2.2, 5)) == [True, True]
    assert recorded((1.0, 1.1, 5), (2.1, 3.0, 5)) == [True, False]


def test_how_long_an_incident_joins_is_the_scenarios_to_say():
    pair = (1.0, 1.1, 5), (2.09, 2.2, 5)
    assert [recorded(*pair, join_hours=hours)[1] for hours in (0, 23.5, 24, 48)] == [True, True, False, False]


def test_joining_goes_on_from_the_last_that_joined():
    assert recorded((1.0, 1.1, 5), (2.0, 2.1, 5), (3.0, 3.1, 5), (5, 5.1, 5)) == [True, False, False, True]


def test_sites_do_not_join_each_other():
    assert recorded((1.0, 1.1, 5), (1.2, 1.3, 6), (1.4, 1.5, -1), (1.6, 1.7, 5)) == [True, True, True, False]


def test_an_open_incident_is_reckoned_from_its_opening():
    table = rows((1.0, 1.1, 5), (1.5, 1.6, 5), (2.3, 2.4, 5), (2.6, 2.7, 5))
    table["closed"][1] = NEVER
    assert recorded_crossings(table, SOUTH, 24.0).tolist() == [True, False, False, False]
    table = table[[1, 3]]
    assert recorded_crossings(table, SOUTH, 24.0).tolist() == [True, True]


def test_only_answered_violations_of_the_other_sides_units_count():
    one = (1.0, 1.1, 5)
    assert recorded(one) == [True]
    assert recorded(one, rung=0) == [False]
    assert recorded(one, rung=3) == [True]
    for trigger in (Trigger.STRAY_SHOT, Trigger.MINE_STRIKE, Trigger.PROVOCATION):
        assert recorded(one, trigger=trigger) == [False]
    assert recorded(one, side=NORTH) == [False]  # no unit of the south was in it
    assert recorded(one, unit=(-1, 7), side=NORTH) == [True]
    assert recorded(one, unit=(6, 7), side=NORTH) == recorded(one, unit=(6, 7)) == [True]


def test_what_does_not_count_does_not_join_either():
    table = rows((1.0, 1.1, 5), (1.9, 2.0, 5), (2.5, 2.6, 5))
    table["rung"][1] = 0  # nobody called out: between two crossings more than a day apart
    assert recorded_crossings(table, SOUTH, 24.0).tolist() == [True, False, True]


def test_nothing_is_recorded_of_nothing():
    assert recorded_crossings(np.zeros(0, INCIDENT), SOUTH, 24.0).shape == (0,)


@given(
    st.lists(
        st.tuples(st.floats(0, 30), st.floats(0, 0.3), st.integers(0, 3), st.integers(0, 2)), max_size=30
    )
)
def test_the_count_is_that_of_clusters_by_site(events):
    """Per site, a crossing begins wherever the gap since the last close is over a day."""
    events = sorted(events)
    table = rows(*((o, o + lasts, site) for o, lasts, site, _ in events))
    table["rung"] = [rung for *_, rung in events]
    expected = 0
    for site in range(4):
        mine = table[(table["site"] == site) & (table["rung"] > 0)]
        gaps = mine["opened"][1:] - mine["closed"][:-1]
        expected += bool(mine.size) + np.count_nonzero(gaps > DAY)
    found = recorded_crossings(table, SOUTH, 24.0)
    assert found.sum() == expected
    assert not found[table["rung"] == 0].any()


@pytest.mark.parametrize("side", [NORTH, SOUTH])
def test_a_mirrored_table_is_counted_the_same(side):
    table = rows((1.0, 1.1, 5), (2.0, 2.1, 5), (3.5, 3.6, 5))
    mirrored = table.copy()
    for name in ("unit", "post"):
        mirrored[name] = table[name][:, ::-1]
    assert np.array_equal(recorded_crossings(table, side, 24.0), recorded_crossings(mirrored, 1 - side, 24.0))
