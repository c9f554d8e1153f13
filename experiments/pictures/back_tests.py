"""Forecasts of back-tests: the crossings after a day, by what was known on it."""

import math
from collections.abc import Iterator, Sequence

import pandas as pd
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.pictures.marks import write_beside
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import FILLS, INK, MARGIN, SMALL, TEXT, WIDTH, Box, Sheet, line_height, plain
from experiments.validation.back_test import BackTest

_MODEL, _RECORD = FILLS["violation"]["facecolor"], FILLS["south"]["facecolor"]
_COLUMNS, _GAP, _TALL, _ABOVE, _BELOW = 2, 40.0, 78.0, 26.0, 40.0
_NAMES = 172.0  # pixels of a forecast's name


def back_test_picture(tests: Sequence[BackTest]) -> Iterator[Picture]:
    """One sheet: a panel a day and a way of knowing, with each forecast of the crossings after it."""
    if not tests:
        return
    title = "Back-test: crossings after a day, as forecast by what was known on it"
    foot = [
        "Dot and bar: median and 5 - 95% of the forecast of all crossings from that day to October 2025; "
        "line: how many there were. In brackets the ranked probability score: less is better. As published "
        "by then: the counts of June 2024 to June 2025 came out in July 2025, until when only cases told of "
        "singly were known.",
        f"The model: by {tests[0].rows:,} rows of a calibration's table, each a draw in one world.",
    ]
    pitch = _ABOVE + _TALL + _BELOW
    sheet = Sheet(title, foot, pitch * math.ceil(len(tests) / _COLUMNS))
    wide = (WIDTH - 2 * MARGIN - _GAP) / _COLUMNS
    most = max(each.high for test in tests for each in test.forecasts)
    rows = []
    for i, test in enumerate(tests):
        row, column = divmod(i, _COLUMNS)
        left, top = MARGIN + column * (wide + _GAP), sheet.top + row * pitch
        _panel(sheet, left, top, wide, test, most)
        rows += [
            {"until": str(test.until), "by": test.by, "known": test.known, "after": test.after}
            | {"forecast": each.name, "low": each.low, "median": each.median, "high": each.high}
            | {"crps": each.of_sum.crps, "log": each.of_sum.log}
            for each in test.forecasts
        ]
    caption = "Forecasts of the crossings after a day, by the model and by naive references."
    yield Picture("back-test", title, caption, sheet.figure, pd.DataFrame(rows))


def _panel(sheet: Sheet, left: float, top: float, wide: float, test: BackTest, most: float) -> None:
    heading = f"{test.until:%B %Y}, {test.by}: {test.known} known, {test.after} after"
    sheet.write(left, top, [heading], TEXT, weight="bold")
    box = Box(left + _NAMES, top + line_height(TEXT) + 8, wide - _NAMES, _TALL)
    axes = sheet.axes(box, "")
    axes.set(xlim=(-0.5, most + 1), ylim=(len(test.forecasts), 0), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(plain))
    axes.axvline(test.after, color=_RECORD, linewidth=2.0, zorder=3)
    for i, each in enumerate(test.forecasts):
        y = i + 0.5
        colour = _MODEL if i == 0 else INK
        axes.plot([each.low, each.high], [y, y], color=colour, linewidth=2.2, zorder=2)
        axes.plot(each.median, y, "o", color=colour, markersize=6, zorder=4)
        name = each.name.replace("negative binomial with season", "with season")
        middle = box.top + (y / len(test.forecasts)) * _TALL
        write_beside(sheet, left, middle, [f"{name} ({each.of_sum.crps:.1f})"], SMALL)
