"""All numbers of a record, by name."""

from collections.abc import Iterator

from experiments.calibration.record.crossings import crossing_statistics
from experiments.calibration.record.exposure import ExposedAmount
from experiments.calibration.record.facts import map_gap
from experiments.calibration.record.fire import fire_statistics
from experiments.calibration.record.mines import mine_statistics
from experiments.calibration.record.parties import party_statistics, place_statistics
from experiments.calibration.record.publication import publication_statistics
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.record import Record
from experiments.calibration.record.shots import shot_statistics
from experiments.calibration.record.statistic import Statistic
from sim.constants import KM
from sim.world.geography import LENGTH_M

_PARTS = (
    *(crossing_statistics, party_statistics, place_statistics, shot_statistics, fire_statistics),
    *(mine_statistics, publication_statistics),
)


def statistics(record: Record) -> dict[str, Statistic]:
    """What the record and the figures beside it tell; what it has no rows for is left out.

    Raises ValueError if two have one name.
    """
    found = dict[str, Statistic]()
    for each in _all(record):
        if each.name in found:
            raise ValueError(f"two statistics named {each.name}")
        found[each.name] = each
    return found


def _all(record: Record) -> Iterator[Statistic]:
    for part in _PARTS:
        yield from part(record)
    fact = map_gap()
    exposure = ExposedAmount(Quantity.exactly(LENGTH_M / KM), "km of line")
    note = "of all places, by more than what is not told; the ends are those that round to about 60%"
    yield Statistic.of("map_gap", "share", fact.value, (), [exposure], [fact], note=note)
