"""Playing tasks: each exactly once, the same by any crew, whatever becomes of the workers."""

import os
import shutil
import subprocess
import sys

import psutil
import pytest

import sim.compiled
from experiments.crew import Crew, EnvironmentFault
from experiments.playing import played
from experiments.task import Failure, Task, play_task
from sim.agents import CommandPost
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
    stream, found, killed = played(tasks, SEED, Crew(2)), {}, 0
    for n, (_, results) in enumerate(stream):
        assert not found.keys() & results.keys()
        found |= {k: result.row for k, result in results.items()}
        if n in (0, 3, 7):
            workers = [each for each in psutil.Process().children()
                       if each.status() != psutil.STATUS_ZOMBIE
                       and "popen_loky" in " ".join(each.cmdline())]  # fmt: skip
            workers[0].kill()
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
    return [Task("asking", tasks[0].case, (4, 5), {"CommandPost": agent}),
            Task("after", tasks[0].case, (6, 7))]  # fmt: skip


@pytest.mark.parametrize(("workers", "what", "said"), [
    (1, look_for_nothing, "FileNotFoundError: [Errno 2] No such file or directory: "
                          "'/nowhere/at/all'"),
    (1, need_a_module, "ModuleNotFoundError: No module named 'no_such_module'"),
    (2, take_too_much, "MemoryError: no more"),
])  # fmt: skip
def test_what_the_machine_refuses_is_a_stop_and_no_outcome(tasks, workers, what, said):
    """Else such runs would count as played for ever; a stop names the run, and what it was."""
    with pytest.raises(EnvironmentFault) as fault:
        collected(played(asking(tasks, what), SEED, Crew(workers)))
    assert (fault.value.arm, fault.value.run, fault.value.fault) == ("asking", 5, said)
    assert what.__name__ in fault.value.place and "test_playing.py" in fault.value.place


def test_a_file_that_cannot_be_read_for_a_moment_is_a_stop(tmp_path):
    scenarios = shipped_copy(tmp_path)
    case = load_case(str(scenarios / "own_sites.yaml"), days=3)
    file = scenarios / "data" / "markers_example.csv"
    file.rename(tmp_path / "away")
    with pytest.raises(EnvironmentFault, match=r"run 0 of own.*BadInput.*markers_example.csv"):
        play_task(Task("own", case, (0, 1)), SEED)
    (tmp_path / "away").rename(file)
    assert not any(isinstance(each, Failure) for each in
                   play_task(Task("own", case, (0, 1)), SEED).values())  # fmt: skip


def shipped_copy(folder):
    from sim.library import scenario_folder

    return shutil.copytree(scenario_folder(), folder / "scenarios")


class Dumb(Exception):
    def __str__(self):
        return 1 / 0


def raising(error):
    def asks(_):
        raise error

    asks.__name__ = "asks"
    return asks


@pytest.mark.parametrize(("what", "said"), [
    (leave, "SystemExit: 4"), (divide, "ZeroDivisionError: division by zero"),
    (raising(Dumb()), "Dumb: its text cannot be had: ZeroDivisionError"),
    (raising(GeneratorExit()), "GeneratorExit: "),
    (raising(type("Odd", (BaseException,), {})("x")), "Odd: x"),
    (raising(ValueError("\x1b]0;x\x07 \ud800\n[/b]")),
     "ValueError: \\u001b]0;x\\u0007 \\ud800; [/b]"),
    (raising(ValueError("x" * 10**6)), "ValueError: " + "x" * 1988 + "..."),
])  # fmt: skip
def test_what_an_agent_does_is_the_outcome_of_its_run(tasks, what, said):
    results = play_task(asking(tasks, what)[0], SEED)
    assert not isinstance(results[4], Failure)
    assert results[5].error == said and what.__name__ in results[5].traceback
    assert results[5].traceback.replace("\n", "").isprintable()
    assert len(results[5].traceback) < 25_000


def test_a_fault_of_the_machine_is_told_whatever_its_text_does(tasks):
    error = type("Full", (OSError,), {"__str__": lambda _: 5})()
    with pytest.raises(EnvironmentFault, match=r"run 5 of asking.* its text cannot be had"):
        play_task(asking(tasks, raising(error))[0], SEED)


# -- where it is played ---------------------------------------------------------------------------


DAEMON = """\
import multiprocessing
from experiments.batch import run_batch
from sim.scenario import load_case

def alone():
    case = load_case("baseline", assignments={assignments}, days=5)
    assert multiprocessing.current_process().daemon
    print([row["run"] for row in run_batch(case, 4, workers=2).run_rows()], flush=True)

process = multiprocessing.get_context("fork").Process(target=alone, daemon=True)
process.start()
process.join()
"""


def test_a_daemonic_process_plays_by_itself():
    """It may have no children; a server's job queue calls from such a process."""
    done = subprocess.run([sys.executable, "-c", DAEMON.format(assignments=SHORT)],
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.stdout == "[0, 1, 2, 3]\n", done.stderr


WARM = """\
import gc
from numba.core.dispatcher import Dispatcher
from experiments.playing import compile_once
from experiments.task import play
from sim.library import shipped
from sim.scenario import load_case

def compiled():
    found = [each for each in gc.get_objects() if isinstance(each, Dispatcher)]
    return {(each.py_func.__qualname__, str(sig)) for each in found for sig in each.signatures
            if each.py_func.__module__.startswith("sim.")}

compile_once(lambda _: None)
before = compiled()
assert len(before) > 20, len(before)
for name in shipped():
    play(load_case(name, days=20), 0, 5)
for name in shipped("policies"):
    play(load_case("baseline", [name], days=20, assignments=["talks.outcome=accepted"]), 0, 5)
print(sorted(compiled() - before))
"""


def test_the_warm_up_compiles_all_that_runs_need():
    """Else each worker would compile the rest again, unannounced."""
    done = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, timeout=120)
    assert done.stdout == "[]\n", done.stderr


def test_a_damaged_cache_is_mended_before_workers_start(tmp_path):
    """End to end: without it every run of every worker failed, and counted as played."""
    cache = tmp_path / "dmz-escalation" / sim.compiled.CACHE.name
    shutil.copytree(sim.compiled.CACHE, cache)
    cache.chmod(0o700)
    cache.parent.chmod(0o700)
    spoilt = sorted(cache.glob("advance-*.nbc"))
    for path in spoilt:
        path.write_bytes(path.read_bytes()[:1000])
    code = "from experiments.playing import compile_once; compile_once(print)"
    said = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120,
                       check=True, env=os.environ | {"DMZ_CACHE_DIR": str(tmp_path)}).stdout
        for _ in range(2)
    ]  # fmt: skip
    assert spoilt and "could not be used" in said[0] and str(cache) in said[0]
    assert said[1] == "", "what was damaged has been compiled and kept again"
