"""Playing runs: by this process, by worker processes, or by a cluster, with the same results.

Run ``k`` of a seed is luck ``k % 2`` in world ``k // 2``: each world is played twice, so that the
variance between worlds and that between lucks can be told apart. What a run raises is its outcome,
a failure; what the machine refuses is none, and stops the playing.
"""

import multiprocessing
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from experiments.crew import Crew, EnvironmentFault
from sim.case import Case
from sim.compiled import cache_problem, is_cached, mark_cached
from sim.documents import BadInput
from sim.documents.problems import escaped, said
from sim.model import DmzModel
from sim.outcome import Outcome, outcome
from sim.scenario import load_case

LUCKS = 2
RUNS_A_TASK = 4  # about half a second of work, so that handing them out costs nothing
# Of the machine, whoever's code meets them; BadInput is a file that changed or cannot be read.
_FAULTS = (OSError, MemoryError, ImportError, BadInput)
_LONGEST_TRACEBACK = 20_000  # characters that are kept, of its beginning and of its end
_WARM_UP = (  # a short run in which everything happens that is compiled
    "days=8", "clock.warmup_days=1", "space.length_km=20", "north.watch.posts=20",
    "south.watch.posts=20", "north.works.slots=5", "north.works.share=1", "north.works.weeks=30",
    "north.works.first_month=1", "north.works.last_month=12", "north.works.distance_m=20",
    "south.watch.looks_per_hour=60", "south.watch.margin_m=0", "north.conduct.attack_intercept=2",
    "mines.strikes_per_km=0.1", "south.stray.per_post_year=0.1", "survey.km_per_week=5",
    "survey.first_month=1", "survey.last_month=12", "talks.outcome=accepted", "talks.offer_day=1",
    "talks.answer_days=1", "talks.session_day=3", "talks.agreed_day=4", "talks.implemented_day=5",
)  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """A run that raised an exception: ``error`` in a line, and its traceback."""

    error: str
    traceback: str


@dataclass(frozen=True)
class Task:
    """Some runs of a case, by their numbers, with the agents that it names."""

    name: str
    case: Case = field(repr=False)
    runs: Sequence[int]
    agents: Mapping[str, type] = field(default_factory=dict, repr=False)


Results = dict[int, Outcome | Failure]


def play(case: Case, k: int, seed: int, agents: Mapping[str, type] | None = None) -> DmzModel:
    """Run ``k`` of a seed, played to its end."""
    return DmzModel(case, seed=seed, world=k // LUCKS, luck=k % LUCKS, agents=agents).run()


def play_task(task: Task, seed: int) -> Results:
    """The outcomes of a task by run number; an exception of one run does not stop the others.

    Raises ``EnvironmentFault`` for what is no run's own fault.
    """
    return {k: _outcome_or_failure(task, k, seed) for k in task.runs}


def _outcome_or_failure(task: Task, k: int, seed: int) -> Outcome | Failure:
    try:
        model = play(task.case, k, seed, task.agents)
        try:
            return outcome(model)
        finally:
            model.dismiss()
    except _FAULTS as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"at {last.filename}:{last.lineno} in {last.name}"
        raise EnvironmentFault(task.name, k, said(error), place) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever an agent may raise, also what leaves a program
        return Failure(said(error), _traceback())


def _traceback() -> str:
    text = escaped(traceback.format_exc(), "\n\t")
    if len(text) > _LONGEST_TRACEBACK:
        half = _LONGEST_TRACEBACK // 2
        text = f"{text[:half]}\n...\n{text[-half:]}"
    return text


def played(tasks: Iterable[Task], seed: int, crew: Crew) -> Iterator[tuple[Task, Results]]:
    """Play all tasks, each run exactly once, and yield them in the order in which they finish.

    Raises ``WorkersLost`` when workers keep dying, and ``EnvironmentFault``; whatever is raised,
    and an interrupt too, stops the workers.
    """
    if crew.scheduler is not None:
        from experiments.cluster import on_cluster

        yield from on_cluster(tasks, seed, play_task, crew.scheduler)
    elif crew.workers > 1 and not multiprocessing.current_process().daemon:
        from experiments.pool import on_processes

        yield from on_processes(tasks, seed, play_task, crew.workers)
    else:  # a daemonic process may have no children
        for task in tasks:
            yield task, play_task(task, seed)


def compile_once(say: Callable[[str], None]) -> None:
    """Compile what a run needs, and keep it on disk; says so when that takes a while."""
    if not is_cached():
        say("compiling the field kernel (once; about half a minute, kept for the next time) ...")
    DmzModel(load_case("baseline", assignments=_WARM_UP)).run()
    if problem := cache_problem():
        say(problem)
    else:
        mark_cached()
