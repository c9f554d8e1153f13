"""What falls due is played in order, whoever waits on whom; and calls on the hotline."""

import math

import numpy as np
import pytest
from forced import BOTH_PATROL, FACING, ONE_PATROL, PARTY, VOLLEYS, acts, incidents, log, minutes

from sim.agents import CommandPost
from sim.codes import Due
from sim.constants import NEVER
from sim.incidents.play import HANDLERS
from sim.incidents.play import play as play_on
from sim.sides import NORTH, SOUTH


def test_minute_by_minute_or_day_by_day_an_incident_is_the_same(play):
    whole = play(north__conduct__leave_per_hour=1, **ONE_PATROL)
    steps = play(north__conduct__leave_per_hour=1, run=False, **ONE_PATROL)
    while steps.running:
        steps.step()
    assert log(whole) == log(steps)
    assert whole.state.identical(steps.state)


HOTLINE = {"hotline.working": True, "hotline.p_connect": 1, "hotline.call_minutes": 3, "hotline.odds": 0.5}


def odds_of(model):
    """Odds with which the volleys of an incident were read as attacks, in their order."""
    chances = [x for _, _, act, x, _ in log(model) if act in ("read_as_warning", "read_as_attack")]
    return [p / (1 - p) for p in chances]


def test_a_call_halves_the_odds_that_a_volley_is_read_as_attack_from_the_first_on(play):
    changes = {"south.rules.steps": VOLLEYS, "north.conduct.attack_intercept": -3, **ONE_PATROL}
    plain, called = play(**changes), play(**changes, **HOTLINE)
    assert minutes(called, "called") == pytest.approx([7.0])  # planned at the first broadcast
    assert len(odds_of(called)) >= 3
    assert odds_of(plain)[0] == pytest.approx(math.exp(-3))
    assert odds_of(called) == pytest.approx([0.5 * math.exp(-3)] * len(odds_of(called)))


def test_a_call_that_comes_after_a_volley_calms_the_next(play):
    changes = {"south.rules.steps": VOLLEYS, "north.conduct.attack_intercept": -3, **ONE_PATROL}
    late = play(**changes, **HOTLINE | {"hotline.call_minutes": 15})
    shots, (call,) = minutes(late, "warning_shots"), minutes(late, "called")
    expected = [math.exp(-3) * (0.5 if shot > call else 1.0) for shot in shots]
    assert len(set(expected)) == 2 and odds_of(late) == pytest.approx(expected)


def steps_of(model):
    return [act for _, _, act, *_ in log(model) if act in ("broadcast", "warning_shots", "called")]


def test_a_call_gives_notice_one_broadcast_more_beside_the_steps_of_the_rules(play):
    """FOUR: broadcast, broadcast, broadcast with shots. A call in minute 7 puts one more in between."""
    plain, called = play(**ONE_PATROL), play(**ONE_PATROL, **HOTLINE)
    assert steps_of(plain)[:4] == ["broadcast", "broadcast", "broadcast", "warning_shots"]
    assert steps_of(called)[:6] == ["broadcast", "called", *["broadcast"] * 3, "warning_shots"]
    assert minutes(called, "broadcast")[:3] == pytest.approx([4.0, 12.0, 20.0])
    assert minutes(called, "warning_shots")[0] == pytest.approx(minutes(plain, "warning_shots")[0] + 8.0)


def test_shots_wait_from_the_minute_of_the_call(play):
    """They are asked for when the wait is over, and granted four minutes later."""
    for wait, call in ((60, 3), (60, 11), (90, 3)):
        model = play(south__rules__notice_wait=wait, **ONE_PATROL, **HOTLINE | {"hotline.call_minutes": call})
        assert minutes(model, "called") == pytest.approx([4.0 + call])
        assert minutes(model, "warning_shots")[0] == pytest.approx(4.0 + call + wait + 4.0)


def test_a_call_between_a_question_and_its_answer_makes_a_broadcast_of_the_order(play):
    """Asked for in minute 20, granted in minute 24, called in minute 22: the party is called once more."""
    model = play(**ONE_PATROL, **HOTLINE | {"hotline.call_minutes": 18})
    assert minutes(model, "asked")[0] == pytest.approx(20.0)
    assert minutes(model, "called") == pytest.approx([22.0])
    assert minutes(model, "broadcast")[2] == pytest.approx(24.0)
    assert minutes(model, "warning_shots")[0] == pytest.approx(22.0 + 15.0 + 4.0)


def test_no_call_gives_notice_of_what_was_announced(play):
    """Works of which notice was given are called once more for it, and not again for the call."""
    noticed, called = (play(north__works__notice=True, **PARTY, **hotline) for hotline in ({}, HOTLINE))
    assert acts(called, "called")
    assert (
        minutes(called, "broadcast", "warning_shots")[:5]
        == minutes(noticed, "broadcast", "warning_shots")[:5]
    )


def test_who_has_been_reached_is_not_called_again(play):
    """Whatever rung follows; a call that nobody answers is tried again at the next."""
    tries = set()
    for luck in range(16):
        model = play(
            luck=luck,
            south__rules__steps=("broadcast", "warning_shots", "aimed_fire"),
            south__rules__p_grant_action=0.5,
            south__fire__p_casualty=1,
            **ONE_PATROL,
            **HOTLINE | {"hotline.p_connect": 0.5, "hotline.odds": 1},
        )
        done = acts(model, "called", "no_answer")
        assert done.count("called") <= 1 and "called" not in done[:-1]
        tries.add(tuple(done))
    assert {("called",), ("no_answer", "called")} <= tries


def test_a_call_that_is_not_answered_changes_nothing(play):
    changes = {"south.rules.steps": VOLLEYS, **ONE_PATROL}
    plain = play(**changes)
    vain = play(**changes, **HOTLINE | {"hotline.p_connect": 0})
    assert acts(vain, "no_answer")
    assert not acts(vain, "called")
    assert [entry for entry in log(vain) if entry[2] != "no_answer"] == log(plain)


def test_calls_are_one_a_rung_at_most(play):
    for luck in range(6):
        model = play(luck=luck, south__rules__steps=VOLLEYS, **ONE_PATROL, **HOTLINE)
        data = incidents(model)[0]
        assert acts(model, "called", "no_answer")
        assert len(acts(model, "called", "no_answer")) == data["calls"].sum() <= data["rung"]


def test_a_new_rung_does_not_restart_a_call_that_is_under_way(play):
    """Called at rung 1, in minute 4: the effect is there 30 minutes later, whatever was fired."""
    model = play(**ONE_PATROL, **HOTLINE | {"hotline.call_minutes": 30})
    assert minutes(model, "warning_shots")[0] < 34.0
    assert minutes(model, "called")[0] == pytest.approx(34.0)


def test_the_hotline_withholds_authority_on_the_same_luck(play):
    """Those granted under a call at odds 0.1 would all have been granted without it."""
    changes = {"south.rules.p_grant": 0.6, "north.patrols.hours": 2, **ONE_PATROL}
    outcomes = [
        (
            bool(acts(play(luck=luck, **changes), "warning_shots")),
            bool(acts(play(luck=luck, **changes, **HOTLINE | {"hotline.odds": 0.1}), "warning_shots")),
        )
        for luck in range(25)
    ]
    assert all(plain or not called for plain, called in outcomes)
    plain, called = (sum(column) for column in zip(*outcomes, strict=True))
    assert called < plain


def test_a_look_in_an_incident_is_judged_by_the_margin_of_the_post_that_watches(play):
    """As was the look that opened it: a strict post sees no clear look where a usual one would."""
    model = play(run=False, **ONE_PATROL)
    post = model.scene.nearest_post(SOUTH, 6000.0)
    leniency = float(model.state.posts["leniency"][post])
    sd = 2.0 if leniency < 0.0 else 1.0
    own = 20.0 * math.exp(sd * leniency)
    depth = 0.5 * (20.0 + own)  # between what this post lets pass and what is usual
    seen = play(lines=(-depth, 0, 0), south__watch__margin_log_sd=sd, **ONE_PATROL)
    usual = play(lines=(-depth, 0, 0), **ONE_PATROL)
    strict, lenient = (seen, usual) if own < 20.0 else (usual, seen)
    assert len(incidents(lenient)) == 0
    left = minutes(strict, "left_by_itself")[0]
    assert min(minutes(strict, "clear_look")) > left > 500.0


def mutual(play, luck, **changes):
    return play(luck=luck, lines=(-100, 100, 0), posts=FACING, **BOTH_PATROL | changes)


def test_two_units_may_be_each_others_subject(play):
    """One incident with two subjects; each side's post acts by its own rules on the other's."""
    both = 0
    for luck in range(12):
        model = mutual(play, luck, north__rules__steps=("broadcast",))
        data = incidents(model)[0]
        if min(data["unit"]) < 0:
            continue
        both += 1
        assert sorted(data["unit"].tolist()) == [0, 1]
        assert data["broadcasts"].min() >= 1
        assert data["volleys"][SOUTH] >= 1
        assert data["volleys"][NORTH] == 0
        assert model.state.units["answered"][:2].tolist() == [1, 1]
        assert len([v for v in log(model) if v[2] == "violation"]) == 2
    assert both >= 3


def test_an_incident_with_two_subjects_ends_when_both_are_gone(play):
    for luck in range(12):
        model = mutual(
            play,
            luck,
            north__conduct__leave_broadcast=4,
            south__conduct__leave_broadcast=-4,
            south__conduct__leave_per_hour=1,
        )
        data = incidents(model)[0]
        if min(data["unit"]) < 0:
            continue
        left = minutes(model, "withdrew", "left_by_itself")
        assert len(left) == 2
        assert data["closed"] - data["opened"] > max(left)
        assert np.all(data["gone"] == 1)
        return
    raise AssertionError("the two never met")


def test_ties_fall_to_the_side_that_perceived_first(play):
    order = []

    class Notes(CommandPost):
        def act(self, incident):
            order.append(self.side)

    for luck in range(12):
        model = mutual(play, luck, run=False, agents={"CommandPost": Notes})
        while not (
            model.open_incidents and min(side.unit for side in model.open_incidents[0].record.sides) >= 0
        ):
            if model.minute > 720.0:
                break
            model.step()
        else:
            incident = model.open_incidents[0]
            for first in (NORTH, SOUTH):
                order.clear()
                incident.record.first = first
                for side in incident.record.sides:
                    side.agenda[:] = [NEVER] * len(Due)
                    side.agenda[Due.COMMAND] = model.minute + 1.0
                play_on(incident, model.parties, model.minute + 2.0)
                assert order == [first, 1 - first]
            return
    raise AssertionError("the two never met")


def test_whatever_may_fall_due_has_its_handler():
    assert list(HANDLERS) == list(Due)
