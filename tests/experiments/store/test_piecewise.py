"""Parts go on where they were, and belong to what was asked."""

from dataclasses import dataclass, replace

import pandas as pd
import pytest

from experiments.store import piecewise as parts
from experiments.store.piecewise import KEY, in_parts
from sim.documents import BadInput


@dataclass(frozen=True)
class Task:
    name: str
    runs: tuple[int, ...]

    def alone(self, k):
        return replace(self, runs=(k,))


def play(task):
    return {k: {"a": pd.DataFrame({KEY: [k, k]}), "b": pd.DataFrame({KEY: [k], "x": k})} for k in task.runs}


@pytest.fixture
def played(monkeypatch):
    numbers = []

    def at_once(tasks, play, workers):
        tasks = list(tasks)
        for task in tasks[1::2] + tasks[::2] if mixed else tasks:
            if task.runs[0] >= stop:
                raise KeyboardInterrupt
            numbers.extend(task.runs)
            yield task, play(task)

    stop, mixed = 1_000, False
    monkeypatch.setattr(parts, "on_processes", at_once)

    def go(folder, n, asked=1, until=1_000, any_order=False):
        nonlocal stop, mixed
        stop, mixed = until, any_order
        numbers.clear()
        shown = []
        found = in_parts(
            folder,
            ["a", "b"],
            {"asked": asked},
            n,
            lambda numbers: Task("t", numbers),
            play,
            1,
            lambda done, of: shown.append((done, of)),
        )
        return found, list(numbers), shown

    return go


def test_what_is_there_is_not_played_again(played, tmp_path):
    _, first, shown = played(tmp_path, 23)
    assert first == list(range(23)) and shown[-1] == (23, 23)
    found, second, _ = played(tmp_path, 30)
    assert second == list(range(23, 30))
    assert sorted(found["b"]["x"]) == list(range(30)) and len(found["a"]) == 60
    fewer, none, _ = played(tmp_path, 5)
    assert none == [] and sorted(fewer["b"]["x"]) == list(range(5))


def test_tables_are_by_number_in_whatever_order_they_were_played(played, tmp_path):
    found, numbers, _ = played(tmp_path, 23, any_order=True)
    assert numbers != list(range(23)) == found["b"]["x"].tolist()
    assert found["a"][KEY].tolist() == [k for k in range(23) for _ in range(2)]


def test_what_was_played_is_kept_when_it_is_stopped(played, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        played(tmp_path, 40, until=14)
    _, rest, _ = played(tmp_path, 40)
    assert rest == list(range(14, 40))


def test_a_part_counts_once_all_of_it_is_there(played, tmp_path):
    played(tmp_path, 10)
    for path in tmp_path.glob("b-*.parquet"):
        path.unlink()
    _, again, _ = played(tmp_path, 10)
    assert again == list(range(10))


def test_what_was_played_of_something_else_is_refused(played, tmp_path):
    played(tmp_path, 4)
    with pytest.raises(BadInput, match="name a folder of its own"):
        played(tmp_path, 4, asked=2)
