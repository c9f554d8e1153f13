"""Rates, shares and curves of rare, over-dispersed yearly counts, each with an honest interval.

The cluster of every interval is the world, so counts arrive summed over a world's lucks. S is the
sum of these counts, Q the sum of their squares, S²/Q the effective number of clusters. An arm that
drew no burst of clashes says nothing about the size of one: W, the weight of the cluster not yet
seen, therefore looks at the other arms and at a pilot too. Nothing here is resampled.
"""

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammaincinv, ndtri, stdtrit

Floats = NDArray[np.float64]

# with fewer in the whole study (`clusters_with_pilot`) W is a guess: print "too few clusters"
FEWEST_CLUSTERS = 10.0
FEWEST_DISCORDANT = 6  # worlds that differ between two arms; with fewer no verdict is given
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
    """What other arms or a pilot know of the clusters of one measure: the sum S and the sum of
    squares Q of its counts by world. `+` pools arms that have the same number of lucks in a world.
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
        return Pilot(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Survival:
    """Steps of a survival curve, (rows,) each: a row holds from its time (the first is 0, the last
    the end of follow-up) until the next; `at_risk` counts the runs followed just before `times`.
    """

    times: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: NDArray[np.int64]


def rate_interval(
    counts_by_world: ArrayLike,
    exposure_years: float,
    *,
    pilot: Pilot | None = None,
    level: float = 0.95,
) -> Interval:
    """Events per exposed year: the gamma interval of Fay & Feuer (1997, Statistics in Medicine
    16:791) with the world as the cluster and W = the largest of 1, own Q/S and Q/S with the pilot;
    that of Garwood (1936, Biometrika 28:437) if W = 1 and no world has two events.

    `counts_by_world` (worlds,) holds events summed over lucks, `exposure_years` the total of all
    runs. Raises ValueError for negative counts or no exposure.
    """
    if not exposure_years > 0:
        raise ValueError("exposure_years must be positive")
    arm = Pilot.of(counts_by_world)
    limits = _gamma_bounds(arm.S, arm.Q, _unseen_weight(arm, pilot), level)
    rate, low, high = (np.array([arm.S, *limits]) / exposure_years).tolist()
    return Interval(rate, low, high, exposure_years, arm.S, arm.effective_clusters, level)


def clusters_with_pilot(counts_by_world: ArrayLike, pilot: Pilot | None) -> float:
    """Effective clusters S²/Q of arm and pilot together, to hold against FEWEST_CLUSTERS."""
    arm = Pilot.of(counts_by_world)
    return (arm + pilot if pilot else arm).effective_clusters


def ratio_interval(
    numerator_by_world: ArrayLike,
    denominator_by_world: ArrayLike,
    *,
    numerator_pilot: Pilot | None = None,
    denominator_pilot: Pilot | None = None,
    share: bool = False,
    level: float = 0.95,
) -> Interval:
    """Ratio of two sums of counts over the same worlds: a share of incidents, or two arms paired.

    For a candidate r the differences y - r x of the worlds have a positive and a negative part, two
    rare sums with the gamma interval each (weights: W of y, and r times W of x), joined by MOVER
    (Zou & Donner 2008, Statistics in Medicine 27:1693); every r is kept whose interval contains 0.

    Both arrays are (worlds,), `n` is the sum of x, `events` that of y. `share` says that y is part
    of x, and clips to 0..1. 0 over 0 is nan in 0..inf. ValueError for bad shapes, counts or shares.
    """
    y, x = _counts(numerator_by_world), _counts(denominator_by_world)
    if y.shape != x.shape or (share and (y > x).any()):
        raise ValueError("numerator and denominator must share their worlds; a share has y <= x")
    pairs, repeats = np.unique(np.stack([y, x]), axis=1, return_counts=True)
    part, whole = Pilot.of(y), Pilot.of(x)
    weights = _unseen_weight(part, numerator_pilot), _unseen_weight(whole, denominator_pilot)
    times = repeats.astype(np.float64)
    low = _low_ratio(pairs, times, weights, level)
    # y/x and x/y keep the same candidates: the differences and both weights only change scale
    inverse = _low_ratio(pairs[::-1], times, weights[::-1], level)
    high = min(1.0 / inverse if inverse > 0 else np.inf, 1.0 if share else np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(np.divide(part.S, whole.S))
    return Interval(estimate, low, high, whole.S, part.S, part.effective_clusters, level)


def difference_interval(
    y_by_world: ArrayLike,
    x_by_world: ArrayLike,
    exposure_years: float,
    *,
    pilot: Pilot | None = None,
    level: float = 0.95,
) -> Interval:
    """Rate of y minus rate of x over the same worlds, per exposed year of either arm.

    `ratio_interval`'s rule at r = 1, so that it leaves out 0 just when that leaves out 1: what both
    arms share cancels, and the worlds that differ up and down are two rare sums joined by MOVER.
    `pilot` pools the arms of the study; `events` is the number of worlds that differ, `n` the
    exposure. ValueError for bad shapes, counts or no exposure.
    """
    y, x = _counts(y_by_world), _counts(x_by_world)
    if y.shape != x.shape or not exposure_years > 0:
        raise ValueError("both arms must share their worlds, and exposure_years be positive")
    weights = _unseen_weight(Pilot.of(y), pilot), _unseen_weight(Pilot.of(x), pilot)
    parts = np.maximum(y - x, 0), np.maximum(x - y, 0)
    sums, squares = [part.sum() for part in parts], [(part**2).sum() for part in parts]
    (up_low, down_low), (up_high, down_high) = _gamma_bounds(sums, squares, weights, level)
    up, down = sums
    low = up - down - np.hypot(up - up_low, down_high - down)
    high = up - down + np.hypot(up_high - up, down - down_low)
    rate, low, high = (np.array([up - down, low, high]) / exposure_years).tolist()
    differs = Pilot.of(np.abs(y - x))
    discordant = float((y != x).sum())
    return Interval(rate, low, high, exposure_years, discordant, differs.effective_clusters, level)


def runs_that_would_decide(
    y_by_world: ArrayLike,
    x_by_world: ArrayLike,
    *,
    pilot: Pilot | None = None,
    level: float = 0.95,
    most: float = 1e4,
) -> float:
    """How many times as many worlds, all like those seen, would make `difference_interval` leave 0.

    At most `most`; inf beyond it, and where both arms have the same sum. A projection of what was
    seen, not a promise.
    """
    y, x = _counts(y_by_world), _counts(x_by_world)
    weights = _unseen_weight(Pilot.of(y), pilot), _unseen_weight(Pilot.of(x), pilot)
    up, down = np.maximum(y - x, 0), np.maximum(x - y, 0)
    if up.sum() < down.sum():
        (up, down), weights = (down, up), weights[::-1]
    if up.sum() == down.sum():
        return np.inf
    times = np.geomspace(1.0, most, 2000)
    low = _gamma_bounds(times * up.sum(), times * (up**2).sum(), weights[0], level)[0]
    high = _gamma_bounds(times * down.sum(), times * (down**2).sum(), weights[1], level)[1]
    gap = times * (up.sum() - down.sum())
    error = np.hypot(times * up.sum() - low, high - times * down.sum())
    enough = times * np.count_nonzero(y != x) >= FEWEST_DISCORDANT
    decides = np.flatnonzero((gap > error) & enough)
    return float(times[decides[0]]) if decides.size else np.inf


def variance_saved(y_by_world: ArrayLike, x_by_world: ArrayLike) -> float:
    """Share of the variance of a difference that the same luck saved: 1 - var(y - x) / (var y +
    var x); nan when nothing varies.
    """
    y, x = _counts(y_by_world), _counts(x_by_world)
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


def survival(
    times: ArrayLike, ended: ArrayLike, clusters: ArrayLike | None = None, level: float = 0.95
) -> Survival:
    """Kaplan-Meier curve of the time to the first clash, with a pointwise log-log band.

    `times` (runs,) is the clash where `ended`, else where the run was cut off; `clusters` (runs,)
    names each run's world. The variance sums the squared influence of every world on log S
    (Williams 1995, Lifetime Data Analysis 1:171): Greenwood's if every run is its own world. Before
    the first clash the lower limit is the exact one for none among the worlds at risk; where every
    run has ended the upper limit stays. Measured: 95% cover 93% and more from two expected clashes
    on, 89% below. Raises ValueError for other shapes, no run, or times below 0 or not finite.
    """
    followed, is_end = _counts(times), np.asarray(ended, dtype=bool)
    names = np.arange(followed.size) if clusters is None else np.asarray(clusters)
    if not followed.size or not followed.shape == is_end.shape == names.shape:
        raise ValueError("times, ended and clusters must be (runs,) with at least one run")
    cluster = np.unique(names, return_inverse=True)[1]
    rows = np.unique(np.append(followed[is_end], [0.0, followed.max()]))
    curve, variance = _kaplan_meier(rows, followed, is_end, cluster)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.exp(ndtri((1 + level) / 2) * np.sqrt(variance) / -np.log(curve))
        low, high = curve**spread, curve ** (1 / spread)
    # no run ended before the second row, so the worlds at risk there bound the first
    witnesses = np.unique(cluster[followed >= rows[min(1, rows.size - 1)]]).size
    low = np.where(curve == 1, ((1 - level) / 2) ** (1 / witnesses), np.where(curve > 0, low, 0.0))
    high = np.minimum.accumulate(np.where((curve > 0) & (curve < 1), high, 1.0))
    at_risk = followed.size - np.searchsorted(np.sort(followed), rows)
    return Survival(rows, curve, low, high, at_risk)


def variance_between_worlds(values: ArrayLike, level: float = 0.95) -> Interval:
    """Share of the variance of a yearly count that lies between worlds, not between their lucks.

    `values` (worlds, lucks), at least 2 of each. The estimate is that of the one-way random-effects
    ANOVA, (MSB - MSW) / (MSB + (lucks - 1) MSW), shown as it is when negative (down to
    -1 / (lucks - 1)) and nan when nothing varies. The interval jackknifes log(MSB / MSW) over
    worlds (Arvesen & Schmitz 1970, Biometrics 26:677), for the F law holds for normal counts only.
    Until two lucks of a world have agreed, no reuse of the worlds, jackknife or bootstrap, shows
    that they might: so each limit counts one world not yet seen, its lucks alike (upper) or one
    with all (lower). Measured: 95% cover 88% and more, but 67% if the variance rests on a kind of
    world so rare that often none was drawn.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or not (np.isfinite(table) & (table >= 0)).all():
        raise ValueError("values must be counts (worlds, lucks) with at least 2 of each")
    between, within = (mean_square[0] for mean_square in _mean_squares(table))
    with np.errstate(invalid="ignore"):
        estimate = float((between - within) / (between + (table.shape[1] - 1) * within))
    low, high = (_share_limit(table, side, level) for side in (-1, 1))
    low, high = float(np.fmin(low, estimate)), float(np.fmax(high, estimate))
    arm = Pilot.of(table.sum(axis=1), table.size)
    return Interval(estimate, low, high, arm.worlds, arm.S, arm.effective_clusters, level)


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


def _unseen_weight(own: Pilot, pilot: Pilot | None) -> float:
    arms = (own, own + pilot) if pilot else (own,)
    return max([1.0, *(arm.Q / arm.S for arm in arms if arm.S > 0)])


def _gamma_bounds(s: ArrayLike, q: ArrayLike, weight: ArrayLike, level: float) -> Floats:
    """Interval (2, ...) for the mean of a sum S with squares Q; chi-square as gamma quantiles."""
    s, q, weight, tail = np.asarray(s), np.asarray(q), np.asarray(weight), (1 - level) / 2
    more_s, more_q = s + weight, q + weight**2
    with np.errstate(divide="ignore", invalid="ignore"):
        low = q / s * gammaincinv(s**2 / q, tail)
        high = more_q / more_s * gammaincinv(more_s**2 / more_q, 1 - tail)
    return np.stack([np.where(s > 0, low, 0.0), high])


def _low_ratio(pairs: Floats, times: Floats, weights: tuple[float, float], level: float) -> float:
    """Smallest r that MOVER keeps; `pairs` (2, kinds) of y and x, each seen `times` (kinds,)."""
    (y, x), (total_y, total_x) = pairs, (times * pairs).sum(axis=1)
    if total_y == 0:
        return 0.0
    # r = scale u / (1 - u): at u = 1/2 the differences sum to 0, which is always kept
    scale, out, kept = total_y / (total_x or weights[1]), 0.0, 0.5 if total_x else 1.0
    for _ in range(_ROUNDS):
        u = np.linspace(out, kept, _CANDIDATES + 2)
        r = scale * u[1:-1] / (1 - u[1:-1])
        d = y - r[:, None] * x
        plus, minus = np.maximum(d, 0), np.maximum(-d, 0)
        s_plus, s_minus = (times * plus).sum(axis=1), (times * minus).sum(axis=1)
        floor = _gamma_bounds(s_plus, (times * plus**2).sum(axis=1), weights[0], level)[0]
        roof = _gamma_bounds(s_minus, (times * minus**2).sum(axis=1), r * weights[1], level)[1]
        contains = s_plus - s_minus <= np.hypot(s_plus - floor, roof - s_minus)
        first = int(np.argmax(np.append(contains, True)))
        out, kept = u[first], u[first + 1]
    return float(scale * kept / (1 - kept))


def _kaplan_meier(
    rows: Floats, times: Floats, ended: NDArray[np.bool_], cluster: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """S (rows,) and the cluster-robust variance of log S (rows,); infinite for a single cluster."""
    at_risk = np.bincount(cluster).astype(np.float64)
    influence, product = np.zeros(at_risk.size), 1.0
    curve, variance = np.ones(rows.size), np.zeros(rows.size)
    last_row = np.searchsorted(rows, times, side="right") - 1
    order = np.argsort(last_row, kind="stable")
    leavers = np.split(order, np.searchsorted(last_row[order], np.arange(1, rows.size)))
    for row, runs in enumerate(leavers):
        ends = np.bincount(cluster[runs[ended[runs]]], minlength=at_risk.size)
        product *= 1 - (hazard := ends.sum() / at_risk.sum())
        with np.errstate(divide="ignore", invalid="ignore"):
            influence += (ends - at_risk * hazard) / (at_risk.sum() - ends.sum())
        curve[row], variance[row] = product, (influence**2).sum()
        np.subtract.at(at_risk, cluster[runs], 1)
    # the influences of a single cluster cancel, which is ignorance and not precision
    return curve, variance if at_risk.size > 1 else np.full(rows.size, np.inf)


def _mean_squares(table: Floats) -> tuple[Floats, Floats]:
    """MSB and MSW of `table` (worlds, lucks), then with each world left out: (worlds + 1,) each."""
    worlds, lucks = table.shape
    means, inside = table.mean(axis=1) - table.mean(), table.var(axis=1) * lucks
    kept = np.append(worlds, np.full(worlds, worlds - 1))
    out, out_inside = np.append(0.0, means), np.append(0.0, inside)
    spread = (means**2).sum() - out**2 - (means.sum() - out) ** 2 / kept
    with np.errstate(divide="ignore", invalid="ignore"):
        between = lucks * np.maximum(spread, 0) / (kept - 1)
    return between, (inside.sum() - out_inside) / (kept * (lucks - 1))


def _share_limit(table: Floats, side: int, level: float) -> float:
    """One limit of the share between worlds: side -1 the lower, +1 the upper."""
    lucks = table.shape[1]
    with np.errstate(all="ignore"):
        typical, mean_world = (table**2).sum() / table.sum(), table.sum() / len(table)
        others = typical if side > 0 else np.maximum(mean_world - typical, 0) / (lucks - 1)
        unseen = np.append(typical, np.full(lucks - 1, others))
        log_ratio = np.log(np.divide(*_mean_squares(np.vstack([table, unseen]))))
        error = np.sqrt(len(table) * log_ratio[1:].var())
        ratio = np.exp(log_ratio[0] + side * stdtrit(len(table), (1 + level) / 2) * error)
        limit = float((ratio - 1) / (ratio + lucks - 1))
    return limit if np.isfinite(limit) else (1.0 if side > 0 else -1 / (lucks - 1))
