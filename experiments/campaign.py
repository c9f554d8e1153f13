"""A campaign: a plan played into a folder, to its end or until something stops it.

Whatever stops it (Ctrl-C, a full disk, a kill), the same call goes on from what the folder holds
and ends with the same bytes. Only how long it took is kept elsewhere, in ``session.json``.
"""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.crew import Crew
from experiments.measures import BOTH_SIDES
from experiments.parts import Parts, Played
from experiments.plan import Plan
from experiments.playing import RUNS_A_TASK, Failure, Task, played
from experiments.process import interruptible
from experiments.stopping import Tally, targets
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


def tally_of(plan: Plan, parts: Parts) -> Tally:
    """The runs that a folder holds, those that failed too."""
    measure = plan.estimate[0]
    columns = [f"{measure}_{side}" for side in ("north", "south")]
    columns = columns if measure in BOTH_SIDES else [measure]
    tally = Tally(measure)
    for row in parts.table("runs", ["arm", "run", "days", *columns]).to_pylist():
        tally.add(row["arm"], row["run"], row)
    for row in parts.table("failures", ["arm", "run"]).to_pylist():
        tally.add(row["arm"], row["run"], None)
    return tally


def play_out(
    plan: Plan, folder: Path, crew: Crew, agents: Mapping[str, Mapping[str, type]],
    show: Show = lambda _: None,
) -> None:  # fmt: skip
    """Play all that ``plan`` asks for and ``folder`` lacks, then compact the results.

    ``agents``: classes by arm. Raises ``Interrupted``, ``WorkersLost``, and OSError where the disk
    refuses; whatever is raised, the runs in the folder stay and the next call goes on.
    """
    parts = Parts(folder)
    if not parts.complete:
        parts.open()
        tally = tally_of(plan, parts)
        while tasks := list(_missing(plan, tally, agents)):
            _play(plan, parts, tally, tasks, crew, show)
    parts.compact(list(plan.arms))


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
