"""What many plays of one moment came to: shares with intervals, minutes, and a tree of decisions.

Plays of a described moment differ in their luck alone and are independent, so a share has its exact
binomial interval. Under other policies the same lucks are played, so runs are compared one by one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from experiments.play.described import Played, Step
from experiments.statistics.intervals import proportion_interval
from sim.acts import Act
from sim.codes import Rung
from sim.outcome.outcome import RUNGS
from sim.sides import SIDES

_QUANTILES = (0.05, 0.5, 0.95)
_HAPPENED = {
    "warning shots": lambda played: played.first(Act.WARNING_SHOTS) is not None,
    "aimed fire": lambda played: played.first(Act.AIMED_FIRE) is not None,
    "casualties by fire": lambda played: sum(played.casualties) > 0,
    "heavy weapons": lambda played: played.first(Act.HEAVY_WEAPONS) is not None,
    "fire in another area": lambda played: played.first(Act.OTHER_AREA) is not None,
}
_FIRST = {
    "to the first broadcast": Act.BROADCAST,
    "to the first warning shots": Act.WARNING_SHOTS,
    "to the first aimed fire": Act.AIMED_FIRE,
}
# acts that follow from others without anybody deciding, or that say what the tree shows already
NO_DECISIONS = {
    Act.VIOLATION,
    Act.HEARD,
    Act.READ_AS_WARNING,
    Act.ASKED,
    Act.WAITED,
    Act.CLEAR_LOOK,
    Act.QUIET,
}
NO_DECISIONS |= {Act.LEARNED}


@dataclass(frozen=True)
class PlayShare:
    """So many of the runs, and the share's 95% interval."""

    count: int
    share: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, runs: int) -> "PlayShare":
        """The share of ``count`` in ``runs``."""
        found = proportion_interval(count, runs)
        return cls(count, found.estimate, found.low, found.high)


@dataclass(frozen=True)
class Minutes:
    """In how many runs something came about, and after how many minutes: 5%, median, 95% of them."""

    count: int
    low: float | None
    median: float | None
    high: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> "Minutes":
        """Of the runs in which it came about."""
        if not values:
            return cls(0, None, None, None)
        return cls(len(values), *np.quantile(values, _QUANTILES).tolist())


@dataclass
class Decision:
    """A decision: what was done, in how many runs after all that stands above it, and what followed."""

    said: str
    count: int = 0
    next: dict[str, "Decision"] = field(default_factory=dict)

    def children(self) -> list["Decision"]:
        """What followed, the most frequent first; in the order of the runs where equally so."""
        return sorted(self.next.values(), key=lambda node: -node.count)


@dataclass(frozen=True)
class Moment:
    """All figures of one arm."""

    runs: int
    begun: PlayShare
    rungs: dict[str, PlayShare]
    happened: dict[str, PlayShare]
    minutes: dict[str, Minutes]
    tree: Decision


def moment_of(plays: Sequence[Played]) -> Moment:
    """The figures of an arm's plays."""
    runs, rungs = len(plays), Counter(played.rung for played in plays if played.begun)
    minutes = {
        name: Minutes.of([at for played in plays if (at := played.first(act)) is not None])
        for name, act in _FIRST.items()
    }
    ends = [played.minutes for played in plays if played.minutes is not None]
    return Moment(
        runs,
        PlayShare.of(sum(played.begun for played in plays), runs),
        {RUNGS[rung]: PlayShare.of(rungs[rung], runs) for rung in Rung},
        {name: PlayShare.of(sum(map(test, plays)), runs) for name, test in _HAPPENED.items()},
        minutes | {"until it is over": Minutes.of(ends)},
        _tree(plays),
    )


class Changed(NamedTuple):
    """Runs that end on a lower rung, on a higher one, or on the same in another way, on the same luck."""

    lower: int
    higher: int
    otherwise: int


def changed(plays: Iterable[Played], under: Iterable[Played]) -> Changed:
    """How many runs a policy changes: ``plays`` without it, ``under`` it, luck by luck."""
    pairs = list(zip(plays, under, strict=True))
    height = [(_height(one), _height(other)) for one, other in pairs]
    same = [pair for pair, (a, b) in zip(pairs, height, strict=True) if a == b]
    return Changed(
        sum(b < a for a, b in height),
        sum(b > a for a, b in height),
        sum(list(_decided(one)) != list(_decided(other)) for one, other in same),
    )


def _height(played: Played) -> int:
    return int(played.rung) if played.begun else -1


def _tree(plays: Iterable[Played]) -> Decision:
    root = Decision("")
    for played in plays:
        node = root
        node.count += 1
        for said in _decided(played):
            node = node.next.setdefault(said, Decision(said))
            node.count += 1
    return root


def _decided(played: Played) -> Iterator[str]:
    if not played.begun:
        yield "the watcher lets them pass: what it sees lies within its margin"
    yield from (decision_words(step) for step in played.steps if step.act not in NO_DECISIONS)
    if played.begun and played.minutes is None:
        yield "it goes on beyond the next day"


def decision_words(step: Step) -> str:
    """A decision without the figures that differ from run to run."""
    if step.act == Act.CLOSED:
        return f"over, at {RUNGS[int(step.x)]}"
    sentence = re.sub(r" \([^)]*\)", "", step.act.sentence(step.x, 0.0))
    return f"the {SIDES[step.side]}'s {step.actor.spoken} {sentence}"
