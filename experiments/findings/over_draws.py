"""What holds over a posterior's draws: how far rates spread, and in which share of them a policy lowers.

Of expected clashes, world by world, since a counted clash is too rare to tell one draw from another. Totals
say nothing here: a few runaway draws own them.
"""

from collections.abc import Mapping
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.design.plan import Arm, Plan
from experiments.design.request import FEWEST_DRAWS
from experiments.findings.by_draw import EXPECTED, Share, deviates_of, events_by_draw, events_by_luck
from experiments.findings.comparison import paired
from experiments.findings.grounds import Grounds, grounds_of
from experiments.findings.likeness import COLUMNS as LIKENESS
from experiments.findings.likeness import Likeness, likeness
from experiments.findings.weighing import FEWEST, ByRegion, by_region
from experiments.statistics.by_draw import RatioByDraw, lowering, ratio_by_draw

FAR = 1.25  # times the clashes of the best option: what lies beyond is far from the best
_COLUMNS = list(dict.fromkeys(("run", "draw", "luck", "days", EXPECTED, *LIKENESS)))  # of runs
Values = NDArray[np.float64]


class Spread(TypedDict):
    """A middle, and 5 to 95%."""

    median: float
    low: float
    high: float


class PolicyOverDraws(TypedDict):
    """The ratio of its expected clashes to those without a policy, over draws and as fitted at each; and the
    share of draws in which it lowers them, leaves them unchanged, is the best of all options, and is near the
    best (at most 1.25 times its clashes). In all others it raises them.
    """

    ratio: Spread
    at_draws: list[float]
    lowers: Share
    unchanged: float
    best: float
    near_best: float


class OverDraws(TypedDict):
    """Of one future: draws that all its arms have played, whether these are too few for more than rough
    shares, expected clashes a year by option (null in ``options`` is no policy), each policy; how many
    draws are ``like`` each situation of fixed values; what each of these regions holds, to be weighed, null
    where it is not told; and on what the spread of the first option rests, null where draws are too few.
    """

    draws: int
    few: bool
    like: Likeness
    options: list[str | None]
    per_year: list[Spread]
    policies: dict[str, PolicyOverDraws]
    by_region: ByRegion | None
    grounds: Grounds | None


def over_draws(plan: Plan, runs_of: Mapping[str, pd.DataFrame]) -> dict[str, OverDraws]:
    """By future, of those whose worlds play draws; runs are by arm."""
    found = {}
    for future, arms in plan.futures.items():
        played = {policy: arm for policy, arm in arms.items() if arm.name in runs_of}
        if played and all(arm.case.posterior is not None for arm in played.values()):
            found[future] = _of_future(
                {policy: (arm, runs_of[arm.name][_COLUMNS]) for policy, arm in played.items()}
            )
    return found


def _of_future(options: Mapping[str | None, tuple[Arm, pd.DataFrame]]) -> OverDraws:
    tables = {policy: runs for policy, (_, runs) in options.items()}
    case = next(iter(options.values()))[0].case
    spreads = {
        policy: _spread(events_by_draw(runs, sorted(set(runs["draw"])))) for policy, runs in tables.items()
    }
    compared = {policy: table for policy, table in tables.items() if policy is not None}
    ratios, regions, draws = (
        dict[str, RatioByDraw](),
        None,
        min(runs["draw"].nunique() for runs in tables.values()),
    )
    if None in tables and draws >= FEWEST:
        every = sorted(set.intersection(*(set(runs["draw"].astype(int)) for runs in tables.values())))
        z = deviates_of(case, every)
        for i, (policy, runs) in enumerate(compared.items()):
            y, x = (events_by_luck(each, every) for each in paired(runs, tables[None]))
            ratios[policy] = ratio_by_draw(y, x, z, np.random.default_rng([i, len(every)]))
        if all(len(every) == runs["draw"].nunique() for runs in tables.values()):
            a_year = {policy: events_by_draw(runs, every) for policy, runs in tables.items()}
            logs = {policy: found.repeats for policy, found in ratios.items()}
            regions = by_region(tables[None], every, a_year, logs, FAR)
    best, near = _standing(list(ratios.values()))
    return OverDraws(
        draws=int(draws),
        few=bool(draws < FEWEST_DRAWS),
        like=likeness(next(iter(tables.values()))),
        options=list(spreads),
        per_year=list(spreads.values()),
        policies={
            policy: PolicyOverDraws(
                ratio=Spread(median=found.median, low=found.ends[0], high=found.ends[1]),
                at_draws=[float(f"{ratio:.4g}") for ratio in np.exp(found.log_ratios)],
                lowers=_share(*found.lowers),
                unchanged=found.unchanged,
                best=best[i],
                near_best=near[i],
            )
            for i, (policy, found) in enumerate(ratios.items())
        },
        by_region=regions,
        grounds=grounds_of(case, next(iter(tables.values()))),
    )


def _spread(values: Values) -> Spread:
    low, median, high = np.quantile(values, (0.05, 0.5, 0.95)).tolist()
    return Spread(median=median, low=low, high=high)


def _share(estimate: float, low: float, high: float) -> Share:
    return Share(estimate=estimate, low=low, high=high)


def _standing(ratios: list[RatioByDraw]) -> tuple[list[float], list[float]]:
    """The shares of draws in which each is the best of all and none, and near the best."""
    if not ratios:
        return [], []
    logs = np.stack([found.repeats for found in ratios])
    least = np.minimum(logs.min(axis=0), 0.0)
    return (
        [float(((each <= least) & lowering(each)).mean()) for each in logs],
        [float((each <= least + np.log(FAR)).mean()) for each in logs],
    )
