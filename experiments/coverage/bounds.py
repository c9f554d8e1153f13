"""The intervals of experiments/statistics.py for many repetitions at once.

They are the same arithmetic on sums instead of worlds; `agree` holds a sample of every cell
against the public functions, so that what is measured is what is shipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.coverage.laws import Drawn, Floats
from experiments.statistics import (
    FEWEST_CLUSTERS,
    FEWEST_DISCORDANT,
    Interval,
    Pilot,
    _gamma_bounds,
)


@dataclass(frozen=True)
class Limits:
    """Both ends in every repetition (and look); in events, not a year."""

    low: Floats
    high: Floats

    def at(self, looks: Floats, years: Floats) -> "Limits":
        """The ends at one look of every repetition, a year."""
        rows = np.arange(looks.size)
        return Limits(self.low[rows, looks] / years, self.high[rows, looks] / years)

    def hold(self, truth: float) -> Floats:
        """Whether the truth lies within."""
        return (self.low <= truth) & (truth <= self.high)

    @property
    def width(self) -> Floats:
        """High less low."""
        return self.high - self.low


@dataclass(frozen=True)
class Sums:
    """S and Q of every arm, (arms, repetitions) or (arms, repetitions, looks)."""

    S: Floats
    Q: Floats

    @classmethod
    def of(cls, drawn: Drawn, looks: Sequence[int] = ()) -> "Sums":
        """Add up every arm."""
        arms = drawn.counts
        return cls(
            np.stack([drawn.sums(arm, looks) for arm in arms]),
            np.stack([drawn.sums(arm**2, looks) for arm in arms]),
        )

    def weight(self, arm: int) -> Floats:
        """W of an arm as the project takes it: the pilot is all arms, this one among them."""
        s, q = self.S[arm], self.Q[arm]
        with np.errstate(invalid="ignore", divide="ignore"):
            pooled = (q + self.Q.sum(axis=0)) / (s + self.S.sum(axis=0))
            return np.fmax(1.0, np.fmax(q / s, pooled))

    @property
    def too_few(self) -> Floats:
        """Where the project says "too few clusters": all arms together hold under 10."""
        s, q = self.S.sum(axis=0), self.Q.sum(axis=0)
        return (s == 0) | (s**2 < FEWEST_CLUSTERS * q)

    def at(self, looks: Floats) -> "Sums":
        """The sums at one look of every repetition, (repetitions,)."""
        rows = np.arange(looks.size)
        return Sums(self.S[:, rows, looks], self.Q[:, rows, looks])


def rates(sums: Sums, arm: int = 0, level: float = 0.95) -> Limits:
    """`rate_interval` of one arm, with all arms as its pilot."""
    return Limits(*_gamma_bounds(sums.S[arm], sums.Q[arm], sums.weight(arm), level))


def differences(
    drawn: Drawn, sums: Sums, arm: int, level: float = 0.95, looks: Sequence[int] = (),
    ratio: float = 1.0,
) -> Limits:  # fmt: skip
    """`difference_interval` of one arm and the baseline, or the interval of y - ratio x of which
    `ratio_interval` keeps the ratios that contain 0.
    """
    d = drawn.counts[arm] - ratio * drawn.counts[0]
    plus, minus = np.maximum(d, 0), np.maximum(-d, 0)
    up, down = drawn.sums(plus, looks), drawn.sums(minus, looks)
    squares = drawn.sums(plus**2, looks), drawn.sums(minus**2, looks)
    up_low, up_high = _gamma_bounds(up, squares[0], sums.weight(arm), level)
    down_low, down_high = _gamma_bounds(down, squares[1], ratio * sums.weight(0), level)
    return Limits(
        up - down - np.hypot(up - up_low, down_high - down),
        up - down + np.hypot(up_high - up, down - down_low),
    )


def discordant(drawn: Drawn, arm: int, looks: Sequence[int] = ()) -> Floats:
    """Worlds that differ between an arm and the baseline."""
    return drawn.sums((drawn.counts[arm] != drawn.counts[0]).astype(float), looks)


def decided(limits: Limits, differ: Floats) -> Floats:
    """Where `judging.verdict_of` says lower or higher."""
    return ((limits.low > 0) | (limits.high < 0)) & (differ >= FEWEST_DISCORDANT)


def pilot_of(table: Floats) -> Pilot:
    """All arms of one repetition, as `experiments.judging.pooled` does."""
    whole = Pilot.of(table[0])
    for arm in table[1:]:
        whole = whole + Pilot.of(arm)
    return whole


def agree(limits: Limits, at: int | tuple[int, int], public: Interval) -> None:
    """Raise AssertionError unless a repetition has the ends of the public function, 1 year."""
    np.testing.assert_allclose(
        [limits.low[at], limits.high[at]], [public.low, public.high], rtol=1e-9, atol=1e-9
    )
