"""A map: the real course of the line, and where on it accidental clashes happen."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.measures import YEAR, accidental_clashes
from experiments.pictures.material import Material
from experiments.pictures.picture import Picture
from experiments.pictures.run_numbers import counties
from experiments.pictures.sheet import FAINT, FILLS, INK, SMALL, TEXT, Box, Sheet, rate_text
from experiments.wording import many
from sim.world.geography import ATTRIBUTION, course, lonlat

_BIN_KM = 4.0
_WIDTH, _LEFT, _LARGEST = 1068.0, 96.0, 34.0  # pixels: the map, and its largest circle
_NAMES_M = 9_000.0  # how far south of the line the names of counties stand


def line_map(material: Material) -> Iterator[Picture]:
    """Circles where clashes happen in the first baseline, their area in proportion to the rate."""
    name = material.first
    length, runs = material.scenario(name)["space"]["length_km"], material.runs_of[name]
    years = float(runs["days"].sum()) / YEAR
    data = _table(material.incidents_of[name], length, years)
    _, lon, lat = course(1000.0 * length)
    west, east = lon.min() - 0.06, lon.max() + 0.09
    south, north = lat.min() - 0.05, lat.max() + 0.05
    aspect = 1.0 / np.cos(np.radians((south + north) / 2))
    height = _WIDTH * (north - south) * aspect / (east - west)
    title = f"Where accidental clashes happen: {material.label[name]}"
    foot = [
        f"n = {many(data['clashes'].sum(), 'clash')} of {material.sample(name)}, "
        f"{many(years, 'exposed year')}, in stretches of {_BIN_KM:g} km or less. The counties "
        "are those south of the line.",
        *material.notes,
        ATTRIBUTION,
    ]
    sheet = Sheet(title, foot, 62 + height + 56)
    said = "area of a circle: accidental clashes a year in its stretch of the line"
    axes = sheet.axes(Box(_LEFT, sheet.top + 48, _WIDTH, height), "", said)
    axes.set(xlim=(west, east), ylim=(south, north), aspect=aspect)
    _draw(axes, data, lon, lat)
    _name_counties(axes, length)
    caption = (
        f"Course of the Military Demarcation Line and accidental clashes a year by stretch "
        f"of {_BIN_KM:g} km, {material.label[name]}. {ATTRIBUTION}"
    )
    yield Picture("map", title, caption, sheet.figure, data)


def _table(incidents: pd.DataFrame, length: float, years: float) -> pd.DataFrame:
    """Stretches of the line with the place of their middle, WGS 84 degrees."""
    edges = np.linspace(0.0, length, max(2, int(np.ceil(length / _BIN_KM)) + 1))
    middle = (edges[1:] + edges[:-1]) / 2
    lon, lat = lonlat(1000.0 * middle, np.zeros(middle.size), 1000.0 * length)
    km = incidents.loc[accidental_clashes(incidents), "s_km"] if len(incidents) else []
    counts = np.histogram(np.asarray(km, float), edges)[0]
    return pd.DataFrame(
        {
            "from_km": edges[:-1],
            "to_km": edges[1:],
            "lon": lon,
            "lat": lat,
            "clashes": counts,
            "per_year": counts / years,
        }
    )


def _draw(axes: Axes, data: pd.DataFrame, lon: np.ndarray, lat: np.ndarray) -> None:
    axes.plot(lon, lat, color=INK, linewidth=1.6)
    shown = data[data["clashes"] > 0]
    most = shown["per_year"].max() if len(shown) else 1.0
    area = (_LARGEST * 72 / 100) ** 2 / most  # square points for one a year
    blot = partial(
        axes.scatter, facecolor=FILLS["violation"]["facecolor"] + "99", edgecolor=INK, linewidth=0.8
    )
    blot(shown["lon"], shown["lat"], area * shown["per_year"], zorder=3)
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    for i, rate in enumerate((most, most / 4) if len(shown) else ()):
        y = north - (0.08 + 0.085 * i) * (north - south)
        x = west + 0.03 * (east - west)
        blot([x], [y], [area * rate])
        axes.text(x + 0.025 * (east - west), y, f"{rate_text(rate)} a year", va="center", size=SMALL)
    axes.text(
        west + 0.24 * (east - west), (south + 2 * north) / 3, "north", color=FAINT, size=TEXT, style="italic"
    )
    axes.text(
        west + 0.62 * (east - west), (2 * south + north) / 3, "south", color=FAINT, size=TEXT, style="italic"
    )
    axes.set_xlabel("degrees east", size=SMALL)
    axes.set_ylabel("degrees north", size=SMALL)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def _name_counties(axes: Axes, length: float) -> None:
    names, limits = counties(length)
    metres = 1000.0 * limits
    middle = (metres[1:] + metres[:-1]) / 2
    for name, x, y in zip(names, *lonlat(middle, -_NAMES_M, 1000.0 * length), strict=True):
        axes.text(x, y, name, ha="center", va="center", size=SMALL)
    for s in metres[1:-1]:
        ends = lonlat([s, s], [-4_500.0, 0.0], 1000.0 * length)
        axes.plot(*ends, color=FAINT, linewidth=1.2, linestyle="--")
