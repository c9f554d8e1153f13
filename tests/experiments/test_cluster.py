"""A real distributed scheduler and two workers, as processes on the loopback address."""

import json
import signal
import socket
import subprocess
import sys
import time

import pytest
from little import begun, dmz, same_bytes

from experiments.campaign import play_out
from experiments.crew import Crew
from experiments.folders import StudyFolder

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
    processes = [started(["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port,
                          "--no-dashboard", "--no-jupyter"], folder, "scheduler")]  # fmt: skip
    processes += [
        started(["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny",
                 "--no-dashboard", "--name", name, "--local-directory", str(folder)], folder, name)
        for name in ("one", "two")
    ]  # fmt: skip
    from distributed import Client

    with Client(address, timeout="60s") as client:
        client.wait_for_workers(2, timeout=60)
    yield address, processes[1:]
    for process in processes[::-1]:
        process.kill()  # asked kindly, a worker may wait for the rest of the cluster
    for process in processes:
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = begun(tmp_path_factory.mktemp("here"), RULE).path
    assert dmz("resume", str(folder), "--workers", "1", cwd=folder.parent).returncode == 0
    return folder


def test_a_cluster_leaves_the_same_bytes_as_this_machine(cluster, here, tmp_path):
    folder = begun(tmp_path, RULE).path
    done = dmz("resume", str(folder), "--scheduler", cluster[0], cwd=tmp_path)
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

    play_out(StudyFolder(folder), Crew(1, cluster[0]), {}, show)
    assert killed
    for kind in ("runs", "incidents", "tension"):
        file = f"{kind}.parquet"
        assert (folder / file).read_bytes() == (here / file).read_bytes()


def test_a_scheduler_that_is_not_there_is_one_clear_error(tmp_path):
    folder = begun(tmp_path, RULE).path
    done = dmz("resume", str(folder), "--scheduler", "tcp://127.0.0.1:9", cwd=tmp_path)
    assert done.returncode == 2 and "tcp://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
    done = dmz("resume", str(folder), "--scheduler", "nonsense:", cwd=tmp_path)
    assert done.returncode == 2 and "nonsense" in done.stderr and "Traceback" not in done.stderr
