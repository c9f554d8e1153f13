"""What a calibration fits: statistics of the record in the words of a row of the table."""

from collections.abc import Mapping

import numpy as np

from experiments.calibration.posterior import Target, YearCount
from experiments.calibration.record.catalogue import statistics
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic
from experiments.calibration.simulate import NAMED

# A summary of the table's rows, and the statistic that it is held against.
HELD_AGAINST: Mapping[str, str] = {
    "total": "recorded_crossings",
    "months_with_any": "months_with_crossings",
    "largest_month": "largest_month",
    "winter": "crossings_off_season",
    "map_gap": "map_gap",
}
YEARS = ("crossings 2010 to 2013", "crossings 2014")  # of the ministry's list, without works
_TABLE_MONTHS = 11.0  # of a row's year without works
_FOUR_STEPS = 2024  # FACTS: the south's rule since June of that year


def target_of(record: Record) -> Target:
    """What the record has of a row's summaries; what it has not is not fitted.

    Raises ``ValueError`` where it has no count of crossings, without which nothing can be fitted.
    """
    target = told_by(record)
    if "total" not in target.summaries:
        raise ValueError("a calibration needs recorded crossings by month")
    return target


def told_by(record: Record) -> Target:
    """The same, also where nobody tells how many crossings there were."""
    found = statistics(record)
    summaries = {
        name: float(found[statistic].value.best)
        for name, statistic in HELD_AGAINST.items()
        if statistic in found
    }
    return Target(summaries | _of_parties(found) | _of_times(record), tuple(_years(found)))


def _of_parties(found: Mapping[str, Statistic]) -> dict[str, float]:
    summaries: dict[str, float] = {}
    if depth := found.get("depth_shot_at"):
        depths = [float(each.best) for _, each in depth.cases]
        summaries |= {"depth_median": float(np.median(depths)), "depth_least": min(depths)}
    if (works := found.get("work_parties_shot_at")) and works.value.best:
        summaries["work_share"] = float(works.value.best) / float(works.exposures[0].amount.best)
    if named := found.get("counties_named"):
        elsewhere = sum(float(least.low) for county, least in named.cases if county not in NAMED)
        summaries["named_share"] = 1.0 - elsewhere / float(named.exposures[0].amount.best)
    return summaries


def _of_times(record: Record) -> dict[str, float]:
    """Median minutes from the first sight or the line to warning shots, of the parties before four steps."""
    waits = [
        each.minutes.best
        for each in record.times
        if each.trigger == "party"
        and each.what == "first_shots"
        and each.clock in ("seen", "start")
        and each.minutes is not None
        and each.censored in ("none", "interval")
        and int(each.id[1:5]) < _FOUR_STEPS
    ]
    return {"wait_2014": float(np.median(waits))} if waits else {}


def _years(found: Mapping[str, Statistic]) -> list[YearCount]:
    years = []
    for name in YEARS:
        if name in found:
            months = float(found[name].exposures[0].amount.best)
            years += [
                YearCount(round(float(found[name].value.best) / (months / 12.0)), 12.0 / _TABLE_MONTHS)
            ] * round(months / 12.0)
    return years
