"""Checks of years without works: how quiet they are, and what a busy one has."""

from collections.abc import Iterator

import numpy as np

from experiments.calibration.record.crossings import CROSSINGS
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.statistic import Statistic
from experiments.calibration.targets import YEARS
from experiments.validation.calendars import BUSY_AMONG, PLAYED, WORKS, is_played
from experiments.validation.check import APART, FITTED, OUT, Check, Found, Values, begun_with
from experiments.validation.of_works import COUNTED, shot_at
from experiments.validation.replicates import Replicates, within

_BEFORE_WORKS = tuple(each for each in PLAYED if each != WORKS.period)
_TOLD = ("1996-01 to 1996-05", "1998-07 to 2001-09")  # periods that the press chose by what happened in them


def year_checks(found: Found) -> Iterator[Check]:
    """Of all that is told of the time before the works."""
    for each in begun_with(found, f"{CROSSINGS} "):
        if is_played(each.periods) and not COUNTED.holds(each.periods[0]):
            yield _crossings(each)
    if all(name in found for name in YEARS):
        quiet = Quantity.exactly(float(_QUIET if found[YEARS[0]].value.best == 0.0 else 0.0))
        title, note = "years of 2010-14 without any", "of five"
        yield Check("quiet_years", title, "years", "years", FITTED, quiet, _quiet_years, note)
    yield from _busy_year(found)
    for name, column, title, unit, number in (
        ("depth_shot_at", "depth_m", "middle depth, shot at, before works", "m", 4),
        ("group_shot_at", "persons", "persons, middle party, before works", "persons", 5),
    ):
        if name in found and f"{name} since 1996" in found:
            yield from _old_cases(found[f"{name} since 1996"], found[name], column, title, unit, number)


_QUIET = len(BUSY_AMONG) - 1


def _crossings(each: Statistic) -> Check:
    span = each.name.removeprefix(f"{CROSSINGS} ")
    use = FITTED if each.name in YEARS else OUT
    note = "a period told because of what happened in it" if span in _TOLD else ""
    title = f"crossings {span}"

    def of(replicates: Replicates) -> Values:
        return replicates.count(within(replicates.crossings, each.periods))

    return Check(each.name, title, "crossings", "years", use, each.value, of, note)


def in_year(replicates: Replicates, year: int) -> Values:
    """Crossings recorded in a calendar year, of each history."""
    return replicates.count(within(replicates.crossings, [Period.of(f"{year}-01", f"{year}-12")]))


def _quiet_years(replicates: Replicates) -> Values:
    counts = [in_year(replicates, year) for year in BUSY_AMONG]
    return np.asarray((np.column_stack(counts) == 0).sum(axis=1), float)


def _busy_year(found: Found) -> Iterator[Check]:
    note = "of the busiest of 2010-14, in histories where it has two crossings or more"
    for each in begun_with(found, "warning_shots_events 2013"):
        title = "incidents with warning shots, 2013"
        yield Check(each.name, title, "incidents", "years", OUT, each.value, lambda r: _warned(r, 2013))
    shots = begun_with(found, "warning_shots_events 2014-01 ")
    broadcasts = begun_with(found, "warning_broadcasts 2014-01 ")
    for each in shots:
        title = "incidents with warning shots, a busy year"
        yield Check(
            each.name,
            title,
            "incidents",
            "years",
            OUT,
            each.value,
            lambda r: r.of_busiest(lambda year: _warned(r, year)),
            note,
        )
    for each in broadcasts:
        title = "broadcasts at an approach, a busy year"
        yield Check(
            each.name,
            title,
            "broadcasts",
            "years",
            APART,
            each.value,
            lambda r: r.of_busiest(lambda year: _approaches(r, year)),
            note,
        )
    for each, of in zip(shots, broadcasts, strict=False):
        share, title = each.value / of.value.best, "broadcasts that went on to shots, a busy year"
        yield Check(
            f"{each.name}: share",
            title,
            "share",
            "years",
            OUT,
            share,
            lambda r: r.of_busiest(lambda year: _went_on(r, year)),
            note,
        )


def _eleven_months(year: int) -> Period:
    return Period.of(f"{year}-01", f"{year}-11")


def _warned(replicates: Replicates, year: int) -> Values:
    return replicates.count(within(replicates.warned, [_eleven_months(year)]))


def _approaches(replicates: Replicates, year: int) -> Values:
    """Of the whole year, brought to eleven months: the runs do not date them."""
    return replicates.run(f"{year}-01-01", "approach_broadcasts_south") * _eleven_months(year).years


def _went_on(replicates: Replicates, year: int) -> Values:
    its = within(replicates.incidents, [_eleven_months(year)])
    its = its[(its["begun_by"] == "violation") & (its["broadcasts"] > 0)]
    occasions = _approaches(replicates, year) + replicates.count(its)
    return np.where(occasions > 0, _warned(replicates, year) / np.maximum(occasions, 1.0), np.nan)


def _old_cases(
    whole: Statistic, late: Statistic, column: str, title: str, unit: str, number: int
) -> Iterator[Check]:
    """The middle one of the cases that are not of the months counted."""
    known = {name for name, _ in late.cases}
    old = [value for name, value in whole.cases if name not in known]
    if not old:
        return
    ends = (float(np.median([getattr(value, end) for value in old])) for end in ("low", "best", "high"))

    def of(replicates: Replicates) -> Values:
        its = shot_at(replicates, *_BEFORE_WORKS)
        return replicates.picked(its, column, len(old), np.median, number)

    yield Check(whole.name, title, unit, "years", OUT, Quantity(*ends), of, f"of {len(old)} told since 1996")
