"""Survival curves: how long it takes to the first clash, worlds being clusters of their runs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from experiments.statistics.intervals import Floats


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
    followed, is_end = np.asarray(times, dtype=np.float64), np.asarray(ended, dtype=bool)
    names = np.arange(followed.size) if clusters is None else np.asarray(clusters)
    if followed.ndim != 1 or not followed.size or not followed.shape == is_end.shape == names.shape:
        raise ValueError("times, ended and clusters must be (runs,) with at least one run")
    if not (np.isfinite(followed) & (followed >= 0)).all():
        raise ValueError("times must be finite numbers >= 0")
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


def _kaplan_meier(
    rows: Floats, times: Floats, ended: NDArray[np.bool_], cluster: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """S (rows,) and the cluster-robust variance of log S (rows,); infinite for a single cluster.

    At a row where D of N runs end, a cluster with m of them at risk and e ends gains an influence
    of (e - m D/N) / (N - D). It so is a - m G: G, the sum of D/N / (N - D), belongs to the row, and
    a and m change only when a run of the cluster leaves. The sum of squares needs those of a², a m
    and m², each changed once for every run: beside one sorting, linear in the runs.
    """
    row = np.searchsorted(rows, times, side="right") - 1
    ends = np.bincount(row[ended], minlength=rows.size)
    at_risk = times.size - np.append(0, np.cumsum(np.bincount(row, minlength=rows.size))[:-1])
    curve = np.cumprod(1 - ends / at_risk)
    if not cluster.any():  # its influences cancel, which is ignorance and not precision
        return curve, np.full(rows.size, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = 1.0 / (at_risk - ends)
        gain = np.cumsum(ends / at_risk * weight)  # G
        order = np.argsort(row, kind="stable")
        row, cluster = row[order], cluster[order]
        step = np.where(ended[order], weight[row], 0.0) - gain[row]
        changes = _changes(step, cluster)
        aa, am, mm = (np.cumsum(np.bincount(row, each, rows.size)) for each in changes)
        at_start = float((np.bincount(cluster).astype(np.float64) ** 2).sum())
        return curve, np.maximum(aa - 2 * gain * am + gain**2 * (at_start + mm), 0.0)


def _changes(step: Floats, cluster: NDArray[np.int64]) -> Floats:
    """What each run's leaving adds to its cluster's a², a m and m², (3, runs), when a rises by
    ``step`` and m falls by one; in the order of leaving.
    """
    by_cluster = pd.Series(step).groupby(cluster)
    a, m = by_cluster.cumsum().to_numpy(), by_cluster.cumcount(ascending=False).to_numpy()
    return np.stack([a**2 - (a - step) ** 2, a * m - (a - step) * (m + 1), m**2 - (m + 1.0) ** 2])
