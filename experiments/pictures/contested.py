"""Rates against the measured ambiguity of the border, not against the input that made it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from experiments.design.labels import factor_words, level_words
from experiments.pictures.fonts import text_width
from experiments.pictures.levels import draw_rates, level_of, n_words, rates_by_level
from experiments.pictures.marks import LINE, few_note, roof, spread
from experiments.pictures.material import SAMPLE, STYLES, Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import FAINT, SMALL, TEXT, Box, Sheet, line_height, plain, wrapped
from experiments.wording import capital, many, number

_AREA = "contested_area_km2"
_LEFT, _WIDTH = 84.0, 1088.0
_PANELS, _NAMED = 6, 10  # panels, and points in one that have a name, at most
_APART = 15.0  # pixels from one point to the next
_LEADER, _BELOW = 20.0, 40.0  # pixels from the axes to the names above, and to the next panel

_SAME = "Points of nearly the same area stand beside each other. "


class _Row(NamedTuple):
    """A panel: its heading, points, and their names (lines each, none where there are many)."""

    heading: list[str]
    data: pd.DataFrame
    names: list[list[str]]
    marker: str

    @property
    def above(self) -> float:
        """Pixels from the top to the axes."""
        lines = max(map(len, self.names), default=0)
        return len(self.heading) * line_height(TEXT) + lines * LINE + _LEADER + 2


def contested(material: Material) -> Iterator[Picture]:
    """Rates of the futures by contested area: a panel for each level of the second factor."""
    data, factors = rates_by_level(material), list(material.manifest["factors"])
    if len(data) < 2 or not np.ptp(data[_AREA]) > 0.05 * data[_AREA].max():
        return  # nothing was swept that moves the lines
    rows = _rows(material, data, factors)
    height = 300.0 if len(rows) == 1 else 120.0
    named = _names_told(factors, rows)
    title = f"{capital(material.rated_noun)} against the measured contested area"
    foot = [
        "Contested area: between the two sides' belief lines, mean of the run; thin lines: "
        "5–95% of worlds. Bars: 95% intervals of each rate alone, unadjusted for their number. No policy. "
        f"{named}{_SAME if all(row.names for row in rows) else ''}{n_words(data, material.rated_noun)}",
        *([SAMPLE] if material.is_sample else []),
        *few_note(data["few_clusters"]),
        *material.costs_note(material.futures(data["arm"])),
        *material.notes,
    ]
    quantity = f"{material.rated_noun} a year, 95% intervals"
    if len(rows) > 1:
        quantity += f", by {factor_words(factors[1])}"
    said = wrapped(quantity, _WIDTH, TEXT)
    intro = len(said) * line_height(TEXT) + 8
    sheet = Sheet(title, foot, intro + sum(row.above + height + _BELOW for row in rows) + 14)
    sheet.write(_LEFT, sheet.top, said, TEXT)
    top = sheet.top + intro
    for row in rows:
        axes = sheet.axes(Box(_LEFT, top + row.above, _WIDTH, height), "")
        sheet.write(_LEFT, top, row.heading, TEXT, weight="bold")
        _draw(axes, row, data, height)
        top += row.above + height + _BELOW
    axes.set_xlabel("contested area, km²" + (", log scale" if _is_log(data) else ""), size=SMALL)
    caption = (
        f"{capital(material.rated_noun)} a year, without a policy, of {many(len(data), 'future')} "
        "against the contested area that was measured in their runs: rates with 95% "
        "intervals, and mean area in km²."
    )
    yield Picture("contested", title, caption, sheet.figure, data)


def _rows(material: Material, data: pd.DataFrame, factors: Sequence[str]) -> list[_Row]:
    labels = list(material.manifest["factors"][factors[1]]) if len(factors) > 1 else []
    if not 1 < len(labels) <= _PANELS:
        return [_row([], data, _named(factors, 1), "o")]
    rows = []
    for label, style in zip(labels, STYLES, strict=False):
        mine = data[data[level_of(factors[1])] == label]
        if len(mine):
            heading = wrapped(level_words(factors[1], label), _WIDTH, TEXT, "bold")
            rows.append(_row(heading, mine, _named(factors, len(labels)), style.marker))
    return rows


def _names_told(factors: Sequence[str], rows: Sequence[_Row]) -> str:
    if not all(row.names for row in rows):
        return "Points without a name: see the CSV of this picture. "
    return f"Names: {', '.join(map(factor_words, _named(factors, len(rows)))) or 'future'}. "


def _named(factors: Sequence[str], panels: int) -> list[str]:
    """The factors whose levels name a point: those that the panels do not tell."""
    return [name for i, name in enumerate(factors) if panels == 1 or i != 1]


def _row(heading: list[str], data: pd.DataFrame, factors: Sequence[str], marker: str) -> _Row:
    names: list[list[str]] = []
    if len(data) <= _NAMED:
        width = _WIDTH / len(data) - 16
        labels = [
            ", ".join(level_words(name, row[level_of(name)]) for name in factors) or row["arm"]
            for row in data.to_dict("records")
        ]
        names = [
            [*wrapped(label, width, SMALL), f"n = {number(n)}"]
            for label, n in zip(labels, data["events"], strict=True)
        ]
    return _Row(heading, data, names, marker)


def _is_log(data: pd.DataFrame) -> bool:
    """Whether the areas lie so far apart that those of a linear axis would be a heap."""
    least, most = data["contested_area_low"].min(), data["contested_area_high"].max()
    return bool(least > 0 and most > 8 * least)


def _draw(axes: Axes, row: _Row, data: pd.DataFrame, height: float) -> None:
    if _is_log(data):
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=12))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(data["contested_area_low"].min() / 1.15, data["contested_area_high"].max() * 1.15)
    else:
        axes.set_xlim(0, 1.04 * data["contested_area_high"].max())
        axes.xaxis.set_major_locator(MaxNLocator(8))
    axes.xaxis.set_major_formatter(FuncFormatter(plain))
    beside = _beside(axes, row.data)
    axes.hlines(
        row.data["rate"],
        row.data["contested_area_low"],
        row.data["contested_area_high"],
        color=FAINT,
        linewidth=1.0,
    )
    draw_rates(axes, beside, row.data, row.marker)
    axes.set_ylim(0, roof(data))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    _name_points(axes, row, beside, height)


def _beside(axes: Axes, data: pd.DataFrame) -> np.ndarray:
    """Where on the area's axis each point is drawn: apart, also where areas are the same."""
    points = np.column_stack([data[_AREA], data["rate"]])
    shares = axes.transAxes.inverted().transform(axes.transData.transform(points))
    if len(data) <= _NAMED:
        shares[:, 0] = spread(shares[:, 0], [_APART / _WIDTH] * len(data), 0, 1)
    return axes.transData.inverted().transform(axes.transAxes.transform(shares))[:, 0]


def _name_points(axes: Axes, row: _Row, beside: np.ndarray, height: float) -> None:
    """Names above the axes, each with a line down to its point."""
    if not row.names:
        return
    tops = row.data["high"].fillna(row.data["rate"])
    shares = axes.transAxes.inverted().transform(axes.transData.transform(np.column_stack([beside, tops])))
    wide = [(max(text_width(line, SMALL) for line in lines) + 14) / _WIDTH for lines in row.names]
    middles = spread(shares[:, 0], wide, 0, 1)
    for lines, (x, y), middle in zip(row.names, shares, middles, strict=True):
        down = [1 + (_LEADER - 2) / height, 1 + 2 / height, y]
        axes.plot(
            [middle, x, x],
            down,
            color=FAINT,
            linewidth=0.8,
            linestyle=":",
            clip_on=False,
            transform=axes.transAxes,
        )
        axes.text(
            middle,
            1 + _LEADER / height,
            "\n".join(lines),
            ha="center",
            va="bottom",
            size=SMALL,
            transform=axes.transAxes,
        )
