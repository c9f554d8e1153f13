"""Fire across the line: what was answered, how it began, and rounds that nobody answered."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from experiments.calibration.record.exposure import in_post_years, in_years, of_cases
from experiments.calibration.record.incidents import Incident
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic

FIRE_SINCE = date(2000, 1, 1)  # from here on the press was searched for answered fire
DISCHARGES_SINCE = date(2010, 1, 1)  # priors.csv: stray_rate
WORKS_SINCE = date(2024, 4, 1)  # priors.csv: work_season
BEGINNINGS = ("by_rounds_at_a_post", "by_a_party", "otherwise")


def beginning(incident: Incident) -> str:
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
    at_posts = [each for each in record.told_in(periods) if each.kind == "guard_post_shooting"]
    if not periods:
        return
    yield Statistic.of(
        "rounds_at_posts",
        "incidents",
        Quantity.exactly(float(len(at_posts))),
        periods,
        [in_years(periods), in_post_years("north", periods)],
        at_posts,
        note="fired by the north and told: what was not answered is likelier to be missing",
    )
    if at_posts:
        answered = [each for each in at_posts if each.is_answered_fire]
        value = Quantity.exactly(float(len(answered)))
        exposed = [of_cases(at_posts, "incidents of rounds at a post")]
        yield Statistic.of("rounds_at_posts_answered", "incidents", value, periods, exposed, at_posts)


def _discharges(record: Record, periods: tuple[Period, ...]) -> Iterator[Statistic]:
    ours = [each for each in record.told_in(periods) if each.kind == "accidental_discharge"]
    if not periods:
        return
    yield Statistic.of(
        "discharges_south",
        "incidents",
        Quantity.exactly(float(len(ours))),
        periods,
        [in_years(periods), in_post_years("south", periods)],
        ours,
        note="published ones, toward the north; not all came from posts inside the zone",
    )
    if ours:
        answered = [each for each in ours if each.response == "returned_fire"]
        value = Quantity.exactly(float(len(answered)))
        exposed = [of_cases(ours, "published discharges")]
        yield Statistic.of("discharges_south_answered", "incidents", value, periods, exposed, ours)


def _number(name: str, unit: str, rows: Sequence[Incident], periods: tuple[Period, ...]) -> Statistic:
    value = Quantity.exactly(float(len(rows)))
    return Statistic.of(name, unit, value, periods, [in_years(periods)], rows)
