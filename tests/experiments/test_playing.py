"""Playing tasks: each exactly once, the same by any crew, whatever becomes of the workers."""

import os
import signal

import pytest

from experiments.crew import Crew
from experiments.playing import Failure, Task, play_task, played
from sim.scenario import load_case

SHORT = ("space.length_km=20", "north.watch.posts=10", "south.watch.posts=10",
         "clock.warmup_days=1")  # fmt: skip
SEED = 5


@pytest.fixture(scope="module")
def tasks():
    case = load_case("baseline", assignments=SHORT, days=60)
    return [Task("short", case, range(first, first + 3)) for first in range(0, 36, 3)]


@pytest.fixture(scope="module")
def rows(tasks):
    """The rows of all runs, by run number, played one after the other in this process."""
    return {k: result.row for task in tasks for k, result in play_task(task, SEED).items()}


def collected(stream):
    """{run: row} of a stream of results; every run comes once."""
    found = {}
    for _, results in stream:
        assert not found.keys() & results.keys()
        found |= {k: result.row for k, result in results.items()}
    return found


def test_every_run_comes_once_and_the_same_by_any_crew(tasks, rows):
    assert list(rows) == list(range(36))
    assert collected(played(tasks, SEED, Crew(1))) == rows
    assert collected(played(tasks, SEED, Crew(2))) == rows


def test_tasks_of_a_worker_that_is_killed_are_played_again(tasks, rows):
    from loky import get_reusable_executor

    stream, found, killed = played(tasks, SEED, Crew(2)), {}, 0
    for n, (_, results) in enumerate(stream):
        assert not found.keys() & results.keys()
        found |= {k: result.row for k, result in results.items()}
        if n in (0, 3, 7):
            workers = get_reusable_executor(max_workers=2, timeout=60)._processes
            os.kill(next(iter(workers)), signal.SIGKILL)
            killed += 1
    assert killed == 3 and found == rows


def test_a_run_that_raises_is_a_failure_with_its_traceback(tasks):
    class Lost(type(tasks[0].case)):
        def parameters(self, active):
            raise RuntimeError("the case is lost")

    case = Lost(**{name: getattr(tasks[0].case, name) for name in
                   ("scenario", "policies", "overlays", "tree")})  # fmt: skip
    results = play_task(Task("lost", case, (4, 5)), SEED)
    assert list(results) == [4, 5]
    for failure in results.values():
        assert isinstance(failure, Failure) and failure.error == "RuntimeError: the case is lost"
        assert "in parameters" in failure.traceback
