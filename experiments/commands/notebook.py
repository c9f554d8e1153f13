"""A Python session as the audience: lines on stderr, and progress where it can be seen to move."""

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from html import escape
from typing import Any

from experiments.commands.audience import Audience
from experiments.commands.console import console
from experiments.commands.progress import ProgressBar, estimate, speed
from experiments.design.plan import Plan
from experiments.study.play_out import Progress, Show
from experiments.wording import number

_SECONDS = 0.5  # from one drawing of the bar to the next


class Notebook(Audience):
    """Of a notebook, of a script, or of whoever types Python: nothing is printed but what goes on."""

    def say(self, line: str) -> None:
        """Print a line on stderr."""
        console(stderr=True).print(line)

    def progress(self, plan: Plan) -> AbstractContextManager[Show]:
        """A bar in the cell's output; where there is no notebook, on stderr if it is a terminal."""
        return _cell_bar(plan) if _in_notebook() else ProgressBar(plan, console(stderr=True))


def _in_notebook() -> bool:
    """Whether a kernel of Jupyter runs this; without loading anything to find out."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


@contextmanager
def _cell_bar(plan: Plan) -> Iterator[Show]:
    from IPython.display import display  # there where a kernel is

    began = drawn = time.monotonic()
    last: Progress | None = None
    handle = display(_Bar(plan.name, 0, 1), display_id=True)

    def draw() -> None:
        if last is not None:
            rate, words = speed(last, time.monotonic() - began), estimate(plan, last)
            text = f"{plan.name}: {number(last.done)} of {number(last.wanted)} runs, {rate} {words}"
            handle.update(_Bar(text, last.done, last.wanted))

    def show(progress: Progress) -> None:
        nonlocal last, drawn
        last = progress
        if time.monotonic() - drawn > _SECONDS:
            drawn = time.monotonic()
            draw()

    try:
        yield show
    finally:
        draw()


class _Bar:
    """A bar with words beside it, as HTML and as text."""

    def __init__(self, text: str, done: int, wanted: int) -> None:
        self._text, self._done, self._wanted = text, done, wanted

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        bar = f'<progress value="{self._done}" max="{self._wanted}"></progress> {escape(self._text)}'
        return {"text/plain": self._text, "text/html": bar}
