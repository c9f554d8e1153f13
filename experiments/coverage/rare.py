"""A small model of what is rare, whose answer is known: conditioning, cloning and splitting.

Incidents come at a constant rate, and climb a ladder of chances to fire; each spell of fire brings heavy
weapons with a chance, and is followed by another with one. The year's rate of incidents with heavy
weapons follows in closed form; the chance of heavy weapons sets it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.coverage.cells import WORLDS, Cell, luck_of
from experiments.coverage.laws import Floats
from experiments.statistics.intervals import Interval
from experiments.statistics.summed import FEWEST_SUMMED, summed_rate
from sim.cloning import Reached, Sums, mean_of_clones
from sim.randomness import luck_key, uniform_at

RATES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)  # a year
OFTEN, LADDER, AGAIN = 4.0, (0.5, 0.4, 0.3), 0.5  # incidents a year; chances to climb; of another spell
FIRE = len(LADDER)
# The steps of the ladder at which an incident is played again, and how often.
METHODS: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "conditioned": ((), ()),
    "cloned": ((1,), (4,)),
    "split": ((1, 2, 3), (3, 3, 3)),
}
_SEED, _KIND, _APART = 13, 1, 10_000_000
# Incidents from which the studies draw, to a repetition, and at least (20 studies' worth: else the error of
# their own mean, which all studies share, would pass for one of the interval).
_POOL, _LEAST = {"conditioned": 200}, 20 * WORLDS * int(OFTEN)


def chance_of(rate: float) -> float:
    """The chance of heavy weapons in a spell of fire that gives this rate of incidents with them."""
    comes = rate / (OFTEN * float(np.prod(LADDER)))  # of an incident with fire
    return comes * (1.0 - AGAIN) / (1.0 - AGAIN * comes)


@dataclass(frozen=True)
class Toy:
    """An incident of the small model, a ``sim.cloning.Player``; ``levels``: steps at which clones halt."""

    number: int
    heavy: float
    levels: tuple[int, ...]

    def play(self, start: int, depth: int, salt: int) -> Sums | Reached[int]:
        """From a step of the ladder on: the sum of the chances of heavy weapons until they come."""
        luck, halt = luck_key(_SEED, self.number, 0, salt), dict(enumerate(self.levels)).get(depth)
        for step in range(start, FIRE):
            if uniform_at(luck, _KIND, step, 0, 0, 0, 0) >= LADDER[step]:
                return np.zeros(1)
            if step + 1 == halt:
                return Reached(step + 1)
        total, spell = 0.0, 0
        while True:
            total += self.heavy
            came = uniform_at(luck, _KIND, FIRE, spell, 0, 0, 0) < self.heavy
            if came or uniform_at(luck, _KIND, FIRE, spell, 1, 0, 0) >= AGAIN:
                return np.array([total])
            spell += 1

    def estimate(self, clones: tuple[int, ...]) -> float:
        """What the incident comes to: its own play, and its clones from the first level on."""
        found = self.play(0, 0, 0)
        if isinstance(found, Reached):
            found = mean_of_clones(self, found.at, clones)
        return float(found[0])


def incidents(method: str, rate: float, n: int) -> Floats:
    """Estimates of ``n`` incidents, (n,); each method and rate has incidents of its own."""
    levels, clones = METHODS[method]
    heavy, first = chance_of(rate), (list(METHODS).index(method) * len(RATES) + RATES.index(rate)) * _APART
    return np.array([Toy(number, heavy, levels).estimate(clones) for number in range(first, first + n)])


def rare_cells(repetitions: int) -> Iterator[Cell]:
    """`summed_rate` of years whose incidents are drawn from many: their own mean is no error to speak of."""
    for method in METHODS:
        for rate in RATES:
            luck = luck_of("rare", method, rate)
            pool = incidents(method, rate, max(_LEAST, _POOL.get(method, 40) * repetitions))
            found = [_study(pool, luck) for _ in range(repetitions)]
            limits = np.array([(each.low, each.high) for each in found])
            yield Cell.of(
                f"rate, {method}",
                "a ladder of chances",
                rate,
                (limits[:, 0] <= rate) & (rate <= limits[:, 1]),
                (limits[:, 1] - limits[:, 0]) / rate,
                np.array([each.effective_clusters < FEWEST_SUMMED for each in found]),
            )


def _study(pool: Floats, luck: np.random.Generator) -> Interval:
    counts = luck.poisson(OFTEN, WORLDS)
    world = np.repeat(np.arange(WORLDS), counts)
    drawn = pool[luck.integers(pool.size, size=world.size)]
    return summed_rate(np.bincount(world, drawn, minlength=WORLDS), np.ones(WORLDS))
