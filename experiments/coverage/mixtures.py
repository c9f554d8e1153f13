"""Worlds whose clashes are expected, and how far they differ: log-normal mixtures.

What is expected of a run is a sum of chances, and no count: a number above 0 wherever any incident could
have come to a clash. What a world expects spreads as a log-normal law does, as it would where each plays a
draw of what nobody knows (log sd 1.2 to 1.6 in the trial of the calibration; with fixed values it is less),
and many expect nothing at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from experiments.coverage.arms import Arms, at_once, compared, until_decided
from experiments.coverage.cells import EVENTS, WORLDS, Cell, More, luck_of
from experiments.coverage.laws import Drawn, Floats
from experiments.worlds import LUCKS

OF_EXPECTED = ", expected events"
CARRYING = (10, 30, 100, WORLDS)  # of the worlds, those that expect anything
CARRYING_BUDGET = (100, 1000)  # and of those of an arm that stops
SAME_LUCK = (0.0, 0.5, 0.9)
POLICIES, WORKING = 12, 0.4
BUDGET = 6400  # runs of an arm that stops when decided
EXPECTED = 10.0  # clashes in all; of sums of chances the intervals only change scale with it
_LUCK_SD, _LUCKY = 0.8, 0.7  # of the lucks of a world: log sd, and how many of them have any incident
_LUCK_SQUARE = 1.0 + (np.exp(_LUCK_SD**2) / _LUCKY - 1.0) / LUCKS  # of their mean, which is 1
_LARGER = 3.0  # times as large is what a third keeps, where clashes become fewer and larger
DECIDED = 50.0  # expected clashes in all runs of the budget of an arm that stops


@dataclass(frozen=True)
class Mixture:
    """Worlds of which those that expect anything have the spread of a log-normal law of this log sd, part of
    it between their lucks.
    """

    log_sd: float

    @property
    def name(self) -> str:
        """In words."""
        return f"log-normal, log sd {self.log_sd:g}"

    def factors(self, n: int, luck: np.random.Generator) -> Floats:
        """Those of n worlds, the same for both lucks; mean 1."""
        variance = self.log_sd**2 - np.log(_LUCK_SQUARE)
        found: Floats = np.exp(np.sqrt(variance) * luck.standard_normal(n) - variance / 2)
        return found


MIXTURES = (Mixture(1.2), Mixture(1.6))

How = Literal["alike", "fewer and larger", "prevents", "weakens"]


@dataclass(frozen=True)
class PolicyEffect:
    """What a policy does to what is expected of a run: it prevents it with a chance, lowers it, or makes
    it rarer and as much larger; the share ``same_luck`` of the runs is else that of the baseline.
    """

    how: How
    ratio: float = 1.0
    same_luck: float = 0.0

    @property
    def where(self) -> More:
        """Where its cell stands."""
        return More(same_luck=self.same_luck, ratio=self.ratio, study=self.how)

    def of(self, runs: Floats, luck: np.random.Generator) -> Floats:
        """What is left of runs (rows, lucks)."""
        if self.how == "prevents":
            return runs * (luck.random(runs.shape) < self.ratio)
        if self.how == "fewer and larger":
            return runs * _LARGER * (luck.random(runs.shape) < 1 / _LARGER)
        return runs * self.ratio


# no difference, in two ways; and two that differ
EFFECTS: tuple[tuple[How, float], ...] = (
    ("alike", 1.0),
    ("fewer and larger", 1.0),
    ("weakens", 0.8),
    ("prevents", 0.5),
)


def draw_expected(
    law: Mixture,
    carrying: float,
    arms: Sequence[PolicyEffect],
    worlds: int,
    repetitions: int,
    luck: np.random.Generator,
) -> Drawn:
    """Draw a baseline in which so many of the ``worlds`` expect anything, on average, and ``EXPECTED``
    clashes together; and other arms on the same worlds.
    """
    repetition, world = np.nonzero(luck.random((repetitions, worlds)) < carrying / worlds)
    factor = law.factors(world.size, luck)[:, None] * EXPECTED / (carrying * LUCKS)

    def runs() -> Floats:
        shape = world.size, LUCKS
        found = np.exp(_LUCK_SD * luck.standard_normal(shape) - _LUCK_SD**2 / 2) / _LUCKY
        return found * (luck.random(shape) < _LUCKY)

    base = runs()
    drawn = [base]
    for arm in arms:
        same = luck.random(base.shape) < arm.same_luck
        drawn.append(arm.of(np.where(same, base, runs()), luck))
    values = np.stack([(factor * each).sum(axis=1) for each in drawn])
    return Drawn(repetitions, worlds, repetition, world, values)


def counts_of(drawn: Drawn, luck: np.random.Generator) -> Drawn:
    """Counts with these expectations; where an arm expects what the baseline does it counts the same."""
    expected = drawn.counts
    counts = luck.poisson(expected)
    counts[1:] = np.where(expected[1:] == expected[0], counts[0], counts[1:])
    return replace(drawn, counts=counts.astype(np.float64))


def mixture_cells(repetitions: int, public: int) -> Iterator[Cell]:
    """Ratio and difference of expected events; ``public`` repetitions give a ratio's width."""
    for law in MIXTURES:
        for carrying in CARRYING:
            for effect in _effects():
                luck = luck_of("mixture", law.name, carrying, effect)
                drawn = draw_expected(law, carrying, [effect], WORLDS, repetitions, luck)
                arms = Arms(drawn, law.name, carrying, EXPECTED, (effect.ratio,), OF_EXPECTED, "expected")
                yield from compared(arms, public, effect.where)[1:]


def counted_cells(repetitions: int, public: int) -> Iterator[Cell]:
    """Rate, ratio and difference of counts whose worlds are a log-normal mixture."""
    for law in MIXTURES:
        for events in EVENTS:
            for effect in (each for each in _effects() if each.same_luck != SAME_LUCK[1]):
                luck = luck_of("counted mixture", law.name, events, effect)
                drawn = draw_expected(law, WORLDS, [effect], WORLDS, repetitions, luck)
                counts = counts_of(replace(drawn, counts=drawn.counts * events / EXPECTED), luck)
                arms = Arms(counts, law.name, events, events, (effect.ratio,), ", log-normal worlds")
                yield from compared(arms, public, effect.where)


def _effects() -> Iterator[PolicyEffect]:
    for same_luck in SAME_LUCK:
        for how, ratio in EFFECTS:
            yield PolicyEffect(how, ratio, same_luck)


def mixture_family_cells(repetitions: int) -> Iterator[Cell]:
    """Twelve differences of expected events that hold all at once."""
    for law in MIXTURES:
        for carrying in CARRYING:
            for same_luck, working in ((0.5, 0), (0.9, 0), (0.9, 4)):
                ratios = tuple(WORKING if p < working else 1.0 for p in range(POLICIES))
                luck = luck_of("mixture family", law.name, carrying, same_luck, working)
                effects = [PolicyEffect("prevents", ratio, same_luck) for ratio in ratios]
                drawn = draw_expected(law, carrying, effects, WORLDS, repetitions, luck)
                arms = Arms(drawn, law.name, carrying, EXPECTED, ratios, OF_EXPECTED, "expected")
                yield at_once(arms, More(same_luck=same_luck, study=f"13 arms, {working} work"))[0]


def mixture_decided_cells(repetitions: int) -> Iterator[Cell]:
    """Two arms until the difference of expected events is decided, or the budget is spent; and the rate that
    was counted by then.
    """
    for law in MIXTURES:
        for carrying in CARRYING_BUDGET:
            for effect in _effects():
                if effect.same_luck and effect.how != "weakens":
                    luck = luck_of("mixture decided", law.name, carrying, effect)
                    drawn = draw_expected(law, carrying, [effect], BUDGET // 2, repetitions, luck)
                    drawn = replace(drawn, counts=drawn.counts * DECIDED / EXPECTED)
                    arms = Arms(drawn, law.name, carrying, DECIDED, (effect.ratio,), OF_EXPECTED, "expected")
                    yield from until_decided(arms, BUDGET, effect.where, counts_of(drawn, luck))
