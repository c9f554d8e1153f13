"""Regret across futures, survival curves, and the variance between worlds."""

from collections.abc import Iterator

import numpy as np

from experiments.coverage.bounds import pool_of
from experiments.coverage.cells import EVENTS, WORLDS, Cell, luck_of
from experiments.coverage.laws import LAWS, Floats, Law, TrueArm, draw
from experiments.findings.regret import Counts, regrets
from experiments.statistics.interim import common_level
from experiments.statistics.intervals import FEWEST_CLUSTERS, difference_interval
from experiments.statistics.survival import survival
from experiments.statistics.variance import variance_between_worlds
from experiments.statistics.verdict import verdict_of

POLICIES = ("baseline", "a", "b", "c")
# of two futures: events in proportion, and the policies' ratios
APART = ((1.0, (1.0, 0.5, 0.2, 0.8)), (0.6, (1.0, 1.0, 1.0, 0.2)))
ALIKE = tuple((share, (1.0,) * len(POLICIES)) for share, _ in APART)
SAME_LUCK = 0.5
ANALYSES = (WORLDS // 8, WORLDS // 4, WORLDS // 2, WORLDS)  # worlds
DECIDES = 10  # expected events, with fewer hardly any policy is decided


def regret_cells(repetitions: int) -> Iterator[Cell]:
    """`regrets`: the largest regrets of four policies in two futures hold all at once; of as many
    runs each, or of as many as it took to decide on the policy.
    """
    for law in LAWS:
        for events in EVENTS:
            for study, futures in (("all alike", ALIKE), ("policies differ", APART)):
                for stops in (False, True) if events >= DECIDES else (False,):
                    yield _regret(law, events, study, futures, stops, repetitions)


def _regret(law: Law, events: float, study: str, futures: tuple, stops: bool, repetitions: int) -> Cell:
    study = f"{study}, stopped when decided" if stops else study
    luck, drawn = luck_of("regret", law.name, events, study), []
    level = 1 - common_level(0.05, ANALYSES) if stops else 0.95
    for share, ratios in futures:
        arms = [TrueArm(ratio, SAME_LUCK) for ratio in ratios[1:]]
        drawn.append(draw(law, share * events, arms, WORLDS, repetitions, luck))
    truths = np.max([share * events * (np.array(ratios) - min(ratios)) for share, ratios in futures], axis=0)
    hold, widths, warned = [], [], []
    for at in range(repetitions):
        tables = [one.by_world(at) for one in drawn]
        played = [_stopped(table, level) if stops else np.ones_like(table) for table in tables]
        tables = [table * those for table, those in zip(tables, played, strict=True)]
        pool = pool_of(np.concatenate(tables))
        counts: dict[str, Counts] = {
            str(number): dict(zip(POLICIES, zip(table, those / WORLDS, strict=True), strict=True))
            for number, (table, those) in enumerate(zip(tables, played, strict=True))
        }
        found = regrets(counts, pool, level).values()
        hold.append(all(one.low <= t <= one.high for t, one in zip(truths, found, strict=True)))
        widths.append(max(one.high - one.low for one in found))
        warned.append(pool.effective_clusters < FEWEST_CLUSTERS)
    scale = truths.max() or events
    return Cell.of(
        "largest regret",
        law.name,
        events,
        np.array(hold),
        np.array(widths) / scale,
        np.array(warned),
        same_luck=SAME_LUCK,
        study=study,
    )


def _stopped(table: Floats, level: float) -> Floats:
    """Which worlds (arms, worlds) are played where each policy stops at the analysis that decides."""
    family, ends = 1 - (1 - level) / (len(table) - 1), np.full(len(table), WORLDS)
    for arm in range(1, len(table)):
        for n in ANALYSES:
            y, x = table[[arm, 0], :n]
            found = difference_interval(y, x, n / WORLDS, pool=pool_of(table[:, :n]), level=family)
            if verdict_of(found) != "undecided":
                ends[arm] = n
                break
    ends[0] = ends[1:].max()
    return (np.arange(WORLDS) < ends[:, None]).astype(float)


def survival_cells(repetitions: int) -> Iterator[Cell]:
    """`survival` at the end of the year; worlds of two lucks differ by a gamma factor."""
    worlds = WORLDS // 2
    for frailty in (0.2, 5.0):
        for expected in (1, 2, 10, 50):
            luck, rate = luck_of("survival", frailty, expected), expected / WORLDS
            truth = (1 + frailty * rate) ** (-1 / frailty)
            world, hold, widths = np.repeat(np.arange(worlds), 2), [], []
            for _ in range(repetitions):
                hazard = np.repeat(luck.gamma(1 / frailty, frailty, worlds), 2) * rate
                times = luck.exponential(1.0, WORLDS) / np.maximum(hazard, 1e-300)
                curve = survival(np.minimum(times, 1), times < 1, world)
                hold.append(curve.low[-1] <= truth <= curve.high[-1])
                widths.append((curve.high[-1] - curve.low[-1]) / (1 - truth))
            yield Cell.of(
                "survival",
                f"gamma factor of variance {frailty:g}",
                expected,
                np.array(hold),
                np.array(widths),
            )


def variance_cells(repetitions: int) -> Iterator[Cell]:
    """`variance_between_worlds`: Poisson counts of two lucks whose worlds have gamma rates."""
    shape = WORLDS // 2, 2
    for share in (0.0, 0.1, 0.3):
        for expected in EVENTS:
            luck, mean = luck_of("variance", share, expected), expected / WORLDS
            between, hold, widths = share * mean / (1 - share), [], []
            for _ in range(repetitions):
                rate = np.full((shape[0], 1), mean)
                if share:
                    rate = luck.gamma(mean**2 / between, between / mean, rate.shape)
                found = variance_between_worlds(luck.poisson(rate, shape))
                hold.append(found.low <= share <= found.high)
                widths.append(found.high - found.low)
            yield Cell.of(
                "variance between worlds", f"share {share:g}", expected, np.array(hold), np.array(widths)
            )
