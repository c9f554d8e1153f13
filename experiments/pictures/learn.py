"""Which fact is worth measuring first: a bar each, the most worth first."""

from collections.abc import Sequence

import pandas as pd

from experiments.findings.learning import Fact
from experiments.pictures.marks import draw_interval, write_beside
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import FAINT, FILLS, INK, MARGIN, SMALL, TEXT, Box, Sheet, wrapped
from experiments.wording import many, share_figure

_NAME, _ROW = 380.0, 30.0
_BARS = Box(430, 0, 460, 0)
_WORTH, _TELLS = 914.0, 1128.0
_ABOVE, _BELOW = 62.0, 46.0
_HEADS = {
    "unknown": "Unknowns of the posterior",
    "group": "Groups of them",
    "data": "Data that one could ask for",
}


def learn_picture(
    future: str, draws: int, options: int, facts: Sequence[Fact], notes: Sequence[str]
) -> Picture:
    """Every fact of a future by its worth, in three parts."""
    data = pd.DataFrame(facts)
    parts = {kind: data[data["kind"] == kind] for kind in _HEADS if (data["kind"] == kind).any()}
    height = _ROW * (len(data) + 1.4 * len(parts))
    foot = [
        "Expected accidental clashes a year that knowing it would avoid, by choosing another of "
        f"{many(options, 'option')} where it says so; over {many(draws, 'draw')}. Line: 95%. Tick: 95% of "
        "worthless facts come out below. Tells: share of the variance of ranks of clashes without a policy.",
        *notes,
    ]
    sheet = Sheet(f"What would be worth knowing first: {future}", foot, _ABOVE + height + _BELOW)
    top = sheet.top + _ABOVE
    axes = sheet.axes(_BARS._replace(top=top, height=height), "Worth", "clashes avoided a year")
    for left, head in ((_WORTH, "Worth (95%)"), (_TELLS, "Tells")):
        sheet.write(left, top - 24, [head], SMALL, weight="bold")
    axes.set(yticks=[], ylim=(height, 0))
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    low = min(0.0, float(data["low"].min()))
    axes.set_xlim(1.05 * low, 1.05 * max(float(data["high"].max()), float(data["null"].max()), 1e-3))
    axes.axvline(0.0, color=FAINT, linewidth=1.0, zorder=1)
    y = 0.0
    for kind, part in parts.items():
        write_beside(sheet, MARGIN, top + y + 0.7 * _ROW, [_HEADS[kind]], TEXT, weight="bold")
        y += 1.4 * _ROW
        for fact in part.itertuples():
            middle = y + _ROW / 2
            above = fact.low > max(fact.null, 0.0)
            axes.barh(
                middle, fact.worth, 0.5 * _ROW, color=FILLS["violation"]["facecolor"] if above else "#d8e6f0"
            )
            draw_interval(axes, middle, (fact.low, fact.high), size=5)
            axes.plot([fact.null] * 2, [middle - 9, middle + 9], color=INK, linewidth=1.6, linestyle=":")
            write_beside(sheet, MARGIN + 12, top + middle, wrapped(str(fact.name), _NAME, TEXT), TEXT)
            words = f"{fact.worth:+.3f} ({fact.low:+.3f} to {fact.high:+.3f})"
            write_beside(sheet, _WORTH, top + middle, [words], SMALL)
            write_beside(sheet, _TELLS, top + middle, [share_figure(fact.tells)], SMALL)
            y += _ROW
    caption = (
        f"Worth of knowing each fact first in {future}, in expected accidental clashes avoided a year, with "
        "95% intervals, beside what worthless facts come out at; filled bars lie above it."
    )
    return Picture("learn", f"What would be worth knowing first: {future}", caption, sheet.figure, data)
