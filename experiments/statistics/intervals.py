"""Rates and shares of rare, over-dispersed yearly counts, each with an honest interval.

The cluster of every interval is the world, so counts arrive summed over a world's lucks. S is the
sum of these counts, Q the sum of their squares, S²/Q the effective number of clusters. An arm that
drew no burst of clashes says nothing about the size of one: W, the weight of the cluster not yet
seen, therefore heeds the whole *pool*: S and Q over the arms of a study, this one among them,
or this one and a pilot. Nothing here is resampled.

Events are *counted*, or *expected*: sums of chances. A count comes in whole events, and a cluster not
yet seen has at least one of them; a sum of chances has no such least size, and W is then Q/S alone.

A run that ends early is exposed for less, and an arm is judged by its own exposure. Where counts
and exposure hang together (a run that ends at its first clash has one clash and few days) the
counts alone vary less than their rate, which is a ratio of two sums: Q is then that of the
residuals, counts less rate times exposure (Cochran 1977, Sampling Techniques, 6.4), if larger.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammaincinv

Floats = NDArray[np.float64]
# of one arm: total years, all worlds alike, or the years of every world (worlds,)
Years = ArrayLike
Events = Literal["counted", "expected"]

# with fewer in the pool W is a guess: print "too few clusters"
FEWEST_CLUSTERS = 10.0
FEWEST_WORLDS = 2  # with fewer no interval is given
FEWEST_DISCORDANT = 6  # worlds on which a difference rests; with fewer no verdict is given
_CANDIDATES, _ROUNDS = 15, 11  # ratios tried at once; each round narrows the bracket 16-fold


@dataclass(frozen=True)
class Interval:
    """An estimate (nan if there is none), its limits at `level`, and what was exposed and seen."""

    estimate: float
    low: float
    high: float
    n: float  # exposed: years, trials, incidents or worlds
    events: float
    effective_clusters: float  # S²/Q of the events by world
    level: float = 0.95


@dataclass(frozen=True)
class Pilot:
    """What some runs know of the clusters of one measure: the sum S and the sum of squares Q of its
    counts by world. `+` pools arms that have the same number of lucks in a world; what is pooled
    holds every run once.
    """

    S: float
    Q: float
    worlds: int
    runs: int

    @classmethod
    def of(cls, counts_by_world: ArrayLike, runs: int = 0) -> "Pilot":
        """Summarise one arm: its counts (worlds,), each summed over the world's lucks."""
        counts = _counts(counts_by_world)
        return cls(float(counts.sum()), float((counts**2).sum()), counts.size, runs)

    @property
    def effective_clusters(self) -> float:
        """S²/Q, 0 without events."""
        return self.S**2 / self.Q if self.Q > 0 else 0.0

    def __add__(self, other: "Pilot") -> "Pilot":
        return Pilot(self.S + other.S, self.Q + other.Q, self.worlds + other.worlds, self.runs + other.runs)


def rate_interval(
    counts_by_world: ArrayLike,
    years: Years,
    *,
    pool: Pilot | None = None,
    level: float = 0.95,
    events: Events = "counted",
) -> Interval:
    """Events per exposed year: the gamma interval of Fay & Feuer (1997, Statistics in Medicine
    16:791) with the world as the cluster and W = the largest of own Q/S, the pool's Q/S and, of counted
    events, 1; that of Garwood (1936, Biometrika 28:437) if W = 1 and no world has two events.

    `counts_by_world` (worlds,) holds events summed over lucks, `years` what they were exposed;
    `pool` holds this arm too. A rate of expected events has no limits (nan): where a few worlds hold most
    of what is expected, none that was tried covers (docs/COVERAGE.md). Raises ValueError for negative
    counts or no exposure.
    """
    counts = _counts(counts_by_world)
    total, by_world = _exposure(years, counts)
    arm = Pilot.of(counts)
    residual = counts - arm.S / total * by_world
    q = max(arm.Q, float((residual**2).sum()))
    if events == "expected":
        limits = np.full(2, np.nan)
    else:
        limits = gamma_bounds(arm.S, q, _unseen_weight(arm, pool, events), level)
    rate, low, high = (np.array([arm.S, *limits]) / total).tolist()
    return Interval(rate, low, high, total, arm.S, arm.effective_clusters, level)


def with_limits(found: Interval, worlds: int) -> Interval:
    """An interval, without limits (nan) where one world is all that was seen: the cluster is the
    world, and one tells nothing of how worlds differ.
    """
    return found if worlds >= FEWEST_WORLDS else replace(found, low=np.nan, high=np.nan)


def ratio_interval(
    numerator_by_world: ArrayLike,
    denominator_by_world: ArrayLike,
    years: tuple[Years, Years] | None = None,
    *,
    numerator_pool: Pilot | None = None,
    denominator_pool: Pilot | None = None,
    share: bool = False,
    level: float = 0.95,
    events: Events = "counted",
) -> Interval:
    """Ratio of two sums of counts over the same worlds: a share of incidents, or, with the `years`
    of both, the ratio of the rates of two paired arms.

    For a candidate r the excesses y - r c x of the worlds (c: the exposure of y over that of x)
    have a positive and a negative part, two rare sums with the gamma interval each (weights: W of
    y, and r c times W of x), joined by MOVER (Zou & Donner 2008, Statistics in Medicine 27:1693);
    every r is kept whose interval contains 0.

    Both arrays are (worlds,), `n` is the sum of x, `events` that of y. `share` says that y is part
    of x, and clips to 0..1. 0 over 0 is nan in 0..inf. ValueError for bad shapes, counts or shares.
    """
    y, x = _counts(numerator_by_world), _counts(denominator_by_world)
    if y.shape != x.shape or (share and (y > x).any()):
        raise ValueError("numerator and denominator must share their worlds; a share has y <= x")
    pair = Pair.of(y, x, years or (1.0, 1.0)).condensed
    part, whole = Pilot.of(y), Pilot.of(x)
    weights = (_unseen_weight(part, numerator_pool, events), _unseen_weight(whole, denominator_pool, events))
    low = _low_ratio(pair, weights, level)
    # y/x and x/y keep the same candidates: the excesses and both weights only change scale
    inverse = _low_ratio(pair.turned, weights[::-1], level)
    high = min(1.0 / inverse if inverse > 0 else np.inf, 1.0 if share else np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(np.divide(part.S, pair.exposure * whole.S))
    return Interval(estimate, low, high, whole.S, part.S, part.effective_clusters, level)


def difference_interval(
    y_by_world: ArrayLike,
    x_by_world: ArrayLike,
    years: Years | tuple[Years, Years],
    *,
    pool: Pilot | None = None,
    level: float = 0.95,
    events: Events = "counted",
) -> Interval:
    """Rate of y minus rate of x over the same worlds, each per its own exposed year.

    `ratio_interval`'s rule at r = 1, so that it leaves out 0 just when that leaves out 1: what both
    arms share cancels, and the worlds with more and with less are two rare sums joined by MOVER.
    `years` are those of y and of x, or one for both; a world that an arm has not played has 0 of
    both. The `events` of what is returned are the worlds on which it rests (``Pair.rests_on``), `n` is
    the exposure of y. ValueError for bad shapes, counts or no exposure.
    """
    pair = pair_of(y_by_world, x_by_world, years)
    (up, down), squares = (part[:, 0] for part in pair.parts(1.0))
    low, high = gamma_bounds((up, down), squares, pair.weights(pool, events), level)
    ends = (
        up - down,
        up - down - np.hypot(up - low[0], high[1] - down),
        up - down + np.hypot(high[0] - up, down - low[1]),
    )
    rate, low, high = (np.array(ends) / pair.years[0]).tolist()
    return Interval(rate, low, high, pair.years[0], pair.rests_on(events), pair.effective_clusters, level)


def variance_saved(
    y_by_world: ArrayLike, x_by_world: ArrayLike, years: Years | tuple[Years, Years] = 1.0
) -> float:
    """Share of the variance of a difference of rates that the same luck saved: 1 - var(y - x) /
    (var y + var x), of counts at each arm's own exposure; nan when nothing varies.
    """
    y, x = _counts(y_by_world), _counts(x_by_world)
    (y_years, y_each), (x_years, x_each) = _exposures(years, y, x)
    y = y - y.sum() / y_years * (y_each - y_each[:1])
    x = y_years / x_years * (x - x.sum() / x_years * (x_each - x_each[:1]))
    apart = y.var() + x.var()
    return float(1.0 - (y - x).var() / apart) if apart > 0 else np.nan


def proportion_interval(k: int, n: int, level: float = 0.95) -> Interval:
    """Share of `n` independent trials (worlds with any clash, say) that succeeded: the interval of
    Clopper & Pearson (1934, Biometrika 26:404); nan in 0..1 if n = 0. ValueError if k > n or k < 0.
    """
    if not 0 <= k <= n:
        raise ValueError("need 0 <= k <= n")
    low = float(betaincinv(k, n - k + 1, (1 - level) / 2)) if k > 0 else 0.0
    high = float(betaincinv(k + 1, n - k, (1 + level) / 2)) if k < n else 1.0
    return Interval(k / n if n else np.nan, low, high, n, k, float(k), level)


def dispersion(monthly_counts: ArrayLike) -> Floats:
    """Variance (divisor months - 1) over mean of counts (..., months), shape (...); 1 for a Poisson
    stream without season, nan without events. Raises ValueError for fewer than 2 months.
    """
    months = np.atleast_1d(np.asarray(monthly_counts, dtype=np.float64))
    if months.shape[-1] < 2:
        raise ValueError("need at least 2 months")
    with np.errstate(invalid="ignore"):
        return np.divide(months.var(axis=-1, ddof=1), months.mean(axis=-1))


def _counts(values: ArrayLike) -> Floats:
    counts = np.asarray(values, dtype=np.float64)
    if counts.ndim != 1 or not (np.isfinite(counts) & (counts >= 0)).all():
        raise ValueError("need a one-dimensional array of finite numbers >= 0")
    return counts


def _exposure(years: Years, counts: Floats) -> tuple[float, Floats]:
    """Total years and those of every world (worlds,)."""
    found = np.asarray(years, dtype=np.float64)
    if found.ndim == 0:
        total, found = float(found), np.full(counts.size, found / max(1, counts.size))
    else:
        total = float(found.sum())
    if found.shape != counts.shape or not total > 0 or (found < 0).any():
        raise ValueError("exposure must be positive: years in all, or of every world")
    return total, found


def _exposures(
    years: Years | tuple[Years, Years], y: Floats, x: Floats
) -> tuple[tuple[float, Floats], tuple[float, Floats]]:
    if y.shape != x.shape:
        raise ValueError("both arms must share their worlds")
    of_y, of_x = years if isinstance(years, tuple) else (years, years)
    return _exposure(of_y, y), _exposure(of_x, x)


def pair_of(y_by_world: ArrayLike, x_by_world: ArrayLike, years: Years | tuple[Years, Years]) -> "Pair":
    """Two arms on the same worlds, as ``difference_interval`` takes them. Raises as it does."""
    return Pair.of(_counts(y_by_world), _counts(x_by_world), years)


@dataclass(frozen=True)
class Pair:
    """Two arms on the same worlds.

    `kinds` (2, kinds) are counts of y and x, `times` (kinds,) the worlds that have them; `years`
    the exposure of both. b, the years of a world under y less `exposure` times those under x, sums
    to 0; `apart` are the sums over the worlds of b y, b x and b². `differ`: worlds that differ.
    """

    kinds: Floats
    times: Floats
    years: tuple[float, float]
    apart: tuple[float, float, float]
    differ: int

    @classmethod
    def of(cls, y: Floats, x: Floats, years: Years | tuple[Years, Years]) -> "Pair":
        """Of counts by world (worlds,) and exposures that were checked."""
        (y_years, y_each), (x_years, x_each) = _exposures(years, y, x)
        b = y_each - y_years / x_years * x_each
        apart = float((b * y).sum()), float((b * x).sum()), float((b**2).sum())
        differ = (y != x) | ((y_each != x_each) & (y + x > 0))
        return cls(np.stack([y, x]), np.ones_like(y), (y_years, x_years), apart, int(differ.sum()))

    @property
    def condensed(self) -> "Pair":
        """Worlds with the same counts told once."""
        kinds, times = np.unique(self.kinds, axis=1, return_counts=True)
        return replace(self, kinds=kinds, times=times.astype(np.float64))

    @property
    def exposure(self) -> float:
        """The exposure of y over that of x."""
        return self.years[0] / self.years[1]

    @property
    def turned(self) -> "Pair":
        """The same worlds with x as y."""
        by, bx, bb = self.apart
        c = self.exposure
        apart = -bx / c, -by / c, bb / c**2
        return Pair(self.kinds[::-1], self.times, self.years[::-1], apart, self.differ)

    @cached_property
    def sums(self) -> Floats:
        """Events of y and of x."""
        return (self.times * self.kinds).sum(axis=1)

    @property
    def effective_clusters(self) -> float:
        """S²/Q of what one arm has more than the other, whichever it is; 0 where nothing differs."""
        sums, squares = (part[:, 0].sum() for part in self.parts(1.0))
        return float(sums**2 / squares) if squares > 0 else 0.0

    def rests_on(self, events: Events) -> float:
        """On how many worlds the difference rests: of counted events those that differ (in count, or
        with any event in exposure); of expected ones, of which nearly all differ and a few may hold
        nearly all, their effective number.
        """
        return float(self.differ) if events == "counted" else self.effective_clusters

    def weights(self, pool: Pilot | None, events: Events = "counted") -> tuple[float, float]:
        """W of what y has more and of what it has less, at the same rate of both."""
        sums = ([(self.times * kinds**power).sum() for power in (1, 2)] for kinds in self.kinds)
        of_y, of_x = (_unseen_weight(Pilot(s, q, 0, 0), pool, events) for s, q in sums)
        return of_y, self.exposure * of_x

    def parts(self, ratio: ArrayLike) -> tuple[Floats, Floats]:
        """S and Q, (2, ratios) each, of what y has more and of what it has less than its rate would
        give were it `ratio` times that of x; Q is raised to that of the residuals.
        """
        (y, x), r = self.kinds, np.atleast_1d(ratio)
        excess = y - (r * self.exposure)[:, None] * x
        parts = np.maximum(np.stack([excess, -excess]), 0)
        squares = (self.times * parts**2).sum(axis=2)
        return (self.times * parts).sum(axis=2), squares * self._dispersion(r, squares.sum(axis=0))

    def _dispersion(self, r: Floats, squares: Floats) -> Floats:
        """Squares of the residuals, excess less rate times b, over `squares`, if more; (ratios,).
        The rate is that of y under the ratio r, estimated from both arms.
        """
        by, bx, bb = self.apart
        rate = r * self.sums.sum() / (r * self.years[0] + self.years[1])
        more = rate**2 * bb - 2 * rate * (by - r * self.exposure * bx)
        return 1 + np.maximum(more, 0) / np.where(squares > 0, squares, np.inf)


def _unseen_weight(own: Pilot, pool: Pilot | None, events: Events) -> float:
    """W; one event also where nothing at all is expected, for then nothing says what less would be."""
    arms = (own, pool) if pool else (own,)
    sizes = [arm.Q / arm.S for arm in arms if arm.S > 0]
    return max(sizes) if sizes and events == "expected" else max([1.0, *sizes])


def gamma_bounds(s: ArrayLike, q: ArrayLike, weight: ArrayLike, level: float) -> Floats:
    """Interval (2, ...) for the mean of a sum S with squares Q; chi-square as gamma quantiles."""
    s, q, weight = np.asarray(s), np.asarray(q), np.asarray(weight)
    return np.stack([_floor(s, q, level), _roof(s, q, weight, level)])


def _floor(s: Floats, q: Floats, level: float) -> Floats:
    """The lower of ``gamma_bounds``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low: Floats = q / s * gammaincinv(s**2 / q, (1 - level) / 2)
    return np.where(s > 0, low, 0.0)


def _roof(s: Floats, q: Floats, weight: Floats | float, level: float) -> Floats:
    """The upper of ``gamma_bounds``."""
    s, q = s + weight, q + weight**2
    with np.errstate(divide="ignore", invalid="ignore"):
        high: Floats = q / s * gammaincinv(s**2 / q, 1 - (1 - level) / 2)
    return high


def _low_ratio(pair: Pair, weights: tuple[float, float], level: float) -> float:
    """Smallest r that MOVER keeps; `weights` are those of y and of x."""
    (y, x), c = pair.sums, pair.exposure
    if y == 0:
        return 0.0
    # r = scale u / (1 - u): at u = 1/2 the excesses sum to 0, which is always kept
    scale, out, kept = y / (c * (x or weights[1])), 0.0, 0.5 if x else 1.0
    for _ in range(_ROUNDS):
        u = np.linspace(out, kept, _CANDIDATES + 2)
        r = scale * u[1:-1] / (1 - u[1:-1])
        (plus, minus), squares = pair.parts(r)
        floor = _floor(plus, squares[0], level)
        roof = _roof(minus, squares[1], r * c * weights[1], level)
        contains = plus - minus <= np.hypot(plus - floor, roof - minus)
        first = int(contains.argmax()) if contains.any() else _CANDIDATES
        out, kept = u[first], u[first + 1]
    return float(scale * kept / (1 - kept))
