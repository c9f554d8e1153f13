"""Bytes that a page reads: what comes out of them is what went in, to the tenth of a metre."""

import gzip

import numpy as np
import pytest
from little import BUSY

from experiments.live.frames import Border, Frame, Ground
from experiments.live.packing import (
    ABSENT,
    QUANTUM_M,
    packed_border,
    packed_frames,
    packed_places,
    plain_ground,
)
from sim.model import DmzModel
from sim.scenario.loading import load_case


def matrix(packed, at, rows, columns, quantum=QUANTUM_M):
    """What ``planes`` of map.js does."""
    parts = np.frombuffer(packed, np.uint8, 4 * rows * columns, at).reshape(4, -1)
    steps = np.ascontiguousarray(parts.T).view("<i4").reshape(rows, columns)
    return np.cumsum(steps, axis=1) * quantum


@pytest.fixture(scope="module")
def seen():
    """A border, the frames of a day, tick by tick, and those of five noons."""
    case = load_case("declared", assignments=[*BUSY, "south.patrols.slots=20"], days=20)
    model = DmzModel(case, seed=3, world=1).run(2.0)
    border, day = Border.of(model.scene), []
    for _ in range(144):
        model.step()
        day.append(Frame.of(model))
    noons = [Frame.of(model.run(0.5))]
    noons += [Frame.of(model.run(1.0)) for _ in range(4)]
    return border, day, noons


def test_every_place_of_a_day_comes_out_as_it_went_in(seen):
    _, day, _ = seen
    packed = packed_frames(day)
    outings, ticks, matrices = np.frombuffer(packed, "<u4", 3).tolist()
    assert ticks == 144 and matrices == 4
    assert np.frombuffer(packed, "<f8", ticks, 16).tolist() == [frame.minute for frame in day]
    at = 16 + 8 * ticks
    rows, watchers = (np.frombuffer(packed, "<i4", outings, at + 4 * k * outings) for k in (0, 1))
    at += 12 * outings
    what = np.frombuffer(packed, np.uint8, 3 * outings, at).reshape(outings, 3)
    at += 3 * outings
    doing = np.frombuffer(packed, np.uint8, outings * ticks, at).reshape(outings, ticks)
    at += outings * ticks
    metres = [matrix(packed, at + 4 * k * outings * ticks, outings, ticks) for k in range(4)]
    assert len(packed) == at + 16 * outings * ticks
    for tick, frame in enumerate(day):
        here = np.flatnonzero(doing[:, tick] != ABSENT)
        units = frame.units[np.argsort(frame.units["row"], kind="stable")]
        here = here[np.argsort(rows[here], kind="stable")]
        assert rows[here].tolist() == units["row"].tolist()
        assert watchers[here].tolist() == units["watcher"].tolist()
        assert what[here].T.tolist() == [units[name].tolist() for name in ("side", "kind", "persons")]
        assert doing[here, tick].tolist() == units["doing"].tolist()
        fixed = np.where(np.isnan(units["fixed"]), units["d"], units["fixed"])
        for found, went_in in zip(metres, (units["s"], units["d"], units["thought"], fixed), strict=True):
            assert np.abs(found[here, tick] - went_in).max(initial=0.0) <= 0.51 * QUANTUM_M
    assert len(gzip.compress(packed)) < 0.2 * len(packed)


def test_places_days_apart_are_by_unit_and_to_a_metre(seen):
    _, _, noons = seen
    packed = packed_places(noons)
    units, ticks, matrices = np.frombuffer(packed, "<u4", 3).tolist()
    assert (ticks, matrices) == (5, 2)
    at = 16 + 8 * ticks
    rows = np.frombuffer(packed, "<i4", units, at)
    assert len(set(rows.tolist())) == units == len({row for each in noons for row in each.units["row"]})
    at += 15 * units
    doing = np.frombuffer(packed, np.uint8, units * ticks, at).reshape(units, ticks)
    s = matrix(packed, at + units * ticks, units, ticks, 1.0)
    for tick, frame in enumerate(noons):
        for unit in frame.units:
            (row,) = np.flatnonzero(rows == unit["row"])
            assert abs(s[row, tick] - unit["s"]) <= 0.51 and doing[row, tick] == unit["doing"]


def test_lines_come_out_as_they_went_in_also_as_differences(seen):
    border, _, _ = seen
    moved = Border(1.0, border.lines + 3.14, border.responses, ~border.standing, 0.0)
    nodes, markers = border.lines.shape[1], border.standing.size
    first = packed_border(border)
    assert np.frombuffer(first, "<u4", 2).tolist() == [nodes, markers]
    assert np.frombuffer(first, np.uint8, markers, 8).tolist() == border.standing.tolist()
    lines = matrix(first, 8 + markers, 5, nodes)
    went_in = np.concatenate([border.lines, border.responses])
    assert np.abs(lines - went_in).max() <= 0.51 * QUANTUM_M
    then = lines + matrix(packed_border(moved, border), 8 + markers, 5, nodes)
    assert np.abs(then[:3] - moved.lines).max() <= 0.51 * QUANTUM_M
    assert np.abs(then[3:] - moved.responses).max() <= 0.51 * QUANTUM_M


def test_the_course_is_as_long_as_the_line_so_that_the_ruler_beside_it_is_right():
    case = load_case("declared", assignments=["space.length_km=20"], days=1)
    plain = plain_ground(Ground.of(DmzModel(case, seed=1, world=0)))
    s, east, north = np.array(plain["course"]).T
    assert np.hypot(np.diff(east), np.diff(north)).sum() == pytest.approx(20_000, rel=0.002)
    assert s[0] == 0 and s[-1] == 20_000 and plain["length"] == 20_000
