"""A real distributed scheduler and two workers, as processes on the loopback address."""

import importlib.metadata
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from little import begun, same_bytes
from typed import dmz

from experiments.play.cluster import cluster_problem, on_cluster
from experiments.play.faults import EnvironmentFault, WorkersLost
from experiments.play.task import Task, play_task
from experiments.play.workers import Workers
from experiments.study.folder import StudyFolder
from experiments.study.play_out import play_out
from sim.scenario.case import Case
from sim.scenario.library import scenario_folder
from sim.scenario.loading import load_case

RULE = "runs: 16"


def started(words, folder, name):
    log = (folder / f"{name}.log").open("w")
    return subprocess.Popen([sys.executable, "-m", *words], stdout=log, stderr=log, cwd=folder)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address, and the worker processes."""
    folder = tmp_path_factory.mktemp("cluster")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    processes = [
        started(
            [
                "distributed.cli.dask_scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                port,
                "--no-dashboard",
                "--no-jupyter",
            ],
            folder,
            "scheduler",
        )
    ]
    processes += [
        started(
            [
                "distributed.cli.dask_worker",
                address,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--name",
                name,
                "--local-directory",
                str(folder),
            ],
            folder,
            name,
        )
        for name in ("one", "two")
    ]
    from distributed import Client

    with Client(address, timeout="60s") as client:
        client.wait_for_workers(2, timeout=500)
    yield address, processes[1:]
    for process in processes[::-1]:
        process.kill()  # asked kindly, a worker may wait for the rest of the cluster
    for process in processes:
        process.wait(timeout=500)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = begun(tmp_path_factory.mktemp("here"), RULE).path
    assert dmz("resume", str(folder), "--workers", "1", "--no-report", cwd=folder.parent).returncode == 0
    return folder


def test_a_cluster_leaves_the_same_bytes_as_this_machine(cluster, here, tmp_path):
    folder = begun(tmp_path, RULE).path
    done = dmz("resume", str(folder), "--scheduler", cluster[0], "--no-report", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    same_bytes(folder, here)
    assert json.loads((folder / "session.json").read_text())["sessions"][0]["scheduler"]


def test_a_worker_of_the_cluster_may_die(cluster, here, tmp_path):
    folder, killed = begun(tmp_path, RULE).path, []
    start = time.monotonic()

    def show(progress):
        if not killed and progress.done > 0:
            cluster[1][0].send_signal(signal.SIGKILL)
            killed.append(time.monotonic() - start)

    play_out(StudyFolder(folder), Workers(None, cluster[0]), {}, show)
    assert killed
    for kind in ("runs", "incidents", "tension"):
        file = f"{kind}.parquet"
        assert (folder / file).read_bytes() == (here / file).read_bytes()


# -- what the workers lack, before the first run --------------------------------------------------


@pytest.fixture
def own_files(tmp_path):
    """A case with files of its own, read by a relative name, as a user does."""
    folder = shutil.copytree(scenario_folder(), tmp_path / "mine")
    return load_case(os.path.relpath(folder / "own_sites.yaml"), days=3), folder / "data"


def test_files_of_a_scenario_reach_workers_with_another_folder(cluster, own_files):
    case, _ = own_files
    assert cluster_problem(cluster[0], [case]) is None
    task = Task("own", case, 1, (0, 1))
    found = dict(next(on_cluster([task], play_task, cluster[0]))[1])
    assert {k: each.row for k, each in found.items()} == {k: each.row for k, each in play_task(task).items()}


def test_files_that_a_resumed_study_keeps_have_whole_paths(own_files, tmp_path, monkeypatch):
    case, _ = own_files
    for key, digest in case.fingerprints.items():
        (tmp_path / "inputs").mkdir(exist_ok=True)
        (tmp_path / "inputs" / digest).write_bytes(Path(case.files[key]).read_bytes())
    monkeypatch.chdir(tmp_path)
    again = Case.revived(case.saved, Path("inputs"))
    monkeypatch.chdir("/")
    assert all(Path(again.files[key]).is_file() for key in case.fingerprints)


def test_a_file_that_the_workers_have_not_is_named(cluster, own_files):
    case, data = own_files
    (data / "markers_example.csv").write_text("s_km\n1.0\n")
    problem = cluster_problem(cluster[0], [case])
    assert "markers_example.csv" in problem and "here" in problem
    (data / "markers_example.csv").unlink()
    assert "markers_example.csv is not there" in cluster_problem(cluster[0], [case])


def test_a_version_that_differs_is_named(cluster, monkeypatch):
    assert cluster_problem(cluster[0]) is None
    version = importlib.metadata.version
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: "1.0" if name == "numpy" else version(name)
    )
    said = cluster_problem(cluster[0])
    assert f"numpy is {version('numpy')}, here 1.0" in said


def test_an_agent_that_the_workers_have_not_is_named(cluster, tmp_path, monkeypatch):
    (tmp_path / "agents_of_mine.py").write_text(
        "from sim.agents import CommandPost\nclass Mine(CommandPost):\n    pass\n"
    )
    (tmp_path / "mine.yaml").write_text(
        "name: mine\nbinds: [north, south]\nagents: {CommandPost: agents_of_mine:Mine}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    case = load_case("declared", [str(tmp_path / "mine.yaml")])
    assert "agents_of_mine is not there" in cluster_problem(cluster[0], [case])


# -- what happens to runs -------------------------------------------------------------------------


def test_a_fault_of_the_machine_stops_a_cluster_too(cluster, own_files):
    case, data = own_files
    shutil.rmtree(data)
    with pytest.raises(EnvironmentFault, match="run 0 of own"):
        list(on_cluster([Task("own", case, 1, (0,))], play_task, cluster[0]))


def ends_its_worker(task):
    if 5 in task.runs:
        os._exit(3)
    return {k: k for k in task.runs}


def test_a_run_that_kills_workers_is_named_and_the_others_are_played():
    """A cluster of its own, whose workers come back."""
    import dask
    from distributed import LocalCluster

    found = {}
    tasks = [Task("arm", None, 1, tuple(range(first, first + 3))) for first in range(0, 12, 3)]
    few = dask.config.set({"distributed.scheduler.allowed-failures": 1})
    with (
        few,
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
        ) as own,
        pytest.raises(WorkersLost) as lost,
    ):
        for _, results in on_cluster(tasks, ends_its_worker, own.scheduler_address):
            found |= results
    assert (lost.value.arm, lost.value.run) == ("arm", 5)
    assert {0, 1, 2, 3, 4} <= found.keys() and 5 not in found


def test_a_scheduler_without_workers_is_not_waited_for(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr("experiments.play.pool._STANDSTILL_SECONDS", 0.1)
    monkeypatch.setattr("experiments.play.cluster._LONELY_SECONDS", 1)
    with (
        LocalCluster(
            n_workers=0, processes=False, dashboard_address=":0", silence_logs=logging.CRITICAL
        ) as own,
        pytest.raises(WorkersLost, match="no worker for 1 s"),
    ):
        list(on_cluster([Task("arm", None, 1, (0,))], ends_its_worker, own.scheduler_address))


def test_a_scheduler_that_is_not_there_is_one_clear_error(tmp_path):
    folder = begun(tmp_path, RULE).path
    done = dmz("resume", str(folder), "--scheduler", "tcp://127.0.0.1:9", cwd=tmp_path)
    assert done.returncode == 2 and "tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    done = dmz("resume", str(folder), "--scheduler", "nonsense:", cwd=tmp_path)
    assert done.returncode == 2 and "nonsense" in done.stderr and "Traceback" not in done.stderr
