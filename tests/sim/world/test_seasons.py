import math
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.randomness import luck_key
from sim.world.seasons import Calendar, _sun, climate, daylight, fog_block, fog_table, is_dark, leaf_table

YEAR = Calendar(date(2025, 11, 1), 60, 365)
LUCK = luck_key(1, 0, 0)
CALENDARS = st.builds(
    Calendar, st.dates(date(1953, 7, 27), date(2100, 1, 1)), st.integers(0, 100), st.integers(1, 800)
)


@settings(deadline=None)
@given(calendar=CALENDARS)
def test_a_calendar_agrees_with_the_standard_library(calendar):
    dates = [calendar.date_of(day) for day in range(calendar.n_days)]
    assert [calendar.day_of(when) for when in dates] == list(range(calendar.n_days))
    assert calendar.date_of(calendar.warmup_days) == calendar.start
    assert calendar.month.tolist() == [when.month for when in dates]
    assert calendar.day_of_year.tolist() == [when.timetuple().tm_yday for when in dates]


def test_a_calendar_refuses_what_lies_outside():
    with pytest.raises(IndexError):
        YEAR.date_of(-1)
    with pytest.raises(IndexError):
        YEAR.date_of(YEAR.n_days)
    for outside in (YEAR.first - timedelta(days=1), YEAR.start + timedelta(days=YEAR.days)):
        with pytest.raises(ValueError, match="outside"):
            YEAR.day_of(outside)
    for warmup, days in ((-1, 10), (0, 0)):
        with pytest.raises(ValueError, match="warmup_days"):
            Calendar(YEAR.start, warmup, days)


def altitude_deg(when, minute, latitude=38.3, longitude=127.5):
    """The sun's altitude by the low-precision formulae of the Astronomical Almanac."""
    n = (when - date(2000, 1, 1)).days - 0.5 + (minute - 540.0) / 1440.0
    mean, anomaly = 280.460 + 0.9856474 * n, math.radians(357.528 + 0.9856003 * n)
    ecliptic = math.radians(mean + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    tilt = math.radians(23.439 - 4e-7 * n)
    ascension = math.atan2(math.cos(tilt) * math.sin(ecliptic), math.cos(ecliptic))
    declination = math.asin(math.sin(tilt) * math.sin(ecliptic))
    sidereal = 15.0 * (18.697374558 + 24.06570982441908 * n) + longitude
    hour, phi = math.radians(sidereal) - ascension, math.radians(latitude)
    return math.degrees(
        math.asin(
            math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.cos(hour)
        )
    )


@pytest.mark.parametrize("altitude", [-6.0, -0.833])
def test_the_sun_stands_where_the_times_say(altitude):
    calendar = Calendar(date(2024, 1, 1), 0, 4 * 366)
    for day, times in enumerate(daylight(calendar, altitude)):
        for minute in times:
            assert altitude_deg(calendar.date_of(day), minute) == pytest.approx(altitude, abs=0.5)


@pytest.mark.parametrize(
    ("when", "rise", "down"), [(date(2026, 1, 1), (7, 47), (17, 24)), (date(2026, 6, 21), (5, 11), (19, 57))]
)
def test_sunrise_and_sunset_of_seoul_are_the_published_ones(when, rise, down):
    up, set_ = _sun(when.timetuple().tm_yday, -0.833, 37.566, 126.978, 540.0)
    assert (up, set_) == pytest.approx((60 * rise[0] + rise[1], 60 * down[0] + down[1]), abs=2.0)


def test_the_new_year_sun_rises_over_cheorwon_at_a_quarter_to_eight():
    assert daylight(YEAR, -0.833)[YEAR.day_of(date(2026, 1, 1)), 0] == pytest.approx(466, abs=2.0)


def test_civil_twilight_lies_outside_the_sun_above_the_horizon():
    civil, sun = daylight(YEAR, -6.0), daylight(YEAR, -0.833)
    twilight = np.stack([sun[:, 0] - civil[:, 0], civil[:, 1] - sun[:, 1]])
    assert civil.shape == (YEAR.n_days, 2)
    assert (twilight > 24.0).all() and (twilight < 35.0).all()
    assert (civil[:, 0] > 0).all() and (civil[:, 1] < 1440).all()


def test_it_is_dark_before_dawn_and_from_dusk_on():
    dawn, dusk = daylight(YEAR, -6.0)[0]
    dark = np.array([is_dark(minute, dawn, dusk) for minute in range(1440)])
    assert dark.sum() == pytest.approx(1440 - (dusk - dawn), abs=1.0)
    assert dark[0] and not dark[720] and dark[1439]
    assert is_dark(dusk, dawn, dusk) and not is_dark(dawn, dawn, dusk)


def test_fog_blocks_are_the_hour_classes_of_the_climate_table():
    hours = [fog_block(60 * hour) for hour in range(24)]
    assert hours == [0] * 5 + [1] * 5 + [2] * 8 + [3] * 6
    assert [fog_block(m) for m in (299, 300, 599, 600, 1079, 1080)] == [0, 1, 1, 2, 2, 3]


@settings(deadline=None)
@given(start=st.dates(date(2020, 1, 1), date(2030, 1, 1)), warmup=st.integers(0, 90))
def test_another_start_meets_the_same_weather_on_the_same_date(start, warmup):
    calendar = Calendar(start, warmup, 60)
    later = Calendar(start + timedelta(days=17), 5, 30)
    offset = calendar.day_of(later.first)
    same = fog_table(LUCK, calendar, 10.0)[offset : offset + later.n_days]
    assert np.array_equal(same, fog_table(LUCK, later, 10.0))


def test_fog_nests_in_its_factor_and_differs_between_lucks():
    tables = [fog_table(LUCK, YEAR, factor) for factor in (0.0, 0.5, 1.0, 3.0, 1e9)]
    assert tables[0].dtype == np.uint8 and tables[0].shape == (YEAR.n_days, 4, 3)
    assert tables[0].sum() == 0 and tables[-1].all()
    for thin, thick in pairwise(tables):
        assert (thin <= thick).all() and thin.sum() < thick.sum()
    assert not np.array_equal(tables[2], fog_table(luck_key(1, 0, 1), YEAR))


def test_fog_comes_as_often_as_the_climate_table_says():
    calendar = Calendar(date(1960, 1, 1), 0, 200 * 365)
    fog = fog_table(LUCK, calendar)
    names = ("fog_p_00_05", "fog_p_05_10", "fog_p_10_18", "fog_p_18_24")
    for block, name in enumerate(names):
        for month in range(1, 13):
            days = calendar.month == month
            p = climate(name)[month - 1]
            spread = np.sqrt(p * (1 - p) / days.sum())
            assert (np.abs(fog[days, block].mean(axis=0) - p) < 5.0 * spread).all()


def test_fog_of_sectors_blocks_and_days_is_independent():
    calendar = Calendar(date(1960, 1, 1), 0, 100 * 365)
    cells = fog_table(LUCK, calendar, 5.0).reshape(calendar.n_days, 12).astype(float)
    for month in range(1, 13):  # the season is common to all
        cells[calendar.month == month] -= cells[calendar.month == month].mean(axis=0)
    same_day = np.corrcoef(cells.T) - np.eye(12)
    next_day = [np.corrcoef(cells[:-1, k], cells[1:, k])[0, 1] for k in range(12)]
    assert np.abs(same_day).max() < 0.03 and np.abs(next_day).max() < 0.03


def test_the_leaf_passes_through_the_mid_month_values_without_jumps():
    calendar = Calendar(date(2023, 1, 1), 0, 3 * 366)
    values, column = leaf_table(calendar), "leaf_on"
    assert values.shape == (calendar.n_days, 3)
    for month in (1, 3, 5, 7, 8, 10, 12):
        middle = calendar.day_of(date(2024, month, 16))
        assert values[middle] == pytest.approx(climate(column)[month - 1])
    steps = np.abs(np.diff(climate(column), axis=0, append=climate(column)[:1]))
    assert np.abs(np.diff(values, axis=0)).max() <= steps.max() / 28.0 + 1e-12
    assert values.min() >= 0.0 and values.max() <= 1.0
