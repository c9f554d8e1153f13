"""Aimed fire: who answers, whom it harms, and who joins in."""

import math

import numpy as np
import pytest
from forced import ATTACK, ONE_PATROL, acts, attacked, incidents, log, minutes, only, shot

from sim.acts import Act, Actor
from sim.outcome.outcome import outcome
from sim.sides import NORTH, SOUTH


def test_a_reply_makes_rung_3_and_is_answered_fire(play):
    model = attacked(play)
    data = only(model)
    assert acts(model, "read_as_attack", "asked", "ordered", "aimed_fire") == [
        "read_as_attack",
        "asked",
        "ordered",
        "aimed_fire",
    ]
    assert (data["rung"], data["answered"], data["spells"].tolist()) == (3, 1, [0, 1])
    assert data["warned_answered"] == 0
    row = outcome(model.scene).row
    assert (row["answered"], row["answered_rounds_at_post"]) == (1, 1)
    assert (data["dated"], data["accidental"]) == (1, 1)  # though the scenario dates it
    assert (row["clashes"], row["clashes_otherwise"], row["clashes_ordered"]) == (1, 1, 0)


def test_a_refused_reply_stays_unanswered(play):
    model = attacked(play, south__fire__p_grant_reply=0)
    data = only(model)
    assert (data["rung"], data["answered"]) == (0, 0)
    assert acts(model, "refused", "quiet") == ["refused", "quiet"]


def test_a_volley_read_as_attack_is_answered_by_the_unit(play):
    for luck in range(10):
        model = play(luck=luck, north__conduct__attack_intercept=2, **ONE_PATROL)
        if acts(model, "read_as_attack"):
            break
    data = incidents(model)[0]
    assert (data["rung"], data["answered"], data["warned_answered"]) == (3, 1, 1)
    assert data["spells"].tolist() == [1, 0]  # the post holds its fire here
    assert acts(model, "held_fire")
    assert who(model, Act.AIMED_FIRE) == {Actor.UNIT}


def test_the_log_says_who_of_a_side_fires_and_who_is_hit(play):
    model = attacked(play, north__fire__p_reply=1, south__fire__p_casualty=1)
    assert who(model, Act.AIMED_FIRE) == who(model, Act.CASUALTIES) == {Actor.POST}
    harsh = {"north__conduct__attack_intercept": 2, "south__fire__p_reply": 1, "south__fire__p_casualty": 1}
    fighting = (play(luck=luck, **harsh, **ONE_PATROL) for luck in range(10))
    model = next(each for each in fighting if acts(each, "read_as_attack"))
    fired = [line["actor"] for line in model.state.log.table if line["act"] == Act.AIMED_FIRE]
    assert fired[:2] == [Actor.UNIT, Actor.POST]
    assert who(model, Act.CASUALTIES) == {Actor.UNIT}


def who(model, act):
    return {Actor(line["actor"]) for line in model.state.log.table if line["act"] == act}


def test_the_unarmed_run(play):
    for luck in range(10):
        model = play(luck=luck, north__conduct__attack_intercept=2, north__conduct__armed=0, **ONE_PATROL)
        if acts(model, "read_as_attack"):
            break
    assert acts(model, "ran")
    assert incidents(model)[0]["rung"] == 2
    assert not acts(model, "aimed_fire")


def test_posts_defend_themselves_and_exchanges_go_on_while_both_do(play):
    held = attacked(play, north__fire__p_reply=0)
    once = attacked(play, north__fire__p_reply=1)
    more = attacked(play, north__fire__p_reply=1, north__fire__p_continue=0.9, south__fire__p_continue=0.9)
    assert only(held)["spells"].tolist() == [0, 1]
    assert only(once)["spells"].tolist() == [1, 1]
    assert only(more)["spells"].sum() > 2
    for model in (held, once, more):
        data = only(model)
        assert data["closed"] - data["opened"] - minutes(model, "aimed_fire")[-1] >= 45.0


def test_casualties_make_rung_4_and_are_counted_on_the_side_that_suffers(play):
    model = attacked(play, south__fire__p_casualty=1, south__fire__casualties=1)
    data = only(model)
    assert (data["rung"], data["casualties"].tolist()) == (4, [1, 0])
    assert outcome(model.scene).row["casualties_north"] == 1
    assert model.governments[NORTH].remembers_casualties(model.minute)
    assert not model.governments[SOUTH].remembers_casualties(model.minute)


def test_casualties_are_as_many_as_declared_on_average(play):
    losses = []
    for luck in range(60):
        model = play(
            luck=luck, injects=[shot()], south__fire__p_casualty=1, south__fire__casualties=3, **ATTACK
        )
        losses += [int(x) for _, _, act, x, _ in log(model) if act == "casualties"]
    assert min(losses) == 1
    # geometric from 1 on: variance 3 * 2
    assert np.mean(losses) == pytest.approx(3.0, abs=3.5 * math.sqrt(6.0 / len(losses)))


def test_heavy_weapons_make_rung_5(play):
    model = attacked(play, south__fire__p_heavy=1)
    assert only(model)["rung"] == 5
    assert only(model)["casualties"].sum() == 0  # 5 need not pass through 4


NEAR = (("north", 6, 500), ("south", 6, -500), ("north", 7, 500), ("south", 7, -500))
ACROSS = (("north", 11.9, 500), ("south", 11.9, -500), ("north", 12.1, 500), ("south", 12.1, -500))
BOTH_JOIN = {"north.fire.p_support": 1, "south.fire.p_support": 1}


def test_supporting_posts_join_once_they_have_heard(play):
    model = attacked(
        play,
        posts=NEAR,
        south__fire__report_delay=10,
        north__fire__p_attrib=0,
        south__fire__p_attrib=0,
        **BOTH_JOIN,
    )
    fired = minutes(model, "aimed_fire")[0]
    joined = [(minute, side) for minute, side, act, *_ in log(model) if act == "joined"]
    assert {side for _, side in joined} == {NORTH, SOUTH}
    assert dict((side, minute) for minute, side in joined)[SOUTH] == pytest.approx(fired + 10.0)
    assert only(model)["rung"] == 3
    assert only(model)["spells"].min() >= 1


def test_who_knows_that_its_own_side_began_does_not_join(play):
    knowing = {"north.fire.p_attrib": 1, "south.fire.p_attrib": 1}
    model = attacked(play, posts=NEAR, **knowing, **BOTH_JOIN)
    by = {side: act for _, side, act, *_ in log(model) if act in ("joined", "knew_own_side_began")}
    assert by == {NORTH: "knew_own_side_began", SOUTH: "joined"}


def test_only_another_area_makes_rung_6(play):
    same = attacked(play, posts=NEAR, **BOTH_JOIN)
    other = attacked_across(play)
    assert only(same)["rung"] == 3
    assert only(other)["rung"] == 6
    assert acts(other, "other_area")
    joined, fired = minutes(other, "joined")[0], minutes(other, "other_area")[0]
    assert fired > joined  # the rung is that of the fire, not of the will to join
    assert fired in minutes(other, "aimed_fire")


def attacked_across(play, **changes):
    return attacked(
        play,
        posts=ACROSS,
        space__length_km=24,
        south__fire__p_attrib=0,
        north__fire__p_attrib=0,
        **BOTH_JOIN | changes,
    )


def test_posts_out_of_reach_do_not_support(play):
    near = {"north.fire.support_reach_m": 100, "south.fire.support_reach_m": 100}
    model = attacked_across(play, **near)
    assert not acts(model, "joined", "other_area")
    assert only(model)["rung"] == 3


def test_a_run_may_end_at_a_rung(play):
    model = play(ends_at_rung=2, days=20, **ONE_PATROL)
    assert model.scene.exposure.ended
    assert model.scene.exposure.days < 1.0
    row = outcome(model.scene).row
    assert row["ended"] and row["rung_2"] == 1 and row["rung_3"] == 0
