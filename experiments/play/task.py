"""A task: some runs of an arm, and what became of them.

What a run raises is its outcome, a failure; what the machine refuses is none, and stops the playing.
"""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from experiments.play.faults import EnvironmentFault, Stopped
from experiments.play.pool import R, Work
from experiments.worlds import luck_of, world_of
from sim.cloning import with_clones
from sim.documents import BadInput
from sim.documents.problems import escaped, said
from sim.model import DmzModel
from sim.outcome.outcome import Outcome, outcome
from sim.scenario.case import Case

RUNS_A_TASK = 4  # about half a second of work, so that handing them out costs nothing
# Of the machine, whoever's code meets them; BadInput is a file that changed or cannot be read.
_FAULTS = (OSError, MemoryError, ImportError, BadInput)
_LONGEST_TRACEBACK = 20_000  # characters that are kept, of its beginning and of its end


@dataclass(frozen=True)
class Failure:
    """A run that raised an exception: ``error`` in a line, and its traceback."""

    error: str
    traceback: str


@dataclass(frozen=True)
class Task:
    """Some runs of a seed of a case, by their numbers, with the agents that it names."""

    name: str
    case: Case = field(repr=False)
    seed: int
    runs: Sequence[int]
    agents: Mapping[str, type] = field(default_factory=dict, repr=False)

    def alone(self, k: int) -> "Task":
        """The same with run ``k`` only."""
        return replace(self, runs=(k,))

    def __reduce__(self) -> tuple[Any, ...]:
        """Of a posterior only the draws of its own worlds travel: some kilobytes instead of two megabytes."""
        case = self.case and self.case.of_worlds(map(world_of, self.runs))
        return Task, (self.name, case, self.seed, self.runs, self.agents)


Outcomes = dict[int, Outcome | Failure]  # by run number


def model_of(case: Case, k: int, seed: int, agents: Mapping[str, type] | None = None) -> DmzModel:
    """Run ``k`` of a seed before its first minute."""

    def made() -> DmzModel:
        return DmzModel(case, seed=seed, world=world_of(k), luck=luck_of(k), agents=agents)

    return with_clones(made, counted=bool(agents))


def play(case: Case, k: int, seed: int, agents: Mapping[str, type] | None = None) -> DmzModel:
    """Run ``k`` of a seed, played to its end."""
    return model_of(case, k, seed, agents).run()


def play_task(task: Task) -> Outcomes:
    """The outcomes of a task; an exception of one run does not stop the others.

    Raises ``EnvironmentFault`` for what is no run's own fault.
    """
    return {k: attempted(task, k, lambda k: _outcome(task, k)) for k in task.runs}


def _outcome(task: Task, k: int) -> Outcome:
    model = play(task.case, k, task.seed, task.agents)
    try:
        return outcome(model.scene)
    finally:
        model.dismiss()


class Foreign(Work, Protocol):
    """Work in which code of somebody else's ``agents``, by kind, may take part."""

    @property
    def agents(self) -> Mapping[str, type]:
        """Their classes."""
        ...


def attempted(task: Foreign, k: int, play: Callable[[int], R]) -> R | Failure:
    """What run ``k`` of a task comes to by ``play``, or what it raised."""
    try:
        return play(k)
    except _FAULTS as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"at {last.filename}:{last.lineno} in {last.name}"
        raise EnvironmentFault(task.name, k, said(error), place) from error
    except KeyboardInterrupt as stopped:
        if isinstance(stopped, Stopped) or not task.agents:
            raise
        return Failure(said(stopped), _traceback())  # no signal is heard where such agents play
    except BaseException as error:  # whatever an agent may raise, also what leaves a program
        return Failure(said(error), _traceback())


def _traceback() -> str:
    text = escaped(traceback.format_exc(), "\n\t")
    if len(text) > _LONGEST_TRACEBACK:
        half = _LONGEST_TRACEBACK // 2
        text = f"{text[:half]}\n...\n{text[-half:]}"
    return text
