"""A screening: inputs down, mu* of the headline beside luck's, and shares of every output's variance."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from experiments.calibration.screening.screening import HEADLINE, Screening
from experiments.calibration.screening.verdicts import LEAST_SHARE, largest
from experiments.pictures.marks import bare_axes, draw_interval, write_beside
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import (
    FAINT,
    FILLS,
    HEADING,
    INK,
    MARGIN,
    SMALL,
    TEXT,
    Box,
    Sheet,
    line_height,
    wrapped,
)
from experiments.wording import many, share_figure

_ROWS = 40  # inputs that are shown at most
_NAME, _ROW = 266.0, 24.0
_BARS = Box(304, 0, 192, 0)
_CELLS, _WIDE = 512.0, 66.0
_ABOVE, _BELOW = 92.0, 46.0
_STRONG, _PALE, _NONE = FILLS["violation"]["facecolor"], "#c6d9e8", "#f4f4f4"


def screening_picture(found: Screening) -> Picture:
    """Inputs down, what is drawn first; to be called within ``styled()``."""
    data, outputs = found.table, list(found.by_output)
    order = _order(found)
    height = _ROW * len(order)
    left_out = len(found.verdicts) - len(order)
    foot = [
        "Bars: mu*, the mean size of what a move of the input over its prior's middle 90% does to the log of "
        "expected clashes a year; line: 95%. Tick: mu* that luck alone makes. Cells: share of each output's "
        f"variance, free of luck; dark: told from luck and {LEAST_SHARE:.0%} or more, light: told from luck, "
        "but small. Bold: drawn from its prior, since a cell is dark or a policy is made of it. Recorded "
        "crossings bear on no verdict.",
        f"{many(found.size.trajectories, 'trajectory')} over as many draws of the posterior, "
        f"{found.size.with_policies} of them for the ratios of policies, seed {found.seed}; "
        f"{many(left_out, 'further input')} not shown, of which none is drawn.",
    ]
    title = "Which parameters that the record does not fit matter for the answers"
    sheet = Sheet(title, foot, _ABOVE + height + _BELOW)
    top = sheet.top + _ABOVE
    axes = sheet.axes(_BARS._replace(top=top, height=height), "Expected clashes", "mu* of the logarithm")
    _draw_bars(axes, found.by_output[HEADLINE].loc[order], height)
    for i, name in enumerate(order):
        weight = "bold" if found.verdicts[name].drawn else "normal"
        words = wrapped(name, _NAME, TEXT, weight)
        write_beside(sheet, MARGIN, top + (i + 0.5) * _ROW, words, TEXT, weight=weight)
    cells = bare_axes(sheet, Box(_CELLS, top, _WIDE * len(outputs), height))
    cells.set(xlim=(0, _WIDE * len(outputs)), ylim=(height, 0))
    rise = 3 * line_height(SMALL) + line_height(HEADING) + 10
    sheet.write(_CELLS + 2, top - rise, ["Share of the variance"], HEADING, weight="bold")
    for k, output in enumerate(outputs):
        head = wrapped(_short(output), _WIDE - 2, SMALL)
        rise = len(head) * line_height(SMALL) + 6
        sheet.write(_CELLS + k * _WIDE + 2, top - rise, head, SMALL)
        _draw_cells(cells, k * _WIDE, data[data["output"] == output].set_index("input").loc[order])
    caption = (
        "Morris screening: by input, mu* of expected clashes beside what luck makes, and its share of the "
        "variance of expected clashes, their two parts, the ratios of six policies and recorded crossings."
    )
    return Picture("screening", title, caption, sheet.figure, data)


def _order(found: Screening) -> list[str]:
    """What is drawn first, then by the share of the headline's variance."""
    shares = largest(found.by_output[HEADLINE])
    names = sorted(
        shares.index, key=lambda name: (not found.verdicts[name].drawn, -np.nan_to_num(shares[name]))
    )
    drawn = sum(verdict.drawn for verdict in found.verdicts.values())
    return names[: max(drawn, _ROWS)]


def _draw_bars(axes: Axes, rows: pd.DataFrame, height: float) -> None:
    axes.set(yticks=[], ylim=(height, 0), xlim=(0, 1.05 * max(float(rows["high"].max()), 1e-3)))
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.axvline(0.0, color=FAINT, linewidth=1.0)
    for i, row in enumerate(rows.itertuples()):
        y = (i + 0.5) * _ROW
        axes.barh(y, row.mu_star, 0.55 * _ROW, color=_PALE)
        draw_interval(axes, y, (row.low, row.high), size=5)
        axes.plot([row.luck] * 2, [y - 8, y + 8], color=INK, linewidth=1.8, linestyle=":")


def _draw_cells(axes: Axes, left: float, rows: pd.DataFrame) -> None:
    for i, row in enumerate(rows.itertuples()):
        fill = _STRONG if row.matters else _PALE if row.told else _NONE
        axes.add_patch(Rectangle((left + 1, i * _ROW + 1), _WIDE - 2, _ROW - 2, facecolor=fill, linewidth=0))
        if row.told:
            axes.text(
                left + _WIDE / 2,
                (i + 0.5) * _ROW,
                share_figure(min(max(row.share, row.one_way), 1.0)),
                size=SMALL,
                ha="center",
                va="center_baseline",
                color="white" if row.matters else INK,
            )


def _short(output: str) -> str:
    return output.removeprefix("ratio of ").replace("_", " ").replace("rangefinding", "range- finding")
