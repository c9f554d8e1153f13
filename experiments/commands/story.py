"""The story of a clash: one run, played again, and the chain of what was decided in it."""

from dataclasses import dataclass
from functools import partial
from html import escape

from experiments.play.task import Task, play
from experiments.play.workers import apart
from experiments.wording import many
from sim.documents import refuse
from sim.model import DmzModel
from sim.outcome.outcome import CLASH_RUNG, Outcome
from sim.outcome.story import tell


@dataclass(frozen=True)
class Story:
    """A title, and one line a step of the chain of reasons."""

    title: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([self.title, *self.lines])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def story_of(model: DmzModel, incident: int, title: str) -> Story:
    """The story of an incident of a run that was played, by its number in the run."""
    return Story(title, tuple(tell(model.scene, incident)))


def story_again(task: Task, incident: int, title: str) -> Story:
    """The same of the only run of a task, which is played again."""
    lines = partial(_lines_again, incident=incident)
    ((_, told),) = apart(task, lines) if task.agents else [(task, lines(task))]
    return Story(title, told)


def _lines_again(task: Task, incident: int) -> tuple[str, ...]:
    model = play(task.case, task.runs[0], task.seed, task.agents)
    try:
        return tuple(tell(model.scene, incident))
    finally:
        model.dismiss()


def clash_in(found: Outcome, k: int) -> tuple[int, str]:
    """The number of the ``k``-th accidental clash, from 1, of a run that was played, and its title."""
    clashes = [each for each in found.incidents if each["rung"] >= CLASH_RUNG and each["accidental"]]
    clash = clashes[clash_of(k, len(clashes))]
    return clash["incident"], f"Clash {k} of {len(clashes)}:"


def clash_of(k: int, clashes: int) -> int:
    """The place of the ``k``-th of so many clashes; raises ``BadInput`` if there is none such."""
    if not 1 <= k <= clashes:
        allowed = f"1 to {clashes:,}" if clashes else ""
        message = f"no story of number {k}: {many(clashes, 'accidental clash')} came about"
        refuse("--why", message, found=str(k), allowed=allowed)
    return k - 1
