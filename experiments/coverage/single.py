"""One arm: its rate in a study of several, its share of worlds, its rate when it got precise."""

from collections.abc import Iterator

import numpy as np
from scipy.stats import binom

from experiments.coverage.bounds import Sums, agree, pool_of, rates
from experiments.coverage.cells import EVENTS, WORLDS, Cell, luck_of, sample
from experiments.coverage.laws import LAWS, Drawn, Floats, Law, TrueArm, draw
from experiments.coverage.profile import profile_width
from experiments.statistics.interim import interim_runs, precise
from experiments.statistics.intervals import proportion_interval, rate_interval

BESIDE = 3  # arms of the same law that the study holds beside the one that is measured
BUDGET, PRECISION = 25_600, 0.2


def rate_cells(repetitions: int, rivals: int) -> Iterator[Cell]:
    """`rate_interval` with pooled weight; ``rivals`` repetitions also get the profile's width."""
    for law in LAWS:
        for events in EVENTS:
            for same_luck in (0.0, 0.5, 0.9):
                yield _rate(law, events, same_luck, repetitions, rivals)


def _rate(law: Law, events: float, same_luck: float, repetitions: int, rivals: int) -> Cell:
    luck, arms = luck_of("rate", law.name, events, same_luck), [TrueArm(1.0, same_luck)] * BESIDE
    drawn = draw(law, events, arms, WORLDS, repetitions, luck)
    sums = Sums.of(drawn)
    limits = rates(sums)
    for at, table in sample(drawn):
        agree(limits, at, rate_interval(table[0], 1.0, pool=pool_of(table)))
    # other arms change nothing of the profile: one comparison will do
    profile = [
        profile_width(_counts(drawn, at), WORLDS)
        for at in range(0 if same_luck else min(rivals, repetitions))
    ]
    return Cell.of(
        "rate",
        law.name,
        events,
        limits.hold(events),
        limits.width / events,
        sums.too_few,
        same_luck=same_luck,
        nb=float(np.median(limits.width[: len(profile)]) / np.median(profile)) if profile else None,
        study=f"{1 + BESIDE} arms",
    )


def _counts(drawn: Drawn, repetition: int) -> Floats:
    counts = drawn.by_world(repetition)[0]
    return counts[counts > 0]


def share_cells() -> Iterator[Cell]:
    """`proportion_interval`: all outcomes are summed, so that there is no Monte Carlo error."""
    outcomes = [proportion_interval(k, WORLDS) for k in range(WORLDS + 1)]
    low, high = (np.array([getattr(one, end) for one in outcomes]) for end in ("low", "high"))
    for expected in (*EVENTS, WORLDS // 2):
        truth = expected / WORLDS
        chance = binom.pmf(np.arange(WORLDS + 1), WORLDS, truth)
        miss = float(chance[(truth < low) | (high < truth)].sum())
        median = int(binom.median(WORLDS, truth))
        width = float(high[median] - low[median]) / truth
        yield Cell("share of worlds", "any", expected, np.inf, 1 - miss, width, silent=miss)


def precise_cells(repetitions: int) -> Iterator[Cell]:
    """Plain `rate_interval` where half of it first is at most a fifth of the rate."""
    runs = interim_runs(BUDGET)
    ends = [n // 2 for n in runs]
    for law in LAWS:
        each = 0.02 * law.mean_square(0.04) / 0.04  # the rule then fires well inside the budget
        luck = luck_of("precise", law.name)
        drawn = draw(law, each * BUDGET, [], BUDGET // 2, repetitions, luck)
        sums = Sums.of(drawn, ends)
        limits = rates(sums)
        fires = limits.width / 2 <= PRECISION * sums.S[0]
        fires &= sums.S[0] > 0
        fires[:, -1] = True
        stop = fires.argmax(axis=1)
        for at, table in sample(drawn):
            for analysis, end in enumerate(ends[: stop[at] + 1]):
                public = rate_interval(table[0, :end], 1.0)
                agree(limits, (at, analysis), public)
                assert precise(public, PRECISION) == fires[at, analysis] or end == ends[-1]
        found, last = limits.at(stop, np.array(runs, float)[stop]), sums.at(stop)
        yield Cell.of(
            "rate, stopped when precise",
            law.name,
            round(float(last.S[0].mean())),
            found.hold(each),
            found.width / each,
            last.too_few,
        )
