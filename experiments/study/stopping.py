"""When to stop: a rule read anew from all that was played, so that a crash changes nothing.

Interim analyses are made when certain numbers of runs are there, each 1.25 times the one before. An
arm that has its answer at one gets no more runs, and keeps that answer: what is reported of it is
read from the runs, and the pool, of that analysis. Every decision is a function of the plan and of the
first so many runs of each arm; it does not matter when or by whom they were played.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.design.plan import Plan
from experiments.measures import YEAR, counted, events_of
from experiments.statistics.interim import common_level, interim_runs, precise
from experiments.statistics.intervals import Pilot, difference_interval, rate_interval
from experiments.statistics.verdict import family_level, verdict_of
from experiments.worlds import LUCKS, world_of, worlds_in
from sim.outcome.columns import Row

_FAILED = -1.0  # the days of a run that failed; nan: not played


class Tally:
    """Of every run that was played: days of exposure and the events of one measure.

    A run that failed counts as played, and is left out of every figure.
    """

    def __init__(self, measure: str) -> None:
        self.measure = measure
        self.events = events_of(measure)
        self._runs: dict[str, NDArray[np.float64]] = {}  # (2, runs): days and counts
        self._played = 0

    def add(self, arm: str, run: int, row: Row | None) -> None:
        """Note a run by its row; None for one that failed."""
        known = self._runs.get(arm)
        if known is None or run >= known.shape[1]:
            known = self._runs[arm] = self._first(arm, 2 * run + LUCKS)
        self._played += bool(np.isnan(known[0, run]))
        known[:, run] = (_FAILED, 0.0) if row is None else (row["days"], counted(row, self.measure))

    def has(self, arm: str, run: int) -> bool:
        """Whether this run was played."""
        known = self._runs.get(arm)
        return known is not None and run < known.shape[1] and not np.isnan(known[0, run])

    def played(self) -> int:
        """Runs of all arms so far."""
        return self._played

    def has_all(self, arm: str, runs: int) -> bool:
        """Whether the first ``runs`` runs of an arm were played."""
        return not np.isnan(self._first(arm, runs)[0]).any()

    def rate(self, arm: str) -> tuple[float, float]:
        """Events and exposed years so far."""
        days, counts = self._runs.get(arm, np.zeros((2, 0)))
        sound = days >= 0
        return float(counts[sound].sum()), float(days[sound].sum()) / YEAR

    def worlds(
        self, arm: str, runs: int, other: str | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Counts and years by world of the first ``runs`` runs; of runs that ``other`` has too
        where it is given.
        """
        days, counts = self._first(arm, runs)
        sound = days >= 0
        if other is not None:
            sound &= self._first(other, runs)[0] >= 0
        world = world_of(np.arange(runs))[sound]
        events, exposed = (np.bincount(world, each[sound], worlds_in(runs)) for each in (counts, days))
        return events.astype(np.float64, copy=False), exposed / YEAR

    def _first(self, arm: str, runs: int) -> NDArray[np.float64]:
        """Days and counts (2, runs) of the first runs, nan where not played."""
        known = self._runs.get(arm, np.zeros((2, 0)))[:, :runs]
        return np.pad(known, ((0, 0), (0, runs - known.shape[1])), constant_values=np.nan)


@dataclass(frozen=True)
class Interim:
    """An interim analysis after ``runs`` runs of the arms that were still played; ``had`` are those of every
    arm then, of which the pool was made.
    """

    runs: int
    had: Mapping[str, int]


def comparisons(plan: Plan) -> int:
    """How many verdicts hold together: on what the plan estimates, of every policy in every future."""
    return plan.pairs * len(plan.estimate)


def verdict_level(plan: Plan) -> float:
    """The level of every interval that gives a verdict: for the family, and for all analyses."""
    return level_at_interims(plan, family_level(comparisons(plan)))


def level_at_interims(plan: Plan, level: float) -> float:
    """The level of an interval of differences that is to hold at ``level`` wherever one stops."""
    if plan.rule.until != "decided":
        return level
    return 1.0 - common_level(1.0 - level, tuple(interim_runs(plan.rule.most)))


def targets(plan: Plan, tally: Tally) -> dict[str, int]:
    """The runs that each arm must have for the next interim analysis, or had at its last."""
    return _course(plan, tally)[0]


def last_interims(plan: Plan, tally: Tally) -> dict[str, Interim]:
    """The analysis at which each arm stopped, or was last seen; none before the first."""
    return _course(plan, tally)[1]


def _course(plan: Plan, tally: Tally) -> tuple[dict[str, int], dict[str, Interim]]:
    wanted: dict[str, int] = {}
    seen: dict[str, Interim] = {}
    if plan.rule.runs is not None:
        return dict.fromkeys(plan.arms, plan.rule.runs), seen
    active = list(plan.arms)
    for n in interim_runs(plan.rule.most):
        wanted |= dict.fromkeys(active, n)
        if not active or not all(tally.has_all(arm, n) for arm in active):
            break
        seen |= dict.fromkeys(active, Interim(n, dict(wanted)))
        pool = _pooled(tally, wanted)
        active = list(_unsettled(plan, tally, active, n, pool))
    return wanted, seen


def _pooled(tally: Tally, had: Mapping[str, int]) -> Pilot:
    arms = (Pilot.of(tally.worlds(arm, n)[0], n) for arm, n in had.items())
    whole = next(arms)
    for arm in arms:
        whole = whole + arm
    return whole


def _unsettled(plan: Plan, tally: Tally, active: Iterable[str], n: int, pool: Pilot) -> Iterable[str]:
    """Those of the arms that are still played which need more than ``n`` runs."""
    until = plan.rule.until
    if until is None or until == "decided":
        return _undecided(plan, tally, active, n, pool)
    return _imprecise(tally, active, n, pool, until)


def _imprecise(tally: Tally, active: Iterable[str], n: int, pool: Pilot, half_width: float) -> Iterable[str]:
    for arm in active:
        counts, years = tally.worlds(arm, n)
        if not years.any() or not precise(rate_interval(counts, years, pool=pool), half_width):
            yield arm


def _undecided(plan: Plan, tally: Tally, active: Iterable[str], n: int, pool: Pilot) -> Iterable[str]:
    level, active = verdict_level(plan), set(active)
    for arms in plan.futures.values():
        baseline = arms[None].name
        waiting = [
            arm.name
            for arm in arms.values()
            if arm.name in active
            and not arm.is_baseline
            and not _is_decided(tally, arm.name, baseline, n, pool, level)
        ]
        yield from [baseline, *waiting] if waiting else []


def _is_decided(tally: Tally, arm: str, baseline: str, n: int, pool: Pilot, level: float) -> bool:
    (y, of_y), (x, of_x) = tally.worlds(arm, n, baseline), tally.worlds(baseline, n, arm)
    if not of_y.any() or not of_x.any():
        return False
    difference = difference_interval(y, x, (of_y, of_x), pool=pool, level=level, events=tally.events)
    return verdict_of(difference) != "undecided"
