"""Draws that are like the situations of fixed values, by what becomes of their perceived violations."""

from collections.abc import Callable, Mapping
from typing import TypedDict

import pandas as pd

FEWEST = 100  # draws that are like a situation, from which on it is a region of the posterior
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
    found = like_each(runs, by)
    return Likeness(
        draws=len(found),
        like={name: int(found[name].sum()) for name in REGIONS},
        none=int((~found.any(axis=1)).sum()),
    )


def like_each(runs: pd.DataFrame, by: str | list[str] = "draw") -> pd.DataFrame:
    """Whether each draw with any perceived violation is like each situation: a row a draw, a column each."""
    sums = runs.groupby(by)[list(COLUMNS)].sum()
    sums = sums[sums["violations"] > 0]
    return pd.DataFrame({name: region(sums) for name, region in REGIONS.items()}, index=sums.index)
