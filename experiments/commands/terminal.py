"""A terminal as the audience: lines on stderr, a bar where somebody looks, the answer on stdout."""

import json
import sys
from contextlib import AbstractContextManager

from experiments.commands.audience import Audience
from experiments.commands.console import console
from experiments.commands.findings import Findings
from experiments.commands.progress import ProgressBar
from experiments.commands.streams import unread
from experiments.design.plan import Plan
from experiments.study.play_out import Show
from sim.documents import BadInput
from sim.documents.problems import escaped


class Terminal(Audience):
    """``json``: the figures are printed for machines; ``why``: so does the story of that clash.

    Without ``report`` nothing is drawn, which takes longer than a few runs.
    """

    def __init__(self, json: bool = False, why: int | None = None, report: bool = True) -> None:
        self._talk, self._json, self._why, self._report = console(stderr=True), json, why, report

    def say(self, line: str) -> None:
        """Print a line on stderr."""
        self._talk.print(line)

    def progress(self, plan: Plan) -> AbstractContextManager[Show]:
        """A bar, where stderr is a terminal."""
        return ProgressBar(plan, self._talk)

    def found(self, findings: Findings) -> None:
        """Print what was found before anything is drawn of it, then publish it."""
        if findings.runs.empty:
            return
        with unread():
            self._print(findings)
        if not self._report:
            findings.keep_figures()
            self.say(f"no report was asked for: dmz report {escaped(str(findings.folder))} makes it")
            return
        findings.publish()
        if not self._json:
            with unread():
                print(f"Report: {findings.folder / 'report.html'}")

    def _print(self, findings: Findings) -> None:
        if self._json:
            whole = findings.figures | {"results": str(findings.folder)}
            print(json.dumps(whole, indent=1, ensure_ascii=False))
        else:
            console().print(findings)
        if self._why is not None:
            self._tell(findings, self._why)

    def _tell(self, findings: Findings, k: int) -> None:
        """Tell the story of a clash; that there are fewer is no reason to lose the rest."""
        try:
            print(f"\n{findings.story(k)}", file=sys.stderr if self._json else sys.stdout)
        except BadInput as none:
            self.say(str(none))
