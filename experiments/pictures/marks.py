"""The marks that several pictures share: the key of arms, letters, intervals, numbers in words."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from numpy.typing import ArrayLike

from experiments.pictures.fonts import text_width
from experiments.pictures.material import Material, Style
from experiments.pictures.sheet import (
    INK,
    MARGIN,
    SMALL,
    WIDTH,
    Box,
    Sheet,
    line_height,
    plain,
    rate_text,
    wrapped,
)
from experiments.wording import FEW_MEANS, NO_INTERVAL, Ends, Limits, Rate, Ratio, many, number

LINE = line_height(SMALL)
_SAMPLE = 48.0  # pixels of a line in the key


class Key:
    """Which letter, line and mark stand for which arm; ``height`` pixels over the whole width."""

    def __init__(self, material: Material, arms: Sequence[str]) -> None:
        width = WIDTH - 2 * MARGIN - _SAMPLE - 12
        self._rows = [
            (material.style[name], wrapped(f"{material.label[name]} ({material.sample(name)})", width, SMALL))
            for name in arms
        ]
        self.height = sum(len(lines) * LINE + 4 for _, lines in self._rows) + 10

    def draw(self, sheet: Sheet, top: float, marks: bool = False) -> None:
        """Set the key, with lines, or with ``marks`` instead of them."""
        axes = bare_axes(sheet, Box(MARGIN, top, _SAMPLE, self.height))
        axes.set(xlim=(0, _SAMPLE), ylim=(self.height, 0))
        at = 0.0
        for style, lines in self._rows:
            middle = at + LINE / 2
            if marks:
                axes.plot(
                    34,
                    middle,
                    marker=style.marker,
                    color=style.colour,
                    markersize=7,
                    markeredgecolor=INK,
                    markeredgewidth=0.6,
                )
            else:
                axes.plot(
                    [18, _SAMPLE], [middle, middle], color=style.colour, linestyle=style.dash, linewidth=2
                )
            letter(axes, 8, middle, style)
            rest = len(lines) * LINE / 2
            write_beside(sheet, MARGIN + _SAMPLE + 10, top + at + rest, lines)
            at += len(lines) * LINE + 4


def write_beside(
    sheet: Sheet, left: float, middle: float, lines: Sequence[str], size: float = SMALL, **style: Any
) -> None:
    """Set ``lines`` so that their middle, and not that of their lines, is at ``middle``."""
    rise = len(lines) * line_height(size) / 2 - 0.2 * line_height(size) / 1.4
    sheet.write(left, middle - rise, lines, size, **style)


def clipped(text: str, width: float, size: float, weight: str = "normal") -> str:
    """The first line of ``text``, with a mark where it goes on."""
    lines = wrapped(text, width - text_width(" …", size, weight), size, weight)
    return lines[0] + " …" if len(lines) > 1 else "".join(lines)


def bare_axes(sheet: Sheet, box: Box) -> Axes:
    """Axes without heading and frame, in pixels of ``box``."""
    axes = sheet.axes(box, "")
    axes.axis("off")
    return axes


def letter(axes: Axes, x: float, y: float, style: Style) -> None:
    """The letter of an arm in a circle of its colour."""
    axes.text(
        x,
        y,
        style.letter,
        size=7,
        weight="bold",
        ha="center",
        va="center_baseline",
        zorder=5,
        bbox={
            "boxstyle": "circle,pad=0.18",
            "facecolor": "white",
            "edgecolor": style.colour,
            "linewidth": 1.4,
        },
    )


def draw_interval(
    axes: Axes, y: float, limits: tuple[float, float], colour: str = INK, size: float = 8
) -> None:
    """A horizontal interval; a limit beyond the axis, or infinite, is an arrow at its edge."""
    left, right = axes.get_xlim()
    low, high = (
        value if not math.isnan(value) else end
        for value, end in zip(limits, (-math.inf, math.inf), strict=True)
    )
    begin, end = min(max(low, left), right), max(min(high, right), left)
    axes.plot([begin, end], [y, y], color=colour, linewidth=1.5, solid_capstyle="butt")
    for x, arrow, inside in ((begin, "<", low >= left), (end, ">", high <= right)):
        axes.plot(
            x, y, marker="|" if inside else arrow, color=colour, markersize=size, linestyle="", clip_on=False
        )


def draw_rate(axes: Axes, y: float, row: Any, mark: tuple[str, str], size: float) -> None:
    """A rate of a row with its interval, ``mark`` its colour and marker; open where it rests on few clusters.

    Beyond an end of the axes the interval alone tells of it.
    """
    colour, marker = mark
    draw_interval(axes, y, (row.low, row.high), colour, 6)
    left, right = axes.get_xlim()
    if left <= row.rate <= right:
        axes.plot(
            row.rate,
            y,
            marker=marker,
            color="white" if row.few_clusters else colour,
            markeredgecolor=colour if row.few_clusters else INK,
            markeredgewidth=1.2 if row.few_clusters else 0.6,
            markersize=size,
        )


def log_axis(axes: Axes, low: float, high: float) -> None:
    """A log scale with numbers at decades, or at 1, 2 and 5 where there are few of them."""
    axes.set(xscale="log", xlim=(low, high))
    few = math.log10(high / low) < 2
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=12) if few else LogLocator(numticks=7))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(plain))


def page_name(name: str, i: int) -> str:
    """The name of a picture that may take several pages: the first has it alone."""
    return name if i == 0 else f"{name}-{i + 1}"


def page_words(i: int, pages: Sequence[object]) -> str:
    """What a title ends with where there are several pages: which of how many."""
    return f" ({i + 1} of {len(pages)})" if len(pages) > 1 else ""


def ends_of(interval: Rate | Ratio | Limits, name: str = "") -> dict[str, float]:
    """Estimate and limits as columns ``name``, ``name_low`` and ``name_high``; null is nan."""
    found = {
        name or "rate": interval["estimate"],
        f"{name}_low".lstrip("_"): interval["low"],
        f"{name}_high".lstrip("_"): interval["high"],
    }
    return {column: math.nan if value is None else value for column, value in found.items()}


def is_few(rate: Ends) -> bool:
    """Whether a rate rests on too few clusters, as ``figures.json`` says."""
    return bool(rate.get("too_few_clusters"))


def few_note(few: Iterable[bool], mark: str = "Open marks") -> list[str]:
    """What ``mark`` says of the rates that rest on too few clusters, where there are any."""
    if not any(few):
        return []
    return [f"{mark}: {FEW_MEANS}."]


def roof(data: pd.DataFrame) -> float:
    """The top of an axis from 0 that holds rates and their limits; one world has no limits."""
    return 1.1 * float(np.nanmax(data[["rate", "high"]].to_numpy(float))) or 1.0


def rate_words(rate: float, low: float, high: float) -> str:
    """A rate with its limits, if it has any."""
    if math.isnan(low) and math.isnan(high):
        return f"{rate_text(rate)} ({NO_INTERVAL})"
    if rate == 0:
        return f"0 (below {rate_text(high)})"
    return f"{rate_text(rate)} ({rate_text(low)}–{rate_text(high)})"


def events_words(events: float, years: float) -> str:
    """What was seen, in how many years."""
    return f"n = {number(events)} in {many(years, 'year')}"


def spread(wanted: ArrayLike, widths: Sequence[float], low: float, high: float) -> np.ndarray:
    """Middles as near to ``wanted`` as keeps things of these ``widths`` apart, within the limits.

    Where there is not enough room they overlap at the high end.
    """
    order, found = np.argsort(wanted, kind="stable"), np.array(wanted, float)
    edge = low
    for i in order:
        found[i] = max(found[i], edge + widths[i] / 2)
        edge = found[i] + widths[i] / 2
    edge = high
    for i in order[::-1]:
        found[i] = min(found[i], edge - widths[i] / 2)
        edge = found[i] - widths[i] / 2
    return found
