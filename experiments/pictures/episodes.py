"""What happened in episodes of the record, and the chance that the model gives it."""

import math
from collections.abc import Iterator, Sequence

import pandas as pd
from matplotlib.ticker import FuncFormatter

from experiments.pictures.marks import write_beside
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import FILLS, HEADING, INK, MARGIN, SMALL, TEXT, Box, Sheet, percent
from experiments.validation.episodes import TITLES, Event
from experiments.wording import share_figure

_ROW, _HEAD = 26.0, 54.0
_LEFT, _AXIS = 470.0, 470.0
_MODEL = FILLS["violation"]["facecolor"]


def chances(events: Sequence[Event], about: str) -> Iterator[Picture]:
    """One sheet: a row an event, with its chance; none without events."""
    if not events:
        return
    title = "Three episodes: what happened, and its chance in the model"
    foot = [
        "Dot and bar: the chance that an event comes about, with its 95% interval over draws. Episodes were "
        "chosen because they happened: their own rarity is no miss.",
        about,
    ]
    groups = [(name, [each for each in events if each.episode == name]) for name in TITLES]
    body = sum(_HEAD + _ROW * len(its) for _, its in groups if its) + 44
    sheet = Sheet(title, foot, body)
    top = sheet.top
    for name, its in groups:
        if its:
            sheet.write(MARGIN, top + 22, [TITLES[name]], HEADING, weight="bold")
            last = name == groups[-1][0]
            _rows(sheet, top + _HEAD, its, last)
            top += _HEAD + _ROW * len(its)
    data = pd.DataFrame([each.plain for each in events])
    yield Picture("episodes", title, "What happened in three episodes, with its chance.", sheet.figure, data)


def _rows(sheet: Sheet, top: float, events: Sequence[Event], last: bool) -> None:
    axes = sheet.axes(Box(_LEFT, top, _AXIS, _ROW * len(events)), "")
    axes.set(xlim=(0, 1), ylim=(len(events), 0), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.xaxis.set_major_formatter(FuncFormatter(percent))
    axes.tick_params(axis="x", labelbottom=last)
    for i, each in enumerate(events):
        y, middle = i + 0.5, top + (i + 0.5) * _ROW
        write_beside(sheet, MARGIN, middle, [each.title], TEXT)
        said = "never came about" if math.isnan(each.chance) else share_figure(each.chance)
        if not math.isnan(each.chance):
            axes.plot([each.low, each.high], [y, y], color=_MODEL, linewidth=2.2, clip_on=False)
            axes.plot(each.chance, y, "o", color=_MODEL, markersize=7, clip_on=False)
        happened = "it happened" if each.happened else "it did not happen"
        write_beside(sheet, _LEFT + _AXIS + 20, middle, [f"{said}; {happened}"], SMALL, color=INK)
