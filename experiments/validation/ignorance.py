"""What nested runs tell: luck, world and ignorance apart; and whether the regression by draw is right.

``dmz compare`` has one world of each draw, and fits the ratio of a policy as a function of the draw. Nested
runs have the ratio of a draw itself, up to the luck of its worlds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.findings.by_draw import EXPECTED, deviates_of, events_by_luck
from experiments.findings.likeness import Likeness, likeness
from experiments.findings.summary import finite
from experiments.measures import YEAR
from experiments.statistics.by_draw import RatioByDraw, ratio_by_draw
from experiments.statistics.components import Component, components
from experiments.validation.nested import NestedRuns
from experiments.wording import Limits

Values = NDArray[np.float64]
FLOOR = 0.01  # expected clashes a year, below which a run is counted as having so many: its log has no end
_ENDS = (0.025, 0.975)


class ComponentFigures(TypedDict):
    """A ``Component`` as plain values; null where nothing varies."""

    level: str
    variance: float | None
    share: float | None
    low: float | None
    high: float | None


class VarianceFigures(TypedDict):
    """The components of the variance of the logarithm, and of the events a year themselves."""

    log: list[ComponentFigures]
    raw: list[ComponentFigures]


class CheckedRatioFigures(TypedDict):
    """A ``CheckedRatio`` as plain values: shares and counts of draws, and by draw ``ratios`` with limits."""

    policy: str
    draws: list[int]
    lowers: float
    lowers_fitted: Limits
    surely_lower: int
    surely_higher: int
    fit_agrees: int
    median: float
    median_fitted: float
    rms: float
    rms_of_luck: float
    spread: float | None
    spread_fitted: float | None
    ratios: dict[str, list[float]]


class LikeFigures(TypedDict):
    """How many single worlds, and how many draws, are like the situations of fixed values."""

    worlds: Likeness
    draws: Likeness


class IgnoranceFigures(TypedDict):
    """An ``Ignorance`` as plain values."""

    draws: int
    worlds: int
    lucks: int
    first: int
    at_floor: float
    floor: float
    variance: VarianceFigures
    policies: list[CheckedRatioFigures]
    like: LikeFigures


@dataclass(frozen=True)
class CheckedRatio:
    """A policy's ratio of expected clashes at each of ``draws`` (n,), by nested runs and as fitted.

    ``log_ratios`` (n,) of totals over a draw's worlds and lucks, with the standard errors ``luck`` (n,) that
    worlds leave; ``fitted``: by the regression of other worlds, at the same draws. Draws without any
    expected clash on either side are left out.
    """

    policy: str
    draws: NDArray[np.int64]
    worlds: int
    log_ratios: Values
    luck: Values
    fitted: RatioByDraw

    @property
    def limits(self) -> Values:
        """95% limits of the log ratios by nested runs, (2, n)."""
        wide = stats.t.ppf(_ENDS[1], self.worlds - 1) * self.luck
        return np.stack([self.log_ratios - wide, self.log_ratios + wide])

    @property
    def apart(self) -> tuple[float, float]:
        """How far, rms, log ratios by nested runs are from those fitted; and how far luck would bring them,
        that of the nested runs and that of the fit.
        """
        off = self.log_ratios - self.fitted.log_ratios
        allowed = self.luck**2 + self.fitted.repeats.var(axis=0)
        return float(np.sqrt(np.mean(off**2))), float(np.sqrt(np.mean(allowed)))

    @property
    def spreads(self) -> tuple[float, float]:
        """How far log ratios differ between draws, sd: by nested runs, the luck of these taken off, and as
        fitted.
        """
        own = self.log_ratios.var(ddof=1) - np.mean(self.luck**2)
        return float(np.sqrt(max(own, 0.0))), float(self.fitted.log_ratios.std(ddof=1))

    @property
    def plain(self) -> CheckedRatioFigures:
        """As plain values."""
        low, high = self.limits
        lower, higher = high < 0.0, low > 0.0
        fits = self.fitted.log_ratios < 0.0
        rms, allowed = self.apart
        share, *ends = self.fitted.lowers
        fitted_low, fitted_high = np.quantile(self.fitted.repeats, _ENDS, axis=0)
        columns = {
            "ratio": self.log_ratios,
            "low": low,
            "high": high,
            "fitted": self.fitted.log_ratios,
            "fitted_low": fitted_low,
            "fitted_high": fitted_high,
        }
        return CheckedRatioFigures(
            policy=self.policy,
            draws=self.draws.tolist(),
            lowers=float((self.log_ratios < 0.0).mean()),
            lowers_fitted=Limits(estimate=share, low=ends[0], high=ends[1]),
            surely_lower=int(lower.sum()),
            surely_higher=int(higher.sum()),
            fit_agrees=int((lower & fits).sum() + (higher & ~fits).sum()),
            median=float(np.exp(np.median(self.log_ratios))),
            median_fitted=self.fitted.median,
            rms=rms,
            rms_of_luck=allowed,
            spread=None if len(self.draws) < 2 else self.spreads[0],
            spread_fitted=None if len(self.draws) < 2 else self.spreads[1],
            ratios={name: [float(f"{x:.4g}") for x in np.exp(logs)] for name, logs in columns.items()},
        )


@dataclass(frozen=True)
class Ignorance:
    """All that nested runs of ``worlds`` worlds and ``lucks`` lucks of each of ``draws`` draws tell.

    ``log`` and ``raw``: the variance of expected clashes a year without a policy by where it lies, of its
    logarithm (of ``FLOOR`` at least, which the share ``at_floor`` of runs is under) and of itself.
    ``first``: draws by which ratios were fitted. ``like_by_world`` and ``like_by_draw``: how many single
    worlds, and how many draws by all their worlds, are like the situations of fixed values.
    """

    draws: int
    worlds: int
    lucks: int
    first: int
    at_floor: float
    log: tuple[Component, ...]
    raw: tuple[Component, ...]
    checked: tuple[CheckedRatio, ...]
    like_by_world: Likeness
    like_by_draw: Likeness

    @property
    def plain(self) -> IgnoranceFigures:
        """As plain values."""
        return IgnoranceFigures(
            draws=self.draws,
            worlds=self.worlds,
            lucks=self.lucks,
            first=self.first,
            at_floor=self.at_floor,
            floor=FLOOR,
            variance=VarianceFigures(log=[*map(_plain, self.log)], raw=[*map(_plain, self.raw)]),
            policies=[each.plain for each in self.checked],
            like=LikeFigures(worlds=self.like_by_world, draws=self.like_by_draw),
        )


def _plain(part: Component) -> ComponentFigures:
    return ComponentFigures(
        level=part.level,
        variance=finite(part.variance),
        share=finite(part.share),
        low=finite(part.low),
        high=finite(part.high),
    )


def ignorance(runs: NestedRuns, seed: int) -> Ignorance:
    """What nested runs tell."""
    bare = _a_year(runs.further, None)
    luck = np.random.default_rng([seed, len(bare)])
    return Ignorance(
        draws=bare.shape[0],
        worlds=bare.shape[1],
        lucks=bare.shape[2],
        first=int(runs.first["draw"].nunique()),
        at_floor=float((bare < FLOOR).mean()),
        log=components(np.log(np.maximum(bare, FLOOR)), luck),
        raw=components(bare, luck),
        checked=tuple(_checks(runs)),
        like_by_world=likeness(_of(runs.further, None), ["draw", "world"]),
        like_by_draw=likeness(_of(runs.further, None)),
    )


def _checks(runs: NestedRuns) -> Iterator[CheckedRatio]:
    """Each policy by the regression of ``over_draws``, of the draws' first worlds."""
    every = sorted(set(runs.first["draw"].tolist()))
    z = deviates_of(runs.cases[None], every)
    x = events_by_luck(_of(runs.first, None), every)
    for i, policy in enumerate(runs.design.policies):
        y = events_by_luck(_of(runs.first, policy), every)
        yield _checked(policy, runs.further, ratio_by_draw(y, x, z, np.random.default_rng([i, len(every)])))


def _checked(policy: str, further: pd.DataFrame, fitted: RatioByDraw) -> CheckedRatio:
    """The ratios of the first draws, whose further worlds these are."""
    y, x = (_a_year(further, each).mean(axis=2) for each in (policy, None))
    told = (y.sum(axis=1) > 0.0) & (x.sum(axis=1) > 0.0)
    draws = np.flatnonzero(told)
    y, x = y[told], x[told]
    means = y.mean(axis=1, keepdims=True), x.mean(axis=1, keepdims=True)
    off = y / means[0] - x / means[1]  # of a ratio of means, by worlds
    return CheckedRatio(
        policy,
        draws,
        y.shape[1],
        np.log(means[0] / means[1])[:, 0],
        off.std(axis=1, ddof=1) / np.sqrt(y.shape[1]),
        RatioByDraw(fitted.log_ratios[draws], fitted.repeats[:, draws]),
    )


def _of(runs: pd.DataFrame, policy: str | None) -> pd.DataFrame:
    return runs[runs["policy"].isna() if policy is None else runs["policy"] == policy]


def _a_year(runs: pd.DataFrame, policy: str | None) -> Values:
    """Expected clashes a year under a policy, (draws, worlds, lucks)."""
    its = _of(runs, policy)
    lucks, draws = its["luck"].nunique(), its["draw"].nunique()
    rates = its[EXPECTED].to_numpy(float) / (its["days"].to_numpy(float) / YEAR)
    return np.asarray(rates.reshape(draws, -1, lucks))
