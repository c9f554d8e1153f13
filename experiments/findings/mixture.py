"""Futures of fixed values weighed against each other: rates, ranks and regret under any weights of theirs.

A mixture is one more future: in each world an option (a policy, or none) has so many events as the weights
make of those of all futures. All futures play the same worlds on the same luck, so that the world stays the
cluster and intervals are those of one future (``regret``), of sums that are now weighed: the gamma interval
was made for such (Fay & Feuer 1997). The page's script reckons the same.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np

from experiments.findings.regret import Counts, all_pairs_level, rates_by_policy
from experiments.statistics.intervals import (
    FEWEST_DISCORDANT,
    FEWEST_WORLDS,
    Events,
    Interval,
    Pilot,
    difference_interval,
)

_MOST_NUMBERS = 40_000  # of options, futures and worlds, beyond which a page would grow too large


class Mixture(TypedDict):
    """``events`` by option, future and world, of their ``kind``; exposed ``years`` of all worlds by future;
    ``unseen``: the size Q/S of a cluster that all arms tell, null where none had an event; ``level`` of each
    pair of options.
    """

    kind: Events
    futures: list[str]
    options: list[str | None]
    events: list[list[list[float]]]
    years: list[float]
    unseen: float | None
    level: float


class Standing(TypedDict):
    """An option under weights: its rate, its rank (from the best that is not ruled out to the worst), and its
    regret, with limits that hold together over all options.
    """

    option: str | None
    rate: float
    rank: tuple[int, int]
    regret: float
    low: float
    high: float


def mixture_of(
    counts: Mapping[str, Counts], pool: Pilot, level: float, kind: Events = "counted"
) -> Mixture | None:
    """Of what decides by future and option, as ``regrets`` takes it.

    None where the exposures of two worlds or options differ, since runs end early or arms have stopped, so
    that events weigh differently in one future already; and where a page cannot hold it.
    """
    options = list(next(iter(counts.values())))
    every = [[counts[future][option] for future in counts] for option in options]
    years = [np.asarray(each, float) for row in every for _, each in row]
    worlds = {each.shape for each in years} | {its.shape for row in every for its, _ in row}
    if len(worlds) > 1 or len(years) * years[0].size > _MOST_NUMBERS or years[0].size < FEWEST_WORLDS:
        return None
    exposed = np.reshape(years, (len(options), len(counts), -1))
    if np.ptp(exposed, axis=(0, 2)).any():
        return None
    return Mixture(
        kind=kind,
        futures=list(counts),
        options=options,
        events=[[[float(f"{n:.7g}") for n in its] for its, _ in row] for row in every],
        years=exposed[0].sum(axis=1).tolist(),
        unseen=pool.Q / pool.S if pool.S > 0 else None,
        level=all_pairs_level(1, len(options), level),
    )


def mixed(found: Mixture, weights: Sequence[float]) -> Counts:
    """Events by world and years of every option in the mixture. Raises ValueError where nothing weighs."""
    weight = np.asarray(weights, float)
    if not (weight >= 0.0).all() or not weight.any():
        raise ValueError("some future must weigh something, and none less than nothing")
    each = weight / weight.sum() / np.asarray(found["years"])  # what one event adds to the rate
    events = np.einsum("ofw,f->ow", np.asarray(found["events"]), each / each.sum())
    return {option: (events[i], 1.0 / float(each.sum())) for i, option in enumerate(found["options"])}


def standings(found: Mixture, weights: Sequence[float]) -> list[Standing]:
    """Every option under weights of the futures, the lowest rate first. Raises ValueError as ``mixed``."""
    counts = mixed(found, weights)
    rates = rates_by_policy(counts)
    return [_standing(found, counts, rates, option) for option in sorted(counts, key=rates.__getitem__)]


def _standing(
    found: Mixture, counts: Counts, rates: Mapping[str | None, float], option: str | None
) -> Standing:
    gaps = [_gap(found, counts, option, other) for other in counts if other != option]
    enough = [gap for gap in gaps if gap.events >= FEWEST_DISCORDANT]
    return Standing(
        option=option,
        rate=rates[option],
        rank=(1 + sum(gap.low > 0.0 for gap in enough), len(counts) - sum(gap.high < 0.0 for gap in enough)),
        regret=rates[option] - min(rates.values()),
        low=max(0.0, *(gap.low for gap in gaps)),
        high=max(0.0, *(gap.high for gap in gaps)),
    )


def _gap(found: Mixture, counts: Counts, option: str | None, other: str | None) -> Interval:
    """The rate of an option less that of another, with limits at the level of all pairs."""
    (y, y_years), (x, x_years) = counts[option], counts[other]
    pool = None if found["unseen"] is None else Pilot(1.0, found["unseen"], 0, 0)
    return difference_interval(
        y, x, (y_years, x_years), pool=pool, level=found["level"], events=found["kind"]
    )
