"""How a volley is read: what each rule hangs on, and what it does not know."""

import math
from typing import get_args

import numpy as np
import pytest
from forced import PARTY, VOLLEYS, acts, incidents
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from sim.agents.reading import READINGS, Volley, by_orders, by_situation, by_word
from sim.parameters.force import Conduct, Reading
from sim.sides import NORTH

CONDUCT = Conduct(
    attack_intercept=-4.0,
    attack_sureness=1.5,
    attack_tension=2.0,
    attack_night=0.5,
    attack_near=1.0,
    attack_casualties=1.0,
    attack_unspoken=3.0,
    attack_share=0.3,
    near_m=60.0,
)
USUAL = Volley(strike_m=60.0, sure=0.8, warned=True, night=False, tension=0.2, casualties=False, orders=0.5)
others = st.fixed_dictionaries(
    {"sure": st.floats(0, 1), "night": st.booleans(), "tension": st.floats(0, 1), "casualties": st.booleans()}
)


def test_every_rule_that_can_be_chosen_is_there():
    assert tuple(READINGS) == get_args(Reading)


def test_by_the_situation_it_is_logistic_in_all_but_words_and_orders():
    base = -4.0 + 1.5 * 0.8 + 2.0 * 0.2 + 0.5
    assert by_situation(CONDUCT, USUAL) == pytest.approx(expit(base))
    assert by_situation(CONDUCT, USUAL._replace(night=True)) == pytest.approx(expit(base + 0.5))
    for nothing in ({"warned": False}, {"orders": 0.0}):
        assert by_situation(CONDUCT, USUAL._replace(**nothing)) == by_situation(CONDUCT, USUAL)


@given(others, st.booleans(), st.floats(0, 1000))
def test_by_the_word_nothing_counts_but_a_warning_and_the_distance(situation, warned, strike):
    met = USUAL._replace(warned=warned, strike_m=strike)
    found = by_word(CONDUCT, met)
    assert found == by_word(CONDUCT, met._replace(**situation, orders=0.01))
    assert found == pytest.approx(expit(-4.0 + 3.0 * (not warned) + 60.0 / (60.0 + strike)))


def test_by_the_word_rounds_that_nobody_announced_are_an_attack_sooner():
    warned, unwarned = (by_word(CONDUCT, USUAL._replace(warned=warned)) for warned in (True, False))
    assert math.log(unwarned / (1 - unwarned)) - math.log(warned / (1 - warned)) == pytest.approx(3.0)
    nearer = [by_word(CONDUCT, USUAL._replace(strike_m=metres)) for metres in (500.0, 100.0, 10.0, 0.0)]
    assert nearer == sorted(nearer) and len(set(nearer)) == 4


@given(others, st.booleans())
def test_by_orders_who_has_them_answers_all_that_strikes_near_and_nobody_else_anything(situation, warned):
    met = USUAL._replace(**situation, warned=warned)
    assert by_orders(CONDUCT, met._replace(orders=0.29, strike_m=59.0)) == 1.0
    assert by_orders(CONDUCT, met._replace(orders=0.29, strike_m=61.0)) == 0.0
    assert by_orders(CONDUCT, met._replace(orders=0.31, strike_m=1.0)) == 0.0


# -- played: what a rule promises of whole runs ----------------------------------------------------

STAND = PARTY | {
    "days": 3,
    "north.works.night_share": 1,
    "north.works.hours": 4,
    "south.rules.steps": VOLLEYS,
    "north.conduct.attack_rule": "orders",
    "north.conduct.shot_distance_m": 5,
    "north.conduct.near_m": 500,
    "north.conduct.p_return_fire": 1,
    "south.politics.jumps": (0, 0, 0, 0.3, 0.3, 0.3, 0.3),
    "north.politics.jumps": (0, 0, 0, 0.3, 0.3, 0.3, 0.3),
}


def answered_by_site(play, share, luck):
    """Of each project that was shot over: whether it answered, in every incident."""
    model = play(luck=luck, north__conduct__attack_share=share, **STAND)
    found = {}
    for row, data in enumerate(incidents(model)):
        read = acts(model, "read_as_attack", "read_as_warning", side=NORTH, row=row)
        if read:
            assert set(read) in ({"read_as_attack"}, {"read_as_warning"})
            found.setdefault(int(data["site"]), set()).add(read[0] == "read_as_attack")
    return found


def test_by_orders_a_project_answers_always_or_never_whatever_the_tension(play):
    answers = [known for luck in range(4) for known in answered_by_site(play, 0.4, luck).values()]
    assert len(answers) > 30 and all(len(known) == 1 for known in answers)
    assert {*map(frozenset, answers)} == {frozenset({True}), frozenset({False})}


def test_by_orders_the_share_of_projects_that_answer_is_the_declared_one(play):
    answers = [True in known for luck in range(12) for known in answered_by_site(play, 0.4, luck).values()]
    sd = math.sqrt(0.4 * 0.6 / len(answers))
    assert len(answers) > 100 and np.mean(answers) == pytest.approx(0.4, abs=4 * sd)


@pytest.mark.parametrize("rule", get_args(Reading))
def test_what_is_read_is_what_was_expected(play, rule):
    """A clash less its expectation has mean 0 by any rule; by orders all is decided beforehand."""
    apart, clashes = [], 0
    for luck in range(6):
        model = play(
            luck=luck,
            **STAND | {"north.conduct.attack_rule": rule},
            north__conduct__attack_share=0.4,
            north__conduct__attack_intercept=-1,
            north__conduct__attack_unspoken=1,
            north__conduct__p_return_fire=0.8 if rule == "orders" else 1,
        )
        found = incidents(model)
        clashes += (found["rung"] >= 3).sum()
        apart += ((found["rung"] >= 3) - found["expected"]).tolist()
    assert clashes > 30
    assert np.mean(apart) == pytest.approx(0.0, abs=4 * np.std(apart) / math.sqrt(len(apart)))


def test_by_the_word_who_hears_is_less_often_at_war_and_by_the_situation_is_not(play):
    """What a broadcast can do: by the word it makes the volley understood, else it changes belief alone."""

    def attacks(rule, reach):
        model = play(
            **STAND | {"north.conduct.attack_rule": rule, "days": 2},
            north__conduct__attack_intercept=-3,
            north__conduct__attack_unspoken=6,
            south__voice__open_m=reach,
            south__voice__growth_m=reach,
            south__voice__spread=0.05,
        )
        found = incidents(model)
        return (found["rung"] >= 3).sum() / len(found)

    deaf, heard = (attacks("spoken_to", reach) for reach in (100, 15000))
    assert deaf > 0.8 and heard < deaf - 0.3
    assert attacks("situation", 100) == pytest.approx(attacks("situation", 15000), abs=0.1)
