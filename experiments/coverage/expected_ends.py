"""Runs that end early, of which clashes are expected: at a clash, or at an incident that is none.

Incidents come at a constant rate, and each could come to a clash with the chance of its world. What is
expected of a run is the sum of the chances of the incidents that it had before it ended, the last of
them too, so that the true rate (expected clashes over expected exposure) is known.
"""

from collections.abc import Iterator

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from experiments.coverage.arms import Arms, compared
from experiments.coverage.cells import Cell, More, luck_of
from experiments.coverage.ends import DENSE, ENDINGS, RUNS, SAME_LUCK, Ending
from experiments.coverage.laws import Drawn, Floats, Ints
from experiments.coverage.mixtures import MIXTURES, OF_EXPECTED, Mixture
from experiments.worlds import LUCKS, world_of, worlds_in

EVENTS = (10, 50, DENSE)
_OFTEN, _MOST = 4.0, 0.45  # incidents a year, and the largest chance of a clash in one
_ALL: Floats = ndtri((np.arange(4000) + 0.5) / 4000)  # deviates of worlds that stand for all


def expected_ended_cells(repetitions: int, public: int) -> Iterator[Cell]:
    """Ratio and difference of expected events where runs end early."""
    for law in MIXTURES:
        for ending in ENDINGS:
            for events in EVENTS:
                for same_luck in SAME_LUCK:
                    luck = luck_of("mixture ended", law.name, ending.name, events, same_luck)
                    drawn = draw_ended(law, ending, events, same_luck, repetitions, luck)
                    x, y = (true_rate(law, ending, events, arm) for arm in (0, 1))
                    of = f", runs that end{OF_EXPECTED}"
                    arms = Arms(drawn, law.name, events, x, (y / x,), of, "expected")
                    yield from compared(arms, public, More(same_luck=same_luck, study=ending.name))[1:]


def true_rate(law: Mixture, ending: Ending, events: float, arm: int) -> float:
    """Expected clashes over expected exposure, of an arm."""
    chance = _chances(law, events, _ALL) * (ending.ratio if arm else 1.0)
    ends = _OFTEN * chance * ending.at_clash + ending.elsewhere[arm]
    exposure = -np.expm1(-ends) / ends
    return float(_OFTEN * (chance * exposure).sum() / exposure.sum())


def draw_ended(
    law: Mixture, ending: Ending, events: float, same_luck: float, repetitions: int, luck: np.random.Generator
) -> Drawn:
    """A baseline and a policy whose runs, were they played on, would have ``events`` expected clashes
    in the baseline; both share ``same_luck`` of the incidents, and what ends runs elsewhere has one luck.
    """
    worlds, runs = worlds_in(RUNS), repetitions * RUNS
    chance = _chances(law, events, luck.standard_normal(repetitions * worlds))

    def incidents(share: float) -> tuple[Ints, Floats]:
        """Runs, days (in years), and what decides on a clash and on whether it ends the run."""
        run = np.repeat(np.arange(runs), luck.poisson(_OFTEN * share, runs))
        return run, luck.random((3, run.size))

    common, elsewhere = incidents(same_luck), luck.exponential(1.0, runs)
    values, years = [], []
    for ratio, often in zip((1.0, ending.ratio), ending.elsewhere, strict=True):
        own = incidents(1.0 - same_luck)
        run, (day, clash, ends) = (np.concatenate(pair, -1) for pair in zip(common, own, strict=True))
        p = ratio * chance[world_of(run)]
        last = np.minimum(1.0, elsewhere / often) if often else np.ones(runs)
        end = (clash < p) & (ends < ending.at_clash)
        np.minimum.at(last, run[end], day[end])
        seen = day <= last[run]
        values.append(np.bincount(world_of(run[seen]), p[seen], chance.size))
        years.append(last.reshape(-1, LUCKS).sum(axis=1))
    cell = np.arange(chance.size)
    return Drawn(repetitions, worlds, cell // worlds, cell % worlds, np.stack(values), np.stack(years))


def _chances(law: Mixture, events: float, deviates: Floats) -> Floats:
    """Of a clash in an incident, by world; log-normal up to the largest."""
    mean = events / RUNS / _OFTEN

    def chances(scale: float, z: Floats) -> Floats:
        found: Floats = np.minimum(scale * np.exp(law.log_sd * z), _MOST)
        return found

    scale = brentq(lambda scale: chances(scale, _ALL).mean() - mean, 1e-3 * mean, 1e3 * mean)
    return chances(scale, deviates)
