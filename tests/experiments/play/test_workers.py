"""How many cores there are, and who plays on them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.play import workers as there
from experiments.play.workers import Workers, cores


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """A tree of control groups of the test's own, and four cores to work on."""
    monkeypatch.setattr(there, "_CGROUPS", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    return tmp_path


def says(folder, **values):
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        (folder / name.replace("__", ".")).write_text(f"{value}\n")


@pytest.mark.parametrize(
    ("quota", "count"),
    [
        ("max 100000", 4),
        ("100000 100000", 1),
        ("150000 100000", 2),
        ("10000 100000", 1),
        ("900000 100000", 4),
        ("nonsense", 4),
    ],
)
def test_a_quota_of_the_second_kind_of_groups_counts(groups, monkeypatch, quota, count):
    monkeypatch.setattr(Path, "read_text", _as_in("0::/user.slice/mine\n"))
    says(groups / "user.slice" / "mine", cpu__max=quota)
    assert cores() == count


@pytest.mark.parametrize(("quota", "count"), [("-1", 4), ("200000", 2), ("50000", 1)])
def test_a_quota_of_the_first_kind_counts(groups, monkeypatch, quota, count):
    monkeypatch.setattr(Path, "read_text", _as_in("3:cpuset:/\n2:cpu,cpuacct:/batch/job\n0::/\n"))
    says(groups / "cpu" / "batch" / "job", cpu__cfs_quota_us=quota, cpu__cfs_period_us=100000)
    says(groups / "cpuset", cpu__cfs_quota_us=1, cpu__cfs_period_us=100000)
    assert cores() == count


def test_the_quota_of_a_group_above_counts_too(groups, monkeypatch):
    monkeypatch.setattr(Path, "read_text", _as_in("0::/all/mine\n"))
    says(groups / "all", cpu__max="200000 100000")
    says(groups / "all" / "mine", cpu__max="max 100000")
    assert cores() == 2


def test_without_control_groups_the_affinity_counts(groups, monkeypatch):
    def gone(self, *_):
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "read_text", gone)
    assert cores() == 4


def _as_in(mine, read=Path.read_text):
    return lambda self: mine if str(self) == "/proc/self/cgroup" else read(self)


def test_the_affinity_of_a_real_process():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
        "from experiments.play.workers import cores; print(cores())"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "1"


def test_a_real_quota():
    group = Path("/sys/fs/cgroup/cpu") / f"dmz-{os.getpid()}"
    try:
        group.mkdir()
        (group / "cpu.cfs_quota_us").write_text("100000")
    except OSError:
        pytest.skip("no control group can be made here")
    code = (
        f"import os; open('{group}/cgroup.procs', 'w').write(str(os.getpid())); "
        "from experiments.play.workers import cores; print(cores())"
    )
    try:
        assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "1"
    finally:
        group.rmdir()


def test_without_an_affinity_all_cores_count(groups, monkeypatch):
    """As on macOS."""
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    monkeypatch.setattr(Path, "read_text", _as_in("0::/\n"))
    assert cores() == 6


@pytest.mark.parametrize(
    ("scheduler", "runs", "size"),
    [(None, 10_000_000, 4), ("tcp://x:1", 96, 4), ("tcp://x:1", 400_000, 20), ("tcp://x:1", 10_000_000, 64)],
)
def test_a_task_for_a_cluster_is_longer_where_there_are_enough(scheduler, runs, size):
    assert Workers(None, scheduler).runs_a_task(runs) == size
