"""Shapley values: games whose values are known, and what holds in any game, whatever orders are drawn."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.statistics.shapley import (
    NOBODY,
    alone,
    antithetic_orders,
    before_and_after,
    everybody,
    joining,
    members,
    needed,
    shapley_values,
)


def every_order(players):
    return list(permutations(range(players)))


def game(players, worth):
    """The value of every coalition by what its members are worth together."""
    return {each: worth(members(each)) for each in range(everybody(players) + 1)}


def test_the_glove_game():
    """Two have left gloves, one the right one; a pair is worth 1 (Shapley's own: 1/6, 1/6, 2/3)."""
    value = game(3, lambda who: float(2 in who and len(who) > 1))
    assert np.allclose(shapley_values(every_order(3), value), [1 / 6, 1 / 6, 2 / 3])


def test_the_airport_game():
    """A runway is as long as its longest aeroplane needs: each stretch is shared by those who use it.

    (Littlechild and Owen 1973, https://doi.org/10.1287/mnsc.20.3.370.)
    """
    costs = (1.0, 3.0, 3.0, 8.0)
    value = game(4, lambda who: max((costs[i] for i in who), default=0.0))
    shares = [1 / 4, 1 / 4 + 2 / 3, 1 / 4 + 2 / 3, 1 / 4 + 2 / 3 + 5]
    assert np.allclose(shapley_values(every_order(4), value), shares)


any_game = st.integers(2, 5).flatmap(
    lambda n: st.tuples(
        st.just(n), st.lists(st.floats(-5, 5), min_size=2**n, max_size=2**n), st.integers(0, 2**32 - 1)
    )
)


@given(any_game)
def test_values_add_up_to_what_all_do_whatever_the_orders(made):
    players, worth, seed = made
    orders = antithetic_orders(players, 2, np.random.default_rng(seed))
    value = dict(enumerate(worth))
    whole = value[everybody(players)] - value[NOBODY]
    assert np.isclose(shapley_values(orders, value).sum(), whole)


@given(any_game)
def test_a_player_that_adds_nothing_is_worth_nothing(made):
    players, worth, seed = made
    orders = antithetic_orders(players, 2, np.random.default_rng(seed))
    idle = alone(0)
    value = {each: worth[each & ~idle] for each in range(2**players)}
    assert shapley_values(orders, value)[0] == 0.0


@given(any_game)
def test_players_that_are_alike_are_worth_the_same_over_all_orders(made):
    players, worth, _ = made

    def swapped(each):
        first, second = each & 1, each >> 1 & 1
        return each & ~3 | first << 1 | second

    value = {each: worth[each] + worth[swapped(each)] for each in range(2**players)}
    found = shapley_values(every_order(players), value)
    assert np.isclose(found[0], found[1])


def test_orders_come_with_their_reverse_and_so_tell_what_pairs_do_exactly():
    """Where players act in pairs only, whoever comes before or after, one pair of orders is exact."""
    together = np.random.default_rng(5).normal(size=(6, 6))
    value = game(6, lambda who: sum(together[i, j] for i in who for j in who))
    orders = antithetic_orders(6, 4, np.random.default_rng(1))
    assert orders[0] == orders[1][::-1] and orders[2] == orders[3][::-1] and orders[0] != orders[2]
    exact = together.sum(axis=0) / 2 + together.sum(axis=1) / 2
    assert np.allclose(shapley_values(orders[:2], value), exact)


def test_orders_are_pairs_and_orders():
    for orders in (0, 1, 3):
        with pytest.raises(ValueError, match="pairs"):
            antithetic_orders(4, orders, np.random.default_rng(1))
    for order in antithetic_orders(7, 10, np.random.default_rng(1)):
        assert sorted(order) == list(range(7))


def test_what_orders_need_is_what_they_go_through():
    orders = ((0, 1, 2), (2, 1, 0))
    assert joining((2, 0, 1)) == (0b000, 0b100, 0b101, 0b111)
    assert needed(orders) == {0b000, 0b001, 0b011, 0b111, 0b100, 0b110}
    value = {each: float(each) for each in needed(orders)}
    before, after = before_and_after(orders, value, 1)
    assert (before, after) == ((1 + 4) / 2, (3 + 6) / 2)


def test_values_may_be_arrays():
    value = {each: np.array([each, 2.0 * each]) for each in range(4)}
    before, after = before_and_after(((0, 1), (1, 0)), value, 0)
    assert (after - before).tolist() == [1.0, 2.0]
