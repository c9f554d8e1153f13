"""Who counts what: the same runs, counted by each definition of a violation and under each side's line.

The line of a side is where it believes that the border runs; under another line than the watchers' own only
what they took for a violation can be judged again, so that these counts are what is left of a log and no
census. The crossings of the true line are one.
"""

from collections.abc import Mapping
from typing import TypedDict

import pandas as pd

from experiments.findings.definitions import RECORDED, Cell, Line, Units, cells, definitions
from experiments.findings.summary import interval, marked, rate
from experiments.measures import by_world
from experiments.statistics.intervals import Interval, Pilot, rate_interval, ratio_interval, with_limits
from experiments.wording import Rate, Ratio


class Count(TypedDict):
    """Events a year by a definition, under a line and of whose units; ``times``: of the recorded
    crossings of the same runs, with the interval of that ratio alone.
    """

    definition: str
    line: Line
    units: Units
    rate: Rate
    times: Ratio


class Range(TypedDict):
    """How many times as many the broadest definition counts as the narrowest of the same kind."""

    narrowest: str
    broadest: str
    ratio: Ratio


class Counting(TypedDict):
    """Of one arm: every count; and the range over all definitions, and over those of crossings alone."""

    counts: list[Count]
    all: Range
    crossings: Range


def counting(runs_of: Mapping[str, pd.DataFrame]) -> dict[str, Counting]:
    """By arm, of their runs; a world's weight is told from all these arms together."""
    tables = {name: _by_world(runs) for name, runs in runs_of.items()}
    pools = {cell: _pooled(tables, cell) for cell in cells()}
    return {name: _of_arm(table, pools) for name, table in tables.items()}


def _by_world(runs: pd.DataFrame) -> pd.DataFrame:
    """Events of every cell, and years, by world."""
    of = {each.name: each for each in definitions()}
    counts = {(name, line, units): of[name].columns_of(line, units) for name, line, units in cells()}
    needed = list(dict.fromkeys(column for its in counts.values() for column in its))
    worlds = by_world(runs, *needed)
    found = {cell: worlds[its].sum(axis=1) for cell, its in counts.items()}
    return pd.DataFrame(found | {("years", "", ""): worlds["years"]})


def _pooled(tables: Mapping[str, pd.DataFrame], cell: Cell) -> Pilot:
    found = [Pilot.of(table[cell]) for table in tables.values()]
    return sum(found[1:], found[0])


def _of_arm(worlds: pd.DataFrame, pools: Mapping[Cell, Pilot]) -> Counting:
    years = worlds["years", "", ""].to_numpy()
    found = {cell: rate_interval(worlds[cell], years, pool=pools[cell]) for cell in cells()}
    rates = {cell: with_limits(each, len(worlds)) for cell, each in found.items()}
    plain = marked({str(cell): each for cell, each in rates.items()}, _by_text(pools), rate)
    return Counting(
        counts=[
            Count(
                definition=cell[0],
                line=cell[1],
                units=cell[2],
                rate=plain[str(cell)],
                times=interval(_ratio(worlds, cell, RECORDED, pools)),
            )
            for cell in cells()
        ],
        all=_range(worlds, pools, [each.name for each in definitions()]),
        crossings=_range(worlds, pools, [each.name for each in definitions() if each.about == "crossings"]),
    )


def _by_text(pools: Mapping[Cell, Pilot]) -> dict[str, Pilot]:
    return {str(cell): pool for cell, pool in pools.items()}


def _range(worlds: pd.DataFrame, pools: Mapping[Cell, Pilot], names: list[str]) -> Range:
    """The first and the last of them, chosen by what they mean and not by what they came to."""
    first, last = (next(cell for cell in cells() if cell[0] == name) for name in (names[0], names[-1]))
    return Range(narrowest=names[0], broadest=names[-1], ratio=interval(_ratio(worlds, last, first, pools)))


def _ratio(worlds: pd.DataFrame, part: Cell, whole: Cell, pools: Mapping[Cell, Pilot]) -> Interval:
    found = ratio_interval(
        worlds[part].to_numpy(),
        worlds[whole].to_numpy(),
        numerator_pool=pools[part],
        denominator_pool=pools[whole],
    )
    return with_limits(found, len(worlds))
