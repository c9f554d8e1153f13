"""Replicates: histories as tables, from which a statistic of the record is counted anew in each."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.calibration.record.period import Period
from experiments.calibration.record.publication import Filter
from experiments.store.piecewise import KEY, Tables
from experiments.validation.calendars import BUSY_AMONG
from sim.constants import KM
from sim.world.geography import LENGTH_M, SECTORS, sector

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Replicates:
    """``n`` histories, with a draw each of how likely a crossing is told of singly at all, and at the time.

    Where a history has nothing that a statistic can be reckoned of, it has nan.
    """

    tables: Tables
    n: int
    told: Filter
    at_the_time: Filter
    seed: int

    @cached_property
    def crossings(self) -> pd.DataFrame:
        """Crossings that the south recorded, with those that joined them."""
        found = _dated(self.tables["crossings"])
        sectors = sector(found["s_km"].to_numpy(float) * KM, LENGTH_M)
        return found.assign(sector=[SECTORS[i] for i in sectors])

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """All incidents of the years played."""
        return _dated(self.tables["incidents"])

    @cached_property
    def warned(self) -> pd.DataFrame:
        """Incidents in which warning shots fell on a party that the south saw over its line."""
        its = self.incidents
        return its[
            (its["begun_by"] == "violation") & (its["perceived_by"] == "south") & (its["warning_volleys"] > 0)
        ]

    def row(self, name: str) -> Values:
        """A sum of the table's rows, (n,)."""
        rows = self.tables["rows"].set_index(KEY)
        return rows[name].reindex(range(self.n)).to_numpy(float)

    def run(self, first: str, name: str) -> Values:
        """A figure of the run that begins on a day, (n,)."""
        runs = self.tables["runs"]
        return runs[runs["first"] == first].set_index(KEY)[name].reindex(range(self.n)).to_numpy(float)

    def count(self, table: pd.DataFrame) -> Values:
        """How many rows of a table each history has, (n,)."""
        return np.bincount(table[KEY].to_numpy(int), minlength=self.n).astype(float)

    def luck(self, *of: int) -> np.random.Generator:
        """Luck of its own for what ``of`` numbers."""
        return np.random.default_rng([self.seed, 29, *of])

    def reduced(self, table: pd.DataFrame, column: str, reduce: Callable[[Values], float]) -> Values:
        """What a column of each history's rows comes to, (n,)."""
        found = np.full(self.n, np.nan)
        for k, values in table.groupby(KEY)[column]:
            known = values.dropna().to_numpy(float)
            if known.size:
                found[int(str(k))] = reduce(known)
        return found

    def picked(
        self, table: pd.DataFrame, column: str, cases: int, reduce: Callable[[Values], float], number: int
    ) -> Values:
        """The same of so many ``cases`` drawn from each, as the record knows no more, (n,)."""
        luck = self.luck(number)
        return self.reduced(table, column, lambda known: reduce(luck.choice(known, cases)))

    def thinned(self, counts: Values, chance: Values, number: int) -> Values:
        """How many of these were told of, each with this chance, (n,)."""
        return self.luck(number).binomial(counts.astype(int), chance).astype(float)

    @cached_property
    def chances(self) -> tuple[Values, Values]:
        """Chance that a crossing with warning shots, and one without, is ever told of singly, (n,) each."""
        return self.told.published(self.n, self.seed)

    @cached_property
    def chances_at_the_time(self) -> tuple[Values, Values]:
        """The same within three days, (n,) each."""
        return self.at_the_time.published(self.n, self.seed)

    @cached_property
    def busiest(self) -> NDArray[np.int64]:
        """The year of the ministry's list with most recorded crossings, 0 where none had two, (n,)."""
        years = np.array(BUSY_AMONG)
        counts = np.column_stack([self.count(within(self.crossings, [_year(year)])) for year in years])
        return np.where(counts.max(axis=1) >= _BUSY, years[counts.argmax(axis=1)], 0)

    def of_busiest(self, of_year: Callable[[int], Values]) -> Values:
        """What the busiest of these years has, (n,)."""
        found = np.full(self.n, np.nan)
        for year in BUSY_AMONG:
            mine = self.busiest == year
            if mine.any():
                found[mine] = of_year(year)[mine]
        return found


_BUSY = 2  # crossings of a year that is called busy: the record's 2014 had two to five


def within(table: pd.DataFrame, periods: Collection[Period]) -> pd.DataFrame:
    """The rows that opened in these periods."""
    day = table["day"]
    flags = np.zeros(len(table), bool)
    for each in periods:
        flags |= ((day >= pd.Timestamp(each.first)) & (day <= pd.Timestamp(each.last))).to_numpy()
    return table[flags]


def _year(year: int) -> Period:
    return Period.of(f"{year}-01", f"{year}-12")


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(day=pd.to_datetime(table["opened"]).dt.normalize())
