"""Progress of a campaign on a terminal: runs, rate, time left and the running estimate."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from experiments.campaign import Progress
from experiments.plan import Plan


class Shown:
    """A context that gives a function to show progress with; quiet when not on a terminal."""

    def __init__(self, plan: Plan, talk: Console) -> None:
        self._plan = plan
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"),
            TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), TextColumn("left"),
            TextColumn("{task.fields[estimate]}"), console=talk, disable=not talk.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task(plan.name, total=None, rate="", estimate="")

    def __enter__(self) -> Callable[[Progress], None]:
        self._bar.start()
        self._began = time.monotonic()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _show(self, progress: Progress) -> None:
        seconds = max(1e-9, time.monotonic() - self._began)
        arm = next(iter(self._plan.arms))
        events, years = progress.tally.rate(arm)
        rate = f"{events / years:.2f}" if years else "-"
        estimate = f"{arm}: {rate} {progress.tally.measure} a year (n = {events:.0f})"
        self._bar.update(
            self._task, completed=progress.done, total=progress.wanted,
            rate=f"{progress.done_now / seconds:.1f} a second,", estimate=estimate,
        )  # fmt: skip
