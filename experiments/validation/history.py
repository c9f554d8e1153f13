"""Histories: one draw of a posterior in one world, through the years of the record, as observers saw them.

What the fit was held against is summed up by its own code (``experiments.calibration.simulate``); beside
that the crossings and incidents of all years are kept with their dates, so that any statistic of the
record can be counted in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.calibration.crossings import recorded_crossings
from experiments.calibration.simulate import of_2014, of_works, played
from experiments.store.piecewise import KEY, Show, Tables, in_parts
from experiments.validation.calendars import STRETCHES, WORKS, Stretch
from sim.outcome.outcome import Outcome
from sim.scenario.case import Case
from sim.sides import SOUTH

TABLES = ("crossings", "incidents", "runs", "rows")
_OF_CROSSINGS = {
    **dict.fromkeys(("opened", "county", "subject"), "str"),
    **dict.fromkeys(("s_km", "persons", "depth_m", "broadcasts", "warning_volleys", "answered"), "float64"),
}
_OF_INCIDENTS = (
    *(
        "opened",
        "begun_by",
        "cause",
        "perceived_by",
        "subject",
        "persons",
        "s_km",
        "county",
        "rung",
        "answered",
    ),
    *("depth_m", "broadcasts", "warning_volleys", "casualties_mines"),
    *("to_broadcast_minutes", "to_shots_minutes", "to_leaving_minutes", "minutes"),
)
_OF_RUNS = (
    "ended",
    "map_gap",
    "approaches_south",
    "approach_broadcasts_south",
    "expected_clashes",
    "clashes",
)


@dataclass(frozen=True)
class HistoryTask:
    """Histories to play, by the numbers of their worlds."""

    name: str
    seed: int
    runs: tuple[int, ...]
    stretches: tuple[Stretch, ...] = STRETCHES

    def alone(self, k: int) -> "HistoryTask":
        """The same with history ``k`` only."""
        return replace(self, runs=(k,))


@cache
def _case(situation: str, stretch: Stretch) -> Case:
    return stretch.case(situation)


def play_histories(task: HistoryTask) -> dict[int, Tables]:
    """The histories of a task: ``TABLES`` of each."""
    cases = [(stretch, _case(task.name, stretch)) for stretch in task.stretches]
    return {k: _history(cases, task.seed, k) for k in task.runs}


def _history(cases: Sequence[tuple[Stretch, Case]], seed: int, k: int) -> Tables:
    outcomes = [(stretch, played(case, seed, k, stretch.luck)) for stretch, case in cases]
    luck = np.random.default_rng([seed, k])
    row = {"row": float(k)}
    for stretch, outcome in outcomes:
        if stretch == WORKS:
            row |= of_works(outcome, luck)
        elif stretch.period.first.year == 2014:
            row |= of_2014(outcome, luck)
    runs = [
        {"first": str(stretch.period.first)} | {name: outcome.row[name] for name in _OF_RUNS}
        for stretch, outcome in outcomes
    ]
    found = {
        "crossings": pd.concat([_crossings(outcome) for _, outcome in outcomes], ignore_index=True),
        "incidents": pd.DataFrame(
            [each for _, outcome in outcomes for each in outcome.incidents], columns=list(_OF_INCIDENTS)
        ),
        "runs": pd.DataFrame(runs),
        "rows": pd.DataFrame([row]),
    }
    return {name: table.assign(**{KEY: k}) for name, table in found.items()}


def _crossings(outcome: Outcome) -> pd.DataFrame:
    """Its recorded crossings, typed alike also where there is none."""
    found = recorded_crossings(outcome.incidents, SOUTH)[list(_OF_CROSSINGS)]
    return found.astype(_OF_CROSSINGS)


# -- on disk --------------------------------------------------------------------------------------


def histories(
    folder: Path,
    situation: str,
    n: int,
    seed: int,
    workers: int,
    show: Show = lambda done, of: None,
    stretches: tuple[Stretch, ...] = STRETCHES,
) -> Tables:
    """The histories 0 to ``n`` - 1 of a situation; those that ``folder`` holds are not played again.

    Raises ``BadInput`` for a folder that holds those of another situation, seed or version of the model.
    """
    asked = {"cases": [_case(situation, each).content_hash for each in stretches], "seed": seed}

    def task(numbers: tuple[int, ...]) -> HistoryTask:
        return HistoryTask(situation, seed, numbers, stretches)

    return in_parts(folder, TABLES, asked, n, task, play_histories, workers, show)
