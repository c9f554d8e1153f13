"""Checks of the months of the works: how many crossings, when, by whom, where."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from experiments.calibration.record.crossings import by_month
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.record import Record
from experiments.calibration.simulate import MONTHS, NAMED, PICKED_PARTIES, WORKS_FROM
from experiments.statistics.intervals import dispersion
from experiments.store.piecewise import KEY
from experiments.validation.calendars import WORKS, is_played
from experiments.validation.check import APART, FITTED, OUT, Check, Count, Found, Values, begun_with
from experiments.validation.replicates import Replicates, within

COUNTED = Period(WORKS_FROM.date(), WORKS.period.last)  # crossings count from here
_ROWS = {  # statistics that the fit has, and their sums in a row of the table
    "recorded_crossings": ("recorded crossings", "crossings", "total"),
    "months_with_crossings": ("months with any", "months", "months_with_any"),
    "largest_month": ("the largest month", "crossings", "largest_month"),
    "crossings_off_season": ("January to March 2025", "crossings", "winter"),
    "map_gap": ("map gap", "share", "map_gap"),
}


def works_checks(found: Found) -> Iterator[Check]:
    """Of statistics of just these months; the map gap has none."""
    ours = {name: each for name, each in found.items() if not each.periods or COUNTED.holds(each.periods[0])}
    for name, (title, unit, row) in _ROWS.items():
        if name in ours:
            value, note = ours[name].value, ours[name].note
            yield Check(name, title, unit, "works", FITTED, value, _of_row(row), note)
    yield from _parties(ours)
    yield from _places(ours)
    if each := ours.get("variance_over_mean"):
        title, note = "variance / mean of months", "follows nearly from what is fitted"
        yield Check(each.name, title, "ratio", "works", OUT, each.value, _spread, note)
    for name, title, of in (
        ("told_singly", "told of singly", _told_singly),
        ("published_at_the_time", "public within three days", _public),
    ):
        for each in begun_with(ours, f"{name} "):
            if each.periods == (COUNTED,):
                note = f"of {each.exposure} recorded; the filter is fitted to it"
                yield Check(each.name, title, "crossings", "works", APART, each.value, of, note)


def month_checks(record: Record) -> Iterator[Check]:
    """Each month of which an office counted crossings."""
    for count in by_month(record):
        if is_played((count.period,)):
            value, note = record.of_count(count), "fitted in sum"

            def of(replicates: Replicates, month: Period = count.period) -> Values:
                return replicates.count(within(replicates.crossings, [month]))

            yield Check(
                f"month:{count.period}", str(count.period), "crossings", "months", FITTED, value, of, note
            )


def shot_at(replicates: Replicates, *periods: Period) -> pd.DataFrame:
    """Crossings of these periods on which warning shots fell."""
    its = within(replicates.crossings, periods)
    return its[its["warning_volleys"] > 0]


def _of_row(name: str) -> Count:
    return lambda replicates: replicates.row(name)


def _parties(found: Found) -> Iterator[Check]:
    if each := found.get("depth_shot_at"):
        depths, note = [value for _, value in each.cases], f"of {len(each.cases)} told"
        least = min(depths, key=lambda value: value.best)
        for suffix, word, value in (("", "middle", each.value), (": least", "least", least)):
            row = _of_row("depth_least" if suffix else "depth_median")
            title = f"{word} depth, shot at"
            yield Check(f"{each.name}{suffix}", title, "m", "works", FITTED, value, row, note)
    if each := found.get("work_parties_shot_at"):
        share, note = each.value / each.exposure.best, f"{each.value} of {PICKED_PARTIES} told"
        title = "work parties, of those shot at"
        yield Check(each.name, title, "share", "works", FITTED, share, _of_row("work_share"), note)
    if each := found.get("group_shot_at"):
        cases = round(each.exposure.best)

        def middle(replicates: Replicates) -> Values:
            return replicates.picked(shot_at(replicates, COUNTED), "persons", cases, np.median, 1)

        title, note = "persons, middle party shot at", f"of {cases} told"
        yield Check(each.name, title, "persons", "works", OUT, each.value, middle, note)


def _places(found: Found) -> Iterator[Check]:
    if each := found.get("counties_named"):
        title = "counties with a crossing"
        yield Check(each.name, title, "counties", "works", OUT, each.value, _counties, "of those told")
        elsewhere = sum(least.low for county, least in each.cases if county not in NAMED)
        share = Quantity.exactly(1.0 - elsewhere / each.exposure.best)
        title, note = "in the five named counties", ", ".join(NAMED)
        yield Check(
            f"{each.name}: share", title, "share", "works", FITTED, share, _of_row("named_share"), note
        )


def _counties(replicates: Replicates) -> Values:
    found = within(replicates.crossings, [COUNTED]).groupby(KEY)["county"].nunique()
    return found.reindex(range(replicates.n), fill_value=0).to_numpy(float)


def _spread(replicates: Replicates) -> Values:
    counts = np.column_stack([replicates.row(f"m_{k}") for k in range(MONTHS)])
    some = counts.sum(axis=1) > 0
    return np.where(some, dispersion(np.where(some[:, None], counts, 1.0)), np.nan)


def _told_singly(replicates: Replicates) -> Values:
    return _published(replicates, replicates.chances, 2)


def _public(replicates: Replicates) -> Values:
    return _published(replicates, replicates.chances_at_the_time, 3)


def _published(replicates: Replicates, chances: tuple[Values, Values], number: int) -> Values:
    """Crossings of which the public hears: each by its chance, with warning shots and without."""
    its = within(replicates.crossings, [COUNTED])
    with_shots = replicates.count(its[its["warning_volleys"] > 0])
    others = replicates.count(its) - with_shots
    return replicates.thinned(with_shots, chances[0], number) + replicates.thinned(
        others, chances[1], 100 + number
    )
