"""What became of the talks: the share of runs in each state, by day and arm."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.findings.talks import Standing
from experiments.pictures.marks import LINE, bare_axes
from experiments.pictures.material import Material
from experiments.pictures.picture import Picture
from experiments.pictures.sheet import INK, SMALL, TEXT, Box, Fill, Sheet, line_height, percent, wrapped
from experiments.wording import many, share_figure
from sim.codes import TalksState

_MOST = 8  # panels
_WIDTH, _HEIGHT, _LEFTS = 500.0, 120.0, (72.0, 672.0)
_NONE = TalksState.NONE.word
# neighbours differ in lightness, and by hatch where they do not much
_FILLS: dict[str, Fill] = {
    "none": {"facecolor": "white"},
    "proposed": {"facecolor": "#BBBBBB"},
    "ignored": {"facecolor": "#F0C14B", "hatch": "////"},
    "refused": {"facecolor": "#D55E00"},
    "accepted": {"facecolor": "#9AD0F0", "hatch": "...."},
    "in_session": {"facecolor": "#56B4E9"},
    "agreed": {"facecolor": "#0072B2"},
    "collapsed": {"facecolor": "#882255", "hatch": "xx"},
    "implemented": {"facecolor": "#4DBA93", "hatch": "\\\\\\\\"},
    "suspended": {"facecolor": "#1a1a1a"},
}


class _Course(NamedTuple):
    """The talks of the arms that share one course: rows of day, and the share in each state."""

    arms: list[str]
    shares: pd.DataFrame
    days: int


def talks(material: Material) -> Iterator[Picture]:
    """Stacked shares by day, a panel for each course that the talks of an arm take."""
    courses = list(_courses(material))
    seen = [state for state in _FILLS if any(state in course.shares for course in courses)]
    if not courses or seen == [_NONE]:
        return
    shown = courses[:_MOST]
    heads = [wrapped(_names(material, course.arms), _WIDTH, TEXT, "bold") for course in shown]
    ends = [wrapped(_end(course), _WIDTH, SMALL) for course in shown]
    above = max(map(len, heads)) * line_height(TEXT) + max(map(len, ends)) * LINE + 8
    block = above + _HEIGHT + 58
    title = "What became of the talks, by day"
    foot = [
        "Share of the runs still played that stand so on a day of exposure. Arms with the same shares on "
        "every day have one panel.",
        *(
            [f"Shown: {_MOST} of {many(len(courses), 'course')}; see figures.json."]
            if courses[_MOST:]
            else []
        ),
        *material.notes,
    ]
    sheet = Sheet(title, foot, 34 + -(-len(shown) // 2) * block)
    legend = bare_axes(sheet, Box(_LEFTS[0], sheet.top + 4, 1100, 16))
    patches = {state.replace("_", " "): Patch(edgecolor=INK, **_FILLS[state]) for state in seen}
    legend.legend(patches.values(), patches, loc="upper left", ncols=len(patches))
    for i, (course, head, end) in enumerate(zip(shown, heads, ends, strict=True)):
        left, top = _LEFTS[i % 2], sheet.top + 34 + (i // 2) * block
        sheet.write(left, top, head, TEXT, weight="bold")
        sheet.write(left, top + len(head) * line_height(TEXT), end, SMALL)
        _draw(sheet.axes(Box(left, top + above, _WIDTH, _HEIGHT), ""), course)
    data = pd.concat([_long(course, name) for course in courses for name in course.arms], ignore_index=True)
    caption = (
        f"Where talks stand by day in {many(len(material.runs_of), 'arm')}: the share of the runs still "
        "played in each state. A share holds until the next day that the data have."
    )
    yield Picture("talks", title, caption, sheet.figure, data)


def _courses(material: Material) -> Iterator[_Course]:
    """One for each set of shares by day, in the order of the arms that have it first."""
    found: dict[tuple[int, tuple[tuple[int, str, float], ...]], _Course] = {}
    standings: dict[tuple[str, str | None], list[Standing]] = {}
    for row in material.figures.get("talks", ()):
        standings.setdefault((row["future"], row["policy"]), []).append(row)
    for name in material.runs_of:
        arm = material.arm(name)
        rows = standings.get((arm["future"], arm["policy"]))
        if not rows:
            continue
        days = int(np.ceil(material.runs_of[name]["days"].max()))
        key = days, tuple((row["day"], row["state"], row["share"]) for row in rows)
        if key not in found:
            table = pd.DataFrame(rows).pivot(index="day", columns="state", values="share").fillna(0.0)
            found[key] = _Course([], table, days)
        found[key].arms.append(name)
    yield from found.values()


def _names(material: Material, arms: Sequence[str]) -> str:
    """The first arm of each future that takes a course; how many policies take it too."""
    by_future: dict[str, str] = {}
    for name in arms:
        by_future.setdefault(material.arm(name)["future"], name)
    first = list(by_future.values())
    more = len(arms) - len(first)
    names = "; ".join(material.label[name] for name in first[:2])
    names += f"; {many(len(first) - 2, 'further future')}" if len(first) > 2 else ""
    return f"{names} (and {many(more, 'arm')} with a policy)" if more else names


def _end(course: _Course) -> str:
    last = course.shares.iloc[-1]
    told = [
        f"{state.replace('_', ' ')} {share_figure(last[state])}"
        for state in _FILLS
        if state in last and last[state] > 0
    ]
    return f"share of runs; on the last day {', '.join(told)}"


def _draw(axes: Axes, course: _Course) -> None:
    days = np.append(course.shares.index.to_numpy(float), max(course.days, course.shares.index.max() + 1))
    floor = np.zeros(days.size)
    for state, fill in _FILLS.items():
        if state not in course.shares:
            continue
        roof = floor + np.append(course.shares[state].to_numpy(), course.shares[state].iloc[-1])
        axes.fill_between(days, floor, roof, step="post", edgecolor=INK, linewidth=0.5, **fill)
        floor = roof
    axes.set(xlim=(0, days[-1]), ylim=(0, 1))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(percent))
    axes.set_xlabel("day of exposure", size=SMALL)


def _long(course: _Course, name: str) -> pd.DataFrame:
    """A row a day and state in which any run is."""
    table = course.shares.stack().rename("share").reset_index()
    return table[table["share"] > 0].assign(arm=name)[["arm", "day", "state", "share"]]
