"""Playing tasks: by this process, by worker processes, or by a cluster, with the same results."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator

from experiments.cluster import on_cluster
from experiments.crew import Crew
from experiments.pool import on_processes
from experiments.task import Results, Task, play_task
from sim.compiled import cache_problem, is_cached, mark_cached
from sim.model import DmzModel
from sim.scenario import load_case

_WARM_UP = (  # a short run in which everything happens that is compiled
    "days=8", "clock.warmup_days=1", "space.length_km=20", "north.watch.posts=20",
    "south.watch.posts=20", "north.works.slots=5", "north.works.share=1", "north.works.weeks=30",
    "north.works.first_month=1", "north.works.last_month=12", "north.works.distance_m=20",
    "south.watch.looks_per_hour=60", "south.watch.margin_m=0", "north.conduct.attack_intercept=2",
    "mines.strikes_per_km=0.1", "south.stray.per_post_year=0.1", "survey.km_per_week=5",
    "survey.first_month=1", "survey.last_month=12", "talks.outcome=accepted", "talks.offer_day=1",
    "talks.answer_days=1", "talks.session_day=3", "talks.agreed_day=4", "talks.implemented_day=5",
)  # fmt: skip


def played(tasks: Iterable[Task], seed: int, crew: Crew) -> Iterator[tuple[Task, Results]]:
    """Play all tasks, each run exactly once, and yield them in the order in which they finish.

    Raises ``WorkersLost`` when workers keep dying, and ``EnvironmentFault``; whatever is raised,
    and an interrupt too, stops the workers.
    """
    if crew.scheduler is not None:
        yield from on_cluster(tasks, seed, play_task, crew.scheduler)
    elif crew.workers > 1 and not multiprocessing.current_process().daemon:
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
