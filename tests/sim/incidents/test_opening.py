"""How incidents open: violations, mines, rounds that nobody ordered, attacks that somebody did."""

import numpy as np
import pytest
from forced import ONE_PATROL, acts, incidents, minutes, only, shot

import sim.model
from sim.codes import Cause, Trigger
from sim.constants import NEVER
from sim.field.path import where_in
from sim.outcome.outcome import outcome
from sim.sides import NORTH, SIDES, SOUTH


@pytest.mark.parametrize("hour", [0, 10, 23])
def test_a_dated_shot_falls_in_its_hour_even_the_first_of_the_run(play, hour):
    assert only(play(injects=[shot(hour=hour)]))["opened"] == 60.0 * hour


def test_a_dated_stray_shot_stays_one_and_is_marked(play):
    model = play(injects=[shot()])
    data = only(model)
    assert data["trigger"] == Trigger.STRAY_SHOT
    assert Cause.words()[data["cause"]] == "stray_shot"
    assert (data["dated"], data["accidental"], data["stray_origin"]) == (1, 1, NORTH)
    assert data["opened"] == 600.0
    assert data["first"] == SOUTH  # whose post was hit perceives it


def test_strays_by_themselves_are_accidental(play):
    model = play(
        posts=None, days=20, north__watch__posts=1000, south__watch__posts=0, north__stray__per_post_year=0.1
    )
    assert len(incidents(model)) == 0  # no post opposite
    model = play(
        posts=None, days=20, north__watch__posts=1000, south__watch__posts=5, north__stray__per_post_year=0.1
    )
    rows = incidents(model)
    assert len(rows) == model.state.tallies["stray_shots"][NORTH] > 0
    assert np.all(rows["accidental"] == 1) and np.all(rows["dated"] == 0)


@pytest.mark.parametrize(("firing", "struck"), [("north", "south"), ("south", "north")])
def test_who_is_struck_reads_and_who_fired_explains(play, firing, struck):
    """Each by its own chance: those of the other side decide nothing."""
    rounds = [shot(side=firing)]
    of_both = {f"{firing}.stray.read_as_attack": -9, f"{struck}.stray.read_as_attack": 4}
    shaken = play(injects=rounds, **of_both)
    calm = play(injects=rounds, **{name: -5 - value for name, value in of_both.items()})
    assert acts(shaken, "read_as_attack") and acts(calm, "read_as_stray")
    assert only(shaken)["p_read"] > 0.98 and only(calm)["p_read"] < 0.01
    for p_firing in (0, 1):
        chances = {f"{firing}.stray.p_explained": p_firing, f"{struck}.stray.p_explained": 1 - p_firing}
        quiet = {f"{side}.rules.quiet_minutes": 600 for side in (firing, struck)}
        model = play(injects=rounds, **chances, **quiet)
        assert bool(acts(model, "explained")) == (p_firing == 1)


def test_the_hotline_explains_sooner(play):
    slow, fast = (
        play(
            injects=[shot()],
            north__stray__p_explained=1,
            north__stray__explain_minutes=100,
            hotline__working=working,
            hotline__call_minutes=10,
            hotline__p_connect=1,
            south__rules__quiet_minutes=600,
        )
        for working in (False, True)
    )
    assert minutes(fast, "explained")[0] == pytest.approx(0.1 * minutes(slow, "explained")[0])


def test_a_hotline_that_does_not_connect_explains_nothing_sooner(play):
    without, dead = (
        play(
            injects=[shot()],
            north__stray__p_explained=1,
            north__stray__explain_minutes=100,
            hotline__working=working,
            hotline__p_connect=0,
            south__rules__quiet_minutes=600,
        )
        for working in (False, True)
    )
    assert minutes(dead, "explained") == minutes(without, "explained")


def test_no_weapons_no_mines_no_strays_no_rung_above_broadcast(play):
    peaceful = {"north.rules.weapons": False, "south.rules.weapons": False}
    for luck in range(5):
        model = play(luck=luck, south__rules__p_grant_action=0.5, **peaceful, **ONE_PATROL)
        assert incidents(model)["rung"].max() == 1
        assert not acts(model, "warning_shots", "aimed_fire")


def test_nobody_who_is_not_seen_is_in_an_incident(play):
    model = play(south__watch__looks_per_hour=0, **ONE_PATROL)
    assert len(incidents(model)) == 0
    assert model.state.tallies["crossings"][NORTH] > 0
    assert model.state.tallies["unanswered"][NORTH] > 0


def test_a_provocation_is_ordered_and_never_accidental(play):
    model = play(injects=[shot("provocation")], south__fire__p_reply=1)
    data = only(model)
    assert data["trigger"] == Trigger.PROVOCATION
    assert Cause.words()[data["cause"]] == "order"
    assert (data["accidental"], data["dated"], data["rung"]) == (0, 1, 3)
    assert (data["answered"], data["spells"].tolist()) == (1, [1, 1])
    row = outcome(model.scene).row
    assert (row["clashes"], row["clashes_ordered"]) == (0, 1)


MINES = {
    "mines.strikes_per_km": 0.1,
    "mines.lane_error": 1,
    "mines.lane_halfwidth_m": 0.5,
    "north.patrols.slots": 40,
    "north.patrols.speed_kmh": 3,
    "north.patrols.standoff_m": 500,
    "north.navigation.error_m": 10,
}


def test_a_mine_strike_is_rung_0_until_somebody_acts_on_it(play):
    model = play(lines=(0, 0, 0), mines__read_as_attack=0, mines__casualties=3, **MINES)
    rows = incidents(model)
    assert len(rows) > 20
    assert np.all(rows["trigger"] == Trigger.MINE_STRIKE) and np.all(rows["rung"] == 0)
    assert {Cause.words()[c] for c in rows["cause"]} == {"mine"}
    assert np.all(rows["accidental"] == 1)
    assert rows["mine_casualties"].sum() > 20
    assert np.all(rows["casualties"] == 0)
    row = outcome(model.scene).row
    assert row["casualties_mines"] == rows["mine_casualties"].sum()
    assert row["casualties_north"] == 0


def test_a_mine_strike_read_as_attack_is_answered_by_its_own_side(play):
    model = play(lines=(0, 0, 0), mines__read_as_attack=1, **MINES)
    rows = incidents(model)
    closed = rows[(rows["closed"] < NEVER)]
    assert np.all(closed["spells"][:, NORTH] >= 1)
    assert np.all(closed["rung"] == 3)
    assert np.all(closed["answered"] == 0)  # nobody had fired at it


def test_response_lines_decide_what_is_a_violation(play):
    """At d = -100: past the south's own belief of 0, not past a commission's line at -150."""
    lines = (-100, 0, -150)
    assert len(incidents(play(lines=lines, **ONE_PATROL))) > 0
    for rule in ("commission", "favour_other"):
        model = play(lines=lines, south__response__line=rule, **ONE_PATROL)
        assert len(incidents(model)) == 0, rule


def test_a_common_line_ends_what_maps_alone_made(play):
    model = play(lines=(-100, 0, 0), border__common_line="commission", **ONE_PATROL)
    assert len(incidents(model)) == 0


@pytest.mark.parametrize("group_m", [0, 500, 900])
def test_units_that_the_watchers_group_are_one_incident(play, group_m):
    model = play(
        space__length_km=6,
        space__area_km=6,
        north__patrols__slots=10,
        south__watch__group_m=group_m,
        posts=(("north", 3, 500), ("south", 3, -500)),
    )
    rows = incidents(model)
    morning = rows[rows["opened"] < 720.0]
    assert 2 <= len(morning) <= (10 if group_m == 0 else 9)
    for i, one in enumerate(morning):
        for other in morning[i + 1 :]:
            if other["opened"] < one["opened"] + 60.0:
                assert abs(one["s"] - other["s"]) > 0.9 * group_m


def test_units_far_apart_are_two_incidents(play):
    model = play(space__length_km=24, north__patrols__slots=2)
    first, second = incidents(model)[:2]
    assert second["opened"] < first["closed"]
    assert abs(first["s"] - second["s"]) > model.scene.regime.sides[SOUTH].watch.group_m
    assert {int(first["unit"][NORTH]), int(second["unit"][NORTH])} == {0, 1}


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (NORTH, {"north": -5, "south": 125, "commission": 102, "true": 95}),
        (SOUTH, {"north": 125, "south": -5, "commission": 18, "true": 25}),
    ],
)
def test_every_line_judges_where_a_unit_stood(play, side, expected):
    """Patrols keep 5 m from where they believe the line: 100 m too far south, and 30 m too far north."""
    name, watcher = SIDES[side], SIDES[1 - side]
    post = (watcher, 6, -500 if side == NORTH else 500)
    patrol = {f"{name}.patrols.slots": 1, f"{name}.patrols.standoff_m": 5}
    model = play(lines=(-100, 30, 7), posts=[post], **patrol)
    rows, told = incidents(model), outcome(model.scene)
    assert len(rows) > 0
    for line, metres in expected.items():
        assert rows[f"past_{line}"] == pytest.approx(metres)
        assert [each[f"past_{line}_m"] for each in told.incidents] == rows[f"past_{line}"].tolist()
        assert told.row[f"stood_past_{line}_line_{name}"] == len(rows) * (metres > 0)
        assert told.row[f"stood_past_{line}_line_{watcher}"] == 0
    assert rows["depth"] == pytest.approx(expected[watcher])


def test_an_error_of_the_fix_moves_what_is_seen_and_not_what_stood(play):
    """A unit 5 m on its own side of the commission's line: only the eye can put it past."""
    seen = set()
    for luck in range(8):
        model = play(luck=luck, lines=(5, 60, 0), south__watch__range_error_m=20, **ONE_PATROL)
        rows, row = incidents(model), outcome(model.scene).row
        assert rows["past_commission"] == pytest.approx(-5) and row["stood_past_commission_line_north"] == 0
        assert row["seen_past_commission_line_north"] == (rows["fix_m"] > 5).sum()
        assert row["seen_past_commission_line_south"] == 0
        seen |= set((rows["fix_m"] > 5).tolist())
    assert seen == {False, True}


def test_who_walks_is_in_it_where_the_look_saw_them_and_not_where_they_are_once_the_tick_ends(
    play, monkeypatch
):
    stood, begin = [], sim.model.begin

    def noted(scene, parties, under_way, minute, event):
        unit = scene.state.units[event["row"]]
        assert unit["t"] == minute < scene.minute and unit["speed"] != 0.0
        stood.append(where_in(scene.state.units, event["row"], scene.courses)[0])
        return begin(scene, parties, under_way, minute, event)

    monkeypatch.setattr(sim.model, "begin", noted)
    model = play(lines=(-100, 0, 0), north__patrols__speed_kmh=3, **ONE_PATROL)
    assert stood and incidents(model)["s"].tolist() == stood


def test_what_no_violation_began_stands_past_no_line(play):
    model = play(injects=[shot()])
    assert outcome(model.scene).incidents[0]["past_true_m"] is None
    assert outcome(model.scene).row["seen_past_true_line_north"] == 0
