"""What an anatomy plays is fixed before anything is played, and fewer runs are the first of more."""

import pytest

from experiments.design.anatomy import AnatomyDesign
from experiments.statistics.shapley import NOBODY, alone, everybody, joining

WORLDS = range(100, 140)


def drawn(runs, seed=1, orders=2, players=5):
    return AnatomyDesign.drawn(WORLDS, runs, players, orders, seed)


def test_fewer_runs_are_the_first_of_more():
    few, many = drawn(10), drawn(40)
    assert few.worlds == many.worlds[:5] and few.orders == many.orders[:5]
    assert (few.runs, many.runs) == (10, 40)


def test_worlds_are_drawn_from_those_there_each_once_and_by_the_seed():
    found = drawn(80).worlds
    assert sorted(found) == list(WORLDS) != list(found)
    assert drawn(80, seed=2).worlds != found and drawn(11).runs == 10  # whole worlds


def test_each_world_has_orders_of_its_own_whatever_else_is_drawn():
    found = drawn(40, orders=4)
    assert len(set(found.orders)) > 15 and all(len(orders) == 4 for orders in found.orders)
    other = AnatomyDesign.drawn(range(100, 130), 40, 5, 4, 1)
    same = set(found.worlds) & set(other.worlds)
    assert same and all(
        found.orders[found.worlds.index(world)] == other.orders[other.worlds.index(world)] for world in same
    )


@pytest.mark.parametrize("players", [1, 2, 11])
def test_what_is_played_is_none_each_alone_all_and_what_orders_go_through_each_once(players):
    design = drawn(20, players=players)
    for coalitions, orders in zip(design.coalitions, design.orders, strict=True):
        wanted = {NOBODY, everybody(players), *map(alone, range(players))}
        assert sorted(wanted.union(*map(joining, orders))) == list(coalitions)
    assert design.plays == 2 * sum(len(each) for each in design.coalitions)
    if players == 11:
        assert design.plays <= 20 * 31
