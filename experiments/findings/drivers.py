"""What drives the rate over the points of a Latin hypercube or a Sobol sequence.

All factors vary from point to point, so that a rate against one of them alone says nothing. The
regressions of ``experiments.statistics.regression`` do, and the points are one family of rates, whose
intervals hold together.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from experiments.design.plan import Arm, Plan
from experiments.findings.summary import finite
from experiments.statistics.intervals import Floats, Pilot, rate_interval, with_limits
from experiments.statistics.regression import Coefficients, partial_rank, standardised
from experiments.statistics.verdict import family_level
from experiments.wording import Limits


class Driver(TypedDict):
    """One factor, and how the rate goes with it."""

    factor: str
    standardised: Limits
    partial_rank: Limits


class Explained(TypedDict):
    """Shares of the variance of the rates, and of that of their ranks."""

    standardised: float
    ranks: float


class Regression(TypedDict):
    """The points under one combination of the factors that were not sampled (scenarios).

    ``drivers`` is null where points are too few, or nothing varies; ``explained`` are the shares of the
    variance of the rates, and of their ranks, that all factors explain together.
    """

    under: dict[str, str]
    points: int
    drivers: list[Driver] | None
    explained: Explained | None


class PointRate(TypedDict):
    """The rate without a policy at one point, its limits at the level of the family."""

    future: str
    values: dict[str, float]
    rate: Limits
    events: float
    n: float


class Drivers(TypedDict):
    """``factors``: whether the logarithm of each was taken, as it was sampled.

    ``level``: of each coefficient, so that all of one regression's kind hold together at 95%;
    ``points_level``: of each point's interval, likewise.
    """

    factors: dict[str, bool]
    level: float
    points_level: float
    points: list[PointRate]
    regressions: list[Regression]


def drivers(plan: Plan, worlds: Mapping[str, pd.DataFrame], pool: Pilot) -> Drivers | None:
    """Of a sampled study, by the events and years by world of its arms, all in ``pool``; else None."""
    arms = [arm for arm in plan.arms.values() if arm.is_baseline and arm.name in worlds]
    factors = [name for name in plan.factors if arms and name in arms[0].case.drawn]
    if not factors:
        return None
    measure, level = plan.rated, family_level(len(arms))
    points = [_point(arm, worlds[arm.name], factors, measure, pool, level) for arm in arms]
    groups: dict[tuple[tuple[str, str], ...], list[PointRate]] = {}
    for arm, point in zip(arms, points, strict=True):
        under = tuple((name, label) for name, label in arm.levels.items() if name not in factors)
        groups.setdefault(under, []).append(point)
    logs = {name: _is_even_in_log(np.array([point["values"][name] for point in points])) for name in factors}
    each = family_level(len(factors) * len(groups))
    return Drivers(
        factors=logs,
        level=each,
        points_level=level,
        points=points,
        regressions=[_regression(dict(under), mine, logs, each) for under, mine in groups.items()],
    )


def _point(
    arm: Arm, worlds: pd.DataFrame, factors: Sequence[str], measure: str, pool: Pilot, level: float
) -> PointRate:
    found = rate_interval(worlds[measure], worlds["years"], pool=pool, level=level)
    found = with_limits(found, len(worlds))
    return PointRate(
        future=arm.future,
        values={factor: float(arm.case.value_of(factor)) for factor in factors},
        rate=_limits(found.estimate, found.low, found.high),
        events=found.events,
        n=found.n,
    )


def _regression(
    under: dict[str, str], points: Sequence[PointRate], factors: Mapping[str, bool], level: float
) -> Regression:
    values = np.array([[point["values"][factor] for factor in factors] for point in points])
    rates = np.array([point["rate"]["estimate"] for point in points], dtype=np.float64)
    logs = list(factors.values())
    scaled = np.where(logs, np.log(np.where(logs, values, 1.0)), values)
    slopes, ranks = standardised(scaled, rates, level), partial_rank(values, rates, level)
    if slopes is None or ranks is None:
        return Regression(under=under, points=len(points), drivers=None, explained=None)
    return Regression(
        under=under,
        points=len(points),
        drivers=[
            Driver(factor=factor, standardised=_of(slopes, i), partial_rank=_of(ranks, i))
            for i, factor in enumerate(factors)
        ],
        explained=Explained(standardised=slopes.explained, ranks=ranks.explained),
    )


def _is_even_in_log(values: Floats) -> bool:
    """Whether a sample lies more evenly by its logarithm: then that is how it was sampled."""
    return bool(values.min() > 0 and _unevenness(np.log(values)) < _unevenness(values))


def _unevenness(values: Floats) -> float:
    """How far sorted values lie from even steps between the least and the largest, as a share."""
    steps = np.linspace(values.min(), values.max(), values.size)
    return float(np.abs(np.sort(values) - steps).max() / (np.ptp(values) or 1.0))


def _of(found: Coefficients, i: int) -> Limits:
    return _limits(float(found.estimate[i]), float(found.low[i]), float(found.high[i]))


def _limits(estimate: float, low: float, high: float) -> Limits:
    return Limits(estimate=finite(estimate), low=finite(low), high=finite(high))
