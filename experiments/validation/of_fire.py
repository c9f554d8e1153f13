"""Checks of shots, fire and mines: warning shots and their answers, rounds at posts, blasts at work."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from experiments.calibration.record.fire import BEGINNINGS
from experiments.calibration.record.period import Period, months
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.statistic import Statistic
from experiments.validation.calendars import is_played
from experiments.validation.check import APART, OUT, Check, Count, Found, Values, begun_with
from experiments.validation.of_works import COUNTED, shot_at
from experiments.validation.replicates import Replicates, within

_LAST_DECADE = date(2016, 1, 1)  # rates.py: a history has the last decade's rate of the north's stray rounds
_BEGUN: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "": lambda its: its["begun_by"] != "",
    BEGINNINGS[0]: lambda its: its["begun_by"] == "stray_shot",
    BEGINNINGS[1]: lambda its: its["begun_by"] == "violation",
    BEGINNINGS[2]: lambda its: ~its["begun_by"].isin(["stray_shot", "violation"]),
}
_NO_SUCH = {BEGINNINGS[2]: "; the record's one began with leaflets, which the model does not have"}


def fire_checks(found: Found) -> Iterator[Check]:
    """Of all that was fired, and of mines."""
    yield from _warning_shots(found)
    for suffix in (" before works", " with works"):
        for how in _BEGUN:
            name = f"answered_fire{'_' * bool(how)}{how}{suffix}"
            if name in found and is_played(found[name].periods):
                yield _answered_fire(found[name], how, suffix)
    for name, hit, title in (
        ("rounds_at_posts", "south", "the north's rounds at posts"),
        ("discharges_south", "north", "the south's discharges, published"),
    ):
        if name in found and is_played(found[name].periods):
            yield from _strays(found[name], hit, title, found.get(f"{name}_answered"))
    for each in begun_with(found, "mine_blasts_north"):
        if is_played(each.periods):
            yield _blasts(each)


def _answered(incidents: pd.DataFrame) -> pd.DataFrame:
    return incidents[incidents["answered"]]


def _warning_shots(found: Found) -> Iterator[Check]:
    if each := found.get("warning_shots_answered"):
        title, note = "crossings with warning shots, told", "through the publication filter"
        yield Check(
            f"{each.name}: told", title, "crossings", "fire", OUT, each.exposure, _told_of_works, note
        )
        title, note = "crossings answered by aimed fire", "June 2024 to October 2025"
        yield Check(
            each.name, title, "incidents", "fire", APART, each.value, lambda r: _of(r, [COUNTED])[0], note
        )
    each = found.get("warning_shots_answered since 1996")
    if each is not None and is_played(each.periods):
        periods, share = each.periods, each.value / each.exposure.best
        title, note = "incidents with warning shots, told", "since 1996, through the publication filter"
        told = each.exposure
        yield Check(
            f"{each.name}: told", title, "incidents", "fire", OUT, told, lambda r: _of(r, periods)[1], note
        )
        title, note = "incidents answered by aimed fire", "since 1996; answered ones are all told"
        yield Check(
            each.name, title, "incidents", "fire", APART, each.value, lambda r: _of(r, periods)[0], note
        )
        title = "warning shots answered, share of those told"
        yield Check(
            f"{each.name}: share",
            title,
            "share",
            "fire",
            APART,
            share,
            lambda r: _share(*_of(r, periods)),
            note,
        )


def _told_of_works(replicates: Replicates) -> Values:
    return replicates.thinned(replicates.count(shot_at(replicates, COUNTED)), replicates.chances[0], 6)


def _of(replicates: Replicates, periods: Sequence[Period]) -> tuple[Values, Values]:
    """Incidents with warning shots: answered ones, and all that are told of, among which these are."""
    its = within(replicates.warned, periods)
    answered = replicates.count(_answered(its))
    return answered, answered + replicates.thinned(replicates.count(its) - answered, replicates.chances[0], 7)


def _share(part: Values, of: Values) -> Values:
    return np.where(of > 0, part / np.maximum(of, 1.0), np.nan)


def _answered_fire(each: Statistic, how: str, suffix: str) -> Check:
    years = months(each.periods) / 12.0

    def of(replicates: Replicates) -> Values:
        its = _answered(within(replicates.incidents, each.periods))
        return replicates.count(its[_BEGUN[how](its)]) / years

    title = f"answered fire a year{' ' * bool(how)}{how.replace('_', ' ')},{suffix}"
    note = f"{each.value} in {years:.1f} years{_NO_SUCH.get(how, '')}"
    return Check(each.name, title, "a year", "fire", OUT, each.value / years, of, note)


def _rounds(replicates: Replicates, hit: str, periods: Sequence[Period]) -> pd.DataFrame:
    its = within(replicates.incidents, periods)
    return its[(its["begun_by"] == "stray_shot") & (its["perceived_by"] == hit)]


def _strays(each: Statistic, hit: str, title: str, answered: Statistic | None) -> Iterator[Check]:
    def number(periods: Sequence[Period]) -> Count:
        return lambda r: r.count(_rounds(r, hit, periods))

    note = f"in {months(each.periods) / 12.0:.1f} years"
    yield Check(each.name, title, "incidents", "fire", APART, each.value, number(each.periods), note)
    if answered is not None:

        def share(replicates: Replicates) -> Values:
            its = _rounds(replicates, hit, each.periods)
            return _share(replicates.count(_answered(its)), replicates.count(its))

        value, note = answered.value / answered.exposure.best, f"{answered.value} of {answered.exposure}"
        yield Check(answered.name, f"{title}: answered", "share", "fire", APART, value, share, note)
    late = tuple(piece for piece in each.periods if piece.first >= _LAST_DECADE)
    if hit == "south" and late:
        dated = [int(ref[1:5]) for ref in each.rests_on if ref[:1] == "M" and ref[1:5].isdecimal()]
        value = Quantity.exactly(float(sum(year >= _LAST_DECADE.year for year in dated)))
        note = "the decade whose rate a history has"
        name = f"{each.name}: last decade"
        yield Check(name, f"{title}, since 2016", "incidents", "fire", APART, value, number(late), note)


def _blasts(each: Statistic) -> Check:
    last = each.periods[-1].last

    def of(replicates: Replicates) -> Values:
        its = within(replicates.incidents, each.periods)
        return replicates.count(its[(its["begun_by"] == "mine_strike") & (its["subject"] == "work_party")])

    title = f"blasts at work, to {last.day} {last:%B %Y}"
    return Check(
        each.name, title, "blasts", "fire", APART, each.value, of, "from April 2024, the north's parties"
    )
