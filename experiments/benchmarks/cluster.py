"""What a cluster costs beside playing: ``python -m experiments.benchmarks.cluster [--quick] [--json]``.

A scheduler and two workers as processes of this machine. What tasks and outcomes cost the process that
writes, and the scheduler, is taken from the seconds of processor time of each, which others on the machine
do not lengthen by much: a part for each task, and a part for each run in it. Of that, and of what writing
costs, a projection is made: 10 million runs on 100 workers, and how many workers one study can feed.
Nothing here is asserted in a test.
"""

import logging
import pickle
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil  # comes with distributed

from experiments.benchmarks import canned
from experiments.benchmarks.measured import Figure, clocked, figure, run
from experiments.play.cluster import cluster_problem, on_cluster
from experiments.play.surroundings import Surroundings
from experiments.play.task import RUNS_A_TASK, Outcomes, Task, play_task
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers
from experiments.store.parts import Parts
from experiments.store.rows import Played
from experiments.study.stopping import Tally
from sim.scenario.case import Case
from sim.scenario.loading import load_case

SEED, ARM = 1, "baseline"
RUNS, WORKERS = 10_000_000, 100  # of the projection
PART = 5_000  # runs of a part, as a long study writes them
LINK = 125e6  # bytes a second: a network of 1 Gbit/s
HOUR = 3600.0


@dataclass(frozen=True)
class Cost:
    """What is paid for each task, and for each run in it: seconds of a process."""

    task: float
    run: float

    def of(self, tasks: float, runs: float) -> float:
        """Seconds for so many."""
        return tasks * self.task + runs * self.run


@dataclass(frozen=True)
class Measured:
    """What the projection is made of: seconds of a core a run where not said otherwise."""

    playing: float
    parent: Cost
    scheduler: Cost
    writing: float
    compacting: float
    sent: float  # bytes that come back, a run
    memory: float  # bytes of the parent, a run


class Cluster:
    """A scheduler and workers under way, and what their processes have taken."""

    def __init__(self, address: str, scheduler: int, case: Case) -> None:
        self.address, self.case = address, case
        self.wanted = Surroundings.of([case])
        self._parent, self._scheduler = psutil.Process(), psutil.Process(scheduler)

    def costs(self, play: Callable[[Task], Outcomes], tasks: int, runs: int) -> tuple[float, float, float]:
        """Seconds of the parent, of the scheduler, and by the clock, for so many tasks of so many runs."""
        waiting = [Task(ARM, self.case, SEED, range(i * runs, (i + 1) * runs)) for i in range(tasks)]
        before, started = (_seconds(self._parent), _seconds(self._scheduler)), time.perf_counter()
        for _ in on_cluster(waiting, play, self.address, self.wanted):
            pass
        clock = time.perf_counter() - started
        return _seconds(self._parent) - before[0], _seconds(self._scheduler) - before[1], clock


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def cluster(case: Case) -> Iterator[Cluster]:
    """A scheduler and two workers, each a process; a task of each kind has been played."""
    from distributed.deploy.subprocess import SubprocessCluster

    with SubprocessCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        worker_class="distributed.Worker",
        silence_logs=logging.CRITICAL,
    ) as own:
        under_way = Cluster(own.scheduler_address, own.scheduler.process.pid, case)
        under_way.costs(canned.outcomes, 20, RUNS_A_TASK)
        yield under_way


def travelling(case: Case, repeats: int, tasks: int) -> tuple[list[Figure], Cost, Cost]:
    """What the way there and back costs the parent and the scheduler."""
    long = Workers(None, "").runs_a_task(RUNS)
    with cluster(case) as under_way:
        asks = partial(cluster_problem, under_way.address, [case])
        asked = [clocked(asks) for _ in range(repeats)]
        empty = [under_way.costs(canned.nothing, tasks, 1) for _ in range(repeats)]
        full = [under_way.costs(canned.outcomes, max(1, tasks // long), long) for _ in range(repeats)]
    n = max(1, tasks // long)
    a_task = [[1e3 * each[who] / tasks for each in empty] for who in range(3)]
    a_run = [
        [(1e3 * one[who] / n - few) / long for one, few in zip(full, a_task[who], strict=True)]
        for who in range(3)
    ]
    figures = [
        figure("asking workers for versions", "s", asked),
        figure("parent, a task", "ms", a_task[0]),
        figure("scheduler, a task", "ms", a_task[1]),
        figure("empty tasks a second", "", [1e3 / ms for ms in a_task[2]]),
        figure("parent, an outcome", "ms", a_run[0]),
        figure("scheduler, an outcome", "ms", a_run[1]),
    ]
    parent, scheduler = (
        Cost(figures[1 + who].median / 1e3, max(0.0, figures[4 + who].median / 1e3)) for who in range(2)
    )
    return figures, parent, scheduler


def writing(few: Outcomes, repeats: int, runs: int) -> tuple[list[Figure], float, float, float]:
    """What it costs to keep runs in parts, to put parts together, and to know which runs there are."""
    found = list(few.values())
    kept: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        parts, tally = Parts(Path(folder)), Tally("expected_clashes")
        parts.open()
        for first in range(0, repeats * runs, runs):
            played: list[Played] = [(ARM, k, found[k % len(found)]) for k in range(first, first + runs)]
            kept.append(1e3 * clocked(partial(_keep, parts, tally, played), time.process_time) / runs)
        compacting = 1e3 * clocked(lambda: parts.compact([ARM]), time.process_time) / (repeats * runs)
        size = sum(path.stat().st_size for path in Path(folder).glob("*.parquet")) / (repeats * runs)
        memory = _memory(Path(folder), found, runs)
    figures = [
        figure("writing, a run", "ms", kept),
        figure("putting parts together, a run", "ms", [compacting]),
        figure("kept on disk, a run", "kB", [size / 1e3]),
        figure("memory of the parent, a run", "bytes", [memory]),
    ]
    return figures, figures[0].median / 1e3, compacting / 1e3, memory


def _keep(parts: Parts, tally: Tally, played: list[Played]) -> None:
    for arm, k, found in played:
        tally.add(arm, k, found.row)  # type: ignore[union-attr]  # none of these failed
    parts.add(played, SEED)


def _memory(folder: Path, found: list, runs: int) -> float:
    """Bytes that stay with the parent for each run that it has kept."""
    parts, tally = Parts(folder / "again"), Tally("expected_clashes")
    parts.folder.mkdir()
    parts.open()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for first in range(0, runs, runs // 2):
        _keep(parts, tally, [(ARM, k, found[k % len(found)]) for k in range(first, first + runs // 2)])
    stays = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return stays / runs


def measure(quick: bool) -> list[Figure]:
    """Every figure, in the order in which it is printed."""
    compile_once(lambda text: print(text, file=sys.stderr))
    repeats, tasks, part, days = (1, 130, 200, 60) if quick else (3, 3_000, PART, 365)
    case = load_case("baseline", days=days)
    play_task(Task(ARM, case, SEED, (0,)))
    eights = [Task(ARM, case, SEED, range(8 * i, 8 * i + 8)) for i in range(repeats)]
    bare = [1e3 * clocked(partial(play_task, each), time.process_time) / 8 for each in eights]
    few = play_task(Task(ARM, case, SEED, range(64)))
    sent = len(pickle.dumps(few)) / len(few)
    task = len(pickle.dumps(Task(ARM, case, SEED, range(RUNS_A_TASK))))
    figures, parent, scheduler = travelling(case, repeats, tasks)
    written, a_run, compacting, memory = writing(few, repeats, part)
    before = [
        figure("a run", "ms", bare),
        figure(f"a task of {RUNS_A_TASK} runs, there", "kB", [task / 1e3]),
        figure("an outcome, back", "kB", [sent / 1e3]),
    ]
    measured = Measured(before[0].median / 1e3, parent, scheduler, a_run, compacting, sent, memory)
    return before + figures + written + projection(measured)


def projection(its: Measured, runs: int = RUNS, workers: int = WORKERS) -> list[Figure]:
    """Hours that so many runs take so many workers, the scheduler, the network and the parent.

    These four work at the same time, so that the longest of them counts; the parts are put together then.
    """
    tasks = runs / Workers(None, "").runs_a_task(runs)
    hours = {
        f"{workers} workers play": runs * its.playing / workers,
        "the scheduler hands on": its.scheduler.of(tasks, runs),
        "1 Gbit/s carries": runs * its.sent / LINK,
        "the parent takes and writes": its.parent.of(tasks, runs) + runs * its.writing,
    }
    hours = {name: seconds / HOUR for name, seconds in hours.items()}
    last = runs * its.compacting / HOUR
    a_run = its.parent.of(tasks, runs) / runs + its.writing
    return [
        *(figure(f"{runs / 1e6:.0f} M runs: {name}", "h", [each]) for name, each in hours.items()),
        figure("and puts together at the end", "h", [last]),
        figure("in all", "h", [max(hours.values()) + last]),
        figure("memory of the parent", "GB", [runs * its.memory / 1e9]),
        figure("workers that the parent can feed", "", [its.playing / a_run]),
    ]


if __name__ == "__main__":
    run(__doc__, measure)
