"""Stretches of time in whole days, and the part of the record that is kept back."""

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

ALLOWED = "a month as in 2024-06 or a day as in 2024-06-09"
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """From the first to the last day, both included. Raises ValueError if the last comes first."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} before {self.first}")

    @classmethod
    def of(cls, first: str, last: str = "") -> Self:
        """A month or a day, or all from one to another; raises ValueError for what is no date."""
        return cls(_days(first)[0], _days(last or first)[1])

    @property
    def days(self) -> int:
        """Days in it."""
        return (self.last - self.first).days + 1

    @property
    def months(self) -> float:
        """Calendar months in it; of one that is not whole, the share of its days."""
        return sum(
            ((min(self.last, month.last) - max(self.first, month.first)).days + 1) / month.days
            for month in self.by_month()
        )

    @property
    def years(self) -> float:
        """Calendar months by twelve."""
        return self.months / 12.0

    def by_month(self) -> Iterator["Period"]:
        """The calendar months that it touches, whole."""
        year, month = self.first.year, self.first.month
        while (year, month) <= (self.last.year, self.last.month):
            yield Period.of(f"{year:04}-{month:02}")
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def meets(self, other: "Period") -> bool:
        """Whether they share a day."""
        return self.first <= other.last and other.first <= self.last

    def holds(self, other: "Period") -> bool:
        """Whether every day of the other is a day of this one."""
        return self.first <= other.first and other.last <= self.last

    def without(self, gaps: Iterable["Period"]) -> "tuple[Period, ...]":
        """What is left of it when the gaps are cut out, in order."""
        left = [self]
        for gap in gaps:
            left = [piece for each in left for piece in _cut(each, gap)]
        return tuple(left)

    def __str__(self) -> str:
        if self.first == self.last:
            return self.first.isoformat()
        if self.last == date.max:
            return f"{self.first} and later"
        if self.first.day > 1 or self.last.day < calendar.monthrange(self.last.year, self.last.month)[1]:
            return f"{self.first} to {self.last}"
        ends = [f"{self.first:%Y-%m}", f"{self.last:%Y-%m}"]
        if ends[0].endswith("-01") and ends[1].endswith("-12"):
            ends = [each[:4] for each in ends]
        return ends[0] if ends[0] == ends[1] else " to ".join(ends)


# README.md of the record: no row covers these, and that there is none says nothing
HELD_BACK = (
    Period(date(2015, 1, 1), date(2015, 12, 31)),
    Period(date(2021, 1, 1), date(2021, 12, 31)),
    Period(date(2025, 11, 1), date.max),
)


def months(periods: Iterable[Period]) -> float:
    """Calendar months in all of them."""
    return sum(each.months for each in periods)


def _days(text: str) -> tuple[date, date]:
    """The first and the last day of a month, or the day twice."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month = int(found[1]), int(found[2])
    if found[3]:
        return (day := date(year, month, int(found[3]))), day
    first = date(year, month, 1)
    return first, first.replace(day=calendar.monthrange(year, month)[1])


def _cut(period: Period, gap: Period) -> Iterator[Period]:
    if not period.meets(gap):
        yield period
        return
    if period.first < gap.first:
        yield Period(period.first, gap.first - _DAY)
    if gap.last < period.last:
        yield Period(gap.last + _DAY, period.last)
