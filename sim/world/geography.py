"""The real course of the line: strip coordinates to longitude, latitude, county and sector.

The strip is straight: ``s`` metres along it from west (0) to east (``length_m``), ``d`` metres
across it, north positive. The shipped line is 239.78 km long on the ground; ``s`` is scaled to it
in proportion, whatever ``length_m`` a scenario takes. Line, stretches and terrain rows:
OpenStreetMap contributors and the sources of NOTICE.
"""

import csv
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.arithmetic import total
from sim.constants import KM

LENGTH_M = 248_000.0
SECTORS = ("west", "centre", "east")
COUNTIES = ("Paju", "Yeoncheon", "Cheorwon", "Hwacheon", "Yanggu", "Inje", "Goseong")
COVERS = ("wetland", "crop", "grass", "forest")
ATTRIBUTION = (
    "Line: (c) OpenStreetMap contributors, ODbL 1.0. Counties: National Geographic Information "
    "Institute, Republic of Korea. Terrain: J. de Ferranti, Viewfinder Panoramas."
)

_DATA = Path(__file__).parents[1] / "data"
_COVER_COLUMNS = ("wetland_water_frac", "crop_frac", "grass_shrub_frac", "forest_frac")
METRES_A_DEGREE = 6_371_008.8 * np.pi / 180.0
# Shorter chords turn the normal too fast in the bends; longer ones leave the line's own direction.
# With 4 km, some 1-2% of the strip within 2 km of the line is drawn folded.
_CHORD_M = 4_000.0


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of the packaged table ``name`` (without ``.csv``), comments skipped, as text.

    Shared between callers: read only. Raises FileNotFoundError if there is no such table.
    """
    with (_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(line for line in file if not line.startswith("#")))


@cache
def _column(name: str, column: str) -> NDArray[np.float64]:
    return np.array([float(row[column]) for row in table(name)])


@cache
def _line() -> tuple[NDArray[np.float64], ...]:
    """Ground metres from the west, longitude and latitude of the 555 vertices."""
    metres = _column("mdl_line_osm", "s_km") * KM
    return metres, _column("mdl_line_osm", "lon"), _column("mdl_line_osm", "lat")


@cache
def _stretches() -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int8]]:
    """Inner limits as shares of the line's length; county and sector of each stretch."""
    ends = _column("sectors_osm", "s_end_km")
    county = [COUNTIES.index(row["county_south"]) for row in table("sectors_osm")]
    sector = [SECTORS.index(row["sector"]) for row in table("sectors_osm")]
    return ends[:-1] / ends[-1], np.array(county, np.int8), np.array(sector, np.int8)


def _share(s_m: ArrayLike, length_m: float) -> NDArray[np.float64]:
    if not length_m > 0.0:
        raise ValueError(f"length_m must be positive, not {length_m}")
    # Of one place `clip` would take ten times as long.
    return np.minimum(np.maximum(np.asarray(s_m, np.float64) / length_m, 0.0), 1.0)


def stretch(s_m: ArrayLike, length_m: float = LENGTH_M) -> NDArray[np.intp]:
    """Row of the stretch table at ``s_m``, the same shape; beyond an end, the end's row."""
    return np.searchsorted(_stretches()[0], _share(s_m, length_m), side="right")


def limits(length_m: float = LENGTH_M) -> NDArray[np.float64]:
    """Where the rows of the stretch table begin and end, (rows + 1,) metres along the line."""
    return np.array([0.0, *_stretches()[0], 1.0]) * length_m


def county(s_m: ArrayLike, length_m: float = LENGTH_M) -> NDArray[np.int8]:
    """Index into COUNTIES of the southern county behind the line at ``s_m``, the same shape."""
    return _stretches()[1][stretch(s_m, length_m)]


def sector(s_m: ArrayLike, length_m: float = LENGTH_M) -> NDArray[np.int8]:
    """Index into SECTORS at ``s_m``, the same shape: 0 west, 1 centre, 2 east."""
    return _stretches()[2][stretch(s_m, length_m)]


@cache
def cover_shares() -> NDArray[np.float64]:
    """Shares of the ground under each of COVERS, (stretches, 4), rows adding to 1.

    Shared between callers: read only.
    """
    shares = np.stack([_column("sectors_osm", column) for column in _COVER_COLUMNS], axis=1)
    return shares / np.array([[total(row)] for row in shares])


def ruggedness(s_m: ArrayLike, length_m: float = LENGTH_M) -> NDArray[np.float64]:
    """Relief within 2 km over 600 m, 0..1, at ``s_m``: linear between the middles of the rows."""
    starts, ends = _column("terrain_osm", "s_start_km"), _column("terrain_osm", "s_end_km")
    middles = (starts + ends) / (2.0 * ends[-1])
    return np.interp(_share(s_m, length_m), middles, _column("terrain_osm", "ruggedness"))


def _on_line(metres: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    along, lon, lat = _line()
    return np.interp(metres, along, lon), np.interp(metres, along, lat)


def lonlat(
    s_m: ArrayLike, d_m: ArrayLike, length_m: float = LENGTH_M
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude (WGS 84 degrees) of strip points; ``s_m`` and ``d_m`` broadcast.

    The offset ``d_m`` is laid off in true metres along the normal of a chord of 8 km about the
    point, so that bends do not throw near points far apart. ``s_m`` beyond an end is drawn at it.
    For pictures and tables only: NumPy's trigonometry may differ between machines in the last bit.
    """
    total = _line()[0][-1]
    metres = _share(s_m, length_m) * total
    lon, lat = _on_line(metres)
    east_end = _on_line(np.minimum(metres + _CHORD_M, total))
    west_end = _on_line(np.maximum(metres - _CHORD_M, 0.0))
    shrink = np.cos(np.radians(lat))
    east, north = (east_end[0] - west_end[0]) * shrink, east_end[1] - west_end[1]
    step = np.asarray(d_m, np.float64) / (np.hypot(east, north) * METRES_A_DEGREE)
    return lon - step * north / shrink, lat + step * east


def course(length_m: float = LENGTH_M) -> tuple[NDArray[np.float64], ...]:
    """The line for plotting: ``s`` in metres, longitude, latitude of its vertices, (555,) each."""
    metres, lon, lat = _line()
    return metres * (length_m / metres[-1]), lon.copy(), lat.copy()
