"""What the pictures of a study are made of, and which arms they show."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from experiments.design.labels import future_words
from experiments.design.manifest_file import ArmEntry, Manifest
from experiments.design.plan import TALKS, has_talks, outcome_of_talks, policy_words
from experiments.findings.alike import distinct_futures, joined
from experiments.findings.figures_file import Figures
from experiments.measures import counted_of, noun
from experiments.pictures.fonts import letters_note
from experiments.wording import many
from sim.scenario.scenario_file import Outcome

COSTS_ONLY = (
    "“ignored” and “refused” differ only in what a refusal is assumed to cost: a difference "
    "between such outcomes is an assumption, not a finding."
)
_BY_COSTS: tuple[Outcome, Outcome] = ("ignored", "refused")
SAMPLE = "The points are a sample: each has values of its own of all factors, so that no factor varies alone."
IDENTICAL = "Futures joined by = are identical to the bit: one confirmation, and not several."
PURPOSE = "Purpose: comparison, not prediction."
MOST, CURVES = 8, 5  # arms in one picture, and on axes where their curves cross, at most


class Style(NamedTuple):
    """How an arm is drawn: the letter that stands for it, and what tells it apart in grey."""

    letter: str
    colour: str
    dash: Any
    marker: str


# of Okabe and Ito's and Tol's colours; each apart in lightness from the next
STYLES = (
    Style("A", "#1a1a1a", "-", "o"),
    Style("B", "#D55E00", "--", "s"),
    Style("C", "#882255", "-.", "^"),
    Style("D", "#E69F00", (0, (1, 1.2)), "D"),
    Style("E", "#0072B2", (0, (7, 2, 1, 2, 1, 2)), "v"),
    Style("F", "#4DBA93", (0, (3, 1.5)), "P"),
    Style("G", "#4A4A4A", (0, (9, 4)), "X"),
    Style("H", "#56B4E9", (0, (4, 1, 1, 1)), "p"),
    Style("I", "#661100", (0, (5, 1)), "<"),
    Style("J", "#CC79A7", (0, (2, 1)), ">"),
    Style("K", "#117733", (0, (6, 1, 2, 1)), "h"),
    Style("L", "#B8B000", (0, (1, 2.5)), "d"),
)


# columns of each table that any picture needs
NEEDED = {
    "runs": (
        "world",
        "luck",
        "days",
        "ended",
        "clashes",
        "first_clash_day",
        "casualties_north",
        "casualties_south",
    ),
    "incidents": (
        "begun_by",
        "cause",
        "accidental",
        "rung",
        "s_km",
        "recorded_by_north",
        "recorded_by_south",
    ),
    "tension": ("north", "south"),
}
Tables = Mapping[str, Mapping[str, pd.DataFrame]]  # by table and arm, the columns of `NEEDED`


@dataclass(frozen=True)
class Material:
    """What pictures are made of: the manifest, figures.json and the tables of a study.

    ``tables`` have the arms with any run, in the order of the plan.
    """

    manifest: Manifest
    figures: Figures
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
    def rated(self) -> str:
        """The measure whose rates are shown: what decides, counted."""
        return counted_of(self.measure)

    @property
    def rated_noun(self) -> str:
        """What is counted of it, in words."""
        return noun(self.rated)

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

    def arm(self, name: str) -> ArmEntry:
        """What the manifest says of an arm."""
        return self.manifest["arms"][name]

    def futures(self, names: Iterable[str]) -> list[str]:
        """The future of each of these arms."""
        return [self.arm(name)["future"] for name in names]

    def scenario(self, name: str) -> Mapping[str, Any]:
        """The scenario of an arm as plain values."""
        return self.arm(name)["case"]["scenario"]

    @cached_property
    def baselines(self) -> list[str]:
        """The arms without a policy."""
        return [name for name in self.runs_of if self.arm(name)["policy"] is None]

    @cached_property
    def future(self) -> dict[str, str]:
        """Each future in words, by its name."""
        arms = self.manifest["arms"].values()
        return {arm["future"]: future_words(arm["future"], arm["levels"]) for arm in arms}

    @cached_property
    def alike(self) -> dict[str, list[str]]:
        """Futures whose comparisons are identical to the bit, by the first of them."""
        return distinct_futures(self.figures)

    def named(self, name: str) -> str:
        """A future in words, with those that are identical to it; any other name as it is."""
        return joined([self.future.get(each, each) for each in self.alike.get(name, [name])])

    @cached_property
    def label(self) -> dict[str, str]:
        """How each arm is named beside others of one future, or of several."""
        several = len({self.arm(name)["future"] for name in self.runs_of}) > 1
        return {name: self._label(self.arm(name), several) for name in self.runs_of}

    def _label(self, arm: ArmEntry, several: bool) -> str:
        if not several:
            return policy_words(arm["policy"])
        future = self.future[arm["future"]]
        return future if arm["policy"] is None else f"{future} + {arm['policy']}"

    @cached_property
    def is_sample(self) -> bool:
        """Whether the futures are points of a sample, which differ in all factors at once."""
        return any(arm["case"].get("drawn") for arm in self.manifest["arms"].values())

    @cached_property
    def _by_difference(self) -> list[str]:
        """The first baseline, then the others of its future, or else the other baselines."""
        first = self.first
        future = self.arm(first)["future"]
        own = [name for name in self.runs_of if name != first and self.arm(name)["future"] == future]
        others = own or [name for name in self.baselines if name != first]
        return [first, *sorted(others, key=self._distance)]

    @cached_property
    def first(self) -> str:
        """The first baseline; the first arm, should no baseline have been played yet."""
        return self.baselines[0] if self.baselines else next(iter(self.runs_of))

    def _distance(self, name: str) -> tuple[bool, float]:
        """Sorts arms: those of the first future come first, the farthest rate first."""
        rates = self.figures["rates"]
        gap = rates[name][self.measure]["estimate"] - rates[self.first][self.measure]["estimate"]
        return self.arm(name)["future"] != self.arm(self.first)["future"], -abs(gap)

    def most_different(self, most: int) -> list[str]:
        """The first baseline and what differs most from it, in the order of the plan."""
        first, *others = self._by_difference[:most]
        return [first, *(name for name in self.runs_of if name in others)]

    def baselines_first(self, most: int) -> list[str]:
        """Baselines, then policies: of either those that differ most from the first baseline."""
        found = [
            self.first,
            *sorted(
                (name for name in self.runs_of if name != self.first),
                key=lambda name: (self.arm(name)["policy"] is not None, *self._distance(name)),
            ),
        ][:most]
        return [name for name in self.runs_of if name in found]

    @cached_property
    def style(self) -> dict[str, Style]:
        """The style of each arm that pictures show: the same in all of them."""
        arms = dict.fromkeys(self.baselines_first(MOST) + self.most_different(CURVES))
        return dict(zip(arms, STYLES, strict=False))

    def choice(self, chosen: Sequence[str], baselines: bool = False) -> list[str]:
        """A sentence on how the arms of a picture were chosen, where there are more."""
        n = len(self.runs_of)
        if n <= len(chosen):
            return []
        which = (
            f"the baselines, then policies, of either those whose rate of {self.noun} differs most "
            "from the first baseline's"
            if baselines
            else "the first baseline and those of its future (or else the other baselines) whose rate "
            f"of {self.noun} differs most from it"
        )
        return [f"Shown: {len(chosen)} of {many(n, 'arm')}, {which}."]

    @cached_property
    def costs_only(self) -> frozenset[str]:
        """Futures that only assumed costs tell apart: talks are ignored in some, and refused in others."""
        arms = self.manifest["arms"].values()
        outcomes = {arm["future"]: outcome_of_talks(arm["case"]["scenario"]) for arm in arms}
        told_apart = set(_BY_COSTS) <= set(outcomes.values())
        return frozenset(future for future, its in outcomes.items() if told_apart and its in _BY_COSTS)

    def costs_note(self, futures: Iterable[str], star: str = "") -> list[str]:
        """What must be said where any of these futures are shown, behind the ``star`` that marks them."""
        return [] if self.costs_only.isdisjoint(futures) else [f"{star}{COSTS_ONLY}"]

    def sample(self, name: str) -> str:
        """The runs and worlds of an arm."""
        runs = self.runs_of[name]
        return f"{many(len(runs), 'run')} in {many(runs['world'].nunique(), 'world')}"

    @cached_property
    def notes(self) -> list[str]:
        """What the foot of every picture says."""
        m, runs = self.manifest, sum(self.figures["runs"].values())
        notes = [
            f"{m['name']}: {many(runs, 'run')} of {many(len(self.runs_of), 'arm')}, seed "
            f"{m['seed']}, version {m['version']}. {PURPOSE}"
        ]
        if any(has_talks(self.scenario(name)) for name in self.runs_of):
            notes.append(TALKS)
        notes += letters_note(self._names())
        if self.figures["too_few_clusters"]:
            notes.append(
                "Too few clusters in the whole study to know the size of a burst: the "
                "intervals may be too narrow."
            )
        return notes

    def _names(self) -> Iterator[str]:
        """Every name that a picture may show."""
        yield self.manifest["name"]
        for factor, labels in self.manifest["factors"].items():
            yield from (factor, *labels)
        yield from self.runs_of
