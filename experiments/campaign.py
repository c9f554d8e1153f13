"""A campaign: a plan played into a folder, to its end or until something stops it.

Whatever stops it (Ctrl-C, a full disk, a kill), the same call goes on from what the folder holds
and ends with the same bytes. Only how long it took is kept elsewhere, in ``session.json``.
"""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from experiments.crew import Crew
from experiments.files import Damaged
from experiments.folders import StudyFolder
from experiments.measures import BOTH_SIDES
from experiments.parts import Parts, Played
from experiments.plan import Plan
from experiments.playing import played
from experiments.process import interruptible
from experiments.stopping import Tally, targets
from experiments.task import RUNS_A_TASK, Failure, Task
from sim.outcome import Outcome

_SECONDS_A_PART = 10.0  # what a killed process loses at most, beside the runs under way
_RUNS_A_PART = 5_000


@dataclass(frozen=True)
class Progress:
    """How far a campaign is, for whoever shows it: runs wanted so far, done, and done here."""

    wanted: int
    done: int
    done_now: int
    tally: Tally


Show = Callable[[Progress], None]


class Interrupted(Exception):  # noqa: N818
    """Somebody asked to stop, by a signal; everything that was played is kept."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.code = 128 + signum


def tally_of(plan: Plan, parts: Parts, *, failures: bool = True) -> Tally:
    """The runs that a folder holds, with those that failed unless they are left out."""
    measure = plan.estimate[0]
    columns = [f"{measure}_{side}" for side in ("north", "south")]
    columns = columns if measure in BOTH_SIDES else [measure]
    tally = Tally(measure)
    for row in parts.table("failures", ["arm", "run"]).to_pylist() if failures else ():
        tally.add(row["arm"], row["run"], None)
    for batch in parts.table("runs", ["arm", "run", "days", *columns]).to_batches():
        for row in batch.to_pylist():
            tally.add(row["arm"], row["run"], row)
    return tally


def missing(plan: Plan, tally: Tally) -> int:
    """How many runs the plan still asks for, as far as what was played tells."""
    return sum(not tally.has(arm, k) for arm, runs in targets(plan, tally).items()
               for k in range(runs))  # fmt: skip


def play_out(
    study: StudyFolder, crew: Crew, agents: Mapping[str, Mapping[str, type]],
    show: Show = lambda _: None, *, failed: bool = False,
) -> list[Damaged]:  # fmt: skip
    """Play all that a study asks for and its folder lacks, then compact the results.

    ``agents``: classes by arm. ``failed``: runs that raised an exception are played again. Returns
    the files that were damaged, whose runs were played again too. Raises ``Interrupted``,
    ``WorkersLost``, ``EnvironmentFault``, and OSError where the disk refuses; whatever is raised,
    the runs in the folder stay and the next call goes on.
    """
    plan, parts = study.plan, study.parts
    damaged = parts.open()
    if failed and parts.rows("failures"):
        parts.reopen()
    if not parts.complete:
        tally = tally_of(plan, parts, failures=not failed)
        while tasks := list(_missing(plan, tally, agents)):
            _play(plan, parts, tally, tasks, crew, show)
        parts.compact(list(plan.arms))
    return damaged


def _missing(plan: Plan, tally: Tally, agents: Mapping[str, Any]) -> Iterator[Task]:
    """The tasks that are left before the next look, all arms in turn."""
    wanted = targets(plan, tally)
    for first in range(0, max(wanted.values()), RUNS_A_TASK):
        for name, runs in wanted.items():
            last = min(first + RUNS_A_TASK, runs)
            left = [k for k in range(first, last) if not tally.has(name, k)]
            if left:
                yield Task(name, plan.arms[name].case, tuple(left), dict(agents.get(name, {})))


def _play(
    plan: Plan, parts: Parts, tally: Tally, tasks: list[Task], crew: Crew, show: Show
) -> None:
    before = tally.played()
    wanted = before + sum(len(task.runs) for task in tasks)
    waiting: list[Played] = []
    written = time.monotonic()
    with interruptible() as asked, closing(played(tasks, plan.seed, crew)) as stream:
        try:
            for task, results in stream:
                for k, result in results.items():
                    waiting.append((task.name, k, result))
                    tally.add(task.name, k, _row(result))
                show(Progress(wanted, tally.played(), tally.played() - before, tally))
                if asked():
                    raise Interrupted(asked())
                late = time.monotonic() - written > _SECONDS_A_PART
                if late or len(waiting) >= _RUNS_A_PART:
                    parts.add(waiting, plan.seed)
                    waiting, written = [], time.monotonic()
        except KeyboardInterrupt as stopped:
            raise Interrupted(getattr(stopped, "signum", signal.SIGINT)) from None
        finally:
            if waiting:
                parts.add(waiting, plan.seed)


def _row(result: Outcome | Failure) -> dict[str, Any] | None:
    return None if isinstance(result, Failure) else result.row
