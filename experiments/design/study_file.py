"""A study file: scenarios x policies x swept parameters, and what is asked of them.

name: Border ambiguity by outcome of talks
scenarios: [baseline, misjudged]      # paths or shipped names; default: baseline
# situations: true                    # each of them over each situation of the record
policies: [hotline, [survey_1km_week, hotline], my_policies/]    # a list in the list: together
combine: true                         # all pairs of policies too
sweep:                                # the cross of all factors, in each scenario; below --set
  south.watch.margin_m: [10, 20, 40]
  north.works.distance_m: {low: 20, high: 120, points: 4, scale: log}
  season:                             # a factor of your own: each level changes what it names
    levels:
      spring: {start: 2026-03-01, days: 92}
      autumn: {start: 2026-09-01, days: 91}
design: grid                          # or {latin_hypercube: 20} or {sobol: 16} over ranges
# days: 365                           # of all arms, unless levels set them
seed: 1
runs: 400                             # of each arm; or `until` (and `budget`) instead; without any rule
                                      # `--minutes` says how many runs, and policies stop when decided
until: {relative_half_width: 0.2}     # or decided
budget: 4000                          # runs of an arm at most
estimate: [expected_clashes]          # measures of figures.json; the first one decides
"""

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from experiments.design.levels import is_whole
from experiments.measures import EVERY
from sim.documents import Impossible, StrictModel, Tree
from sim.documents.problems import nearest
from sim.scenario.scenario_file import Name

Scalar = bool | int | float | dt.date | str
Names = Annotated[tuple[str, ...], Field(min_length=1, max_length=200)]
MOST_RUNS = 10_000_000  # of an arm
Runs = Annotated[int, Field(ge=2, le=MOST_RUNS)]


class Range(StrictModel):
    """Numbers from ``low`` to ``high``: ``points`` of them in a grid, any between in a sample."""

    low: float = Field(description="the lowest value")
    high: float = Field(description="the highest value")
    points: int | None = Field(None, ge=2, le=1000, description="how many, in a grid")
    scale: Literal["linear", "log"] = Field("linear", description="how they are spaced")

    def conflicts(self) -> Iterator[Impossible]:
        """A range that is none."""
        if not self.low < self.high:
            yield Impossible("high", "not above `low`", f"more than {self.low:g}")
        if self.scale == "log" and self.low <= 0:
            yield Impossible("low", "a log scale has no such value", "more than 0")


class Levels(StrictModel):
    """Named levels of a factor; each is laid over the scenario."""

    levels: Annotated[dict[str, Tree], Field(min_length=1, max_length=1000)] = Field(
        description="label: what it changes, with the scenario's own keys"
    )


class LatinHypercube(StrictModel):
    """So many points, each range cut into as many equal shares and every share used once."""

    latin_hypercube: int = Field(ge=2, le=4096, description="points")


class Sobol(StrictModel):
    """The first points of a scrambled Sobol sequence."""

    sobol: int = Field(ge=2, le=4096, description="points, a power of two")

    def conflicts(self) -> Iterator[Impossible]:
        """A number at which the sequence is not balanced."""
        if self.sobol & (self.sobol - 1):
            yield Impossible("sobol", "no power of two", f"{1 << self.sobol.bit_length()}")


class Precise(StrictModel):
    """Stop an arm when its first measure is known to within so much."""

    relative_half_width: float = Field(
        ge=0.02, le=1, description="half the width of the 95% interval, as a share of the estimate"
    )


Factor = Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=1000)] | Range | Levels


class Study(StrictModel):
    """What a study file says, or what ``dmz compare`` was asked."""

    name: Name = Field(description="its name in tables and pictures")
    description: str = Field("", max_length=2000, description="what it asks, in words")
    scenarios: Names = Field(("baseline",), description="paths or shipped names")
    situations: bool = Field(
        False, description="each scenario in all four situations of the record, laid over each"
    )
    policies: tuple[str | Names, ...] = Field(
        (), description="files, folders, shipped names, `shipped` or `short`; a list is one arm together"
    )
    combine: bool = Field(False, description="all pairs of the policies too")
    sweep: dict[str, Factor] = Field({}, description="factors that are varied, and their levels")
    design: Literal["grid"] | LatinHypercube | Sobol = Field(
        "grid", description="all combinations of the levels, or points sampled from ranges"
    )
    days: int | None = Field(None, ge=1, le=3660, description="days of exposure of a run")
    seed: int = Field(1, ge=0, le=2**62, description="seed of all worlds and lucks")
    runs: Runs | None = Field(None, description="runs of each arm, two lucks in each world")
    until: Literal["decided"] | Precise | None = Field(None, description="when an arm may stop")
    budget: Runs | None = Field(None, description="runs of an arm at most, with `until`")
    estimate: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        ("expected_clashes",), description="measures of figures.json; the first one decides"
    )

    @property
    def drawn(self) -> tuple[str, ...]:
        """The parameters whose values are sampled from ranges."""
        return () if self.design == "grid" else tuple(self.sweep)

    @property
    def ranges(self) -> dict[str, Range]:
        """The factors that are ranges; in a sample all are."""
        return {name: factor for name, factor in self.sweep.items() if isinstance(factor, Range)}

    def conflicts(self) -> Iterator[Impossible]:
        """No rule or two, a rule without its needs, measures and factors that cannot be."""
        if self.runs is not None and self.until is not None:
            yield Impossible("runs", "one rule says when to stop", "either `runs` or `until` with `budget`")
        if self.until is None and self.budget is not None:
            yield Impossible("budget", "when may an arm stop before it?", "`until` too, or `runs`")
        if self.until == "decided" and not self.policies:
            yield Impossible("until", "no policy to decide about", "policies, or another rule")
        for i, name in enumerate(self.estimate):
            if name not in EVERY:
                yield Impossible(f"estimate.{i}", "no such measure", ", ".join(EVERY), nearest(name, EVERY))
        yield from self._factor_conflicts()

    def _factor_conflicts(self) -> Iterator[Impossible]:
        if "scenario" in self.sweep:
            yield Impossible("sweep.scenario", "the scenarios are the factor of this name", "another name")
        for name, factor in self.sweep.items():
            for end in ("low", "high") if isinstance(factor, Range) and is_whole(name) else ():
                if not getattr(factor, end).is_integer():
                    yield Impossible(f"sweep.{name}.{end}", "no whole number, as the parameter is", "one")
            if isinstance(factor, Range) and self.design == "grid" and factor.points is None:
                yield Impossible(f"sweep.{name}", "how many of them?", "points: 2 or more")
            if self.design != "grid" and not isinstance(factor, Range):
                yield Impossible(
                    f"sweep.{name}", "a sample is taken from ranges", "low and high, or design: grid"
                )
        if self.design != "grid" and not self.sweep:
            yield Impossible("design", "nothing to sample", "ranges under `sweep`")
