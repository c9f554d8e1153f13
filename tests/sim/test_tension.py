"""Tension by its rules: how far what an incident adds spreads, and what follows from it."""

import numpy as np
import pytest

from sim.arithmetic import relax
from sim.codes import Posture, Trigger
from sim.documents import BadInput
from sim.model import DmzModel
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH
from sim.start import DatedShot

# Three areas of 12 km with posts in each, nobody about, and shots where a test dates them.
PLACE = (
    "days=40",
    "start=2025-06-01",
    "space.length_km=36",
    "space.area_km=12",
    "clock.warmup_days=0",
    "mines.strikes_per_km=0",
    "feedback.k=0.3",
    "feedback.half_life_days=20",
)
SIDE = (
    "patrols.slots=0",
    "works.slots=0",
    "watch.posts=12",
    "stray.per_post_year=0",
    "politics.resting=0.2",
    "politics.jumps=[0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]",
    "politics.casualty_jump=0",
)
RULES = ("reciprocal", "without_work", "local")
# A border on which something happens all the year.
BUSY = (
    "days=60",
    "space.length_km=60",
    "north.watch.posts=40",
    "south.watch.posts=20",
    "north.patrols.slots=30",
    "north.works.slots=40",
    "north.works.weeks=30",
    "north.works.first_month=1",
    "north.works.last_month=12",
    "clock.warmup_days=5",
    "south.watch.margin_m=5",
    "north.patrols.recon_share=0.2",
    "north.politics.work_response=3",
    "north.politics.patrol_response=3",
    "north.conduct.attack_intercept=-1",
    "north.navigation.error_m=20",
)
JUMPS = tuple(f"{side}.politics.jumps=[0.01, 0.02, 0.05, 0.1, 0.1, 0.1, 0.1]" for side in ("north", "south"))


def model_of(rule, *more):
    own = [f"{side}.{each}" for side in ("north", "south") for each in SIDE]
    given = [*PLACE, *own, f"feedback.rule={rule}", *more]
    return DmzModel(load_case("declared", assignments=given), seed=1)


def busy(rule, *more, world=0):
    case = load_case("declared", assignments=[*BUSY, f"feedback.rule={rule}", *more])
    return DmzModel(case, seed=1, world=world).run()


def strike(model, km):
    """A stray round of the north at this kilometre, played until the incident is over."""
    begun = model.minute
    shot = DatedShot(begun, Trigger.STRAY_SHOT, NORTH, 1000.0 * km, len(model.state.incidents))
    incident = model.open(begun, shot)
    while not incident.is_closed:
        model.step()
    return incident


def local(model, minute):
    return np.array([model.scene.tension.in_area(area, minute) for area in range(3)])


def test_an_incident_moves_the_tension_of_its_own_area_and_of_no_other():
    model = model_of("local").run(days=1)
    incident = strike(model, 18)
    assert incident.area == 1
    after = local(model, incident.minute)
    assert after[[0, 2]] == pytest.approx(0.2) and after[1] == pytest.approx(0.25)
    assert model.scene.tension.at(incident.minute) == pytest.approx((0.2, 0.2))
    before = after.copy()
    other = strike(model, 30)
    again = local(model, other.minute)
    assert other.area == 2 and again[2] == pytest.approx(0.25) and again[0] == pytest.approx(0.2)
    assert (again[1] < before[1]).all(), "it decays, whatever goes on elsewhere"


def test_the_tension_of_an_area_decays_as_that_of_governments_does():
    model = model_of("local").run(days=1)
    incident = strike(model, 18)
    begun = local(model, incident.minute)[1]
    later = incident.minute + 9.0 * 1440.0
    wanted = relax(*begun, 0.2, 0.2, 20.0, 0.3, 9.0)
    assert local(model, later)[1] == pytest.approx(wanted)
    model.run(days=9)
    assert local(model, later)[1] == pytest.approx(wanted), "nothing else touched it"


def test_the_governments_of_all_areas_are_moved_where_tension_is_not_local():
    for rule in ("reciprocal", "without_work"):
        model = model_of(rule).run(days=1)
        incident = strike(model, 18)
        assert model.scene.tension.at(incident.minute) == pytest.approx((0.25, 0.25))
        for area in range(3):
            felt = [model.governments[side].tension_in(area, incident.minute) for side in (NORTH, SOUTH)]
            assert felt == pytest.approx(model.scene.tension.at(incident.minute))


def test_rounds_and_commands_go_by_the_tension_of_their_own_area():
    model = model_of("local", "south.politics.alert_at=0.5", "south.politics.predelegate_at=0.7").run(days=1)
    incident = strike(model, 18)
    model.scene.tension.rise((0.35, 0.35), incident.minute, 1)
    minute, south = incident.minute, model.governments[SOUTH]
    assert [south.posture_in(area, minute) for area in range(3)] == [
        Posture.NORMAL,
        Posture.ALERT,
        Posture.NORMAL,
    ]
    assert south.posture(south.tension(minute), minute) == Posture.NORMAL, "the government's own is at rest"
    commands = [post for post in model.command_posts if post.side == SOUTH]
    assert [post.alertness(minute) for post in commands] == [0.0, 1.0, 0.0]
    model.scene.tension.rise((0.4, 0.4), minute, 1)
    assert south.posture_in(1, minute) == Posture.PREDELEGATED


def test_talks_reach_everybody():
    model = model_of("local").run(days=1)
    model.scene.tension.jump((0.3, 0.1), model.minute)
    assert model.scene.tension.at(model.minute) == pytest.approx((0.5, 0.3))
    assert local(model, model.minute) == pytest.approx(np.tile((0.5, 0.3), (3, 1)))


def test_tension_of_an_area_stays_between_0_and_1_and_rests_where_governments_do(tmp_path):
    policy = tmp_path / "loud.yaml"
    policy.write_text("name: loud\nbinds: [south]\nstart: 2025-06-11\nset: {south: {voice: {campaign: 1}}}\n")
    given = [*PLACE, *[f"{side}.{each}" for side in ("north", "south") for each in SIDE], "days=300"]
    case = load_case("declared", [str(policy)], [*given, "feedback.rule=local"])
    model = DmzModel(case, seed=1).run(days=5)
    model.scene.tension.rise((5.0, -5.0), model.minute, 0)
    assert local(model, model.minute)[0].tolist() == [1.0, 0.0]
    model.run(days=5.1)  # under the old rest until the policy is in force, and from then on to the new one
    changed = 10.0 * 1440.0
    wanted = relax(*relax(1.0, 0.0, 0.2, 0.2, 20.0, 0.3, 5.0), 0.3, 0.2, 20.0, 0.3, 100.0)
    assert local(model, changed + 100.0 * 1440.0)[0] == pytest.approx(wanted)
    model.run()
    assert local(model, model.minute)[2] == pytest.approx((0.3, 0.2), abs=1e-3)


def test_works_and_patrols_follow_tension_unless_the_rule_says_no():
    intensities = {}
    for rule in RULES:
        model = model_of(rule, "north.politics.work_response=2", "north.politics.patrol_response=-1")
        model.scene.tension.jump((0.3, 0.3), model.minute)
        model.governments[NORTH].act(model.minute)
        record = model.governments[NORTH].record
        intensities[rule] = (float(record["work_intensity"]), float(record["patrol_intensity"]))
    assert intensities["reciprocal"] == pytest.approx((1.6, 0.7)) == intensities["local"]
    assert intensities["without_work"] == (1.0, 1.0)


@pytest.mark.parametrize("rule", RULES)
def test_where_incidents_add_nothing_all_rules_are_one(rule):
    still = tuple(
        f"{side}.politics.{what}"
        for side in ("north", "south")
        for what in ("jumps=[0, 0, 0, 0, 0, 0, 0]", "casualty_jump=0")
    )
    usual, rival = (busy(each, *still) for each in ("reciprocal", rule))
    assert len(usual.state.incidents) > 20
    one, other = (model.state.bits() for model in (usual, rival))
    assert all(one[at] == other[at] for at in one if at[0] in ("units", "incidents", "log"))


def test_without_feedback_on_work_there_are_as_many_workdays_as_without_tension():
    days = {
        rule: [busy(rule, *JUMPS, world=world).state.tallies["workdays"][NORTH] for world in range(2)]
        for rule in RULES
    }
    still = [
        busy("reciprocal", "north.politics.work_response=0", *JUMPS, world=world).state.tallies["workdays"][
            NORTH
        ]
        for world in range(2)
    ]
    assert days["without_work"] == still
    assert sum(days["reciprocal"]) > 1.05 * sum(still), "with it work grows"
    assert days["local"] == pytest.approx(still, rel=0.02), "governments hear nothing of what happens"


def test_the_governments_stay_at_rest_and_areas_do_not_in_a_year_of_local_tension():
    model = busy("local", *JUMPS)
    assert np.ptp(model.state.daily, axis=0) == pytest.approx((0.0, 0.0), abs=1e-12)
    used = model.state.incidents.table
    areas = {model.scene.area_at(float(s)) for s in used["s"][used["rung"] >= 1]}
    quiet = set(range(5)) - {model.scene.area_at(float(s)) for s in used["s"]}
    moved = [area for area in range(5) if max(model.scene.tension.in_area(area, model.minute)) > 0.2001]
    assert areas and {*moved} <= {model.scene.area_at(float(s)) for s in used["s"]} and moved
    for area in quiet:
        assert model.scene.tension.in_area(area, model.minute) == pytest.approx((0.2, 0.2))


def test_no_policy_can_choose_the_rule(tmp_path):
    policy = tmp_path / "p.yaml"
    policy.write_text("name: p\nbinds: [north, south]\nset: {feedback: {rule: local}}\n")
    with pytest.raises(BadInput, match="drawn once for a world, before any policy"):
        load_case("declared", [str(policy)])
