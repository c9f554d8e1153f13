"""What a policy does to a rate, on the same worlds and lucks as the baseline.

Only what both arms have played is compared, world by world, as rates of each arm's own exposure: a
policy that only ends runs sooner changes no rate.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.measures import MEASURES, by_world, events_of
from experiments.statistics.intervals import (
    Interval,
    Pilot,
    difference_interval,
    rate_interval,
    ratio_interval,
    variance_saved,
    with_limits,
)
from experiments.statistics.projection import Projection, runs_that_would_decide
from experiments.statistics.verdict import Verdict, verdict_of


@dataclass(frozen=True)
class Comparison:
    """One measure of one arm against the baseline of its future.

    ``ratio`` and ``difference`` (a year) hold the same verdict. ``to_decide``: of what is undecided,
    how many times its ``runs`` would decide. ``adjusted``: whether it shares the family's error.
    ``variance_saved``: the share of the difference's variance that the same luck saved.
    ``interim``: the runs of the interim analysis at which all this was seen, 0 before the first, None
    without.
    ``audit`` says on what "identical" rests.
    """

    measure: str
    baseline: Interval
    arm: Interval
    ratio: Interval
    difference: Interval
    verdict: Verdict
    runs: int
    to_decide: Projection | None
    variance_saved: float
    adjusted: bool = True
    interim: int | None = None
    audit: "Audit | None" = None


def paired(arm: pd.DataFrame, baseline: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The runs that both arms have played, in the same order, indexed by their numbers."""
    shared = np.intersect1d(arm["run"], baseline["run"])
    arm, baseline = arm.set_index("run"), baseline.set_index("run")
    return arm.loc[shared], baseline.loc[shared]


@dataclass(frozen=True)
class Shared:
    """Of two arms the ``runs`` that both have played: events of measures and years, by world."""

    arm: pd.DataFrame
    baseline: pd.DataFrame
    runs: int

    @classmethod
    def of(cls, arm: pd.DataFrame, baseline: pd.DataFrame, measures: Iterable[str] = MEASURES) -> "Shared":
        """Of runs that are ``paired``."""
        return cls(by_world(arm, *measures), by_world(baseline, *measures), len(arm))


def compare(
    both: Shared,
    measure: str,
    pool: Pilot | None,
    level: float,
    seen: "Audit | None" = None,
    interim: int | None = None,
    adjusted: bool = True,
) -> Comparison:
    """One measure of two arms on their shared runs; ``pool`` holds all arms of the study.

    ``seen``: the audit of the two; ``interim`` and ``adjusted`` as in ``Comparison``. Raises ValueError where
    they share no exposure.
    """
    y, x = (found[measure].to_numpy() for found in (both.arm, both.baseline))
    years = both.arm["years"].to_numpy(), both.baseline["years"].to_numpy()
    of = events_of(measure)
    ratio = ratio_interval(y, x, years, numerator_pool=pool, denominator_pool=pool, level=level, events=of)
    ratio = with_limits(ratio, y.size)
    difference = difference_interval(y, x, years, pool=pool, level=level, events=of)
    difference = with_limits(difference, y.size)
    verdict = verdict_of(difference, seen is not None and seen.never_bound, interim != 0)
    to_decide = None
    if verdict == "undecided":
        to_decide = runs_that_would_decide(y, x, years, pool=pool, level=level, events=of)
    return Comparison(
        measure,
        with_limits(rate_interval(x, years[1], pool=pool, events=of), x.size),
        with_limits(rate_interval(y, years[0], pool=pool, events=of), y.size),
        ratio,
        difference,
        verdict,
        both.runs,
        to_decide,
        variance_saved(y, x, years),
        adjusted,
        interim,
        seen,
    )


@dataclass(frozen=True)
class Audit:
    """In how many of ``runs`` a policy changed anything, and how many moments came out otherwise.

    A moment is a place and minute at which one of the twins has an incident that the other has
    not, or not in the same form. ``days`` of exposure under the policy's arm are what this rests
    on; on ``days_in_force`` of them the policy was in force, for it may have a start.
    """

    runs: int
    bound: int
    moments: int
    days: float
    days_in_force: float

    @property
    def never_bound(self) -> bool:
        """Whether there are twins, and all of them are identical to the last bit."""
        return self.runs > 0 and self.bound == 0


def audit(
    arm: tuple[pd.DataFrame, pd.DataFrame], baseline: tuple[pd.DataFrame, pd.DataFrame], from_day: float = 0.0
) -> Audit:
    """Hold the twins of two arms, (runs, incidents) each, against each other; ``from_day`` of its
    exposure on the arm's policy is in force.
    """
    shared = np.intersect1d(arm[0]["run"], baseline[0]["run"])
    runs = _only_one_has(arm[0], baseline[0], shared)
    incidents = _only_one_has(arm[1], baseline[1], shared)
    moments = incidents.drop_duplicates(["run", "opened", "s_km"])
    bound = np.union1d(runs["run"], incidents["run"])
    days = arm[0]["days"][arm[0]["run"].isin(shared)].to_numpy(float)
    in_force = np.maximum(days - max(0.0, from_day), 0.0)
    return Audit(shared.size, bound.size, len(moments), float(days.sum()), float(in_force.sum()))


def _only_one_has(a: pd.DataFrame, b: pd.DataFrame, runs: np.ndarray) -> pd.DataFrame:
    """The rows of these runs that stand in one of two tables only, by their digests where they have them."""
    names = {"arm", "future", "policy", "incident"}  # names and numbers, not what happened
    happened = ["run", "digest"] if "digest" in a else [name for name in a if name not in names]
    both = pd.concat([a, b], ignore_index=True)
    both = both[both["run"].isin(runs)]
    return both[~both.duplicated(happened, keep=False)]
