"""Futures weighed against each other: the regret of every option in their mixture holds all at once.

Futures play the same worlds on the same luck, so that a burst of one is in part one of the others: all arms
of all futures are drawn together.
"""

from collections.abc import Iterator

import numpy as np

from experiments.coverage.bounds import pool_of
from experiments.coverage.cells import EVENTS, WORLDS, Cell, luck_of
from experiments.coverage.laws import LAWS, Drawn, TrueArm, draw
from experiments.coverage.mixtures import (
    CARRYING,
    EXPECTED,
    MIXTURES,
    OF_EXPECTED,
    PolicyEffect,
    draw_expected,
)
from experiments.findings.mixture import mixture_of, standings
from experiments.findings.regret import Counts
from experiments.statistics.intervals import FEWEST_CLUSTERS, Events

OPTIONS = ("baseline", "a", "b", "c")
# the rates of each future's options, by that of the first one's baseline
APART = ((1.0, 0.5, 0.2, 0.8), (0.6, 0.6, 0.6, 0.12), (0.3, 0.1, 0.3, 0.3))
ALIKE = tuple((rates[0],) * len(OPTIONS) for rates in APART)
STUDIES = (("all alike", ALIKE), ("policies differ", APART))
WEIGHTS = (4.0, 1.0, 0.5)
SAME_LUCK = 0.5


def weighed_cells(repetitions: int) -> Iterator[Cell]:
    """`standings` of four options in three futures that do not weigh the same: all four regrets must hold."""
    for law in LAWS:
        for events in EVENTS[2:]:  # with fewer nothing is ever told apart
            for study, futures in STUDIES:
                luck = luck_of("weighed", law.name, events, study)
                arms = [TrueArm(ratio, SAME_LUCK) for ratio in np.ravel(futures)[1:]]
                drawn = draw(law, events, arms, WORLDS, repetitions, luck)
                yield _weighed(drawn, law.name, events, (study, futures), events, "counted")
    for mixture in MIXTURES:
        for carrying in CARRYING:
            for study, futures in STUDIES:
                luck = luck_of("weighed", mixture.name, carrying, study)
                effects = [PolicyEffect("weakens", ratio, SAME_LUCK) for ratio in np.ravel(futures)[1:]]
                drawn = draw_expected(mixture, carrying, effects, WORLDS, repetitions, luck)
                yield _weighed(drawn, mixture.name, carrying, (study, futures), EXPECTED, "expected")


def _weighed(
    drawn: Drawn,
    law: str,
    column: float,
    study: tuple[str, tuple[tuple[float, ...], ...]],
    events: float,
    kind: Events,
) -> Cell:
    """``column``: where its cell stands; ``events`` of the baseline of the first future."""
    weights = np.array(WEIGHTS) / sum(WEIGHTS)
    rates = events * weights @ np.array(study[1])
    truths = dict(zip(OPTIONS, rates - rates.min(), strict=True))
    hold, widths, warned = [], [], []
    for at in range(drawn.repetitions):
        table = drawn.by_world(at)
        pool, years = pool_of(table), np.full(WORLDS, 1.0 / WORLDS)
        counts: dict[str, Counts] = {
            str(future): {option: (next_, years) for option, next_ in zip(OPTIONS, each, strict=True)}
            for future, each in enumerate(np.split(table, len(WEIGHTS)))
        }
        mixture = mixture_of(counts, pool, 0.95, kind)
        assert mixture is not None
        found = standings(mixture, WEIGHTS)
        hold.append(all(each["low"] <= truths[each["option"] or ""] <= each["high"] for each in found))
        widths.append(max(each["high"] - each["low"] for each in found))
        warned.append(pool.effective_clusters < FEWEST_CLUSTERS)
    return Cell.of(
        f"regret, futures weighed{OF_EXPECTED if kind == 'expected' else ''}",
        law,
        column,
        np.array(hold),
        np.array(widths) / (rates.max() - rates.min() or rates[0]),
        np.array(warned),
        same_luck=SAME_LUCK,
        study=study[0],
    )
