"""Whoever asks: told of what goes on, and of what was found while its folder is still had alone."""

from contextlib import AbstractContextManager, nullcontext

from experiments.commands.findings import Findings
from experiments.design.plan import Plan
from experiments.study.play_out import Show


class Audience:
    """One that is told nothing; the terminal and the notebook are told more."""

    def say(self, line: str) -> None:
        """A line about what goes on."""

    def progress(self, plan: Plan) -> AbstractContextManager[Show]:
        """A context that gives a function to show progress with."""
        return nullcontext(lambda _: None)

    def found(self, findings: Findings) -> None:
        """What was found; it may be published, for nobody else fills the folder now."""
