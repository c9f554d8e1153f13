"""Who counts what: the same runs by each definition of a violation, and under each line."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.findings.counting import Counting
from experiments.findings.counting_words import range_words
from experiments.findings.definitions import definitions
from experiments.pictures.marks import (
    LINE,
    draw_rate,
    ends_of,
    events_words,
    few_note,
    is_few,
    log_axis,
    rate_words,
    write_beside,
)
from experiments.pictures.material import Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import INK, MARGIN, SMALL, TEXT, Box, Sheet, line_height, wrapped
from experiments.wording import FEW, capital

_NAMES, _LINES, _WIDTH = 186.0, 146.0, 480.0  # pixels of definitions, of lines, and of the axes
_PITCH, _AIR = LINE + 3.0, 14.0


class _Mark(NamedTuple):
    """How a line is drawn; what hangs on no line is black."""

    colour: str
    marker: str


_MARKS = {
    "": _Mark(INK, "o"),
    "north": _Mark("#4DBA93", "^"),
    "true": _Mark(INK, "D"),
    "commission": _Mark("#E69F00", "s"),
    "south": _Mark("#882255", "v"),
}


def counts(material: Material) -> Iterator[Picture]:
    """A band for each definition, and in it a mark for each line by which it can be counted."""
    name = material.first
    found = material.figures["counting"].get(name)
    if found is None:
        return
    data = _table(found)
    shown = data[data["units"] == "both"]
    title = f"Who counts what, from the narrowest to the broadest definition: {material.label[name]}"
    foot = [
        f"{range_words(found)} Intervals are 95% of each rate alone, unadjusted, the world as the cluster; "
        "units of both sides.",
        "Under a line that the watchers do not go by, only what they took for a violation is judged again: "
        "these counts are a part of the log and no census. Crossings of the true line, which nobody knows, "
        "are one.",
        *few_note(shown["few_clusters"], f"{FEW} and open marks"),
        *material.notes,
    ]
    bands = [
        max(2 * line_height(TEXT), _PITCH * len(mine)) + _AIR
        for _, mine in shown.groupby("definition", sort=False)
    ]
    sheet = Sheet(title, foot, 62 + sum(bands) + 46)
    _draw(sheet, sheet.top + 62, bands, shown)
    caption = (
        f"The same {material.sample(name)} of {material.label[name]} counted by {len(definitions())} "
        "definitions of a violation and under each side's line: a year on a log scale with 95% intervals of "
        f"each rate alone, and n. {range_words(found)}"
    )
    yield Picture("counting", title, caption, sheet.figure, data)


def _table(found: Counting) -> pd.DataFrame:
    """Every count, also of one side's units alone."""
    return pd.DataFrame(
        {
            "definition": each["definition"],
            "line": each["line"],
            "units": each["units"],
            **ends_of(each["rate"]),
            "events": each["rate"]["events"],
            "n": each["rate"]["n"],
            "few_clusters": is_few(each["rate"]),
            **ends_of(each["times"], "times_recorded"),
        }
        for each in found["counts"]
    )


def _draw(sheet: Sheet, top: float, bands: list[float], shown: pd.DataFrame) -> None:
    left, height = MARGIN + _NAMES + _LINES, sum(bands)
    axes = sheet.axes(
        Box(left, top, _WIDTH, height), "Counts by definition and line", "a year, on a log scale"
    )
    beside = left + _WIDTH + 20
    sheet.write(beside, top - LINE - 4, ["a year (95% interval), and n"], SMALL)
    sheet.write(MARGIN + _NAMES, top - LINE - 4, ["judged by"], SMALL)
    axes.set(ylim=(height, 0), yticks=[])
    log_axis(axes, *_decades(shown))
    axes.grid(axis="x")
    at, of = 0.0, {each.name: each for each in definitions()}
    for i, ((name, mine), band) in enumerate(
        zip(shown.groupby("definition", sort=False), bands, strict=True)
    ):
        axes.axhspan(at, at + band, color="white" if i % 2 else "#f1f1f1", zorder=0)
        write_beside(sheet, MARGIN, top + at + band / 2, wrapped(capital(name), _NAMES - 14, TEXT), TEXT)
        first = at + band / 2 - _PITCH * (len(mine) - 1) / 2
        for j, row in enumerate(mine.itertuples()):
            y = first + _PITCH * j
            draw_rate(axes, y, row, _MARKS[row.line], 7)
            write_beside(sheet, MARGIN + _NAMES, top + y, [of[name].judged_by(row.line)])
            told = f"{rate_words(row.rate, row.low, row.high)}{FEW if row.few_clusters else ''}"
            write_beside(sheet, beside, top + y, [f"{told}; {events_words(row.events, row.n)}"])
        at += band


def _decades(shown: pd.DataFrame) -> tuple[float, float]:
    """Whole decades that hold every rate above 0 with its limits, of which low ones may go on as arrows."""
    seen = shown[["rate", "low", "high"]].to_numpy(float)
    seen = seen[np.isfinite(seen) & (seen > 0)]
    if not seen.size:
        return 0.01, 1.0
    return 10.0 ** max(-3.0, np.floor(np.log10(seen.min()))), 10.0 ** max(0.0, np.ceil(np.log10(seen.max())))
