"""Plays that cost nothing, so that what is left is the way there and back; a worker imports them."""

from copy import deepcopy
from dataclasses import replace

from experiments.play.task import Outcomes, Task, play_task

FEW = 4  # runs that are played, and stand for all others
_PLAYED: dict[str, Outcomes] = {}  # by the name of a task


def nothing(task: Task) -> Outcomes:
    """No run is played, and nothing comes back."""
    return {}


def outcomes(task: Task) -> Outcomes:
    """Outcomes as large as real ones: those of the first few runs, which a process plays once, in turn."""
    if task.name not in _PLAYED:
        _PLAYED[task.name] = play_task(replace(task, runs=task.runs[:FEW]))
    few = list(_PLAYED[task.name].values())
    return {k: deepcopy(few[i % len(few)]) for i, k in enumerate(task.runs)}  # pickle would send one once
