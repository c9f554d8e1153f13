"""Ingredients of accidents: each removal holds what its sentence promises, everywhere and always."""

from functools import cache

import numpy as np
import pytest
from little import BUSY

from experiments.design.ingredients import contains, ingredients, without
from experiments.study.removals import plain
from sim.acts import Act
from sim.codes import Trigger
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.scenario.library import shipped
from sim.scenario.loading import load_case
from sim.scenario.overlays import regimes
from sim.sides import NORTH, SOUTH

BY_NAME = {each.name: each for each in ingredients()}
NAVIGATION = BY_NAME["navigation error"]
# A month in which everything happens that can be taken away.
RICH = (
    *BUSY,
    "start=2025-06-01",
    "border.marker_survival=0.3",
    "north.map_error_m=20",
    "south.map_error_m=20",
    "north.marker_use=0.7",
    "north.works.distance_m=25",
    "north.works.night_share=0.5",
    "north.patrols.slots=20",
    "north.patrols.standoff_m=30",
    "south.watch.eye_only=0.1",
    "south.watch.eye_bias_m=-40",
    "south.rules.step_minutes=5",
    "north.conduct.attack_intercept=-1",
    "north.stray.per_post_year=0.1",
    "south.stray.per_post_year=0.1",
    *(f"{side}.stray.read_as_attack=4" for side in ("north", "south")),
    *(f"{side}.stray.p_explained=0" for side in ("north", "south")),
    *(f"{side}.fire.p_grant_reply=1" for side in ("north", "south")),
    "mines.strikes_per_party_day=0.1",
    "mines.strikes_per_km=0.05",
    "weather.fog_factor=3",
    "north.voice.campaign=0.5",
    "talks.outcome=collapsed",
    "talks.offer_day=1",
    "talks.answer_days=1",
    "talks.session_day=3",
    "talks.agreed_day=5",
    "talks.implemented_day=6",
)
DAYS, SEED = 8, 7  # with a stray round, and fire in answer to it


@cache
def rich(*assignments, policies=()):
    return load_case("declared", policies, (*RICH, *assignments), DAYS)


@cache
def played(name, *assignments):
    """A run of the rich month without an ingredient; None: with all of them."""
    removed = [] if name is None else [BY_NAME[name]]
    return DmzModel(without(rich(*assignments), removed), seed=SEED).run()


def acts(model, *wanted):
    return [line for line in model.state.log if line[4] in wanted]


def incidents(model, trigger=None):
    table = model.state.incidents.table
    return table if trigger is None else table[table["trigger"] == trigger]


# -- the table ------------------------------------------------------------------------------------


def test_the_eleven_of_the_issue_each_say_what_goes_and_what_stays():
    assert list(BY_NAME) == [
        "marker loss",
        "map difference",
        "navigation error",
        "observer's fix error",
        "fog and night",
        "fire-control rule",
        "delay",
        "tension",
        "dead hotline",
        "stray rounds",
        "mines",
    ]
    for each in ingredients():
        for said in (each.removed, each.stays):
            assert said.endswith(".") and said == " ".join(said.split()), each.name
        assert each.paths


def test_no_two_set_the_same_value():
    paths = [path for each in ingredients() for path in each.paths]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("name", sorted(shipped("scenarios")))
def test_all_can_be_taken_from_every_shipped_scenario(name):
    case = load_case(name)
    bare = without(case, ingredients())
    last = len(case.overlays)
    for active in regimes(case.overlays, case.scenario.talks.may_agree):
        assert bare.parameters((*active, last)).hotline.working
    assert bare.in_world(0).parameters((last,)).north.navigation.error_m == 0.0


def test_nothing_removed_is_the_case_itself():
    assert without(rich(), []) is rich()


def test_clones_are_left_out_and_change_no_run():
    cloned = rich("clones.number=1")
    assert plain(cloned).scenario.clones.number == 0
    rows = [outcome(DmzModel(case, seed=SEED).run().scene).row for case in (plain(cloned), rich())]
    assert rows[0] == rows[1]


# -- removed everywhere ---------------------------------------------------------------------------


def test_a_removal_has_the_last_word_over_draws_policies_clauses_and_dates(tmp_path):
    """Whatever sets a value of it: the scenario, a draw, a policy, a clause of an agreement, a date."""
    (tmp_path / "draws.csv").write_text("south.watch.jitter_m,north.navigation.error_m\n3,9\n5,11\n")
    (tmp_path / "dim.yaml").write_text(
        "name: dim\nbinds: [south]\nset: {south: {watch: {range_error_m: 20}}}\n"
    )
    (tmp_path / "agreed.yaml").write_text(
        "name: agreed\nbinds: [south]\nset: {south: {watch: {registration_m: {plus: 4}}}}\n"
    )
    (tmp_path / "own.yaml").write_text(
        "extends: declared\nname: own\nposterior: draws.csv\ndays: 20\nclock: {warmup_days: 2}\n"
        "talks: {outcome: accepted, offer_day: 0, answer_days: 0, session_day: 0, agreed_day: 1, "
        "implemented_day: 2, agreed_clauses: [agreed], implemented_clauses: []}\n"
        "injects: [{name: shaky, date: 2025-11-03, set: {south: {watch: {eye_only: 0.1}}}}]\n"
    )
    case = load_case(str(tmp_path / "own.yaml"), (str(tmp_path / "dim.yaml"),))
    watches = []
    for each in (case, without(case, [BY_NAME["observer's fix error"]])):
        model = DmzModel(each, world=1, seed=1)
        seen = []
        while model.running and model.minute < 8 * 1440:
            model.run(days=0.5)
            watch = model.scene.regime.sides[SOUTH].watch
            names = ("range_error_m", "azimuth_error_mil", "jitter_m", "registration_m", "eye_only")
            seen.append({getattr(watch, name) for name in names})
            assert model.scene.regime.sides[NORTH].navigation.error_m == 11.0
        watches.append(seen)
    assert {20.0, 5.0, 12.0, 0.1} <= set.union(*watches[0])
    assert all(seen == {0.0} for seen in watches[1])


def test_a_run_begins_without_what_a_draw_would_have_begun_it_with(tmp_path):
    """Tension begins at rest, before any overlay is in force."""
    (tmp_path / "draws.csv").write_text("north.politics.resting\n0.6\n0.5\n")
    (tmp_path / "own.yaml").write_text("extends: declared\nname: own\nposterior: draws.csv\n")
    case = load_case(str(tmp_path / "own.yaml"))
    begun = [
        DmzModel(each, world=1, seed=1).state.governments["tension"].tolist()
        for each in (case, without(case, [BY_NAME["tension"]]))
    ]
    assert begun == [[0.5, 0.2], [0.0, 0.0]]


def test_worlds_and_lucks_stay():
    bare, whole = (DmzModel(without(rich(), each), seed=SEED) for each in (ingredients(), []))
    world, other = bare.scene.world, whole.scene.world
    assert (world.paths == other.paths).all() and (world.projects == other.projects).all()
    assert (world.posts["registration"] == other.posts["registration"]).all()
    assert bare.scene.luck == whole.scene.luck
    units = [model.run(days=0.3).state.units for model in (bare, whole)]
    both = np.all([each["active"] == 1 for each in units], axis=0)
    assert both.sum() > 10 and (units[0]["key"] == units[1]["key"])[both].all()


def test_what_is_not_there_is_not_contained_and_its_removal_changes_nothing():
    quiet = rich("north.stray.per_post_year=0", "south.stray.per_post_year=0")
    assert contains(rich(), BY_NAME["stray rounds"]) and not contains(quiet, BY_NAME["stray rounds"])
    rows = [
        outcome(DmzModel(each, seed=SEED).run().scene)
        for each in (quiet, without(quiet, [BY_NAME["stray rounds"]]))
    ]
    assert rows[0].row == rows[1].row and rows[0].incidents == rows[1].incidents


@pytest.mark.parametrize("each", ingredients(), ids=lambda each: each.name)
def test_the_rich_month_contains_all(each):
    assert contains(rich(), each)


def test_a_policy_may_take_an_ingredient_away_and_lines_of_ones_own_one_more():
    assert not contains(rich(policies=("hotline",)), BY_NAME["dead hotline"])
    assert not contains(load_case("own_lines"), BY_NAME["marker loss"])
    assert contains(load_case("own_lines"), BY_NAME["map difference"])


def test_an_ingredient_that_one_draw_has_is_contained(tmp_path):
    (tmp_path / "draws.csv").write_text("north.navigation.error_m,south.navigation.error_m\n0,0\n0,0\n3,0\n")
    (tmp_path / "own.yaml").write_text("extends: declared\nname: own\nposterior: draws.csv\n")
    case = load_case(str(tmp_path / "own.yaml"))
    assert contains(case, BY_NAME["navigation error"])
    (tmp_path / "draws.csv").write_text("north.navigation.error_m,south.navigation.error_m\n0,0\n0,0\n")
    assert not contains(load_case(str(tmp_path / "own.yaml")), BY_NAME["navigation error"])


# -- each holds its promise -----------------------------------------------------------------------


def test_without_marker_loss_all_stand_and_all_are_used():
    model = played("marker loss")
    scene, parameters = model.scene, model.scene.regime.parameters
    assert scene.world.standing(parameters, model.state.restored).all()
    nodes = scene.world.grid.marker_nodes
    assert (model.state.lines[:, nodes] == 0.0).all()
    assert (
        not played(None)
        .scene.world.standing(played(None).scene.regime.parameters, model.state.restored)
        .all()
    )
    assert np.abs(model.state.lines).max() < np.abs(played(None).state.lines).max()


def test_without_map_difference_there_is_one_line():
    model = played("map difference")
    north, south, commission = model.state.lines
    assert (north == commission).all() and (south == commission).all()
    assert (model.state.responses == commission).all() and commission.any()
    violations = incidents(model, Trigger.VIOLATION)
    assert len(violations) and (violations["map_m"] == 0.0).all()
    assert (incidents(played(None), Trigger.VIOLATION)["map_m"] != 0.0).any()


def test_without_navigation_error_units_are_where_they_mean_to_be():
    model = played("navigation error")
    violations = incidents(model, Trigger.VIOLATION)
    assert len(violations) and (violations["nav_m"] == 0.0).all()
    whole, bare = (DmzModel(without(rich(), each), seed=SEED).run(days=6.5) for each in ([], [NAVIGATION]))
    for model, errs in ((whole, True), (bare, False)):
        model.scene.rouse_units()
        out = model.state.units[model.state.units["active"] == 1]
        assert len(out) and (out["nav_sd"] > 0.0).all() == errs == (out["nav_sd"] > 0.0).any()


def test_without_fix_error_fixes_are_the_truth():
    model = played("observer's fix error")
    violations = incidents(model, Trigger.VIOLATION)
    assert len(violations) and (violations["fix_m"] == 0.0).all()
    assert (model.state.units["fix"] == 0.0).all()
    assert (incidents(played(None), Trigger.VIOLATION)["fix_m"] != 0.0).all()


def test_without_fog_and_night_no_weather_and_no_dusk_matter():
    """Runs under other skies are the same, but for what tells whether it was dark."""
    skies = (
        ("weather.fog_factor=0", "weather.twilight_deg=0"),
        ("weather.fog_factor=5", "weather.twilight_deg=-18"),
    )

    def told(name, sky):
        found = outcome(played(name, *sky).scene)
        return found.row, [
            {key: cell for key, cell in row.items() if key != "night"} for row in found.incidents
        ]

    assert told("fog and night", skies[0]) == told("fog and night", skies[1])
    assert told(None, skies[0]) != told(None, skies[1])
    assert (incidents(played("fog and night"))["night"] == 1).any()  # who is out by night stays


def test_without_the_rules_shots_a_violation_meets_voices_alone():
    model = played("fire-control rule")
    violations = incidents(model, Trigger.VIOLATION)
    assert (violations["broadcasts"].sum(axis=1) > 0).any() and violations["volleys"].sum() == 0
    assert violations["spells"].sum() == 0
    assert incidents(model)["spells"].sum() > 0  # rounds at posts are answered as before
    assert incidents(played(None), Trigger.VIOLATION)["spells"].sum() > 0


def test_without_delay_the_first_step_comes_at_once():
    rows = [outcome(played(name).scene).incidents for name in ("delay", None)]
    waits = [
        [row["to_broadcast_minutes"] for row in each if row["begun_by"] == "violation" and row["broadcasts"]]
        for each in rows
    ]
    assert len(waits[0]) > 5 and set(waits[0]) == {0.0} and min(waits[1]) > 0.0
    asked = {(line[0], line[1]) for line in acts(played("delay"), Act.ASKED)}
    answered = {
        (line[0], line[1]) for line in acts(played("delay"), Act.WARNING_SHOTS, Act.REFUSED, Act.LAPSED)
    }
    assert asked and answered & asked


def test_without_tension_it_is_0_all_the_time():
    model = played("tension")
    assert incidents(model)["spells"].sum() > 0 and (model.state.daily == 0.0).all()
    assert model.scene.tension.at(model.minute) == (0.0, 0.0)
    assert (model.state.governments["work_intensity"] == 1.0).all()
    assert (played(None).state.daily > 0.0).all()


def test_without_a_dead_hotline_calls_are_answered():
    assert acts(played("dead hotline"), Act.CALLED) and not acts(played(None), Act.CALLED, Act.NO_ANSWER)


def test_without_stray_rounds_none_is_fired_but_those_that_are_dated(tmp_path):
    assert played("stray rounds").state.tallies["stray_shots"].sum() == 0
    assert not len(incidents(played("stray rounds"), Trigger.STRAY_SHOT))
    assert len(incidents(played(None), Trigger.STRAY_SHOT))
    (tmp_path / "dated.yaml").write_text(
        "extends: declared\nname: dated\ndays: 2\nclock: {warmup_days: 0}\nspace: {length_km: 20}\n"
        "injects: [{name: a shot, date: 2025-11-02, act: stray_shot, side: north, at_km: 10}]\n"
    )
    dated = without(load_case(str(tmp_path / "dated.yaml")), [BY_NAME["stray rounds"]])
    (shot,) = incidents(DmzModel(dated, seed=1).run(), Trigger.STRAY_SHOT)
    assert shot["dated"]


def test_without_mines_nobody_meets_one():
    assert not len(incidents(played("mines"), Trigger.MINE_STRIKE))
    assert len(incidents(played(None), Trigger.MINE_STRIKE))
