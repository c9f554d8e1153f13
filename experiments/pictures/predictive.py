"""Posterior predictive checks as small multiples: a panel a number of the record, its value marked in it."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from experiments.pictures.fonts import text_width
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import (
    FILLS,
    INK,
    MARGIN,
    SMALL,
    TEXT,
    WIDTH,
    Box,
    Sheet,
    line_height,
    plain,
    wrapped,
)
from experiments.validation.check import THEMES
from experiments.validation.predictive import Held
from experiments.validation.words import p_words, words_of

_COLUMNS, _GAP = 4, 30.0
_PITCH = (WIDTH - 2 * MARGIN + _GAP) / _COLUMNS
_WIDE = _PITCH - _GAP
_TALL, _BELOW = 62.0, 48.0  # of a panel's axes; of its ticks and the room to the next
_HEAD = 2 * line_height(TEXT) + line_height(SMALL) + 8
_MONTHS_TALL = 170.0
_BINS, _MOST_COUNTS = 24, 30  # of what is measured; counts that have a bar each
_SHOWN = 0.98  # share of the histories that an axis shows at least
_FILL, _RECORD, _RANGE = "#c6d9e8", FILLS["south"]["facecolor"], "#e6cfdb"
_LEAST_MINUTES = 0.5  # where a log axis of minutes begins
_FEW_DECADES = 60.0  # from end to end of a log axis, under which 2 and 5 have ticks too


def predictive(held: Sequence[Held], about: str) -> Iterator[Picture]:
    """A sheet a theme; ``about`` says which histories. To be called within ``styled()``."""
    for theme, title in THEMES.items():
        mine = [each for each in held if each.check.theme == theme and each.values.size]
        if mine and theme == "months":
            yield _months(mine, title, about)
        elif mine:
            yield _panels(theme, mine, title, about)


def _panels(theme: str, held: Sequence[Held], title: str, about: str) -> Picture:
    rows = math.ceil(len(held) / _COLUMNS)
    pitch = _HEAD + _TALL + _BELOW
    sheet = Sheet(title, [_KEY + _OF_MINUTES * (theme == "times"), about], rows * pitch)
    data = []
    for i, each in enumerate(held):
        row, column = divmod(i, _COLUMNS)
        left, top = MARGIN + column * _PITCH, sheet.top + row * pitch
        _write(sheet, left, top, each)
        axes = sheet.axes(Box(left, top + _HEAD, _WIDE, _TALL), "")
        data.append(_draw(axes, each, log=theme == "times"))
    caption = f"{title}: histories of the model (bars) and the number of the record (line) of each."
    return Picture(f"predictive-{theme}", title, caption, sheet.figure, pd.concat(data, ignore_index=True))


_KEY = (
    "Bars: histories of the model, by their share; the bracket under them: 5, 50 and 95%. Line: the number "
    "of the record, shaded as far as it leaves open. What lies beyond an axis, at most a hundredth of the "
    "histories at either end, is in its outermost bar."
)

_OF_MINUTES = " Minutes are on a log axis, and 0 at its left end."


def _write(sheet: Sheet, left: float, top: float, each: Held) -> None:
    heading = wrapped(each.check.title, _WIDE, TEXT, "bold")
    free = 2 - len(heading)
    sheet.write(left, top + free * line_height(TEXT), heading, TEXT, weight="bold")
    value, p = words_of(each)
    value = value.replace("at least", "≥").replace("at most", "≤")
    told = f"{'missed, ' * each.missed}{p}, {each.check.use}"
    weight = "bold" if each.missed else "normal"
    room = _WIDE - text_width(told, SMALL, weight) - text_width(f" {value}", SMALL)
    if room < 0.0:  # the shade has it too
        value = value.partition(" (")[0]
    said = f"record {value}" if text_width("record  ", SMALL) < room else value
    at = top + 2 * line_height(TEXT)
    sheet.write(left, at, [said], SMALL, color=_RECORD)
    sheet.write(left + _WIDE, at, [told], SMALL, ha="right", weight=weight)


def _draw(axes: Axes, each: Held, log: bool) -> pd.DataFrame:
    edges = _edges(each, log)
    inside = np.clip(each.values, edges[0], np.nextafter(edges[-1], -math.inf))
    counts, _ = np.histogram(inside, edges)
    share = counts / len(each.values)
    axes.bar(edges[:-1], share, np.diff(edges), align="edge", color=_FILL, edgecolor="white", linewidth=0.4)
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.12 * share.max()), yticks=[])
    axes.spines["left"].set_visible(False)
    if log:
        axes.set_xscale("log")
        few = edges[-1] / edges[0] < _FEW_DECADES
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=8))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=_whole(each), steps=[1, 2, 5, 10], min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(plain))
    axes.set_xlabel(each.check.unit, size=SMALL, labelpad=1)
    _bracket(axes, each, edges)
    _mark(axes, each, edges)
    low, median, high = each.ends
    return pd.DataFrame(
        {
            "number": each.check.name,
            "from": edges[:-1],
            "to": edges[1:],
            "share": share,
            "record": each.check.value.best,
            "record_low": each.check.value.low,
            "record_high": each.check.value.high,
            "model_5": low,
            "model_50": median,
            "model_95": high,
            "p": each.p,
            "use": each.check.use,
        }
    )


def _whole(each: Held) -> bool:
    return bool((each.values == np.round(each.values)).all())


def _edges(each: Held, log: bool) -> np.ndarray:
    value = each.check.value
    told = [value.low, value.best, *([] if math.isinf(value.high) else [value.high])]
    tail = (1.0 - _SHOWN) / 2.0
    low, high = np.quantile(each.values, (tail, 1.0 - tail))
    low, high = min(low, *told), max(high, *told)
    if log:
        low, high = max(low, _LEAST_MINUTES) / 1.3, max(high, 2 * _LEAST_MINUTES) * 1.3
        return np.geomspace(low, high, _BINS + 1)
    if _whole(each):
        low, high = math.floor(low), math.ceil(high)
        step = max(1, math.ceil((high - low + 1) / _MOST_COUNTS))
        return np.arange(low, high + step + 1, step) - 0.5
    room = 0.04 * (high - low) or 0.5
    return np.linspace(low - room, high + room, _BINS + 1)


def _bracket(axes: Axes, each: Held, edges: np.ndarray) -> None:
    """Under the bars: 5 to 95% with the median."""
    low, median, high = np.clip(each.ends, edges[0], edges[-1])
    to = axes.get_xaxis_transform()
    axes.plot([low, high], [-0.03, -0.03], color=INK, linewidth=2.2, clip_on=False, transform=to, zorder=4)
    axes.plot([median], [-0.03], marker="o", markersize=4.5, color=INK, clip_on=False, transform=to, zorder=5)


def _mark(axes: Axes, each: Held, edges: np.ndarray) -> None:
    value, bound = each.check.value, each.check.bound
    low = edges[0] if bound == "at most" else max(value.low, edges[0])
    high = edges[-1] if bound == "at least" else min(value.high, edges[-1])
    if high > low:
        axes.axvspan(low, high, color=_RANGE, linewidth=0, alpha=0.6, zorder=0.5)
    at = {"told": value.best, "at least": value.low, "at most": value.high}[bound]
    axes.axvline(max(at, edges[0]), color=_RECORD, linewidth=2.0, zorder=3)


def _months(held: Sequence[Held], title: str, about: str) -> Picture:
    """The counts of all months beside each other: bands of the histories, points of the record."""
    foot = [
        "Bands: 5 - 95% and 25 - 75% of the histories of each month, and their median. Points: the record, "
        f"with what it leaves open. {_missed_months(held)}",
        about,
    ]
    sheet = Sheet(title, foot, _MONTHS_TALL + 92)
    axes = sheet.axes(
        Box(MARGIN + 34, sheet.top + 30, WIDTH - 2 * MARGIN - 34, _MONTHS_TALL), "", "crossings in a month"
    )
    x = np.arange(len(held))
    quantiles = np.array([np.quantile(each.values, (0.05, 0.25, 0.5, 0.75, 0.95)) for each in held])
    for low, high, colour in ((0, 4, "#e3edf4"), (1, 3, _FILL)):
        axes.bar(x, quantiles[:, high] - quantiles[:, low], 0.8, quantiles[:, low], color=colour, linewidth=0)
    axes.hlines(quantiles[:, 2], x - 0.4, x + 0.4, color=INK, linewidth=1.4)
    values = [each.check.value for each in held]
    axes.vlines(x, [v.low for v in values], [v.high for v in values], color=_RECORD, linewidth=1.4)
    axes.plot(x, [v.best for v in values], "o", color=_RECORD, markersize=6, clip_on=False, zorder=4)
    top = max(quantiles[:, 4].max(), *(v.high for v in values))
    axes.set(xlim=(-0.6, len(held) - 0.4), ylim=(0, 1.06 * top), xticks=x)
    axes.set_xticklabels([each.check.title for each in held], rotation=45, ha="right", rotation_mode="anchor")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.grid(axis="y")
    data = pd.DataFrame(quantiles, columns=["model_5", "model_25", "model_50", "model_75", "model_95"])
    data.insert(0, "month", [each.check.title for each in held])
    data["record"], data["p"] = [v.best for v in values], [each.p for each in held]
    caption = "Crossings recorded by the south in each month, of the record and of the model's histories."
    return Picture("predictive-months", title, caption, sheet.figure, data)


def _missed_months(held: Sequence[Held]) -> str:
    missed = [each for each in held if each.missed]
    if not missed:
        return f"None of the {len(held)} months is missed at p < .05."
    names = ", ".join(f"{each.check.title} ({p_words(each.p)})" for each in missed)
    return f"Missed at p < .05: {names}, of {len(held)} months."
