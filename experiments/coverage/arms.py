"""What is asked of arms on the same worlds, whatever law drew them: a rate, a ratio, a difference, all
differences of a family at once, and the difference at which an arm stops.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.coverage.bounds import (
    RepeatedEnds,
    Sums,
    agree,
    decided,
    differences,
    pool_of,
    rates,
    rests_on,
)
from experiments.coverage.cells import Cell, More, sample
from experiments.coverage.laws import Drawn, Floats, Ints
from experiments.statistics.interim import common_level, interim_runs
from experiments.statistics.intervals import Events, difference_interval, rate_interval, ratio_interval
from experiments.statistics.verdict import family_level


@dataclass(frozen=True)
class Arms:
    """A baseline and other arms, drawn many times, with what is true of them.

    ``rate`` is that of the baseline, ``ratios`` those of the others to it. Their cells stand under
    ``law`` and ``column``; ``of`` is added to the names of the intervals.
    """

    drawn: Drawn
    law: str
    column: float
    rate: float
    ratios: tuple[float, ...]
    of: str = ""
    events: Events = "counted"

    def gap(self, arm: int) -> float:
        """The true difference of an arm, from 1, and the baseline; 0 of what is only rounding."""
        return 0.0 if self._alike(arm) else (self.ratios[arm - 1] - 1.0) * self.rate

    def scale(self, arm: int) -> float:
        """Over what the width of this difference is told."""
        return abs(self.gap(arm)) or self.rate

    def years(self, repetition: int) -> tuple[Floats, ...] | tuple[float, ...]:
        """The exposure of each arm, as the public functions take it."""
        if self.drawn.years is None:
            return (1.0,) * len(self.drawn.counts)
        return tuple(self.drawn.years_by_world(repetition))

    def _alike(self, arm: int) -> bool:
        return abs(self.ratios[arm - 1] - 1.0) < 1e-9


def compared(arms: Arms, public: int, where: More) -> tuple[Cell, Cell, Cell]:
    """Rate of the baseline; ratio and difference of the other arm. ``public`` repetitions are held
    against the public functions, and give the width of a ratio, which needs its ends.
    """
    drawn, of, ratio = arms.drawn, arms.of, arms.ratios[0]
    sums = Sums.of(drawn, events=arms.events)
    rate, gap = rates(sums), differences(drawn, sums, 1)
    held, widths = differences(drawn, sums, 1, ratio=ratio).hold(0.0), []
    for at, (x, y) in sample(drawn, public):
        pool, (x_years, y_years) = pool_of(np.stack([x, y])), arms.years(at)
        if arms.events == "counted":
            agree(rate, at, rate_interval(x, x_years, pool=pool))
        agree(gap, at, difference_interval(y, x, (y_years, x_years), pool=pool, events=arms.events))
        found = ratio_interval(
            y, x, (y_years, x_years), numerator_pool=pool, denominator_pool=pool, events=arms.events
        )
        assert (found.low <= ratio <= found.high) == held[at]
        widths.append((found.high - found.low) / ratio)
    few, truth = sums.too_few, arms.gap(1)
    false = None if truth else float(decided(gap, rests_on(drawn, sums, 1)).mean())
    width = rate.width / arms.rate
    return (
        Cell.of(f"rate{of}", arms.law, arms.column, rate.hold(arms.rate), width, few, **where),
        Cell.of(f"ratio{of}", arms.law, arms.column, held, np.array(widths), few, **where),
        Cell.of(
            f"difference{of}",
            arms.law,
            arms.column,
            gap.hold(truth),
            gap.width / arms.scale(1),
            few,
            false=false,
            **where,
        ),
    )


def at_once(arms: Arms, where: More) -> tuple[Cell, Cell]:
    """All differences to the baseline, each at the family's level; and the baseline's rate beside them."""
    drawn, level = arms.drawn, family_level(len(arms.ratios))
    sums = Sums.of(drawn, events=arms.events)
    hold, false = np.ones(drawn.repetitions, bool), np.zeros(drawn.repetitions, bool)
    for number, _ in enumerate(arms.ratios, 1):
        gap = differences(drawn, sums, number, level)
        hold &= gap.hold(arms.gap(number))
        if not arms.gap(number):
            false |= decided(gap, rests_on(drawn, sums, number))
    rate = rates(sums)
    for at, table in sample(drawn):
        pool = pool_of(table)
        if arms.events == "counted":
            agree(rate, at, rate_interval(table[0], 1.0, pool=pool))
        public = difference_interval(table[-1], table[0], 1.0, pool=pool, level=level, events=arms.events)
        agree(gap, at, public)
    held, width = rate.hold(arms.rate), rate.width / arms.rate
    return (
        Cell.of(
            f"{len(arms.ratios)} differences at once{arms.of}",
            arms.law,
            arms.column,
            hold,
            gap.width / arms.rate,
            sums.too_few,
            false=float(false.mean()),
            **where,
        ),
        Cell.of(f"rate{arms.of}", arms.law, arms.column, held, width, sums.too_few, **where),
    )


def until_decided(arms: Arms, budget: int, where: More, counts: Drawn | None = None) -> Iterator[Cell]:
    """Two arms, ``rate`` in all their ``budget`` runs, until the difference is decided or these are spent;
    and the baseline's rate by then, of ``counts`` where the difference is one of what is expected.
    """
    runs = interim_runs(budget)
    ends, level = [n // 2 for n in runs], 1 - common_level(0.05, tuple(runs))
    drawn, each = arms.drawn, arms.rate / budget
    sums = Sums.of(drawn, ends, arms.events)
    counted = sums if counts is None else Sums.of(counts, ends)
    gap, rate = differences(drawn, sums, 1, level, ends), rates(counted)
    verdicts = decided(gap, rests_on(drawn, sums, 1, ends))
    stop = np.where(verdicts.any(axis=1), verdicts.argmax(axis=1), len(ends) - 1)
    _agree_at_stop(arms, counts or drawn, (gap, rate), stop, ends, level)
    years = np.array(runs, float)[stop]
    gap, rate = gap.at(stop, years), rate.at(stop, years)
    warned, few = sums.at(stop).too_few, counted.at(stop).too_few
    truth = arms.gap(1) / budget
    false = None if truth else float(verdicts.any(axis=1).mean())
    yield Cell.of(
        f"difference, stopped when decided{arms.of}",
        arms.law,
        arms.column,
        gap.hold(truth),
        gap.width / (abs(truth) or each),
        warned,
        false=false,
        **where,
    )
    name = f"baseline's rate, stopped when decided{arms.of}"
    yield Cell.of(name, arms.law, arms.column, rate.hold(each), rate.width / each, few, **where)


def _agree_at_stop(
    arms: Arms,
    counts: Drawn,
    limits: tuple[RepeatedEnds, RepeatedEnds],
    stop: Ints,
    ends: Sequence[int],
    level: float,
) -> None:
    gap, rate = limits
    for at, table in sample(arms.drawn):
        x, y = table[:, : ends[stop[at]]]
        pool = pool_of(np.stack([x, y]))
        public = difference_interval(y, x, 1.0, pool=pool, level=level, events=arms.events)
        agree(gap, (at, stop[at]), public)
        those = counts.by_world(at, ends[stop[at]])
        agree(rate, (at, stop[at]), rate_interval(those[0], 1.0, pool=pool_of(those)))
