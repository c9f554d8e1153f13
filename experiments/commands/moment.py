"""A described moment as it was played: its shares, minutes and decisions as tables, as text and as HTML."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from experiments.commands.console import as_text
from experiments.findings.moment import Changed, Decision, Minutes, Moment, PlayShare
from experiments.report.rows import Rows
from experiments.wording import many
from sim.documents import Tree
from sim.scenario.described import Described

BARE = "as described"
_LEAST = 0.02  # share of the runs that a branch of the tree needs to be shown
_PASSED = "let pass"
_WIDE = 100  # columns of a tree that nobody prints


@dataclass(frozen=True, repr=False, eq=False)
class PlayedMoment:
    """Plays of a moment by what is laid over it; the moment as described is the first of ``arms``.

    ``changed``: how many plays of every other arm end otherwise than without it, on the same luck.
    """

    described: Described
    runs: int
    seed: int
    arms: Mapping[str, Moment]
    changed: Mapping[str, Changed]

    # -- tables -----------------------------------------------------------------------------------

    @property
    def shares(self) -> pd.DataFrame:
        """A row for each arm and rung at which plays ended, and for each thing that there was in them.

        ``share`` is of all plays, with its exact 95% interval.
        """
        return pd.DataFrame(
            {"arm": name, "table": table, "what": what} | asdict(share)
            for name, each in self.arms.items()
            for table, its in _shares(each).items()
            for what, share in its.items()
        )

    @property
    def minutes(self) -> pd.DataFrame:
        """A row for each arm and step: in how many plays it came about, and 5, 50 and 95% of its minutes."""
        return pd.DataFrame(
            {"arm": name, "step": step} | asdict(its)
            for name, each in self.arms.items()
            for step, its in each.minutes.items()
        )

    @property
    def changes(self) -> pd.DataFrame:
        """A row for each arm that has something laid over it: how many plays that changes, and how."""
        rows = [{"arm": name} | its._asdict() for name, its in self.changed.items()]
        return pd.DataFrame(rows, columns=["arm", *Changed._fields])

    @property
    def trees(self) -> Mapping[str, str]:
        """By arm, what was decided, with the share of all plays that went each way, as text."""
        return {name: "\n".join(_branches(each.tree, each.runs, _WIDE)) for name, each in self.arms.items()}

    @property
    def figures(self) -> Tree:
        """Every figure as plain values, as ``dmz incident --json`` prints them."""
        return {
            "moment": self.described.moment.model_dump(mode="json"),
            "file": str(Path(self.described.document.file).resolve()),
            "runs": self.runs,
            "seed": self.seed,
            "arms": {
                name: {
                    "begun": asdict(each.begun),
                    "rungs": {rung: asdict(share) for rung, share in each.rungs.items()},
                    "happened": {what: asdict(share) for what, share in each.happened.items()},
                    "minutes": {what: asdict(minutes) for what, minutes in each.minutes.items()},
                    "tree": _plain_node(each.tree, each.runs),
                }
                for name, each in self.arms.items()
            },
            "changed": {name: each._asdict() for name, each in self.changed.items()},
        }

    # -- showing itself ---------------------------------------------------------------------------

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        width = options.max_width
        yield from self._head(width)
        yield ""
        for rows in _tables(self.arms):
            yield rows
            yield ""
        for each in self._turned:
            yield textwrap.fill(each, width)
            yield ""
        for name, arm in self.arms.items():
            title = f"decided, {name} (share of all plays; ways in under {_LEAST:.0%} are left out)"
            yield Text(title, style="bold")
            yield "\n".join(_branches(arm.tree, arm.runs, width))
            yield ""

    def __str__(self) -> str:
        return as_text(self)

    def __repr__(self) -> str:
        happened = (
            f"{name}: {', '.join(f'{what} {_share(its)}' for what, its in each.happened.items())}"
            for name, each in self.arms.items()
        )
        return "\n".join([self._first, self._played, *happened, *self._turned])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(each)}</p>" for each in (self._first, *self._turned))
        shown = pd.DataFrame(
            {name: {row: _share(share) for its in _shares(each).values() for row, share in its.items()}}
            for name, each in self.arms.items()
        )
        return f"{said}{shown.to_html(border=0)}<p><small>{escape(self._played)}</small></p>"

    def _head(self, width: int) -> Iterator[str]:
        yield self._first
        yield from textwrap.wrap(" ".join(self.described.moment.description.split()), width)
        yield self._played

    @property
    def _first(self) -> str:
        """Which moment this is, in a line."""
        moment = self.described.moment
        minutes = round(60 * moment.hour)
        clock = f"{minutes // 60:02}:{minutes % 60:02}"
        return f"{moment.name}: {moment.date} {clock}, km {moment.at_km:g}; {moment.scenario}"

    @property
    def _played(self) -> str:
        return f"{many(self.runs, 'play')}, seed {self.seed}; in brackets 95% intervals of the shares"

    @property
    def _turned(self) -> list[str]:
        """What each arm changes, in a sentence."""
        return [f"{name}, on the same luck: {_turned(its, self.runs)}" for name, its in self.changed.items()]


def _shares(each: Moment) -> dict[str, dict[str, PlayShare]]:
    """The shares of an arm, by the table in which they stand, and in it by the row."""
    passed = PlayShare.of(each.runs - each.begun.count, each.runs)
    return {"it ended at": {_PASSED: passed} | each.rungs, "there was": dict(each.happened)}


def _tables(found: Mapping[str, Moment]) -> Iterator[Rows]:
    shares = {name: _shares(each) for name, each in found.items()}
    first = next(iter(found.values()))
    all_begun = all(each.begun.count == each.runs for each in found.values())
    for table, its in _shares(first).items():
        rows = Rows(table, *found)
        for row in its:
            if row != _PASSED or not all_begun:
                rows.add(row, *(_share(each[table][row]) for each in shares.values()))
        yield rows
    minutes = Rows("minutes, 5 / 50 / 95%", *found)
    for name in first.minutes:
        minutes.add(name, *(_quantiles(each.minutes[name]) for each in found.values()))
    yield minutes


def _share(share: PlayShare) -> str:
    return f"{_percent(share.share)}% ({_percent(share.low)} - {_percent(share.high)})"


def _percent(share: float) -> str:
    """A tenth of a percent where it is small; only 1 is shown as 100, and only 0 without a tenth."""
    percent = 100.0 * share
    text = f"{percent:.0f}" if percent >= 10.0 or percent == 0.0 else f"{percent:.1f}"
    return ">99" if text == "100" and share < 1.0 else text


def _quantiles(minutes: Minutes) -> str:
    if minutes.median is None or minutes.low is None or minutes.high is None:
        return "never"
    return f"{minutes.low:.0f} / {minutes.median:.0f} / {minutes.high:.0f}"


def _turned(each: Changed, runs: int) -> str:
    same = runs - sum(each)
    return (
        f"of {many(runs, 'play')} {each.lower:,} end lower, {each.higher:,} higher, "
        f"{each.otherwise:,} as high on another way, {same:,} are the same"
    )


def _branches(node: Decision, runs: int, width: int, depth: int = 0) -> Iterator[str]:
    """The ways that part below a node, each with the steps up to where it parts again."""
    shown = [child for child in node.children() if child.count >= _LEAST * runs]
    for child in shown:
        steps, last = _way(child)
        yield _line(child.count, runs, depth, "; ".join(steps), width)
        yield from _branches(last, runs, width, depth + 1)
    rare = sum(child.count for child in node.children()) - sum(child.count for child in shown)
    if shown and rare >= _LEAST * runs:
        yield _line(rare, runs, depth, f"other ways, each in under {_LEAST:.0%} of the plays", width)


def _way(node: Decision) -> tuple[list[str], Decision]:
    """The steps from a node to the last one before plays part or end, and that one."""
    steps = [node.said]
    while [each.count for each in node.children()] == [node.count]:
        (node,) = node.children()
        steps.append(node.said)
    return steps, node


def _line(count: int, runs: int, depth: int, said: str, width: int) -> str:
    share = PlayShare.of(count, runs)
    head = f"{_percent(share.share) + '%':>5} {f'({_percent(share.low)}-{_percent(share.high)})':<10}"
    indent = " " * (len(head) + 1 + 2 * depth)
    first = head + indent[len(head) :]
    return textwrap.fill(said, width, initial_indent=first, subsequent_indent=indent + "  ")


def _plain_node(node: Decision, runs: int) -> Tree:
    return {
        "decided": node.said,
        **asdict(PlayShare.of(node.count, runs)),
        "next": [_plain_node(child, runs) for child in node.children()],
    }
