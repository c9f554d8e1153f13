"""Where along the line: recorded crossings and accidental clashes by arm, and a map."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from experiments.measures import YEAR
from experiments.pictures.marks import LINE, bare_axes
from experiments.pictures.material import Material
from experiments.pictures.picture import Picture
from experiments.pictures.run_numbers import BEGUN, counties, places_table
from experiments.pictures.sheet import FAINT, FILLS, HEADING, SMALL, Box, Sheet, line_height, plain, wrapped
from experiments.wording import many, number
from sim.sides import SIDES
from sim.world.geography import ATTRIBUTION

_MOST = 3
_LEFT, _WIDTH = 84.0, 1088.0
_HEIGHT = 62.0  # pixels of one arm's axes
_COUNTIES = 30.0
_EVENTS = {
    "Recorded crossings": {f"recorded_by_{s}": (s, f"by the {s}") for s in reversed(SIDES)},
    "Accidental clashes": {f"clashes_{name}": (name, words) for name, words in BEGUN.items()},
}


def places(material: Material) -> Iterator[Picture]:
    """Crossings and clashes a year and 10 km, the arms below each other on one scale."""
    chosen = material.most_different(_MOST)
    lengths = {material.scenario(name)["space"]["length_km"] for name in chosen}
    if len(lengths) > 1:
        return  # lines that are not the same have no common places
    length = lengths.pop()
    data = pd.concat(
        [
            places_table(material.incidents_of[name], _years(material, name), length).assign(arm=name)
            for name in chosen
        ],
        ignore_index=True,
    )
    data = data[["arm", *(column for column in data if column != "arm")]]
    heads = {name: wrapped(material.label[name], _WIDTH - 250, SMALL, "bold") for name in chosen}
    block = 70 + sum(len(lines) * LINE + 16 + _HEIGHT for lines in heads.values()) + 6
    title = "Where crossings are recorded and accidental clashes happen"
    foot = [
        f"Line of {number(length)} km; n counts events in the exposed years of an arm. The "
        "counties are those south of the line.",
        *material.choice(chosen),
        *material.notes,
        ATTRIBUTION,
    ]
    sheet = Sheet(title, foot, 2 * block + _COUNTIES + 56)
    _draw_block(sheet, sheet.top, "Recorded crossings", data, heads, material)
    _name_counties(sheet, sheet.top + block, length)
    last = _draw_block(sheet, sheet.top + block + _COUNTIES, "Accidental clashes", data, heads, material)
    last.tick_params(labelbottom=True, length=3)
    last.set_xlabel("km along the line, from west to east", size=SMALL)
    caption = (
        f"Recorded crossings and accidental clashes a year and 10 km along the line in "
        f"{many(len(chosen), 'arm')}. {ATTRIBUTION}"
    )
    yield Picture("places", title, caption, sheet.figure, data)


def _years(material: Material, name: str) -> float:
    return float(material.runs_of[name]["days"].sum()) / YEAR


def _draw_block(
    sheet: Sheet,
    top: float,
    events: str,
    data: pd.DataFrame,
    heads: Mapping[str, list[str]],
    material: Material,
) -> Axes:
    """All arms' axes of some events on one scale; the last of them."""
    columns = _EVENTS[events]
    sheet.write(_LEFT, top, [events], HEADING, weight="bold")
    sheet.write(_LEFT, top + line_height(HEADING), ["a year and 10 km"], SMALL)
    legend = bare_axes(sheet, Box(_LEFT, top + 40, _WIDTH, 16))
    legend.legend(
        handles=[Patch(**FILLS[fill]) for fill, _ in columns.values()],
        labels=[words for _, words in columns.values()],
        loc="upper left",
        ncols=2,
    )
    most = data[list(columns)].sum(axis=1).max()
    at = top + 66
    for name, lines in heads.items():
        mine = data[data["arm"] == name]
        sheet.write(_LEFT, at, lines, SMALL, weight="bold")
        n = number(mine[[f"{column}_counted" for column in columns]].to_numpy().sum())
        sheet.write(
            _LEFT + _WIDTH, at, [f"n = {n} in {many(_years(material, name), 'year')}"], SMALL, ha="right"
        )
        at += len(lines) * LINE + 4
        axes = bare_axes(sheet, Box(_LEFT, at, _WIDTH, _HEIGHT))
        axes.axis("on")
        _draw_stacks(axes, mine, columns, 1.08 * most)
        at += _HEIGHT + 12
    return axes


def _draw_stacks(axes: Axes, table: pd.DataFrame, columns: Mapping[str, tuple[str, str]], top: float) -> None:
    floor = np.zeros(len(table))
    outline = 0.6 if len(table) <= 100 else 0.0
    for column, (fill, _) in columns.items():
        axes.bar(
            table["from_km"],
            table[column],
            table["to_km"] - table["from_km"],
            floor,
            align="edge",
            linewidth=outline,
            **FILLS[fill],
        )
        floor += table[column].to_numpy()
    length = float(table["to_km"].iloc[-1])
    for limit in counties(length)[1][1:-1]:
        axes.axvline(limit, color=FAINT, linestyle="--", linewidth=0.9)
    axes.set(xlim=(0, length), ylim=(0, top or 1.0))
    axes.yaxis.set_major_locator(MaxNLocator(3) if top else NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
    axes.tick_params(axis="x", labelbottom=False, length=0)
    axes.grid(axis="y")


def _name_counties(sheet: Sheet, top: float, length: float) -> None:
    names, limits = counties(length)
    for name, middle in zip(names, (limits[1:] + limits[:-1]) / 2, strict=True):
        sheet.write(_LEFT + middle / length * _WIDTH, top - 6, [name], SMALL, ha="center")
