"""One kernel for any cut of time; units that are spared their steps."""

import numpy as np
import pytest
from harness import Field, patrols

from sim.codes import Trigger
from sim.field.path import catch_up_all
from sim.model import DmzModel
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH


def test_units_out_of_reach_are_spared_without_changing_anything():
    """All that they are spared, done for all: the same events, looks, crossings and places."""
    runs = []
    for blind in (False, True):
        field = Field(
            north__patrols__slots=60,
            north__patrols__standoff_m=40,
            north__patrols__spread_m=200,
            north__navigation__error_m=25,
            north__map_error_m=25,
            south__map_error_m=25,
            south__patrols__slots=20,
            south__patrols__standoff_m=60,
            south__watch__posts=8,
            north__watch__posts=8,
            border__commission_error_m=15,
            south__watch__jitter_m=20,
            south__watch__margin_m=0,
            south__watch__approach_m=100,
        )
        if blind:
            field.model.sparing, field.model.scene.regime.records["reach"] = False, 1e6
        runs.append(field.play(days=24.5))
    seen, blind = runs
    assert seen.spared.size > 0
    assert blind.spared.size == 0
    assert seen.count(Trigger.VIOLATION) > 20
    assert seen.history == blind.history
    assert seen.tallies.tobytes() == blind.tallies.tobytes()
    catch_up_all(seen.units, seen.model.scene.regime.records, seen.minute, seen.model.scene.tick)
    for name in ("z", "t", "step", "active", "tracks", "track", "violations"):
        assert np.array_equal(seen.units[name], blind.units[name]), name
    crossed = [np.maximum(run.units["depth"], 0.0) for run in runs]
    assert np.array_equal(*crossed)


def test_lines_that_change_bring_spared_units_back_where_they_would_be():
    """At midnight a policy moves the lines and the error's memory: spared units catch up first."""
    states = []
    for sparing in (True, False):
        model = DmzModel(load_case("declared", ["common_line"], days=8), luck=2, seed=1)
        model.sparing = sparing
        states.append(model.run().state)
    spared, walked = states
    for name in ("incidents", "log", "tallies", "posts", "run"):
        ours, theirs = getattr(spared, name), getattr(walked, name)
        assert all(ours[f].tobytes() == theirs[f].tobytes() for f in ours.dtype.names), name


def test_a_spared_unit_never_came_within_the_approach():
    """What sparing presumes, at every tick: watch the places of those that were spared."""
    field = Field(
        north__patrols__slots=200,
        north__patrols__standoff_m=220,
        north__patrols__spread_m=50,
        north__navigation__error_m=12,
        north__map_error_m=20,
        south__watch__posts=8,
        south__watch__approach_m=100,
    )
    field.play(minutes=360)
    responses, step_m = field.model.state.responses, field.model.scene.land.line_step_m
    nodes = step_m * np.arange(responses.shape[1])
    for _ in range(53):
        field.play(minutes=10)
        field.model.state.run["minute"] = field.minute
        for row in field.spared:
            s, d = field.model.scene.position(row)
            assert d - np.interp(s, nodes, responses[SOUTH]) > 100.0
        assert 50 < field.spared.size < 200


@pytest.mark.parametrize("side", ["north", "south"])
@pytest.mark.parametrize("bent", ["own belief", "the other side's response line"])
def test_lines_that_bring_a_unit_near_keep_it_from_being_spared(tmp_path, side, bent):
    """It means to keep 170 m; a line 80 m off brings it within the 100 m that are looked at."""
    other = "south" if side == "north" else "north"
    sign = 1 if side == "north" else -1
    lines = {side: -80 * sign, other: 0} if bent == "own belief" else {side: 0, other: 80 * sign}
    file = tmp_path / "lines.csv"
    rows = "".join(f"{s},{lines['north']},{lines['south']},0\n" for s in (0, 12))
    file.write_text("s_km,north_m,south_m,commission_m\n" + rows)
    field = Field(
        **{
            "border__lines_file": str(file),
            f"{side}__patrols__slots": 20,
            f"{side}__patrols__standoff_m": 170,
            f"{side}__navigation__error_m": 1,
            f"{other}__watch__posts": 6,
            f"{other}__watch__approach_m": 100,
            f"{other}__watch__looks_per_hour": 20,
            f"{other}__response__line": "own",
        }
    ).play(days=1)
    assert field.spared.size == 0
    assert field.tallies["looks"][NORTH if side == "north" else SOUTH] > 500


def test_tick_by_tick_is_the_same_as_day_by_day():
    busy = {
        "north__patrols__slots": 40,
        "north__patrols__standoff_m": 30,
        "north__navigation__error_m": 20,
        "south__watch__posts": 8,
        "south__stray__per_post_year": 0.1,
        "mines__strikes_per_km": 0.05,
        "south__watch__confirm_looks": 1,
        "north__works__slots": 20,
    }
    whole, cut = Field(**busy).play(days=5), Field(**busy)
    for _ in range(5 * 144):
        cut.play(minutes=10)
    assert whole.model.state.identical(cut.model.state)
    assert whole.history == cut.history != []


def test_a_tick_that_a_violation_breaks_off_leaves_no_luck_to_reuse():
    """The deviate of a broken tick pulled the unit to where it was seen; the next needs another."""
    field = patrols(
        10,
        slots=500,
        south__watch__posts=60,
        south__watch__looks_per_hour=60,
        south__watch__confirm_looks=1,
        south__watch__margin_m=0,
    )
    field.play(minutes=360)
    for _ in range(20):
        before = field.units["step"].copy()
        n = len(field.events)
        field.play(minutes=10)
        for event in field.events[n:]:
            assert field.units["step"][event["row"]] == before[event["row"]] + 1
    assert field.count(Trigger.VIOLATION) > 100
