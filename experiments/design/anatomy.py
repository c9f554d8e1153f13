"""What an anatomy of accidents plays: worlds drawn before anything is played, and orders of removal for
each.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from experiments.statistics.shapley import NOBODY, Order, alone, antithetic_orders, everybody, needed
from experiments.worlds import LUCKS

_WORLDS, _ORDERS = 0, 1  # of which luck


@dataclass(frozen=True)
class AnatomyDesign:
    """Which ``worlds`` of an arm are played, and in which ``orders`` each of them loses its ``players``.

    Every world has orders of its own, so that what chance makes of orders is in the spread of worlds.
    """

    players: int
    worlds: tuple[int, ...]
    orders: tuple[tuple[Order, ...], ...]

    @classmethod
    def drawn(
        cls, available: Iterable[int], runs: int, players: int, orders: int, seed: int
    ) -> "AnatomyDesign":
        """So many runs, in whole worlds, of those that are ``available``; whatever came of them.

        Fewer runs are the first of more by the same seed. ``orders``: of each world, an even number.
        """
        worlds = np.random.default_rng([seed, _WORLDS]).permutation(sorted(available))
        chosen = tuple(worlds[: runs // LUCKS].tolist())
        lucks = (np.random.default_rng([seed, _ORDERS, world]) for world in chosen)
        return cls(players, chosen, tuple(antithetic_orders(players, orders, luck) for luck in lucks))

    @cached_property
    def coalitions(self) -> tuple[tuple[int, ...], ...]:
        """What is removed together, by world, each once: what its orders need, none, each alone, and all."""
        always = {NOBODY, everybody(self.players), *map(alone, range(self.players))}
        return tuple(tuple(sorted(always | needed(orders))) for orders in self.orders)

    @property
    def runs(self) -> int:
        """How many runs these worlds have."""
        return LUCKS * len(self.worlds)

    @property
    def plays(self) -> int:
        """How many runs are played for it."""
        return LUCKS * sum(map(len, self.coalitions))
