"""The anatomy of accidents: a pair of bars for each ingredient, its Shapley value and what it does alone."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from experiments.findings.anatomy import AnatomyFigures, Effect, table_of
from experiments.findings.anatomy_words import VERDICTS, effect_words
from experiments.pictures.marks import draw_interval, write_beside
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import (
    FAINT,
    FILLS,
    INK,
    MARGIN,
    SMALL,
    TEXT,
    Box,
    Edged,
    Sheet,
    line_height,
    signed_plain,
    wrapped,
)
from experiments.statistics.verdict import Verdict
from experiments.wording import share_figure

NAME = "anatomy"
_NAMES, _ROW = 170.0, 56.0
_BARS = Box(216, 0, 520, 0)
_FIGURES, _DRAWS, _VERDICTS = 758.0, 926.0, 1010.0
_ABOVE, _BELOW = 92.0, 46.0
_SHAPLEY, _ALONE, _NONE = FILLS["violation"], FILLS["otherwise"], "white"
_REACH = 1.15  # of the largest estimate or limit that the axis shows, at most so many times the estimates
_MOST = 2.5
_APART = 0.21  # of a row: a bar from its middle


def anatomy_picture(arm: str, figures: AnatomyFigures, notes: Sequence[str]) -> Picture:
    """All ingredients of an arm, the most by their Shapley value first; to be called within ``styled()``."""
    parts = figures["ingredients"]
    height = _ROW * len(parts)
    title = f"What accidental clashes are made of: {arm}"
    sheet = Sheet(title, notes, _ABOVE + height + _BELOW)
    top = sheet.top + _ABOVE
    axes = sheet.axes(
        _BARS._replace(top=top, height=height),
        "By how much its removal lowers accidental clashes",
        f"{figures['leads']} clashes a year; left of 0: more of them without it",
    )
    _frame(axes, figures, height)
    _key(sheet, top)
    for i, part in enumerate(parts):
        middle = (i + 0.5) * _ROW
        words = wrapped(part["name"], _NAMES, TEXT, "bold")
        write_beside(sheet, MARGIN, top + middle, words, TEXT, weight="bold")
        draws = part["draws"]
        bars = (
            (-_APART, _SHAPLEY, part["shapley"], draws and draws["shapley"]),
            (_APART, _ALONE, part["alone"], draws and draws["alone"]),
        )
        for rise, fill, effects, lowers in bars:
            effect, y = effects[figures["leads"]], middle + rise * _ROW
            _draw(axes, y, effect, fill)
            write_beside(sheet, _FIGURES, top + y, [effect_words(effect)], SMALL)
            share = share_figure(lowers["estimate"]) if lowers else "-"
            write_beside(sheet, _DRAWS, top + y, [share], SMALL)
            write_beside(sheet, _VERDICTS, top + y, [VERDICTS[effect["verdict"]]], SMALL)
        if i:
            axes.axhline(i * _ROW, color="#eeeeee", linewidth=0.8, zorder=0)
    caption = (
        f"What removing each ingredient of accidental clashes does in {arm}: as its Shapley value and alone, "
        "in expected clashes a year, with intervals that hold together at 95%. Hollow bars are undecided."
    )
    return Picture(NAME, title, caption, sheet.figure, table_of(figures))


def _frame(axes: Axes, figures: AnatomyFigures, height: float) -> None:
    parts, leads = figures["ingredients"], figures["leads"]
    effects = [way[leads] for part in parts for way in (part["shapley"], part["alone"])]
    most = max(1e-3, *(abs(effect["estimate"]) for effect in effects))
    ends = [end for effect in effects for end in (effect["low"], effect["high"]) if end is not None]
    low = max(-_MOST * most, _REACH * min([0.0, *ends]))
    high = min(_MOST * most, _REACH * max([most, *ends]))
    axes.set(yticks=[], ylim=(height, 0), xlim=(low, high))
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.xaxis.set_major_formatter(FuncFormatter(signed_plain))
    axes.axvline(0.0, color=FAINT, linewidth=1.0, zorder=1)


def _draw(axes: Axes, y: float, effect: Effect, fill: Edged) -> None:
    verdict: Verdict = effect["verdict"]
    hollow = verdict in ("undecided", "identical")
    axes.barh(
        y,
        effect["estimate"],
        0.26 * _ROW,
        facecolor=_NONE if hollow else fill["facecolor"],
        edgecolor=fill["facecolor"] if hollow else INK,
        linewidth=1.4 if hollow else 0.6,
        hatch=None if hollow else fill.get("hatch"),
        zorder=2,
    )
    if effect["low"] is not None and effect["high"] is not None and verdict != "identical":
        draw_interval(axes, y, (effect["low"], effect["high"]), size=5)


def _key(sheet: Sheet, top: float) -> None:
    """Which bar is which, over the columns of numbers."""
    rise = line_height(SMALL)
    sheet.write(
        _FIGURES, top - 4.2 * rise, ["Upper bar: Shapley value"], SMALL, weight="bold", color="#00548a"
    )
    sheet.write(
        _FIGURES, top - 3.1 * rise, ["Lower bar: removed alone"], SMALL, weight="bold", color="#7a5a00"
    )
    sheet.write(_FIGURES, top - 1.6 * rise, ["A year (interval)"], SMALL, weight="bold")
    sheet.write(_DRAWS, top - 1.6 * rise, ["Lowers in"], SMALL, weight="bold")
    sheet.write(_VERDICTS, top - 1.6 * rise, ["On clashes a year"], SMALL, weight="bold")
