"""How long runs take on this machine: what a study would take, and how many runs some minutes allow."""

import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from experiments.design.plan import Plan
from experiments.play.task import Task
from experiments.play.workers import Workers
from experiments.store.parts import Parts
from experiments.store.rows import Played
from experiments.store.tables import ArmColumns
from experiments.study.code import Agents
from experiments.wording import many, number
from experiments.worlds import LUCKS, whole_worlds

_ARMS, _SECONDS = 12, 8.0  # arms that are played to find out, for so long at least
_SHARE = 1 / 8  # of the time that is to be spent, at most, goes into finding out
_RUNS = 1_000  # of each of them, at most
_EFFICIENCY = 0.93  # of several workers on the cores of one machine, seen
_PICTURES = 6e6  # bytes of pictures and report, seen


@dataclass(frozen=True)
class Pace:
    """What one run takes: seconds of one core, and bytes."""

    seconds: float
    size: float

    def seconds_of(self, runs: int, workers: int) -> float:
        """So many runs of all arms together."""
        share = _EFFICIENCY if workers > 1 else 1.0
        return runs * self.seconds / workers / share

    def runs_in(self, minutes: float, arms: int, workers: int) -> int:
        """Runs of each arm that so much time allows: two digits, whole worlds, one world at least."""
        runs = 60.0 * minutes / self.seconds_of(arms, workers)
        return max(LUCKS, whole_worlds(_two_digits(runs)))

    def disk(self, runs: int) -> float:
        """Bytes at the end; while the parts are put together, twice the tables."""
        return runs * self.size + _PICTURES


def _two_digits(runs: float) -> int:
    """Rounded down, so that a number that is to be typed again is short."""
    whole = int(runs * (1.0 + 1e-9))
    scale = 10 ** max(0, len(str(whole)) - 2)
    return whole // scale * scale


def pace_of(plan: Plan, agents: Agents, minutes: float | None = None) -> Pace:
    """Play a few runs of some arms, two at least of each, and measure them.

    ``minutes``: what is to be spent on the whole; finding out takes a small part of it.
    """
    names = list(plan.arms)
    chosen = names[:: -(-len(names) // _ARMS)]
    enough = _SECONDS if minutes is None else min(_SECONDS, 60.0 * minutes * _SHARE)
    most = _RUNS if plan.rule.is_open else min(plan.rule.most, _RUNS)
    tasks = [
        Task(name, plan.arms[name].case, plan.seed, (k,), agents.get(name, {}))
        for k in range(most)
        for name in chosen
    ]
    alone = Workers(1)
    list(alone.play(tasks[:1]))
    outcomes: list[Played] = []
    started = time.perf_counter()  # what runs need is loaded by now
    with closing(alone.play(tasks)) as stream:
        for task, found in stream:
            outcomes += [(task.name, k, each) for k, each in found.items()]
            if len(outcomes) >= LUCKS * len(chosen) and time.perf_counter() - started > enough:
                break
        seconds = (time.perf_counter() - started) / len(outcomes)
    return Pace(seconds, _size_of(outcomes, plan))


def _size_of(outcomes: list[Played], plan: Plan) -> float:
    with tempfile.TemporaryDirectory() as folder:
        parts = Parts(Path(folder), arms=ArmColumns.of(plan))
        parts.open()
        parts.add(outcomes, plan.seed)
        parts.compact(list(plan.arms))
        files = Path(folder).glob("*.parquet")
        return sum(path.stat().st_size for path in files) / len(outcomes)


def forecast_lines(plan: Plan, pace: Pace, workers: int) -> list[str]:
    """What a plan would take, in words."""
    runs, most = plan.rule.most * len(plan.arms), "at most " if plan.rule.until else ""
    return [
        f"{plan.name}: {many(len(plan.arms), 'arm')}, {most}{many(runs, 'run')} "
        f"({most}{number(plan.rule.most)} of each arm)",
        f"time: {most}{time_words(pace.seconds_of(runs, workers))} with {many(workers, 'worker')} on this "
        f"machine ({pace.seconds:.2g} s a run)",
        f"disk: {most}{_size_words(pace.disk(runs))} ({pace.size / 1e3:.1f} kB a run), and as much again "
        "while the tables are put together",
        "Reckoned from a few runs, whose tables compress less well than many. Nothing was written.",
    ]


def time_words(seconds: float) -> str:
    """A time to be waited."""
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"about {seconds:.0f} s"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"


def _size_words(n: float) -> str:
    return f"about {n / 1e6:.0f} MB" if n < 1e9 else f"about {n / 1e9:.1f} GB"
