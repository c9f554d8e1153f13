"""Tasks are played: each exactly once, the same by any workers, whatever becomes of these."""

import os
import pickle
import shutil
import subprocess
import sys

import psutil
import pytest

from experiments.play.faults import EnvironmentFault, Stopped
from experiments.play.task import Failure, Task, attempted, play_task
from experiments.play.workers import Workers
from sim.agents import CommandPost
from sim.scenario.loading import load_case

SHORT = ("space.length_km=20", "north.watch.posts=10", "south.watch.posts=10", "clock.warmup_days=1")
SEED = 5


@pytest.fixture(scope="module")
def tasks():
    case = load_case("declared", assignments=SHORT, days=60)
    return [Task("short", case, SEED, range(first, first + 3)) for first in range(0, 36, 3)]


@pytest.fixture(scope="module")
def rows(tasks):
    """The rows of all runs, by run number, played one after the other in this process."""
    return {k: result.row for task in tasks for k, result in play_task(task).items()}


def collected(stream):
    """{run: row} of a stream of results; every run comes once."""
    found = {}
    for _, results in stream:
        assert not found.keys() & results.keys()
        found |= {k: result.row for k, result in results.items()}
    return found


def test_every_run_comes_once_and_the_same_by_any_workers(tasks, rows):
    assert list(rows) == list(range(36))
    assert collected(Workers(1).play(tasks)) == rows
    assert collected(Workers(2).play(tasks)) == rows


def test_tasks_of_a_worker_that_is_killed_are_played_again(tasks, rows):
    stream, found, killed = Workers(2).play(tasks), {}, 0
    for n, (_, results) in enumerate(stream):
        assert not found.keys() & results.keys()
        found |= {k: result.row for k, result in results.items()}
        if n in (0, 5):
            workers = [
                each
                for each in psutil.Process().children()
                if each.status() != psutil.STATUS_ZOMBIE and "popen_loky" in " ".join(each.cmdline())
            ]
            workers[0].kill()
            killed += 1
    assert killed == 2 and found == rows


def test_a_run_that_raises_is_a_failure_with_its_traceback(tasks):
    class Lost(type(tasks[0].case)):
        def parameters(self, active):
            raise RuntimeError("the case is lost")

    case = Lost(
        **{name: getattr(tasks[0].case, name) for name in ("scenario", "policies", "overlays", "tree")}
    )
    results = play_task(Task("lost", case, SEED, (4, 5)))
    assert list(results) == [4, 5]
    for failure in results.values():
        assert isinstance(failure, Failure) and failure.error == "RuntimeError: the case is lost"
        assert "in parameters" in failure.traceback


# -- what is no outcome ---------------------------------------------------------------------------


class Asks(CommandPost):
    """A command post whose making runs into something, in run 5."""

    def __init__(self, model, *rest):
        super().__init__(model, *rest)
        if model.address[1:] == (2, 1):
            self.asks()


def look_for_nothing(_):
    os.stat("/nowhere/at/all")


def take_too_much(_):
    raise MemoryError("no more")


def need_a_module(_):
    import no_such_module  # noqa: F401


def leave(_):
    sys.exit(4)


def divide(_):
    return 1 / 0


def asking(tasks, what):
    agent = type("Asking", (Asks,), {"asks": what})
    return [
        Task("asking", tasks[0].case, SEED, (4, 5), {"CommandPost": agent}),
        Task("after", tasks[0].case, SEED, (6, 7)),
    ]


@pytest.mark.parametrize(
    ("workers", "what", "said"),
    [
        (1, look_for_nothing, "FileNotFoundError: [Errno 2] No such file or directory: '/nowhere/at/all'"),
        (1, need_a_module, "ModuleNotFoundError: No module named 'no_such_module'"),
        (2, take_too_much, "MemoryError: no more"),
    ],
)
def test_what_the_machine_refuses_is_a_stop_and_no_outcome(tasks, workers, what, said):
    """Else such runs would count as played for ever; a stop names the run, and what it was."""
    with pytest.raises(EnvironmentFault) as fault:
        collected(Workers(workers).play(asking(tasks, what)))
    assert (fault.value.arm, fault.value.run, fault.value.fault) == ("asking", 5, said)
    assert what.__name__ in fault.value.place and "test_task.py" in fault.value.place


def test_a_file_that_cannot_be_read_for_a_moment_is_a_stop(tmp_path):
    scenarios = shipped_copy(tmp_path)
    case = load_case(str(scenarios / "own_sites.yaml"), days=3)
    file = scenarios / "data" / "markers_example.csv"
    file.rename(tmp_path / "away")
    with pytest.raises(EnvironmentFault, match=r"run 0 of own.*BadInput.*markers_example.csv"):
        play_task(Task("own", case, SEED, (0, 1)))
    (tmp_path / "away").rename(file)
    assert not any(isinstance(each, Failure) for each in play_task(Task("own", case, SEED, (0, 1))).values())


def shipped_copy(folder):
    from sim.scenario.library import scenario_folder

    return shutil.copytree(scenario_folder(), folder / "scenarios")


class Dumb(Exception):
    def __str__(self):
        return 1 / 0


def raising(error):
    def asks(_):
        raise error

    asks.__name__ = "asks"
    return asks


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (leave, "SystemExit: 4"),
        (divide, "ZeroDivisionError: division by zero"),
        (raising(Dumb()), "Dumb: its text cannot be had: ZeroDivisionError"),
        (raising(GeneratorExit()), "GeneratorExit: "),
        (raising(type("Odd", (BaseException,), {})("x")), "Odd: x"),
        (raising(ValueError("\x1b]0;x\x07 \ud800\n[/b]")), "ValueError: \\u001b]0;x\\u0007 \\ud800; [/b]"),
        (raising(ValueError("x" * 10**6)), "ValueError: " + "x" * 1988 + "..."),
    ],
)
def test_what_an_agent_does_is_the_outcome_of_its_run(tasks, what, said):
    results = play_task(asking(tasks, what)[0])
    assert not isinstance(results[4], Failure)
    assert results[5].error == said and what.__name__ in results[5].traceback
    assert results[5].traceback.replace("\n", "").isprintable()
    assert len(results[5].traceback) < 25_000


def test_an_interrupt_that_an_agent_raises_is_the_outcome_of_its_run(tasks):
    try:
        results = play_task(asking(tasks, raising(KeyboardInterrupt("mine")))[0])
    except KeyboardInterrupt:
        pytest.fail("it was taken for somebody's Ctrl-C")
    assert results[5].error == "KeyboardInterrupt: mine"


def test_a_signal_stops_whoever_plays(tasks):
    """What an agent raises is no signal; who plays without one is stopped by whatever stops Python."""
    with pytest.raises(Stopped):
        play_task(asking(tasks, raising(Stopped(15)))[0])

    def interrupted(k):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempted(tasks[0], 0, interrupted)


def test_a_fault_of_the_machine_is_told_whatever_its_text_does(tasks):
    error = type("Full", (OSError,), {"__str__": lambda _: 5})()
    with pytest.raises(EnvironmentFault, match=r"run 5 of asking.* its text cannot be had"):
        play_task(asking(tasks, raising(error))[0])


# -- where it is played ---------------------------------------------------------------------------


DAEMON = """\
import multiprocessing
from experiments.play.batch import run_batch
from sim.scenario.loading import load_case

def alone():
    case = load_case("declared", assignments={assignments}, days=5)
    assert multiprocessing.current_process().daemon
    print([row["run"] for row in run_batch(case, 4, workers=2).run_rows()], flush=True)

process = multiprocessing.get_context("fork").Process(target=alone, daemon=True)
process.start()
process.join()
"""


def test_a_daemonic_process_plays_by_itself():
    """It may have no children; a server's job queue calls from such a process."""
    done = subprocess.run(
        [sys.executable, "-c", DAEMON.format(assignments=SHORT)], capture_output=True, text=True, timeout=500
    )
    assert done.stdout == "[0, 1, 2, 3]\n", done.stderr


def test_of_a_posterior_the_draws_of_its_runs_travel_alone():
    case = load_case("baseline", days=5)
    task = Task("drawn", case, SEED, (7, 4001))  # of worlds 3 and 2000, which plays draw 0
    sent = pickle.dumps(pickle.loads(pickle.dumps(task)))  # on by a scheduler
    assert len(sent) < len(pickle.dumps(case)) / 20
    assert collected([(task, play_task(pickle.loads(sent)))]) == collected([(task, play_task(task))])
