"""A back-test: the model fitted to what was known on a day, and scored on the months that came after.

It needs no new runs: the rows of a calibration's table have their crossings month by month, so that what
they sum up to by a day is known, and what came after it in the same world. An emulator of the sums by that
day gives the posterior of that day; further laws of the same rows, given the unknowns and the crossings so
far, give the months after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd
from scipy import stats

from experiments.calibration.emulator import CountLaw, Emulator, fit, fit_count, with_total
from experiments.calibration.posterior import Target, log_likelihood
from experiments.calibration.record.crossings import OFF_SEASON, by_month
from experiments.calibration.record.publication import crossings
from experiments.calibration.record.record import Record
from experiments.calibration.register import basis
from experiments.calibration.simulate import MONTHS, PICKED_DEPTHS, PICKED_PARTIES
from experiments.calibration.table import FOLDER, PART, deviates_of
from experiments.calibration.targets import told_by
from experiments.store.numbered import kept
from experiments.validation.known import happened_by, published_by
from experiments.validation.laws import Law, Values, added, mixed
from experiments.validation.of_works import COUNTED
from experiments.validation.scores import REFERENCES, Score, season
from sim.documents import BadInput, Mark, Problem

# before the counts of June 2024 to June 2025 came out: until then the public knew of single cases alone
DATES = (date(2024, 9, 30), date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30))
AS_NOW, AS_PUBLISHED = "as now known", "as published by then"
FEWEST_ROWS = 200  # of a table, for an emulator of its sums
_DRAWS = 1 << 15  # of the prior
_KEPT = 1000  # of the posterior, of which forecasts are made
_MOST_CROSSINGS = 100  # until a day, of which a posterior that knows no count may think
_FIRST_DAY = COUNTED.first


@dataclass(frozen=True)
class Forecast:
    """What one forecast said of the months after a day: of their sum, and its scores."""

    name: str
    median: float
    low: float
    high: float
    of_sum: Score
    of_months: Score


class ForecastFigures(TypedDict):
    """A ``Forecast`` as plain values: 5, 50 and 95% of the ``sum``, and its scores."""

    sum: list[float]
    crps_sum: float
    log_sum: float
    crps_months: float
    log_months: float


class BackTestFigures(TypedDict):
    """A ``BackTest`` as plain values, its forecasts by their names."""

    until: str
    by: str
    known: int
    after: int
    months: int
    rows: int
    draws: float
    forecasts: dict[str, ForecastFigures]


@dataclass(frozen=True)
class BackTest:
    """The fit to what was ``known`` on a day, and how it did on the ``after`` crossings of the later months.

    ``rows``: of the table; ``draws``: the effective number of draws of the prior that the posterior rests on.
    """

    until: date
    by: str
    known: int
    after: int
    months: int
    rows: int
    draws: float
    forecasts: tuple[Forecast, ...]

    @property
    def plain(self) -> BackTestFigures:
        """As plain values."""
        return BackTestFigures(
            until=str(self.until),
            by=self.by,
            known=self.known,
            after=self.after,
            months=self.months,
            rows=self.rows,
            draws=self.draws,
            forecasts={
                each.name: ForecastFigures(
                    sum=[each.low, each.median, each.high],
                    crps_sum=each.of_sum.crps,
                    log_sum=each.of_sum.log,
                    crps_months=each.of_months.crps,
                    log_months=each.of_months.log,
                )
                for each in self.forecasts
            },
        )


def rows_in(folder: Path) -> pd.DataFrame:
    """The rows of the table in a calibration's folder; raises ``BadInput`` where they are none to be used."""
    parts = [part for _, part in kept(folder / FOLDER, PART)]
    if not parts:
        _refuse(folder, "no calibration: it has no table of rows (dmz calibrate makes one)")
    rows = pd.concat(parts, ignore_index=True).drop_duplicates("row").sort_values("row", ignore_index=True)
    if not {f"m_{MONTHS - 1}", f"depth_{PICKED_DEPTHS - 1}", f"party_{PICKED_PARTIES - 1}"} <= {
        *rows.columns
    }:
        _refuse(folder, "its rows do not have their months: dmz calibrate plays them anew in an empty folder")
    rows = rows[rows["m_0"].notna()].reset_index(drop=True)
    if len(rows) < FEWEST_ROWS:
        _refuse(folder, f"it has {len(rows)} rows with their months; a back-test needs {FEWEST_ROWS}")
    return rows


def _refuse(folder: Path, message: str) -> None:
    raise BadInput([Problem(Mark(str(folder), 0, 0), "", message=message)])


def back_tests(
    rows: pd.DataFrame, record: Record, seed: int, dates: Sequence[date] = DATES, draws: int = _DRAWS
) -> list[BackTest]:
    """Both variants at each of the dates, for a record that has the months of the table's rows."""
    months = by_month(record)
    if len(months) != MONTHS or months[0].period.first != _FIRST_DAY:
        return []
    counts = np.array([record.of_count(each).best for each in months])
    groups = season([each.period.first.month for each in months])
    x, found = deviates_of(rows), list[BackTest]()
    luck = np.random.default_rng([seed, 31])
    prior = luck.normal(size=(draws, x.shape[1] + 1))
    for day in dates:
        k = sum(each.period.last <= day for each in months)
        emulators = dict[tuple[int, int], Emulator]()
        for by, known in ((AS_NOW, happened_by(record, day)), (AS_PUBLISHED, published_by(record, day))):
            cases = _cases(known)
            if cases not in emulators:
                emulators[cases] = fit(until(rows, k, *cases), x, basis())
            if by == AS_NOW:
                seen, totals = counts[:k], np.full(draws, counts[:k].sum())
                log = log_likelihood(emulators[cases], told_by(known), prior)
            else:
                seen = _told_by_month(known, k)
                totals, log = _of_the_public(emulators[cases], known, prior, int(seen.sum()), luck)
            weights = np.exp(log - log.max())
            weights /= weights.sum()
            picked = luck.choice(draws, _KEPT, p=weights)
            laws = _after(rows, x, k, prior[picked, :-1], totals[picked])
            forecasts = [_forecast("the model", *laws, counts[k:])]
            for name, reference in REFERENCES.items():
                each = reference(seen, groups[:k], groups[k:])
                forecasts.append(_forecast(name, each, added(each), counts[k:]))
            numbers = (round(seen.sum()), round(counts[k:].sum()), MONTHS - k, len(rows))
            effective = float(1.0 / (weights**2).sum())
            found.append(BackTest(day, by, *numbers, effective, tuple(forecasts)))
    return found


def until(rows: pd.DataFrame, months: int, depths: int, parties: int) -> pd.DataFrame:
    """The rows as they would be summed up after so many months, with so many cases told of."""
    by_month_ = rows[[f"m_{i}" for i in range(months)]].to_numpy(float)
    off = [i for i in range(months) if (_FIRST_DAY.month + i - 1) % 12 + 1 in OFF_SEASON]
    picked = rows[[f"depth_{i}" for i in range(depths or PICKED_DEPTHS)]].to_numpy(float)
    at_work = rows[[f"party_{i}" for i in range(parties or PICKED_PARTIES)]].to_numpy(float)
    return rows.assign(
        total=by_month_.sum(axis=1),
        months_with_any=(by_month_ > 0).sum(axis=1).astype(float),
        largest_month=by_month_.max(axis=1),
        winter=by_month_[:, off].sum(axis=1),
        depth_median=np.median(picked, axis=1),
        depth_least=picked.min(axis=1),
        work_share=at_work.mean(axis=1),
    )


def _cases(known: Record) -> tuple[int, int]:
    """How many depths, and parties, of shot-at crossings are told of these months, up to the rows' picks."""
    ours = [each for each in known.told_in([COUNTED]) if each.is_crossing and each.is_shot_at]
    depths = sum(
        each.depth is not None and not ((read := known.reading(each.id, "depth")) and read.is_late)
        for each in ours
    )
    return min(depths, PICKED_DEPTHS), min(len(ours), PICKED_PARTIES)


def _told_by_month(known: Record, months: int) -> Values:
    """Crossings that the public knows of, by month."""
    found = np.zeros(months)
    for each in known.told_in([COUNTED]):
        if each.is_crossing:
            first = each.period.first
            found[(first.year - _FIRST_DAY.year) * 12 + first.month - _FIRST_DAY.month] += 1
    return found


def _without_counts(target: Target) -> Target:
    """What the public knew of cases and years: the months' own counts were not told yet."""
    ours = ("depth_median", "depth_least", "work_share", "map_gap", "wait_2014")
    return Target({name: target.summaries[name] for name in ours if name in target.summaries}, target.years)


def _of_the_public(
    emulator: Emulator, known: Record, prior: Values, told: int, luck: np.random.Generator
) -> tuple[Values, Values]:
    """Crossings until the day, drawn at each row of the prior, and the log likelihood of what was told then.

    Each crossing is told of with a chance that the lists known by then leave open.
    """
    law = emulator.counts["total"]
    shape, mean = 1.0 / law.dispersion, law.mean(emulator.basis.features(prior[:, :-1]))
    totals = np.minimum(luck.negative_binomial(shape, shape / (shape + mean)), _MOST_CROSSINGS).astype(float)
    lists = crossings(known)
    yes = sum(each.is_published is True for each in lists)
    chance = luck.beta(yes + 1.0, len(lists) - yes + 1.0, totals.size)
    log = log_likelihood(emulator, _without_counts(told_by(known)), prior, totals)
    return totals, log + stats.binom.logpmf(told, totals.astype(int), chance)


def _after(rows: pd.DataFrame, x: Values, k: int, at: Values, totals: Values) -> tuple[list[Law], Law]:
    """Laws of each later month and of their sum, at draws of the posterior with their crossings so far."""
    counts = rows[[f"m_{i}" for i in range(MONTHS)]].to_numpy(float)
    so_far, later = counts[:, :k].sum(axis=1), counts[:, k:]
    whole = fit_count(later.sum(axis=1), with_total(basis().features(x), so_far))
    of_sum = _mixed(whole, with_total(basis().features(at), totals))
    laws = [
        _mixed(fit_count(later[:, i], _plain_features(x, so_far)), _plain_features(at, totals))
        for i in range(later.shape[1])
    ]
    return laws, of_sum


def _plain_features(x: Values, totals: Values) -> Values:
    """The deviates without their squares: a month has too few crossings to say more."""
    return with_total(basis().features(x)[:, : basis().linear], totals)


def _mixed(law: CountLaw, phi: Values) -> Law:
    return mixed(law.mean(phi), law.dispersion)


def _forecast(name: str, laws: Sequence[Law], of_sum: Law, counts: Values) -> Forecast:
    below = np.cumsum(of_sum)
    low, median, high = (float(np.searchsorted(below, p)) for p in (0.05, 0.5, 0.95))
    scored = Score.of(name, [of_sum], np.array([counts.sum()]))
    return Forecast(name, median, low, high, scored, Score.of(name, laws, counts))
