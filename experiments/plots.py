"""The picture of a batch: the ladder, clashes, their first day, their places, and tension.

``figure_data`` holds the plotted numbers, as tables; the panels only draw them.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, PercentFormatter

from experiments.sheet import (
    DPI,
    FAINT,
    INK,
    LOOK,
    MARGIN,
    SMALL,
    TEXT,
    WIDTH,
    Box,
    Sheet,
    line_height,
    styled,
    text_width,
    wrapped,
)
from experiments.statistics import Interval, survival
from sim.geography import ATTRIBUTION, COUNTIES, county
from sim.outcome import CLASH_RUNG
from sim.parameters import SIDES

DAYS_A_YEAR = 365.0
_BIN_KM = 10.0
_BEGUN = {
    "violation": "begun by a violation",
    "otherwise": "begun otherwise",
}
# of a run, and how it is marked on the survival curve
_FATES = {
    "clash, cut off": "",
    "clash, ended": "o",
    "no clash, cut off": "|",
    "no clash, ended": "x",
}
_MOST_BARS = 12
_BESIDE = 250.0  # pixels for the figures beside the ladder
_LABELS = 165.0  # pixels for its labels
_ABOVE = 68.0  # pixels for heading, quantity and legend above axes
_BELOW = 52.0  # pixels for the labels of an axis, and air

Tables = dict[str, pd.DataFrame]


def figure_data(
    runs: pd.DataFrame,
    incidents: pd.DataFrame,
    tension: np.ndarray,
    *,
    ladder: Sequence[tuple[str, Interval]],
    start: dt.date,
    length_km: float,
) -> Tables:
    """The numbers that ``summary_figure`` draws, a table a panel.

    ``ladder``: label and interval (per year). ``clashes``: share of runs with each count, all and
    by beginning. ``first_clash``: the survival curve (days). ``followed``: until which day each run
    was, and its fate. ``places``: per year and 10 km. ``tension``: quantiles of runs still played.
    """
    if runs.empty:
        raise ValueError("there is no run to show")
    years = float(runs["days"].sum()) / DAYS_A_YEAR
    return {
        "ladder": pd.DataFrame([{"label": label} | vars(rate) for label, rate in ladder]),
        "clashes": _clash_shares(runs),
        "first_clash": _first_clash(runs),
        "followed": _followed(runs),
        "places": _places(incidents, years, length_km),
        "tension": _tension_quantiles(runs, tension, start),
    }


def summary_figure(
    runs: pd.DataFrame,
    incidents: pd.DataFrame,
    tension: np.ndarray,
    *,
    title: str,
    ladder: Sequence[tuple[str, Interval]],
    start: dt.date,
    length_km: float,
    notes: Sequence[str],
    too_few: Collection[str] = (),
) -> Figure:
    """The picture of a batch, 1,200 pixels wide; its height follows from its texts.

    ``runs`` and ``incidents`` are rows of ``sim.outcome``, ``tension`` is (runs, days, 2).
    ``too_few`` names the labels of ``ladder`` that rest on too few clusters. ``notes`` stand in the
    foot. Raises ValueError if there is no run.
    """
    data = figure_data(
        runs, incidents, tension, ladder=ladder, start=start, length_km=length_km
    )
    labels = [wrapped(label, _LABELS - 14, TEXT) for label, _ in ladder]
    rows = sum(_row_height(label) for label in labels)
    first, middle = max(rows, 150.0) + _ABOVE + _BELOW, 170.0 + _ABOVE + _BELOW
    foot = [_sample(runs, start, length_km), *notes, ATTRIBUTION]
    with styled():
        sheet = Sheet(title, foot, first + middle + 382.0)
        top = sheet.top + _ABOVE
        _draw_ladder(sheet, Box(MARGIN + _LABELS, top, 300, rows), data["ladder"], labels, too_few)
        days = float(runs["days"].max())
        _draw_clashes(sheet, Box(828, top, 344, first - _ABOVE - _BELOW), data["clashes"], days)
        top += first
        _draw_first_clash(sheet, Box(72, top, 496, 170), data)
        _draw_tension(sheet, Box(654, top, 518, 170), data["tension"])
        _draw_places(sheet, Box(72, top + middle, 1100, 96), data["places"], length_km)
        sheet.figure.canvas.draw()
    return sheet.figure


def save_summary(path: str | Path, *tables: object, **rest: object) -> None:
    """Write ``summary_figure`` of the same arguments as PNG; equal numbers give equal bytes."""
    figure = summary_figure(*tables, **rest)  # type: ignore[arg-type]
    with styled():
        figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None})


def _clash_shares(runs: pd.DataFrame) -> pd.DataFrame:
    columns = {"all": "clashes"} | {name: f"clashes_{name}" for name in _BEGUN}
    most = int(runs["clashes"].max())
    counted = {
        name: np.bincount(runs[column].astype(int), minlength=most + 1) / len(runs)
        for name, column in columns.items()
    }
    return pd.DataFrame({"clashes": np.arange(most + 1)} | counted)


def _first_clash(runs: pd.DataFrame) -> pd.DataFrame:
    first = runs["first_clash_day"].astype(float)
    worlds = runs.groupby(["seed", "world"]).ngroup()
    curve = survival(first.fillna(runs["days"]), first.notna(), worlds)
    return pd.DataFrame({"day": curve.times} | {k: v for k, v in vars(curve).items() if k != "times"})


def _followed(runs: pd.DataFrame) -> pd.DataFrame:
    first = runs["first_clash_day"].astype(float)
    clash = np.where(first.notna(), "clash, ", "no clash, ")
    last = np.where(runs["ended"].astype(bool), "ended", "cut off")
    fates = [a + b for a, b in zip(clash, last, strict=True)]
    return pd.DataFrame({"day": first.fillna(runs["days"]), "fate": fates})


def _places(incidents: pd.DataFrame, years: float, length_km: float) -> pd.DataFrame:
    edges = np.append(np.arange(0.0, length_km, _BIN_KM), length_km)
    # a sliver at the east end would show the noise of a rate and no place
    if len(edges) > 2 and edges[-1] - edges[-2] < _BIN_KM / 2:
        edges = np.delete(edges, -2)
    table = pd.DataFrame({"from_km": edges[:-1], "to_km": edges[1:]})
    middle_m = 500.0 * (edges[:-1] + edges[1:])
    table["county"] = [COUNTIES[i] for i in county(middle_m, 1000.0 * length_km)]
    for name, chosen in _placed(incidents).items():
        counts = np.histogram(chosen, edges)[0]
        table[name] = counts * _BIN_KM / np.diff(edges) / years
        table[f"{name}_counted"] = counts
    return table


def _placed(incidents: pd.DataFrame) -> dict[str, np.ndarray]:
    """Kilometres along the line of each kind of event."""
    names = [*(f"recorded_by_{side}" for side in SIDES), *(f"clashes_{name}" for name in _BEGUN)]
    if incidents.empty:
        return {name: np.empty(0) for name in names}
    clash = incidents["accidental"].astype(bool) & (incidents["rung"] >= CLASH_RUNG)
    violation = incidents["trigger"] == "violation"
    recorded = [incidents[name].astype(bool) for name in names[: len(SIDES)]]
    kinds = [*recorded, clash & violation, clash & ~violation]
    km = incidents["s_km"].to_numpy(float)
    return {name: km[kind.to_numpy()] for name, kind in zip(names, kinds, strict=True)}


def _tension_quantiles(runs: pd.DataFrame, tension: np.ndarray, start: dt.date) -> pd.DataFrame:
    days = np.arange(tension.shape[1])
    played = days < runs["days"].to_numpy(float)[:, None]
    shown = days[played.any(axis=0)]
    known = np.where(played[..., None], tension, np.nan)[:, shown]
    low, median, high = np.nanquantile(known, (0.05, 0.5, 0.95), axis=0)
    table = pd.DataFrame({"date": np.datetime64(start) + shown})
    for i, side in enumerate(SIDES):
        table[f"{side}_low"], table[f"{side}_median"] = low[:, i], median[:, i]
        table[f"{side}_high"] = high[:, i]
    return table


def _sample(runs: pd.DataFrame, start: dt.date, length_km: float) -> str:
    worlds = runs.groupby(["seed", "world"]).ngroups
    seeds = sorted(set(runs["seed"]))
    named = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} seeds from {seeds[0]}"
    days = runs["days"].max()
    return (
        f"{_many(len(runs), 'run')} in {_many(worlds, 'world')}, {named}; up to "
        f"{_many(days, 'day')} each from {start.day} {start:%B %Y}; line of {_number(length_km)} km."
    )


def _draw_ladder(
    sheet: Sheet,
    box: Box,
    table: pd.DataFrame,
    labels: Sequence[Sequence[str]],
    too_few: Collection[str],
) -> None:
    axes = sheet.axes(box, "The ladder of incidents", "a year, with its 95% interval (log scale)")
    axes.set(yticks=[], ylim=(box.height, 0), xscale="log", xlim=_decades(table))
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(LogLocator(numticks=7))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.grid(axis="x")
    top = 0.0
    for lines, rate in zip(labels, table.itertuples(), strict=True):
        height = _row_height(lines)
        middle = top + height / 2
        _draw_rate(axes, middle, rate)
        beside = _beside(rate, rate.label in too_few)
        for left, texts in ((MARGIN, lines), (box.left + box.width + 18, beside)):
            rise = len(texts) * line_height(TEXT) / 2
            sheet.write(left, box.top + middle - rise, texts)
        top += height


def _row_height(lines: Sequence[str]) -> float:
    return max(2, len(lines)) * line_height(TEXT) + 6


def _decades(table: pd.DataFrame) -> tuple[float, float]:
    """Whole decades that hold every finite limit above 0."""
    limits = table[["low", "high"]].to_numpy(float) if len(table) else np.empty(0)
    limits = limits[np.isfinite(limits) & (limits > 0)]
    if not limits.size:
        return 0.01, 1.0
    low, high = np.floor(np.log10(limits.min())), np.ceil(np.log10(limits.max()))
    return 10.0 ** min(low, high - 2), 10.0**high


def _draw_rate(axes: Axes, y: float, rate: Interval) -> None:
    """An interval from 0 has no left end on a log scale: an arrow stands at the edge."""
    edge, end = axes.get_xlim()
    low, high = max(rate.low, edge), min(rate.high, end)
    axes.plot([low, high], [y, y], color=INK, linewidth=1.6)
    axes.plot(high, y, marker="|" if rate.high <= end else ">", color=INK, markersize=9,
              clip_on=False)  # fmt: skip
    axes.plot(low, y, marker="|" if rate.low >= edge else "<", color=INK, markersize=9,
              clip_on=False)  # fmt: skip
    if rate.estimate > 0:
        axes.plot(rate.estimate, y, marker="o", color=LOOK["violation"]["facecolor"],
                  markeredgecolor=INK, markersize=7.5)  # fmt: skip


def _beside(rate: Interval, too_few: bool) -> list[str]:
    years = _many(rate.n, "year")
    if rate.events == 0:
        figures = [f"none in {years}", f"below {_number(rate.high)} a year"]
    else:
        limits = f"{_number(rate.low)}–{_number(rate.high)}"
        figures = [f"{_number(rate.estimate)} ({limits})", f"{_number(rate.events)} in {years}"]
    return [*figures[:1], f"{figures[1]}; too few clusters"] if too_few else figures


def _draw_clashes(sheet: Sheet, box: Box, table: pd.DataFrame, days: float) -> None:
    below = f"share of runs with so many in {_many(days, 'day')}"
    axes = sheet.axes(box, "Accidental clashes", below)
    names, starts = _bars(int(table["clashes"].iloc[-1]), box.width)
    places = np.arange(len(names))
    looks = {"all": "all", **_BEGUN}
    for i, (name, label) in enumerate(looks.items()):
        shares = np.add.reduceat(table[name].to_numpy(), starts)
        axes.bar(places + (i - 1) * 0.27, shares, 0.27, label=label, **LOOK[name])
    axes.set(xticks=places, xticklabels=names, xlim=(-0.6, len(names) - 0.4))
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.grid(axis="y")
    _legend(axes)


def _bars(most: int, width: float) -> tuple[list[str], np.ndarray]:
    """Names of bars for 0..``most`` and the count at which each starts: as many as have room."""
    for bars in range(_MOST_BARS, 1, -1):
        step = max(1, -(-most // (bars - 1)))
        starts = np.arange(1, most + 1, step)
        ends = np.minimum(starts + step - 1, most)
        names = ["0", *(f"{a:,}" if a == b else f"{a:,}–{b:,}" for a, b in zip(starts, ends, strict=True))]
        if max(text_width(name, SMALL) for name in names) + 8 < width / (len(names) + 0.2):
            break
    return names, np.append(0, starts)


def _draw_first_clash(sheet: Sheet, box: Box, data: Mapping[str, pd.DataFrame]) -> None:
    heading = "Days to the first accidental clash"
    axes = sheet.axes(box, heading, "share of runs still without one, with its 95% band")
    curve, followed = data["first_clash"], data["followed"]
    days = curve["day"].to_numpy()
    axes.fill_between(days, curve["low"], curve["high"], step="post", color="#cccccc", linewidth=0)
    axes.step(days, curve["survival"], where="post", color=INK, linewidth=1.8)
    for fate, marker in _FATES.items():
        at = followed.loc[followed["fate"] == fate, "day"].to_numpy()
        height = curve["survival"].to_numpy()[np.searchsorted(days, at, side="right") - 1]
        if at.size:
            axes.plot(at, height, linestyle="", marker=marker, color=INK, markersize=9,
                      fillstyle="none", markeredgewidth=1.5, clip_on=False,
                      label=f"{fate}: {at.size:,}")  # fmt: skip
    axes.set(ylim=(0, 1), xlim=(0, max(1e-3, days[-1])))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(8))
    axes.grid(axis="y")
    _legend(axes)


def _draw_tension(sheet: Sheet, box: Box, table: pd.DataFrame) -> None:
    dates = table["date"].to_numpy()
    span = " to ".join(f"{day.day} {day:%b %Y}" for day in table["date"].iloc[[0, -1]])
    axes = sheet.axes(box, "Tension (0 to 1)", f"median and 5–95% of runs, {span}")
    north, south = (LOOK[side]["facecolor"] for side in SIDES)
    axes.fill_between(dates, table["north_low"], table["north_high"], color=north, alpha=0.35,
                      linewidth=0, label="north: 5–95%")  # fmt: skip
    axes.plot(dates, table["north_median"], color=north, linewidth=3.2, label="median")
    axes.plot(dates, table["south_low"], color=south, linewidth=1.0, linestyle=":")
    axes.plot(dates, table["south_high"], color=south, linewidth=1.0, linestyle=":",
              label="south: 5–95%")  # fmt: skip
    axes.plot(dates, table["south_median"], color=south, linewidth=1.4, linestyle="--",
              label="median")  # fmt: skip
    most = float(table.drop(columns="date").to_numpy().max())
    axes.set(ylim=(0, min(1.0, max(0.1, 1.1 * most))), xlim=(dates[0], dates[-1] + np.timedelta64(1, "D")))
    locator = AutoDateLocator(minticks=3, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    axes.grid(axis="y")
    _legend(axes)


def _draw_places(sheet: Sheet, box: Box, table: pd.DataFrame, length_km: float) -> None:
    per = "a year and 10 km, from west to east"
    kinds = {f"recorded_by_{side}": (side, f"by the {side}") for side in reversed(SIDES)}
    upper = sheet.axes(box, "Recorded crossings along the line", per)
    _draw_stacks(upper, table, kinds)
    lower = sheet.axes(box._replace(top=box.top + box.height + 92), "", "")
    sheet.write  # noqa: B018
    _draw_stacks(lower, table, {f"clashes_{name}": (name, label) for name, label in _BEGUN.items()})


def _draw_stacks(axes: Axes, table: pd.DataFrame, kinds: Mapping[str, tuple[str, str]]) -> None:
    floor = np.zeros(len(table))
    left, width = table["from_km"], table["to_km"] - table["from_km"]
    for column, (look, label) in kinds.items():
        counted = f"{label}: {table[f'{column}_counted'].sum():,}"
        axes.bar(left, table[column], width, floor, align="edge", label=counted, **LOOK[look])
        floor += table[column]
    _legend(axes)


def _legend(axes: Axes) -> None:
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.02), ncols=5)


def _number(x: float) -> str:
    return f"{x:,.0f}" if x >= 100 else f"{x:.2g}" if x < 10 else f"{x:.3g}"


def _many(x: float, noun: str) -> str:
    return f"{_number(x)} {noun}" if x == 1 else f"{_number(x)} {noun}s"
