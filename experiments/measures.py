"""What is counted in a run, by its name in tables and in ``figures.json``."""

from collections.abc import Mapping, Sequence
from typing import TypeVar, get_args

import pandas as pd

from experiments.statistics.intervals import Events
from sim.constants import DAYS_A_YEAR
from sim.outcome.columns import RUN, Column, Row, Section
from sim.outcome.outcome import CLASH_RUNG

YEAR = DAYS_A_YEAR


def _titles(section: Section) -> dict[str, str]:
    """The measures of a section by their titles; of a pair of columns, one of each side, their sum."""
    own = (column for column in RUN if column.section == section)
    return {_name(column): column.adds or column.title or column.meaning for column in own}


def _name(column: Column) -> str:
    return column.name.rpartition("_")[0] if column.adds else column.name


EXPECTED, CLASHES, LADDER, HAPPENED, CHANCES, CLONED, CONDUCT = map(_titles, get_args(Section))
MEASURES = EXPECTED | CLASHES | LADDER | HAPPENED | CHANCES | CONDUCT
EVERY = MEASURES | CLONED  # and those of clones, where any play
SUMMED = EXPECTED | CHANCES | CLONED  # sums of chances, which no count of events is
# shown of every policy beside what the study estimates, each at 95% and unadjusted
BESIDE = tuple(CLASHES | LADDER | HAPPENED | CHANCES)
BOTH_SIDES = tuple(dict.fromkeys(_name(column) for column in RUN if column.adds))
_NOUNS = {_name(column): column.adds or column.meaning.partition(":")[0] for column in RUN if column.section}


Count = TypeVar("Count", float, pd.Series)  # of a run, or of each run of a table


def noun(measure: str) -> str:
    """What a measure counts, in words that stand by themselves."""
    return _NOUNS[measure]


def headlines(estimate: Sequence[str]) -> list[str]:
    """What tables show of every policy: what is estimated, and clashes with their parts, expected ones
    where such are estimated.
    """
    return list(dict.fromkeys((*estimate, *(EXPECTED if _is_expected(estimate) else CLASHES))))


def rated(estimate: Sequence[str]) -> list[str]:
    """The measures whose rates are told of every arm: the ``headlines``, counted."""
    return list(dict.fromkeys((*map(counted_of, estimate), *CLASHES)))


def told(estimate: Sequence[str]) -> list[str]:
    """All that is told of every policy, the ``headlines`` first."""
    return list(dict.fromkeys((*headlines(estimate), *BESIDE)))


def _is_expected(estimate: Sequence[str]) -> bool:
    return any(name in EXPECTED for name in estimate)


def events_of(measure: str) -> Events:
    """Whether a measure counts events, or sums the chances of them."""
    return "expected" if measure in SUMMED else "counted"


def counted_of(measure: str) -> str:
    """The measure that counts what this one expects; itself where it counts."""
    return measure.removeprefix("expected_").removeprefix("cloned_") if measure in SUMMED else measure


def counted(row: Mapping[str, Count], measure: str) -> Count:
    """The count of a measure in a run's row, added over the sides where the row has it by side."""
    if measure in BOTH_SIDES:
        return row[f"{measure}_north"] + row[f"{measure}_south"]
    return row[measure]


def by_world(runs: pd.DataFrame, *measures: str) -> pd.DataFrame:
    """Events of the measures and exposed ``years``, each summed over a world's runs; by world."""
    found = runs.groupby("world")[[*measures, "days"]].sum()
    return found.assign(years=found.pop("days") / YEAR)


def accidental_clashes(incidents: pd.DataFrame) -> pd.Series:
    """Which incidents are accidental clashes."""
    return incidents["accidental"].astype(bool) & (incidents["rung"] >= CLASH_RUNG)


def with_totals(rows: list[Row] | pd.DataFrame) -> pd.DataFrame:
    """Run rows as a table, with the columns that add both sides."""
    runs = pd.DataFrame(rows)
    return runs.assign(**{name: counted(runs, name) for name in BOTH_SIDES})
