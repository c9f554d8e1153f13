"""Worker processes of this machine: a task whose worker died is handed out again.

Workers end with their parent, however it ends. A run that kills its worker again and again is found
out by playing the suspects alone, one run at a time.
"""

import contextlib
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import replace
from multiprocessing import resource_tracker

from experiments.crew import WorkersLost
from experiments.process import unheard
from experiments.task import Results, Task
from sim.compiled import cache_variables

Play = Callable[[Task, int], Results]
Stream = Iterator[tuple[Task, Results]]

_AHEAD = 3  # tasks handed out for each worker, so that none waits for the next
_SUSPECT = 2  # deaths of a task's worker, after which its runs are played alone
_GUILTY = 3  # deaths of a worker that played one run alone
_IDLE_SECONDS = 60
_FOREIGN = ("LOKY_PICKLER", "LOKY_MAX_CPU_COUNT", "LOKY_MAX_DEPTH")  # of other programs


def on_processes(tasks: Iterable[Task], seed: int, play: Play, workers: int) -> Stream:
    """Have worker processes play all tasks; raises ``WorkersLost`` when that cannot be."""
    waiting, deaths = list(tasks)[::-1], Counter[tuple[str, int]]()
    try:
        while waiting:
            pending: dict[Future, Task] = {}
            try:
                yield from handed_out(_executor(workers), waiting, pending, seed, play, workers)
            except BrokenExecutor:
                lost = list(pending.values())[::-1]
                deaths.update((task.name, task.runs[0]) for task in lost)
                suspects = [t for t in lost if deaths[t.name, t.runs[0]] >= _SUSPECT]
                waiting += [task for task in lost if task not in suspects]
                for task in suspects:
                    yield from _one_by_one(task, seed, play, workers)
    except BaseException:
        with contextlib.suppress(WorkersLost):
            _executor(workers).shutdown(wait=False, kill_workers=True)
        raise


def handed_out(
    executor: Executor, waiting: list[Task], pending: dict[Future, Task], seed: int,
    play: Play, workers: int,
) -> Stream:  # fmt: skip
    """Hand out the tasks of ``waiting``, last first; those in ``pending`` are under way."""
    while waiting or pending:
        while waiting and len(pending) < _AHEAD * workers:
            with unheard():
                pending[executor.submit(play, waiting[-1], seed)] = waiting[-1]
            waiting.pop()
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            results = future.result()
            yield pending.pop(future), results


def _one_by_one(task: Task, seed: int, play: Play, workers: int) -> Stream:
    for k in task.runs:
        alone = replace(task, runs=(k,))
        yield alone, _played_alone(alone, seed, play, workers)


def _played_alone(alone: Task, seed: int, play: Play, workers: int) -> Results:
    deaths = Counter[str]()
    while max(deaths.values(), default=0) < _GUILTY:
        executor, step = _executor(workers), "start"
        try:
            with unheard():
                executor.submit(os.getpid).result()
            step = "run"
            return executor.submit(play, alone, seed).result()
        except BrokenExecutor as broken:
            deaths[step] += 1
            how = _how(broken)
    if deaths["start"] == _GUILTY:
        raise WorkersLost(f"worker processes die as they start{how}")
    raise WorkersLost(
        f"its worker died each time, also when it played nothing else{how}: an agent that ends its "
        "process does that (PYTHONFAULTHANDLER=1 shows where), or too little memory",
        alone.name, alone.runs[0],
    )  # fmt: skip


def _how(broken: BrokenExecutor) -> str:
    """The exit codes of the workers, out of all that loky says."""
    codes = re.search(r"exit codes of the workers are \{(.*?)\}", str(broken))
    return f" ({codes[1]})" if codes else ""


def _executor(workers: int) -> Executor:
    """The workers, which keep what they have loaded from one call to the next."""
    for name in _FOREIGN:
        os.environ.pop(name, None)
    from loky import get_reusable_executor

    resource_tracker.ensure_running()  # its start would make the signals heard again
    quiet = {"PYTHONFAULTHANDLER": os.environ.get("PYTHONFAULTHANDLER", "")}
    try:
        with unheard():
            return get_reusable_executor(
                max_workers=workers, timeout=_IDLE_SECONDS, env=cache_variables() | quiet,
                initializer=_end_with, initargs=(os.getpid(),),
            )  # fmt: skip
    except OSError as error:
        raise WorkersLost(f"no worker process can be started here ({error}): with --workers 1 this "
                          "process plays alone") from error  # fmt: skip


def _end_with(parent: int) -> None:
    """End this process within a second of its parent's end, whatever it is doing."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
