"""Draws of a posterior weighed by region: what is found if some of what nobody knows is likelier.

A region has the draws that are like one situation of fixed values, by what became of perceived violations in
their own world. What is kept of each region is enough for every weighting (``weighing_words``): no run is
played again.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.findings.likeness import REGIONS, like_each
from experiments.statistics.by_draw import lowering, unchanging
from experiments.wording import ratio_figure

Values = NDArray[np.float64]
FEWEST = 12  # draws, under which no law of the ratio is fitted and nothing is called decided
NONE = "none"  # the region of draws that are like no situation
REGION_WORDS: Mapping[str, str] = {
    "straying": "soldiers stray (under 10% of violations false)",
    "misjudged": "watchers misjudge (over 80% false)",
    "mapmade": "maps differ (over 90% by the maps)",
    NONE: "none of these, or no violation at all",
}
_FIRST = ("mapmade", "misjudged", "straying")  # of several that a draw is like, the first
_MOST_NUMBERS = 30_000  # of draws and options, beyond which a page would grow too large
_PLACES = 6  # decimals beyond which a printed ratio is never looked at


class PolicyByRegion(TypedDict):
    """Of a policy: its ``ratios`` as they are printed, ascending, and how many of each region's are so; by
    law that the runs allow, in how many draws of each region it ``lowers`` clashes; in how many of each it
    leaves them ``unchanged``; and over all laws in how many it is the ``best``, and near the best.
    """

    ratios: list[str]
    tallies: list[list[int]]
    lowers: list[list[int]]
    unchanged: list[int]
    best: list[int]
    near_best: list[int]


class ByRegion(TypedDict):
    """Of one future: the ``regions`` that have draws, how many draws each has, the region of each draw (by
    its place in ``regions``), expected clashes a year of each draw by option, ``laws`` that the runs allow,
    and policies. An option is a policy; null is none.
    """

    regions: list[str]
    draws: list[int]
    region_of: list[int]
    laws: int
    options: list[str | None]
    per_year: list[list[float]]
    policies: dict[str, PolicyByRegion]


def by_region(
    runs: pd.DataFrame,
    draws: Sequence[int],
    per_year: Mapping[str | None, Values],
    logs: Mapping[str, Values],
    far: float,
) -> ByRegion | None:
    """``runs`` without a policy tell the region of each of ``draws``; ``per_year``: expected clashes of
    these by option, (draws,) each; ``logs``: log ratios of policies as the runs allow them, (laws, draws)
    each; near the best is up to ``far`` times its clashes. None where a page cannot hold it, or no policy
    was compared.
    """
    if not logs or len(per_year) * len(draws) > _MOST_NUMBERS:
        return None
    of = _regions_of(runs, draws)
    names = [name for name in (*REGIONS, NONE) if name in of]
    index = np.array([names.index(each) for each in of])
    least = np.minimum(np.minimum.reduce(list(logs.values())), 0.0)
    return ByRegion(
        regions=names,
        draws=_tally(index, names),
        region_of=index.tolist(),
        laws=len(least),
        options=list(per_year),
        per_year=[[float(f"{value:.6g}") for value in each] for each in per_year.values()],
        policies={name: _policy(each, least, index, names, far) for name, each in logs.items()},
    )


def _regions_of(runs: pd.DataFrame, draws: Sequence[int]) -> list[str]:
    """Where maps alone make violations, nobody errs and none is false: that is told before straying."""
    like = like_each(runs).reindex(draws, fill_value=False)[list(_FIRST)]
    return [next(itertools.compress(_FIRST, row), NONE) for row in like.to_numpy(bool).tolist()]


def _tally(index: NDArray[np.intp], names: Sequence[str], counts: Values | None = None) -> list[int]:
    return np.bincount(index, counts, len(names)).astype(int).tolist()


def _policy(
    logs: Values, least: Values, index: NDArray[np.intp], names: Sequence[str], far: float
) -> PolicyByRegion:
    lowers = lowering(logs)
    best, near = (logs <= least) & lowers, logs <= least + np.log(far)
    ratios, tallies = _printed(np.exp(logs), index, len(names))
    return PolicyByRegion(
        ratios=ratios,
        tallies=tallies,
        lowers=[_tally(index, names, row.astype(float)) for row in lowers],
        unchanged=_tally(index, names, unchanging(logs).astype(float)),
        best=_tally(index, names, best.sum(axis=0).astype(float)),
        near_best=_tally(index, names, near.sum(axis=0).astype(float)),
    )


def _printed(ratios: Values, index: NDArray[np.intp], regions: int) -> tuple[list[str], list[list[int]]]:
    """Ratios (laws, draws) as they are printed, ascending, and how many of each region, (regions, ratios)."""
    different, where = np.unique(np.round(ratios, _PLACES), return_inverse=True)
    words = [ratio_figure(float(value)) for value in different]
    places = {word: place for place, word in enumerate(dict.fromkeys(words))}
    place = np.array([places[word] for word in words])[where.reshape(ratios.shape)]
    return list(places), [
        np.bincount(place[:, index == region].ravel(), minlength=len(places)).tolist()
        for region in range(regions)
    ]
