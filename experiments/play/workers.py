"""Who plays, on how many cores: processes of this machine, or a cluster."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from experiments.play.cluster import cluster_problem, on_cluster
from experiments.play.pool import Play, R, Stream, W, on_processes
from experiments.play.surroundings import Surroundings
from experiments.play.task import RUNS_A_TASK, Outcomes, Task, play_task
from sim.documents import refuse
from sim.scenario.case import Case

_CGROUPS = Path("/sys/fs/cgroup")
# On a cluster a task costs its way through the scheduler, some milliseconds however much it holds.
_RUNS_A_LONG_TASK = 64  # seconds of work
_MANY_TASKS = 20_000  # with fewer, workers would end at different times


@dataclass(frozen=True)
class Workers:
    """So many processes here (1: this one; None: one a core), or a running ``distributed`` scheduler.

    Raises ``BadInput`` for both.
    """

    processes: int | None = None
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.processes is not None and self.scheduler is not None:
            message, allowed = "a scheduler has workers of its own", "one of the two"
            refuse("--workers", message, found=str(self.processes), allowed=allowed)

    @property
    def count(self) -> int:
        """How many processes there are on this machine."""
        return self.processes or cores()

    def runs_a_task(self, runs: int) -> int:
        """How many runs a task has at most, where so many are to be played; no result depends on it."""
        if self.scheduler is None:
            return RUNS_A_TASK
        return min(_RUNS_A_LONG_TASK, max(RUNS_A_TASK, runs // _MANY_TASKS))

    def refuse_out_of_reach(self, cases: Iterable[Case]) -> None:
        """Raise ``BadInput`` for a scheduler that is not there, or on which these cases cannot be played."""
        if self.scheduler is not None and (problem := cluster_problem(self.scheduler, cases)):
            refuse("--scheduler", problem, found=self.scheduler)

    def work_through(self, tasks: Iterable[W], play: Play[W, R], cases: Iterable[Case]) -> Stream[W, R]:
        """Have any work on these cases done by other processes; raises what ``play`` raises."""
        if self.scheduler is not None:
            return on_cluster(tasks, play, self.scheduler, Surroundings.of(cases))
        return on_processes(tasks, play, self.count)

    def play(self, tasks: Iterable[Task]) -> Stream[Task, Outcomes]:
        """Play all tasks, each run exactly once, and yield them in the order in which they finish.

        Code of somebody else's agents never plays in this process, which it could end, or lead to
        another folder. Raises ``WorkersLost`` when workers keep dying, ``UnlikeWorker``, and
        ``EnvironmentFault``; whatever is raised, and an interrupt too, stops the workers.
        """
        tasks = list(tasks)
        apart = self.count > 1 or any(task.agents for task in tasks)
        if self.scheduler is not None:
            cases = {id(task.case): task.case for task in tasks}.values()
            yield from on_cluster(tasks, play_task, self.scheduler, Surroundings.of(cases))
        elif apart and not multiprocessing.current_process().daemon:
            yield from on_processes(tasks, play_task, self.count)
        else:  # a daemonic process may have no children
            for task in tasks:
                yield task, play_task(task)


def apart(work: W, play: Play[W, R]) -> Stream[W, R]:
    """Have work in which code of somebody else's agents takes part played in a process of its own.

    Raises what ``Workers.play`` raises.
    """
    if multiprocessing.current_process().daemon:
        yield work, play(work)
    else:
        yield from on_processes([work], play, 1)


def cores() -> int:
    """How many cores this process may use: by its affinity, and by the quota of its control groups.

    A quota of 2.5 cores counts as 3 (https://docs.kernel.org/admin-guide/cgroup-v2.html, cpu.max).
    """
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        lines = []
    quotas = [quota for line in lines for quota in _quotas(*line.split(":", 2)[1:])]
    return max(1, min([_cores_of_this_process(), *quotas]))


def _cores_of_this_process() -> int:
    """By its affinity, which macOS does not tell."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas(controllers: str, path: str) -> Iterator[int]:
    """The quotas, in whole cores, of a control group and of those that it lies in."""
    if controllers and "cpu" not in controllers.split(","):
        return
    group = _CGROUPS / ("cpu" if controllers else "") / path.lstrip("/")
    for place in (group, *group.parents):
        if not place.is_relative_to(_CGROUPS):
            return
        try:
            if controllers:
                names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
                quota, period = ((place / name).read_text() for name in names)
            else:
                quota, period = (place / "cpu.max").read_text().split()
            if int(quota) > 0:
                yield -(-int(quota) // int(period))
        except (OSError, ValueError):  # not mounted here, or `max`
            continue
