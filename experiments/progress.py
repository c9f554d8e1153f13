"""Progress of a campaign on a terminal: runs, rate, time left and the running estimate."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from experiments.campaign import Progress
from experiments.measures import noun
from experiments.plan import Plan
from experiments.wording import figure, number


class Shown:
    """A context that gives a function to show progress with; quiet when not on a terminal."""

    def __init__(self, plan: Plan, talk: Console) -> None:
        self._plan = plan
        self._bar = Bar(
            _text("{task.description}"), BarColumn(), MofNCompleteColumn(), _text("runs"),
            _text("{task.fields[rate]}"), TimeRemainingColumn(), _text("left"),
            _text("{task.fields[estimate]}"), console=talk, disable=not talk.is_terminal,
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
        rate = figure(events / years) if years else "no"
        what = noun(progress.tally.measure)
        estimate = f"{arm}: {rate} {what} a year (n = {number(events)})"
        self._bar.update(
            self._task, completed=progress.done, total=progress.wanted,
            rate=f"{progress.done_now / seconds:.1f} a second,", estimate=estimate,
        )  # fmt: skip


def _text(template: str) -> TextColumn:
    """A column whose names are no markup."""
    return TextColumn(template, markup=False)
