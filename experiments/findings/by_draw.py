"""Runs by the draw of a posterior that their worlds play: expected clashes of each, and its values."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.measures import YEAR
from experiments.statistics.by_draw import deviates
from sim.scenario.case import Case
from sim.scenario.posterior import Posterior

EXPECTED = "expected_clashes"
Values = NDArray[np.float64]


class Share(TypedDict):
    """A share of draws, or of how they differ, with its 95% interval."""

    estimate: float
    low: float
    high: float


def events_by_draw(runs: pd.DataFrame, draws: Sequence[int]) -> Values:
    """Expected clashes a year of draws in their order, 0 of those that have no run."""
    return _a_year(runs.groupby("draw")[[EXPECTED, "days"]].sum().reindex(draws, fill_value=0.0))


def events_by_luck(runs: pd.DataFrame, draws: Sequence[int]) -> Values:
    """The same of each luck, (draws, lucks)."""
    sums = runs.groupby(["draw", "luck"])[[EXPECTED, "days"]].sum()
    lucks = sums.index.unique("luck").sort_values()
    every = sums.reindex(pd.MultiIndex.from_product([draws, lucks]), fill_value=0.0)
    return _a_year(every).reshape(len(draws), len(lucks))


def _a_year(sums: pd.DataFrame) -> Values:
    years = sums["days"].to_numpy(float) / YEAR
    return np.divide(sums[EXPECTED].to_numpy(float), years, out=np.zeros(len(years)), where=years > 0.0)


def deviates_of(case: Case, draws: Sequence[int]) -> Values:
    """Draws of a case's posterior as deviates of all parameters that nothing above it holds."""
    assert case.posterior is not None
    return _deviates(case.posterior, case.held, tuple(draws))


@lru_cache(2)  # the futures of a study have their draws in common
def _deviates(posterior: Posterior, held: frozenset[str], draws: tuple[int, ...]) -> Values:
    free = [path for path in posterior.paths if path not in held]
    return deviates(posterior.as_numbers(free)[list(draws)])
