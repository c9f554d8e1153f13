"""The table: rows of the register's unknowns and rules, played in parts that a crash does not lose."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.calibration.register import WIDTH
from experiments.calibration.simulate import play_row
from experiments.store.numbered import claim, kept
from experiments.store.piecewise import Show, Tables, play_parts

Values = NDArray[np.float64]
FOLDER, PART = "table", "rows"  # in the folder of a calibration; the name of its parts there
_OPEN = 1e-6  # keeps the normal deviates of a design finite


@dataclass(frozen=True)
class RowTask:
    """Rows to play, by their numbers, with the deviates of the unknowns and rules of each."""

    name: str
    seed: int
    runs: tuple[int, ...]
    deviates: Mapping[int, tuple[float, ...]]

    def alone(self, k: int) -> "RowTask":
        """The same with row ``k`` only."""
        return replace(self, runs=(k,))


def design(n: int, seed: int, skip: int = 0) -> Values:
    """``n`` points of a scrambled Sobol sequence after ``skip``, as normal deviates (n, width)."""
    whole = stats.qmc.Sobol(WIDTH, seed=seed).random_base2(int(np.ceil(np.log2(skip + n))))
    return np.asarray(stats.norm.ppf(np.clip(whole[skip : skip + n], _OPEN, 1.0 - _OPEN)))


def deviates_of(rows: pd.DataFrame) -> Values:
    """The deviates of the unknowns and rules of each row, (rows, width)."""
    return rows[[f"x_{i}" for i in range(WIDTH)]].to_numpy(float)


def play_rows(task: RowTask) -> dict[int, Tables]:
    """The rows of a task, by number."""
    return {k: {PART: pd.DataFrame([play_row(task.seed, k, task.deviates[k])])} for k in task.runs}


def played(
    folder: Path,
    seed: int,
    deviates: Mapping[int, tuple[float, ...]],
    workers: int,
    show: Show = lambda done, of: None,
) -> pd.DataFrame:
    """The rows with these deviates, by number; those that ``folder`` holds already are not played again.

    A row of another calibration that has the number but other deviates is none of them.
    """
    claim(folder, {"seed": seed})
    parts = [part for _, part in kept(folder, PART)]
    there = {k for part in parts for k in _same(part, deviates)}
    missing = sorted(deviates.keys() - there)

    def task(numbers: tuple[int, ...]) -> RowTask:
        return RowTask("table", seed, numbers, {k: deviates[k] for k in numbers})

    fresh = play_parts(folder, (PART,), missing, task, play_rows, workers, show, len(deviates))
    parts += (part[PART] for part in fresh)
    table = pd.concat([part[part["row"].isin(_same(part, deviates))] for part in parts])
    return table.drop_duplicates("row").sort_values("row", ignore_index=True)


def _same(part: pd.DataFrame, deviates: Mapping[int, tuple[float, ...]]) -> list[int]:
    """The numbers of a part's rows that were played with just these deviates; none of another register's."""
    if {name for name in part if name.startswith("x_")} != {f"x_{i}" for i in range(WIDTH)}:
        return []
    numbers = part["row"].astype(int).tolist()
    return [
        k
        for k, x in zip(numbers, deviates_of(part), strict=True)
        if k in deviates and (x == deviates[k]).all()
    ]
