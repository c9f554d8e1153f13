"""A table goes on where it was, and never takes another's rows for its own."""

import numpy as np
import pandas as pd
import pytest

from experiments.calibration.register import WIDTH
from experiments.calibration.table import PART, RowTask, design, deviates_of, played
from experiments.store import piecewise
from experiments.store.numbered import keep, kept

N = WIDTH


def row(k, x):
    return pd.DataFrame([{"row": float(k)} | {f"x_{i}": each for i, each in enumerate(x)} | {"total": k}])


@pytest.fixture
def asked(monkeypatch):
    """Rows are not played but made up; the numbers of those that would have been."""
    numbers: list[int] = []

    def made_up(work, play, workers):
        for task in work:
            numbers.extend(task.runs)
            yield task, {k: {PART: row(k, task.deviates[k])} for k in task.runs}

    monkeypatch.setattr(piecewise, "on_processes", made_up)
    return numbers


def numbered(x):
    return {k: tuple(map(float, row)) for k, row in enumerate(x)}


def test_rows_that_are_there_are_not_played_again(asked, tmp_path):
    x = numbered(design(40, 1))
    first = played(tmp_path, 1, {k: x[k] for k in range(25)}, 1)
    assert list(first["row"]) == list(range(25)) and sorted(asked) == list(range(25))
    asked.clear()
    shown = []
    whole = played(tmp_path, 1, x, 1, lambda *told: shown.append(told))
    assert shown[0] == (27, 40) and shown[-1] == (40, 40)
    assert sorted(asked) == list(range(25, 40)) and list(whole["total"]) == list(range(40))
    assert deviates_of(whole) == pytest.approx(np.array(list(x.values())))


def test_a_row_of_another_table_with_the_same_number_is_none_of_ours(asked, tmp_path):
    mine, others = numbered(design(12, 1)), numbered(design(12, 2))
    played(tmp_path, 1, others, 1)
    asked.clear()
    found = played(tmp_path, 1, mine, 1)
    assert sorted(asked) == list(range(12))
    assert deviates_of(found) == pytest.approx(np.array(list(mine.values())))


def test_rows_of_another_register_are_none_of_ours(asked, tmp_path):
    mine = numbered(design(12, 1))
    played(tmp_path, 1, mine, 1)
    rows = pd.concat([part for _, part in kept(tmp_path, PART)])
    for file in tmp_path.glob("rows-*.parquet"):
        file.unlink()
    keep(tmp_path, PART, 0, 11, rows.drop(columns=f"x_{N - 1}"))  # before there were rival rules
    asked.clear()
    assert list(played(tmp_path, 1, mine, 1)["row"]) == list(range(12)) and sorted(asked) == list(range(12))


def test_what_was_played_is_kept_when_it_is_stopped(tmp_path, monkeypatch):
    def stopped(work, play, workers):
        for task in work:
            if task.runs[0] >= 16:
                raise KeyboardInterrupt
            yield task, {k: {PART: row(k, task.deviates[k])} for k in task.runs}

    monkeypatch.setattr(piecewise, "on_processes", stopped)
    with pytest.raises(KeyboardInterrupt):
        played(tmp_path, 1, {k: (0.0,) * N for k in range(40)}, 1)
    rows = pd.concat([part for _, part in kept(tmp_path, PART)])
    assert sorted(rows["row"]) == list(range(16))


def test_a_design_goes_on_where_a_shorter_one_ended():
    assert design(16, 1)[8:] == pytest.approx(design(8, 1, skip=8))
    assert np.isfinite(design(64, 1)).all() and abs(design(1024, 1).mean()) < 0.01


def test_a_task_can_be_cut_to_one_row():
    task = RowTask("t", 1, (3, 4), {3: (0.0,) * N, 4: (0.0,) * N})
    assert task.alone(3).runs == (3,) and task.alone(3).seed == 1
