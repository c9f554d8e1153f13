"""Runs that end early: at a clash, or at an incident that is none; each arm has its own exposure.

Clashes come at a constant hazard a run, the same in all or with a gamma factor of the world, so
that the true rate (expected clashes over expected exposure; Wald's identity) is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import roots_genlaguerre

from experiments.coverage.arms import Arms, compared
from experiments.coverage.cells import EVENTS, WORLDS, Cell, More, luck_of
from experiments.coverage.laws import Drawn, Flags, Floats, Ints
from experiments.worlds import LUCKS, world_of, worlds_in

RUNS = WORLDS  # of each arm, two lucks a world
DENSE = RUNS  # expected clashes at which two runs of three end at one


@dataclass(frozen=True)
class Stream:
    """Clashes of a run: their hazard varies between worlds by a gamma factor of variance
    ``frailty``, and a geometric number of mean ``size`` comes at once.
    """

    name: str
    frailty: float = 0.0
    size: float = 1.0


@dataclass(frozen=True)
class Ending:
    """How runs end: at a clash with a probability, and at incidents that are none, as often a year
    in the baseline and under the policy; the policy's hazard is ``ratio`` times the baseline's.
    """

    name: str
    at_clash: float
    elsewhere: tuple[float, float]
    ratio: float


STREAMS = (
    Stream("one hazard"),
    Stream("gamma factor of variance 1", 1.0),
    Stream("geometric bursts, mean 3", size=3.0),
)
ENDINGS = (
    Ending("at the first clash, no effect", 1.0, (0.0, 0.0), 1.0),
    Ending("at a rung, ends runs sooner only", 0.3, (0.3, 3.0), 1.0),
    Ending("at the first clash, ends runs sooner only", 1.0, (0.0, 3.0), 1.0),
    Ending("at the first clash, half the hazard", 1.0, (0.0, 0.0), 0.5),
    Ending("at the first clash, twice the hazard", 1.0, (0.0, 0.0), 2.0),
)
SAME_LUCK = (0.0, 0.9)


def ended_cells(repetitions: int, public: int) -> Iterator[Cell]:
    """`rate_interval`, `ratio_interval` and `difference_interval` where runs end early."""
    for stream in STREAMS:
        for ending in ENDINGS:
            for events in (*EVENTS, DENSE):
                for same_luck in SAME_LUCK:
                    yield from _ended(stream, ending, events, same_luck, repetitions, public)


def _ended(
    stream: Stream, ending: Ending, events: float, same_luck: float, repetitions: int, public: int
) -> Iterator[Cell]:
    luck = luck_of("ended", stream.name, ending.name, events, same_luck)
    drawn = draw_ended(stream, ending, events, same_luck, repetitions, luck)
    x_rate, y_rate = (true_rate(stream, ending, events, arm) for arm in (0, 1))
    arms = Arms(drawn, stream.name, events, x_rate, (y_rate / x_rate,), ", runs that end")
    yield from compared(arms, public, More(same_luck=same_luck, study=ending.name))


def true_rate(stream: Stream, ending: Ending, events: float, arm: int) -> float:
    """Expected clashes over expected exposure, of an arm."""
    hazard, weight = np.array([_hazard(stream, ending, events, arm)]), np.ones(1)
    if stream.frailty:
        nodes, weight = roots_genlaguerre(64, 1 / stream.frailty - 1)
        hazard = hazard * nodes * stream.frailty
    ends = ending.at_clash * hazard + ending.elsewhere[arm]
    exposure = -np.expm1(-ends) / np.where(ends > 0, ends, 1) + (ends == 0)
    return float(stream.size * (weight * hazard * exposure).sum() / (weight * exposure).sum())


def _hazard(stream: Stream, ending: Ending, events: float, arm: int) -> float:
    return events / RUNS / stream.size * (ending.ratio if arm else 1.0)


def draw_ended(
    stream: Stream,
    ending: Ending,
    events: float,
    same_luck: float,
    repetitions: int,
    luck: np.random.Generator,
) -> Drawn:
    """A baseline and a policy whose runs, were they played on, would have ``events`` expected
    clashes in the baseline; both share ``same_luck`` of the lesser hazard, and what ends runs
    elsewhere has one luck.
    """
    worlds = worlds_in(RUNS)
    runs = repetitions * RUNS
    factor = np.ones(repetitions * worlds)
    if stream.frailty:
        factor = luck.gamma(1 / stream.frailty, stream.frailty, repetitions * worlds)
    hazards = [_hazard(stream, ending, events, arm) for arm in (0, 1)]
    common = _clashes(stream, ending, same_luck * min(hazards) * factor, luck)
    elsewhere, counts, years = luck.exponential(1.0, runs), [], []
    for hazard, often in zip(hazards, ending.elsewhere, strict=True):
        own = _clashes(stream, ending, (hazard - same_luck * min(hazards)) * factor, luck)
        run, day, size, ends = (np.concatenate(pair) for pair in zip(common, own, strict=True))
        last = np.minimum(1.0, elsewhere / often) if often else np.ones(runs)
        np.minimum.at(last, run[ends], day[ends])
        seen = day <= last[run]
        counts.append(np.bincount(world_of(run[seen]), size[seen], factor.size))
        years.append(last.reshape(-1, LUCKS).sum(axis=1))
    cell = np.arange(factor.size)
    return Drawn(repetitions, worlds, cell // worlds, cell % worlds, np.stack(counts), np.stack(years))


def _clashes(
    stream: Stream, ending: Ending, hazard: Floats, luck: np.random.Generator
) -> tuple[Ints, Floats, Ints, Flags]:
    """Runs, days (in years), sizes, and whether the run ends; ``hazard`` by world."""
    often = luck.poisson(np.repeat(hazard, LUCKS))
    run = np.repeat(np.arange(often.size), often)
    ends = luck.random(run.size) < ending.at_clash
    return run, luck.random(run.size), luck.geometric(1 / stream.size, run.size), ends
