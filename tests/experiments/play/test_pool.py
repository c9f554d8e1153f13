"""Worker processes: what kills them is found out, and they end with their parent."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest

import sim.compiled
from experiments.play import pool
from experiments.play.faults import WorkersLost
from experiments.play.pool import on_processes
from experiments.play.process import STOPPING

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Task:
    """As one of ``experiments.play.task``, whose runs need no model."""

    name: str
    runs: tuple[int, ...]
    folder: str = ""

    def alone(self, k):
        return replace(self, runs=(k,))


def squares(task):
    return {k: k * k for k in task.runs}


DEATHS = {"exits": lambda: os._exit(3), "aborts": os.abort}


def dies(task):
    """Run 10 ends its worker in the way that its task is named by."""
    if 10 in task.runs and task.name in DEATHS:
        DEATHS[task.name]()
    return squares(task)


def dies_once(task):
    """Every task ends its worker the first time that it is played."""
    try:
        (Path(task.folder) / str(task.runs[0])).touch(exist_ok=False)
    except FileExistsError:
        return squares(task)
    os._exit(3)


def tasks(name="arm", folder=""):
    return [Task(name, tuple(range(first, first + 3)), folder) for first in range(0, 24, 3)]


def played(stream):
    found = {}
    for _, results in stream:
        assert not found.keys() & results.keys(), "every run comes once"
        found |= results
    return found


@pytest.mark.parametrize("how", DEATHS)
def test_a_run_that_kills_its_worker_is_named_and_the_others_are_kept(how, capfd):
    workers = 2 if how == "exits" else 1  # a death starts all of them anew
    found, stream = {}, on_processes([*tasks("arm"), *tasks(how)], dies, workers)
    with pytest.raises(WorkersLost, match="its worker died each time") as lost:
        for task, results in stream:
            found |= {(task.name, k): result for k, result in results.items()}
    assert (lost.value.arm, lost.value.run) == (how, 10)
    assert ("arm", 0) in found and (how, 10) not in found
    assert all(result == k * k for (_, k), result in found.items())
    assert "Fatal Python error" not in capfd.readouterr().err, "one sentence is enough"


def test_runs_whose_worker_dies_now_and_then_are_played_again(tmp_path):
    few = tasks(folder=str(tmp_path))[:1]
    assert played(on_processes(few, dies_once, 2)) == {k: k * k for k in range(3)}


def test_the_suspects_are_played_alone_and_acquitted(tmp_path, monkeypatch):
    """Workers that are killed from outside, whatever they play, make no run guilty."""
    monkeypatch.setattr(pool, "_SUSPECT", 1)
    few = tasks(folder=str(tmp_path))[:1]
    assert played(on_processes(few, dies_once, 1)) == {k: k * k for k in range(3)}


def ended():
    os._exit(3)


def test_workers_that_cannot_even_start_are_no_runs_fault(monkeypatch):
    monkeypatch.setattr(pool, "_begin", lambda parent: ended())
    with pytest.raises(WorkersLost, match="as they start") as lost:
        played(on_processes(tasks(), squares, 1))
    assert lost.value.run is None


def test_where_no_worker_can_be_made_one_process_is_offered(monkeypatch):
    def refused(**_):
        raise PermissionError(13, "Permission denied", "/dev/shm")

    monkeypatch.setattr("loky.get_reusable_executor", refused)
    with pytest.raises(WorkersLost, match=r"Permission denied.*--workers 1"):
        played(on_processes(tasks(), squares, 2))


def test_an_exception_of_a_task_stops_the_workers():
    def raises(task):
        raise LookupError(f"{os.getpid()}")

    with pytest.raises(LookupError) as raised:
        played(on_processes(tasks(), raises, 2))
    assert _gone([int(str(raised.value))])


def surroundings(task):
    heard = set(STOPPING) - signal.pthread_sigmask(signal.SIG_BLOCK, [])
    return {k: (str(sim.compiled.CACHE), heard) for k in task.runs}


def test_workers_hear_no_signals_and_keep_code_where_their_parent_does(tmp_path, monkeypatch):
    """Whatever the parent settled for: a worker that looked for itself might find no place."""
    cache = tmp_path / "fresh" / "dmz-escalation" / sim.compiled.CACHE.name
    monkeypatch.setattr(sim.compiled, "CACHE", cache)
    monkeypatch.setenv("DMZ_CACHE_DIR", "/proc/nowhere")
    found = played(on_processes(tasks(), surroundings, 2))
    assert list(found.values()) == [(str(cache), set())] * 24


PARENT = """\
import sys, time
sys.path.insert(0, {here!r})
from test_pool import pids, tasks
from experiments.play.pool import on_processes
for _, results in on_processes(tasks(), pids, 2):
    print(*results.values(), flush=True)
"""


def pids(task):
    if task.runs[0] > 6:
        while True:  # busy, as a run is
            pass
    return {task.runs[0]: os.getpid()}


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM], ids=lambda each: each.name)
def test_workers_end_with_their_parent(signum):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(here=str(HERE))], stdout=subprocess.PIPE, text=True
    )
    workers = {int(parent.stdout.readline()) for _ in range(2)}
    everybody = {each.pid for each in psutil.Process(parent.pid).children(recursive=True)}
    assert workers <= everybody
    parent.send_signal(signum)
    parent.wait(timeout=60)
    parent.stdout.close()
    assert _gone(everybody)


def _gone(everybody, seconds=10.0):
    """Whether all these processes end in time."""
    deadline = time.monotonic() + seconds
    while any(
        psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in everybody
    ):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_the_exit_codes_are_found_in_what_loky_says():
    said = BrokenExecutor("Words.\nThe exit codes of the workers are {EXIT(3), SIGABRT(-6)}\nMore.")
    assert pool._how(said) == " (EXIT(3), SIGABRT(-6))"
    assert pool._how(BrokenExecutor("something else")) == ""


def test_more_is_handed_out_once_more_workers_are_there():
    """And what had ended before it was asked for is not waited for."""
    most = iter([1, 1, 3, 3, 3, *[3] * 20])
    handed = []

    class Hands:
        def submit(self, play, work):
            future = Future()
            future.set_result(play(work))
            handed.append(work)
            return future

    waiting, old = tasks(), Future()
    first = waiting.pop()
    old.set_result(squares(first))
    stream = pool.handed_out(Hands(), waiting, {old: first}, squares, lambda: next(most))
    assert next(stream) == (first, squares(first)) and not handed
    next(stream)
    assert len(handed) == 3
    assert len(played(stream)) == 3 * 6 and len(handed) == 7
