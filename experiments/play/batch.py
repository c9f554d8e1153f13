"""A batch: the runs of one case, by any number of workers, in the same order with the same bits."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from experiments.play.faults import Stopped
from experiments.play.process import interruptible
from experiments.play.task import RUNS_A_TASK, Failure, Task
from experiments.play.workers import Workers
from experiments.worlds import luck_of, world_of
from sim.outcome.columns import Row
from sim.outcome.outcome import Outcome
from sim.scenario.case import Case


@dataclass
class Batch:
    """The outcomes of a batch, by run number; ``planned`` runs were asked for.

    ``interrupted``: the signal that ended it early, 0 if none did.
    """

    case: Case
    seed: int
    planned: int
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    failures: dict[int, Failure] = field(default_factory=dict)
    interrupted: int = 0

    @property
    def in_order(self) -> list[tuple[int, Outcome]]:
        """(run, outcome) by run number."""
        return sorted(self.outcomes.items())

    def run_rows(self) -> list[Row]:
        """One row a run: which it was, and its figures."""
        return [{"run": k} | out.row for k, out in self.in_order]

    def incident_rows(self) -> list[Row]:
        """One row an incident of any run, with the run it belongs to."""
        return [
            {"run": k, "world": world_of(k), "luck": luck_of(k)} | row
            for k, out in self.in_order
            for row in out.incidents
        ]

    def tension(self) -> np.ndarray:
        """Tension at the start of each day, (runs, days, 2); nan after a run has ended."""
        days = max(out.tension.shape[0] for _, out in self.in_order)
        table = np.full((len(self.outcomes), days, 2), np.nan)
        for row, (_, out) in enumerate(self.in_order):
            table[row, : out.tension.shape[0]] = out.tension
        return table


def run_batch(
    case: Case,
    runs: int,
    *,
    seed: int = 1,
    workers: int | None = 1,
    agents: Mapping[str, type] | None = None,
    done: Callable[[Outcome | Failure], None] | None = None,
) -> Batch:
    """Play ``runs`` runs of ``case``, by ``workers`` processes (None: all cores), and return them.

    ``done`` is called after each run. A signal that asks to stop (Ctrl-C) ends the batch; what had
    finished is kept and ``interrupted`` is set. A run that raised an exception is among the
    ``failures``. Raises ``ValueError`` where nothing or nobody would play, ``WorkersLost`` and
    ``EnvironmentFault``.
    """
    if runs < 1 or (workers is not None and workers < 1):
        raise ValueError(f"runs and workers are 1 or more: {runs} runs, {workers} workers")
    batch = Batch(case, seed, runs)
    players = Workers(workers)
    size = RUNS_A_TASK if players.count > 1 else 1
    tasks = [
        Task(case.scenario.name, case, seed, range(first, min(first + size, runs)), dict(agents or {}))
        for first in range(0, runs, size)
    ]
    with interruptible() as asked:
        try:
            for _, outcomes in players.play(tasks):
                for k, found in outcomes.items():
                    _keep(batch, k, found)
                    if done is not None:
                        done(found)
                if asked():
                    raise Stopped(asked())
        except KeyboardInterrupt as stopped:
            batch.interrupted = getattr(stopped, "signum", signal.SIGINT)
    return batch


def _keep(batch: Batch, k: int, found: Outcome | Failure) -> None:
    if isinstance(found, Failure):
        batch.failures[k] = found
    else:
        batch.outcomes[k] = found
