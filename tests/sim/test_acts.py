"""The acts of the log: numbers that were stored keep their meaning, and all have their words."""

import pytest

from sim.acts import Act, Actor
from sim.codes import Action

# In the order of their numbers, as every snapshot and golden log holds them.
ACTS = """
violation broadcast warning_shots did_not_hear heard stayed withdrew left_by_itself ran read_as_warning
read_as_attack read_as_stray asked refused ordered lapsed waited clear_look aimed_fire casualties
heavy_weapons held_fire knew_own_side_began joined other_area stray_round explained ordered_attack
mine_strike called no_answer quiet learned closed fires_back last_word gave_up_site moved_along chose_to_wait
"""


def test_a_stored_number_keeps_its_meaning():
    assert Act.words() == tuple(ACTS.split())
    assert [int(act) for act in Act] == list(range(len(Act)))
    assert Actor.words() == ("incident", "post", "unit", "command", "support", "government")
    assert [int(actor) for actor in Actor] == list(range(len(Actor)))


def test_every_act_and_actor_has_words_of_its_own():
    told = [act.sentence(1.0, 1.0) for act in Act]
    assert all(told) and len(set(told)) == len(told)
    assert not any("{" in sentence for sentence in told)
    assert len({actor.spoken for actor in Actor}) == len(Actor)


@pytest.mark.parametrize("action", Action)
def test_an_act_names_the_action_that_it_is_about(action):
    asked = Act.ASKED.sentence(float(action), 2.0)
    assert asked.endswith(" up to level 2")
    assert ("broadcast" in asked) == ("BROADCAST" in action.name)
    assert ("shots" in asked) == ("SHOTS" in action.name or action == Action.AIMED_FIRE)
