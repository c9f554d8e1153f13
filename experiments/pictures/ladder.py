"""The ladder of incidents by arm: how often each rung is reached."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.pictures.marks import (
    LINE,
    Key,
    draw_interval,
    ends_of,
    events_words,
    letter,
    log_axis,
    rate_words,
    write_beside,
)
from experiments.pictures.picture import Picture
from experiments.pictures.shown import MOST, Look, Shown
from experiments.sheet import INK, MARGIN, SMALL, TEXT, Box, Sheet, line_height, wrapped
from experiments.wording import many
from sim.outcome import RUNGS

_LABELS, _WIDTH = 196.0, 640.0  # pixels of the rungs' names, and of the axes
_PITCH, _AIR = LINE + 1.5, 16.0


def ladder(shown: Shown) -> Iterator[Picture]:
    """Rungs 1 to 6 a year with intervals, the arms below each other."""
    chosen = shown.baselines_first(MOST)
    data = _table(shown, chosen)
    key = Key(shown, chosen)
    band = max(2 * line_height(TEXT), _PITCH * len(chosen)) + _AIR
    height = band * (len(RUNGS) - 1)
    title = "The ladder of incidents by arm"
    foot = ["Intervals are 95% of each rate alone, the world as the cluster; whether arms differ "
            "is told better by their ratio, on the same worlds. Arrow: the interval goes on to 0.",
            *shown.choice(chosen, baselines=True), *shown.notes]  # fmt: skip
    sheet = Sheet(title, foot, key.height + 62 + height + 46)
    key.draw(sheet, sheet.top, marks=True)
    top = sheet.top + key.height + 62
    axes = sheet.axes(Box(MARGIN + _LABELS, top, _WIDTH, height), "Incidents that reach a rung",
                      "a year, on a log scale")  # fmt: skip
    beside = MARGIN + _LABELS + _WIDTH + 20
    sheet.write(beside, top - LINE - 4, ["a year (95% interval), and n"], SMALL)
    axes.set(ylim=(height, 0), yticks=[])
    log_axis(axes, *_decades(data))
    axes.grid(axis="x")
    for i, (rung, mine) in enumerate(data.groupby("rung", sort=False)):
        lines = wrapped(rung, _LABELS - 34, TEXT)
        write_beside(sheet, MARGIN, top + band * (i + 0.5), lines, TEXT)
        axes.axhspan(band * i, band * (i + 1), color="white" if i % 2 else "#f1f1f1", zorder=0)
        first = band * (i + 0.5) - _PITCH * (len(chosen) - 1) / 2
        for j, row in enumerate(mine.itertuples()):
            y, look = first + _PITCH * j, shown.look[row.arm]
            _draw(axes, y, row, look)
            words = f"{rate_words(row.rate, row.low, row.high)}; {events_words(row.events, row.n)}"
            write_beside(sheet, beside, top + y, [words])
    caption = (f"How often incidents reach each rung in {many(len(chosen), 'arm')}: incidents a "
               "year on a log scale with 95% intervals of each rate alone, and n incidents in so "
               "many years. "
               + " ".join(shown.choice(chosen, baselines=True)))  # fmt: skip
    yield Picture("ladder", title, caption.strip(), sheet.figure, data)


def _table(shown: Shown, chosen: list[str]) -> pd.DataFrame:
    rates = shown.figures["rates"]
    return pd.DataFrame([
        {"rung": f"{r}+ {RUNGS[r]}", "arm": name} | ends_of(rates[name][f"rung_{r}"])
        | {key: rates[name][f"rung_{r}"][key] for key in ("events", "n")}
        for r in range(1, len(RUNGS)) for name in chosen
    ])  # fmt: skip


def _decades(data: pd.DataFrame) -> tuple[float, float]:
    """Whole decades that hold every rate and limit above 0, six at most."""
    seen = data[["rate", "low", "high"]].to_numpy(float)
    seen = seen[np.isfinite(seen) & (seen > 0)]
    if not seen.size:
        return 0.01, 1.0
    high = np.ceil(np.log10(seen.max()))
    return 10.0 ** max(min(np.floor(np.log10(seen.min())), high - 2), high - 6), 10.0**high


def _draw(axes: Axes, y: float, row: Any, look: Look) -> None:
    """One rate, and its arm's letter left of the axes."""
    draw_interval(axes, y, (row.low, row.high), look.colour, 6)
    left, right = axes.get_xlim()
    if left <= row.rate <= right:
        axes.plot(row.rate, y, marker=look.marker, color=look.colour, markeredgecolor=INK,
                  markeredgewidth=0.6, markersize=6.5)  # fmt: skip
    beside = axes.transData.inverted().transform(
        axes.transData.transform((left, y)) - np.array([14.0, 0.0])
    )
    letter(axes, *beside, look)
