"""Shapley values: what each player of a game adds, the mean over orders in which they join.

A coalition is a number with a bit for each player in it. The value of player i is the mean, over orders, of
what its coming makes of those who came before it (Shapley 1953, https://doi.org/10.1515/9781400881970-018);
over all orders it is exact, over orders drawn by chance it has that mean (Castro, Gómez & Tejada 2009,
https://doi.org/10.1016/j.cor.2008.04.004). Whatever the orders, the values add up to what all do together.
Each order is drawn with its reverse: who came early in one comes late in the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

NOBODY = 0
Order = tuple[int, ...]  # the players 0 .. n - 1, each once
Values = NDArray[np.float64]


def antithetic_orders(players: int, orders: int, luck: np.random.Generator) -> tuple[Order, ...]:
    """So many orders of ``players``, each other one the reverse of that before it.

    Raises ValueError for an odd number of them.
    """
    if orders < 2 or orders % 2:
        raise ValueError("orders come in pairs: 2 or more, and even")
    forward = [tuple(luck.permutation(players).tolist()) for _ in range(orders // 2)]
    return tuple(each for order in forward for each in (order, order[::-1]))


def everybody(players: int) -> int:
    """The coalition of all."""
    return (1 << players) - 1


def alone(player: int) -> int:
    """The coalition of one."""
    return 1 << player


def members(coalition: int) -> tuple[int, ...]:
    """Who is in a coalition."""
    return tuple(player for player in range(coalition.bit_length()) if coalition >> player & 1)


def joining(order: Order) -> tuple[int, ...]:
    """The coalitions that an order goes through, from nobody to everybody."""
    found = [NOBODY]
    for player in order:
        found.append(found[-1] | alone(player))
    return tuple(found)


def needed(orders: Iterable[Order]) -> frozenset[int]:
    """Every coalition whose value the orders ask for, each once."""
    return frozenset(each for order in orders for each in joining(order))


def before_and_after(orders: Sequence[Order], value: Mapping[int, Any], player: int) -> tuple[Any, Any]:
    """The value without a player and with it, each the mean over ``orders`` of where it joins.

    Their difference is its Shapley value over these orders. Values are numbers, or arrays of one shape.
    """
    before, after = [], []
    for order in orders:
        i, chain = order.index(player), joining(order)
        before.append(value[chain[i]])
        after.append(value[chain[i + 1]])
    return np.mean(before, axis=0), np.mean(after, axis=0)


def shapley_values(orders: Sequence[Order], value: Mapping[int, float]) -> Values:
    """The Shapley value of every player over these orders, (players,)."""
    pairs = [before_and_after(orders, value, player) for player in range(len(orders[0]))]
    return np.array([after - before for before, after in pairs])
