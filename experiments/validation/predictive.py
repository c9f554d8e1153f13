"""Posterior predictive checks: where a number of the record lies among the histories' own."""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from experiments.findings.summary import finite
from experiments.validation.check import Bound, Check, Use
from experiments.validation.replicates import Replicates

Values = NDArray[np.float64]
MISS = 0.05
FEW = 20  # histories that have a value, under which nothing is said of the rest


class QuantityFigures(TypedDict):
    """A number of the record and what it leaves open, as plain values; null is no end."""

    low: float
    best: float
    high: float | None


class ModelFigures(TypedDict):
    """5, 50 and 95% of the histories' values; null without any."""

    low: float | None
    median: float | None
    high: float | None


class CheckFigures(TypedDict):
    """A check made, as plain values: see ``Check`` and ``Held``; a p is null under ``FEW``."""

    name: str
    title: str
    unit: str
    theme: str
    use: Use
    record: QuantityFigures
    bound: Bound
    model: ModelFigures
    p: float | None
    p_kindest: float | None
    histories: int
    missed: bool
    note: str


@dataclass(frozen=True)
class Held:
    """A check made: ``values`` of the ``n`` histories that have one, their 5, 50 and 95%, and two p.

    ``p``: two-sided, of the record's number (for a bound the share of histories on its side). ``kindest``:
    the same at that end of what the record leaves open which suits the model best. nan under ``FEW``.
    """

    check: Check
    values: Values
    p: float
    kindest: float

    @property
    def ends(self) -> tuple[float, float, float]:
        """5, 50 and 95% of the values; nan where there are none."""
        if not self.values.size:
            return np.nan, np.nan, np.nan
        low, median, high = np.quantile(self.values, (0.05, 0.5, 0.95))
        return float(low), float(median), float(high)

    @property
    def missed(self) -> bool:
        """Whether the record's number is one that the model hardly has."""
        return self.p < MISS


def held(check: Check, replicates: Replicates) -> Held:
    """One statistic of the record held against the histories."""
    return held_values(check, check.of(replicates))


def held_values(check: Check, found: Values) -> Held:
    """The same against these values (n,); nan where there is none."""
    values = found[np.isfinite(found)]
    if values.size < FEW:
        return Held(check, values, np.nan, np.nan)
    value = check.value
    if check.bound == "told":
        median = float(np.median(values))
        nearest = min(max(median, value.low), value.high)
        return Held(check, values, two_sided(values, value.best), two_sided(values, nearest))
    p = float((values >= value.low).mean() if check.bound == "at least" else (values <= value.high).mean())
    return Held(check, values, p, p)


def two_sided(values: Values, at: float) -> float:
    """Twice the share on the smaller side of a number, those equal to it counted half (mid-p)."""
    same = float(np.isclose(values, at).mean())
    below = float((values < at).mean()) - float((np.isclose(values, at) & (values < at)).mean())
    lower = below + 0.5 * same
    return min(1.0, 2.0 * min(lower, 1.0 - lower))


def as_figures(each: Held) -> CheckFigures:
    """A check made, as plain values."""
    check, value, (low, median, high) = each.check, each.check.value, each.ends
    return CheckFigures(
        name=check.name,
        title=check.title,
        unit=check.unit,
        theme=check.theme,
        use=check.use,
        record=QuantityFigures(low=value.low, best=value.best, high=finite(value.high)),
        bound=check.bound,
        model=ModelFigures(low=finite(low), median=finite(median), high=finite(high)),
        p=finite(each.p),
        p_kindest=finite(each.kindest),
        histories=int(each.values.size),
        missed=each.missed,
        note=check.note,
    )
