"""One kernel for any cut of time; units asleep."""

import os

import numpy as np
import pytest
from harness import Field, patrols
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.codes import Trigger
from sim.field.shifts import ERRORS, WAY
from sim.model import DmzModel
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH
from sim.state import TALLY, UNIT


@settings(max_examples=60 if os.environ.get("DMZ_FULL") == "1" else 8)
@given(
    approach=st.sampled_from((50, 100, 250)),
    standoff=st.integers(20, 500),
    spread=st.sampled_from((0, 150)),
    recon=st.sampled_from((0, 0.2)),
    error=st.integers(0, 40),
    jitter=st.sampled_from((0, 3, 20)),
    margin=st.integers(0, 30),
    looks=st.sampled_from((0.5, 4, 30)),
    sight=st.sampled_from((500, 10000)),
    cover=st.sampled_from((0, 0.8)),
    track=st.sampled_from((3, 10, 25)),
    map_error=st.sampled_from((0, 25)),
    mines=st.sampled_from((0, 0.05)),
    rate=st.sampled_from((0, 0.1)),
    luck=st.integers(0, 3),
)
def test_sleep_changes_nothing(
    approach,
    standoff,
    spread,
    recon,
    error,
    jitter,
    margin,
    looks,
    sight,
    cover,
    track,
    map_error,
    mines,
    rate,
    luck,
):
    """Whatever the parameters: who walks every unit through every tick finds the same to the bit."""
    busy = {
        "start": "2025-05-01",
        "north__patrols__slots": 30,
        "north__patrols__standoff_m": standoff,
        "north__works__slots": 60,
        "north__works__share": 1,
        "north__navigation__error_m": error,
        "south__patrols__slots": 10,
        "south__patrols__standoff_m": standoff,
        "south__navigation__error_m": error,
        "mines__strikes_per_km": mines,
        "mines__strikes_per_party_day": mines,
        "south__stray__per_post_year": rate,
        "border__correlation_km": 0.5,
    }
    for side in ("north", "south"):
        busy |= {
            f"{side}__map_error_m": map_error,
            f"{side}__patrols__spread_m": spread,
            f"{side}__patrols__recon_share": recon,
            f"{side}__patrols__recon_distance_m": 20,
            f"{side}__watch__posts": 12,
            f"{side}__watch__approach_m": approach,
            f"{side}__watch__jitter_m": jitter,
            f"{side}__watch__margin_m": margin,
            f"{side}__watch__looks_per_hour": looks,
            f"{side}__watch__range_m": sight,
            f"{side}__watch__vegetation_loss": cover,
            f"{side}__watch__night_factor": 0.6,
            f"{side}__watch__track_interval": track,
        }
    asleep, awake = Field(luck=luck, **busy), Field(luck=luck, **busy)
    awake.model.sparing = False
    for field in (asleep, awake):
        field.play(minutes=2300)
    assert asleep.history == awake.history
    assert awake.asleep.size == 0
    for name in TALLY.names:
        assert asleep.tallies[name].tobytes() == awake.tallies[name].tobytes(), name
    out = np.flatnonzero(awake.units["active"] == 1)
    for name in UNIT.names:
        if name not in ("wake", "depth"):  # of paths on its own side nobody asks how deep
            assert asleep.units[name][out].tobytes() == awake.units[name][out].tobytes(), name
    assert np.array_equal(*(np.maximum(field.units["depth"], 0.0)[out] for field in (asleep, awake)))


@settings(max_examples=40 if os.environ.get("DMZ_FULL") == "1" else 5)
@given(
    scenario=st.sampled_from(("worst", "misjudged", "partly_restored_collapsed", "record_2024")),
    mines=st.sampled_from((0, 0.1)),
    looks=st.sampled_from((0.5, 8, 30)),
    approach=st.sampled_from((50, 200)),
    track=st.sampled_from((3, 25)),
    standoff=st.sampled_from((20, 300)),
    luck=st.integers(0, 10),
)
def test_sleep_changes_nothing_where_everybody_acts(scenario, mines, looks, approach, track, standoff, luck):
    """Who is met in an incident goes on from where it is then, and not from where it was to sleep."""
    values = {"clock.warmup_days": 0, "mines.strikes_per_km": mines}
    for side in ("north", "south"):
        values |= {
            f"{side}.watch.looks_per_hour": looks,
            f"{side}.watch.approach_m": approach,
            f"{side}.watch.track_interval": track,
            f"{side}.patrols.standoff_m": standoff,
        }
    case = load_case(scenario, assignments=[f"{key}={value}" for key, value in values.items()], days=20)
    spared, walked = (_played(case, sparing, luck=luck, world=luck) for sparing in (True, False))
    assert spared == walked


def _played(case, sparing, **address):
    """All that is told of a run."""
    model = DmzModel(case, seed=1, **address)
    model.sparing = sparing
    told = ("incidents", "log", "tallies", "posts", "run")
    return {at: bits for at, bits in model.run().state.bits().items() if at[0] in told}


def test_who_meets_a_mine_is_not_put_to_sleep():
    """An incident takes it somewhere else: what it would have slept through is no longer settled."""
    busy = {
        "north__patrols__slots": 150,
        "north__patrols__standoff_m": 150,
        "mines__strikes_per_km": 0.1,
        "south__watch__posts": 12,
        "south__watch__approach_m": 100,
        "south__watch__looks_per_hour": 8,
    }
    asleep, awake = Field(**busy), Field(**busy)
    awake.model.sparing = False
    struck = 0
    for _ in range(54):
        before = len(asleep.events)
        for field in (asleep, awake):
            field.play(minutes=10)
        for event in asleep.events[before:]:
            if event["trigger"] == Trigger.MINE_STRIKE:
                struck += 1
                one, other = (field.model.state.units[event["row"]] for field in (asleep, awake))
                for name in ("t", "z", "step", "wake", "next_look", "looks", "track"):
                    assert one[name] == other[name], name
    assert struck > 5


def test_most_units_sleep_through_most_ticks():
    field = Field(
        north__patrols__slots=200,
        north__patrols__standoff_m=250,
        north__patrols__spread_m=50,
        north__works__slots=50,
        north__works__share=1,
        start="2025-05-01",
        south__watch__posts=8,
    ).play(minutes=720)
    units = field.model.state.units
    assert field.asleep.size > 0.8 * (units["active"] == 1).sum() > 50
    assert set(units["drawn"][field.asleep]) == {0, WAY, ERRORS}


@pytest.mark.parametrize("policy", ["common_line", "satellite_navigation", "better_rangefinding"])
def test_lines_and_rules_that_change_find_sleepers_where_they_would_be(policy):
    """At midnight a policy moves the lines, the error or the watcher's instruments: sleepers wake first."""
    case = load_case("declared", [policy], days=8)
    spared, walked = (_played(case, sparing, luck=2) for sparing in (True, False))
    assert spared == walked


def test_who_has_no_errors_drawn_never_came_within_the_approach():
    """What is presumed of them, at every tick: ask for their places."""
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
    state, step_m = field.model.state, field.model.scene.land.line_step_m
    nodes = step_m * np.arange(state.responses.shape[1])
    for _ in range(53):
        field.play(minutes=10)
        state.run["minute"] = field.minute
        undrawn = np.flatnonzero((state.units["active"] == 1) & (state.units["drawn"] < ERRORS))
        for row in undrawn:
            s, d = field.model.scene.position(row)
            assert d - np.interp(s, nodes, state.responses[SOUTH]) > 100.0
        assert undrawn.size > 50


@pytest.mark.parametrize("side", ["north", "south"])
@pytest.mark.parametrize("bent", ["own belief", "the other side's response line"])
def test_lines_that_bring_a_unit_near_have_its_errors_drawn(tmp_path, side, bent):
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
    units = field.model.state.units
    out = (units["side"] == (NORTH if side == "north" else SOUTH)) & (units["end"] > 0)
    assert out.sum() >= 20 and (units["drawn"][out] == ERRORS).all()
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
