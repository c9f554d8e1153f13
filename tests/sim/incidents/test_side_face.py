"""The face of one side of an incident: every column that has an entry a side, as a plain value."""

import numpy as np
import pytest

from sim.codes import Due
from sim.incidents.side_face import Sided, SideFace
from sim.sides import NORTH, SOUTH, other
from sim.state import INCIDENT, NEVER

BY_SIDE = [name for name in INCIDENT.names if INCIDENT[name].shape[:1] == (2,) and name != "agenda"]
COLUMNS = {name: each for name, each in vars(SideFace).items() if isinstance(each, Sided)}


def test_every_column_with_an_entry_a_side_has_its_name():
    assert set(COLUMNS) == set(BY_SIDE)


@pytest.mark.parametrize("side", [NORTH, SOUTH])
@pytest.mark.parametrize("name", BY_SIDE)
def test_a_column_is_read_and_written_for_one_side_only(name, side):
    record = np.zeros(1, INCIDENT)[0]
    face, across = SideFace(record, side), SideFace(record, other(side))
    setattr(face, name, 1)
    assert record[name][side] == 1 and record[name][other(side)] == 0
    plain = COLUMNS[name].plain
    assert (getattr(face, name), getattr(across, name)) == (plain(1), plain(0))
    assert type(getattr(face, name)) is plain
    assert (plain is float) == (INCIDENT[name].base.kind == "f")


def test_what_is_due_is_read_for_one_side():
    record = np.zeros(1, INCIDENT)[0]
    record["agenda"] = NEVER
    record["agenda"][SOUTH, Due.FIRE] = 12.0
    assert SideFace(record, SOUTH).due(Due.FIRE) == 12.0
    assert SideFace(record, NORTH).due(Due.FIRE) == NEVER


def test_a_unit_is_present_until_it_has_gone():
    record = np.zeros(1, INCIDENT)[0]
    face = SideFace(record, NORTH)
    face.unit = -1
    assert not face.present
    face.unit = 0
    assert face.present
    face.gone = True
    assert not face.present
