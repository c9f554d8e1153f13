"""The public record as numbers: with exposure, period, the rule in force, and who says so.

    record = Record.read()                        # or Record.read(Path("my_record"))
    statistics(record)["recorded_crossings"]      # 15 crossings in 17 months
    record.times                                  # minutes from a clock to an event, case by case
    Filter.fit(crossings(record)).published(1000, seed=1)

A record of one's own is a folder with counts.csv and incidents.csv, with the columns that
``sim/data/README.md`` explains. What only their notes tell may stand in readings.csv and
times.csv beside them, as in ``sim/data``, where lines at the top say what their columns mean.
"""

from experiments.calibration.record.catalogue import statistics
from experiments.calibration.record.period import HELD_BACK, Period
from experiments.calibration.record.publication import Filter, crossings
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic

__all__ = ["HELD_BACK", "Filter", "Period", "Quantity", "Record", "Statistic", "crossings", "statistics"]
