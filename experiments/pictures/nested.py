"""Nested runs: where the variance of expected clashes lies, and ratios by draw beside their fit."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from experiments.pictures.marks import write_beside
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import (
    FAINT,
    FILLS,
    INK,
    MARGIN,
    SMALL,
    TEXT,
    WIDTH,
    Box,
    Sheet,
    line_height,
    percent,
    plain,
)
from experiments.validation.ignorance import FLOOR, CheckedRatio, Ignorance
from experiments.validation.nested_words import LEVELS, SCALES, share_with_limits
from experiments.wording import many

_NAMES, _BAR, _ROW = 330.0, 500.0, 26.0
_GAP, _TALL, _ABOVE, _BELOW = 44.0, 280.0, 58.0, 50.0
_COLUMNS, _BETWEEN = 3, 14.0
_LEAST, _MOST = 0.02, 20.0  # ratios that an axis shows at most
_DOT = FILLS["violation"]["facecolor"]


def nested_picture(found: Ignorance | None) -> Iterator[Picture]:
    """One sheet; none where nothing was nested."""
    if found is None:
        return
    title = "Luck, world and ignorance, and ratios by draw, from nested runs"
    foot = [
        f"{many(found.draws, 'draw')}, each in {many(found.worlds, 'world')} of its own with "
        f"{many(found.lucks, 'luck')}. Above: shares of the variance of expected clashes a year without a "
        f"policy, with 95% by bootstrap over draws; of the logarithm, {FLOOR:g} a year at least. Below: a "
        "dot a draw, its ratio over all its worlds (95% up and down) by that which compare fits to the first "
        f"worlds of {many(found.first, 'draw')}; on the diagonal both agree."
    ]
    checked = [each for each in found.checked if len(each.draws)]
    rows = -(-len(checked) // _COLUMNS)
    parts = len(SCALES) * (line_height(TEXT) + 4 + _ROW * len(LEVELS) + _BETWEEN) + _BELOW
    sheet = Sheet(title, foot, parts + rows * (_ABOVE + _TALL + _BELOW))
    data = [_parts(sheet, sheet.top, found)]
    wide = (WIDTH - 2 * MARGIN - (_COLUMNS - 1) * _GAP - _GAP) / _COLUMNS
    for i, each in enumerate(checked):
        row, column = divmod(i, _COLUMNS)
        left = MARGIN + _GAP + column * (wide + _GAP)
        top = sheet.top + parts + row * (_ABOVE + _TALL + _BELOW) + _ABOVE
        axes = sheet.axes(
            Box(left, top, wide, _TALL), each.policy.replace("_", " "), "nested, up; fitted, along"
        )
        data.append(_ratios(axes, each))
    caption = (
        "Shares of the variance of expected clashes between draws, worlds and lucks; and the ratio of each "
        "policy at each draw, of nested runs and as fitted."
    )
    yield Picture("nested", title, caption, sheet.figure, pd.concat(data, ignore_index=True))


def _parts(sheet: Sheet, top: float, found: Ignorance) -> pd.DataFrame:
    rows = []
    for scale, words in SCALES.items():
        sheet.write(MARGIN, top, [f"Variance of the {words}"], TEXT, weight="bold")
        top += line_height(TEXT) + 4
        height = _ROW * len(LEVELS)
        axes = sheet.axes(Box(MARGIN + _NAMES, top, _BAR, height), "")
        axes.set(xlim=(0, 1), ylim=(len(LEVELS), 0), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.xaxis.set_major_formatter(FuncFormatter(percent))
        axes.tick_params(axis="x", labelbottom=scale == list(SCALES)[-1])
        for i, each in enumerate(getattr(found, scale)):
            y, middle = i + 0.5, top + (i + 0.5) * _ROW
            low, high = np.clip((each.low, each.high), 0.0, 1.0)
            axes.barh(y, np.clip(each.share, 0.0, 1.0), 0.56, color="#c6d9e8")
            axes.plot([low, high], [y, y], color=INK, linewidth=1.6, clip_on=False)
            write_beside(sheet, MARGIN + 12, middle, [LEVELS[each.level]], TEXT)
            told = share_with_limits(vars(each))
            write_beside(sheet, MARGIN + _NAMES + _BAR + 20, middle, [told], SMALL)
            rows.append({"of": f"variance, {scale}", "level": each.level} | vars(each))
        top += height + _BETWEEN
    return pd.DataFrame(rows)


def _ratios(axes: Axes, checked: CheckedRatio) -> pd.DataFrame:
    fitted, found = np.exp(checked.fitted.log_ratios), np.exp(checked.log_ratios)
    low, high = np.exp(checked.limits)
    ends = (
        max(_LEAST, min(0.5, fitted.min(), found.min()) / 1.3),
        min(_MOST, max(2.0, fitted.max(), found.max()) * 1.3),
    )
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    for axis in (axes.xaxis, axes.yaxis):
        few = ends[1] / ends[0] < 100.0
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=10))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(plain))
    axes.grid()
    axes.axhline(1.0, color=FAINT, linewidth=1.2, linestyle="--", zorder=1)
    axes.axvline(1.0, color=FAINT, linewidth=1.2, linestyle="--", zorder=1)
    axes.plot(ends, ends, color=FAINT, linewidth=1.2, zorder=1)
    inside = np.clip(np.stack([low, found, high]), *ends)
    x = np.clip(fitted, *ends)
    axes.vlines(x, inside[0], inside[2], color=_DOT, linewidth=1.0, alpha=0.6)
    axes.plot(x, inside[1], "o", color=_DOT, markersize=4.5, markeredgewidth=0)
    return pd.DataFrame(
        {"of": f"ratio, {checked.policy}", "draw": checked.draws, "ratio": found, "fitted": fitted}
    ).assign(low=low, high=high)
