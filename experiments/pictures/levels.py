"""Rates by what was swept: against the levels of a factor."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from experiments.pictures.marks import LINE, clipped, ends_of, roof
from experiments.pictures.picture import Picture
from experiments.pictures.shown import COSTS_ONLY, Shown, costs_only
from experiments.sheet import (
    HEADING,
    INK,
    LOOK,
    SMALL,
    Box,
    Sheet,
    line_height,
    plain,
    text_width,
    wrapped,
)
from experiments.wording import capital, many, number

_LEFT, _WIDTH, _HEIGHT = 84.0, 1088.0, 280.0
_FACTORS = 4  # panels at most


def level_of(factor: str) -> str:
    """The column of a factor's levels; factors have names from study files."""
    return f"level of {factor}"


def rates_by_level(shown: Shown) -> pd.DataFrame:
    """Arms without a policy: levels of the factors, rate a year, measured contested area in km²
    (mean, and 5 to 95% of worlds).
    """
    rows = []
    for name in shown.baselines:
        rate = shown.figures["rates"][name][shown.measure]
        area = shown.figures["ambiguity"][name]["contested_area_km2"]
        rows.append(
            {"arm": name, "measure": shown.measure}
            | {level_of(factor): label for factor, label in shown.arm(name)["levels"].items()}
            | ends_of(rate)
            | {"events": rate["events"], "years": rate["n"],
               "contested_area_km2": area["mean"], "contested_area_low": area["low"],
               "contested_area_high": area["high"]}
        )  # fmt: skip
    return pd.DataFrame(rows)


def levels(shown: Shown) -> Iterator[Picture]:
    """The rate against the levels of the only factor, or of each factor of a sample of points."""
    factors = {name: list(labels) for name, labels in shown.manifest["factors"].items()}
    data = rates_by_level(shown)
    cells = np.prod([len(labels) for labels in factors.values()])
    if not factors or data.empty or (len(factors) > 1 and 2 * len(data) >= cells):
        return
    chosen = list(factors)[:_FACTORS]
    panels = [_Panel(name, factors[name], data, shown.noun) for name in chosen]
    title = f"{capital(shown.noun)} a year by {chosen[0] if len(factors) == 1 else 'swept factor'}"
    foot = [f"No policy. Bars: 95% intervals of each {'level' if len(factors) == 1 else 'point'} "
            f"alone. {n_words(data, shown.noun)}",
            *([COSTS_ONLY] if costs_only(itertools.chain(*factors.values())) else []),
            *_others(list(factors)[_FACTORS:]), *shown.notes]  # fmt: skip
    sheet = Sheet(title, foot, sum(panel.height for panel in panels))
    top = sheet.top
    for panel in panels:
        panel.draw(sheet, top, data)
        top += panel.height
    caption = (f"{capital(shown.noun)} a year, without a policy, at {many(len(data), 'point')} of "
               f"{', '.join(chosen)}, with 95% intervals of each alone.")  # fmt: skip
    yield Picture("levels", title, caption, sheet.figure, data)


def _others(names: Sequence[str]) -> list[str]:
    return [f"Not shown: the factors {', '.join(names)}."] if names else []


def n_words(data: pd.DataFrame, noun: str) -> str:
    """How many events and exposed years the rates are of."""
    spans = (" to ".join(dict.fromkeys((number(data[each].min()), number(data[each].max()))))
             for each in ("events", "years"))  # fmt: skip
    return "n: {} {noun} in {} years each.".format(*spans, noun=noun)


class _Panel:
    """The rate against one factor: to scale where its levels are numbers that have room, or
    points of a sample, which are in no order.
    """

    def __init__(
        self, name: str, labels: Sequence[str], data: pd.DataFrame, noun: str
    ) -> None:
        self.name, self.labels, self.noun = name, labels, noun
        pitch = _WIDTH / len(labels)
        counts = dict(zip(data[level_of(name)], data["events"], strict=True))
        self.few = len(data) <= len(labels) and pitch >= 70
        named = [wrapped(_tick(label), pitch - 10, SMALL) for label in labels]
        self.ticks = ["\n".join([*lines, *_n(counts.get(label), self.few)])
                      for lines, label in zip(named, labels, strict=True)]  # fmt: skip
        self.x, self.log = self._numbers()
        lines = 1 + max(text.count("\n") for text in self.ticks) if not self.scaled else 2
        self.below = lines * LINE + 2 * line_height(SMALL) + 14
        self.height = 62 + _HEIGHT + self.below

    @property
    def scaled(self) -> bool:
        """Whether the axis is a scale of numbers."""
        return self.x is not None

    def _numbers(self) -> tuple[list[float] | None, bool]:
        numbers = [_as_number(label) for label in self.labels]
        if None in numbers or len(set(numbers)) < 2:
            return None, False
        log = min(numbers) > 0 and max(numbers) > 30 * min(numbers)
        at = np.sort(np.log(numbers) if log else numbers)
        nearest = np.diff(at).min() / (at[-1] - at[0]) * 0.9 * _WIDTH
        widest = max(text_width(line, SMALL) for text in self.ticks for line in text.split("\n"))
        if nearest < widest + 8 and len(numbers) <= 12:
            if numbers in (sorted(numbers), sorted(numbers, reverse=True)):
                return None, False  # as names, beside each other
            self.few = False
        return numbers, log

    def draw(self, sheet: Sheet, top: float, data: pd.DataFrame) -> None:
        """Draw it below ``top``."""
        heading = clipped(f"By {self.name}", _WIDTH, HEADING, "bold")
        axes = sheet.axes(Box(_LEFT, top + 56, _WIDTH, _HEIGHT), heading,
                          f"{self.noun} a year, 95% intervals")  # fmt: skip
        places = self.x or list(range(len(self.labels)))
        where = dict(zip(self.labels, places, strict=True))
        x = [where[label] for label in data[level_of(self.name)]]
        draw_rates(axes, np.array(x, float), data)
        if self.log:
            axes.set_xscale("log")
        if not self.scaled and len(self.labels) * 30 > _WIDTH:
            axes.set_xticks([])
        elif not self.scaled or self.few:
            axes.set_xticks(places, self.ticks)
            axes.set_xticks([], minor=True)
        else:
            axes.xaxis.set_major_formatter(FuncFormatter(plain))
        if not self.scaled:
            axes.set_xlim(-0.5, len(self.labels) - 0.5)
            to_scale = " (not to scale)" if _as_number(self.labels[0]) is not None else ""
        else:
            low, high = min(places), max(places)
            room = (high / low) ** 0.05 if self.log else 0.05 * (high - low)
            axes.set_xlim(*((low / room, high * room) if self.log else (low - room, high + room)))
            to_scale = ", log scale" if self.log else ""
        room = _WIDTH - text_width(to_scale, SMALL)
        axes.set_xlabel(clipped(self.name, room, SMALL) + to_scale, size=SMALL)


def _n(events: float | None, few: bool) -> list[str]:
    return [f"n = {number(events)}"] if few and events is not None else []


def _tick(label: Any) -> str:
    """A level as a tick: a long number to four digits."""
    number = _as_number(label)
    return str(label) if number is None or len(str(label)) <= 8 else f"{number:.4g}"


def _as_number(label: Any) -> float | None:
    try:
        number = float(label)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def draw_rates(axes: Axes, x: np.ndarray, data: pd.DataFrame, marker: str = "o") -> None:
    """Rates with their intervals at ``x``, on an axis from 0."""
    axes.vlines(x, data["low"], data["high"], color=INK, linewidth=1.6)
    axes.plot(x, data["rate"], linestyle="", marker=marker, markeredgecolor=INK, markersize=8,
              color=LOOK["violation"]["facecolor"])  # fmt: skip
    axes.set_ylim(0, roof(data))
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
    axes.grid(axis="y")
