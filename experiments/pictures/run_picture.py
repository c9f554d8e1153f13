"""The picture of a batch: the ladder, clashes, their first day, their places, and tension.

``experiments.pictures.run_numbers.figure_data`` holds the numbers; the panels only draw them.
"""

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from experiments.pictures.fonts import letters_note, text_width
from experiments.pictures.marks import draw_interval
from experiments.pictures.run_numbers import BEGUN, counties, figure_data
from experiments.pictures.sheet import (
    FAINT,
    FILLS,
    INK,
    MARGIN,
    SMALL,
    TEXT,
    Box,
    Sheet,
    line_height,
    percent,
    plain,
    rate_text,
    save_png,
    styled,
    wrapped,
)
from experiments.pictures.tension import draw_tension
from experiments.statistics.intervals import Interval
from experiments.store.rows import WEEK
from experiments.wording import NO_INTERVAL, many, number
from sim.sides import SIDES
from sim.world.geography import ATTRIBUTION

_FATES = {
    "clash, ended": ("o", "then ended"),
    "no clash, cut off": ("|", "cut off without"),
    "no clash, ended": ("x", "ended without"),
}
_MOST_BARS = 16
_LABELS = 165.0  # pixels for the labels of the ladder
_ABOVE = 62.0  # pixels for heading, quantity and legend above axes
_BELOW = 50.0  # pixels for the labels of an axis, and air
_COUNTIES = 72.0  # pixels for the names of counties, heading and legend between the two


def summary_figure(
    runs: pd.DataFrame,
    incidents: pd.DataFrame,
    tension: np.ndarray,
    *,
    title: str,
    ladder: Sequence[tuple[str, Interval]],
    start: dt.date,
    length_km: float,
    notes: Sequence[str],
    too_few: Collection[str] = (),
) -> Figure:
    """The picture of a batch, 1,200 pixels wide; its height follows from its texts.

    ``runs`` and ``incidents`` are rows of ``sim.outcome.outcome``, ``tension`` is (runs, weeks, 2).
    ``too_few`` names the labels of ``ladder`` that rest on too few clusters. ``notes`` stand in the
    foot. Draw it within ``experiments.pictures.sheet.styled()``. Raises ValueError if there is no run.
    """
    data = figure_data(runs, incidents, tension, ladder=ladder, start=start, length_km=length_km)
    labels = [wrapped(label, _LABELS - 14, TEXT) for label, _ in ladder]
    rows = sum(_row_height(label) for label in labels)
    first, middle = max(rows, 150.0) + _ABOVE + _BELOW, 170.0 + _ABOVE + _BELOW
    words = [title, *notes, *(label for label, _ in ladder)]
    foot = [_sample(runs, start, length_km), *notes, *letters_note(words), ATTRIBUTION]
    with styled():
        sheet = Sheet(title, foot, first + middle + 382.0)
        top = sheet.top + _ABOVE
        _draw_ladder(sheet, Box(MARGIN + _LABELS, top, 300, rows), data["ladder"], labels, too_few)
        days = float(runs["days"].max())
        _draw_clashes(sheet, Box(828, top, 344, first - _ABOVE - _BELOW), data["clashes"], days)
        top += first
        _draw_first_clash(sheet, Box(72, top, 496, 170), data)
        _draw_tension(sheet, Box(654, top, 518, 170), data["tension"])
        _draw_places(sheet, Box(72, top + middle, 1100, 96), data["places"], length_km)
    return sheet.figure


def save_summary(path: str | Path, *tables: Any, **texts: Any) -> None:
    """Write ``summary_figure`` of the same arguments as PNG; equal numbers give equal bytes."""
    save_png(summary_figure(*tables, **texts), Path(path))


def _sample(runs: pd.DataFrame, start: dt.date, length_km: float) -> str:
    worlds = runs.groupby(["seed", "world"]).ngroups
    seeds = sorted(set(runs["seed"]))
    named = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds from {seeds[0]}"
    days = f"{'' if runs['days'].nunique() == 1 else 'up to '}{many(runs['days'].max(), 'day')}"
    return (
        f"{many(len(runs), 'run')} in {many(worlds, 'world')}, {named}; {days} each from "
        f"{start.day} {start:%B %Y}; line of {number(length_km)} km."
    )


def _draw_ladder(
    sheet: Sheet, box: Box, table: pd.DataFrame, labels: Sequence[Sequence[str]], too_few: Collection[str]
) -> None:
    axes = sheet.axes(box, "The ladder, and what happened", "a year, on a log scale")
    beside = box.left + box.width + 18
    sheet.write(beside, box.top - line_height(SMALL), ["a year (95% interval), and n"], SMALL)
    axes.set(yticks=[], ylim=(box.height, 0), xscale="log", xlim=_decades(table))
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(LogLocator(numticks=7))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(plain))
    axes.grid(axis="x")
    top = 0.0
    for lines, rate in zip(labels, table.itertuples(), strict=True):
        height = _row_height(lines)
        middle = top + height / 2
        _draw_rate(axes, middle, rate, rate.label in too_few)
        figures = _figures(rate, rate.label in too_few)
        for left, texts in ((MARGIN, lines), (beside, figures)):
            rise = len(texts) * line_height(TEXT) / 2
            sheet.write(left, box.top + middle - rise, texts)
        top += height


def _row_height(lines: Sequence[str]) -> float:
    return max(2, len(lines)) * line_height(TEXT) + 6


def _decades(table: pd.DataFrame) -> tuple[float, float]:
    """Whole decades that hold every rate and finite limit above 0."""
    seen = ["estimate", "low", "high"]
    limits = table[seen].to_numpy(float) if len(table) else np.empty(0)
    limits = limits[np.isfinite(limits) & (limits > 0)]
    if not limits.size:
        return 0.01, 1.0
    low, high = np.floor(np.log10(limits.min())), np.ceil(np.log10(limits.max()))
    return 10.0 ** min(low, high - 2), 10.0**high


def _draw_rate(axes: Axes, y: float, rate: Interval, too_few: bool) -> None:
    """An interval from 0 has no left end on a log scale: an arrow stands at the edge. A mark is open where
    clusters are too few.
    """
    draw_interval(axes, y, (rate.low, rate.high), size=9)
    if rate.estimate > 0:
        axes.plot(
            rate.estimate,
            y,
            marker="o",
            color="white" if too_few else FILLS["violation"]["facecolor"],
            markeredgecolor=INK,
            markersize=7.5,
        )


def _figures(rate: Interval, too_few: bool) -> list[str]:
    years = many(rate.n, "year")
    seen = f"{number(rate.events)} in {years}"
    if math.isnan(rate.high):
        figures = [f"{rate_text(rate.estimate)}, {NO_INTERVAL}", seen]
    elif rate.events == 0:
        figures = [f"none in {years}", f"below {rate_text(rate.high)} a year"]
    else:
        limits = f"{rate_text(rate.low)}–{rate_text(rate.high)}"
        figures = [f"{rate_text(rate.estimate)} ({limits})", seen]
    return [*figures[:1], f"{figures[1]}; too few clusters"] if too_few else figures


def _draw_clashes(sheet: Sheet, box: Box, table: pd.DataFrame, days: float) -> None:
    below = f"share of runs with so many in {many(days, 'day')}"
    axes = sheet.axes(box, "Accidental clashes", below)
    names, starts = _bars(int(table["clashes"].iloc[-1]), box.width)
    places = np.arange(len(names))
    bars = {"all": "all", **BEGUN}
    for i, (name, label) in enumerate(bars.items()):
        shares = np.add.reduceat(table[name].to_numpy(), starts)
        axes.bar(places + (i - 1) * 0.27, shares, 0.27, label=label, **FILLS[name])
    axes.set(xticks=places, xticklabels=names, xlim=(-0.6, len(names) - 0.4))
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_formatter(FuncFormatter(percent))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.grid(axis="y")
    _legend(axes)


def _bars(most: int, width: float) -> tuple[list[str], np.ndarray]:
    """Names of bars for 0..``most`` and the count at which each starts: as many as have room."""
    for bars in range(_MOST_BARS, 1, -1):
        step = max(1, -(-most // (bars - 1)))
        starts = np.arange(1, most + 1, step)
        ends = np.minimum(starts + step - 1, most)
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        names = ["0", *(f"{a:,}" if a == b else f"{a:,}–{b:,}" for a, b in spans)]
        if max(text_width(name, SMALL) for name in names) + 6 < width / (len(names) + 0.2):
            break
    return names, np.append(0, starts)


def _draw_first_clash(sheet: Sheet, box: Box, data: Mapping[str, pd.DataFrame]) -> None:
    curve, followed = data["first_clash"], data["followed"]
    lowest = curve["low"].min()
    # on a whole axis a rare clash would not show
    floor = 1 - 1.2 * (1 - lowest) if lowest > 0.8 else 0.0
    quantity = "share of runs still without one, with its 95% band"
    quantity += "; the axis does not begin at 0" if floor else ""
    axes = sheet.axes(box, "Days to the first accidental clash", quantity)
    days = curve["day"].to_numpy()
    axes.fill_between(days, curve["low"], curve["high"], step="post", color="#cccccc", linewidth=0)
    clashes = followed["fate"].str.startswith("clash").sum()
    axes.step(days, curve["survival"], where="post", color=INK, linewidth=1.8, label=f"clash: {clashes:,}")
    for fate, (marker, label) in _FATES.items():
        at = followed.loc[followed["fate"] == fate, "day"].to_numpy()
        height = curve["survival"].to_numpy()[np.searchsorted(days, at, side="right") - 1]
        if at.size:
            axes.plot(
                at,
                height,
                linestyle="",
                marker=marker,
                color=INK,
                markersize=7,
                fillstyle="none",
                markeredgewidth=1.5,
                clip_on=False,
                label=f"{label}: {at.size:,}",
            )
    axes.set(ylim=(floor, 1), xlim=(0, max(1e-3, days[-1])))
    axes.yaxis.set_major_formatter(FuncFormatter(percent))
    axes.xaxis.set_major_locator(MaxNLocator(8))
    axes.grid(axis="y")
    _legend(axes)


def _draw_tension(sheet: Sheet, box: Box, table: pd.DataFrame) -> None:
    span = " to ".join(f"{day.day} {day:%b %Y}" for day in table["date"].iloc[[0, -1]])
    whose = "runs" if table["runs"].nunique() == 1 else "the runs still played"
    axes = sheet.axes(box, "Tension (0 to 1), by week", f"median, 5–95% of {whose}, {span}")
    draw_tension(axes, table, WEEK)
    most = table[[f"{side}_high" for side in SIDES]].to_numpy().max()
    axes.set_ylim(0, min(1.0, max(0.1, 1.1 * most)))
    _legend(axes)


def _draw_places(sheet: Sheet, box: Box, table: pd.DataFrame, length_km: float) -> None:
    per = "a year and 10 km, from west to east"
    crossings = {f"recorded_by_{side}": (side, f"by the {side}") for side in reversed(SIDES)}
    clashes = {f"clashes_{name}": (name, label) for name, label in BEGUN.items()}
    upper = sheet.axes(box, "Recorded crossings along the line", per)
    _draw_stacks(upper, table, crossings)
    upper.tick_params(axis="x", length=0, labelbottom=False)
    below = box._replace(top=box.top + box.height + _COUNTIES)
    lower = sheet.axes(below, "Accidental clashes along the line")
    _draw_stacks(lower, table, clashes)
    lower.set_xlabel("km along the line; the counties are those south of it", size=SMALL)
    names, limits = counties(length_km)
    for name, middle in zip(names, (limits[1:] + limits[:-1]) / 2, strict=True):
        left = box.left + middle / length_km * box.width
        sheet.write(left, box.top + box.height + 4, [name], SMALL, ha="center")
    for axes, foot in ((upper, -22 / box.height), (lower, 0)):
        axes.vlines(
            limits[1:-1],
            foot,
            1,
            FAINT,
            "dashed",
            linewidth=0.9,
            clip_on=False,
            transform=axes.get_xaxis_transform(),
        )
        axes.set_xlim(0, length_km)


def _draw_stacks(axes: Axes, table: pd.DataFrame, events: Mapping[str, tuple[str, str]]) -> None:
    floor, outline = np.zeros(len(table)), 0.6 if len(table) <= 100 else 0.0
    left, width = table["from_km"], table["to_km"] - table["from_km"]
    for column, (fill, label) in events.items():
        counted = f"{label}: {table[f'{column}_counted'].sum():,}"
        axes.bar(
            left, table[column], width, floor, align="edge", label=counted, linewidth=outline, **FILLS[fill]
        )
        floor += table[column].to_numpy()
    axes.set_ylim(0, 1.08 * floor.max() or 1.0)
    axes.yaxis.set_major_locator(MaxNLocator(3) if floor.any() else NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
    axes.grid(axis="y")
    _legend(axes)


def _legend(axes: Axes) -> None:
    rise = 7 / axes.get_window_extent().height
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1 + rise), ncols=5)
