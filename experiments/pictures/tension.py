"""Tension by week and arm: the median, and where 5 to 95% of the runs are."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from experiments.parts import WEEK
from experiments.pictures.marks import LINE
from experiments.pictures.picture import Picture
from experiments.pictures.shown import Shown
from experiments.sheet import LOOK, SMALL, TEXT, Box, Sheet, line_height, wrapped
from experiments.wording import many
from sim.parameters import SIDES

_MOST = 4
_WIDTH, _HEIGHT, _LEFTS = 500.0, 150.0, (72.0, 672.0)


def tension_fan(shown: Shown) -> Iterator[Picture]:
    """Small multiples, one for each arm, on one scale."""
    chosen = [name for name in shown.most_different(_MOST) if len(shown.tension_of[name])]
    if not chosen:
        return
    data = pd.concat([_table(shown, name) for name in chosen], ignore_index=True)
    heads = {name: wrapped(shown.label[name], _WIDTH, TEXT, "bold") for name in chosen}
    above = max(map(len, heads.values())) * line_height(TEXT) + 2 * LINE + 12
    rows = -(-len(chosen) // 2)
    title = "Tension of both governments (0 to 1), by week"
    foot = ["Median, and 5–95% of the runs still played, at the start of every seventh day.",
            *shown.choice(chosen), *shown.notes]  # fmt: skip
    sheet = Sheet(title, foot, rows * (above + _HEIGHT + 46))
    most = data[[f"{side}_high" for side in SIDES]].to_numpy().max()
    for i, name in enumerate(chosen):
        top = sheet.top + (i // 2) * (above + _HEIGHT + 46)
        sheet.write(_LEFTS[i % 2], top, heads[name], TEXT, weight="bold")
        sheet.write(_LEFTS[i % 2], top + len(heads[name]) * line_height(TEXT),
                    [f"{shown.sample(name)}, from {_day(_start(shown, name))}"], SMALL)  # fmt: skip
        axes = sheet.axes(Box(_LEFTS[i % 2], top + above, _WIDTH, _HEIGHT), "")
        _draw(axes, data[data["arm"] == name])
        axes.set_ylim(0, min(1.0, max(0.1, 1.1 * most)))
    caption = (f"Tension of both governments by week in {many(len(chosen), 'arm')}: median and "
               "5–95% of the runs still played; no unit, 0 to 1.")  # fmt: skip
    yield Picture("tension", title, caption, sheet.figure, data)


def _start(shown: Shown, name: str) -> dt.date:
    return dt.date.fromisoformat(str(shown.scenario(name)["start"]))


def _day(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"


def _table(shown: Shown, name: str) -> pd.DataFrame:
    """Quantiles by week of the runs that were still played."""
    start = _start(shown, name)
    columns = {}
    for side in SIDES:
        lists = shown.tension_of[name][side]
        known = np.full((len(lists), max(map(len, lists))), np.nan)
        for row, values in zip(known, lists, strict=True):
            row[: len(values)] = values
        low, median, high = np.nanquantile(known, (0.05, 0.5, 0.95), axis=0)
        columns |= {f"{side}_low": low, f"{side}_median": median, f"{side}_high": high}
    played = np.isfinite(known).sum(axis=0)
    dates = np.datetime64(start) + WEEK * np.arange(played.size)
    return pd.DataFrame({"arm": name, "date": dates.astype("datetime64[ns]"), "runs": played}
                        | columns)  # fmt: skip


def draw_tension(axes: Axes, table: pd.DataFrame, days: int) -> None:
    """Medians and 5-95% of both sides by ``date``; a value stands for ``days``, also the last."""
    last = table.iloc[[-1]]
    table = pd.concat([table, last.assign(date=last["date"] + pd.Timedelta(days=days))])
    dates = table["date"].to_numpy()
    north, south = (LOOK[side]["facecolor"] for side in SIDES)
    axes.fill_between(dates, table["north_low"], table["north_high"], color=north, alpha=0.35,
                      linewidth=0, label="north 5–95%")  # fmt: skip
    axes.plot(dates, table["north_median"], color=north, linewidth=3.2, label="north median")
    axes.plot(dates, table["south_low"], color=south, linewidth=1.0, linestyle=":")
    axes.plot(dates, table["south_high"], color=south, linewidth=1.0, linestyle=":",
              label="south 5–95%")  # fmt: skip
    axes.plot(dates, table["south_median"], color=south, linewidth=1.4, linestyle="--",
              label="south median")  # fmt: skip
    axes.set_xlim(dates[0], dates[-1])
    locator = AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    axes.grid(axis="y")


def _draw(axes: Axes, table: pd.DataFrame) -> None:
    draw_tension(axes, table, WEEK)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1 + 5 / _HEIGHT), ncols=4)
