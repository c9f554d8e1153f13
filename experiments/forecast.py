"""``dmz study --dry-run``: how many runs, how long on this machine, how much disk."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from experiments.console import console
from experiments.crew import Crew
from experiments.parts import Parts, Played
from experiments.plan import Plan
from experiments.playing import compile_once
from experiments.task import Task, play_task
from experiments.wording import many, number

_ARMS, _SECONDS = 12, 8.0  # arms that are played to find out, for so long at least
_EFFICIENCY = 0.93  # of several workers on the cores of one machine, seen
_PICTURES = 6e6  # bytes of pictures and report, seen

Agents = Mapping[str, Mapping[str, type]]  # by arm: those that its case names


@dataclass(frozen=True)
class Forecast:
    """Runs at most, seconds of one core a run, bytes a run."""

    arms: int
    runs: int
    seconds_a_run: float
    bytes_a_run: float

    def seconds(self, workers: int) -> float:
        """Of the whole study."""
        share = _EFFICIENCY if workers > 1 else 1.0
        return self.runs * self.seconds_a_run / workers / share

    @property
    def disk(self) -> float:
        """Bytes at the end; while the parts are put together, twice the tables."""
        return self.runs * self.bytes_a_run + _PICTURES


def forecast(plan: Plan, agents: Agents) -> Forecast:
    """Play a few runs of some arms, two at least of each, and reckon with them."""
    names = list(plan.arms)
    chosen = names[:: -(-len(names) // _ARMS)]
    tasks = (Task(name, plan.arms[name].case, (k,), agents.get(name, {}))
             for k in range(plan.rule.most) for name in chosen)  # fmt: skip
    play_task(Task(names[0], plan.arms[names[0]].case, (0,), agents.get(names[0], {})), plan.seed)
    played: list[Played] = []
    started = time.perf_counter()  # what runs need is loaded by now
    for task in tasks:
        if len(played) >= 2 * len(chosen) and time.perf_counter() - started > _SECONDS:
            break
        played += [(task.name, k, found) for k, found in play_task(task, plan.seed).items()]
    seconds = (time.perf_counter() - started) / len(played)
    with tempfile.TemporaryDirectory() as folder:
        parts = Parts(Path(folder))
        parts.open()
        parts.add(played, plan.seed)
        parts.compact(names)
        files = Path(folder).glob("*.parquet")
        size = sum(path.stat().st_size for path in files) / len(played)
    return Forecast(len(names), plan.rule.most * len(names), seconds, size)


def print_forecast(plan: Plan, agents: Agents, crew: Crew, talk: Console) -> int:
    """Print what the study would take; the exit code."""
    compile_once(talk.print)
    found = forecast(plan, agents)
    most = "at most " if plan.rule.until else ""
    out = console()
    out.print(f"{plan.name}: {many(found.arms, 'arm')}, {most}{many(found.runs, 'run')} "
              f"({most}{number(plan.rule.most)} of each arm)")  # fmt: skip
    out.print(f"time: {most}{_time(found.seconds(crew.workers))} with "
              f"{many(crew.workers, 'worker')} on this machine ({found.seconds_a_run:.2g} s a "
              "run)")  # fmt: skip
    out.print(f"disk: {most}{_size(found.disk)} ({found.bytes_a_run / 1e3:.1f} kB a run), and as "
              "much again while the tables are put together")  # fmt: skip
    out.print("Reckoned from a few runs, whose tables compress less well than many. Nothing was "
              "written.")  # fmt: skip
    return 0


def _time(seconds: float) -> str:
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"about {seconds:.0f} s"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"


def _size(n: float) -> str:
    return f"about {n / 1e6:.0f} MB" if n < 1e9 else f"about {n / 1e9:.1f} GB"
