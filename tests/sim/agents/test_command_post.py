"""The ladder: each step in its turn, with its delay and its authority."""

import math

import numpy as np
import pytest
from forced import FIVE, FOUR, ONE_PATROL, PARTY, THREE, acts, incidents, log, minutes, told
from scipy import stats

from sim.parameters.force import AUTHORITIES
from sim.randomness import paired
from sim.sides import SOUTH


@pytest.mark.parametrize("steps", [THREE, FOUR, FIVE])
def test_the_ladder_is_climbed_step_by_step(play, steps):
    """Whoever is granted aimed fire has done all before it, in order; the others go on calling."""
    granted = 0
    for luck in range(12):
        model = play(
            luck=luck,
            south__rules__steps=steps,
            south__rules__p_grant_action=0.5,
            north__conduct__armed=0,
            **ONE_PATROL,
        )
        done = acts(model, "broadcast", "warning_shots", "aimed_fire", side=SOUTH)
        if "aimed_fire" in done:
            granted += 1
            assert done[: len(told(steps))] == told(steps)
        n = len(told(steps)) - 1
        assert done[:n] == told(steps)[:-1]
        assert set(done[n:]) <= {"broadcast", "aimed_fire"}
    assert 1 <= granted <= 11


@pytest.mark.parametrize("level", range(4))
def test_each_step_takes_its_minutes_and_each_level_of_authority_more(play, level):
    model = play(south__rules__warning_authority=AUTHORITIES[level], **ONE_PATROL)
    assert minutes(model, "broadcast")[:2] == pytest.approx([4.0, 12.0])
    assert minutes(model, "warning_shots")[0] == pytest.approx(20.0 + 4.0 * level)
    asked = [entry for entry in log(model) if entry[2] == "asked"]
    assert bool(asked and asked[0][3] == 3.0) == (level > 0)


def test_the_time_between_steps_has_its_median_and_its_spread_and_each_its_own_luck(play):
    """Broadcasts and no more, to somebody who stays: what lies between them is the time of a step."""
    gaps, calls = [], {"south.rules.steps": ("broadcast",), "south.rules.step_log_sd": 0.6}
    for luck in range(12):
        model = play(luck=luck, **calls, **ONE_PATROL)
        gaps += np.diff(minutes(model, "broadcast")).tolist()
    logs = np.log(np.array(gaps) / 8.0)
    assert logs.size > 400 and np.unique(logs).size == logs.size
    assert stats.kstest(logs / 0.6, "norm").pvalue > 1e-4


def test_who_waits_while_looks_are_clear_decides_again_after_the_time_of_a_step(play):
    gone = {"north__conduct__leave_broadcast": 4, "south__watch__clear_looks": 6, **ONE_PATROL}
    even, spread = play(**gone), play(south__rules__step_log_sd=0.6, **gone)
    assert np.diff(minutes(even, "waited")) == pytest.approx(8.0)
    gaps = np.diff(minutes(spread, "waited"))
    assert gaps.size >= 3 and np.unique(gaps).size == gaps.size


def test_alert_posts_are_faster_and_predelegated_ones_ask_one_level_less(play):
    calm = play(south__rules__alert_speedup=0.5, **ONE_PATROL)
    alert = play(south__rules__alert_speedup=0.5, south__politics__alert_at=0, **ONE_PATROL)
    free = play(south__politics__alert_at=0, south__politics__predelegate_at=0, **ONE_PATROL)
    assert minutes(calm, "broadcast")[0] == pytest.approx(4.0)
    assert minutes(alert, "broadcast")[0] == pytest.approx(2.0)
    assert minutes(calm, "warning_shots")[0] == pytest.approx(24.0)
    assert minutes(free, "warning_shots")[0] == pytest.approx(20.0)  # battalion became post


def test_without_authority_there_are_broadcasts_only(play):
    model = play(south__rules__p_grant=0, south__rules__p_grant_action=0.5, **ONE_PATROL)
    assert incidents(model)["rung"].max() == 1
    assert acts(model, "refused")
    assert not acts(model, "warning_shots", "aimed_fire", "ordered")
    assert len(acts(model, "broadcast")) > 10


def test_aimed_fire_never_comes_without_the_warning_shots_before_it(play):
    """A refusal ends the climb: what was refused is not skipped."""
    fired = refused = 0
    for luck in range(40):
        model = play(
            luck=luck,
            south__rules__steps=THREE,
            south__rules__p_grant=0.6,
            south__rules__p_grant_action=0.5,
            north__conduct__armed=0,
            **ONE_PATROL,
        )
        done = acts(model, "warning_shots", "aimed_fire", "refused", side=SOUTH)
        refused += done[0] == "refused"
        if "aimed_fire" in done:
            fired += 1
            assert done == ["warning_shots", "aimed_fire"]
    assert refused > 5
    assert fired > 1


def test_a_refusal_ends_the_climb_even_where_the_post_may_fire(play):
    for luck in range(6):
        model = play(
            luck=luck,
            south__rules__steps=THREE,
            south__rules__p_grant=0,
            south__rules__p_grant_action=0.5,
            south__rules__action_authority="post",
            south__rules__warning_authority="battalion",
            north__conduct__armed=0,
            **ONE_PATROL,
        )
        assert len(acts(model, "refused", side=SOUTH)) == 1
        assert not acts(model, "warning_shots", "aimed_fire", "ordered", side=SOUTH)


def test_authority_is_given_by_each_level_in_turn(play):
    """At 0.6 a level, a battalion grants six in ten, a division a third."""
    n, shares = 50, []
    for level in ("battalion", "division"):
        models = (
            play(
                luck=luck,
                south__rules__p_grant=0.6,
                south__rules__warning_authority=level,
                north__patrols__hours=2,
                **ONE_PATROL,
            )
            for luck in range(n)
        )
        shares.append(sum(bool(acts(model, "warning_shots")) for model in models) / n)
    for share, p in zip(shares, (0.6, 0.36), strict=True):
        assert share == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / n))
    assert shares[1] < shares[0]


def test_a_least_delay_between_broadcast_and_shots_binds(play):
    free = play(**ONE_PATROL)
    bound = play(south__rules__broadcast_to_shots_minutes=30, **ONE_PATROL)
    assert minutes(free, "warning_shots")[0] == pytest.approx(24.0)
    shots = minutes(bound, "warning_shots")[0]
    before = [m for m in minutes(bound, "broadcast") if m < shots]
    assert shots - before[-1] >= 30.0
    assert shots == pytest.approx(12.0 + 30.0 + 4.0)
    assert minutes(bound, "broadcast")[:2] == minutes(free, "broadcast")[:2]


def test_notice_adds_a_broadcast_and_a_wait_before_shots(play):
    plain, noticed = (play(north__works__notice=notice, **PARTY) for notice in (False, True))
    counts, shots = [], []
    for model in (plain, noticed):
        shots.append(minutes(model, "warning_shots")[0])
        counts.append(sum(m < shots[-1] for m in minutes(model, "broadcast")))
    assert counts[1] == counts[0] + 1
    assert shots[1] == pytest.approx(shots[0] + 15.0)  # a step of 8 later, 15 after the last call
    # the line does not move: the same looks open the same incident
    assert incidents(plain)[0]["opened"] == incidents(noticed)[0]["opened"]


def test_notice_says_nothing_of_patrols(play):
    plain, noticed = (play(north__works__notice=v, **ONE_PATROL) for v in (False, True))
    assert log(plain) == log(noticed)


def test_a_command_post_that_is_busy_is_slower(play):
    """The second of two open incidents in one area waits ``load_delay`` longer."""
    model = play(space__length_km=24, space__area_km=24, north__patrols__slots=2, south__rules__load_delay=3)
    first, second = incidents(model)[:2]
    assert first["opened"] < second["opened"] < first["closed"]
    assert minutes(model, "broadcast", row=0)[0] == pytest.approx(4.0)
    assert minutes(model, "broadcast", row=1)[0] == pytest.approx(7.0)


def test_other_areas_do_not_burden_a_command_post(play):
    posts = (("north", 6, 500), ("south", 6, -500), ("south", 18, -500))
    model = next(
        model
        for model in (
            play(space__length_km=24, posts=posts, north__patrols__slots=2, luck=luck) for luck in range(20)
        )
        if incidents(model)[0]["post"][SOUTH] != incidents(model)[1]["post"][SOUTH]
    )
    first, second = incidents(model)[:2]
    assert first["opened"] < second["opened"] < first["closed"]
    assert minutes(model, "broadcast", row=0)[0] == pytest.approx(4.0)
    assert minutes(model, "broadcast", row=1)[0] == pytest.approx(4.0)


def test_alertness_after_an_incident_halves_with_the_days(play):
    model = play(south__rules__alert_half_life_days=2, north__conduct__leave_broadcast=4, **ONE_PATROL)
    post = model.command_posts[1]
    closed = float(post.record["alerted_at"])
    assert post.record["handled"] >= 1
    assert post.alertness(closed) == 1.0
    assert post.alertness(closed + 2 * 1440.0) == pytest.approx(0.5)
    assert post.alertness(closed + 6 * 1440.0) == pytest.approx(0.125)


def answers(play, luck, broadcasts):
    """What those above say when a party that does not leave is to be shot over, and then at."""
    steps = [*["broadcast"] * broadcasts, "warning_shots", "warning_shots", "aimed_fire"]
    changes = {"south.rules.p_grant": 0.5, "south.rules.p_grant_action": 0.5, "north.conduct.leave_shots": -4}
    model = play(luck=luck, south__rules__steps=steps, **ONE_PATROL, **changes)
    told = [entry[2] for entry in log(model) if entry[2] in ("asked", "refused", "warning_shots", "ordered")]
    return told[: told.index("refused") + 1] if "refused" in told else told


def test_one_more_broadcast_changes_no_answer_of_those_who_are_asked(play):
    """They are asked about shots; who only calls out asks nobody, and uses up none of their luck."""
    few, more = ([answers(play, luck, n) for luck in range(12)] for n in (1, 2))
    assert few == more
    assert any("refused" in told for told in few) and any("warning_shots" in told for told in few)


def test_an_answer_of_a_level_that_does_not_exist_would_share_the_luck_of_another():
    with pytest.raises(ValueError, match="share the luck"):
        paired(2, len(AUTHORITIES), len(AUTHORITIES))
