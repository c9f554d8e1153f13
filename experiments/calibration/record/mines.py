"""Mine blasts among the north's parties at work."""

from collections.abc import Iterator
from datetime import date

from experiments.calibration.record.crossings import named, whole_counts
from experiments.calibration.record.exposure import in_months, in_party_days
from experiments.calibration.record.facts import prior
from experiments.calibration.record.fire import WORKS_SINCE
from experiments.calibration.record.period import Period
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic

FIRST_PART = Period(WORKS_SINCE, date(2024, 7, 15))  # priors.csv: mine_strikes: to mid-July


def mine_statistics(record: Record) -> Iterator[Statistic]:
    """Blasts over the first months of the works, and as counts.csv has them, by party-days."""
    fact, name = prior("mine_strikes"), "mine_blasts_north"
    counts, observed = whole_counts(record, name), FIRST_PART.without(record.unobserved)
    if observed == (FIRST_PART,) and all(each.period != FIRST_PART for each in counts):
        exposures = [in_party_days(FIRST_PART), in_months(observed)]
        yield Statistic.of(f"{name} {FIRST_PART}", "blasts", fact.value, observed, exposures, [fact])
    for count in counts:
        value, periods = record.of_count(count), (count.period,)
        exposures = [in_party_days(count.period), in_months(periods)]
        yield Statistic.of(
            named(record, count), "blasts", value, periods, exposures, [count], note=count.note
        )
