import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world import geography
from sim.world.geography import (
    COUNTIES,
    LENGTH_M,
    SECTORS,
    county,
    course,
    cover_shares,
    lonlat,
    ruggedness,
    sector,
    stretch,
    table,
)

EARTH_M = 6_371_008.8
LENGTHS = st.floats(1_000.0, 5e6)
SHARES = st.floats(0.0, 1.0)


def metres(lon, lat, lon_2, lat_2):
    lon, lat, lon_2, lat_2 = (np.radians(x) for x in (lon, lat, lon_2, lat_2))
    h = np.sin((lat_2 - lat) / 2) ** 2 + np.cos(lat) * np.cos(lat_2) * np.sin((lon_2 - lon) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(h))


def strip_position(lon, lat):
    """The nearest of a mesh of strip points to a place."""
    s, d = np.meshgrid(np.arange(0, LENGTH_M, 100), np.arange(-5000, 5001, 100))
    nearest = np.argmin(metres(*lonlat(s, d), lon, lat))
    return s.flat[nearest], d.flat[nearest]


def test_the_course_runs_from_the_western_to_the_eastern_end_of_the_table():
    rows = table("mdl_line_osm")
    lon, lat = lonlat(np.array([0.0, LENGTH_M]), 0.0)
    assert lon == pytest.approx([float(rows[0]["lon"]), float(rows[-1]["lon"])])
    assert lat == pytest.approx([float(rows[0]["lat"]), float(rows[-1]["lat"])])
    s, lon, lat = course()
    assert len(s) == len(rows) and (np.diff(s) > 0).all()
    on_line = lonlat(s, 0.0)
    assert on_line[0] == pytest.approx(lon) and on_line[1] == pytest.approx(lat)


def test_the_course_is_as_long_as_its_kilometres_say():
    s, lon, lat = course(239_780.0)
    legs = metres(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert np.cumsum(legs) == pytest.approx(s[1:], abs=30.0)


def test_the_line_passes_the_conference_row_of_panmunjom():
    lon, lat = lonlat(np.arange(0, LENGTH_M, 10.0), 0.0)
    assert metres(lon, lat, 126.6773, 37.9560).min() < 60.0


@pytest.mark.parametrize(
    ("place", "lon", "lat", "side"),
    [
        ("Kijong-dong", 126.6564, 37.9443, 1),
        ("Dorasan station", 126.7103, 37.8988, -1),
        ("Woljeong-ri station", 127.2100, 38.2850, -1),
        ("Haean", 128.1300, 38.2900, -1),
    ],
)
def test_positive_offsets_lie_on_the_northern_side(place, lon, lat, side):
    assert np.sign(strip_position(lon, lat)[1]) == side


@settings(deadline=None)
@given(share=SHARES, d=st.floats(-2000.0, 2000.0), length=LENGTHS)
def test_everything_scales_with_the_length(share, d, length):
    assert lonlat(share * length, d, length) == pytest.approx(lonlat(share * LENGTH_M, d))
    assert ruggedness(share * length, length) == pytest.approx(ruggedness(share * LENGTH_M))


@settings(deadline=None)
@given(length=LENGTHS)
def test_limits_of_stretches_scale_with_the_length(length):
    share = (np.arange(5000) + 0.5) / 5000
    for function in (stretch, county, sector):
        assert (function(share * length, length) == function(share * LENGTH_M)).all()


@settings(deadline=None)
@given(share=SHARES, d=st.floats(-2000.0, 2000.0))
def test_an_offset_is_laid_off_in_true_metres(share, d):
    foot, point = lonlat(share * LENGTH_M, 0.0), lonlat(share * LENGTH_M, d)
    assert metres(*foot, *point) == pytest.approx(abs(d), rel=2e-3, abs=0.01)


@pytest.mark.parametrize("d", [-2000.0, 0.0, 2000.0])
def test_offset_lines_hardly_fold_and_never_jump(d):
    s = np.arange(0, LENGTH_M + 1, 100.0)
    lon, lat = lonlat(s, d)
    along = metres(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert along.max() < 250.0
    east, north = np.diff(lon) * np.cos(np.radians(38.3)), np.diff(lat)
    foot_lon, foot_lat = lonlat(s, -1000.0)
    top_lon, top_lat = lonlat(s, 1000.0)
    across_east = ((top_lon - foot_lon) * np.cos(np.radians(38.3)))[:-1]
    across_north = (top_lat - foot_lat)[:-1]
    backward = east * across_north - north * across_east < 0
    assert backward.mean() < 0.03


def test_counties_and_sectors_come_in_order_with_their_published_lengths():
    s = (np.arange(24_800) + 0.5) * 10.0
    here = county(s)
    assert (np.diff(here) >= 0).all() and (np.diff(sector(s)) >= 0).all()
    km = np.bincount(here, minlength=len(COUNTIES)) / 100.0
    assert km == pytest.approx([30.0, 55.0, 70.2, 15.4, 34.7, 9.9, 32.7], abs=0.1)
    of_county = dict(zip(here.tolist(), sector(s).tolist(), strict=True))
    assert [SECTORS[of_county[k]] for k in range(7)] == ["west"] * 2 + ["centre"] * 2 + ["east"] * 3


def test_points_beyond_an_end_belong_to_it():
    s, ends = np.array([-5000.0, LENGTH_M + 5000.0]), np.array([0.0, LENGTH_M])
    assert (county(s) == [0, len(COUNTIES) - 1]).all() and (sector(s) == [0, 2]).all()
    assert np.array_equal(lonlat(s, 7.0), lonlat(ends, 7.0))


def test_shapes_follow_the_arguments_and_broadcast():
    assert COUNTIES[county(124_000.0)] == "Cheorwon"
    lon, lat = lonlat(np.arange(5.0)[:, None], np.arange(3.0))
    assert lon.shape == lat.shape == (5, 3)
    assert sector(np.zeros((2, 4))).shape == (2, 4)


@pytest.mark.parametrize("length", [0.0, -1.0, float("nan")])
def test_a_length_must_be_positive(length):
    with pytest.raises(ValueError, match="length_m"):
        sector(1.0, length)


def test_the_ground_is_known_everywhere():
    shares = cover_shares()
    assert shares.shape == (len(table("sectors_osm")), len(geography.COVERS))
    assert shares.sum(axis=1) == pytest.approx(1.0) and (shares >= 0.0).all()
    rough = ruggedness(np.linspace(0.0, LENGTH_M, 10_000))
    assert ((rough >= 0.0) & (rough <= 1.0)).all()
    plain, rim = 99_000.0, 194_500.0  # the Cheorwon plain and the rim of the Haean basin
    assert ruggedness(rim) > ruggedness(plain) + 0.3


@pytest.mark.parametrize("name", ["mdl_line_osm", "terrain_osm", "sectors_osm"])
def test_files_from_openstreetmap_carry_its_licence(name):
    text = (geography._DATA / f"{name}.csv").read_text(encoding="utf-8")
    assert "OpenStreetMap" in text and "ODbL" in text
    assert "(c) OpenStreetMap contributors, ODbL 1.0" in geography.ATTRIBUTION


def test_every_packaged_table_reads_and_a_wrong_name_fails():
    for name in ("climate", "priors", "incidents", "counts"):
        rows = table(name)
        assert rows and all(None not in row and None not in row.values() for row in rows)
    with pytest.raises(FileNotFoundError):
        table("mdl")
