"""Talks: every path of the state machine, what it costs, and when its clauses bind."""

import numpy as np
import pytest
import yaml

from sim.codes import TalksState, UnitKind
from sim.model import DmzModel
from sim.outcome.outcome import outcome
from sim.randomness import luck_key
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH

# A short line with nobody on it: talks alone move tension, which does not drift from its rest.
EMPTY = {
    "space": {"length_km": 12},
    "clock": {"warmup_days": 0},
    "days": 130,
    "north": {
        "patrols": {"slots": 0},
        "works": {"slots": 0},
        "stray": {"per_post_year": 0},
        "politics": {"resting": 0.2},
    },
    "south": {
        "patrols": {"slots": 0},
        "works": {"slots": 0},
        "stray": {"per_post_year": 0},
        "politics": {"resting": 0.2},
    },
    "survey": {"first_month": 1, "last_month": 12},
}
ROUND = {
    "offer_day": 16,
    "answer_days": 14,
    "session_day": 30,
    "agreed_day": 90,
    "implemented_day": 120,
    "ignored_cost": 0,
    "refusal_cost": 0,
    "collapse_cost": 0,
    "agreement_relief": 0,
    "next_offer_days": 180,
    "refused_offer_days": 365,
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """``scene(outcome, talks..., **changes)``: a model on the empty line with these talks."""
    folder, cases = tmp_path_factory.mktemp("talks"), {}

    def build(decided="accepted", talks=None, luck=0, **changes):
        key = repr((decided, talks, changes))
        if key not in cases:
            if decided in ("chance", "governments"):
                fixed = {"decided_by": decided, "outcome": "none"}
            else:
                fixed = {"decided_by": "scenario", "outcome": decided}
            document = merged(EMPTY | {"talks": ROUND | fixed | (talks or {})}, changes)
            file = folder / f"{len(cases)}.yaml"
            file.write_text(yaml.safe_dump({"extends": "declared", "name": "talks"} | document))
            cases[key] = load_case(str(file))
        return DmzModel(cases[key], luck=luck, seed=1)

    return build


def merged(tree, changes):
    both = dict(tree)
    for key, value in changes.items():
        inner = isinstance(value, dict) and isinstance(both.get(key), dict)
        both[key] = merged(both[key], value) if inner else value
    return both


def entered(model, days=None):
    """{state: first day on which it was reached}, in order, of a run."""
    first = {}
    for day in range(days or model.case.scenario.days):
        model.run(1)
        first.setdefault(model.negotiation.state.name.lower(), day)
    return first


# -- fixed outcomes --------------------------------------------------------------------------------


def test_accepted_talks_go_by_the_days_of_the_scenario(scene):
    """MODEL.md: in session on day 30, agreed on day 90, the survey from day 120."""
    assert entered(scene("accepted")) == {
        "none": 0,
        "proposed": 16,
        "in_session": 30,
        "agreed": 90,
        "implemented": 120,
    }


def test_collapsed_talks_are_the_same_until_the_day_of_the_agreement(scene):
    assert entered(scene("collapsed")) == {"none": 0, "proposed": 16, "in_session": 30, "collapsed": 90}


@pytest.mark.parametrize(("answer", "pause"), [("ignored", 180), ("refused", 365)])
def test_the_next_offer_follows_in_its_time(scene, answer, pause):
    found = entered(scene(answer, days=420), 420)
    assert found[answer] == 30
    model = scene(answer, days=420)
    offers = []
    for day in range(420):
        model.run(1)
        if model.state.run["offers"][0] > len(offers):
            offers.append(day)
    assert offers == [16, 30 + pause] + ([30 + 2 * pause + 14] if pause < 190 else [])


def test_without_talks_nobody_offers(scene):
    assert entered(scene("none")) == {"none": 0}


def test_an_answer_takes_its_days_and_a_session_waits_for_its_day(scene):
    late = entered(scene("accepted", {"offer_day": 0, "answer_days": 5, "session_day": 20}))
    assert late == {"proposed": 0, "accepted": 5, "in_session": 20, "agreed": 90, "implemented": 120}


def test_all_may_fall_on_one_day(scene):
    at_once = {"offer_day": 3, "answer_days": 0, "session_day": 3, "agreed_day": 3, "implemented_day": 3}
    assert entered(scene("accepted", at_once), 10) == {"none": 0, "implemented": 3}


def test_a_second_round_keeps_the_scenarios_intervals(scene):
    """After a collapse the same days count from the new offer."""
    model = scene("collapsed", {"refused_offer_days": 20}, days=250)
    found = []
    for day in range(250):
        model.run(1)
        state = model.negotiation.state.name.lower()
        if not found or found[-1][0] != state:
            found.append((state, day))
    assert found == [
        ("none", 0),
        ("proposed", 16),
        ("in_session", 30),
        ("collapsed", 90),
        ("proposed", 110),
        ("in_session", 124),
        ("collapsed", 184),
        ("proposed", 204),
        ("in_session", 218),
    ]


def test_no_talks_in_the_warm_up(scene):
    model = scene(
        "accepted",
        {"offer_day": 0, "answer_days": 0, "session_day": 0, "agreed_day": 0, "implemented_day": 0},
        clock={"warmup_days": 30},
    )
    for _ in range(30):
        model.run(1)
        assert model.negotiation.state == TalksState.NONE
        assert not model.scene.regime.parameters.hotline.working
    model.run(1)
    assert model.negotiation.state == TalksState.IMPLEMENTED
    assert model.scene.regime.parameters.hotline.working


# -- clauses ---------------------------------------------------------------------------------------


def test_clauses_come_into_force_on_their_days(scene):
    model = scene("accepted")
    for day in range(130):
        model.run(1)
        regime, lines = model.scene.regime.parameters, model.state.lines
        assert regime.hotline.working == (day >= 90)
        assert regime.border.common_line == ("commission" if day >= 90 else "none")
        assert np.array_equal(lines[NORTH], lines[SOUTH]) == (day >= 90)
        assert regime.survey.km_per_week == (1.0 if day >= 120 else 0.0)
        assert (model.state.run["surveyed_m"][0] > 0.0) == (day >= 120)
        teams = model.state.units["kind"] == UnitKind.SURVEY_TEAM
        assert (model.state.units["home_s"][teams] >= 0.0).all() == (day >= 120)
    assert model.state.run["surveyed_m"][0] == pytest.approx(10 * 1000.0 / 7.0)
    survey = model.state.restored
    assert survey[model.scene.world.grid.marker_m < 1400.0].all() and not survey[-1]


@pytest.mark.parametrize("outcome_", ["collapsed", "ignored", "refused", "none"])
def test_no_agreement_no_clause(scene, outcome_):
    model = scene(outcome_)
    for _ in range(130):
        model.run(1)
        assert not model.negotiation.clauses
        assert not model.scene.regime.parameters.hotline.working
        assert model.scene.regime.parameters.border.common_line == "none"
        assert model.state.run["surveyed_m"][0] == 0.0


def test_the_scenario_names_its_clauses(scene, tmp_path):
    own = tmp_path / "silence.yaml"
    own.write_text(
        yaml.safe_dump(
            {
                "name": "silence",
                "binds": ["north", "south"],
                "set": {"south": {"works": {"buffer_m": 100}}, "north": {"works": {"buffer_m": 100}}},
            }
        )
    )
    model = scene("accepted", {"agreed_clauses": [str(own)], "implemented_clauses": ["hotline"]})
    model.run(91)
    assert (
        model.scene.regime.parameters.north.works.buffer_m
        == model.scene.regime.parameters.south.works.buffer_m
        == 100
    )
    assert not model.scene.regime.parameters.hotline.working
    model.run(30)
    assert model.scene.regime.parameters.hotline.working
    assert model.scene.regime.parameters.border.common_line == "none"


# -- what it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decided", "cost", "day"),
    [
        ("ignored", "ignored_cost", 30),
        ("refused", "refusal_cost", 30),
        ("collapsed", "collapse_cost", 90),
        ("accepted", "agreement_relief", 90),
    ],
)
def test_costs_and_relief_enter_both_tensions_on_their_day(scene, decided, cost, day):
    model = scene(decided, {cost: 0.1}).run(day + 2)
    daily = model.state.daily
    assert daily[:day] == pytest.approx(0.2)
    jump = -0.1 if decided == "accepted" else 0.1
    assert daily[day] == pytest.approx(0.2 + jump)
    assert np.all(np.abs(daily[day + 1] - 0.2) < 0.1)  # and relaxes


def test_ignored_and_refused_differ_in_nothing_but_cost_and_the_next_offer(scene):
    """MODEL.md: at the same cost, and before the next offer, they are the same run."""
    units = {"north": {"patrols": {"slots": 20, "standoff_m": 30}}}
    rows = []
    for answer in ("ignored", "refused"):
        model = scene(answer, {"ignored_cost": 0.1, "refusal_cost": 0.1}, days=200, **units).run()
        row = outcome(model.scene).row
        assert row.pop("talks") == answer
        rows.append(row)
    assert rows[0] == rows[1]
    assert rows[0]["incidents"] > 0


# -- suspension ------------------------------------------------------------------------------------


def test_high_tension_suspends_what_was_agreed_until_it_falls(scene):
    model = scene("accepted", {"suspend_tension": 0.6}, feedback={"half_life_days": 5, "k": 0})
    model.run(100)
    assert model.negotiation.state == TalksState.AGREED
    model.scene.tension.jump((0.7, 0.0), model.minute)
    model.run(1)
    assert model.negotiation.state == TalksState.SUSPENDED
    assert not model.negotiation.clauses
    assert not model.scene.regime.parameters.hotline.working
    assert model.scene.regime.parameters.border.common_line == "none"
    days = 0
    while model.negotiation.state == TalksState.SUSPENDED:
        assert max(model.state.daily[int(model.minute // 1440.0) - 1]) > 0.6
        model.run(1)
        days += 1
    assert days == pytest.approx(5 * np.log2(0.7 / 0.4), abs=1.0)
    assert model.scene.regime.parameters.hotline.working
    model.run(20)
    assert model.negotiation.state == TalksState.IMPLEMENTED


def test_what_is_implemented_may_be_suspended_too(scene):
    model = scene("accepted", {"suspend_tension": 0.6}, feedback={"half_life_days": 2, "k": 0})
    model.run(122)
    before = float(model.state.run["surveyed_m"][0])
    model.scene.tension.jump((0.0, 0.7), model.minute)
    model.run(1)
    assert model.negotiation.state == TalksState.SUSPENDED
    assert model.state.run["surveyed_m"][0] == before  # and nobody surveys
    model.run(5)
    assert model.negotiation.state == TalksState.IMPLEMENTED
    assert model.state.run["surveyed_m"][0] > before


# -- chance and governments ------------------------------------------------------------------------


def played(model, luck):
    """The state on day 121 of the talks alone, under another luck: nothing else is played."""
    start = model.snapshot()
    own = model.scene.luck
    model.scene.luck = luck_key(1, 0, luck)
    path = []
    for day in (0.0, 16.0, 30.0, 90.0, 120.0):
        model.negotiation.act(day)
        path.append(model.negotiation.state)
    model.restore(start)
    model.scene.luck = own
    return path


def test_chances_are_those_of_the_table(scene):
    chances = {"ignored": 0.4, "refused": 0.1, "accepted": 0.3, "collapsed": 0.2}
    model, n = scene("chance", {"probabilities": chances}), 800
    ends = {
        "ignored": TalksState.IGNORED,
        "refused": TalksState.REFUSED,
        "accepted": TalksState.IMPLEMENTED,
        "collapsed": TalksState.COLLAPSED,
    }
    found = [played(model, luck)[-1] for luck in range(n)]
    assert set(found) == set(ends.values())
    for name, p in chances.items():
        count = found.count(ends[name])
        assert abs(count - p * n) < 4.5 * np.sqrt(n * p * (1 - p)), name


def test_a_drawn_collapse_looks_like_acceptance_until_it_happens(scene):
    model = scene("chance", {"probabilities": {"accepted": 0.5, "collapsed": 0.5}})
    paths = {tuple(played(model, luck)[:3]) for luck in range(40)}
    assert len(paths) == 1
    assert {played(model, luck)[3] for luck in range(40)} == {TalksState.AGREED, TalksState.COLLAPSED}


@pytest.mark.parametrize("p_collapse", [0.0, 0.3, 1.0])
def test_willing_governments_agree_or_collapse_by_their_chance(scene, p_collapse):
    model = scene("governments", {"p_collapse": p_collapse}, north={"politics": {"openness": 1}})
    found = [played(model, luck)[3] for luck in range(300)]
    assert set(found) <= {TalksState.AGREED, TalksState.COLLAPSED}
    collapsed = found.count(TalksState.COLLAPSED)
    assert abs(collapsed - 300 * p_collapse) <= 4.5 * np.sqrt(300 * p_collapse * (1 - p_collapse))


def test_unwilling_governments_are_silent_or_refuse(scene):
    model = scene("governments", north={"politics": {"openness": 0}})
    found = [played(model, luck)[2] for luck in range(300)]
    assert set(found) == {TalksState.IGNORED, TalksState.REFUSED}
    assert abs(found.count(TalksState.IGNORED) - 150) < 40


def test_the_side_that_was_asked_answers_by_its_openness_and_tension(scene):
    """At rest with the chance that is declared; less readily under tension."""
    north = {"politics": {"openness": 0.5, "openness_tension": 5}}
    south = {"politics": {"openness": 0}}  # does not matter: it has asked
    calm, tense = (scene("governments", north=north, south=south) for _ in range(2))
    tense.scene.tension.jump((0.6, 0.0), tense.minute)
    counts = [
        [luck for luck in range(300) if played(m, luck)[2] == TalksState.IN_SESSION] for m in (calm, tense)
    ]
    assert abs(len(counts[0]) - 150) < 40
    assert set(counts[1]) < set(counts[0])  # on the same luck
    assert len(counts[1]) < 60


def test_the_same_luck_gives_the_same_talks_whatever_else_is_played(scene):
    quiet = scene("governments", north={"politics": {"openness": 0.5}}, days=40)
    walking = {"patrols": {"slots": 20, "standoff_m": 30}}
    open_ = {"politics": {"openness": 0.5, "openness_tension": 0}}
    busy = scene("governments", north=open_ | walking, days=40)
    answers = []
    for luck in range(6):
        pair = []
        for model in (quiet, busy):
            fresh = DmzModel(model.case, luck=luck, seed=1).run()
            pair.append(fresh.negotiation.state)
        answers.append(pair)
    assert all(a == b for a, b in answers)
    assert len({a for a, _ in answers}) > 1
