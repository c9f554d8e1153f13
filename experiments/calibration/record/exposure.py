"""What a count was exposed to: months, years of posts, days of parties at work."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from experiments.calibration.record.facts import prior
from experiments.calibration.record.period import Period, months
from experiments.calibration.record.quantity import Quantity

# FACTS: guard posts inside the zone before 2018: about 60 (south), about 160 (north); 11 a side
# withdrawn in 2018, restored since late 2023. Whole years between count as withdrawn.
POSTS = {"north": 160.0, "south": 60.0}
WITHDRAWN, WITHDRAWN_IN = 11.0, Period(date(2019, 1, 1), date(2023, 12, 31))
POSTS_SOURCE = "FACTS: guard posts inside the zone"
SEASON_MONTHS = 9.0  # April to December, of which priors.csv: work_season says how many were worked


@dataclass(frozen=True)
class ExposedAmount:
    """How much of what: ``amount`` in ``unit``, and the sources of what is not of the record."""

    amount: Quantity
    unit: str
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


def in_months(periods: Collection[Period]) -> ExposedAmount:
    """Calendar months of periods."""
    return ExposedAmount(Quantity.exactly(months(periods)), "months")


def in_years(periods: Collection[Period]) -> ExposedAmount:
    """Calendar months of periods by twelve."""
    return ExposedAmount(Quantity.exactly(months(periods) / 12.0), "years")


def of_cases(cases: Collection[object], of: str) -> ExposedAmount:
    """A number of cases."""
    return ExposedAmount(Quantity.exactly(float(len(cases))), of)


def in_post_years(side: str, periods: Collection[Period]) -> ExposedAmount:
    """Years of the posts of one side, less those withdrawn.

    Low: withdrawn from 2018 on and never back; high: none ever was.
    """
    away = [
        months(piece for each in periods for piece in _shared(each, span)) / 12.0
        for span in (Period(date(2018, 1, 1), date.max), WITHDRAWN_IN)
    ]
    full = POSTS[side] * months(periods) / 12.0
    amount = Quantity(full - WITHDRAWN * away[0], full - WITHDRAWN * away[1], full)
    return ExposedAmount(amount, f"post-years of the {side}", (POSTS_SOURCE,))


def in_party_days(period: Period) -> ExposedAmount:
    """Days on which a site of the north was at work, over all sites, a day of the usual hours.

    Sites at a time, months of the season and hours a day are those of priors.csv, ends by ends, so
    that the interval is a wide one. A site can hold several parties: the men of ``work_men`` in
    parties of 25 would make some eight times as many.
    """
    sites, season, hours = (prior(name) for name in ("work_sites", "work_season", "work_hours"))
    worked = season.value / SEASON_MONTHS * Quantity.exactly(float(period.days))
    amount = sites.value * worked * (hours.value / hours.value.best)
    return ExposedAmount(amount, "party-days", tuple(each.ref for each in (sites, season, hours)))


def _shared(period: Period, span: Period) -> tuple[Period, ...]:
    if not period.meets(span):
        return ()
    return (Period(max(period.first, span.first), min(period.last, span.last)),)
