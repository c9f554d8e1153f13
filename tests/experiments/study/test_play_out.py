"""A study killed at any moment goes on, and ends with the bytes of one never disturbed.

Real processes are killed: a small process that has everything loaded forks children that play the
study, and kills each at a random moment.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from little import begun, same_bytes
from typed import dmz

from experiments.play.workers import Workers
from experiments.study.folder import StudyFolder
from experiments.study.play_out import play_out

KILLS = 24 if os.environ.get("DMZ_FULL") == "1" else 14
RULE = "runs: 24"  # of six arms: some four seconds
KILLER = """\
import os, random, shutil, signal, sys, time
from pathlib import Path
from experiments.study import play_out as playing
from experiments.play.workers import Workers
from experiments.play.task import play
from experiments.study.folder import StudyFolder

fresh, kills = Path(sys.argv[1]), int(sys.argv[2])
plan = StudyFolder(fresh).plan
play(next(iter(plan.arms.values())).case, 0, 1)     # everything is loaded before the forks
playing._SECONDS_A_PART = 0.03                     # so that kills fall into the writing too
luck, killed, studies = random.Random(5), 0, 0
while killed < kills:                               # a fast machine plays more studies meanwhile
    folder = Path(sys.argv[3]) / str(studies)
    if not folder.exists():
        shutil.copytree(fresh, folder)
    child = os.fork()
    if not child:
        playing.play_out(StudyFolder(folder), Workers(1), {})
        os._exit(0)
    time.sleep(luck.uniform(0.02, 0.4))
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        studies += 1
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed += 1
print(killed)
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    study = begun(tmp_path_factory.mktemp("undisturbed"), RULE)
    play_out(study, Workers(1), {})
    return study.path


def fresh(undisturbed: Path, folder: Path) -> Path:
    """A folder of the same study with nothing played."""
    folder.mkdir()
    shutil.copytree(undisturbed / "inputs", folder / "inputs")
    shutil.copy(undisturbed / "manifest.json", folder)
    return folder


def test_killed_at_random_moments_it_ends_with_the_same_bytes(undisturbed, tmp_path):
    start, studies = fresh(undisturbed, tmp_path / "fresh"), tmp_path / "killed"
    killer = subprocess.run(
        [sys.executable, "-c", KILLER, str(start), str(KILLS), str(studies)],
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert killer.returncode == 0, killer.stderr
    assert int(killer.stdout) == KILLS and any(studies.iterdir())
    for folder in studies.iterdir():
        play_out(StudyFolder(folder), Workers(1), {})
        same_bytes(folder, undisturbed)


def test_any_number_of_workers_and_any_chunks_leave_the_same_bytes(undisturbed, tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.play.workers.RUNS_A_TASK", 7)
    monkeypatch.setattr("experiments.study.play_out._RUNS_A_PART", 11)
    folder = fresh(undisturbed, tmp_path / "two")
    play_out(StudyFolder(folder), Workers(2), {})
    same_bytes(folder, undisturbed)


def starting(folder: Path) -> tuple[subprocess.Popen, list]:
    """A study that has just begun to start its two workers, in a session of its own."""
    import psutil

    command = [
        sys.executable,
        "-m",
        "experiments.cli",
        "resume",
        str(folder),
        "--workers",
        "2",
        "--no-report",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    parent, deadline = psutil.Process(process.pid), time.monotonic() + 300
    workers: list[psutil.Process] = []
    while time.monotonic() < deadline and process.poll() is None and not workers:
        workers = [p for p in parent.children(recursive=True) if "popen_loky" in " ".join(p.cmdline())]
        time.sleep(0.05)
    assert workers, "no worker process was seen"
    return process, workers


def test_ctrl_c_while_workers_start_is_one_line(undisturbed, tmp_path):
    """A terminal sends it to the workers too, which are still loading."""
    process, workers = starting(fresh(undisturbed, tmp_path / "out"))
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=500)
    assert process.returncode == 130 and "Traceback" not in said and said.count("\n") == 1, said
    assert not any(each.is_running() for each in workers)


def test_a_worker_and_then_the_command_itself_are_killed(undisturbed, tmp_path):
    folder = fresh(undisturbed, tmp_path / "out")
    process, workers = starting(folder)
    time.sleep(2)
    workers[0].send_signal(signal.SIGKILL)
    time.sleep(1.5)
    process.kill()
    process.communicate()
    done = dmz("resume", str(folder), "--no-report", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for kind in ("runs", "incidents", "tension"):
        file = f"{kind}.parquet"
        assert (folder / file).read_bytes() == (undisturbed / file).read_bytes()


def test_a_full_disk_loses_nothing(undisturbed, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=260k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        folder = fresh(undisturbed, disk / "out")
        done = dmz("resume", str(folder), "--workers", "1", "--no-report", cwd=tmp_path)
        assert done.returncode == 1 and "No space left" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr and not StudyFolder(folder).parts.complete
        subprocess.run(["mount", "-o", "remount,size=40m", str(disk)], check=True)
        done = dmz("resume", str(folder), "--workers", "1", "--no-report", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        for kind in ("runs", "incidents", "tension"):
            file = f"{kind}.parquet"
            assert (folder / file).read_bytes() == (undisturbed / file).read_bytes()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def stopped(folder: Path, signum: int) -> int:
    """Have a study stopped by a signal; the runs that it says are kept."""
    command = [
        sys.executable,
        "-m",
        "experiments.cli",
        "resume",
        str(folder),
        "--workers",
        "1",
        "--no-report",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not any(folder.glob("parts")) and process.poll() is None:
        time.sleep(0.05)
    time.sleep(1.0)
    os.kill(process.pid, signum)
    _, said = process.communicate(timeout=500)
    assert process.returncode == 128 + signum, said
    assert "dmz resume" in said and "Traceback" not in said
    kept = StudyFolder(folder).parts.rows("runs")
    assert 0 < kept < 144
    return kept


# play/test_process.py tells that all signals are taken alike
@pytest.mark.parametrize(
    "signum",
    [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.again)],
    ids=lambda each: each.name,
)
def test_a_signal_loses_nothing(undisturbed, tmp_path, signum):
    assert stopped(fresh(undisturbed, tmp_path / "out"), signum)


def test_ctrl_c_keeps_what_was_played_and_says_how_to_go_on(undisturbed, tmp_path):
    folder = fresh(undisturbed, tmp_path / "out")
    stopped(folder, signal.SIGINT)
    shown = dmz("results", str(folder), cwd=tmp_path)
    assert shown.returncode == 0 and "not complete" in shown.stdout
    assert dmz("report", str(folder), cwd=tmp_path).returncode == 0
    assert "Not everything has been played" in (folder / "report.html").read_text()
    assert json.loads((folder / "figures.json").read_text())["complete"] is False
    play_out(StudyFolder(folder), Workers(1), {})
    assert (folder / "runs.parquet").read_bytes() == (undisturbed / "runs.parquet").read_bytes()


def test_a_rule_that_looks_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.study.stopping.interim_runs", lambda budget: [8, 24, budget])
    folders = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        rule = "until: {relative_half_width: 0.8}\nestimate: [incidents]\nbudget: 32"
        folders.append(begun(tmp_path / name, rule).path)
    one, other = folders
    play_out(StudyFolder(one), Workers(1), {})
    shown = iter(range(1000))

    def stop(_):
        if next(shown) % 9 == 8:
            raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            play_out(StudyFolder(other), Workers(1), {}, stop)
    play_out(StudyFolder(other), Workers(1), {})
    assert (one / "runs.parquet").read_bytes() == (other / "runs.parquet").read_bytes()
    runs = StudyFolder(one).parts.table("runs", ["arm"])["arm"].value_counts().to_pylist()
    assert len({each["counts"] for each in runs}) > 1, "some arm was to stop before the others"


def test_timings_live_apart(tmp_path):
    folder = begun(tmp_path, "runs: 2").path
    assert dmz("resume", str(folder), "--workers", "2", "--no-report", cwd=tmp_path).returncode == 0
    assert dmz("resume", str(folder), "--no-report", cwd=tmp_path).returncode == 0
    sessions = json.loads((folder / "session.json").read_text())["sessions"]
    assert len(sessions) == 2 and sessions[0]["workers"] == 2
