"""Heat maps: the rate that decides over two swept factors."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import Normalize

from experiments.pictures.grid import Cell, Grid
from experiments.pictures.levels import level_of, rates_by_level
from experiments.pictures.picture import Picture
from experiments.pictures.shown import COSTS_ONLY, Shown, costs_only
from experiments.sheet import (
    MARGIN,
    TEXT,
    WIDTH,
    Sheet,
    line_height,
    rate_text,
    wrapped,
)
from experiments.wording import NO_INTERVAL, capital, many, number

_ROWS, _COLUMNS, _PICTURES = 16, 9, 4  # at most
_MAP = colormaps["Blues"]  # rises in darkness only, so that a grey copy reads the same


def heat(shown: Shown) -> Iterator[Picture]:
    """The rate over the first two factors, a picture for each combination of further ones."""
    factors = {name: list(labels) for name, labels in shown.manifest["factors"].items()}
    if len(factors) < 2:
        return
    down, across, *others = factors
    if len(factors[across]) > _COLUMNS:
        down, across = across, down
    whole = rates_by_level(shown)
    cells = len(factors[down]) * len(factors[across])
    if len(factors[down]) > _ROWS or len(factors[across]) > _COLUMNS or whole.empty:
        return
    slices = list(itertools.product(*(factors[name] for name in others)))
    for i, point in enumerate(slices[:_PICTURES]):
        fixed = dict(zip(others, point, strict=True))
        data = whole
        for name, label in fixed.items():
            data = data[data[level_of(name)] == label]
        if 2 * len(data) < cells:
            continue  # a sample of points and no grid, or one that has only begun
        yield _heat(shown, "heat" if i == 0 else f"heat-{i + 1}", data, (down, across), fixed,
                    len(slices) - _PICTURES, whole["rate"].max())  # fmt: skip


def _heat(
    shown: Shown, name: str, data: pd.DataFrame, factors: tuple[str, str],
    fixed: Mapping[str, str], left_out: int, most: float,
) -> Picture:  # fmt: skip
    down, across = factors
    rows, columns = (list(shown.manifest["factors"][factor]) for factor in factors)
    grid = Grid(rows, columns)
    said = [f"Rows: {down}. Columns: {across}. Darker: more often."]
    said += [f"At {factor}: {label}." for factor, label in fixed.items()]
    said = [line for each in said for line in wrapped(each, WIDTH - 2 * MARGIN, TEXT)]
    intro = len(said) * line_height(TEXT) + 16
    title = f"{capital(shown.noun)} a year by {down} and {across}"
    title += "".join(f", {label}" for label in fixed.values())
    sheet = Sheet(title, _foot(shown, factors, left_out), intro + grid.height + 22)
    sheet.write(MARGIN, sheet.top, said, TEXT)
    grid.draw(sheet, sheet.top + intro, _cells(data, factors, (rows, columns), most))
    at = "".join(f", at {factor} {label}" for factor, label in fixed.items())
    cells = many(len(data), "combination")
    caption = (f"{capital(shown.noun)} a year, without a policy, for {cells} of {down} "
               f"(rows) and {across} (columns){at}: rate, 95% interval of each cell alone, "
               " n events. Darker is more often.")  # fmt: skip
    return Picture(name, title, caption, sheet.figure, data)


def _foot(shown: Shown, factors: Sequence[str], left_out: int) -> list[str]:
    foot = [f"Each cell: rate, its 95% interval (of the cell alone), n {shown.noun} in so many "
            "years; no policy."]  # fmt: skip
    labels = [label for factor in factors for label in shown.manifest["factors"][factor]]
    if costs_only(labels):
        foot.append(f"* {COSTS_ONLY}")
    if left_out > 0:
        foot.append(f"{many(left_out, 'further combination')} of other factors: see figures.json.")
    return foot + shown.notes


def _cells(
    data: pd.DataFrame,
    factors: tuple[str, str],
    labels: tuple[list[str], list[str]],
    most: float,
) -> dict[tuple[int, int], Cell]:
    rows, columns = labels
    scale = Normalize(0, 1.1 * most or 1.0)
    cells = {}
    for row in data.to_dict("records"):
        star = "*" if costs_only(row[level_of(factor)] for factor in factors) else ""
        words = (
            f"{rate_text(row['rate'])}{star}" if row["rate"] else f"0{star}",
            f"({_limits(row['low'], row['high'])})",
            f"n = {number(row['events'])} in {number(row['years'])}",
        )
        place = rows.index(row[level_of(factors[0])]), columns.index(row[level_of(factors[1])])
        cells[place] = Cell(_MAP(scale(row["rate"])), words)
    return cells


def _limits(low: float, high: float) -> str:
    if math.isnan(high):
        return NO_INTERVAL
    return f"{rate_text(low) if low else '0'}–{rate_text(high)}"
