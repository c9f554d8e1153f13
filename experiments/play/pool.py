"""Worker processes of this machine: a task whose worker died is handed out again.

Workers end with their parent, however it ends. A run that kills its worker again and again is found
out by playing the suspects alone, one run at a time.
"""

import contextlib
import os
import queue
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from experiments.play.faults import WorkersLost
from experiments.play.process import unheard
from sim.compiled import cache_variables

if TYPE_CHECKING:

    class LokyExecutor(Executor):
        """What an executor of loky can do beside."""

        def shutdown(
            self, wait: bool = True, *, cancel_futures: bool = False, kill_workers: bool = False
        ) -> None:
            """Stop, if need be in the middle of the work."""


class Work(Protocol):
    """What workers can be handed: some runs, by their numbers, that can be played each alone."""

    @property
    def name(self) -> str:
        """What it belongs to."""
        ...

    @property
    def runs(self) -> Sequence[int]:
        """The numbers of its runs."""
        ...

    def alone(self, k: int) -> Self:
        """The same with run ``k`` only."""
        ...


W = TypeVar("W", bound=Work)
R = TypeVar("R")
Play = Callable[[W], R]
Stream = Generator[tuple[W, R], None, None]

AHEAD = 3  # tasks handed out for each worker, so that none waits for the next
_SUSPECT = 2  # deaths of a task's worker, after which its runs are played alone
_GUILTY = 3  # deaths of a worker that played one run alone
_IDLE_SECONDS = 60
_STANDSTILL_SECONDS = 5.0
_FOREIGN = ("LOKY_PICKLER", "LOKY_MAX_CPU_COUNT", "LOKY_MAX_DEPTH")  # of other programs


def on_processes(tasks: Iterable[W], play: Play[W, R], workers: int) -> Stream[W, R]:
    """Have worker processes play all tasks; raises ``WorkersLost`` when that cannot be."""
    waiting, deaths = list(tasks)[::-1], Counter[tuple[str, int]]()
    try:
        while waiting:
            pending: dict[Future[R], W] = {}
            try:
                yield from handed_out(_executor(workers), waiting, pending, play, lambda: AHEAD * workers)
            except BrokenExecutor:
                lost = list(pending.values())[::-1]
                deaths.update((task.name, task.runs[0]) for task in lost)
                suspects = [t for t in lost if deaths[t.name, t.runs[0]] >= _SUSPECT]
                waiting += [task for task in lost if task not in suspects]
                for task in suspects:
                    yield from _one_by_one(task, play, workers)
    except BaseException:
        with contextlib.suppress(WorkersLost):
            _executor(workers).shutdown(wait=False, kill_workers=True)
        raise


class Hands(Protocol[W, R]):
    """Who takes work, and promises what will come of it."""

    def submit(self, play: Play[W, R], work: W, /) -> Future[R]:
        """Take a piece of work."""
        ...


def handed_out(
    hands: Hands[W, R],
    waiting: list[W],
    pending: dict[Future[R], W],
    play: Play[W, R],
    ahead: Callable[[], int],
    at_standstill: Callable[[], None] = lambda: None,
) -> Stream[W, R]:
    """Hand out the tasks of ``waiting``, last first; those in ``pending`` are under way.

    ``ahead`` tells how many may be under way at once; ``at_standstill`` is called whenever no task has ended
    for some seconds. What has ended tells so itself: looking at all that are under way, of hundreds, would
    cost more than handing them out.
    """
    ended = queue.SimpleQueue[Future[R]]()
    for future in list(pending):
        future.add_done_callback(ended.put)
    while waiting or pending:
        while waiting and len(pending) < ahead():
            with unheard():
                future = hands.submit(play, waiting[-1])
                pending[future] = waiting.pop()
            future.add_done_callback(ended.put)
        try:
            future = ended.get(timeout=_STANDSTILL_SECONDS)
        except queue.Empty:
            at_standstill()
            continue
        outcomes = future.result()
        yield pending.pop(future), outcomes


def _one_by_one(task: W, play: Play[W, R], workers: int) -> Stream[W, R]:
    for k in task.runs:
        alone = task.alone(k)
        yield alone, _played_alone(alone, play, workers)


def _played_alone(alone: W, play: Play[W, R], workers: int) -> R:
    deaths = Counter[str]()
    while max(deaths.values(), default=0) < _GUILTY:
        executor, step = _executor(workers), "start"
        try:
            with unheard():
                executor.submit(os.getpid).result()
            step = "run"
            return executor.submit(play, alone).result()
        except BrokenExecutor as broken:
            deaths[step] += 1
            how = _how(broken)
    if deaths["start"] == _GUILTY:
        raise WorkersLost(f"worker processes die as they start{how}")
    raise WorkersLost(
        f"its worker died each time, also when it played nothing else{how}: an agent that ends its "
        "process does that (PYTHONFAULTHANDLER=1 shows where), or too little memory",
        alone.name,
        alone.runs[0],
    )


def _how(broken: BrokenExecutor) -> str:
    """The exit codes of the workers, out of all that loky says."""
    codes = re.search(r"exit codes of the workers are \{(.*?)\}", str(broken))
    return f" ({codes[1]})" if codes else ""


def _executor(workers: int) -> "LokyExecutor":
    """The workers, which keep what they have loaded from one call to the next."""
    for name in _FOREIGN:
        os.environ.pop(name, None)
    from loky import get_reusable_executor

    resource_tracker.ensure_running()  # its start would make the signals heard again
    quiet = {"PYTHONFAULTHANDLER": os.environ.get("PYTHONFAULTHANDLER", "")}
    try:
        with unheard():
            executor: LokyExecutor = get_reusable_executor(
                max_workers=workers,
                timeout=_IDLE_SECONDS,
                env=cache_variables() | quiet,
                initializer=_begin,
                initargs=(os.getpid(),),
            )
            return executor
    except OSError as error:
        raise WorkersLost(
            f"no worker process can be started here ({error}): with --workers 1 this process plays "
            "alone, if no agents of one's own take part"
        ) from error


def _begin(parent: int) -> None:
    with contextlib.suppress(OSError):  # stderr may be closed
        os.dup2(2, 1)  # what an agent prints is no part of what the command answers
    _end_with(parent)


def _end_with(parent: int) -> None:
    """End this process within a second of its parent's end, whatever it is doing."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
