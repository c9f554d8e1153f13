"""Tension by week and arm: the median, and where 5 to 95% of the runs are."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from numpy.typing import NDArray

from experiments.pictures.marks import LINE
from experiments.pictures.material import Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import FILLS, SMALL, TEXT, Box, Sheet, line_height, wrapped
from experiments.store.rows import WEEK
from experiments.wording import many
from sim.sides import SIDES

_MOST = 4
_WIDTH, _HEIGHT, _LEFTS = 500.0, 150.0, (72.0, 672.0)


def tension_fan(material: Material) -> Iterator[Picture]:
    """Small multiples, one for each arm, on one scale."""
    chosen = [name for name in material.most_different(_MOST) if len(material.tension_of[name])]
    if not chosen:
        return
    data = pd.concat([_table(material, name) for name in chosen], ignore_index=True)
    heads = {name: wrapped(material.label[name], _WIDTH, TEXT, "bold") for name in chosen}
    above = max(map(len, heads.values())) * line_height(TEXT) + 2 * LINE + 12
    rows = -(-len(chosen) // 2)
    title = "Tension of both governments (0 to 1), by week"
    foot = [
        "Median, and 5–95% of the runs still played, at the start of every seventh day.",
        *material.choice(chosen),
        *material.notes,
    ]
    sheet = Sheet(title, foot, rows * (above + _HEIGHT + 46))
    most = data[[f"{side}_high" for side in SIDES]].to_numpy().max()
    for i, name in enumerate(chosen):
        top = sheet.top + (i // 2) * (above + _HEIGHT + 46)
        sheet.write(_LEFTS[i % 2], top, heads[name], TEXT, weight="bold")
        sheet.write(
            _LEFTS[i % 2],
            top + len(heads[name]) * line_height(TEXT),
            [f"{material.sample(name)}, from {_day(_start(material, name))}"],
            SMALL,
        )
        axes = sheet.axes(Box(_LEFTS[i % 2], top + above, _WIDTH, _HEIGHT), "")
        _draw(axes, data[data["arm"] == name])
        axes.set_ylim(0, min(1.0, max(0.1, 1.1 * most)))
    caption = (
        f"Tension of both governments by week in {many(len(chosen), 'arm')}: median and "
        "5–95% of the runs still played; no unit, 0 to 1."
    )
    yield Picture("tension", title, caption, sheet.figure, data)


def _start(material: Material, name: str) -> dt.date:
    return dt.date.fromisoformat(str(material.scenario(name)["start"]))


def _day(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"


def _table(material: Material, name: str) -> pd.DataFrame:
    """Quantiles by week of the runs that were still played."""
    start = _start(material, name)
    columns: dict[str, NDArray[np.float64]] = {}
    for side in SIDES:
        lists = material.tension_of[name][side]
        known = np.full((len(lists), max(map(len, lists))), np.nan)
        for row, values in zip(known, lists, strict=True):
            row[: len(values)] = values
        low, median, high = np.nanquantile(known, (0.05, 0.5, 0.95), axis=0)
        columns |= {f"{side}_low": low, f"{side}_median": median, f"{side}_high": high}
    played = np.isfinite(known).sum(axis=0)
    dates = np.datetime64(start) + WEEK * np.arange(played.size)
    return pd.DataFrame({"arm": name, "date": dates.astype("datetime64[ns]"), "runs": played} | columns)


def draw_tension(axes: Axes, table: pd.DataFrame, days: int) -> None:
    """Medians and 5-95% of both sides by ``date``; a value stands for ``days``, also the last."""
    last = table.iloc[[-1]]
    table = pd.concat([table, last.assign(date=last["date"] + pd.Timedelta(days=days))])
    dates = table["date"].to_numpy()
    north, south = (FILLS[side]["facecolor"] for side in SIDES)
    axes.fill_between(
        dates,
        table["north_low"],
        table["north_high"],
        color=north,
        alpha=0.35,
        linewidth=0,
        label="north 5–95%",
    )
    axes.plot(dates, table["north_median"], color=north, linewidth=3.2, label="north median")
    axes.plot(dates, table["south_low"], color=south, linewidth=1.0, linestyle=":")
    axes.plot(dates, table["south_high"], color=south, linewidth=1.0, linestyle=":", label="south 5–95%")
    axes.plot(dates, table["south_median"], color=south, linewidth=1.4, linestyle="--", label="south median")
    axes.set_xlim(dates[0], dates[-1])
    locator = AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    axes.grid(axis="y")


def _draw(axes: Axes, table: pd.DataFrame) -> None:
    draw_tension(axes, table, WEEK)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1 + 5 / _HEIGHT), ncols=4)
