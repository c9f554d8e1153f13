"""How runs come out by arm: clashes, the time to the first one, casualties."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.measures import YEAR, counted
from experiments.pictures.marks import Key, letter
from experiments.pictures.material import CURVES, Material, Style
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import SMALL, Box, Sheet, percent, plain
from experiments.statistics.intervals import proportion_interval, with_limits
from experiments.statistics.survival import survival
from experiments.wording import many, number

_BARS = 8  # places at which every arm has its interval
_COUNTED = 16  # counts that have a tick each
_HEIGHT, _PANEL = 200.0, 318.0
_PANELS = {
    "clashes": ("Accidental clashes in a {each}", "clashes"),
    "first_clash": ("Time to the first accidental clash", "days since the start"),
    "casualties": ("Casualties by fire on both sides in a {each}", "casualties"),
}


def outcomes(material: Material) -> Iterator[Picture]:
    """Distribution functions of counts and curves of survival, with pointwise 95% intervals."""
    chosen = material.most_different(CURVES)
    days = {name: material.scenario(name)["days"] for name in chosen}
    alike = len(set(days.values())) == 1
    each = "run" if alike else "year"
    data = pd.concat(
        [
            _curves(material.runs_of[name], 1.0 if alike else YEAR / days[name]).assign(arm=name)
            for name in chosen
        ],
        ignore_index=True,
    )[["panel", "arm", "x", "share", "low", "high", "n"]]
    key = Key(material, chosen)
    title = "How runs come out, by arm"
    foot = [_about(material, chosen), *material.choice(chosen), *material.notes]
    sheet = Sheet(title, foot, key.height + len(_PANELS) * _PANEL)
    key.draw(sheet, sheet.top)
    styles = [material.style[name] for name in chosen]
    for i, (panel, (heading, below)) in enumerate(_PANELS.items()):
        mine = data[data["panel"] == panel]
        box = Box(84, sheet.top + key.height + i * _PANEL + 62, 1088, _HEIGHT)
        curves = [mine[mine["arm"] == name] for name in chosen]
        if panel == "first_clash":
            axes = _panel(sheet, box, heading, "share of runs still without one", curves)
            axes.set(xlim=(0, max(1e-3, mine["x"].max())))
            axes.xaxis.set_major_locator(MaxNLocator(10))
        else:
            said = f"share of runs with at most so many in a {each}" + _largest(mine, each)
            axes = _panel(sheet, box, heading.format(each=each), said, curves)
            _count_axis(axes, mine)
        axes.set_xlabel(below, size=SMALL)
        _draw(axes, curves, styles)
    caption = (
        f"Of {many(len(chosen), 'arm')}: the share of runs with at most so many accidental "
        "clashes and casualties, and still without a first clash by day. Pointwise 95% intervals. "
        + " ".join(material.choice(chosen))
    )
    yield Picture("outcomes", title, caption.strip(), sheet.figure, data)


def _about(material: Material, chosen: Sequence[str]) -> str:
    days = sorted({material.scenario(name)["days"] for name in chosen})
    long = " or ".join([*map(number, days[:-1]), many(days[-1], "day")])
    ended = sum(int(material.runs_of[name]["ended"].sum()) for name in chosen)
    return (
        f"Runs of {long}"
        + (f"; {ended:,} ended at a rung and count until then. " if ended else ". ")
        + "Bars, and the grey band of the first arm: pointwise 95% intervals. Counts: of the first "
        "luck of each world, exact binomial. First clash: of all runs, the world as the cluster."
    )


def _curves(runs: pd.DataFrame, scale: float) -> pd.DataFrame:
    """Three curves of an arm; a row's ``share`` holds from its ``x`` until the next."""
    first = runs["first_clash_day"].astype(float)
    found = survival(first.fillna(runs["days"]), first.notna(), runs["world"])
    curve = pd.DataFrame(
        {"x": found.times, "share": found.survival, "low": found.low, "high": found.high, "n": len(runs)}
    )
    counts = [_ecdf(runs, name, scale).assign(panel=name) for name in ("clashes", "casualties")]
    return pd.concat([counts[0], curve.assign(panel="first_clash"), counts[1]])


def _ecdf(runs: pd.DataFrame, measure: str, scale: float) -> pd.DataFrame:
    """Of the first luck of each world, so that the trials are independent."""
    counts = counted(runs[runs["luck"] == 0], measure).to_numpy(int)
    steps = np.union1d(counts, [0])
    steps = np.arange(steps.max() + 1) if steps.max() < 1000 else steps
    found = [
        with_limits(proportion_interval(int((counts <= k).sum()), counts.size), counts.size) for k in steps
    ]
    shares = pd.DataFrame([{"share": each.estimate, "low": each.low, "high": each.high} for each in found])
    return shares.assign(x=steps * scale, n=counts.size)


def _largest(curves: pd.DataFrame, each: str) -> str:
    end = _end(curves)
    most = curves["x"].max()
    return f"; the most is {number(most)} in a {each}" if most > end else ""


def _end(curves: pd.DataFrame) -> float:
    """The count by which every arm has 98% of its runs: beyond it there is little to see."""
    reached = curves[curves["share"] >= 0.98].groupby("arm")["x"].min()
    return float(reached.max()) if len(reached) else float(curves["x"].max())


def _count_axis(axes: Axes, curves: pd.DataFrame) -> None:
    end = _end(curves)
    whole = (curves["x"] % 1 == 0).all()
    if whole and end < _COUNTED:
        counts = np.arange(end + 1)
        axes.set(xlim=(0, end + 1))
        axes.set_xticks(counts + 0.5, [f"{k:.0f}" for k in counts])
        axes.tick_params(axis="x", length=0)
    else:
        axes.set(xlim=(0, 1.02 * end))
        axes.xaxis.set_major_locator(MaxNLocator(10, integer=bool(whole)))
        axes.xaxis.set_major_formatter(FuncFormatter(plain))


def _panel(sheet: Sheet, box: Box, heading: str, quantity: str, curves: Sequence[pd.DataFrame]) -> Axes:
    lowest = min(curve["low"].min() for curve in curves)
    floor = 1 - 1.2 * (1 - lowest) if lowest > 0.8 else 0.0  # else a rare event would not show
    axes = sheet.axes(box, heading, quantity + ("; the axis does not begin at 0" if floor else ""))
    least = min(curve["share"].min() for curve in curves)
    below = 0.06 if least < 0.06 else 0.0  # room for letters at 0
    axes.set(ylim=(floor - below, 1 + 0.04 * (1 - floor)))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(percent))
    axes.grid(axis="y")
    return axes


def _draw(axes: Axes, curves: Sequence[pd.DataFrame], styles: Sequence[Style]) -> None:
    """Steps; at a few places the letter of each arm, side by side, with its interval."""
    right = axes.get_xlim()[1]
    places = _places(axes, right)
    pitch = 0.9 * (places[1] - places[0]) / len(curves)
    for j, (curve, style) in enumerate(zip(curves, styles, strict=True)):
        held = pd.concat([curve, curve.iloc[[-1]].assign(x=max(right, curve["x"].max()))])
        if j == 0:
            axes.fill_between(
                held["x"], held["low"], held["high"], step="post", linewidth=0, color="#dcdcdc", zorder=0.5
            )
        axes.step(
            held["x"], held["share"], where="post", color=style.colour, linestyle=style.dash, linewidth=1.7
        )
        x = places[:-1] + (places[1] - places[0]) / 2 + pitch * (j - (len(curves) - 1) / 2)
        rows = curve.iloc[np.searchsorted(curve["x"], x, side="right") - 1]
        axes.vlines(x, rows["low"], rows["high"], color=style.colour, linewidth=1.4)
        for at, share in zip(x, rows["share"], strict=True):
            letter(axes, at, share, style)


def _places(axes: Axes, right: float) -> np.ndarray:
    """Edges of the stretches in which each arm has one letter: a count each, if there are few."""
    counted = axes.xaxis.get_ticks_position() == "bottom" and right % 1 == 0 and right <= _BARS
    return np.linspace(0, right, int(right if counted else _BARS) + 1)
