"""Progress of a study on a terminal: runs, rate, time left and the running estimate."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from experiments.design.plan import Plan
from experiments.measures import noun
from experiments.study.play_out import Progress
from experiments.wording import figure, number


class ProgressBar:
    """A context that gives a function to show progress with; quiet when not on a terminal."""

    def __init__(self, plan: Plan, talk: Console) -> None:
        self._plan = plan
        self._bar = Bar(
            _text("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _text("runs"),
            _text("{task.fields[rate]}"),
            TimeRemainingColumn(),
            _text("left"),
            _text("{task.fields[estimate]}"),
            console=talk,
            disable=not talk.is_terminal,
        )
        self._task = self._bar.add_task(plan.name, total=None, rate="", estimate="")

    def __enter__(self) -> Callable[[Progress], None]:
        self._bar.start()
        self._began = time.monotonic()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _show(self, progress: Progress) -> None:
        self._bar.update(
            self._task,
            completed=progress.done,
            total=progress.wanted,
            rate=speed(progress, time.monotonic() - self._began),
            estimate=estimate(self._plan, progress),
        )


def speed(progress: Progress, seconds: float) -> str:
    """Runs a second, of this call."""
    return f"{progress.done_now / max(1e-9, seconds):.1f} a second,"


def estimate(plan: Plan, progress: Progress) -> str:
    """What the first arm comes to so far."""
    arm = next(iter(plan.arms))
    events, years = progress.tally.rate(arm)
    rate = figure(events / years) if years else "no"
    return f"{arm}: {rate} {noun(progress.tally.measure)} a year (n = {number(events)})"


def _text(template: str) -> TextColumn:
    """A column whose names are no markup."""
    return TextColumn(template, markup=False)


class Tenths:
    """A line whenever another tenth of something has been played."""

    def __init__(self, talk: Console, of: str) -> None:
        self._talk, self._of, self._tenth = talk, of, -1

    def __call__(self, done: int, of: int) -> None:
        """Say so if it has."""
        tenth = 10 * done // max(of, 1)
        if tenth > self._tenth:
            self._tenth = tenth
            self._talk.print(f"{done:,} of {of:,} {self._of}")
