"""The marks that several pictures share: the key of arms, letters, intervals, numbers in words."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from experiments.pictures.shown import Look, Shown
from experiments.sheet import (
    INK,
    MARGIN,
    SMALL,
    WIDTH,
    Box,
    Sheet,
    line_height,
    plain,
    rate_text,
    text_width,
    wrapped,
)
from experiments.wording import NO_INTERVAL, many, number

LINE = line_height(SMALL)
_SAMPLE = 48.0  # pixels of a line in the key
ENDS = {"": "estimate", "_low": "low", "_high": "high"}


class Key:
    """Which letter, line and mark stand for which arm; ``height`` pixels over the whole width."""

    def __init__(self, shown: Shown, arms: Sequence[str]) -> None:
        width = WIDTH - 2 * MARGIN - _SAMPLE - 12
        self._rows = [
            (shown.look[name], wrapped(f"{shown.label[name]} ({shown.sample(name)})", width, SMALL))
            for name in arms
        ]
        self.height = sum(len(lines) * LINE + 4 for _, lines in self._rows) + 10

    def draw(self, sheet: Sheet, top: float, marks: bool = False) -> None:
        """Set the key, with lines, or with ``marks`` instead of them."""
        axes = bare_axes(sheet, Box(MARGIN, top, _SAMPLE, self.height))
        axes.set(xlim=(0, _SAMPLE), ylim=(self.height, 0))
        at = 0.0
        for look, lines in self._rows:
            middle = at + LINE / 2
            if marks:
                axes.plot(34, middle, marker=look.marker, color=look.colour, markersize=7,
                          markeredgecolor=INK, markeredgewidth=0.6)  # fmt: skip
            else:
                axes.plot([18, _SAMPLE], [middle, middle], color=look.colour, linestyle=look.dash,
                          linewidth=2)  # fmt: skip
            letter(axes, 8, middle, look)
            rest = len(lines) * LINE / 2
            write_beside(sheet, MARGIN + _SAMPLE + 10, top + at + rest, lines)
            at += len(lines) * LINE + 4


def write_beside(
    sheet: Sheet, left: float, middle: float, lines: Sequence[str], size: float = SMALL,
    **look: object,
) -> None:  # fmt: skip
    """Set ``lines`` so that their middle, and not that of their lines, is at ``middle``."""
    rise = len(lines) * line_height(size) / 2 - 0.2 * line_height(size) / 1.4
    sheet.write(left, middle - rise, lines, size, **look)


def clipped(text: str, width: float, size: float, weight: str = "normal") -> str:
    """The first line of ``text``, with a mark where it goes on."""
    lines = wrapped(text, width - text_width(" …", size, weight), size, weight)
    return lines[0] + " …" if len(lines) > 1 else "".join(lines)


def bare_axes(sheet: Sheet, box: Box) -> Axes:
    """Axes without heading and frame, in pixels of ``box``."""
    axes = sheet.axes(box, "")
    axes.axis("off")
    return axes


def letter(axes: Axes, x: float, y: float, look: Look) -> None:
    """The letter of an arm in a circle of its colour."""
    axes.text(x, y, look.letter, size=7, weight="bold", ha="center", va="center_baseline", zorder=5,
              bbox={"boxstyle": "circle,pad=0.18", "facecolor": "white", "edgecolor": look.colour,
                    "linewidth": 1.4})  # fmt: skip


def draw_interval(
    axes: Axes, y: float, limits: tuple[float, float], colour: str = INK, size: float = 8
) -> None:
    """A horizontal interval; a limit beyond the axis, or infinite, is an arrow at its edge."""
    left, right = axes.get_xlim()
    low, high = (value if not math.isnan(value) else end
                 for value, end in zip(limits, (-math.inf, math.inf), strict=True))  # fmt: skip
    begin, end = min(max(low, left), right), max(min(high, right), left)
    axes.plot([begin, end], [y, y], color=colour, linewidth=1.5, solid_capstyle="butt")
    for x, arrow, inside in ((begin, "<", low >= left), (end, ">", high <= right)):
        axes.plot(x, y, marker="|" if inside else arrow, color=colour, markersize=size,
                  linestyle="", clip_on=False)  # fmt: skip


def log_axis(axes: Axes, low: float, high: float) -> None:
    """A log scale with numbers at decades, or at 1, 2 and 5 where there are few of them."""
    axes.set(xscale="log", xlim=(low, high))
    few = math.log10(high / low) < 2
    axes.xaxis.set_major_locator(
        LogLocator(subs=(1, 2, 5), numticks=12) if few else LogLocator(numticks=7)
    )
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(plain))


def ends_of(interval: Mapping[str, Any], name: str = "") -> dict[str, float]:
    """Estimate and limits as columns ``name``, ``name_low`` and ``name_high``; null is nan."""
    return {(name + end).lstrip("_") or "rate": float("nan") if interval[key] is None
            else interval[key] for end, key in ENDS.items()}  # fmt: skip


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


def spread(wanted: Sequence[float], widths: Sequence[float], low: float, high: float) -> np.ndarray:
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
