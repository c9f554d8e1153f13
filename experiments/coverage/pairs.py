"""Arms against their baseline on the same worlds: alone, twelve at once, and until decided."""

from collections.abc import Iterator

import numpy as np

from experiments.coverage.bounds import Sums, agree, decided, differences, discordant, pool_of, rates
from experiments.coverage.cells import EVENTS, WORLDS, Cell, More, luck_of, sample
from experiments.coverage.laws import LAWS, Arm, Drawn, Floats, Law, draw
from experiments.statistics.interim import common_level, interim_runs
from experiments.statistics.intervals import difference_interval, rate_interval, ratio_interval
from experiments.statistics.verdict import family_level

LUCKS, RATIOS = (0.0, 0.5, 0.9), (1.0, 0.5, 0.2)
POLICIES, WORKING = 12, 0.4
BUDGET = 6400  # runs of an arm that stops when decided


def paired_cells(repetitions: int, public: int) -> Iterator[Cell]:
    """`ratio_interval` and `difference_interval`; the width of a ratio is that of ``public``
    repetitions, for it needs the ends, while its coverage does not.
    """
    for law in LAWS:
        for events in EVENTS:
            for same_luck in LUCKS:
                for ratio in RATIOS:
                    yield from _pair(law, events, Arm(ratio, same_luck), repetitions, public)


def _pair(law: Law, events: float, arm: Arm, repetitions: int, public: int) -> Iterator[Cell]:
    drawn = draw(law, events, [arm], WORLDS, repetitions, luck_of("pair", law.name, events, arm))
    sums = Sums.of(drawn)
    gap, at_truth = (differences(drawn, sums, 1, ratio=ratio) for ratio in (1.0, arm.ratio))
    held, widths = at_truth.hold(0.0), []
    for at, (x, y) in sample(drawn, public):
        pool = pool_of(np.stack([x, y]))
        agree(gap, at, difference_interval(y, x, 1.0, pool=pool))
        found = ratio_interval(y, x, numerator_pool=pool, denominator_pool=pool)
        assert (found.low <= arm.ratio <= found.high) == held[at]
        widths.append((found.high - found.low) / arm.ratio)
    where = More(same_luck=arm.same_luck, ratio=arm.ratio, study="2 arms")
    truth, few = (arm.ratio - 1.0) * events, sums.too_few
    false = float(decided(gap, discordant(drawn, 1)).mean()) if arm.ratio == 1 else None
    yield Cell.of("ratio", law.name, events, held, np.array(widths), few, **where)
    yield Cell.of(
        "difference",
        law.name,
        events,
        gap.hold(truth),
        gap.width / (abs(truth) or events),
        few,
        false=false,
        **where,
    )


def family_cells(repetitions: int) -> Iterator[Cell]:
    """Twelve differences that hold all at once, and the baseline's rate beside them."""
    for law in LAWS:
        for events in EVENTS:
            for same_luck, working in ((0.5, 0), (0.5, 4), (0.9, 0), (0.9, 4), (1.0, 0)):
                yield from _family(law, events, same_luck, working, repetitions)


def _family(law: Law, events: float, same_luck: float, working: int, repetitions: int) -> Iterator[Cell]:
    arms = [Arm(WORKING if p < working else 1.0, same_luck) for p in range(POLICIES)]
    luck, level = luck_of("family", law.name, events, same_luck, working), family_level(POLICIES)
    drawn = draw(law, events, arms, WORLDS, repetitions, luck)
    sums = Sums.of(drawn)
    hold, false = np.ones(repetitions, bool), np.zeros(repetitions, bool)
    for number, arm in enumerate(arms, 1):
        gap = differences(drawn, sums, number, level)
        hold &= gap.hold((arm.ratio - 1) * events)
        if arm.ratio == 1:
            false |= decided(gap, discordant(drawn, number))
    rate = rates(sums)
    for at, table in sample(drawn):
        pool = pool_of(table)
        agree(rate, at, rate_interval(table[0], 1.0, pool=pool))
        agree(gap, at, difference_interval(table[-1], table[0], 1.0, pool=pool, level=level))
    where = More(same_luck=same_luck, study=f"13 arms, {working} work")
    yield Cell.of(
        "12 differences at once",
        law.name,
        events,
        hold,
        gap.width / events,
        sums.too_few,
        false=float(false.mean()),
        **where,
    )
    yield Cell.of("rate", law.name, events, rate.hold(events), rate.width / events, sums.too_few, **where)


def decided_cells(repetitions: int) -> Iterator[Cell]:
    """Two arms until the difference is decided, or the budget is spent."""
    for law in LAWS:
        for events in EVENTS:
            for same_luck in LUCKS[1:]:
                for ratio in RATIOS[:2]:
                    yield from _until_decided(law, events, Arm(ratio, same_luck), repetitions)


def _until_decided(law: Law, events: float, arm: Arm, repetitions: int) -> Iterator[Cell]:
    runs = interim_runs(BUDGET)
    ends, level = [n // 2 for n in runs], 1 - common_level(0.05, tuple(runs))
    luck = luck_of("decided", law.name, events, arm)
    drawn = draw(law, events, [arm], BUDGET // 2, repetitions, luck)
    sums = Sums.of(drawn, ends)
    gap, rate = differences(drawn, sums, 1, level, ends), rates(sums)
    verdicts = decided(gap, discordant(drawn, 1, ends))
    stop = np.where(verdicts.any(axis=1), verdicts.argmax(axis=1), len(ends) - 1)
    _agree_at_stop(drawn, (gap, rate), stop, ends, level)
    years, each = np.array(runs, float)[stop], events / BUDGET
    gap, rate, warned = gap.at(stop, years), rate.at(stop, years), sums.at(stop).too_few
    truth = (arm.ratio - 1) * each
    where = More(same_luck=arm.same_luck, ratio=arm.ratio, study="2 arms")
    false = float(verdicts.any(axis=1).mean()) if arm.ratio == 1 else None
    yield Cell.of(
        "difference, stopped when decided",
        law.name,
        events,
        gap.hold(truth),
        gap.width / (abs(truth) or each),
        warned,
        false=false,
        **where,
    )
    yield Cell.of(
        "baseline's rate, stopped when decided",
        law.name,
        events,
        rate.hold(each),
        rate.width / each,
        warned,
        **where,
    )


def _agree_at_stop(drawn: Drawn, limits: tuple, stop: Floats, ends: list[int], level: float) -> None:
    gap, rate = limits
    for at, table in sample(drawn):
        x, y = table[:, : ends[stop[at]]]
        pool = pool_of(np.stack([x, y]))
        public = difference_interval(y, x, 1.0, pool=pool, level=level)
        agree(gap, (at, stop[at]), public)
        agree(rate, (at, stop[at]), rate_interval(x, 1.0, pool=pool))
