"""Runs played again with ingredients of accidents taken away: worlds, each under coalitions of what is
removed.

A coalition is a number with a bit for each of the ``removable`` (``experiments.statistics.shapley``). All
runs of a world keep their addresses, and so their luck.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from experiments.design.ingredients import Ingredient, without
from experiments.play.task import Failure, Task, play_task
from experiments.statistics.shapley import members
from experiments.store.piecewise import KEY, Tables
from experiments.worlds import LUCKS
from sim.outcome.columns import Row
from sim.outcome.outcome import Outcome
from sim.scenario.case import Case
from sim.scenario.scenario_file import Cloning

TABLE = "plays"
_DIGITS = 16


@dataclass(frozen=True)
class RemovalTask:
    """Some worlds of a case, by their places in a sample, each to be played under coalitions of its own.

    ``worlds`` and ``coalitions`` go with ``runs``, which are the places.
    """

    name: str
    case: Case = field(repr=False)
    seed: int
    runs: Sequence[int]
    worlds: Sequence[int]
    coalitions: Sequence[Sequence[int]] = field(repr=False)
    removable: Sequence[Ingredient] = field(repr=False)
    agents: Mapping[str, type] = field(default_factory=dict, repr=False)

    def alone(self, k: int) -> "RemovalTask":
        """The same of place ``k`` only."""
        at = list(self.runs).index(k)
        return replace(
            self, runs=(k,), worlds=self.worlds[at : at + 1], coalitions=self.coalitions[at : at + 1]
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Of a posterior only the draws of its own worlds travel, as of any ``Task``."""
        light = self.case.of_worlds(self.worlds)
        return RemovalTask, (
            self.name,
            light,
            self.seed,
            self.runs,
            self.worlds,
            self.coalitions,
            self.removable,
            self.agents,
        )


def plain(case: Case) -> Case:
    """The case without clones, which tell nothing here and take time; every run stays what it is."""
    return replace(case, scenario=case.scenario.model_copy(update={"clones": Cloning()}))


def play_removals(task: RemovalTask) -> dict[int, Tables]:
    """The plays of a task: by place, a row for each coalition and luck (``TABLE``)."""
    each = zip(task.runs, task.worlds, task.coalitions, strict=True)
    return {
        place: {TABLE: pd.DataFrame(_plays(task, world, coalitions)).assign(**{KEY: place})}
        for place, world, coalitions in each
    }


def _plays(task: RemovalTask, world: int, coalitions: Sequence[int]) -> Iterator[Row]:
    runs = range(LUCKS * world, LUCKS * (world + 1))
    for coalition in coalitions:
        case = without(task.case, [task.removable[i] for i in members(coalition)])
        outcomes = play_task(Task(task.name, case, task.seed, runs, task.agents))
        for k, found in outcomes.items():
            yield {"world": world, "run": k, "coalition": coalition} | _told(found)


def _told(found: Outcome | Failure) -> Row:
    """What is kept of a run: clashes, expected and counted, and a digest of all that came of it."""
    if isinstance(found, Failure):
        return {"expected": float("nan"), "counted": 0, "digest": "", "error": found.error}
    row = found.row
    expected, counted = row["expected_clashes"], row["clashes"]
    return {"expected": expected, "counted": counted, "digest": _digest(found), "error": ""}


def _digest(found: Outcome) -> str:
    whole = json.dumps([found.row, found.incidents], default=str)
    return hashlib.sha256(whole.encode()).hexdigest()[:_DIGITS]
