"""What surrounds the units and changes with the date: calendar, daylight, fog, leaf and season.

The ground itself is in terrain.py. Fog is the only luck here.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled
from sim.constants import DAYS_A_YEAR, HALF_DAY, HOUR
from sim.randomness import Kind, address, uniform
from sim.world.geography import SECTORS, table

Floats = NDArray[np.float64]

_LATITUDE, _LONGITUDE = 38.3, 127.5  # the middle of the line
_KST_MINUTES = 9.0 * HOUR
_FOG = int(Kind.FOG)
_FOG_COLUMNS = ("fog_p_00_05", "fog_p_05_10", "fog_p_10_18", "fog_p_18_24")


@dataclass(frozen=True)
class Calendar:
    """The days of a run; day 0 is the first of the warm-up, day ``warmup_days`` is ``start``."""

    start: date
    warmup_days: int
    days: int

    def __post_init__(self) -> None:
        if self.warmup_days < 0 or self.days < 1:
            raise ValueError("a calendar needs warmup_days >= 0 and days >= 1")

    @property
    def n_days(self) -> int:
        """Warm-up and days together."""
        return self.warmup_days + self.days

    @property
    def first(self) -> date:
        """The date of day 0."""
        return self.start - timedelta(days=self.warmup_days)

    @cached_property
    def _dates(self) -> NDArray[np.datetime64]:
        return np.datetime64(self.first, "D") + np.arange(self.n_days)

    @cached_property
    def month(self) -> NDArray[np.int64]:
        """Month 1..12 of each day, (n_days,)."""
        return self._dates.astype("M8[M]").astype(np.int64) % 12 + 1

    @cached_property
    def day_of_year(self) -> NDArray[np.int64]:
        """1 on 1 January, (n_days,)."""
        return (self._dates - self._dates.astype("M8[Y]")).astype(np.int64) + 1

    @cached_property
    def month_position(self) -> Floats:
        """Months since the middle of the January before, 0 <= x < 12, (n_days,)."""
        months = self._dates.astype("M8[M]")
        after = months + np.timedelta64(1, "M")
        length = (after.astype("M8[D]") - months.astype("M8[D]")).astype(np.int64)
        into = (self._dates - months.astype("M8[D]")).astype(np.int64) + 0.5
        return (self.month - 1.5 + into / length) % 12.0

    def date_of(self, day: int) -> date:
        """The date of a day index; IndexError outside the calendar."""
        if not 0 <= day < self.n_days:
            raise IndexError(f"day {day} is outside 0..{self.n_days - 1}")
        return self.first + timedelta(days=int(day))

    def day_of(self, when: date) -> int:
        """The day index of a date; ValueError outside the calendar."""
        day = (when - self.first).days
        if not 0 <= day < self.n_days:
            raise ValueError(f"{when} is outside {self.first}..{self.date_of(self.n_days - 1)}")
        return day


@compiled
def _sun(day_of_year, altitude_deg, latitude_deg, longitude_deg, zone_minutes):
    """Minutes after local midnight at which the sun passes ``altitude_deg``, up and down."""
    g = 2.0 * np.pi * (day_of_year - 1.0) / DAYS_A_YEAR
    equation = 229.18 * (
        0.000075
        + 0.001868 * np.cos(g)
        - 0.032077 * np.sin(g)
        - 0.014615 * np.cos(2.0 * g)
        - 0.040849 * np.sin(2.0 * g)
    )
    declination = (
        0.006918
        - 0.399912 * np.cos(g)
        + 0.070257 * np.sin(g)
        - 0.006758 * np.cos(2.0 * g)
        + 0.000907 * np.sin(2.0 * g)
        - 0.002697 * np.cos(3.0 * g)
        + 0.00148 * np.sin(3.0 * g)
    )
    latitude = np.radians(latitude_deg)
    cosine = np.sin(np.radians(altitude_deg)) / (np.cos(latitude) * np.cos(declination))
    half_day = 4.0 * np.degrees(np.arccos(cosine - np.tan(latitude) * np.tan(declination)))
    noon = HALF_DAY - 4.0 * longitude_deg - equation + zone_minutes
    return noon - half_day, noon + half_day


@compiled
def _sun_table(day_of_year, altitude_deg, latitude_deg, longitude_deg, zone_minutes):
    times = np.empty((len(day_of_year), 2))
    for day in range(len(day_of_year)):
        up, down = _sun(day_of_year[day], altitude_deg, latitude_deg, longitude_deg, zone_minutes)
        times[day, 0], times[day, 1] = up, down
    return times


def daylight(calendar: Calendar, altitude_deg: float) -> Floats:
    """Dawn and dusk in minutes after local midnight (KST), (n_days, 2), for the line's middle.

    By Spencer's series (1971) as used by NOAA, good to some two minutes; ``altitude_deg`` is the
    sun's at dawn: -6 is civil twilight, -0.833 sunrise.
    """
    return _sun_table(calendar.day_of_year, altitude_deg, _LATITUDE, _LONGITUDE, _KST_MINUTES)


@compiled
def is_dark(minute_of_day, dawn, dusk):
    """Whether a minute of the day lies before dawn or from dusk on."""
    return minute_of_day < dawn or minute_of_day >= dusk


@cache
def climate(column: str) -> Floats:
    """One column of the climate table by month and sector, (12, 3); shared, read only.

    Raises KeyError if there is no such column, ValueError if it is not filled by numbers.
    """
    values = np.empty((12, len(SECTORS)))
    for row in table("climate"):
        values[int(row["month"]) - 1, SECTORS.index(row["sector"])] = float(row[column])
    return values


@compiled
def fog_block(minute_of_day):
    """Block of the fog table, 0..3: hours 00-05, 05-10, 10-18 and 18-24."""
    return (minute_of_day >= 5 * HOUR) + (minute_of_day >= 10 * HOUR) + (minute_of_day >= 18 * HOUR)


@compiled
def _fog(luck, first_ordinal, month, probability):
    table = np.zeros((len(month), probability.shape[0], probability.shape[2]), np.uint8)
    for day in range(table.shape[0]):
        for block in range(table.shape[1]):
            shift = (first_ordinal + day) * table.shape[1] + block
            for who in range(table.shape[2]):
                draw = uniform(address(luck, _FOG, who, shift, 0, 0), 0)
                table[day, block, who] = draw < probability[block, month[day] - 1, who]
    return table


def fog_table(luck_key: np.uint64, calendar: Calendar, fog_factor: float = 1.0) -> NDArray:
    """Whether there is fog (visibility below 1 km): uint8 (n_days, 4 blocks, 3 sectors).

    A block is foggy as a whole with the table's chance of one of its hours, times ``fog_factor``:
    foggy hours are right on average, spells longer than the 3 h of valley fog. Addressed by date,
    so that another start meets the same weather on the same day. Source: climate.csv.
    """
    probability = np.stack([climate(column) for column in _FOG_COLUMNS]) * fog_factor
    return _fog(luck_key, calendar.first.toordinal(), calendar.month, probability)


def _by_day(calendar: Calendar, monthly: Floats) -> Floats:
    before = calendar.month_position.astype(np.int64)
    weight = (calendar.month_position - before)[:, None]
    return (1.0 - weight) * monthly[before] + weight * monthly[(before + 1) % 12]


def leaf_table(calendar: Calendar) -> Floats:
    """Leaf of deciduous plants, 0..1, (n_days, 3), linear between mid-months (climate.csv)."""
    return _by_day(calendar, climate("leaf_on"))
