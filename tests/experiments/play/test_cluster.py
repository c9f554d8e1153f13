"""A real distributed scheduler and two workers, as processes on the loopback address."""

import contextlib
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
from little import begun, same_bytes, write
from typed import dmz

from experiments.benchmarks import canned
from experiments.commands.audience import Audience
from experiments.commands.exits import ended
from experiments.commands.study import Options, resume
from experiments.design.ingredients import ingredients
from experiments.play.cluster import cluster_problem, on_cluster
from experiments.play.faults import EnvironmentFault, UnlikeWorker, WorkersLost
from experiments.play.pool import AHEAD
from experiments.play.surroundings import Surroundings
from experiments.play.task import Task, play_task
from experiments.play.workers import Workers
from experiments.study.folder import StudyFolder
from experiments.study.play_out import play_out
from experiments.study.removals import TABLE, RemovalTask, play_removals
from sim.scenario.case import Case
from sim.scenario.library import scenario_folder
from sim.scenario.loading import load_case

RULE = "runs: 16"
NO_CASE = Surroundings.of([])


def started(words, folder, name, **variables):
    log = (folder / f"{name}.log").open("w")
    command, environment = [sys.executable, "-m", *words], os.environ | variables
    return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)


def worker(address, folder, name, **variables):
    words = ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    return started([*words, "--name", name, "--local-directory", str(folder)], folder, name, **variables)


@contextlib.contextmanager
def processes(folder, workers):
    """The address of a scheduler, its process, and behind it those of so many workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    words = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port]
    own = [started([*words, "--no-dashboard", "--no-jupyter"], folder, "scheduler")]
    own += [worker(address, folder, f"worker-{n}") for n in range(workers)]
    from distributed import Client

    try:
        with Client(address, timeout="60s") as client:
            client.wait_for_workers(workers, timeout=500)
        yield address, own
    finally:
        for process in own[::-1]:
            process.kill()  # asked kindly, a worker may wait for the rest of the cluster
        for process in own:
            process.wait(timeout=500)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address, and the processes of the workers and of the scheduler."""
    with processes(tmp_path_factory.mktemp("cluster"), 2) as (address, own):
        yield address, own[1:], own[0]


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


def test_other_work_than_runs_is_done_by_a_cluster_to_the_same_tables(cluster, here):
    arm = next(iter(StudyFolder(here).plan.arms.values()))
    delay = tuple(each for each in ingredients() if each.name == "delay")
    task = RemovalTask(arm.name, arm.case, 1, (0, 1), (3, 4), ((0, 1),) * 2, delay)
    ((_, found),) = Workers(None, cluster[0]).work_through([task], play_removals, [arm.case])
    for place, its in play_removals(task).items():
        assert len(its[TABLE]) == 4 and found[place][TABLE].equals(its[TABLE])


@pytest.fixture
def own_files(tmp_path):
    """A case with files of its own, read by a relative name, as a user does."""
    folder = shutil.copytree(scenario_folder(), tmp_path / "mine")
    return load_case(os.path.relpath(folder / "own_sites.yaml"), days=3), folder / "data"


def test_files_of_a_scenario_reach_workers_with_another_folder(cluster, own_files):
    case, _ = own_files
    assert cluster_problem(cluster[0], [case]) is None
    task = Task("own", case, 1, (0, 1))
    found = dict(next(on_cluster([task], play_task, cluster[0], Surroundings.of([case])))[1])
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


@pytest.fixture
def stranger(cluster, tmp_path):
    """The address of a worker that joined later, whose numpy is another: by what is written beside it."""
    from distributed import Client

    library = tmp_path / "library" / "numpy-1.0.dist-info"
    library.mkdir(parents=True)
    (library / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 1.0\n")
    path = os.pathsep.join([str(library.parent), os.environ["PYTHONPATH"]])
    with Client(cluster[0], timeout="60s") as client:
        before = client.nthreads().keys()
        process = worker(cluster[0], tmp_path, "stranger", PYTHONPATH=path)
        client.wait_for_workers(len(before) + 1, timeout=500)
        (address,) = client.nthreads().keys() - before
        yield address
        process.kill()
        process.wait(timeout=500)
        while address in client.nthreads():
            time.sleep(0.05)


def test_a_worker_of_another_version_is_named_and_plays_nothing(cluster, stranger, tmp_path):
    """Before anything is written; and where it joined after that was asked, before it plays."""
    study, said = write(tmp_path), f"on its worker {stranger} numpy is 1.0, here"
    done = dmz("study", str(study), "--scheduler", cluster[0], "--out", "out", cwd=tmp_path)
    assert done.returncode == 2 and said in done.stderr and "Mismatched" not in done.stderr
    assert not (tmp_path / "out").exists()
    tasks = [Task("arm", None, 1, (k,)) for k in range(40)]
    with pytest.raises(UnlikeWorker, match=said):
        list(on_cluster(tasks, canned.nothing, cluster[0], NO_CASE))


def test_a_worker_that_would_play_several_runs_at_once_is_refused():
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    ) as own:
        assert "runs would share 2 threads: start it with --nthreads 1" in cluster_problem(
            own.scheduler_address
        )


# -- what happens to runs -------------------------------------------------------------------------


def test_a_fault_of_the_machine_stops_a_cluster_too(cluster, own_files):
    case, data = own_files
    shutil.rmtree(data)
    with pytest.raises(EnvironmentFault, match="run 0 of own"):
        list(on_cluster([Task("own", case, 1, (0,))], play_task, cluster[0], NO_CASE))


def ends_its_worker(task):
    if 5 in task.runs:
        os._exit(3)
    return {k: k for k in task.runs}


def test_a_run_that_kills_workers_is_named_and_the_others_are_played():
    """A cluster of its own, whose worker comes back, and which gives up at once what ended it."""
    import dask
    from distributed import LocalCluster

    found = {}
    tasks = [Task("arm", None, 1, tuple(range(first, first + 3))) for first in range(0, 12, 3)]
    few = dask.config.set({"distributed.scheduler.allowed-failures": 0})
    with (
        few,
        LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
        ) as own,
        pytest.raises(WorkersLost) as lost,
    ):
        for _, results in on_cluster(tasks, ends_its_worker, own.scheduler_address, NO_CASE):
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
        list(on_cluster([Task("arm", None, 1, (0,))], ends_its_worker, own.scheduler_address, NO_CASE))


def test_a_scheduler_that_is_not_there_is_one_clear_error(tmp_path):
    folder = begun(tmp_path, RULE).path
    done = dmz("resume", str(folder), "--scheduler", "tcp://127.0.0.1:9", cwd=tmp_path)
    assert done.returncode == 2 and "tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    done = dmz("resume", str(folder), "--scheduler", "nonsense:", cwd=tmp_path)
    assert done.returncode == 2 and "nonsense" in done.stderr and "Traceback" not in done.stderr


# -- at the end, of the scheduler too -------------------------------------------------------------


class Growing(Audience):
    """Once a study is under way, has the cluster grow as its scheduler asks, and then ends the scheduler."""

    def __init__(self, cluster, folder):
        self.cluster, self.folder, self.wanted, self.joined = cluster, folder, 0, None

    def progress(self, plan):
        return contextlib.nullcontext(self.show)

    def show(self, progress):
        from distributed import Client

        if self.wanted:
            return
        with Client(self.cluster[0]) as client:
            workers = len(client.nthreads())
            self.wanted = client.sync(client.scheduler.adaptive_target, target_duration="100ms") / workers
            self.joined = worker(self.cluster[0], self.folder, "joined")
            client.wait_for_workers(workers + 1, timeout=500)
        self.cluster[2].kill()


def test_a_cluster_that_grows_and_loses_its_scheduler_is_gone_on_with(
    cluster, here, tmp_path, capsys, caplog
):
    """The scheduler sees work for more workers; the folder keeps what was played before it died."""
    folder, growing = begun(tmp_path, RULE).path, Growing(cluster, tmp_path)
    with pytest.raises(WorkersLost) as lost:
        resume(folder, Options(Workers(None, cluster[0])), growing)
    growing.joined.kill()
    growing.joined.wait(timeout=500)
    assert growing.wanted > AHEAD, "it sees more work than its workers will have in hand"
    assert ended(lost.value) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert f"the scheduler at {cluster[0]} is gone" in said and f"go on with: dmz resume {folder}" in said
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR], "one line is enough"
    assert 0 < StudyFolder(folder).parts.rows("runs") < 96
    assert dmz("resume", str(folder), "--no-report", cwd=tmp_path).returncode == 0
    same_bytes(folder, here)
