"""What drives the rate over the points of a sample: two regressions, a scatter a factor, the points."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.design.labels import factor_words, level_words, quantity_words
from experiments.findings.drivers import Drivers, Regression
from experiments.pictures.marks import (
    LINE,
    draw_interval,
    ends_of,
    events_words,
    few_note,
    is_few,
    log_axis,
    page_name,
    page_words,
    rate_words,
    roof,
    write_beside,
)
from experiments.pictures.material import SAMPLE, Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import (
    FAINT,
    FILLS,
    HEADING,
    INK,
    MARGIN,
    SMALL,
    TEXT,
    WIDTH,
    Box,
    Sheet,
    line_height,
    plain,
    signed_plain,
    wrapped,
)
from experiments.wording import FEW, capital, many, number, share_figure
from sim.outcome.columns import Row

_MEASURED: dict[Literal["standardised", "partial_rank"], str] = {
    "standardised": "Standardised coefficient",
    "partial_rank": "Partial rank correlation",
}
_NAMES, _AXES, _FIGURES, _PAIR = 288.0, 250.0, 150.0, 440.0  # pixels
_HEADING = 34.0  # pixels of a heading above a regression's factors
_PANELS, _ROWS = 6, 30  # scatters, and points, in one picture
_COLOUR = FILLS["violation"]["facecolor"]


def drivers(material: Material) -> Iterator[Picture]:
    """The regressions, a scatter for every factor, and all points as one family of rates."""
    found = material.figures.get("drivers")
    if not found:
        return
    yield from _coefficients(material, found)
    points = _points_table(material, found)
    if len(found["factors"]) > 1:
        yield from _scatters(material, found, points)
    yield from _points(material, found, points)


# -- the regressions --------------------------------------------------------------------------------


class _Block(NamedTuple):
    """The factors of one regression, a row each with the lines of its name, below a heading if any."""

    heading: str
    rows: list[tuple[list[str], Row]]

    @property
    def height(self) -> float:
        return _HEADING * bool(self.heading) + sum(_row_height(lines) for lines, _ in self.rows)


def _coefficients(material: Material, found: Drivers) -> Iterator[Picture]:
    known = [each for each in found["regressions"] if each["drivers"]]
    if not known:
        return
    data = pd.DataFrame([row for each in known for row in _coefficient_rows(each)])
    blocks = [_block(found, data, _under(each["under"])) for each in known]
    height = sum(block.height for block in blocks)
    title = f"What drives {material.rated_noun}: regressions over the points of a sample"
    sheet = Sheet(title, _about(material, found, known), 66 + height + 40)
    top = sheet.top + 66
    pair = []
    for i, heading in enumerate(_MEASURED.values()):
        box = Box(MARGIN + _NAMES + 16 + i * _PAIR, top, _AXES, height)
        pair.append((_coefficient_axes(sheet, box, heading), box))
    at = 0.0
    for block in blocks:
        _draw_block(sheet, block, pair, at)
        at += block.height
    caption = (
        f"How {material.rated_noun} a year go with each of {many(len(found['factors']), 'factor')}, all "
        f"others held, over {many(len(found['points']), 'point')} of a sample: standardised regression "
        "coefficients and partial rank correlations, with intervals that hold together."
    )
    yield Picture("drivers", title, caption, sheet.figure, data)


def _block(found: Drivers, data: pd.DataFrame, heading: str) -> _Block:
    own = [row for row in data.to_dict("records") if row["under"] == heading]
    factors = [row["factor"] for row in own]
    names = [quantity_words(each) + _by_log(found["factors"][each]) for each in factors]
    lines = [wrapped(name, _NAMES, SMALL) for name in names]
    return _Block(heading, list(zip(lines, own, strict=True)))


def _coefficient_axes(sheet: Sheet, box: Box, heading: str) -> Axes:
    axes = sheet.axes(box, heading, "−1 to 1; 0: no effect")
    axes.set(xlim=(-1.05, 1.05), ylim=(box.height, 0), yticks=[], xticks=[-1, -0.5, 0, 0.5, 1])
    axes.xaxis.set_major_formatter(FuncFormatter(signed_plain))
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=FAINT, linewidth=1.2, linestyle="--", zorder=1)
    axes.grid(axis="x")
    return axes


def _draw_block(sheet: Sheet, block: _Block, pair: Sequence[tuple[Axes, Box]], at: float) -> None:
    top = pair[0][1].top
    if block.heading:
        for axes, _ in pair:
            axes.axhspan(at, at + _HEADING, color="white", zorder=2.5)
        sheet.write(MARGIN, top + at + 10, [block.heading], TEXT, weight="bold")
        at += _HEADING
    for lines, row in block.rows:
        middle = at + _row_height(lines) / 2
        write_beside(sheet, MARGIN, top + middle, lines)
        for (axes, box), name in zip(pair, _MEASURED, strict=True):
            _draw_coefficient(sheet, axes, box, middle, row, name)
        at += _row_height(lines)


def _coefficient_rows(regression: Regression) -> Iterator[Row]:
    for driver in regression["drivers"] or ():
        row: Row = {"under": _under(regression["under"]), "factor": driver["factor"]}
        for name in _MEASURED:
            row |= ends_of(driver[name], name)
        yield row | {"points": regression["points"]} | _explained(regression)


def _explained(regression: Regression) -> dict[str, float]:
    explained = regression["explained"]
    if explained is None:
        return {}
    return {"explained_standardised": explained["standardised"], "explained_ranks": explained["ranks"]}


def _under(levels: Mapping[str, str]) -> str:
    return ", ".join(level_words(*each) for each in levels.items())


def _by_log(log: bool) -> str:
    return " (its logarithm)" if log else ""


def _row_height(lines: Sequence[str]) -> float:
    return max(2, len(lines)) * LINE + 12


def _about(material: Material, found: Drivers, known: Sequence[Regression]) -> list[str]:
    explained = "; ".join(
        (f"{_under(each['under'])}: " if each["under"] else "")
        + f"{share_figure(explained['standardised'])} of the variance of the rates, "
        f"{share_figure(explained['ranks'])} of that of their ranks"
        for each in known
        if (explained := each["explained"])
    )
    return [
        "Standardised coefficient: by how many of its standard deviations the rate moves with one of the "
        "factor, all others held. Partial rank correlation: how steadily the rate rises (1) or falls "
        "(−1) with the factor, all others held, whatever the curve.",
        f"n = {many(len(found['points']), 'point')}. Level of the intervals: {100 * found['level']:.4g}%, so "
        "that those of all factors hold together at 95% in each column. All factors together explain: "
        f"{explained}; the rest is luck, curves and what factors do only together.",
        "Luck counts as a cause here: with few runs all coefficients lie nearer to 0. No policy.",
        *material.notes,
    ]


def _draw_coefficient(sheet: Sheet, axes: Axes, box: Box, middle: float, row: Row, name: str) -> None:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    decided = low > 0 or high < 0
    draw_interval(axes, middle, (low, high))
    axes.plot(
        np.clip(value, -1.05, 1.05),
        middle,
        marker="o",
        color=_COLOUR if decided else "white",
        markeredgecolor=INK,
        markersize=7.5,
        zorder=3,
    )
    words = [_signed(value), f"({_signed(low)} to {_signed(high)})"]
    write_beside(sheet, box.left + box.width + 14, box.top + middle, words)


def _signed(value: float) -> str:
    text = f"{abs(value):.2f}"
    return text if float(text) == 0 else f"{'−' if value < 0 else '+'}{text}"


# -- a scatter for every factor ---------------------------------------------------------------------


def _scatters(material: Material, found: Drivers, data: pd.DataFrame) -> Iterator[Picture]:
    factors = list(found["factors"])
    pages = [factors[i : i + _PANELS] for i in range(0, len(factors), _PANELS)]
    for i, page in enumerate(pages):
        heads = {name: wrapped(quantity_words(name), 520, TEXT, "bold") for name in page}
        above = max(map(len, heads.values())) * line_height(TEXT) + LINE + 10
        block = above + 190 + 40
        title = f"{capital(material.rated_noun)} a year at every point of a sample, by each factor"
        title += page_words(i, pages)
        foot = [
            f"{SAMPLE} A panel shows how the rate goes with one while the other "
            f"{many(len(factors) - 1, 'factor')} vary: spread is not noise, and no slope here is an effect "
            f"by itself (see the regressions). Bars: intervals of all points that hold together at 95%. No "
            f"policy. {_n_words(data, material.rated_noun)}",
            *few_note(data["few_clusters"]),
            *material.notes,
        ]
        rows = -(-len(page) // 2)
        sheet = Sheet(title, foot, rows * block)
        for j, name in enumerate(page):
            left, top = (72.0, 660.0)[j % 2], sheet.top + (j // 2) * block
            sheet.write(left, top, heads[name], TEXT, weight="bold")
            said = f"{material.rated_noun} a year; the other factors vary too"
            said += "; log scale" if found["factors"][name] else ""
            sheet.write(left, top + len(heads[name]) * line_height(TEXT), [said], SMALL)
            axes = sheet.axes(Box(left, top + above, 512, 190), "")
            _draw_scatter(axes, data, name, found["factors"][name])
        caption = (
            f"{capital(material.rated_noun)} a year at {many(len(data), 'point')} against "
            f"{', '.join(map(factor_words, page))}, while the other factors of the sample vary too."
        )
        yield Picture(page_name("scatter", i), title, caption, sheet.figure, data)


def _points_table(material: Material, found: Drivers) -> pd.DataFrame:
    names = {material.arm(name)["future"]: name for name in material.baselines}
    rates = material.figures["rates"]
    return pd.DataFrame(
        [
            {"future": point["future"], "measure": material.rated}
            | point["values"]
            | ends_of(point["rate"])
            | {
                "events": point["events"],
                "years": point["n"],
                "few_clusters": is_few(rates[names[point["future"]]][material.rated]),
            }
            for point in found["points"]
        ]
    )


def _n_words(data: pd.DataFrame, noun: str) -> str:
    return f"n: {number(data['events'].sum())} {noun} in {many(data['years'].sum(), 'year')} at all points."


def _draw_scatter(axes: Axes, data: pd.DataFrame, name: str, log: bool) -> None:
    few = data["few_clusters"].to_numpy(bool)
    axes.vlines(data[name], data["low"], data["high"], color=FAINT, linewidth=1.0)
    for chosen, fill in ((~few, _COLOUR), (few, "white")):
        mine = data[chosen]
        axes.plot(
            mine[name], mine["rate"], "o", color=fill, markeredgecolor=INK, markersize=6.5, linestyle=""
        )
    low, high = data[name].min(), data[name].max()
    if log:
        log_axis(axes, low / 1.1, high * 1.1)
    else:
        room = 0.04 * (high - low) or 1.0
        axes.set_xlim(low - room, high + room)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(plain))
    axes.set_ylim(0, roof(data))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
    axes.grid(axis="y")


# -- the points as one family -----------------------------------------------------------------------


def _points(material: Material, found: Drivers, points: pd.DataFrame) -> Iterator[Picture]:
    data = points.sort_values("rate", ignore_index=True, kind="stable")
    pages = [data.iloc[i : i + _ROWS] for i in range(0, len(data), _ROWS)]
    name_width, axes_width = 480.0, 360.0
    for i, page in enumerate(pages):
        texts = [wrapped(material.future[future], name_width, SMALL) for future in page["future"]]
        heights = [len(lines) * LINE + 8 for lines in texts]
        title = f"{capital(material.rated_noun)} a year at the points of a sample, as one family"
        title += page_words(i, pages)
        foot = [
            f"Level of the intervals: {100 * found['points_level']:.4g}%, so that those of all "
            f"{many(len(data), 'point')} hold together at 95%. No policy.",
            *few_note(page["few_clusters"], f"{FEW} and open marks"),
            *material.notes,
        ]
        sheet = Sheet(title, foot, 62 + sum(heights) + 46)
        top = sheet.top + 62
        box = Box(MARGIN + name_width + 16, top, axes_width, sum(heights))
        axes = sheet.axes(box, "Rate", f"{material.rated_noun} a year")
        sheet.write(MARGIN, top - line_height(HEADING) - 4, ["Point"], HEADING, weight="bold")
        axes.set(xlim=(0, roof(data)), ylim=(sum(heights), 0), yticks=[])
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(plain))
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        at = 0.0
        for lines, height, row in zip(texts, heights, page.itertuples(), strict=True):
            middle = at + height / 2
            write_beside(sheet, MARGIN, top + middle, lines)
            draw_interval(axes, middle, (row.low, row.high), size=6)
            fill = "white" if row.few_clusters else _COLOUR
            axes.plot(row.rate, middle, "o", color=fill, markeredgecolor=INK, markersize=6.5)
            words = f"{rate_words(row.rate, row.low, row.high)}{FEW if row.few_clusters else ''}"
            beside = box.left + box.width + 16
            write_beside(
                sheet,
                beside,
                top + middle,
                wrapped(f"{words}; {events_words(row.events, row.years)}", WIDTH - MARGIN - beside, SMALL),
            )
            at += height
        caption = (
            f"{capital(material.rated_noun)} a year, without a policy, at {many(len(data), 'point')} of a "
            "sample, sorted; intervals of all points hold together at 95%."
        )
        yield Picture(page_name("points", i), title, caption, sheet.figure, page)
