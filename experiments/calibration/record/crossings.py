"""How many crossings the south recorded, when, and how many warnings and shots went with them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from experiments.calibration.record.counts import Count
from experiments.calibration.record.exposure import ExposedAmount, in_months
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import AT_LEAST, Quantity, total
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic
from experiments.statistics.intervals import dispersion

CROSSINGS = "crossings"
OFF_SEASON = (1, 2, 3)  # priors.csv: work_season: works from April to December
# What of counts.csv a model of the line on land has figures for; longer sums are of sea and air too
COUNTED = (
    *(CROSSINGS, "warning_broadcasts", "warning_shots_events", "fire_exchanges"),
    "accidental_discharges_south",
)
_EVERYWHERE, _ALONG = "land, sea and air", "line"


def by_month(record: Record) -> tuple[Count, ...]:
    """The longest run of months, one after the other, of each of which an office counted crossings."""
    months = [each for each in record.counts if each.what == CROSSINGS and each.is_of_a_month]
    official = sorted((each for each in months if each.is_official), key=lambda each: each.period)
    first = {each.period: each for each in reversed(official)}  # of several offices, the one named first
    ordered = sorted(first.values(), key=lambda each: each.period)
    runs = [
        tuple(each for _, each in run)
        for _, run in groupby(enumerate(ordered), key=lambda pair: _month(pair[1].period) - pair[0])
    ]
    return max(runs, key=len, default=())


def window(record: Record) -> Period | None:
    """The months of `by_month`, from the first to the last; None if there are none."""
    counts = by_month(record)
    return Period(counts[0].period.first, counts[-1].period.last) if counts else None


def whole_counts(record: Record, what: str) -> tuple[Count, ...]:
    """Rows of counts that overlap no longer one of the same kind and place, nor the months.

    A count of another office, or of another place, stands beside.
    """
    ours = [each for each in record.counts if each.what == what and each.place != _EVERYWHERE]
    months = window(record) if what == CROSSINGS else None
    return tuple(
        each
        for each in ours
        if not (months is not None and months.meets(each.period))
        and not any(_contains(other, each) for other in ours)
    )


def crossing_statistics(record: Record) -> Iterator[Statistic]:
    """What was counted, month by month and over longer periods."""
    yield from _monthly(record)
    for what in COUNTED:
        for count in whole_counts(record, what):
            yield _counted(record, count)


def _monthly(record: Record) -> Iterator[Statistic]:
    counts, period = by_month(record), window(record)
    if period is None:
        return
    values = [record.of_count(each) for each in counts]
    cases = [(str(each.period), value) for each, value in zip(counts, values, strict=True)]
    observed = (period,)

    def of_months(name: str, unit: str, value: Quantity, note: str = "") -> Statistic:
        return Statistic.of(name, unit, value, observed, [in_months(observed)], counts, cases, note)

    yield of_months("recorded_crossings", "crossings", total(values))
    yield of_months("months_with_crossings", "months", _number_of(value.high > 0.0 for value in values))
    largest = Quantity(*(max(getattr(each, end) for each in values) for end in ("low", "best", "high")))
    yield of_months("largest_month", "crossings", largest)
    if len(values) > 1 and sum(each.best for each in values) > 0.0:
        yield of_months("variance_over_mean", "ratio", _spread(values), "of the counts by month")
    off = [pair for pair in zip(counts, values, strict=True) if pair[0].period.first.month in OFF_SEASON]
    if off:
        months = tuple(each.period for each, _ in off)
        yield Statistic.of(
            "crossings_off_season",
            "crossings",
            total(value for _, value in off),
            months,
            [in_months(months)],
            [each for each, _ in off],
            note="January to March, outside the season of the works",
        )


def _counted(record: Record, count: Count) -> Statistic:
    observed = count.period.without(record.unobserved)
    exposures = [in_months(observed)]
    if count.what == "warning_shots_events":
        exposures += [
            ExposedAmount(each.count, "occasions of broadcast")
            for each in whole_counts(record, "warning_broadcasts")
            if each.period == count.period
        ]
    return Statistic.of(
        named(record, count),
        count.what.replace("_", " "),
        record.of_count(count),
        observed,
        exposures,
        [count],
        note=count.note,
    )


def named(record: Record, count: Count) -> str:
    """The name of what is told by one row: its period, and its place and office where these part it."""
    alike = [each for each in record.counts if (each.what, each.period) == (count.what, count.period)]
    place = "" if count.place == _ALONG else f" {count.place}"
    office = f" {count.counted_by}" if sum(each.place == count.place for each in alike) > 1 else ""
    return f"{count.what} {count.period}{place}{office}"


def _spread(values: Sequence[Quantity]) -> Quantity:
    """Variance over mean of the best counts, and of the low and the high ones as far as there is one."""
    best = float(dispersion([each.best for each in values]))
    ends = [[each.low for each in values], [each.high for each in values]]
    others = [float(dispersion(each)) for each in ends if 0.0 < sum(each) < AT_LEAST]
    is_open = any(each.high == AT_LEAST for each in values)
    return Quantity(min([best, *others]), best, AT_LEAST if is_open else max([best, *others]))


def _number_of(seen: Iterator[bool]) -> Quantity:
    return Quantity.exactly(float(sum(seen)))


def _month(period: Period) -> int:
    return 12 * period.first.year + period.first.month


def _contains(other: Count, count: Count) -> bool:
    """Whether the other one is of a longer period that holds that of this one, at the same place."""
    longer = other.period != count.period and other.period.holds(count.period)
    return longer and other.place == count.place
