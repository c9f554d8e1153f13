"""What the pictures of a study are made of, and which arms they show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from experiments.measures import noun
from experiments.plan import TALKS, has_talks, policy_words
from experiments.wording import many

COSTS_ONLY = (
    "“ignored” and “refused” differ only in what a refusal is assumed to cost: a difference "
    "between such outcomes is an assumption, not a finding."
)
PURPOSE = "Purpose: comparison, not prediction."
MOST, CURVES = 8, 5  # arms in one picture, and on axes where their curves cross, at most


class Look(NamedTuple):
    """How an arm is drawn: the letter that stands for it, and what tells it apart in grey."""

    letter: str
    colour: str
    dash: Any
    marker: str


# of Okabe and Ito's and Tol's colours; each apart in lightness from the next
LOOKS = (
    Look("A", "#1a1a1a", "-", "o"), Look("B", "#D55E00", "--", "s"),
    Look("C", "#882255", "-.", "^"), Look("D", "#E69F00", (0, (1, 1.2)), "D"),
    Look("E", "#0072B2", (0, (7, 2, 1, 2, 1, 2)), "v"), Look("F", "#4DBA93", (0, (3, 1.5)), "P"),
    Look("G", "#4A4A4A", (0, (9, 4)), "X"), Look("H", "#56B4E9", (0, (4, 1, 1, 1)), "p"),
    Look("I", "#661100", (0, (5, 1)), "<"), Look("J", "#CC79A7", (0, (2, 1)), ">"),
    Look("K", "#117733", (0, (6, 1, 2, 1)), "h"), Look("L", "#B8B000", (0, (1, 2.5)), "d"),
)  # fmt: skip


# columns of each table that any picture needs
NEEDED = {
    "runs": ("world", "luck", "days", "ended", "clashes", "first_clash_day", "casualties_north",
             "casualties_south"),
    "incidents": ("trigger", "cause", "accidental", "rung", "s_km", "recorded_by_north",
                  "recorded_by_south"),
    "tension": ("north", "south"),
}  # fmt: skip
Tables = Mapping[str, Mapping[str, pd.DataFrame]]  # by kind and arm, the columns of `NEEDED`


@dataclass(frozen=True)
class Shown:
    """What pictures are made of: the manifest, figures.json and the tables of a study.

    ``tables`` have the arms with any run, in the order of the plan.
    """

    manifest: Mapping[str, Any]
    figures: Mapping[str, Any]
    tables: Tables

    @property
    def measure(self) -> str:
        """The measure that decides, the first that the study estimates."""
        return self.manifest["estimate"][0]

    @property
    def noun(self) -> str:
        """What that measure counts, in words."""
        return noun(self.measure)

    @property
    def runs_of(self) -> Mapping[str, pd.DataFrame]:
        """Runs by arm."""
        return self.tables["runs"]

    @property
    def incidents_of(self) -> Mapping[str, pd.DataFrame]:
        """Incidents by arm; arms with runs and without incidents have none."""
        return self.tables["incidents"]

    @property
    def tension_of(self) -> Mapping[str, pd.DataFrame]:
        """Tension by arm, a row a run."""
        return self.tables["tension"]

    def arm(self, name: str) -> Mapping[str, Any]:
        """What the manifest says of an arm."""
        return self.manifest["arms"][name]

    def scenario(self, name: str) -> Mapping[str, Any]:
        """The scenario of an arm as plain values."""
        return self.arm(name)["case"]["scenario"]

    @cached_property
    def baselines(self) -> list[str]:
        """The arms without a policy."""
        return [name for name in self.runs_of if self.arm(name)["policy"] is None]

    @cached_property
    def label(self) -> dict[str, str]:
        """How each arm is named beside others of one future, or of several."""
        if len({self.arm(name)["future"] for name in self.runs_of}) > 1:
            return {name: name for name in self.runs_of}
        return {name: policy_words(self.arm(name)["policy"]) for name in self.runs_of}

    @cached_property
    def _by_difference(self) -> list[str]:
        """The first baseline, then the others of its future, or else the other baselines."""
        first = self.first
        future = self.arm(first)["future"]
        own = [name for name in self.runs_of
               if name != first and self.arm(name)["future"] == future]  # fmt: skip
        others = own or [name for name in self.baselines if name != first]
        return [first, *sorted(others, key=self._distance)]

    @cached_property
    def first(self) -> str:
        """The first baseline; the first arm, should no baseline have been played yet."""
        return self.baselines[0] if self.baselines else next(iter(self.runs_of))

    def _distance(self, name: str) -> tuple[bool, float]:
        """Sorts arms: those of the first future come first, the farthest rate first."""
        rates = self.figures["rates"]
        gap = (rates[name][self.measure]["estimate"]
               - rates[self.first][self.measure]["estimate"])  # fmt: skip
        return self.arm(name)["future"] != self.arm(self.first)["future"], -abs(gap)

    def most_different(self, most: int) -> list[str]:
        """The first baseline and what differs most from it, in the order of the plan."""
        first, *others = self._by_difference[:most]
        return [first, *(name for name in self.runs_of if name in others)]

    def baselines_first(self, most: int) -> list[str]:
        """Baselines, then policies: of either those that differ most from the first baseline."""
        found = [self.first, *sorted(
            (name for name in self.runs_of if name != self.first),
            key=lambda name: (name not in self.baselines, *self._distance(name)),
        )][:most]  # fmt: skip
        return [name for name in self.runs_of if name in found]

    @cached_property
    def look(self) -> dict[str, Look]:
        """The look of each arm that pictures show: the same in all of them."""
        arms = dict.fromkeys(self.baselines_first(MOST) + self.most_different(CURVES))
        return dict(zip(arms, LOOKS, strict=False))

    def choice(self, chosen: Sequence[str], baselines: bool = False) -> list[str]:
        """A sentence on how the arms of a picture were chosen, where there are more."""
        n = len(self.runs_of)
        if n <= len(chosen):
            return []
        which = (
            f"the baselines, then policies, of either those whose rate of {self.noun} differs most "
            "from the first baseline's"
            if baselines else
            "the first baseline and those of its future (or else the other baselines) whose rate "
            f"of {self.noun} differs most from it"
        )  # fmt: skip
        return [f"Shown: {len(chosen)} of {many(n, 'arm')}, {which}."]

    def sample(self, name: str) -> str:
        """The runs and worlds of an arm."""
        runs = self.runs_of[name]
        return f"{many(len(runs), 'run')} in {many(runs['world'].nunique(), 'world')}"

    @cached_property
    def notes(self) -> list[str]:
        """What the foot of every picture says."""
        m, runs = self.manifest, sum(self.figures["runs"].values())
        notes = [f"{m['name']}: {many(runs, 'run')} of {many(len(self.runs_of), 'arm')}, seed "
                 f"{m['seed']}, version {m['version']}. {PURPOSE}"]  # fmt: skip
        if any(has_talks(self.scenario(name)) for name in self.runs_of):
            notes.append(TALKS)
        if self.figures["too_few_clusters"]:
            notes.append("Too few clusters in the whole study to know the size of a burst: the "
                         "intervals may be too narrow.")  # fmt: skip
        return notes


def costs_only(labels: Iterable[Any]) -> bool:
    """Whether a label names an outcome of talks that differs by assumed costs only."""
    return any(word in str(label).lower() for label in labels for word in ("ignored", "refused"))
