"""Games whose Shapley values are known: removals in worlds that spread as log-normal mixtures do.

Each world expects something of its own, if anything, and multiplies it by a factor of its own for each
ingredient that is removed; one ingredient is a source beside, small and even. Factors are independent of
what a world expects, and a Shapley value is linear in the game: so the true ones are those of the mean game.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from experiments.coverage.cells import Cell, More, luck_of
from experiments.coverage.laws import Floats, Ints
from experiments.coverage.mixtures import MIXTURES, OF_EXPECTED, Mixture
from experiments.statistics.intervals import FEWEST_CLUSTERS, Pilot, difference_interval
from experiments.statistics.shapley import (
    NOBODY,
    alone,
    antithetic_orders,
    everybody,
    joining,
    members,
    shapley_values,
)
from experiments.statistics.verdict import family_level, verdict_of

WORLDS = 100  # such as an anatomy plays
CARRYING = (10, 30, 100)
EACH = 0.02  # expected in a world, in the mean, for each that carries anything of a hundred
_PLAYERS, _SOURCE, _ORDERS = 4, 3, 2
_SURE = 0.6  # sd of the log of a factor between worlds, as ratios of policies spread over draws at most
_ROUNDING = 1e-12
EVERY_ORDER = tuple(permutations(range(_PLAYERS)))


@dataclass(frozen=True)
class Game:
    """Factors in the mean of what is removed, and what the source beside adds, to the mean of the rest."""

    name: str
    factors: tuple[float, float, float]
    source: float


GAMES = (
    Game("some take away", (0.3, 0.8, 1.3), 0.2),
    Game("none does anything in the mean", (1.0, 1.0, 1.0), 0.0),
)


def true_values(game: Game, mean: float) -> Floats:
    """By how much each removal lowers what a world expects, in the mean."""
    factors = np.array(game.factors)

    def worth(removed: tuple[int, ...]) -> float:
        rest = mean * float(np.prod(factors[[i for i in removed if i != _SOURCE]]))
        return rest + game.source * mean * (_SOURCE not in removed)

    value = {each: worth(members(each)) for each in range(everybody(_PLAYERS) + 1)}
    return -shapley_values(EVERY_ORDER, value)


def draw_game(game: Game, law: Mixture, carrying: float, luck: np.random.Generator) -> Floats:
    """What every world expects under every coalition, (coalitions, worlds)."""
    carries = luck.random(WORLDS) < carrying / WORLDS
    base = law.factors(WORLDS, luck) * carries * EACH * WORLDS / carrying
    own = np.exp(_SURE * luck.standard_normal((3, WORLDS)) - _SURE**2 / 2)
    factors = np.array(game.factors)[:, None] * own
    source = game.source * EACH * luck.gamma(1.0, 1.0, WORLDS)
    found = np.empty((everybody(_PLAYERS) + 1, WORLDS))
    for each in range(len(found)):
        gone = members(each)
        rest = np.prod(factors[[i for i in gone if i != _SOURCE]], axis=0)
        found[each] = base * rest + source * (_SOURCE not in gone)
    return found


def draw_orders(luck: np.random.Generator) -> Ints:
    """Numbers of the orders of every world, among all that there are, (orders, worlds)."""
    number = {order: i for i, order in enumerate(EVERY_ORDER)}
    drawn = [antithetic_orders(_PLAYERS, _ORDERS, luck) for _ in range(WORLDS)]
    return np.array([[number[order] for order in orders] for orders in drawn]).T


def before_and_after(value: Floats, orders: Ints, player: int) -> tuple[Floats, Floats]:
    """What is expected before a player is removed and after it, the mean over orders, (worlds,) both."""
    place = [order.index(player) for order in EVERY_ORDER]
    chains = [joining(order) for order in EVERY_ORDER]
    first = np.array([chain[at] for chain, at in zip(chains, place, strict=True)])[orders]
    worlds = np.arange(WORLDS)
    return value[first, worlds].mean(axis=0), value[first | alone(player), worlds].mean(axis=0)


def game_cells(repetitions: int) -> Iterator[Cell]:
    """The Shapley values of all ingredients, each at the family's level: all must hold."""
    for law in MIXTURES:
        for carrying in CARRYING:
            for game in GAMES:
                luck = luck_of("game", law.name, carrying, game.name)
                yield _cell(
                    law, carrying, game, [_study(game, law, carrying, luck) for _ in range(repetitions)]
                )


@dataclass(frozen=True)
class _Found:
    """Of one repetition: limits a year (players, 2), verdicts, and effective worlds of all that is pooled."""

    limits: Floats
    verdicts: tuple[str, ...]
    clusters: float


def _study(game: Game, law: Mixture, carrying: float, luck: np.random.Generator) -> _Found:
    value, orders = draw_game(game, law, carrying, luck), draw_orders(luck)
    arms = {NOBODY, everybody(_PLAYERS), *map(alone, range(_PLAYERS))}
    pools = [Pilot.of(value[each]) for each in sorted(arms)]
    pool = sum(pools[1:], pools[0])
    limits, verdicts = [], []
    for player in range(_PLAYERS):
        before, after = before_and_after(value, orders, player)
        found = difference_interval(
            after, before, float(WORLDS), pool=pool, level=family_level(_PLAYERS), events="expected"
        )
        limits.append((-found.high, -found.low))
        verdicts.append(verdict_of(found))
    return _Found(np.array(limits), tuple(verdicts), pool.effective_clusters)


def _cell(law: Mixture, carrying: float, game: Game, found: list[_Found]) -> Cell:
    truth = true_values(game, EACH)
    limits = np.array([each.limits for each in found])
    inside = (limits[..., 0] <= truth + _ROUNDING) & (truth - _ROUNDING <= limits[..., 1])
    null = np.flatnonzero(np.abs(truth) < _ROUNDING)
    false = None
    if null.size:
        false = float(np.mean([any(each.verdicts[i] != "undecided" for i in null) for each in found]))
    return Cell.of(
        f"Shapley values at once{OF_EXPECTED}",
        law.name,
        carrying,
        np.asarray(inside.all(axis=1)),
        (limits[:, 0, 1] - limits[:, 0, 0]) / EACH,
        np.array([each.clusters < FEWEST_CLUSTERS for each in found]),
        false=false,
        **More(study=game.name),
    )
