"""Fire across the line: what was answered, how it began, and rounds that nobody answered."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from experiments.calibration.record.exposure import in_post_years, in_years, of_cases
from experiments.calibration.record.incidents import RecordedIncident
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic

FIRE_SINCE = date(2000, 1, 1)  # from here on the press was searched for answered fire
DISCHARGES_SINCE = date(2010, 1, 1)  # priors.csv: stray_rate
WORKS_SINCE = date(2024, 4, 1)  # priors.csv: work_season
BEGINNINGS = ("by_rounds_at_a_post", "by_a_party", "otherwise")


def beginning(incident: RecordedIncident) -> str:
    """How answered fire began: by rounds at a post without a crossing, by a party that crossed or
    met warning shots, or otherwise.
    """
    if incident.kind == "guard_post_shooting":
        return BEGINNINGS[0]
    return BEGINNINGS[1] if incident.is_crossing or incident.is_shot_at else BEGINNINGS[2]


def fire_statistics(record: Record) -> Iterator[Statistic]:
    """Answered fire by its beginning, with and without works; rounds at posts; discharges."""
    until = WORKS_SINCE - timedelta(days=1)
    spans = {
        "": record.observed(FIRE_SINCE),
        " before works": record.observed(FIRE_SINCE, until),
        " with works": record.observed(WORKS_SINCE),
    }
    for suffix, periods in spans.items():
        if periods:
            yield from _answered(record, periods, suffix)
    yield from _at_posts(record, record.observed(FIRE_SINCE))
    yield from _discharges(record, record.observed(DISCHARGES_SINCE))


def _answered(record: Record, periods: tuple[Period, ...], suffix: str) -> Iterator[Statistic]:
    fire = [each for each in record.told_in(periods) if each.is_answered_fire]
    parts = {"answered_fire": fire}
    for how in BEGINNINGS:
        parts[f"answered_fire_{how}"] = [each for each in fire if beginning(each) == how]
    for name, part in parts.items():
        yield _number(f"{name}{suffix}", "exchanges", part, periods)


def _at_posts(record: Record, periods: tuple[Period, ...]) -> Iterator[Statistic]:
    return _rounds(
        [each for each in record.told_in(periods) if each.kind == "guard_post_shooting"],
        periods,
        "rounds_at_posts",
        "north",
        "incidents of rounds at a post",
        "fired by the north and told: what was not answered is likelier to be missing",
    )


def _discharges(record: Record, periods: tuple[Period, ...]) -> Iterator[Statistic]:
    return _rounds(
        [each for each in record.told_in(periods) if each.kind == "accidental_discharge"],
        periods,
        "discharges_south",
        "south",
        "published discharges",
        "published ones, toward the north; not all came from posts inside the zone",
    )


def _rounds(
    told: Sequence[RecordedIncident], periods: tuple[Period, ...], name: str, side: str, cases: str, note: str
) -> Iterator[Statistic]:
    """How many rounds of a side's posts were told, and how many of these the other side answered."""
    if not periods:
        return
    exposed = [in_years(periods), in_post_years(side, periods)]
    count = Quantity.exactly(float(len(told)))
    yield Statistic.of(name, "incidents", count, periods, exposed, told, note=note)
    if told:
        answered = Quantity.exactly(float(sum(each.response == "returned_fire" for each in told)))
        of_told = [of_cases(told, cases)]
        yield Statistic.of(f"{name}_answered", "incidents", answered, periods, of_told, told)


def _number(name: str, unit: str, rows: Sequence[RecordedIncident], periods: tuple[Period, ...]) -> Statistic:
    value = Quantity.exactly(float(len(rows)))
    return Statistic.of(name, unit, value, periods, [in_years(periods)], rows)
