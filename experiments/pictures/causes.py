"""Why: shares of the causes of perceived violations, and of the triggers of accidental clashes."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from experiments.measures import accidental_clashes
from experiments.pictures.fonts import text_width
from experiments.pictures.marks import LINE, write_beside
from experiments.pictures.material import Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import INK, MARGIN, SMALL, WIDTH, Box, Fill, Sheet, percent, wrapped
from experiments.wording import many, number
from sim.codes import Trigger

_CAUSES = ("map", "navigation", "fix", "joint", "order")
_FILLS: tuple[Fill, ...] = (
    {"facecolor": "#0072B2"},
    {"facecolor": "#F0C14B", "hatch": "////"},
    {"facecolor": "#4DBA93", "hatch": "...."},
    {"facecolor": "white"},
    {"facecolor": "#882255", "hatch": "xx"},
)
_PANELS = {
    "violations": ("Causes of perceived violations", "cause", _CAUSES),
    "clashes": ("Triggers of accidental clashes", "begun_by", Trigger.words()),
}
_MOST = 12
_LABELS, _N = 300.0, 96.0  # pixels for the arms' names and for n


def causes(material: Material) -> Iterator[Picture]:
    """Two panels of stacked bars, an arm each, with how many events the shares are of."""
    chosen = material.baselines_first(_MOST)
    data = pd.concat(
        [_shares(material, name, panel) for panel in _PANELS for name in chosen], ignore_index=True
    )
    labels = [wrapped(material.label[name], _LABELS - 14, SMALL) for name in chosen]
    heights = [max(28.0, len(lines) * LINE + 8) for lines in labels]
    block = 62 + sum(heights) + 50
    title = "Why: causes of violations and triggers of clashes, by arm"
    foot = [
        "Cause: the one error (map, navigation, fix of the place) without which the watcher "
        "would not have judged it a violation; the largest where several alone suffice, joint "
        "where none does. Shares of the n events at the right, without intervals.",
        *material.choice(chosen, baselines=True),
        *material.notes,
    ]
    sheet = Sheet(title, foot, len(_PANELS) * block)
    for i, panel in enumerate(_PANELS):
        mine = data[data["panel"] == panel]
        top = sheet.top + 62 + i * block
        _draw_panel(sheet, top, panel, [mine[mine["arm"] == name] for name in chosen], labels, heights)
    caption = (
        f"Shares of the causes of perceived violations and of the triggers of accidental "
        f"clashes in {many(len(chosen), 'arm')}; n is the number of events. "
        + " ".join(material.choice(chosen, baselines=True))
    )
    yield Picture("causes", title, caption.strip(), sheet.figure, data)


def _shares(material: Material, name: str, panel: str) -> pd.DataFrame:
    _, column, categories = _PANELS[panel]
    incidents = material.incidents_of[name]
    if len(incidents):
        chosen = (
            incidents["begun_by"] == "violation" if panel == "violations" else accidental_clashes(incidents)
        )
        incidents = incidents[chosen]
    counts = np.array([(incidents[column] == category).sum() for category in categories])
    n = counts.sum()
    share = counts / n if n else np.full(counts.size, np.nan)
    return pd.DataFrame(
        {"panel": panel, "arm": name, "category": categories, "events": counts, "share": share, "n": n}
    )


def _draw_panel(
    sheet: Sheet,
    top: float,
    panel: str,
    arms: Sequence[pd.DataFrame],
    labels: Sequence[list[str]],
    heights: Sequence[float],
) -> None:
    heading, _, categories = _PANELS[panel]
    left = MARGIN + _LABELS
    box = Box(left, top, WIDTH - MARGIN - _N - left, sum(heights))
    axes = sheet.axes(box, heading, "share of events")
    sheet.write(WIDTH - MARGIN, top - LINE - 4, ["n"], SMALL, ha="right")
    axes.set(xlim=(0, 1), ylim=(box.height, 0), yticks=[])
    axes.xaxis.set_major_formatter(FuncFormatter(percent))
    seen = {category for table in arms for category in table.loc[table["events"] > 0, "category"]}
    named = {
        category.replace("_", " "): Patch(edgecolor=INK, **fill)
        for fill, category in zip(_FILLS, categories, strict=False)
        if category in seen
    }
    if named:
        axes.legend(
            named.values(), named, loc="lower left", ncols=len(named), bbox_to_anchor=(0, 1 + 6 / box.height)
        )
    at = 0.0
    for table, lines, height in zip(arms, labels, heights, strict=True):
        middle = at + height / 2
        write_beside(sheet, MARGIN, top + middle, lines)
        n = int(table["n"].iloc[0])
        told = number(n) if n else "none"
        write_beside(sheet, WIDTH - MARGIN, top + middle, [told], ha="right")
        if n:
            _draw_bar(axes, middle, table["share"].to_numpy(), box.width)
        at += height


def _draw_bar(axes: Axes, y: float, shares: np.ndarray, width: float) -> None:
    left = 0.0
    for share, fill in zip(shares.tolist(), _FILLS, strict=False):
        axes.barh(y, share, 20, left, edgecolor=INK, linewidth=0.8, **fill)
        words = f"{100 * share:.0f}%"
        if share * width > text_width(words, SMALL) + 12:
            behind = {"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0}
            axes.text(left + share / 2, y, words, ha="center", va="center", size=SMALL, bbox=behind)
        left += share
