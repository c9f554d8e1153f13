"""Policies over the draws of a posterior: a strip of ratios each, with the shares of draws beside it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.findings.draw_words import about, in_order, lowers_words, spread_words
from experiments.findings.over_draws import FAR, OverDraws
from experiments.pictures.marks import log_axis, page_name, write_beside
from experiments.pictures.material import Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import (
    FAINT,
    FILLS,
    HEADING,
    INK,
    MARGIN,
    SMALL,
    TEXT,
    Box,
    Sheet,
    line_height,
    wrapped,
)
from experiments.wording import ratio_figure, share_figure

_PICTURES = 12  # futures that have one
_NAME, _ROW = 236.0, 44.0  # pixels of a policy's name, and from one to the next
_STRIP = Box(270, 0, 410, 0)
_COLUMNS = {"Median (5-95%)": 704.0, "Lowers in (95%)": 872.0, "Best in": 1014.0, "Near best in": 1084.0}
_ABOVE, _BELOW = 62.0, 46.0
_LEAST, _MOST = 0.02, 20.0  # ratios that the axis shows at most


def strips(material: Material) -> Iterator[Picture]:
    """A picture a future whose worlds play draws and that has policies."""
    told = {future: found for future, found in material.figures["over_draws"].items() if found["policies"]}
    for i, (future, found) in enumerate(list(told.items())[:_PICTURES]):
        yield _strips(material, page_name("strips", i), future, found)


def strips_table(found: OverDraws) -> pd.DataFrame:
    """The ratio of each policy as fitted at each draw, with the policy's shares of draws."""
    rows = [
        {"policy": name, "draw": i, "ratio": ratio}
        | {f"lowers_{end}".removesuffix("_estimate"): value for end, value in policy["lowers"].items()}
        | {"unchanged": policy["unchanged"], "best": policy["best"], "near_best": policy["near_best"]}
        for name in in_order(found)
        for policy in [found["policies"][name]]
        for i, ratio in enumerate(policy["at_draws"])
    ]
    return pd.DataFrame(rows)


def _strips(material: Material, name: str, future: str, found: OverDraws) -> Picture:
    data, order = strips_table(found), in_order(found)
    title = f"What each policy does to accidental clashes, over draws: {material.named(future)}"
    foot = [
        f"{about(found)} Each dot: the ratio of expected clashes of one draw in its world, as far as the "
        "runs of all tell; the bar: 5-95% of draws, the line in it their median.",
        f"Near best: at most {FAR:g} times the clashes of the option that is best at the draw.",
        *material.notes,
    ]
    height = _ROW * len(order)
    sheet = Sheet(title, foot, _ABOVE + height + _BELOW)
    top = sheet.top + _ABOVE
    axes = sheet.axes(
        _STRIP._replace(top=top, height=height), "Ratio of expected clashes", "policy / none, on a log scale"
    )
    rise = 2.25 * line_height(SMALL) + line_height(HEADING)
    for heading, left in _COLUMNS.items():
        sheet.write(left, top - rise + line_height(HEADING), [heading], SMALL, weight="bold")
    _prepare(axes, data, height)
    for i, policy in enumerate(order):
        its, y = found["policies"][policy], (i + 0.5) * _ROW
        _draw(axes, y, np.array(its["at_draws"]), (its["ratio"]["low"], its["ratio"]["high"]))
        left, right = axes.get_xlim()
        axes.plot(
            [np.clip(its["ratio"]["median"], left, right)] * 2, [y - 10, y + 10], color=INK, linewidth=2.2
        )
        cells = (
            spread_words(its["ratio"], ratio_figure),
            lowers_words(its),
            share_figure(its["best"]),
            share_figure(its["near_best"]),
        )
        write_beside(sheet, MARGIN, top + y, wrapped(policy, _NAME, TEXT), TEXT)
        for cell, at in zip(cells, _COLUMNS.values(), strict=True):
            write_beside(sheet, at, top + y, [cell], SMALL)
    caption = (
        f"Policies over the draws of the posterior of {future}: ratio of expected accidental clashes to "
        "those without a policy, and the shares of draws in which each lowers them, is best or is near it."
    )
    return Picture(name, title, caption, sheet.figure, data)


def _prepare(axes: Axes, data: pd.DataFrame, height: float) -> None:
    axes.set(yticks=[], ylim=(height, 0))
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.axvline(1.0, color=FAINT, linewidth=1.2, linestyle="--", zorder=1)
    low, high = data["ratio"].min() / 1.2, data["ratio"].max() * 1.2
    log_axis(axes, max(_LEAST, min(0.5, low)), min(_MOST, max(2.0, high)))


def _draw(axes: Axes, y: float, ratios: np.ndarray, ends: tuple[float, float]) -> None:
    """Dots beside each other in the order of draws, so that equal bytes come of equal numbers."""
    left, right = axes.get_xlim()
    apart = (np.arange(len(ratios)) * 0.618034) % 1.0 - 0.5
    axes.fill_betweenx([y - 9, y + 9], *np.clip(ends, left, right), color="#d8e6f0", linewidth=0, zorder=1.5)
    axes.plot(
        np.clip(ratios, left, right),
        y + 16.0 * apart,
        linestyle="none",
        marker="o",
        markersize=2.4,
        markeredgewidth=0,
        color=FILLS["violation"]["facecolor"],
        alpha=0.7,
        zorder=2.5,
    )
