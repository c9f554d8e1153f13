"""When to stop: a rule read anew from all that was played, so that a crash changes nothing.

Runs are looked at when certain numbers of them are there, each 1.25 times the one before. An arm
that has its answer at a look gets no more runs. Every decision is a function of the plan and of
the first so many runs of each arm; it does not matter when or by whom they were played.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from experiments.judging import FAMILY, family_level, verdict_of
from experiments.looks import common_level, looks, precise
from experiments.measures import YEAR, counted
from experiments.plan import Plan
from experiments.playing import LUCKS
from experiments.statistics import Pilot, difference_interval, rate_interval


class Tally:
    """Of every run that was played: days of exposure and the count of one measure.

    A run that failed counts as played, and is left out of every figure.
    """

    def __init__(self, measure: str) -> None:
        self.measure = measure
        self._runs: dict[str, dict[int, tuple[float, float] | None]] = {}

    def add(self, arm: str, run: int, row: Mapping[str, Any] | None) -> None:
        """Note a run by its row; None for one that failed."""
        values = None if row is None else (float(row["days"]), float(counted(row, self.measure)))
        self._runs.setdefault(arm, {})[run] = values

    def has(self, arm: str, run: int) -> bool:
        """Whether this run was played."""
        return run in self._runs.get(arm, {})

    def played(self) -> int:
        """Runs of all arms so far."""
        return sum(map(len, self._runs.values()))

    def has_all(self, arm: str, runs: int) -> bool:
        """Whether the first ``runs`` runs of an arm were played."""
        known = self._runs.get(arm, {})
        return len(known) >= runs and all(k in known for k in range(runs))

    def rate(self, arm: str) -> tuple[float, float]:
        """Events and exposed years so far."""
        known = [value for value in self._runs.get(arm, {}).values() if value]
        return sum(n for _, n in known), sum(days for days, _ in known) / YEAR

    def worlds(self, arm: str, runs: int, other: str | None = None) -> tuple[np.ndarray, float]:
        """Counts by world of the first ``runs`` runs, and their years; of runs that ``other`` has
        too where it is given.
        """
        counts, days = np.zeros(-(-runs // LUCKS)), 0.0
        twins = self._runs[arm] if other is None else self._runs[other]
        for k in range(runs):
            if self._runs[arm].get(k) and twins.get(k):
                days += self._runs[arm][k][0]
                counts[k // LUCKS] += self._runs[arm][k][1]
        return counts, days / YEAR


def family(plan: Plan) -> tuple[str, ...]:
    """The measures that are judged together: the headline, its parts, what the plan estimates."""
    return tuple(dict.fromkeys((*FAMILY, *plan.estimate)))


def comparisons(plan: Plan) -> int:
    """How many verdicts hold together."""
    return plan.pairs * len(family(plan))


def verdict_level(plan: Plan) -> float:
    """The level of every interval that gives a verdict: for the family, and for all looks."""
    return level_at_looks(plan, family_level(comparisons(plan)))


def level_at_looks(plan: Plan, level: float) -> float:
    """The level of an interval of differences that is to hold at ``level`` wherever one stops."""
    if plan.rule.until != "decided":
        return level
    return 1.0 - common_level(1.0 - level, tuple(looks(plan.rule.budget)))


def targets(plan: Plan, tally: Tally) -> dict[str, int]:
    """The runs that each arm must have for the next look, or had at its last one."""
    if plan.rule.runs is not None:
        return dict.fromkeys(plan.arms, plan.rule.runs)
    wanted: dict[str, int] = {}
    active = list(plan.arms)
    for n in looks(plan.rule.budget):
        wanted |= dict.fromkeys(active, n)
        if not active or not all(tally.has_all(arm, n) for arm in active):
            break
        pilot = _pooled(tally, wanted)
        unsettled = _undecided if plan.rule.until == "decided" else _imprecise
        active = list(unsettled(plan, tally, active, n, pilot))
    return wanted


def _pooled(tally: Tally, wanted: Mapping[str, int]) -> Pilot:
    arms = (Pilot.of(tally.worlds(arm, n)[0], n) for arm, n in wanted.items())
    whole = next(arms)
    for arm in arms:
        whole = whole + arm
    return whole


def _imprecise(
    plan: Plan, tally: Tally, active: Iterable[str], n: int, pilot: Pilot
) -> Iterable[str]:
    for arm in active:
        counts, years = tally.worlds(arm, n)
        if not years or not precise(rate_interval(counts, years, pilot=pilot), plan.rule.until):
            yield arm


def _undecided(
    plan: Plan, tally: Tally, active: Iterable[str], n: int, pilot: Pilot
) -> Iterable[str]:
    level, active = verdict_level(plan), set(active)
    for arms in plan.futures.values():
        baseline = arms[None].name
        waiting = [
            arm.name for arm in arms.values()
            if arm.name in active and not arm.is_baseline
            and not _is_decided(tally, arm.name, baseline, n, pilot, level)
        ]  # fmt: skip
        yield from [baseline, *waiting] if waiting else []


def _is_decided(
    tally: Tally, arm: str, baseline: str, n: int, pilot: Pilot, level: float
) -> bool:
    y, _ = tally.worlds(arm, n, baseline)
    x, years = tally.worlds(baseline, n, arm)
    if not years:
        return False
    difference = difference_interval(y, x, years, pilot=pilot, level=level)
    return verdict_of(difference, identical=False) != "undecided"
