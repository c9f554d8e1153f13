"""Proper scores of what the histories predict, beside naive references that know the counts alone.

References are fitted to the same record: Poisson, and negative binomial with a season. Half a crossing is
added to each sum, since a season without any would else be certain. They are scored on the counts that they
were fitted to, as the posterior is, and each count by a fit to the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from experiments.calibration.record.crossings import OFF_SEASON, by_month
from experiments.calibration.record.record import Record
from experiments.calibration.simulate import MONTHS
from experiments.validation.calendars import BUSY_AMONG
from experiments.validation.laws import (
    Law,
    Values,
    crps,
    dispersion_of,
    log_score,
    negative_binomial,
    poisson,
    sampled,
)
from experiments.validation.of_works import COUNTED
from experiments.validation.of_years import in_year
from experiments.validation.replicates import Replicates

_ADDED = 0.5
Fit = Callable[[Values, Sequence[int], Sequence[int]], list[Law]]


@dataclass(frozen=True)
class Score:
    """Mean scores of a forecast of some counts; less is better."""

    name: str
    crps: float
    log: float

    @classmethod
    def of(cls, name: str, laws: Sequence[Law], counts: Values) -> "Score":
        """Of a law for each count."""
        pairs = list(zip(laws, counts.tolist(), strict=True))
        return cls(
            name,
            float(np.mean([crps(law, count) for law, count in pairs])),
            float(np.mean([log_score(law, count) for law, count in pairs])),
        )


class ScoreFigures(TypedDict):
    """Mean scores of a forecast, as plain values."""

    crps: float
    log: float


class ScoredFigures(TypedDict):
    """Scores of several forecasts, by their names, of the same ``n`` counts."""

    n: int
    scores: dict[str, ScoreFigures]


@dataclass(frozen=True)
class Scored:
    """Scores of several forecasts of the same ``n`` counts."""

    of: str
    n: int
    scores: tuple[Score, ...]

    @property
    def plain(self) -> ScoredFigures:
        """As plain values."""
        scores = {each.name: ScoreFigures(crps=each.crps, log=each.log) for each in self.scores}
        return ScoredFigures(n=self.n, scores=scores)


def rate(counts: Values) -> float:
    """Crossings a period, half a one added to their sum."""
    return (float(counts.sum()) + _ADDED) / max(len(counts), 1)


def as_poisson(counts: Values, groups: Sequence[int], wanted: Sequence[int]) -> list[Law]:
    """One rate for all, whatever their season: a law for each that is ``wanted``, by its group."""
    return [poisson(rate(counts))] * len(wanted)


def with_season(counts: Values, groups: Sequence[int], wanted: Sequence[int]) -> list[Law]:
    """A rate a group and one dispersion; a group of which nothing is known has the rate of all."""
    its = np.array(groups)
    rates = {group: rate(counts[its == group]) for group in set(groups)}
    dispersion = dispersion_of(counts, np.array([rates[group] for group in groups]))
    return [negative_binomial(rates.get(group, rate(counts)), dispersion) for group in wanted]


REFERENCES: Mapping[str, Fit] = {"Poisson": as_poisson, "negative binomial with season": with_season}


def season(months: Sequence[int]) -> list[int]:
    """The season of calendar months: 0 for January to March, when nobody works."""
    return [int(month not in OFF_SEASON) for month in months]


def scored(replicates: Replicates, record: Record) -> list[Scored]:
    """Of the months counted, and of the years of the ministry's list, where the record has them all."""
    found = []
    months = by_month(record)
    if len(months) == MONTHS and months[0].period.first == COUNTED.first:
        laws = [sampled(replicates.row(f"m_{k}")) for k in range(MONTHS)]
        counts = np.array([record.of_count(each).best for each in months])
        groups = season([each.period.first.month for each in months])
        found.append(_beside("months", laws, counts, groups))
    if (years := _years(record)) is not None:
        laws = [sampled(in_year(replicates, year)) for year in BUSY_AMONG]
        found.append(_beside("years 2010-14", laws, years, [0] * len(years)))
    return found


def _years(record: Record) -> Values | None:
    """Crossings of each of these years, if the counts leave no other reading."""
    counts = {each.key: each.count.best for each in record.counts}
    quiet, busy = counts.get("crossings 2010-01 2013-12"), counts.get("crossings 2014-01 2014-12")
    return np.array([0.0] * (len(BUSY_AMONG) - 1) + [busy]) if quiet == 0.0 and busy is not None else None


def _beside(of: str, laws: Sequence[Law], counts: Values, groups: Sequence[int]) -> Scored:
    scores = [Score.of("the model", laws, counts)]
    for name, fit in REFERENCES.items():
        if len(set(groups)) == 1:
            name = name.removesuffix(" with season")
        scores.append(Score.of(name, fit(counts, groups, groups), counts))
        others = [
            fit(np.delete(counts, i), [g for j, g in enumerate(groups) if j != i], [group])[0]
            for i, group in enumerate(groups)
        ]
        scores.append(Score.of(f"{name}, by the others", others, counts))
    return Scored(of, len(counts), tuple(scores))
