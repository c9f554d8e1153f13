"""Forest plots: what each policy does to the rate that decides, with a verdict."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.findings.figures_file import Measured
from experiments.pictures.marks import (
    draw_interval,
    ends_of,
    few_note,
    is_few,
    log_axis,
    page_name,
    page_words,
    rate_words,
    write_beside,
)
from experiments.pictures.material import IDENTICAL, SAMPLE, Material
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
    rate_text,
    signed_plain,
    wrapped,
)
from experiments.wording import FEW, capital, many, number, ratio_figure
from sim.outcome.columns import Row

_ROWS, _PICTURES = 30, 24  # policies a picture, and pictures, at most
_NAME, _VERDICT = 186.0, 256.0  # pixels for these texts
_RATIO, _GAP = Box(228, 0, 160, 0), Box(556, 0, 160, 0)  # where the two axes stand
_RATIO_TEXT, _GAP_TEXT, _WORDS = 402.0, 730.0, WIDTH - MARGIN - _VERDICT
_ABOVE, _BELOW = 62.0, 46.0


def forests(material: Material) -> Iterator[Picture]:
    """Ratio and difference of every policy, its future's policies sorted by their difference; of a
    sample all points together, each policy's sorted.
    """
    data = comparisons_table(material)
    if data.empty:
        return
    pages = _pages(data, _section(material))
    for i, page in enumerate(pages[:_PICTURES]):
        left_out = 0 if i + 1 < _PICTURES else sum(map(len, pages[_PICTURES:]))
        page_of = page_words(i, pages) if material.is_sample else ""
        yield _forest(material, page_name("forest", i), page, left_out, page_of)


def _section(material: Material) -> str:
    """What the rows of one section share: points of a sample are one family of each policy."""
    return "policy" if material.is_sample else "future"


def _pages(data: pd.DataFrame, section: str) -> list[pd.DataFrame]:
    """Rows by picture: a future each; of a sample, or where they are very many, as many as fit."""
    pages: list[list[pd.DataFrame]] = []
    packed, room = section == "policy" or data["future"].nunique() > _PICTURES, 0
    for _, mine in data.groupby(section, sort=False):
        for start in range(0, len(mine), _ROWS):
            chunk = mine.iloc[start : start + _ROWS]
            if not packed or len(chunk) > room:
                pages.append([])
                room = _ROWS
            pages[-1].append(chunk)
            room -= len(chunk) + 1  # its heading
    return [pd.concat(parts) for parts in pages]


def comparisons_table(material: Material) -> pd.DataFrame:
    """What decides, of every policy beside its baseline: rates, ratio, difference, verdict."""
    comparisons = material.figures["comparisons"]
    rows = [
        _row(future, policy, material.measure, found["measures"][material.measure])
        for future, policies in comparisons.items()
        if future in material.alike  # those that are identical to one before it are told there
        and future not in material.figures["over_draws"]  # where no ratio of totals says anything
        for policy, found in policies.items()
    ]
    if not rows:
        return pd.DataFrame()
    section = _section(material)
    order = {name: i for i, name in enumerate(dict.fromkeys(row[section] for row in rows))}
    return pd.DataFrame(rows).sort_values(
        [section, "difference"],
        ignore_index=True,
        kind="stable",
        key=lambda c: c.map(order) if c.name == section else c,
    )


def _row(future: str, policy: str, measure: str, found: Measured) -> Row:
    """One comparison; what JSON could not hold is infinite, or nan where nothing happened."""
    row: Row = {"future": future, "policy": policy, "measure": measure, "runs": found["runs"]}
    for arm in ("baseline", "policy"):
        row |= ends_of(found[arm], f"rate_{arm}") | {
            f"events_{arm}": found[arm]["events"],
            f"years_{arm}": found[arm]["n"],
            f"few_clusters_{arm}": is_few(found[arm]),
        }
    row |= ends_of(found["ratio"], "ratio") | ends_of(found["difference"], "difference")
    if math.isnan(row["ratio_high"]):
        row["ratio_high"] = math.inf
    if math.isnan(row["ratio"]) and row["events_policy"]:
        row["ratio"] = math.inf
    return row | {"level": found["level"], "verdict": found["verdict"], "in_words": found["in_words"]}


def _forest(material: Material, name: str, data: pd.DataFrame, left_out: int, page_of: str) -> Picture:
    section = _section(material)
    sections = []  # each a heading and rows: (lines of heading, rows with their texts)
    for key, mine in data.groupby(section, sort=False):
        head = str(key)
        if section == "future":
            head = f"{material.named(key)}: without a policy {_rate(material, mine.iloc[0])}"
        sections.append(
            (
                wrapped(head, WIDTH - 2 * MARGIN, TEXT, "bold"),
                [
                    (row, *_texts(row, material.future[row.future] if material.is_sample else row.policy))
                    for row in mine.itertuples()
                ],
            )
        )
    height = sum(_head_height(head) + sum(_height(*texts) for _, *texts in rows) for head, rows in sections)
    futures = list(data["future"].unique())
    title = f"What each policy does to {material.noun}"
    if material.is_sample:
        title += f" at {many(len(material.future), 'point')} of a sample, one family{page_of}"
    elif len(futures) == 1:
        title += f": {material.named(futures[0])}"
    sheet = Sheet(title, _foot(material, data, left_out), _ABOVE + height + _BELOW)
    top = sheet.top + _ABOVE
    ratio = sheet.axes(
        _RATIO._replace(top=top, height=height), "Ratio of rates", "policy / none, on a log scale"
    )
    gap = sheet.axes(_GAP._replace(top=top, height=height), "Difference of rates", "policy less none, a year")
    rise = 2.25 * line_height(SMALL) + line_height(HEADING)  # as high as the other headings
    sheet.write(_WORDS, top - rise, ["Verdict"], HEADING, weight="bold")
    _prepare(ratio, gap, data, height)
    _draw_sections(sheet, (ratio, gap), top, sections)
    caption = (
        f"{capital(material.noun)} a year under policies, {many(len(data), 'row')} in "
        f"{many(len(futures), 'future')}: ratio to and difference from no policy on the same "
        "worlds and lucks. Filled marks are decided, open ones are not; a diamond is a policy that "
        "never changed anything. An arrow is a limit beyond the axis or infinite. "
        f"n: {material.noun} "
        "with the policy v without."
    )
    return Picture(name, title, caption, sheet.figure, data)


def level_note(material: Material, data: pd.DataFrame) -> str:
    """The level of the intervals, and of how many of them it holds together."""
    family = material.figures["family"]
    levels = sorted(set(data["level"]))
    told = " to ".join(f"{100 * each:.4g}%" for each in {levels[0]: 0, levels[-1]: 0})
    interim = f" at {many(family['interim'], 'interim analysis')}" if family["interim"] else ""
    all_of_them = many(family["comparisons"], "comparison")
    return f"Level of the intervals: {told}, so that the study's {all_of_them}{interim} hold together at 95%."


def _foot(material: Material, data: pd.DataFrame, left_out: int) -> list[str]:
    each = f"{level_note(material, data)} That of the rate without a policy: 95%, alone."
    marks = (
        "Filled mark: decided; open: not; diamond: never bound. Arrow: the limit is beyond the "
        f"axis, or infinite. n: {material.noun} with the policy v without."
    )
    more = [f"Not shown: {many(left_out, 'further row')}; see figures.json."] if left_out else []
    few = [*data["few_clusters_policy"], *data["few_clusters_baseline"]]
    sample = [SAMPLE] if material.is_sample else []
    same = [IDENTICAL] if any(len(material.alike[future]) > 1 for future in set(data["future"])) else []
    return [each, marks, *few_note(few, FEW), *sample, *same, *more, *material.notes]


def events_mark(row: Any, arm: str) -> str:
    """The events of an arm, marked where its rate rests on too few clusters."""
    few = getattr(row, f"few_clusters_{arm}")
    return f"{number(getattr(row, f'events_{arm}'))}{FEW if few else ''}"


def _texts(row: Any, name: str) -> tuple[list[str], ...]:
    """Lines of a row: its name, ratio, difference and verdict."""
    n = f"n = {events_mark(row, 'policy')} v {events_mark(row, 'baseline')}"
    runs = f"in {many(row.runs, 'run')} each"
    if row.verdict == "identical":
        ratio, gap = ["exactly 1", n], ["exactly 0", runs]
    else:
        value, *limits = map(ratio_words, (row.ratio, row.ratio_low, row.ratio_high))
        ratio = [value if math.isnan(row.ratio) else f"{value} ({'–'.join(limits)})", n]
        gap = [
            f"{_signed(row.difference)} ({_signed(row.difference_low)} to {_signed(row.difference_high)})",
            runs,
        ]
    return (wrapped(name, _NAME, TEXT), ratio, gap, wrapped(row.in_words, _VERDICT, SMALL))


def _height(*texts: list[str]) -> float:
    return max(map(len, texts)) * line_height(TEXT) + 8


def _head_height(lines: list[str]) -> float:
    return len(lines) * line_height(TEXT) + 18


def _draw_sections(sheet: Sheet, pair: tuple[Axes, Axes], top: float, sections: list) -> None:
    at = 0.0
    for head, rows in sections:
        height = _head_height(head)
        for axes in pair:  # no grid behind the heading
            axes.axhspan(at, at + height, color="white", zorder=2.5)
        sheet.write(MARGIN, top + at + 13, head, TEXT, weight="bold")
        at += height
        for row, *texts in rows:
            height = _height(*texts)
            _draw_row(pair, row, at + height / 2)
            columns = (MARGIN, TEXT), (_RATIO_TEXT, SMALL), (_GAP_TEXT, SMALL), (_WORDS, SMALL)
            for (left, size), lines in zip(columns, texts, strict=True):
                write_beside(sheet, left, top + at + height / 2, lines, size)
            at += height


def _draw_row(pair: tuple[Axes, Axes], row: Any, y: float) -> None:
    fill = FILLS["violation"]["facecolor"] if row.verdict in ("lower", "higher") else "white"
    for axes, name in zip(pair, ("ratio", "difference"), strict=True):
        at = getattr(row, name)
        if row.verdict == "identical":
            at = 1.0 if name == "ratio" else 0.0
        else:
            draw_interval(axes, y, (getattr(row, f"{name}_low"), getattr(row, f"{name}_high")))
        left, right = axes.get_xlim()
        if left <= at <= right:
            axes.plot(
                at,
                y,
                marker="D" if row.verdict == "identical" else "o",
                color=fill,
                markeredgecolor=INK,
                markersize=7,
                zorder=3,
            )


def _prepare(ratio: Axes, gap: Axes, data: pd.DataFrame, height: float) -> None:
    for axes, none in ((ratio, 1.0), (gap, 0.0)):
        axes.set(yticks=[], ylim=(height, 0))
        axes.spines["left"].set_visible(False)
        axes.axvline(none, color=FAINT, linewidth=1.2, linestyle="--", zorder=1)
        axes.grid(axis="x")
    bounded = data[data["verdict"] != "identical"]
    ends = _finite(bounded, "ratio")
    log_axis(
        ratio, max(0.01, min([0.5, *(e for e in ends if e > 0)]) / 1.2), min(100.0, max([2.0, *ends]) * 1.2)
    )
    ends = [0.0, *_finite(bounded, "difference")]
    room = 0.06 * (max(ends) - min(ends)) or 0.5
    gap.set_xlim(min(ends) - room, max(ends) + room)
    gap.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    gap.xaxis.set_major_formatter(FuncFormatter(signed_plain))


def _finite(data: pd.DataFrame, name: str) -> list[float]:
    values = data[[name, f"{name}_low", f"{name}_high"]].to_numpy(float).ravel()
    return [value for value in values.tolist() if math.isfinite(value)]


def _rate(material: Material, row: Any) -> str:
    """What was counted without a policy, in the runs of a comparison."""
    found = material.figures["comparisons"][row["future"]][row["policy"]]["measures"][material.rated]
    rate = _row(row["future"], row["policy"], material.rated, found)
    told = rate_words(*(rate[f"rate_baseline{end}"] for end in ("", "_low", "_high")))
    few = FEW if rate["few_clusters_baseline"] else ""
    return (
        f"{told} {material.rated_noun} a year, n = {number(rate['events_baseline'])}{few} "
        f"in {many(rate['years_baseline'], 'year')}"
    )


def ratio_words(value: float) -> str:
    """A ratio or a limit of one; nan where nothing happened in either arm."""
    if math.isnan(value):
        return "none in either"
    return "∞" if math.isinf(value) else "0" if value == 0 else ratio_figure(value)


def _signed(value: float) -> str:
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "?"
    return "0" if value == 0 else f"{'−' if value < 0 else '+'}{rate_text(abs(value))}"
