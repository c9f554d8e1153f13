"""The record as it was known on a day: what had happened by then, or what had been published by then."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from experiments.calibration.record.counts import Count
from experiments.calibration.record.incidents import RecordedIncident
from experiments.calibration.record.period import Period
from experiments.calibration.record.record import Record
from sim.constants import DAY

_DATE = re.compile(r"\b(19\d\d|20\d\d)-(\d\d)(?:-(\d\d))?\b")


def happened_by(record: Record, day: date) -> Record:
    """The rows of a record that end by a day, counts as they are known now."""
    return _kept(record, lambda each: each.period.last <= day, lambda each: each.period.last <= day)


def published_by(record: Record, day: date) -> Record:
    """The rows that somebody had published by a day: counts by their sources, cases by their times.

    A count without a date in its sources, and a case without a time of publication, is left out.
    """

    def is_public(each: RecordedIncident) -> bool:
        time = record.time(each.id, "published")
        if time is None or time.minutes is None:
            return False
        return each.period.first + timedelta(days=time.minutes.best / DAY) <= day

    return _kept(record, lambda each: (said := said_on(each)) is not None and said <= day, is_public)


def said_on(count: Count) -> date | None:
    """The first day after its period on which one of its sources is dated; None if none is.

    Of a source that has a month alone it is the last day of it, unless another is of a day in that month.
    """
    days, months = set[date](), set[date]()
    for year, month, day in _DATE.findall(count.sources):
        last = _last_day(f"{year}-{month}{f'-{day}' if day else ''}")
        if last is not None and last >= count.period.last:
            (days if day else months).add(last)
    named = {each for each in months if not any((each.year, each.month) == (d.year, d.month) for d in days)}
    return min(days | named, default=None)


def _last_day(text: str) -> date | None:
    try:
        return Period.of(text).last
    except ValueError:  # figures of an address that are no date
        return None


def _kept(
    record: Record, of_count: Callable[[Count], bool], of_incident: Callable[[RecordedIncident], bool]
) -> Record:
    counts = tuple(each for each in record.counts if of_count(each))
    incidents = tuple(each for each in record.incidents if of_incident(each))
    names = {each.id for each in incidents} | {each.key for each in counts}
    return replace(
        record,
        counts=counts,
        incidents=incidents,
        readings=tuple(each for each in record.readings if each.id in names),
        times=tuple(each for each in record.times if each.id in names),
    )
