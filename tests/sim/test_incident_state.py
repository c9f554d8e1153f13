"""What a run keeps of its incidents: copies, and the table."""

from dataclasses import fields

import numpy as np
import pytest

from sim.codes import Due
from sim.constants import NEVER
from sim.incident_state import INCIDENT, Incidents, IncidentState, SideState
from sim.sides import NORTH, SOUTH


def incident(**values):
    return IncidentState(trigger=0, first=SOUTH, opened=5.0, s=1.0, touched=5.0, last_act=5.0, **values)


def test_every_field_is_a_column_and_every_column_a_field():
    own = {field.name for field in fields(IncidentState)} - {"sides"}
    of_sides = {field.name for field in fields(SideState)}
    assert own | of_sides == set(INCIDENT.names) and not own & of_sides
    assert all(INCIDENT[name].shape[:1] == (2,) for name in of_sides)


def test_the_table_has_what_was_kept():
    first, second = incident(depth=3.5, dated=True), incident(who=2**40)
    second.sides[NORTH].agenda[Due.FIRE], second.sides[NORTH].heard = 7.0, True
    second.sides[SOUTH].volleys = 4
    table = Incidents([first, second]).table
    assert table["depth"].tolist() == [3.5, 0.0] and table["dated"].tolist() == [1, 0]
    assert table["who"].tolist() == [0, 2**40]
    assert table["volleys"].tolist() == [[0, 0], [0, 4]] and table["heard"].tolist() == [[0, 0], [1, 0]]
    assert table["agenda"][1, NORTH, Due.FIRE] == 7.0 and table["agenda"][0].min() == NEVER
    assert np.isnan(table["p_read"]).all() and (table["unit"] == -1).all()
    assert Incidents().table.shape == (0,)


def test_a_copy_is_independent_but_shares_what_is_closed():
    kept = Incidents([incident(closed=9.0), incident()])
    copy = kept.copy()
    assert copy == kept and copy[0] is kept[0]
    kept[1].depth, kept[1].sides[NORTH].agenda[Due.LOOK], kept[1].sides[SOUTH].spells = 1.0, 6.0, 2
    kept.append(incident())
    assert len(copy) == 2 and copy[1] == incident()


@pytest.mark.parametrize(("unit", "gone", "there"), [(-1, False, False), (0, False, True), (0, True, False)])
def test_a_unit_is_present_until_it_has_gone(unit, gone, there):
    assert SideState(unit=unit, gone=gone).present == there
