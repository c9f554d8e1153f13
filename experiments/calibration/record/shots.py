"""Warning shots on parties near or over the line, and how many were answered by aimed fire."""

from collections.abc import Iterator

from experiments.calibration.record.crossings import window
from experiments.calibration.record.exposure import ExposedAmount
from experiments.calibration.record.incidents import RecordedIncident
from experiments.calibration.record.parties import PARTIES_SINCE
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import AT_LEAST, Quantity, total
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic


def volleys(record: Record, incident: RecordedIncident) -> Quantity:
    """Volleys of warning shots in an incident with any: one at least where they are not counted."""
    read = record.reading(incident.id, "volleys")
    return Quantity.between(1.0, AT_LEAST) if read is None else read.value


def shot_statistics(record: Record) -> Iterator[Statistic]:
    """Incidents with warning shots, and those answered: since 1996, and in the months counted."""
    months = window(record)
    spans = {" since 1996": record.observed(PARTIES_SINCE), "": (months,) if months else ()}
    for suffix, periods in spans.items():
        yield from _answered(record, periods, suffix)


def _answered(record: Record, periods: tuple[Period, ...], suffix: str) -> Iterator[Statistic]:
    people = [each for each in record.told_in(periods) if each.is_of_people]
    warned = [each for each in people if each.is_shot_at]
    if not warned:
        return
    # whether shots were fired is not told of these
    untold = [each for each in people if each.is_crossing and each.shots is None]
    aimed = float(sum(each.kind == "fire_exchange" for each in warned))
    in_kind = float(sum(each.kind != "fire_exchange" and each.response == "returned_fire" for each in warned))
    incidents = Quantity(float(len(warned)), float(len(warned)), float(len(warned) + len(untold)))
    yield Statistic.of(
        f"warning_shots_answered{suffix}",
        "incidents",
        Quantity(aimed, aimed, aimed + in_kind),
        periods,
        [
            ExposedAmount(incidents, "incidents with warning shots"),
            ExposedAmount(total(volleys(record, each) for each in warned), "volleys"),
        ],
        warned,
        note="by aimed fire; at most, with shots in the air. Cases told singly, which favour drama",
    )
