"""Heat maps: the rate that decides over two swept factors."""

import itertools
import math
from collections.abc import Iterator, Mapping

import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import Normalize

from experiments.design.labels import factor_words, level_words, quantity_words
from experiments.pictures.grid import Grid, Tile
from experiments.pictures.levels import level_of, rates_by_level
from experiments.pictures.marks import few_note, page_name
from experiments.pictures.material import Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import MARGIN, TEXT, WIDTH, Sheet, line_height, rate_text, wrapped
from experiments.wording import FEW, NO_INTERVAL, capital, many, number

_ROWS, _COLUMNS, _PICTURES = 16, 9, 4  # at most
_MAP = colormaps["Blues"]  # rises in darkness only, so that a grey copy reads the same


def heat(material: Material) -> Iterator[Picture]:
    """The rate over the first two factors, a picture for each combination of further ones."""
    factors = {name: list(labels) for name, labels in material.manifest["factors"].items()}
    if len(factors) < 2 or material.is_sample:
        return
    down, across, *others = factors
    if len(factors[across]) > _COLUMNS:
        down, across = across, down
    whole = rates_by_level(material)
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
        yield _heat(
            material,
            page_name("heat", i),
            data,
            (down, across),
            fixed,
            len(slices) - _PICTURES,
            whole["rate"].max(),
        )


def _heat(
    material: Material,
    name: str,
    data: pd.DataFrame,
    factors: tuple[str, str],
    fixed: Mapping[str, str],
    left_out: int,
    most: float,
) -> Picture:
    down, across = factors
    rows, columns = (list(material.manifest["factors"][factor]) for factor in factors)
    grid = Grid(
        [level_words(down, label) for label in rows], [level_words(across, label) for label in columns]
    )
    said = [f"Rows: {quantity_words(down)}. Columns: {quantity_words(across)}. Darker: more often."]
    held = [level_words(*each) for each in fixed.items()]
    said += [f"At {each}." for each in held]
    said = [line for each in said for line in wrapped(each, WIDTH - 2 * MARGIN, TEXT)]
    intro = len(said) * line_height(TEXT) + 16
    title = f"{capital(material.rated_noun)} a year by {factor_words(down)} and {factor_words(across)}"
    title += "".join(f", {each}" for each in held)
    sheet = Sheet(title, _foot(material, data, left_out), intro + grid.height + 22)
    sheet.write(MARGIN, sheet.top, said, TEXT)
    grid.draw(sheet, sheet.top + intro, _cells(material, data, factors, (rows, columns), most))
    at = "".join(f", at {each}" for each in held)
    cells = many(len(data), "combination")
    caption = (
        f"{capital(material.rated_noun)} a year, without a policy, for {cells} of "
        f"{factor_words(down)} (rows) and {factor_words(across)} (columns){at}: rate, 95% interval of each "
        "cell alone, n events. Darker is more often."
    )
    return Picture(name, title, caption, sheet.figure, data)


def _foot(material: Material, data: pd.DataFrame, left_out: int) -> list[str]:
    foot = [
        f"Each cell: rate, its 95% interval (of the cell alone, unadjusted), n {material.rated_noun} in so "
        "many years; no policy."
    ]
    foot += material.costs_note(material.futures(data["arm"]), "* ")
    if left_out > 0:
        foot.append(f"{many(left_out, 'further combination')} of other factors: see figures.json.")
    return foot + few_note(data["few_clusters"], FEW) + material.notes


def _cells(
    material: Material,
    data: pd.DataFrame,
    factors: tuple[str, str],
    labels: tuple[list[str], list[str]],
    most: float,
) -> dict[tuple[int, int], Tile]:
    rows, columns = labels
    scale = Normalize(0, 1.1 * most or 1.0)
    cells = {}
    for row in data.to_dict("records"):
        star = "*" if material.arm(row["arm"])["future"] in material.costs_only else ""
        star += FEW if row["few_clusters"] else ""
        words = (
            f"{rate_text(row['rate'])}{star}" if row["rate"] else f"0{star}",
            f"({_limits(row['low'], row['high'])})",
            f"n = {number(row['events'])} in {number(row['years'])}",
        )
        place = rows.index(row[level_of(factors[0])]), columns.index(row[level_of(factors[1])])
        cells[place] = Tile(_MAP(scale(row["rate"])), words)
    return cells


def _limits(low: float, high: float) -> str:
    if math.isnan(high):
        return NO_INTERVAL
    return f"{rate_text(low) if low else '0'}–{rate_text(high)}"
