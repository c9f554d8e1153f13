"""The intervals of experiments/statistics/intervals.py for many repetitions at once.

They are the same arithmetic on sums instead of worlds; `agree` holds a sample of every cell
against the public functions, so that what is measured is what is shipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.coverage.laws import Drawn, Flags, Floats, Ints
from experiments.statistics.intervals import (
    FEWEST_CLUSTERS,
    FEWEST_DISCORDANT,
    Events,
    Interval,
    Pilot,
    gamma_bounds,
)


@dataclass(frozen=True)
class RepeatedEnds:
    """Both ends in every repetition (and analysis); in events, not a year."""

    low: Floats
    high: Floats

    def at(self, analyses: Ints, years: Floats) -> "RepeatedEnds":
        """The ends at one analysis of every repetition, a year."""
        rows = np.arange(analyses.size)
        return RepeatedEnds(self.low[rows, analyses] / years, self.high[rows, analyses] / years)

    def hold(self, truth: float) -> Flags:
        """Whether the truth lies within."""
        return (self.low <= truth) & (truth <= self.high)

    @property
    def width(self) -> Floats:
        """High less low."""
        return self.high - self.low


@dataclass(frozen=True)
class Sums:
    """S and Q of every arm, (arms, repetitions) or (arms, repetitions, analyses), the squares that its
    rate's interval has (those of the residuals, if more), and its exposure.
    """

    S: Floats
    Q: Floats
    squares: Floats
    years: Floats
    events: Events = "counted"

    @classmethod
    def of(cls, drawn: Drawn, analyses: Sequence[int] = (), events: Events = "counted") -> "Sums":
        """Add up every arm."""
        s, q = (np.stack([drawn.sums(arm**power, analyses) for arm in drawn.counts]) for power in (1, 2))
        if drawn.years is None:
            return cls(s, q, q, np.ones_like(s), events)
        years = np.stack([drawn.sums(arm) for arm in drawn.years])
        residual = drawn.counts - (s / years)[:, drawn.repetition] * drawn.years
        squares = np.stack([drawn.sums(arm**2) for arm in residual])
        return cls(s, q, np.maximum(q, squares), years, events)

    def weight(self, arm: int) -> Floats:
        """W of an arm as the project takes it: the pool is all arms, this one among them."""
        with np.errstate(invalid="ignore", divide="ignore"):
            pooled = self.Q.sum(axis=0) / self.S.sum(axis=0)
            found = np.fmax(self.Q[arm] / self.S[arm], pooled)
        return np.fmax(1.0, found) if self.events == "counted" else np.where(np.isnan(found), 1.0, found)

    @property
    def too_few(self) -> Flags:
        """Where the project says "too few clusters": all arms together hold under 10."""
        s, q = self.S.sum(axis=0), self.Q.sum(axis=0)
        return (s == 0) | (s**2 < FEWEST_CLUSTERS * q)

    def at(self, analyses: Ints) -> "Sums":
        """The sums at one analysis of every repetition, (repetitions,)."""
        rows = np.arange(analyses.size)
        found = (self.S, self.Q, self.squares, self.years)
        s, q, squares, years = (each[:, rows, analyses] for each in found)
        return replace(self, S=s, Q=q, squares=squares, years=years)


def rates(sums: Sums, arm: int = 0, level: float = 0.95) -> RepeatedEnds:
    """`rate_interval` of one arm, with all arms as its pool."""
    ends = gamma_bounds(sums.S[arm], sums.squares[arm], sums.weight(arm), level)
    return RepeatedEnds(*(ends / sums.years[arm]))


def differences(
    drawn: Drawn, sums: Sums, arm: int, level: float = 0.95, analyses: Sequence[int] = (), ratio: float = 1.0
) -> RepeatedEnds:
    """`difference_interval` of one arm and the baseline, or the interval of y - ratio c x of which
    `ratio_interval` keeps the ratios that contain 0; c: the exposure of y over that of x.
    """
    (up, down), squares = _parts(drawn, sums, arm, analyses, ratio)
    times = ratio * sums.years[arm] / sums.years[0]
    up_low, up_high = gamma_bounds(up, squares[0], sums.weight(arm), level)
    down_low, down_high = gamma_bounds(down, squares[1], times * sums.weight(0), level)
    return RepeatedEnds(
        (up - down - np.hypot(up - up_low, down_high - down)) / sums.years[arm],
        (up - down + np.hypot(up_high - up, down - down_low)) / sums.years[arm],
    )


def _parts(
    drawn: Drawn, sums: Sums, arm: int, analyses: Sequence[int], ratio: float
) -> tuple[list[Floats], list[Floats]]:
    """S and Q of what an arm has more and of what it has less, as ``Pair.parts``."""
    times = ratio * sums.years[arm] / sums.years[0]
    each = times[drawn.repetition] if drawn.years is not None else ratio
    d = drawn.counts[arm] - each * drawn.counts[0]
    both = np.maximum(d, 0), np.maximum(-d, 0)
    squares = [drawn.sums(part**2, analyses) for part in both]
    if drawn.years is not None:
        more = _dispersion(drawn, drawn.years, sums, arm, ratio, d) / np.where(
            sum(squares) > 0, sum(squares), 1
        )
        squares = [part * np.maximum(1, more) for part in squares]
    return [drawn.sums(part, analyses) for part in both], squares


def _dispersion(drawn: Drawn, years: Floats, sums: Sums, arm: int, ratio: float, excess: Floats) -> Floats:
    """Sum of the squares of ``excess`` less what exposure (``years``) explains, (repetitions,)."""
    y, x = sums.years[arm], sums.years[0]
    rate = ratio * (sums.S[arm] + sums.S[0]) / (ratio * y + x)
    apart = years[arm] - (y / x)[drawn.repetition] * years[0]
    return drawn.sums((excess - rate[drawn.repetition] * apart) ** 2)


def rests_on(drawn: Drawn, sums: Sums, arm: int, analyses: Sequence[int] = ()) -> Floats:
    """Worlds on which the difference of an arm and the baseline rests, as ``Pair.rests_on``."""
    if sums.events == "expected":
        total, squares = (sum(part) for part in _parts(drawn, sums, arm, analyses, 1.0))
        return total**2 / np.where(squares > 0, squares, np.inf)
    differ = drawn.counts[arm] != drawn.counts[0]
    if drawn.years is not None:
        apart = drawn.years[arm] != drawn.years[0]
        differ |= apart & (drawn.counts[arm] + drawn.counts[0] > 0)
    return drawn.sums(differ.astype(float), analyses)


def decided(limits: RepeatedEnds, worlds: Floats) -> Flags:
    """Where `verdict_of` says lower or higher of a difference that rests on so many worlds."""
    return ((limits.low > 0) | (limits.high < 0)) & (worlds >= FEWEST_DISCORDANT)


def pool_of(table: Floats) -> Pilot:
    """All arms of one repetition."""
    whole = Pilot.of(table[0])
    for arm in table[1:]:
        whole = whole + Pilot.of(arm)
    return whole


def agree(limits: RepeatedEnds, at: int | tuple[int, int], public: Interval) -> None:
    """Raise AssertionError unless a repetition has the ends of the public function, 1 year."""
    np.testing.assert_allclose(
        [limits.low[at], limits.high[at]], [public.low, public.high], rtol=1e-9, atol=1e-9
    )
