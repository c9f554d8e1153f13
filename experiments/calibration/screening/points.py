"""Points of a screening: values of its inputs over a draw of the posterior, with and without policies.

All points of a trajectory play the same draw and the same worlds under the same luck, in every arm; so what
differs between two of them is the input that moved, and how luck falls otherwise because of it. That second
part is told from the first by playing each trajectory twice, in worlds of its own each time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from experiments.calibration.inputs import members
from experiments.calibration.simulate import played
from experiments.design.policy_lists import SHORT_LIST
from experiments.store.piecewise import KEY, Tables
from sim.constants import DAYS_A_YEAR
from sim.scenario.case import Case
from sim.scenario.loading import load_case

Values = NDArray[np.float64]
TABLE = "points"
NO_POLICY = "no policy"
ARMS = (NO_POLICY, *SHORT_LIST)
REPEATS = 2
MOST_INCIDENTS = 400  # of a run, which ends there: a rate is of the days that were played
_MIDDLE = 0.9  # share of a prior, about its median, over which an input moves
_MEMBERS = tuple(members())


@dataclass(frozen=True)
class Point:
    """One point: the ``trajectory`` that it is of, its ``draw``, where in [0, 1] each member lies.

    ``worlds`` of each repeat are played without a policy, and ``of_policies``, the first, under each.
    """

    trajectory: int
    draw: int
    place: tuple[float, ...]
    worlds: int
    of_policies: int


@dataclass(frozen=True)
class PointTask:
    """Points to play, by their numbers; ``name`` is the scenario, ``days`` the length of a run."""

    name: str
    seed: int
    days: int
    runs: tuple[int, ...]
    points: Mapping[int, Point]

    def alone(self, k: int) -> "PointTask":
        """The same with point ``k`` only."""
        return replace(self, runs=(k,))


def values_at(place: Sequence[float]) -> dict[str, Any]:
    """What a place in the cube of the members, each in [0, 1], sets by dotted path."""
    found: dict[str, Any] = {}
    for i, u in enumerate(place):
        found |= _settings(i, round(u, 6))
    return found


@cache
def _settings(member: int, u: float) -> dict[str, Any]:
    """What a member sets at one of the few places that a design has, where truncated laws are slow."""
    (_, its) = _MEMBERS[member]
    return its.settings(float(special.ndtri(0.5 + _MIDDLE * (u - 0.5))))


def play_points(task: PointTask) -> dict[int, Tables]:
    """The points of a task: of each a table of one row a run."""
    return {k: {TABLE: pd.DataFrame(_rows(task, k))} for k in task.runs}


def _rows(task: PointTask, k: int) -> Iterator[dict[str, Any]]:
    point, cases = task.points[k], _cases(task.name, task.days)
    posterior = cases[NO_POLICY].posterior
    drawn = posterior.draw(point.draw) if posterior else {}
    values = drawn | values_at(point.place)
    for arm, case in cases.items():
        worlds = point.worlds if arm == NO_POLICY else point.of_policies
        moved = case.with_values(values) if worlds else case
        for repeat, w in product(range(REPEATS), range(worlds)):
            world = (point.trajectory * REPEATS + repeat) * point.worlds + w
            row = played(moved, task.seed, world).row
            yield {
                KEY: k,
                "arm": arm,
                "repeat": repeat,
                "world": w,
                "years": row["days"] / DAYS_A_YEAR,
                "expected": row["expected_clashes"],
                "violation": row["expected_clashes_violation"],
                "otherwise": row["expected_clashes_otherwise"],
                "recorded": float(row["recorded_by_south"]),
            }


@cache
def _cases(scenario: str, days: int) -> dict[str, Case]:
    """The case of each arm, with its posterior, of which a point plays a draw of its own."""
    capped = [f"ends_after_incidents={MOST_INCIDENTS}"]
    return {arm: load_case(scenario, [] if arm == NO_POLICY else [arm], capped, days) for arm in ARMS}
