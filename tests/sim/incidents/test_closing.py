"""How incidents close: clear looks, an explanation, quiet; and what is left to be settled."""

import pytest
from forced import ATTACK, ONE_PATROL, acts, attacked, incidents, log, minutes, only, shot

from sim.codes import Cause
from sim.constants import NEVER
from sim.sides import NORTH, SOUTH


def test_two_clear_looks_close_it(play):
    """The unit goes at the first call, at minute 4; looks fall at 10 and 20."""
    model = play(north__conduct__leave_broadcast=4, **ONE_PATROL)
    data = incidents(model)[0]
    assert acts(model, "withdrew", row=0) == ["withdrew"]
    assert minutes(model, "clear_look") == pytest.approx([10.0, 20.0])
    assert data["closed"] - data["opened"] == pytest.approx(20.0)
    assert data["rung"] == 1
    assert acts(model, "waited")  # at minute 12 the last look was clear
    assert len(incidents(model)) == 2  # it comes back with the next shift, not before
    once = play(north__conduct__leave_broadcast=4, south__watch__clear_looks=1, **ONE_PATROL)
    assert incidents(once)[0]["closed"] - incidents(once)[0]["opened"] == pytest.approx(10.0)
    assert incidents(model)[1]["shift"] == data["shift"] + 1


def test_a_unit_may_leave_by_itself_while_the_other_side_waits(play):
    model = play(north__conduct__leave_per_hour=10, south__rules__delay_minutes=120, **ONE_PATROL)
    data = incidents(model)[0]
    assert acts(model, "left_by_itself") == ["left_by_itself"]
    assert (data["rung"], data["gone"][NORTH]) == (0, 1)
    assert model.state.tallies["unanswered"][NORTH] > 0  # nobody responded
    assert data["closed"] < NEVER


def test_the_end_of_its_shift_takes_a_unit_home(play):
    """A unit that nothing moves still goes when its nine hours are over; then it all ends."""
    model = play(**ONE_PATROL)
    data = incidents(model)[0]
    left = data["opened"] + minutes(model, "left_by_itself")[0]
    assert left == pytest.approx(360.0 + 540.0)
    assert data["closed"] - left <= 20.0
    assert len(incidents(model)) == 2  # the night shift's is still open at midnight


def test_a_lapsed_violation_takes_no_further_step(play):
    """Nothing but looks ends this one: the error of each look is large."""
    lapsed = waited = 0
    for luck in range(10):
        model = play(luck=luck, lines=(-25, 0, 0), south__watch__jitter_m=20, **ONE_PATROL)
        for row in range(len(incidents(model))):
            lapsed += len(acts(model, "lapsed", row=row))
            waited += len(acts(model, "waited", row=row))
            clear = False
            for _, side, act, *_ in log(model, row):
                if act == "clear_look":
                    clear = True
                elif act in ("lapsed", "waited"):
                    assert clear
                if act == "closed":
                    assert clear and side == SOUTH
    assert lapsed > 0
    assert waited > 0


def test_quiet_closes_what_nobody_follows_up(play):
    model = play(injects=[shot()])
    data = only(model)
    assert acts(model, "read_as_stray", "broadcast", "quiet") == ["read_as_stray", "broadcast", "quiet"]
    assert data["closed"] - data["opened"] == pytest.approx(45.0, abs=1.001)
    assert data["rung"] == 1


def test_an_explanation_before_the_reply_ends_it(play):
    model = attacked(
        play,
        north__stray__p_explained=1,
        north__stray__explain_minutes=2,
        south__stray__p_origin_seen=0,
        south__stray__origin_minutes=60,
    )
    data = only(model)
    assert acts(model, "explained", "closed") == ["explained", "closed"]
    assert data["rung"] <= 1
    assert data["closed"] - data["opened"] < 30.0
    assert not acts(model, "aimed_fire", "ordered")


def test_an_explanation_after_the_reply_comes_too_late(play):
    """It is given, but what has become an exchange of fire ends by itself."""
    model = attacked(play, north__stray__p_explained=1, north__stray__explain_minutes=20)
    data = only(model)
    assert acts(model, "aimed_fire", "explained") == ["aimed_fire", "explained"]
    assert data["rung"] == 3
    assert data["closed"] - data["opened"] > minutes(model, "explained")[0] + 10.0


def test_an_explanation_after_the_order_does_not_call_it_back(play):
    """Whoever has been told to fire back fires, an hour later here: nothing is left to decide."""
    model = attacked(
        play,
        north__stray__p_explained=1,
        north__stray__explain_minutes=30,
        north__stray__explain_log_sd=0,
        south__fire__reply_minutes=60,
        south__fire__reply_log_sd=0,
        south__fire__p_grant_reply=0.999,
    )
    assert acts(model, "ordered", "explained", "aimed_fire") == ["ordered", "explained", "aimed_fire"]
    assert only(model)["rung"] == 3 and only(model)["expected"] == 0.999


def test_a_slow_search_for_the_origin_is_not_cut_short_by_quiet(play):
    """The record's replies came after 32 to 105 minutes (FACTS.md); quiet is 45 here."""
    late = 0
    for luck in range(8):
        model = play(
            luck=luck,
            injects=[shot()],
            south__stray__p_origin_seen=0,
            south__stray__origin_minutes=90,
            **ATTACK,
        )
        if acts(model, "read_as_attack"):
            assert only(model)["rung"] == 3
            late += minutes(model, "aimed_fire")[0] > 45.0
    assert late >= 4


def test_an_incident_on_ones_own_ground_is_false(play):
    """The south believes the line 100 m too far north and warns those who are at home."""
    false = play(lines=(10, 100, 0), **ONE_PATROL)
    data = incidents(false)[0]
    assert (data["false_"], Cause.words()[data["cause"]]) == (1, "map")
    assert data["true_depth"] == pytest.approx(-10.0)
    assert data["depth"] == pytest.approx(90.0)
    true = play(**ONE_PATROL)
    assert incidents(true)[0]["false_"] == 0


def test_one_step_across_the_line_makes_it_true(play):
    """Whether it was false is told from the first look to the close, not by the first alone."""
    for luck in range(6):
        model = play(luck=luck, lines=(5, 100, 0), north__navigation__error_m=10, **ONE_PATROL)
        for data in incidents(model):
            if data["closed"] < NEVER:
                assert data["false_"] == (data["true_depth"] <= 0.0)
