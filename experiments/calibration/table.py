"""The table: rows of the register's unknowns and rules, played in parts that a crash does not lose."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.calibration.register import WIDTH
from experiments.calibration.simulate import play_rows, tasks
from experiments.play.pool import on_processes
from experiments.store.numbered import claim, keep, kept

Values = NDArray[np.float64]
FOLDER, PART = "table", "rows"  # in the folder of a calibration; the name of its parts there
_ROWS_A_PART = 64
_OPEN = 1e-6  # keeps the normal deviates of a design finite


def design(n: int, seed: int, skip: int = 0) -> Values:
    """``n`` points of a scrambled Sobol sequence after ``skip``, as normal deviates (n, width)."""
    whole = stats.qmc.Sobol(WIDTH, seed=seed).random_base2(int(np.ceil(np.log2(skip + n))))
    return np.asarray(stats.norm.ppf(np.clip(whole[skip : skip + n], _OPEN, 1.0 - _OPEN)))


def deviates_of(rows: pd.DataFrame) -> Values:
    """The deviates of the unknowns and rules of each row, (rows, width)."""
    return rows[[f"x_{i}" for i in range(WIDTH)]].to_numpy(float)


def played(
    folder: Path,
    seed: int,
    deviates: Mapping[int, tuple[float, ...]],
    workers: int,
    show: Callable[[int, int], None] = lambda done, of: None,
) -> pd.DataFrame:
    """The rows with these deviates, by number; those that ``folder`` holds already are not played again.

    A row of another calibration that has the number but other deviates is none of them.
    """
    claim(folder, {"seed": seed})
    parts = [part for _, part in kept(folder, PART)]
    there = {k for part in parts for k in _same(part, deviates)}
    missing = {k: x for k, x in deviates.items() if k not in there}
    fresh: list[dict[str, float]] = []
    done = len(there)

    def keep_fresh() -> None:
        if fresh:
            part = pd.DataFrame(fresh).sort_values("row")
            keep(folder, PART, int(part["row"].min()), int(part["row"].max()), part)
            parts.append(part)
            fresh.clear()

    try:
        for _, rows in on_processes(tasks("table", seed, missing), play_rows, workers):
            fresh.extend(rows.values())
            done += len(rows)
            if len(fresh) >= _ROWS_A_PART:
                keep_fresh()
            show(done, len(deviates))
    finally:
        keep_fresh()
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
