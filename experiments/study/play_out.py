"""A plan is played into its folder, to its end or until something stops it.

Whatever stops it (Ctrl-C, a full disk, a kill), the same call goes on from what the folder holds
and ends with the same bytes. Only how long it took is kept elsewhere, in ``session.json``.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from experiments.design.plan import Plan
from experiments.measures import BOTH_SIDES
from experiments.play.faults import Stopped
from experiments.play.process import interruptible
from experiments.play.task import Failure, Task
from experiments.play.workers import Workers
from experiments.store.files import Damaged
from experiments.store.parts import Parts
from experiments.store.rows import Played
from experiments.study.draws import keep_draws
from experiments.study.folder import StudyFolder
from experiments.study.stopping import Tally, targets
from sim.outcome.columns import Row
from sim.outcome.outcome import Outcome

_SECONDS_A_PART = 10.0  # what a killed process loses at most, beside the runs under way
_RUNS_A_PART = 5_000
_TASKS_AT_ONCE = 20_000  # that are made before any of them is played


@dataclass(frozen=True)
class Progress:
    """How far a study is, for whoever shows it: runs wanted so far, done, and done here."""

    wanted: int
    done: int
    done_now: int
    tally: Tally


Show = Callable[[Progress], None]


def tally_of(plan: Plan, parts: Parts, *, failures: bool = True) -> Tally:
    """The runs that a folder holds, with those that failed unless they are left out."""
    measure = plan.stops_by
    columns = [f"{measure}_{side}" for side in ("north", "south")]
    columns = columns if measure in BOTH_SIDES else [measure]
    tally = Tally(measure)
    for row in parts.table("failures", ["arm", "run"]).to_pylist() if failures else ():
        tally.add(row["arm"], row["run"], None)
    for batch in parts.batches("runs", ["arm", "run", "days", *columns]):
        for row in batch.to_pylist():
            tally.add(row["arm"], row["run"], row)
    return tally


def missing(plan: Plan, tally: Tally) -> int:
    """How many runs the plan still asks for, as far as what was played tells."""
    return _lacking(targets(plan, tally), tally)


def _lacking(wanted: Mapping[str, int], tally: Tally) -> int:
    return sum(not tally.has(arm, k) for arm, runs in wanted.items() for k in range(runs))


def play_out(
    study: StudyFolder,
    workers: Workers,
    agents: Mapping[str, Mapping[str, type]],
    show: Show = lambda _: None,
    *,
    failed: bool = False,
) -> list[Damaged]:
    """Play all that a study asks for and its folder lacks, then compact the results.

    ``agents``: classes by arm. ``failed``: runs that raised an exception are played again. Returns
    the files that were damaged, whose runs were played again too. Raises KeyboardInterrupt
    (``Stopped`` for a signal), ``WorkersLost``, ``EnvironmentFault``, and OSError where the disk
    refuses; whatever is raised, the runs in the folder stay and the next call goes on.
    """
    plan, parts = study.plan, study.parts
    damaged = parts.open()
    if failed and parts.rows("failures"):
        parts.reopen()
    if not parts.complete:
        tally = tally_of(plan, parts, failures=not failed)
        before, wanted = tally.played(), targets(plan, tally)
        while tasks := list(islice(_missing(plan, wanted, tally, agents, workers), _TASKS_AT_ONCE)):
            _play(parts, tally, tasks, tally.played() + _lacking(wanted, tally), before, workers, show)
            wanted = targets(plan, tally)
        parts.compact(list(plan.arms))
    keep_draws(study)
    return damaged


def _missing(
    plan: Plan, wanted: Mapping[str, int], tally: Tally, agents: Mapping[str, Any], workers: Workers
) -> Iterator[Task]:
    """The tasks that are left of the runs that are wanted of each arm, all arms in turn."""
    size = workers.runs_a_task(sum(wanted.values()) - tally.played())
    for first in range(0, max(wanted.values()), size):
        for name, runs in wanted.items():
            last = min(first + size, runs)
            left = [k for k in range(first, last) if not tally.has(name, k)]
            if left:
                yield Task(name, plan.arms[name].case, plan.seed, tuple(left), dict(agents.get(name, {})))


def _play(
    parts: Parts, tally: Tally, tasks: list[Task], wanted: int, before: int, workers: Workers, show: Show
) -> None:
    seed = tasks[0].seed
    waiting: list[Played] = []
    written = time.monotonic()
    with interruptible() as asked, closing(workers.play(tasks)) as stream:
        try:
            for task, outcomes in stream:
                for k, found in outcomes.items():
                    waiting.append((task.name, k, found))
                    tally.add(task.name, k, _row(found))
                show(Progress(wanted, tally.played(), tally.played() - before, tally))
                if asked():
                    raise Stopped(asked())
                late = time.monotonic() - written > _SECONDS_A_PART
                if late or len(waiting) >= _RUNS_A_PART:
                    parts.add(waiting, seed)
                    waiting, written = [], time.monotonic()
        finally:
            if waiting:
                parts.add(waiting, seed)


def _row(found: Outcome | Failure) -> Row | None:
    return None if isinstance(found, Failure) else found.row
