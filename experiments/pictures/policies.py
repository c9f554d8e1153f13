"""Policies by futures: what each policy does in each future to the rate that decides."""

import itertools
import math
from collections.abc import Iterator
from typing import Literal

import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.typing import ColorType

from experiments.pictures.forest import comparisons_table, level_note, ratio_words
from experiments.pictures.grid import Grid, Tile
from experiments.pictures.marks import few_note, page_name, page_words
from experiments.pictures.material import IDENTICAL, Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import MARGIN, TEXT, WIDTH, Sheet, line_height, wrapped
from experiments.wording import FEW, many, number

_Axis = Literal["policy", "future"]
_AXES: tuple[_Axis, _Axis] = ("policy", "future")
_ROWS, _COLUMNS, _PICTURES = 30, 7, 6  # at most
# as dark at either end: which of both is told by the mark before the number
SHIFT = LinearSegmentedColormap.from_list("shift", ["#0072B2", "#ffffff", "#AD3D00"])
_PALER = 0.35  # of the colour of a decided cell
MARKS = {"lower": "▼ ", "higher": "▲ ", "undecided": "? ", "identical": "= "}


def policy_heat(material: Material) -> Iterator[Picture]:
    """Ratio of every policy in every future, where there are two of both."""
    data = comparisons_table(material)
    if data.empty or material.is_sample or data["future"].nunique() < 2 or data["policy"].nunique() < 2:
        return
    down, across = _AXES
    names = {axis: _in_order(material, data, axis) for axis in _AXES}
    if len(names["future"]) > _COLUMNS >= len(names["policy"]):
        down, across = across, down
    pages = list(itertools.product(_chunks(names[down], _ROWS), _chunks(names[across], _COLUMNS)))
    for i, (rows, columns) in enumerate(pages[:_PICTURES]):
        mine = data[data[down].isin(rows) & data[across].isin(columns)]
        if len(mine):
            name = page_name("heat-policies", i)
            page = page_words(i, pages)
            yield _picture(
                material,
                name,
                mine.reset_index(drop=True),
                (down, across),
                (rows, columns),
                _scale(data),
                page,
            )


def _in_order(material: Material, data: pd.DataFrame, axis: _Axis) -> list[str]:
    """Policies or futures as the plan has them."""
    known = set(data[axis])
    return [
        name
        for name in dict.fromkeys(arm[axis] for arm in material.manifest["arms"].values())
        if name is not None and name in known
    ]


def _chunks(names: list[str], most: int) -> list[list[str]]:
    """Parts of about the same length, as few as there can be."""
    size = -(-len(names) // -(-len(names) // most))
    return [names[i : i + size] for i in range(0, len(names), size)]


def _scale(data: pd.DataFrame) -> float:
    """The logarithm of the ratio that has the full colour: the largest decided, at least 2."""
    decided = data[data["verdict"].isin(["lower", "higher"])]["ratio"]
    logs = [abs(math.log(value)) for value in decided if 0 < value < math.inf]
    return max([math.log(2.0), *logs])


def _picture(
    material: Material,
    name: str,
    data: pd.DataFrame,
    axes: tuple[str, str],
    labels: tuple[list[str], list[str]],
    scale: float,
    page: str,
) -> Picture:
    words = [[material.named(name) for name in each] for each in labels]
    grid = Grid(*words)
    rows, columns = ("policies", "futures") if axes[0] == "policy" else ("futures", "policies")
    said = wrapped(
        f"Rows: {rows}. Columns: {columns}. Ratio of rates: policy / none in the same future. "
        "▼ and blue: lower; ▲ and brown: higher; ? and paler: undecided; = and white: identical, "
        "it never bound.",
        WIDTH - 2 * MARGIN,
        TEXT,
    )
    intro = len(said) * line_height(TEXT) + 16
    title = f"What each policy does to {material.noun} in each future{page}"
    foot = [
        f"Each cell: ratio and its interval; n: {material.noun} with the policy v without. "
        f"{level_note(material, data)} Full colour: {_full(scale)}.",
        *([IDENTICAL] if any(len(each) > 1 for each in material.alike.values()) else []),
        *few_note([*data["few_clusters_policy"], *data["few_clusters_baseline"]], FEW),
        *material.costs_note(data["future"], "* "),
        *material.notes,
    ]
    sheet = Sheet(title, foot, intro + grid.height + 22)
    sheet.write(MARGIN, sheet.top, said, TEXT)
    cells = {}
    for row in data.to_dict("records"):
        y, x = (each.index(row[axis]) for axis, each in zip(axes, labels, strict=True))
        cells[y, x] = _cell(row, scale, "*" if row["future"] in material.costs_only else "")
    grid.draw(sheet, sheet.top + intro, cells)
    caption = (
        f"Ratio of the rates of {material.noun} with and without a policy, "
        f"{many(len(data), 'cell')} of {rows} (rows) and {columns} (columns): ratio, "
        "simultaneous interval, n with v without. ? is undecided."
    )
    return Picture(name, title, caption, sheet.figure, data)


def _full(scale: float) -> str:
    return f"a ratio of 1/{math.exp(scale):.2g} or less, {math.exp(scale):.2g} or more"


def _cell(row: dict, scale: float, star: str) -> Tile:
    n = " v ".join(
        f"{number(row[f'events_{arm}'])}{FEW if row[f'few_clusters_{arm}'] else ''}"
        for arm in ("policy", "baseline")
    )
    n = f"n = {n}"
    mark = MARKS[row["verdict"]]
    if row["verdict"] == "identical":
        return Tile("#ffffff", (f"{mark}1{star}", "(exactly)", n))
    if math.isnan(row["ratio"]):
        return Tile("#ffffff", (f"{mark}{star}", "none in either", n))
    limits = f"({ratio_words(row['ratio_low'])}–{ratio_words(row['ratio_high'])})"
    words = (f"{mark}{ratio_words(row['ratio'])}{star}", limits, n)
    return Tile(_colour(row["ratio"], scale, row["verdict"] == "undecided"), words)


def _colour(ratio: float, scale: float, undecided: bool) -> ColorType:
    shift = -math.inf if ratio == 0 else math.log(ratio) if ratio < math.inf else math.inf
    shift = max(-1.0, min(1.0, shift / scale)) * (_PALER if undecided else 1.0)
    return SHIFT(0.5 + shift / 2)
