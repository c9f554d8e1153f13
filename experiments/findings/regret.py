"""Regret across futures: how far a measure is from the best one, where it is farthest.

In one future the regret of a policy is its rate less that of the best policy there, the baseline
among them: the largest of all differences to the others, and 0. Where the intervals of all these
differences hold together, the largest of their limits bound it, whichever policy is the best:
comparison with the best by all pairs (Hsu 1996, Multiple Comparisons, chapter 4).

Arms that stop at different analyses have different numbers of runs. Every run of every arm counts, so
that a regret is the difference of two rates of the rates' table: a world that one arm of a pair has
not played has neither events nor exposure of it, and the pair's interval (each rate per its own
exposure) still cancels what both have seen in the worlds that they share. Limits from the shared
runs alone would lie round another estimate, and are wider unless nearly all luck is common.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.statistics.intervals import Events, Floats, Pilot, Years, difference_interval

# by policy, None for none: events by world, and years
Counts = Mapping[str | None, tuple[Floats, Years]]
Bounds = dict[str | None, tuple[float, float, float]]  # by policy: its regret in one future, with limits


@dataclass(frozen=True)
class Regret:
    """A policy across futures, all in events a year.

    ``mean`` and ``worst`` rate, and where; the largest regret with its limits, and where.
    """

    mean: float
    worst: float
    worst_future: str
    estimate: float
    low: float
    high: float
    future: str


def regrets(
    counts: Mapping[str, Counts], pool: Pilot | None, level: float = 0.95, events: Events = "counted"
) -> dict[str | None, Regret]:
    """Regret of every policy; the limits of all of them hold together at ``level``.

    ``counts``: by future and policy the events and the exposed years by world (worlds,), the same
    worlds for all policies of a future, 0 of both where a policy has not played one; ``pool`` holds
    all arms. Raises ValueError where futures differ in their policies.
    """
    policies = list(next(iter(counts.values())))
    if any(set(found) != set(policies) for found in counts.values()):
        raise ValueError("every future needs the same policies")
    each = all_pairs_level(len(counts), len(policies), level)
    bounds = {future: _bounds(found, pool, each, events) for future, found in counts.items()}
    rates = {future: rates_by_policy(found) for future, found in counts.items()}
    return {policy: _across(policy, rates, bounds) for policy in policies}


def all_pairs_level(futures: int, policies: int, level: float) -> float:
    """The level of each pair of policies of a future at which all pairs of all futures hold together."""
    return 1.0 - (1.0 - level) / max(1, futures * policies * (policies - 1) // 2)


def _bounds(found: Counts, pool: Pilot | None, level: float, events: Events) -> Bounds:
    """Estimate and limits of every policy's regret in one future."""
    rates = rates_by_policy(found)
    low, high = dict.fromkeys(found, 0.0), dict.fromkeys(found, 0.0)
    for one, other in itertools.combinations(found, 2):
        (y, y_years), (x, x_years) = found[one], found[other]
        gap = difference_interval(y, x, (y_years, x_years), pool=pool, level=level, events=events)
        low[one], high[one] = max(low[one], gap.low), max(high[one], gap.high)
        low[other], high[other] = max(low[other], -gap.high), max(high[other], -gap.low)
    best = min(rates.values())
    return {policy: (rates[policy] - best, low[policy], high[policy]) for policy in found}


def rates_by_policy(found: Counts) -> dict[str | None, float]:
    """Events a year of each policy in one future."""
    return {policy: float(counts.sum() / np.sum(years)) for policy, (counts, years) in found.items()}


def _across(
    policy: str | None, by_future: Mapping[str, Mapping[str | None, float]], bounds: Mapping[str, Bounds]
) -> Regret:
    rates = {future: found[policy] for future, found in by_future.items()}
    own = {future: found[policy] for future, found in bounds.items()}
    worst, farthest = max(rates, key=rates.__getitem__), max(own, key=lambda future: own[future][0])
    return Regret(
        float(np.mean(list(rates.values()))),
        rates[worst],
        worst,
        float(own[farthest][0]),
        float(max(low for _, low, _ in own.values())),
        float(max(high for _, _, high in own.values())),
        farthest,
    )
