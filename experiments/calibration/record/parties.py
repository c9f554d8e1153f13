"""Who crossed, how deep, and where: of cases told singly, which are not all that were recorded."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from statistics import median

from experiments.calibration.record.counts import Count
from experiments.calibration.record.crossings import CROSSINGS, by_month, window
from experiments.calibration.record.exposure import ExposedAmount, of_cases
from experiments.calibration.record.incidents import RecordedIncident
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import Quantity, total
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic
from sim.world.geography import COUNTIES

PARTIES_SINCE = date(1996, 1, 1)  # from here on the press was searched for cases with shots


def depth(record: Record, incident: RecordedIncident) -> Quantity | None:
    """Metres past the line as reported; None where nobody saw how deep the party went."""
    read = record.reading(incident.id, "depth")
    if read is not None:
        return None if read.is_late else read.value
    return incident.depth


def persons(record: Record, incident: RecordedIncident) -> Quantity | None:
    """Of the party."""
    read = record.reading(incident.id, "group")
    return incident.group if read is None else read.value


def party_statistics(record: Record) -> Iterator[Statistic]:
    """Depths, kinds and sizes of parties over the line, in the months counted and since 1996."""
    months = window(record)
    spans = {"": (months,) if months else (), " since 1996": record.observed(PARTIES_SINCE)}
    for suffix, periods in spans.items():
        told = [each for each in record.told_in(periods) if each.is_crossing]
        shot_at = [each for each in told if each.is_shot_at]
        of_shot_at = "crossings with warning shots, told singly"
        yield from _middle("depth_shot_at", "m", depth, record, shot_at, periods, suffix)
        yield from _middle("group_shot_at", "persons", persons, record, shot_at, periods, suffix)
        if shot_at:
            yield _at_work(f"work_parties_shot_at{suffix}", shot_at, periods, of_shot_at)
        if told:
            yield _at_work(f"work_parties_told{suffix}", told, periods, "crossings told singly")


def place_statistics(record: Record) -> Iterator[Statistic]:
    """In which counties crossings of the counted months were, as far as that was told."""
    months = window(record)
    if months is None:
        return
    told = [each for each in record.told_in([months]) if each.is_crossing and each.county]
    notes = [each for each in record.counts if each.what == CROSSINGS and months.holds(each.period)]
    naming = [each for each in notes if each.counties]
    least = _least_by_county(told, naming)
    counted = total(record.of_count(each) for each in by_month(record)).best
    left = max(0.0, counted - sum(least.values()))
    cases = [(county, Quantity(least[county], least[county], least[county] + left)) for county in COUNTIES]
    if told or naming:
        named = float(sum(least[county] > 0 for county in COUNTIES))
        yield Statistic.of(
            "counties_named",
            "counties",
            Quantity(named, named, min(float(len(COUNTIES)), named + left)),
            (months,),
            [ExposedAmount(Quantity.exactly(counted), "crossings")],
            [*naming, *told],
            cases,
            "crossings by county: at least, and at most if all whose place was not told were there",
        )


def _least_by_county(told: Sequence[RecordedIncident], naming: Sequence[Count]) -> Counter[str]:
    """Crossings in each county at least: those told, and one where only a count names it."""
    least = Counter(each.county for each in told)
    for count in naming:
        inside = Counter(each.county for each in told if count.period.holds(each.period))
        for county in count.counties:
            least[county] += not inside[county]
    return least


def _at_work(
    name: str, incidents: Sequence[RecordedIncident], periods: tuple[Period, ...], of: str
) -> Statistic:
    """How many of the parties were at work; at most, with those of whom nobody says what they did."""
    at_work = float(sum(each.activity == "work" for each in incidents))
    unknown = float(sum(each.activity in ("", "unknown") for each in incidents))
    value = Quantity(at_work, at_work, at_work + unknown)
    return Statistic.of(name, "crossings", value, periods, [of_cases(incidents, of)], incidents)


def _middle(
    name: str,
    unit: str,
    of: Callable[[Record, RecordedIncident], Quantity | None],
    record: Record,
    incidents: Sequence[RecordedIncident],
    periods: tuple[Period, ...],
    suffix: str,
) -> Iterator[Statistic]:
    """The middle of what is known of each case, end by end; nothing where nothing is."""
    known = [(each, value) for each in incidents if (value := of(record, each)) is not None]
    if not known:
        return
    ends = (median(getattr(value, end) for _, value in known) for end in ("low", "best", "high"))
    yield Statistic.of(
        f"{name}{suffix}",
        unit,
        Quantity(*ends),
        periods,
        [
            ExposedAmount(Quantity.exactly(float(len(known))), "cases"),
            of_cases(incidents, "crossings with shots"),
        ],
        [each for each, _ in known],
        [(each.id, value) for each, value in known],
        "the middle one; without cases that were found late" if unit == "m" else "the middle one",
    )
