"""The ladder of incidents by arm: how often each rung is reached, and what happened beside it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.measures import HAPPENED
from experiments.pictures.marks import (
    LINE,
    Key,
    draw_rate,
    ends_of,
    events_words,
    few_note,
    is_few,
    letter,
    log_axis,
    rate_words,
    write_beside,
)
from experiments.pictures.material import MOST, Material, Style
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import MARGIN, SMALL, TEXT, Box, Sheet, line_height, wrapped
from experiments.wording import FEW, many
from sim.outcome.outcome import RUNGS

_LABELS, _WIDTH = 196.0, 640.0  # pixels of the rungs' names, and of the axes
_PITCH, _AIR = LINE + 1.5, 16.0
_PANELS = {
    "Incidents that reach a rung": {f"rung_{r}": f"{r}+ {RUNGS[r]}" for r in range(1, len(RUNGS))},
    "What happened, whatever the highest rung": HAPPENED,
}


def ladder(material: Material) -> Iterator[Picture]:
    """Rungs 1 to 6, and what happened, a year with intervals, the arms below each other."""
    chosen = material.baselines_first(MOST)
    data = _table(material, chosen)
    key = Key(material, chosen)
    band = max(2 * line_height(TEXT), _PITCH * len(chosen)) + _AIR
    title = "The ladder of incidents, and what happened in them, by arm"
    foot = [
        "Intervals are 95% of each rate alone, unadjusted for their number, the world as the cluster; "
        "whether arms differ is told better by their ratio, on the same worlds. Arrow: the interval goes "
        "on to 0. A rung counts all that reach it or a higher one, and a higher one needs not what a lower "
        "one is named after: heavy weapons came in as often as the lower panel says.",
        *few_note(data["few_clusters"], f"{FEW} and open marks"),
        *material.choice(chosen, baselines=True),
        *material.notes,
    ]
    panels = {head: data[data["panel"] == head] for head in _PANELS}
    heights = {head: band * len(_PANELS[head]) for head in panels}
    sheet = Sheet(title, foot, key.height + sum(62 + height + 46 for height in heights.values()))
    key.draw(sheet, sheet.top, marks=True)
    top = sheet.top + key.height + 62
    for head, mine in panels.items():
        _draw_panel(sheet, top, heights[head], (head, mine, _decades(data)), chosen, material)
        top += heights[head] + 46 + 62
    caption = (
        f"How often incidents reach each rung, and how often what happened in them, in "
        f"{many(len(chosen), 'arm')}: incidents a year on a log scale with 95% intervals of each rate "
        "alone, and n incidents in so many years. " + " ".join(material.choice(chosen, baselines=True))
    )
    yield Picture("ladder", title, caption.strip(), sheet.figure, data)


def _table(material: Material, chosen: list[str]) -> pd.DataFrame:
    rates = material.figures["rates"]
    return pd.DataFrame(
        [
            {"panel": head, "row": label, "measure": measure, "arm": name}
            | ends_of(rates[name][measure])
            | {key: rates[name][measure][key] for key in ("events", "n")}
            | {"few_clusters": is_few(rates[name][measure])}
            for head, rows in _PANELS.items()
            for measure, label in rows.items()
            for name in chosen
        ]
    )


def _draw_panel(
    sheet: Sheet,
    top: float,
    height: float,
    panel: tuple[str, pd.DataFrame, tuple[float, float]],
    chosen: list[str],
    material: Material,
) -> None:
    """Axes with a band for each row of the panel: (heading, its rates, the limits of its scale)."""
    heading, data, limits = panel
    axes = sheet.axes(Box(MARGIN + _LABELS, top, _WIDTH, height), heading, "a year, on a log scale")
    beside = MARGIN + _LABELS + _WIDTH + 20
    sheet.write(beside, top - LINE - 4, ["a year (95% interval), and n"], SMALL)
    axes.set(ylim=(height, 0), yticks=[])
    log_axis(axes, *limits)
    axes.grid(axis="x")
    band = height / data["row"].nunique()
    for i, (row_name, mine) in enumerate(data.groupby("row", sort=False)):
        write_beside(sheet, MARGIN, top + band * (i + 0.5), wrapped(str(row_name), _LABELS - 34, TEXT), TEXT)
        axes.axhspan(band * i, band * (i + 1), color="white" if i % 2 else "#f1f1f1", zorder=0)
        first = band * (i + 0.5) - _PITCH * (len(chosen) - 1) / 2
        for j, row in enumerate(mine.itertuples()):
            y = first + _PITCH * j
            _draw(axes, y, row, material.style[row.arm])
            rate = f"{rate_words(row.rate, row.low, row.high)}{FEW if row.few_clusters else ''}"
            write_beside(sheet, beside, top + y, [f"{rate}; {events_words(row.events, row.n)}"])


def _decades(data: pd.DataFrame) -> tuple[float, float]:
    """Whole decades that hold every rate and limit above 0, six at most."""
    seen = data[["rate", "low", "high"]].to_numpy(float)
    seen = seen[np.isfinite(seen) & (seen > 0)]
    if not seen.size:
        return 0.01, 1.0
    high = np.ceil(np.log10(seen.max()))
    return 10.0 ** max(min(np.floor(np.log10(seen.min())), high - 2), high - 6), 10.0**high


def _draw(axes: Axes, y: float, row: Any, style: Style) -> None:
    """One rate, and its arm's letter left of the axes."""
    draw_rate(axes, y, row, (style.colour, style.marker), 6.5)
    left, _ = axes.get_xlim()
    beside = axes.transData.inverted().transform(axes.transData.transform((left, y)) - np.array([14.0, 0.0]))
    letter(axes, float(beside[0]), float(beside[1]), style)
