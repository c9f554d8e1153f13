"""Checks of minutes: each told case against one incident of each history, under the rule of its year."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from experiments.calibration.record.record import Record
from experiments.calibration.record.rules import steps_on
from experiments.calibration.record.times import Time
from experiments.validation.calendars import PLAYED, WORKS
from experiments.validation.check import FITTED, OUT, Bound, Check, Values
from experiments.validation.replicates import Replicates, within


class _Clock(NamedTuple):
    """What is told, and the columns of an incident between which it lies; nothing for the opening."""

    words: str
    since: str
    until: str


_BROADCAST, _SHOTS, _LEAVING = "to_broadcast_minutes", "to_shots_minutes", "to_leaving_minutes"
_CLOCKS: Mapping[tuple[str, str], _Clock] = {
    ("seen", "first_broadcast"): _Clock("first sight to broadcast", "", _BROADCAST),
    ("start", "first_broadcast"): _Clock("the line to broadcast", "", _BROADCAST),
    ("seen", "first_shots"): _Clock("first sight to shots", "", _SHOTS),
    ("start", "first_shots"): _Clock("the line to shots", "", _SHOTS),
    ("first_broadcast", "first_shots"): _Clock("broadcast to shots", _BROADCAST, _SHOTS),
    ("first_shots", "left"): _Clock("shots to leaving", _SHOTS, _LEAVING),
    ("start", "left"): _Clock("the line to leaving", "", _LEAVING),
}
_BOUNDS: Mapping[str, Bound] = {"at_least": "at least", "at_most": "at most"}
_NUMBER = 1000  # of the luck by which the first case has its incidents


def time_checks(record: Record) -> Iterator[Check]:
    """Of all cases of parties whose clock an incident has, where somebody saw the time."""
    for number, case in enumerate(record.times, start=_NUMBER):
        clock = _CLOCKS.get((case.clock, case.what))
        if case.trigger == "party" and clock is not None and case.minutes is not None:
            yield Check(
                f"time:{case.id} {case.clock} {case.what}",
                f"{clock.words}, {_day(case)}",
                "min",
                "times",
                FITTED if _is_fitted(case) else OUT,
                case.minutes,
                partial(_minutes, steps=case.steps, clock=clock, number=number),
                f"{case.activity} party, {case.steps}",
                _BOUNDS.get(case.censored, "told"),
            )


def _day(case: Time) -> str:
    return f"{case.id[1:5]}-{case.id[5:7]}-{case.id[7:9]}"


def _is_fitted(case: Time) -> bool:
    """Whether it is one of the waits to warning shots whose middle is fitted (``targets.py``)."""
    waits = case.what == "first_shots" and case.clock in ("seen", "start")
    return waits and case.censored in ("none", "interval") and int(case.id[1:5]) < WORKS.period.first.year


def _minutes(replicates: Replicates, steps: str, clock: _Clock, number: int) -> Values:
    """Of an incident with warning shots drawn from each history, of the years with this rule of steps."""
    its = within(replicates.warned, [each for each in PLAYED if steps_on(each.last) == steps])
    minutes = its[clock.until] - (its[clock.since] if clock.since else 0.0)
    return replicates.picked(its.assign(told=minutes), "told", 1, lambda picked: float(picked[0]), number)
