"""Nested runs: each draw of a posterior in several worlds of its own, each of them with two lucks.

Elsewhere a world plays one draw, so that a world and what nobody knows cannot be told apart. World ``w``
plays draw ``w`` of a posterior, and from the first again behind the last: so the further worlds of a draw
are there already, and any run here is a run of ``dmz run`` too. The first world of each draw, which other
studies play, is kept apart: of these the ratio by draw is fitted as ``dmz compare`` does it, and held
against the draws' further worlds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pandas as pd

from experiments.calibration.simulate import played
from experiments.findings.likeness import COLUMNS
from experiments.store.piecewise import KEY, Show, Tables, in_parts
from experiments.worlds import LUCKS
from sim.scenario.case import Case
from sim.scenario.loading import load_case

POLICIES = (
    "no_work_buffer_100m",
    "wider_margin",
    "three_step",
)  # of the short list: near works, watch, rules
TABLE = "runs"
_COLUMNS = ("expected_clashes", "clashes", "days", *COLUMNS)


@dataclass(frozen=True)
class NestedDesign:
    """``draws`` in so many further ``worlds`` each, under each of the shipped ``policies`` and none."""

    draws: int = 30
    worlds: int = 10
    policies: tuple[str, ...] = POLICIES

    def cases(self, situation: str) -> dict[str | None, Case]:
        """A situation under no policy (None) and under each; raises ``BadInput`` for one that cannot be."""
        return {policy: _case(situation, policy) for policy in (None, *self.policies)}


@dataclass(frozen=True)
class NestedRuns:
    """Runs by ``draw``, ``policy`` (None is none), ``world``, ``luck``, in two tables of the same columns.

    ``first``: of each of many draws in its first world; ``further``: of fewer draws in their other worlds.
    """

    design: NestedDesign
    cases: dict[str | None, Case]
    first: pd.DataFrame
    further: pd.DataFrame


@dataclass(frozen=True)
class NestedTask:
    """Draws to play, by their numbers, in those of their worlds that ``places`` names from 0 on, under each
    policy and none, with so many ``lucks`` each.
    """

    name: str
    seed: int
    runs: tuple[int, ...]
    places: tuple[int, ...]
    policies: tuple[str, ...]
    lucks: int = LUCKS

    def alone(self, k: int) -> "NestedTask":
        """The same of draw ``k`` only."""
        return replace(self, runs=(k,))


@cache
def _case(situation: str, policy: str | None) -> Case:
    return load_case(situation, () if policy is None else (policy,))


def play_nested(task: NestedTask) -> dict[int, Tables]:
    """The runs of a task, by draw."""
    return {k: {TABLE: pd.DataFrame(_rows(task, k)).assign(**{KEY: k})} for k in task.runs}


def _rows(task: NestedTask, draw: int) -> list[dict[str, object]]:
    worlds = _case(task.name, None).worlds_of(draw, max(task.places) + 1)
    return [
        {"policy": policy, "world": worlds[place], "luck": luck} | {name: row[name] for name in _COLUMNS}
        for policy in (None, *task.policies)
        for place in task.places
        for luck in range(task.lucks)
        for row in [played(_case(task.name, policy), task.seed, worlds[place], luck).row]
    ]


def nested_runs(
    folder: Path, situation: str, draws: int, seed: int, workers: int, show: Show, design: NestedDesign
) -> NestedRuns:
    """The first worlds of the first ``draws`` draws, and the design's further ones; ``folder`` may hold some.

    A posterior of fewer draws has these only. Raises ``BadInput`` for a folder that holds those of another
    situation, seed or version.
    """
    cases = design.cases(situation)
    posterior = cases[None].posterior
    assert posterior is not None
    most = len(posterior.values)
    first = min(draws, most)
    further = min(design.draws, first)
    whole = first + design.worlds * further  # worlds

    def table(name: str, places: Sequence[int], n: int, before: int, each: int) -> pd.DataFrame:
        asked = {"cases": [case.content_hash for case in cases.values()], "places": [*places], "seed": seed}

        def task(numbers: tuple[int, ...]) -> NestedTask:
            return NestedTask(situation, seed, numbers, tuple(places), design.policies)

        def shown(done: int, of: int) -> None:
            show(before + each * done, whole)

        found = in_parts(folder / name, [TABLE], asked, n, task, play_nested, workers, shown)[TABLE]
        return found.rename(columns={KEY: "draw"}).sort_values(["draw", "world", "luck"], ignore_index=True)

    return NestedRuns(
        design,
        cases,
        table("first", range(1), first, 0, 1),
        table("further", range(1, design.worlds + 1), further, first, design.worlds),
    )
