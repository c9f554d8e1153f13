"""Draws that are like the situations of fixed values, by what becomes of their perceived violations."""

from collections.abc import Callable, Mapping
from typing import TypedDict

import pandas as pd

COLUMNS = ("violations", "false_incidents", "map_violations")  # of runs
# What a situation says of itself: soldiers stray, watchers misjudge, maps differ.
REGIONS: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "straying": lambda sums: sums["false_incidents"] < 0.1 * sums["violations"],
    "misjudged": lambda sums: sums["false_incidents"] > 0.8 * sums["violations"],
    "mapmade": lambda sums: sums["map_violations"] > 0.9 * sums["violations"],
}


class Likeness(TypedDict):
    """Of ``draws`` with any perceived violation, how many are like each situation; and like ``none``."""

    draws: int
    like: dict[str, int]
    none: int


def likeness(runs: pd.DataFrame, by: str | list[str] = "draw") -> Likeness:
    """Of runs, those of one draw (or ``by`` something else) together."""
    sums = runs.groupby(by)[list(COLUMNS)].sum()
    sums = sums[sums["violations"] > 0]
    found = pd.DataFrame({name: region(sums) for name, region in REGIONS.items()}, index=sums.index)
    return Likeness(
        draws=len(sums),
        like={name: int(found[name].sum()) for name in REGIONS},
        none=int((~found.any(axis=1)).sum()),
    )
