"""Agents, one decision at a time, with the luck that a test gives them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.special import expit, ndtr

from sim.acts import Act
from sim.agents import CommandPost, Government, GuardPost, Patrol, SurveyTeam, WorkParty
from sim.arithmetic import relax
from sim.codes import Action, Due, Posture, Trigger
from sim.constants import NEVER
from sim.incidents.closing import close, settle
from sim.incidents.fire import prepare_fire
from sim.incidents.incident import Incident
from sim.incidents.opening import _enter as enter
from sim.incidents.opening import _open as open_row
from sim.model import DmzModel
from sim.parameters.force import AUTHORITIES
from sim.randomness import Kind
from sim.regime import Regime
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH

SCENE = {
    "days": 5,
    "start": "2025-06-01",
    "space.length_km": 12,
    "clock.warmup_days": 0,
    "weather.fog_factor": 0,
    "hotline.working": "false",
    "hotline.odds": 0.5,
    "feedback.k": 0.3,
    "feedback.half_life_days": 20,
    "mines.strikes_per_km": 0,
    "mines.strikes_per_party_day": 0,
}
SIDE = {
    "patrols.slots": 2,
    "patrols.presence": 1,
    "patrols.standoff_m": 30,
    "patrols.spread_m": 0,
    "patrols.recon_share": 0,
    "navigation.error_m": 0,
    "works.slots": 0,
    "watch.posts": 6,
    "watch.looks_per_hour": 0,
    "stray.per_post_year": 0,
    "politics.resting": 0.2,
    "politics.alert_at": 0.5,
    "politics.predelegate_at": 0.7,
    "rules.weapons": "true",
    "rules.step_log_sd": 0,
    "conduct.trait_share": 0,
    "conduct.leave_log_sd": 0,
}


def model_of(**changes):
    values = dict(SCENE)
    for side in ("north", "south"):
        values |= {f"{side}.{name}": value for name, value in SIDE.items()}
    values |= {name.replace("__", "."): value for name, value in changes.items()}
    return DmzModel(load_case("declared", assignments=[f"{k}={v}" for k, v in values.items()]), seed=1)


class Scripted(Incident):
    """An incident with a patrol of the north before a post of the south, whose luck is given.

    ``luck`` maps a kind, or (kind, ordinal), to the deviate of its draw; all others fail the test.
    """

    def __init__(self, model, luck=None, **fields):
        super().__init__(model.scene, open_row(model.scene, 600.0, Trigger.VIOLATION, SOUTH, 6000.0).row)
        self.luck = dict(luck or {})
        self.record.night = False
        posts = tuple(model.scene.nearest_post(side, 6000.0) for side in (NORTH, SOUTH))
        self.keep({"unit": (0, -1), "sure": 0.9, "post": posts} | fields)
        model.open_incidents.append(self)

    def keep(self, fields):
        """Set fields of the incident, and of its sides: as a pair, or the same for both."""
        for name, value in fields.items():
            if hasattr(self.record, name):
                setattr(self.record, name, value)
                continue
            values = value if isinstance(value, tuple) else (value, value)
            for side, each in zip(self.record.sides, values, strict=True):
                setattr(side, name, each)

    def drawn(self, kind, side, ordinal):
        return self.luck[kind, ordinal] if (kind, ordinal) in self.luck else self.luck[kind]

    uniform = normal = exponential = drawn

    def lognormal(self, kind, side, ordinal, log_sd):
        return math.exp(log_sd * self.drawn(kind, side, ordinal))

    @property
    def acts(self):
        state = self.scene.state
        log = state.log.table
        return [Act(line["act"]).word for line in log[log["incident"] == self.row]]

    def due(self, side, item):
        return self.of(side).agenda[item] - self.minute


@pytest.fixture(scope="module")
def morning():
    """A model in the first morning: two patrols a side are out."""
    return model_of().run(0.5)


@pytest.fixture
def model(morning):
    """The morning, put back afterwards."""
    before = morning.snapshot()
    yield morning
    morning.restore(before)


def with_rules(model, side, **groups):
    """Change parameters of a side that are in force, for this test."""
    name = ("north", "south")[side]
    parameters = model.scene.regime.parameters
    own = getattr(parameters, name)
    changed = {g: getattr(own, g).model_copy(update=values) for g, values in groups.items()}
    in_force(model, parameters.model_copy(update={name: own.model_copy(update=changed)}))


def in_force(model, parameters):
    """Put parameters in force, for this test."""
    model.scene.regime = Regime.of(model.scene.regime.overlays, parameters)


# -- units: belief, hearing, willingness -----------------------------------------------------------


@pytest.mark.parametrize("cls", [Patrol, WorkParty, SurveyTeam])
def test_every_kind_of_unit_has_its_face(cls):
    model = model_of(north__works__slots=3)
    faces = [unit for unit in model.units if isinstance(unit, cls)]
    assert faces
    assert {face.kind_name for face in faces} == {cls.kind_name}
    assert all(model.units[face.row] is face for face in faces)
    assert all(face.side == face.record["side"] for face in faces)


def test_own_ground_belief_is_what_a_unit_thinks_of_its_distance(model):
    """MODEL.md: 30 m kept with a felt error of 20 m is 0.93."""
    unit = model.units[0]
    with_rules(model, NORTH, conduct={"felt_error_m": 20.0})
    unit.record["distance"] = 30.0
    assert unit.own_ground_belief() == pytest.approx(ndtr(1.5))
    assert unit.own_ground_belief() == pytest.approx(0.93, abs=0.005)
    beliefs = []
    for distance in (-30.0, 0.0, 30.0, 100.0):
        unit.record["distance"] = distance
        beliefs.append(unit.own_ground_belief())
    assert beliefs == sorted(beliefs) and beliefs[1] == 0.5


def hears(model, distance, clarity, voice=None, own=None, jitter=0.0):
    """Whether a unit that far from the post understands a call, given the air of the day."""
    post = model.posts[model.scene.nearest_post(SOUTH, 6000.0)].record
    unit = model.units[0]
    unit.record["s"], unit.record["speed"], unit.record["nav_sd"] = float(post["s"]), 0.0, 0.0
    model.state.lines[NORTH] = float(post["d"]) + distance - 30.0
    model.scene.lay_courses()
    usual = {"open_m": 500.0, "growth_m": 500.0, "spread": 0.5, "jitter": 0.1, "campaign": 0.0}
    with_rules(model, SOUTH, voice=usual | (voice or {}))
    with_rules(model, NORTH, voice=usual | (own or {}), conduct={"leave_broadcast": -4.0})
    incident = Scripted(
        model,
        {
            Kind.AUDIBILITY: clarity,
            Kind.AUDIBILITY_JITTER: jitter,
            Kind.WILLINGNESS: 0.0,
            Kind.WILLINGNESS_JITTER: 0.0,
        },
    )
    incident.of(SOUTH).broadcasts = 1
    unit.hear(incident)
    assert ("heard" in incident.acts) != ("did_not_hear" in incident.acts)
    return "heard" in incident.acts


def test_half_understand_at_the_declared_distance(model):
    assert hears(model, 499.0, 0.0)
    assert not hears(model, 501.0, 0.0)


def test_clear_air_carries_by_its_spread(model):
    for clarity in (-1.0, 1.0, 2.0):
        limit = 500.0 * math.exp(0.5 * clarity)
        assert hears(model, 0.99 * limit, clarity)
        assert not hears(model, 1.01 * limit, clarity)


def test_calls_differ_by_their_jitter_in_log_distance(model):
    """MODEL.md: audibility once per incident, with small jitter per broadcast."""
    limit = 500.0 * math.exp(0.1)
    assert hears(model, 0.99 * limit, 0.0, jitter=1.0)
    assert not hears(model, 1.01 * limit, 0.0, jitter=1.0)


def test_a_campaign_of_its_own_side_masks_what_a_unit_hears(model):
    loud = {"campaign": 1.0, "masking": 0.6}
    assert hears(model, 199.0, 0.0, own=loud)
    assert not hears(model, 201.0, 0.0, own=loud)
    assert hears(model, 499.0, 0.0, voice=loud)  # that of the warning side does not


def test_growth_takes_the_place_of_open_ground():
    changes = {f"ground__{kind}_density": 1 for kind in ("forest", "grass", "wetland", "crop", "cleared")}
    grown = model_of(ground__evergreen_share=1, ground__standing_share=1, **changes).run(0.5)
    assert hears(grown, 99.0, 0.0, voice={"open_m": 5000.0, "growth_m": 100.0})
    assert not hears(grown, 101.0, 0.0, voice={"open_m": 5000.0, "growth_m": 100.0})


def test_the_first_warning_that_is_understood_lowers_the_belief_and_no_other(model):
    """MODEL.md: odds times 0.3 take 0.933 to 0.807."""
    with_rules(model, NORTH, conduct={"heard_odds": 0.3, "leave_shots": -4.0})
    incident = Scripted(
        model,
        {
            Kind.READ_AS_ATTACK: 1.0,
            Kind.SHOT_DISTANCE: 1.0,
            Kind.WILLINGNESS: 0.0,
            Kind.WILLINGNESS_UNDER_SHOTS: 0.0,
        },
    )
    incident.of(NORTH).sure = ndtr(1.5)
    for _ in range(3):
        incident.of(SOUTH).volleys += 1
        model.units[0].under_warning_shots(incident)
    assert incident.of(NORTH).sure == pytest.approx(0.807, abs=0.001)
    assert incident.acts.count("heard") == 1


def stays(model, will, push=0.2, hold=0.8, sure=0.5, jitter=0.0, deviate=0.0):
    with_rules(
        model,
        NORTH,
        conduct={"leave_shots": push, "leave_sureness": hold, "leave_jitter": jitter, "heard_odds": 1.0},
    )
    incident = Scripted(
        model,
        {
            Kind.READ_AS_ATTACK: 1.0,
            Kind.SHOT_DISTANCE: 1.0,
            Kind.WILLINGNESS: will,
            Kind.WILLINGNESS_UNDER_SHOTS: deviate,
        },
    )
    incident.of(NORTH).sure, incident.of(SOUTH).volleys = sure, 1
    model.units[0].under_warning_shots(incident)
    assert ("stayed" in incident.acts) != ("withdrew" in incident.acts)
    assert incident.of(NORTH).present == ("stayed" in incident.acts)
    return "stayed" in incident.acts


def test_a_unit_leaves_where_the_push_and_its_will_outweigh_its_sureness(model):
    assert stays(model, will=0.19)  # 0.2 - 0.8 * 0.5 + will > 0 from will = 0.2 on
    assert not stays(model, will=0.21)
    assert stays(model, will=0.21, sure=0.6)
    assert not stays(model, will=0.19, push=0.3)
    assert not stays(model, will=0.19, jitter=0.1, deviate=1.0)


def test_willingness_is_drawn_once(model):
    with_rules(
        model,
        NORTH,
        conduct={"leave_jitter": 0.0, "leave_shots": 0.0, "heard_odds": 1.0, "leave_sureness": 0.0},
    )
    incident = Scripted(
        model,
        {
            Kind.READ_AS_ATTACK: 1.0,
            Kind.SHOT_DISTANCE: 1.0,
            Kind.WILLINGNESS: -1.0,
            Kind.WILLINGNESS_UNDER_SHOTS: 0.0,
        },
    )
    incident.of(SOUTH).volleys = 1
    model.units[0].under_warning_shots(incident)
    incident.luck[Kind.WILLINGNESS] = 5.0  # another draw would take it away
    model.units[0].under_warning_shots(incident)
    assert incident.acts.count("stayed") == 2
    assert incident.of(NORTH).willing == -1.0


@pytest.mark.parametrize("share", [0.0, 0.36, 1.0])
def test_of_the_variance_of_willingness_a_share_is_the_trait_of_the_orders(model, share):
    with_rules(model, NORTH, conduct={"trait_share": share, "heard_odds": 1.0})
    model.units[0].record["trait"] = 0.7
    luck = {Kind.WILLINGNESS: -1.1, Kind.WILLINGNESS_UNDER_SHOTS: 0.0}
    incident = Scripted(model, luck | {Kind.READ_AS_ATTACK: 1.0, Kind.SHOT_DISTANCE: 1.0}, volleys=(0, 1))
    model.units[0].under_warning_shots(incident)
    expected = -1.1 * math.sqrt(1 - share) + 0.7 * math.sqrt(share)
    assert incident.of(NORTH).willing == pytest.approx(expected)


# -- units: read as attack, fire, leaving ----------------------------------------------------------

READING = {
    "attack_intercept": -4.0,
    "attack_sureness": 1.5,
    "attack_tension": 2.0,
    "attack_night": 0.5,
    "attack_near": 1.0,
    "attack_casualties": 1.0,
    "shot_distance_m": 60.0,
    "near_m": 60.0,
}


def p_attack(model, strike=1.0, **fields):
    incident = Scripted(model, {Kind.SHOT_DISTANCE: strike}, **fields)
    return model.units[0].p_read_as_attack(incident, 1)


def test_reading_a_volley_as_attack_is_logistic_in_all_that_the_model_names(model):
    with_rules(model, NORTH, conduct=READING)
    tension = model.governments[NORTH].tension(600.0)
    base = -4.0 + 2.0 * tension + 1.0 * 0.5
    assert p_attack(model, sure=0.0) == pytest.approx(expit(base))
    assert p_attack(model, sure=0.8) == pytest.approx(expit(base + 1.2))
    assert p_attack(model, sure=0.0, night=1) == pytest.approx(expit(base + 0.5))
    model.state.governments[NORTH]["casualties_at"] = 500.0
    assert p_attack(model, sure=0.0) == pytest.approx(expit(base + 1.0))
    model.state.governments[SOUTH]["casualties_at"] = 500.0
    model.state.governments[NORTH]["casualties_at"] = -NEVER
    assert p_attack(model, sure=0.0) == pytest.approx(expit(base))  # the other's do not count


def test_rounds_that_strike_close_and_tension_are_read_as_attack_more_often(model):
    with_rules(model, NORTH, conduct=READING)
    chances = [p_attack(model, strike=strike) for strike in (0.0, 0.5, 1.0, 3.0, 30.0)]
    assert chances == sorted(chances, reverse=True)
    nearer = [p_attack(model)]
    for distance in (30.0, 10.0):
        with_rules(model, NORTH, conduct={"shot_distance_m": distance})
        nearer.append(p_attack(model))
    assert nearer == sorted(nearer)
    with_rules(model, NORTH, conduct={"near_m": 20.0})
    assert p_attack(model) < nearer[-1]
    before = p_attack(model)
    model.scene.tension.jump((0.5, 0.0), model.minute)
    assert p_attack(model) > before


def under_volley(model, u, armed=0.0, willing=0.0, **fields):
    with_rules(model, NORTH, conduct={"armed": 0.5, "p_return_fire": 0.5, "leave_shots": -4.0} | READING)
    incident = Scripted(
        model,
        {
            Kind.SHOT_DISTANCE: 1.0,
            Kind.READ_AS_ATTACK: u,
            Kind.ARMED: armed,
            Kind.RETURN_FIRE: willing,
            Kind.REPLY_DELAY: 0.0,
            Kind.WILLINGNESS: 0.0,
            Kind.WILLINGNESS_UNDER_SHOTS: 0.0,
        },
        **fields,
    )
    incident.of(SOUTH).volleys = 1
    model.units[0].under_warning_shots(incident)
    return incident


def test_a_volley_is_an_attack_or_a_warning_by_its_own_draw(model):
    with_rules(model, NORTH, conduct=READING)
    p = p_attack(model)
    attack, warning = under_volley(model, 0.99 * p), under_volley(model, 1.01 * p)
    assert "read_as_attack" in attack.acts
    assert "read_as_warning" in warning.acts
    assert attack.due(NORTH, Due.FIRE) == pytest.approx(
        model.scene.regime.parameters.north.fire.reply_minutes
    )
    assert warning.due(NORTH, Due.FIRE) == NEVER


def test_only_the_armed_and_willing_fire_back_the_others_run(model):
    assert "ran" not in under_volley(model, 0.0, armed=0.4, willing=0.4).acts
    for armed, willing in ((0.6, 0.4), (0.4, 0.6)):
        incident = under_volley(model, 0.0, armed=armed, willing=willing)
        assert "ran" in incident.acts
        assert incident.due(NORTH, Due.FIRE) == NEVER
    with_rules(model, NORTH, rules={"weapons": False})
    assert "ran" in under_volley(model, 0.0).acts


def test_once_answered_a_unit_goes_on_with_the_chance_of_any_exchange(model):
    with_rules(model, NORTH, conduct={"p_return_fire": 1.0, "armed": 1.0}, fire={"p_continue": 0.3})
    for u, goes_on in ((0.29, True), (0.31, False)):
        incident = Scripted(
            model, {Kind.ARMED: 0.5, (Kind.RETURN_FIRE, 1): u, Kind.REPLY_DELAY: 0.0}, spells=(1, 1)
        )
        model.units[0].under_aimed_fire(incident)
        assert (incident.due(NORTH, Due.FIRE) < NEVER) == goes_on


def test_leaving_is_for_good(model):
    incident = Scripted(model)
    incident.schedule(NORTH, Due.LEAVE, 30.0)
    model.units[0].leave(incident, Act.WITHDREW)
    assert incident.of(NORTH).gone == 1
    assert incident.of(NORTH).agenda[Due.LEAVE] == NEVER
    assert not incident.of(NORTH).present
    model.posts[incident.of(SOUTH).post].broadcast(incident)
    assert incident.acts == ["withdrew", "broadcast"]  # nobody is there to hear it


# -- guard posts -----------------------------------------------------------------------------------


def opposing(model, incident):
    return model.posts[incident.of(SOUTH).post]


def test_a_post_replies_then_goes_on_with_another_chance(model):
    with_rules(model, SOUTH, fire={"p_reply": 0.9, "p_continue": 0.4})
    for own, u, fires in ((0, 0.89, True), (0, 0.91, False), (1, 0.39, True), (1, 0.41, False)):
        incident = Scripted(model, {Kind.REPLY: u, Kind.REPLY_DELAY: 0.0}, spells=(1, own))
        opposing(model, incident).reply(incident)
        assert (incident.of(SOUTH).agenda[Due.FIRE] < NEVER) == fires
        assert ("held_fire" in incident.acts) != fires


def test_without_weapons_a_post_does_nothing(model):
    with_rules(model, SOUTH, rules={"weapons": False})
    luck = dict.fromkeys((Kind.REPLY, Kind.REPLY_DELAY, Kind.SUPPORT_ATTRIBUTION, Kind.SUPPORT_REPLY), 0.0)
    incident = Scripted(model, luck, spells=(1, 0), first_shot=(600.0, NEVER))
    opposing(model, incident).reply(incident)
    prepare_fire(incident, SOUTH)
    assert not opposing(model, incident).support(incident)
    assert incident.of(SOUTH).agenda[Due.FIRE] == NEVER


def test_rounds_at_a_post_are_read_by_tension(model):
    with_rules(model, SOUTH, stray={"read_as_attack": -2.0, "attack_tension": 3.0})
    for jump in (0.0, 0.4):
        model.scene.tension.jump((0.0, jump), model.minute)
        p = expit(-2.0 + 3.0 * model.governments[SOUTH].tension(600.0))
        for u, attack in ((0.99 * p, True), (1.01 * p, False)):
            incident = Scripted(model, {Kind.READ_STRAY: u}, trigger=Trigger.STRAY_SHOT)
            assert opposing(model, incident).read_rounds(incident) == attack


def test_support_joins_unless_it_knows_that_its_own_side_began(model):
    with_rules(model, SOUTH, fire={"p_attrib": 0.6, "p_support": 0.2})
    table = [
        # own first shot, other's, knows, draw: joins
        (610.0, 600.0, 0.5, 0.1, True),
        (610.0, 600.0, 0.5, 0.3, False),
        (610.0, 600.0, 0.7, 0.1, True),
        (600.0, 610.0, 0.5, 0.1, False),
        (600.0, 610.0, 0.7, 0.1, True),
        (600.0, NEVER, 0.5, 0.1, False),
        (NEVER, 600.0, 0.5, 0.1, True),
    ]
    for own, other, knows, draw, joins in table:
        luck = {Kind.SUPPORT_ATTRIBUTION: knows, Kind.SUPPORT_REPLY: draw}
        incident = Scripted(model, luck, first_shot=(other, own))
        assert opposing(model, incident).support(incident) == joins, (own, other, knows, draw)


def test_a_call_that_got_through_calms_whatever_would_raise_the_rung_and_nothing_else(model):
    incident = Scripted(model, rung=2)
    assert [incident.calm(0.5, rung) for rung in range(7)] == [0.5] * 7
    incident.record.called_at = 600.0
    assert [incident.calm(0.5, rung) for rung in range(7)] == pytest.approx([0.5] * 3 + [1 / 3] * 4)
    incident.record.rung = 3
    assert incident.calm(0.5, rung=3) == 0.5
    assert (incident.calm(0.0, rung=4), incident.calm(1.0, rung=4)) == (0.0, 1.0)


def test_a_call_calms_the_word_on_a_first_volley_but_not_on_a_second(model):
    """A second one raises no rung; aimed fire would, at each level and at the last word."""
    rules = {"warning_authority": "battalion", "action_authority": "battalion"}
    with_rules(model, SOUTH, rules=rules | {"p_grant": 0.5, "p_grant_action": 0.2, "notice_wait": 0.0})
    luck = {Kind.AUTHORITY: 0.0, Kind.AUTHORITY_DELAY: 0.0, Kind.ACTION_AUTHORITY: 0.0}
    words = {}
    for rung in (1, 2):
        for action in (Action.WARNING_SHOTS, Action.AIMED_FIRE):
            incident = Scripted(model, luck, rung=rung, called_at=590.0)
            command(model, incident).ask(incident, action)
            words[rung, action] = incident.of(SOUTH).p_final
    assert words[1, Action.WARNING_SHOTS] == pytest.approx(1 / 3)
    assert words[2, Action.WARNING_SHOTS] == 0.5
    assert words[1, Action.AIMED_FIRE] == words[2, Action.AIMED_FIRE] == pytest.approx(1 / 3 / 9)


@pytest.mark.parametrize("odds", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("p", [0.001, 0.3, 0.999])
def test_calming_multiplies_odds(model, p, odds):
    parameters = model.scene.regime.parameters
    hotline = parameters.hotline.model_copy(update={"odds": odds})
    in_force(model, parameters.model_copy(update={"hotline": hotline}))
    q = Scripted(model, called_at=590.0).calm(p, rung=3)
    assert q / (1 - q) == pytest.approx(odds * p / (1 - p))


# -- command posts ---------------------------------------------------------------------------------


def command(model, incident):
    return model.parties.command(incident, SOUTH)


def test_each_act_needs_the_authority_of_its_rule(model):
    with_rules(
        model,
        SOUTH,
        rules={"warning_authority": "battalion", "reply_authority": "post", "action_authority": "national"},
    )
    post = command(model, Scripted(model))
    needed = {
        Action.BROADCAST: 0,
        Action.WARNING_SHOTS: 1,
        Action.BROADCAST_AND_WARNING_SHOTS: 1,
        Action.REPLY: 0,
        Action.AIMED_FIRE: 3,
    }
    assert {action: post.needed_authority(action) for action in needed} == needed
    model.governments[SOUTH].record["posture"] = Posture.PREDELEGATED
    lower = {action: max(0, level - 1) for action, level in needed.items()}
    assert {action: post.needed_authority(action) for action in needed} == lower
    assert AUTHORITIES == ("post", "battalion", "division", "national")


FOUR = ("broadcast", "broadcast", "broadcast_and_warning_shots", "aimed_fire")


def test_the_next_step_is_that_of_the_rules(model):
    with_rules(model, SOUTH, rules={"steps": FOUR})
    incident = Scripted(model)
    post, steps = command(model, incident), []
    for n in range(6):
        incident.of(SOUTH).step = n
        steps.append(post.next_step(incident))
    assert steps == [
        Action.BROADCAST,
        Action.BROADCAST,
        Action.BROADCAST_AND_WARNING_SHOTS,
        Action.AIMED_FIRE,
        Action.BROADCAST,
        Action.BROADCAST,
    ]
    incident.of(SOUTH).refused = 1
    for n in range(6):
        incident.of(SOUTH).step = n
        assert post.next_step(incident) == Action.BROADCAST
    incident.of(SOUTH).refused = 0
    with_rules(model, SOUTH, rules={"weapons": False})
    for n in range(6):
        incident.of(SOUTH).step = n
        assert post.next_step(incident) == Action.BROADCAST


def test_survey_teams_are_known_and_called_once_more():
    model = model_of(survey__km_per_week=1).run(0.5)
    team = next(unit for unit in model.units if isinstance(unit, SurveyTeam) and unit.side == NORTH)
    team.record["watcher"] = model.scene.nearest_post(SOUTH, 6000.0)  # who has not recognised it
    luck = {Kind.COMMAND_DELAY: 0.0, Kind.LEAVE_BY_ITSELF: 1.0, Kind.STEP_DELAY: 0.0}
    incident, of_a_patrol = Scripted(model, luck), Scripted(model, luck)
    enter(incident, model.parties, team.row)
    enter(of_a_patrol, model.parties, 0)
    assert incident.announced(NORTH) and not of_a_patrol.announced(NORTH)
    assert (incident.of(SOUTH).owed, of_a_patrol.of(SOUTH).owed) == (1, 0)
    incident.of(NORTH).gone = True  # nobody to hear it
    with_rules(model, SOUTH, rules={"steps": ("warning_shots",), "notice_wait": 15.0})
    post = command(model, incident)
    assert post.next_step(incident) == Action.BROADCAST
    post.carry_out(incident, Action.BROADCAST)
    assert (incident.of(SOUTH).owed, incident.of(SOUTH).step) == (0, 0)
    assert post.next_step(incident) == Action.WARNING_SHOTS
    incident.of(SOUTH).last_broadcast = 595.0
    assert post.too_early(incident, Action.WARNING_SHOTS) == 10.0


def test_shots_wait_for_their_time_after_the_last_call(model):
    with_rules(model, SOUTH, rules={"broadcast_to_shots_minutes": 20.0})
    incident = Scripted(model, last_broadcast=(-NEVER, 590.0))
    post = command(model, incident)
    for action, wait in (
        (Action.WARNING_SHOTS, 10.0),
        (Action.BROADCAST_AND_WARNING_SHOTS, 10.0),
        (Action.AIMED_FIRE, 10.0),
        (Action.BROADCAST, 0.0),
        (Action.REPLY, 0.0),
    ):
        assert post.too_early(incident, action) == wait
    post.ask(incident, Action.WARNING_SHOTS)
    assert incident.due(SOUTH, Due.COMMAND) == 10.0
    assert incident.of(SOUTH).pending == 0  # nobody has been asked yet
    incident.of(SOUTH).last_broadcast = -NEVER
    assert post.too_early(incident, Action.WARNING_SHOTS) <= 0.0


def asked(model, action, *draws, **rules):
    """Ask with one draw for the act itself, then one a level; (answer, minutes)."""
    with_rules(model, SOUTH, rules={"ask_minutes": 4.0, "ask_log_sd": 0.0} | rules)
    levels = {(Kind.AUTHORITY, n): u for n, u in enumerate(draws) if n}
    luck = levels | {Kind.ACTION_AUTHORITY: draws[0] if draws else None, Kind.AUTHORITY_DELAY: 0.0}
    incident = Scripted(model, luck)
    command(model, incident).ask(incident, action)
    return incident.of(SOUTH).pending, incident.due(SOUTH, Due.COMMAND)


def test_every_level_must_agree_and_takes_its_minutes(model):
    rules = {"p_grant": 0.5, "warning_authority": "division"}
    assert asked(model, Action.WARNING_SHOTS, 0.0, 0.4, 0.4, **rules) == (Action.WARNING_SHOTS, 8.0)
    assert asked(model, Action.WARNING_SHOTS, 0.0, 0.4, 0.6, **rules) == (-Action.WARNING_SHOTS, 8.0)
    assert asked(model, Action.WARNING_SHOTS, 0.0, 0.6, 0.4, **rules) == (-Action.WARNING_SHOTS, 4.0)
    assert asked(model, Action.BROADCAST, **rules) == (Action.BROADCAST, 0.0)


def test_aimed_fire_at_people_who_have_not_fired_needs_one_more_yes(model):
    rules = {"p_grant": 1.0, "p_grant_action": 0.1, "action_authority": "battalion"}
    assert asked(model, Action.AIMED_FIRE, 0.09, 0.5, **rules) == (Action.AIMED_FIRE, 4.0)
    assert asked(model, Action.AIMED_FIRE, 0.11, 0.5, **rules) == (-Action.AIMED_FIRE, 4.0)


def test_a_reply_is_granted_by_its_own_chance(model):
    with_rules(model, SOUTH, fire={"p_grant_reply": 0.3})
    rules = {"p_grant": 1.0, "reply_authority": "battalion"}
    assert asked(model, Action.REPLY, 0.0, 0.29, **rules)[0] == Action.REPLY
    assert asked(model, Action.REPLY, 0.0, 0.31, **rules)[0] == -Action.REPLY


def test_a_lapsed_violation_is_waited_for_and_an_order_is_not_carried_out(model):
    incident = Scripted(model, {Kind.STEP_DELAY: 0.0}, clear=(0, 1))
    post = command(model, incident)
    post.decide(incident)
    post.carry_out(incident, Action.WARNING_SHOTS)
    assert incident.acts == ["waited", "lapsed"]
    assert incident.of(SOUTH).step == 0
    assert incident.due(SOUTH, Due.COMMAND) == model.scene.regime.parameters.south.rules.step_minutes


# -- expected clashes: which draw decides -----------------------------------------------------------


def test_the_reading_of_a_volley_decides_with_weapons_and_the_will_to_use_them(model):
    """What is expected is the chance of all three, whatever then comes of it."""
    with_rules(model, NORTH, conduct=READING)
    p = p_attack(model)
    for u in (0.99 * p, 1.01 * p):
        for armed, willing in ((0.4, 0.4), (0.6, 0.4), (0.4, 0.6)):
            incident = under_volley(model, u, armed=armed, willing=willing)
            assert incident.record.expected == pytest.approx(p * 0.5 * 0.5)
            assert incident.record.p_read == pytest.approx(p)
    with_rules(model, NORTH, rules={"weapons": False})
    assert under_volley(model, 0.0).record.expected == 0.0


def test_chances_add_up_until_it_is_decided_and_no_longer(model):
    incident = Scripted(model)
    incident.expect(0.25)
    incident.expect(0.5)
    assert incident.record.expected == 0.75 and not incident.decided
    for side in (NORTH, SOUTH):
        on_its_way, begun = Scripted(model), Scripted(model)
        on_its_way.schedule(side, Due.FIRE, 3.0)
        begun.of(side).spells = 1
        for decided in (on_its_way, begun):
            decided.expect(0.5)
            assert decided.decided and decided.record.expected == 0.0


HEARS_NOTHING = {Kind.AUDIBILITY: -9.0, Kind.AUDIBILITY_JITTER: 0.0}


def after_the_last_word(model, action, *draws, fields=None, **rules):
    """The incident once those who were asked have all been heard: draws as of ``asked``."""
    usual = {
        "p_grant": 0.5,
        "p_grant_action": 0.2,
        "ask_log_sd": 0.0,
        "notice_wait": 0.0,
        "action_authority": "division",
        "reply_authority": "division",
        "warning_authority": "division",
    }
    with_rules(model, SOUTH, rules=usual | rules, fire={"p_grant_reply": 0.3})
    luck = {(Kind.AUTHORITY, n): u for n, u in enumerate(draws) if n}
    luck |= HEARS_NOTHING | dict.fromkeys((Kind.AUTHORITY_DELAY, Kind.STEP_DELAY, Kind.REPLY_DELAY), 0.0)
    luck |= {Kind.SHOT_DISTANCE: 1.0, Kind.READ_AS_ATTACK: 1.0, Kind.WILLINGNESS: -9.0}
    luck |= {Kind.WILLINGNESS_UNDER_SHOTS: 0.0, Kind.ACTION_AUTHORITY: draws[0]}
    incident = Scripted(model, luck)
    command(model, incident).ask(incident, action)
    incident.keep(fields or {})  # since it was asked for
    command(model, incident).act(incident)
    return incident


@pytest.mark.parametrize(("u", "level", "fires"), [(0.1, 0.4, True), (0.3, 0.4, False), (0.1, 0.6, False)])
def test_the_last_word_on_aimed_fire_decides_whatever_it_is(model, u, level, fires):
    incident = after_the_last_word(model, Action.AIMED_FIRE, u, 0.4, level)
    assert incident.record.expected == pytest.approx(0.5 * 0.2)
    assert (incident.due(SOUTH, Due.FIRE) < NEVER) == fires
    (said,) = [line for line in words_of(incident) if line[0] == "last_word"]
    assert said == ("last_word", float(Action.AIMED_FIRE), pytest.approx(0.1))


def words_of(incident):
    state = incident.scene.state
    log = state.log.table
    return [(Act(e["act"]).word, float(e["x"]), float(e["y"])) for e in log[log["incident"] == incident.row]]


@pytest.mark.parametrize(("u", "fires"), [(0.29, True), (0.31, False)])
def test_the_last_word_on_a_reply_decides(model, u, fires):
    incident = after_the_last_word(model, Action.REPLY, 0.0, 0.2, u)
    assert incident.record.expected == pytest.approx(0.3)
    assert (incident.due(SOUTH, Due.FIRE) < NEVER) == fires


@pytest.mark.parametrize(
    ("why", "fields"),
    [
        ("a look has been clear", {"clear": (0, 1)}),
        ("nobody is there any more", {"gone": (1, 0)}),
        ("a call has given notice", {"owed": (0, 1)}),
        ("it was decided before", {"spells": (1, 0)}),
    ],
)
def test_a_word_that_can_lead_to_no_clash_any_more_decides_nothing(model, why, fields):
    incident = after_the_last_word(model, Action.AIMED_FIRE, 0.1, 0.4, 0.4, fields=fields)
    assert incident.record.expected == 0.0, why


def test_a_no_from_below_leaves_nothing_to_decide_and_warning_shots_decide_nothing(model):
    assert after_the_last_word(model, Action.AIMED_FIRE, 0.1, 0.6, 0.4).record.expected == 0.0
    assert after_the_last_word(model, Action.REPLY, 0.1, 0.6, 0.4).record.expected == 0.0
    warned = after_the_last_word(model, Action.WARNING_SHOTS, 0.1, 0.4, 0.4)
    assert "last_word" not in warned.acts and "warning_shots" in warned.acts
    unarmed = after_the_last_word(model, Action.REPLY, 0.1, 0.1, 0.1, weapons=False)
    assert unarmed.record.expected == 0.0


def test_rounds_and_mines_are_answered_by_a_reply_not_by_the_ladder(model):
    for trigger in (Trigger.STRAY_SHOT, Trigger.MINE_STRIKE):
        luck = {Kind.AUTHORITY: 0.0, Kind.AUTHORITY_DELAY: 0.0}
        incident = Scripted(model, luck, trigger=trigger)
        command(model, incident).decide(incident)
        assert incident.of(SOUTH).pending == Action.REPLY


def test_the_first_delay_shrinks_with_alertness_and_grows_with_load(model):
    with_rules(
        model,
        SOUTH,
        rules={
            "delay_minutes": 10.0,
            "delay_log_sd": 0.5,
            "load_delay": 3.0,
            "alert_speedup": 0.4,
            "alert_half_life_days": 5.0,
        },
    )
    incident = Scripted(model, {Kind.COMMAND_DELAY: 1.0})
    post = command(model, incident)
    post.report(incident)
    assert incident.due(SOUTH, Due.COMMAND) == pytest.approx(10 * math.exp(0.5))
    post.remember(600.0)
    incident.record.touched = 600.0 + 5 * 1440.0
    post.report(incident)
    assert incident.due(SOUTH, Due.COMMAND) == pytest.approx(10 * math.exp(0.5) * 0.8)
    model.governments[SOUTH].record["posture"] = Posture.ALERT
    second = Scripted(model, {Kind.COMMAND_DELAY: 0.0})
    command(model, second).report(second)
    assert second.due(SOUTH, Due.COMMAND) == pytest.approx(6.0 + 3.0)


def test_a_command_post_commands_its_own_area():
    model = model_of(space__length_km=48, south__watch__posts=40)
    incident = Scripted(model)
    for post in model.posts:
        incident.of(post.side).post = post.row
        area = model.parties.command(incident, post.side)
        assert isinstance(area, CommandPost)
        assert (area.side, area.record["area"]) == (post.side, post.record["area"])
        assert int(post.record["s"] // 12000.0) == area.record["area"]
    assert len(model.command_posts) == 8


def test_another_conduct_of_a_command_post_is_a_subclass():
    class Patient(CommandPost):
        """Never does anything but look."""

        def decide(self, incident):
            incident.schedule(self.side, Due.COMMAND, 60.0)

    case = model_of(
        north__patrols__slots=20,
        north__patrols__standoff_m=0,
        north__navigation__error_m=30,
        south__watch__looks_per_hour=20,
        days=2,
    ).case
    usual, patient = (
        DmzModel(case, seed=1).run(),
        DmzModel(case, agents={"CommandPost": Patient}, seed=1).run(),
    )
    assert usual.state.incidents.table["rung"].max() >= 1
    assert len(patient.state.incidents) > 0
    assert patient.state.incidents.table["rung"].max() == 0


# -- governments -----------------------------------------------------------------------------------


def test_posture_follows_tension_and_casualties_raise_it_by_one(model):
    with_rules(model, SOUTH, politics={"alert_at": 0.5, "predelegate_at": 0.7, "casualty_memory_days": 30.0})
    south = model.governments[SOUTH]
    postures = [south.posture(t, 600.0) for t in (0.0, 0.49, 0.5, 0.69, 0.7, 1.0)]
    assert postures == [
        Posture.NORMAL,
        Posture.NORMAL,
        Posture.ALERT,
        Posture.ALERT,
        Posture.PREDELEGATED,
        Posture.PREDELEGATED,
    ]
    south.record["casualties_at"] = 600.0
    after = [south.posture(t, 600.0 + 29 * 1440) for t in (0.0, 0.5, 0.7)]
    assert after == [Posture.ALERT, Posture.PREDELEGATED, Posture.PREDELEGATED]
    assert south.posture(0.0, 600.0 + 30 * 1440) == Posture.NORMAL


def test_front_line_activity_follows_tension(model):
    with_rules(model, NORTH, politics={"work_response": 0.5, "patrol_response": -2.0, "resting": 0.2})
    north = model.governments[NORTH]
    north.act(model.minute)
    assert north.record["work_intensity"] == pytest.approx(1.0, abs=1e-9)
    model.scene.tension.jump((0.6, 0.0), model.minute)
    north.act(model.minute)
    assert north.record["work_intensity"] == pytest.approx(1.3)
    assert north.record["patrol_intensity"] == 0.0  # not below none
    assert north.record["posture"] == Posture.PREDELEGATED
    assert north.posture_in(0, model.minute) == Posture.PREDELEGATED


def test_openness_is_as_declared_at_rest_and_falls_with_tension(model):
    with_rules(model, NORTH, politics={"openness": 0.3, "openness_tension": 3.0, "resting": 0.2})
    north = model.governments[NORTH]
    assert north.openness(model.minute) == pytest.approx(0.3, abs=1e-6)
    model.scene.tension.jump((0.5, 0.0), model.minute)
    odds = 0.3 / 0.7 * math.exp(-3.0 * 0.5)
    assert north.openness(model.minute) == pytest.approx(odds / (1 + odds), abs=1e-6)


@pytest.mark.parametrize("rung", range(7))
def test_an_incident_adds_by_its_rung_and_by_own_casualties(model, rung):
    jumps = (0.0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)
    for side in (NORTH, SOUTH):
        with_rules(model, side, politics={"jumps": jumps, "casualty_jump": 0.05})
    incident = Scripted(model, rung=rung, casualties=(0, 2))
    assert model.governments[NORTH].jump(incident) == pytest.approx(jumps[rung])
    assert model.governments[SOUTH].jump(incident) == pytest.approx(jumps[rung] + 0.1)
    assert model.governments[SOUTH].remembers_casualties(600.0)
    assert not model.governments[NORTH].remembers_casualties(600.0)


def test_a_closed_incident_raises_tension_and_alerts_both_command_posts(model):
    for side in (NORTH, SOUTH):
        with_rules(model, side, politics={"jumps": (0.0, 0.01, 0.02, 0.3, 0.4, 0.5, 0.6)})
    incident = Scripted(model, {Kind.LEARN: 1.0}, rung=3)
    before = model.scene.tension.at(600.0)
    close(incident)
    settle(incident, model.parties)
    after = model.scene.tension.at(600.0)
    assert np.subtract(after, before) == pytest.approx((0.3, 0.3))
    assert incident.is_closed
    assert all(model.parties.command(incident, side).alertness(600.0) == 1.0 for side in (NORTH, SOUTH))


def test_tension_stays_between_0_and_1(model):
    model.scene.tension.jump((5.0, -5.0), model.minute)
    assert model.scene.tension.at(model.minute) == (1.0, 0.0)


@settings(deadline=None)
@given(
    t=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    rest=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    half_life=st.floats(2, 120),
    k=st.floats(0, 0.95),
    days=st.floats(0, 400),
)
def test_tension_between_incidents_solves_its_equation(t, rest, half_life, k, days):
    """dT_i/dt = -a (T_i - b_i) + k a (T_j - b_j): the matrix exponential, then clipped."""
    a = math.log(2) / half_life
    flow = expm(a * days * np.array([[-1.0, k], [k, -1.0]]))
    expected = np.clip(rest + flow @ np.subtract(t, rest), 0.0, 1.0)
    assert relax(*t, *rest, half_life, k, days) == pytest.approx(expected, abs=1e-9)


def test_a_loudspeaker_campaign_of_the_other_side_raises_what_tension_returns_to():
    loud = model_of(
        south__voice__campaign=1,
        north__voice__campaign_tension=0.3,
        days=200,
        north__patrols__slots=0,
        south__patrols__slots=0,
    )
    loud.run()
    north, south = loud.state.daily[-1]
    # rest of the north is 0.5: the offsets from rest both die out
    assert north == pytest.approx(0.5, abs=0.01)
    assert south == pytest.approx(0.2, abs=0.01)


def test_every_agent_class_can_be_replaced():
    class Own(Government):
        def posture(self, tension, minute):
            return Posture.ALERT

    class Voice(GuardPost):
        pass

    class Walkers(Patrol):
        pass

    model = model_of()
    model = DmzModel(model.case, agents={"Government": Own, "GuardPost": Voice, "Patrol": Walkers}, seed=1)
    model.run(1)
    assert all(type(government) is Own for government in model.governments)
    assert all(government.record["posture"] == Posture.ALERT for government in model.governments)
    assert all(type(post) is Voice for post in model.posts)
    assert {type(unit) for unit in model.units} == {Walkers, SurveyTeam}


def test_tension_follows_its_differential_equation(model):
    """Against 2,000 small steps of dT_i/dt = -a (T_i - b_i) + k a (T_j - b_j)."""
    model.state.governments["tension"] = (0.8, 0.3)
    model.state.run["tension_at"] = model.minute
    resting, k = np.array(model.scene.regime.resting), 0.3
    a, days, steps = np.log(2.0) / 20.0, 15.0, 2000
    t = np.array([0.8, 0.3])
    for _ in range(steps):
        t = t + (days / steps) * a * (k * (t - resting)[::-1] - (t - resting))
    assert model.scene.tension.at(model.minute + 1440.0 * days) == pytest.approx(tuple(t), abs=1e-4)
