"""Rates by what was swept: against the levels of the only factor."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from experiments.design.labels import as_number, factor_words, level_words, quantity_words
from experiments.pictures.fonts import text_width
from experiments.pictures.marks import LINE, clipped, ends_of, few_note, is_few, roof
from experiments.pictures.material import Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import FILLS, HEADING, INK, SMALL, Box, Sheet, line_height, plain, wrapped
from experiments.wording import capital, many, number
from sim.outcome.columns import Row

_LEFT, _WIDTH, _HEIGHT = 84.0, 1088.0, 280.0


def level_of(factor: str) -> str:
    """The column of a factor's levels; factors have names from study files."""
    return f"level of {factor}"


def rates_by_level(material: Material) -> pd.DataFrame:
    """Arms without a policy: levels of the factors, rate a year and whether it rests on too few
    clusters, measured contested area in km² (mean, and 5 to 95% of worlds).
    """
    rows: list[Row] = []
    for name in material.baselines:
        rate = material.figures["rates"][name][material.rated]
        area = material.figures["ambiguity"][name]["contested_area_km2"]
        rows.append(
            {"arm": name, "measure": material.rated}
            | {level_of(factor): label for factor, label in material.arm(name)["levels"].items()}
            | ends_of(rate)
            | {
                "events": rate["events"],
                "years": rate["n"],
                "few_clusters": is_few(rate),
                "contested_area_km2": area["mean"],
                "contested_area_low": area["low"],
                "contested_area_high": area["high"],
            }
        )
    return pd.DataFrame(rows)


def levels(material: Material) -> Iterator[Picture]:
    """The rate against the levels of the factor, where only one was swept."""
    factors, data = material.manifest["factors"], rates_by_level(material)
    if len(factors) != 1 or data.empty:
        return  # others vary too
    ((name, labels),) = factors.items()
    panel = _Panel(name, list(labels), data, material.rated_noun)
    title = f"{capital(material.rated_noun)} a year by {factor_words(name)}"
    foot = [
        f"No policy. Bars: 95% intervals of each level alone, unadjusted for their number. "
        f"{n_words(data, material.rated_noun)}",
        *few_note(data["few_clusters"]),
        *material.costs_note(material.futures(data["arm"])),
        *material.notes,
    ]
    sheet = Sheet(title, foot, panel.height)
    panel.draw(sheet, sheet.top, data)
    caption = (
        f"{capital(material.rated_noun)} a year, without a policy, at {many(len(data), 'level')} of "
        f"{factor_words(name)}, with 95% intervals of each alone."
    )
    yield Picture("levels", title, caption, sheet.figure, data)


def n_words(data: pd.DataFrame, noun: str) -> str:
    """How many events and exposed years the rates are of."""
    spans = (
        " to ".join(dict.fromkeys((number(data[each].min()), number(data[each].max()))))
        for each in ("events", "years")
    )
    return "n: {} {noun} in {} years each.".format(*spans, noun=noun)


class _Panel:
    """The rate against one factor: to scale where its levels are numbers that have room."""

    def __init__(self, name: str, labels: Sequence[str], data: pd.DataFrame, noun: str) -> None:
        self.name, self.labels, self.noun = name, labels, noun
        pitch = _WIDTH / len(labels)
        counts = dict(zip(data[level_of(name)], data["events"], strict=True))
        self.told = pitch >= 70
        named = [wrapped(_tick(name, label), pitch - 10, SMALL) for label in labels]
        self.ticks = [
            "\n".join([*lines, *_n(counts.get(label), self.told)])
            for lines, label in zip(named, labels, strict=True)
        ]
        self.x, self.log = self._numbers()
        lines = 1 + max(text.count("\n") for text in self.ticks) if not self.scaled else 2
        self.below = lines * LINE + 2 * line_height(SMALL) + 14
        self.height = 62 + _HEIGHT + self.below

    @property
    def scaled(self) -> bool:
        """Whether the axis is a scale of numbers."""
        return self.x is not None

    def _numbers(self) -> tuple[list[float] | None, bool]:
        known = [as_number(label) for label in self.labels]
        numbers = [each for each in known if each is not None]
        if len(numbers) < len(known) or len(set(numbers)) < 2:
            return None, False
        log = min(numbers) > 0 and max(numbers) > 30 * min(numbers)
        at = np.sort(np.log(numbers) if log else numbers)
        nearest = np.diff(at).min() / (at[-1] - at[0]) * 0.9 * _WIDTH
        widest = max(text_width(line, SMALL) for text in self.ticks for line in text.split("\n"))
        if nearest < widest + 8 and len(numbers) <= 12:
            if numbers in (sorted(numbers), sorted(numbers, reverse=True)):
                return None, False  # as names, beside each other
            self.told = False
        return numbers, log

    def draw(self, sheet: Sheet, top: float, data: pd.DataFrame) -> None:
        """Draw it below ``top``."""
        heading = clipped(f"By {quantity_words(self.name)}", _WIDTH, HEADING, "bold")
        box = Box(_LEFT, top + 56, _WIDTH, _HEIGHT)
        axes = sheet.axes(box, heading, f"{self.noun} a year, 95% intervals")
        places = self.x or list(range(len(self.labels)))
        where = dict(zip(self.labels, places, strict=True))
        draw_rates(axes, np.array([where[label] for label in data[level_of(self.name)]], float), data)
        if self.log:
            axes.set_xscale("log")
        if not self.scaled and len(self.labels) * 30 > _WIDTH:
            axes.set_xticks([])
        elif not self.scaled or self.told:
            axes.set_xticks(places, self.ticks)
            axes.set_xticks([], minor=True)
        else:
            axes.xaxis.set_major_formatter(FuncFormatter(plain))
        to_scale = self._limit(axes, places)
        room = _WIDTH - text_width(to_scale, SMALL)
        axes.set_xlabel(clipped(quantity_words(self.name), room, SMALL) + to_scale, size=SMALL)

    def _limit(self, axes: Axes, places: Sequence[float]) -> str:
        """Set the limits of the axis, and say what is not plain about its scale."""
        if not self.scaled:
            axes.set_xlim(-0.5, len(self.labels) - 0.5)
            return " (not to scale)" if as_number(self.labels[0]) is not None else ""
        low, high = min(places), max(places)
        room = (high / low) ** 0.05 if self.log else 0.05 * (high - low)
        axes.set_xlim(*((low / room, high * room) if self.log else (low - room, high + room)))
        return ", log scale" if self.log else ""


def _n(events: float | None, told: bool) -> list[str]:
    return [f"n = {number(events)}"] if told and events is not None else []


def _tick(name: str, label: str) -> str:
    """A level as a tick: its number alone, for the axis names the factor."""
    figure = as_number(label)
    if figure is None:
        return label
    return level_words(name, label).removeprefix(factor_words(name)).strip()


def draw_rates(axes: Axes, x: np.ndarray, data: pd.DataFrame, marker: str = "o") -> None:
    """Rates with their intervals at ``x``, on an axis from 0; open where clusters are too few."""
    axes.vlines(x, data["low"], data["high"], color=INK, linewidth=1.6)
    few = data["few_clusters"].to_numpy(bool)
    for chosen, fill in ((~few, FILLS["violation"]["facecolor"]), (few, "white")):
        if not chosen.any():
            continue
        axes.plot(
            x[chosen],
            data["rate"].to_numpy()[chosen],
            linestyle="",
            marker=marker,
            markeredgecolor=INK,
            markersize=8,
            color=fill,
        )
    axes.set_ylim(0, roof(data))
    axes.yaxis.set_major_formatter(FuncFormatter(plain))
    axes.grid(axis="y")
