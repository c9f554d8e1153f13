"""Tables that are played piece by piece, and kept in parts that a crash does not lose."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd

import sim
from experiments.play.pool import Work, on_processes
from experiments.store.files import read_json, write_json, write_whole
from sim.documents import BadInput, Mark, Problem
from sim.scenario.case import digest

Tables = dict[str, pd.DataFrame]
Show = Callable[[int, int], None]
W = TypeVar("W", bound=Work)
KEY = "history"  # the column with the number of what a row belongs to
_ASKED = "asked.json"
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
) -> Tables:
    """The tables of 0 to ``n`` - 1, by ``names``; what ``folder`` holds of them is not played again.

    ``asked`` defines what is played: raises ``BadInput`` for a folder that holds something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _refuse_others(folder, asked)
    kept = _parts(folder, names)
    there = {int(k) for part in kept for k in part[names[-1]][KEY]}
    missing = [k for k in range(n) if k not in there]
    tasks = [task(tuple(missing[first : first + _TASK])) for first in range(0, len(missing), _TASK)]
    fresh: dict[int, Tables] = {}
    done = n - len(missing)
    try:
        for _, found in on_processes(tasks, play, workers):
            fresh |= found
            done += len(found)
            if len(fresh) >= _PART:
                kept.append(_keep(folder, names, fresh))
                fresh = {}
            show(done, n)
    finally:
        if fresh:
            kept.append(_keep(folder, names, fresh))
    whole = {name: pd.concat([part[name] for part in kept], ignore_index=True) for name in names}
    return {name: table[table[KEY] < n].reset_index(drop=True) for name, table in whole.items()}


def _refuse_others(folder: Path, asked: Mapping[str, object]) -> None:
    path, digested = folder / _ASKED, digest({**asked, "version": sim.__version__})
    if not path.exists():
        write_json(path, {"asked": digested})
    elif read_json(path).get("asked") != digested:
        message = "holds what was played of another scenario, seed or version: name a folder of its own"
        raise BadInput([Problem(Mark(str(folder), 0, 0), "", message=message)])


def _parts(folder: Path, names: Sequence[str]) -> list[Tables]:
    """The parts that are whole: the table named last is written last."""
    begin = f"{names[-1]}-"
    stems = sorted(path.name.removeprefix(begin) for path in folder.glob(f"{begin}*.parquet"))
    return [{name: pd.read_parquet(folder / f"{name}-{stem}") for name in names} for stem in stems]


def _keep(folder: Path, names: Sequence[str], found: Mapping[int, Tables]) -> Tables:
    order = sorted(found)
    part = {name: pd.concat([found[k][name] for k in order], ignore_index=True) for name in names}
    for name in names:
        write_whole(folder / f"{name}-{order[0]:06d}-{order[-1]:06d}.parquet", part[name].to_parquet)
    return part
