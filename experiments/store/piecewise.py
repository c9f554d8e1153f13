"""Tables that are played piece by piece, and kept in parts that a crash does not lose."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from experiments.play.pool import Stream, Work, on_processes
from experiments.store.numbered import claim, keep, kept

Tables = dict[str, pd.DataFrame]
Show = Callable[[int, int], None]
Through = Callable[..., Stream[Any, dict[int, Tables]]]  # of tasks, and of what plays one
W = TypeVar("W", bound=Work)
KEY = "history"  # the column with the number of what a row belongs to
_TASK, _PART = 2, 10  # numbers of a task, and of a part on disk


def in_parts(
    folder: Path,
    names: Sequence[str],
    asked: Mapping[str, object],
    n: int,
    task: Callable[[tuple[int, ...]], W],
    play: Callable[[W], dict[int, Tables]],
    workers: int,
    show: Show,
    through: Through | None = None,
) -> Tables:
    """The tables of 0 to ``n`` - 1, by ``names``; what ``folder`` holds of them is not played again.

    ``asked`` defines what is played: raises ``BadInput`` for a folder that holds something else. ``through``:
    what hands tasks out, if not to so many ``workers`` of this machine.
    """
    claim(folder, asked)
    parts = _parts(folder, names)
    there = {int(k) for part in parts for k in part[names[-1]][KEY]}
    missing = [k for k in range(n) if k not in there]
    parts += play_parts(folder, names, missing, task, play, workers, show, n, through)
    whole = {name: pd.concat([part[name] for part in parts]) for name in names}
    # By number, and not as workers were done with them: sums over a table would differ in their last bits.
    return {
        name: table[table[KEY] < n].sort_values(KEY, kind="stable", ignore_index=True)
        for name, table in whole.items()
    }


def play_parts(
    folder: Path,
    names: Sequence[str],
    numbers: Sequence[int],
    task: Callable[[tuple[int, ...]], W],
    play: Callable[[W], dict[int, Tables]],
    workers: int,
    show: Show,
    of: int,
    through: Through | None = None,
) -> list[Tables]:
    """The tables of these numbers in new parts of ``folder``; whatever stops it, what was played is kept.

    ``of``: how many numbers are wanted, with those that are there already.
    """
    tasks = [task(tuple(numbers[first : first + _TASK])) for first in range(0, len(numbers), _TASK)]
    parts: list[Tables] = []
    fresh: dict[int, Tables] = {}
    done = of - len(numbers)
    try:
        work = through(tasks, play) if through is not None else on_processes(tasks, play, workers)
        for _, found in work:
            fresh |= found
            done += len(found)
            if len(fresh) >= _PART:
                parts.append(_keep(folder, names, fresh))
                fresh = {}
            show(done, of)
    finally:
        if fresh:
            parts.append(_keep(folder, names, fresh))
    return parts


def _parts(folder: Path, names: Sequence[str]) -> list[Tables]:
    """The parts that are whole: of which every table is there."""
    tables = [dict(kept(folder, name)) for name in names]
    whole = sorted(set.intersection(*(set(table) for table in tables)))
    return [dict(zip(names, (table[numbers] for table in tables), strict=True)) for numbers in whole]


def _keep(folder: Path, names: Sequence[str], found: Mapping[int, Tables]) -> Tables:
    order = sorted(found)
    part = {name: pd.concat([found[k][name] for k in order], ignore_index=True) for name in names}
    for name in names:
        keep(folder, name, order[0], order[-1], part[name])
    return part
