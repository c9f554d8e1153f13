"""Playing runs: by this process, by worker processes, or by a cluster, with the same results.

Run ``k`` of a seed is luck ``k % 2`` in world ``k // 2``: each world is played twice, so that the
variance between worlds and that between lucks can be told apart. All workers speak through
``concurrent.futures``; a task whose worker died is handed out again.
"""

import contextlib
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field

from experiments.cluster import connected
from experiments.crew import Crew, WorkersLost
from sim.case import Case
from sim.compiled import is_cached, mark_cached, survive_bad_cache
from sim.model import DmzModel
from sim.outcome import Outcome, outcome
from sim.scenario import load_case

LUCKS = 2
RUNS_A_TASK = 4  # about half a second of work, so that handing them out costs nothing
_AHEAD = 3  # tasks handed out for each worker, so that none waits for the next
_MOST_BREAKS = 5  # deaths of workers in a row, without a task done between, before giving up
_WARM_UP = (
    "days=2", "clock.warmup_days=1", "space.length_km=20", "north.watch.posts=20",
    "south.watch.posts=20", "north.works.slots=5", "north.works.first_month=1",
    "south.watch.looks_per_hour=60", "south.watch.margin_m=0", "north.conduct.attack_intercept=2",
    "mines.strikes_per_km=0.1", "south.stray.per_post_year=0.1", "survey.km_per_week=5",
    "survey.first_month=1", "survey.last_month=12",
)  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """A run that raised an exception: ``error`` in a line, and its traceback."""

    error: str
    traceback: str


@dataclass(frozen=True)
class Task:
    """Some runs of a case, by their numbers, with the agents that it names."""

    name: str
    case: Case = field(repr=False)
    runs: Sequence[int]
    agents: Mapping[str, type] = field(default_factory=dict, repr=False)


Results = dict[int, Outcome | Failure]


def play(case: Case, k: int, seed: int, agents: Mapping[str, type] | None = None) -> DmzModel:
    """Run ``k`` of a seed, played to its end."""
    return DmzModel(case, seed=seed, world=k // LUCKS, luck=k % LUCKS, agents=agents).run()


def play_task(task: Task, seed: int) -> Results:
    """The outcomes of a task by run number; an exception of one run does not stop the others."""
    return {k: _outcome_or_failure(task, k, seed) for k in task.runs}


def _outcome_or_failure(task: Task, k: int, seed: int) -> Outcome | Failure:
    try:
        model = play(task.case, k, seed, task.agents)
        try:
            return outcome(model)
        finally:
            model.dismiss()
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}", traceback.format_exc())


def played(tasks: Iterable[Task], seed: int, crew: Crew) -> Iterator[tuple[Task, Results]]:
    """Play all tasks, each exactly once, and yield them in the order in which they finish.

    Raises ``WorkersLost`` when workers keep dying. An interrupt stops the workers.
    """
    if crew.scheduler is None and crew.workers <= 1:
        for task in tasks:
            yield task, play_task(task, seed)
        return
    yield from (_on_cluster if crew.scheduler else _on_processes)(tasks, seed, crew)


def _on_processes(tasks: Iterable[Task], seed: int, crew: Crew) -> Iterator[tuple[Task, Results]]:
    from loky import get_reusable_executor

    waiting, breaks = list(tasks)[::-1], 0
    while waiting:
        executor = get_reusable_executor(max_workers=crew.workers, timeout=60)
        pending: dict[Future, Task] = {}
        try:
            for task, results in _handed_out(executor, waiting, pending, seed, crew.workers):
                breaks = 0
                yield task, results
        except BrokenExecutor as broken:
            waiting += reversed(pending.values())
            breaks += 1
            if breaks >= _MOST_BREAKS:
                raise WorkersLost(f"{breaks} workers in a row died at work: {broken}") from broken
        except (KeyboardInterrupt, GeneratorExit):
            executor.shutdown(wait=False, kill_workers=True)
            raise


def _on_cluster(tasks: Iterable[Task], seed: int, crew: Crew) -> Iterator[tuple[Task, Results]]:
    with connected(crew.scheduler) as (executor, workers):
        yield from _handed_out(executor, list(tasks)[::-1], {}, seed, workers)


def _handed_out(
    executor: Executor, waiting: list[Task], pending: dict[Future, Task], seed: int, workers: int
) -> Iterator[tuple[Task, Results]]:
    """Hand out the tasks of ``waiting``, last first; those in ``pending`` are under way."""
    while waiting or pending:
        while waiting and len(pending) < _AHEAD * workers:
            task = waiting[-1]
            pending[executor.submit(play_task, task, seed)] = task
            waiting.pop()
        for future in wait(pending, return_when=FIRST_COMPLETED).done:
            results = future.result()
            yield pending.pop(future), results


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Gives a function that turns true at the first Ctrl-C; a second one interrupts at once.

    Python drops a KeyboardInterrupt that falls into a destructor or a library's callback, and a
    batch would go on for hours; a flag that is read between runs is never lost.
    """
    asked = False

    def note(signum: int, frame: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


def compile_once(say: Callable[[str], None]) -> None:
    """Compile what a run needs, and keep it on disk; says so when that takes a while."""
    if not is_cached():
        say("compiling the field kernel (once; about half a minute, kept for the next time) ...")
    problem = survive_bad_cache(
        lambda: DmzModel(load_case("baseline", assignments=_WARM_UP)).run()
    )
    if problem:
        say(problem)
    else:
        mark_cached()
