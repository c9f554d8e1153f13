"""A check: a number of the record, how a history is counted for it, and whether the fit has seen it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.statistic import Statistic
from experiments.validation.replicates import Replicates

Values = NDArray[np.float64]
Use = Literal["fitted", "fitted apart", "held out"]
Bound = Literal["told", "at least", "at most"]
Count = Callable[[Replicates], Values]
Found = Mapping[str, Statistic]
FITTED: Use = "fitted"
APART: Use = "fitted apart"
OUT: Use = "held out"
THEMES = {
    "works": "The months of the works, June 2024 to October 2025",
    "months": "Recorded crossings, month by month",
    "years": "Years without works",
    "fire": "Shots, fire and mines",
    "times": "Minutes of single cases",
    "episodes": "Numbers of three episodes",
}


@dataclass(frozen=True)
class Check:
    """A number of the record, ``value`` in ``unit``, and what replicates have for it.

    ``statistic``: the record's that it comes from; ``name`` is its own, with what is made of it behind a
    colon. ``use``: whether the posterior was fitted to it; ``bound``: whether only one end of it is told.
    """

    name: str
    title: str
    unit: str
    theme: str
    use: Use
    value: Quantity
    of: Count
    note: str = ""
    bound: Bound = "told"

    @property
    def statistic(self) -> str:
        """The name of the record's statistic that it comes from."""
        return self.name.partition(":")[0]


def begun_with(found: Found, begin: str) -> list[Statistic]:
    """The statistics whose names begin so."""
    return [each for name, each in found.items() if name.startswith(begin)]
