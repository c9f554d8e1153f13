"""One process among others: closed streams, variables of other programs, signals."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from little import write
from typed import dmz

from experiments.play.faults import Stopped
from experiments.play.process import STOPPING, interruptible, settle, stoppable, unheard

SIGNALS = pytest.mark.parametrize("signum", STOPPING, ids=lambda each: each.name)


def sent(signum):
    signal.raise_signal(signum)


@SIGNALS
def test_a_signal_is_noted_and_a_second_one_stops(signum):
    before = signal.getsignal(signum)
    with pytest.raises(Stopped) as stopped, interruptible() as asked:
        assert asked() == 0
        sent(signum)
        assert asked() == signum
        sent(signum)
    assert stopped.value.code == 128 + signum
    assert signal.getsignal(signum) is before


@SIGNALS
def test_a_command_is_stopped_by_any_of_them(signum):
    with pytest.raises(KeyboardInterrupt), stoppable():
        sent(signum)


@SIGNALS
@pytest.mark.parametrize("context", [interruptible, stoppable])
def test_what_is_ignored_stays_so(signum, context):
    """As ``nohup`` and the shell's ``&`` have it."""
    before = signal.signal(signum, signal.SIG_IGN)
    try:
        with context() as asked:
            sent(signum)
            assert not asked or asked() == 0
        assert signal.getsignal(signum) is signal.SIG_IGN
    finally:
        signal.signal(signum, before)


def test_outside_the_main_thread_nothing_changes():
    seen = []

    def elsewhere():
        with interruptible() as asked, stoppable():
            seen.append((asked(), [signal.getsignal(each) for each in STOPPING]))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [(0, [signal.getsignal(each) for each in STOPPING])]


def test_children_that_are_started_unheard_stay_so():
    with unheard():
        child = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(1); print(5)"], stdout=subprocess.PIPE, text=True
        )
    for each in STOPPING:
        child.send_signal(each)
    assert child.communicate(timeout=500)[0] == "5\n" and child.returncode == 0
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, []) & set(STOPPING)


CLOSED = [(0,), (1,), (2,), (0, 1, 2)]


@pytest.mark.parametrize("closed", CLOSED, ids=str)
def test_a_closed_stream_is_no_place_for_a_file(tmp_path, closed):
    """Else the first file that is opened takes its number, and words land in the results."""
    kept = tmp_path / "kept"
    code = (
        "import sys; from experiments.play.process import settle; settle()\n"
        f"with open({str(kept)!r}, 'w') as file:\n"
        "    print('words'); print('words', file=sys.stderr); sys.stdin.read()\n"
        "    file.write(str(file.fileno() > 2))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: [os.close(each) for each in closed],
    )
    assert (done.returncode, kept.read_text()) == (0, "True")


def test_results_are_kept_though_nobody_listens(tmp_path):
    write(tmp_path)
    command = [
        sys.executable,
        "-m",
        "experiments.cli",
        "run",
        "short.yaml",
        "--no-report",
        "--runs",
        "4",
        "--workers",
        "2",
        "--out",
        "out",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, timeout=500, preexec_fn=lambda: [os.close(each) for each in (0, 1, 2)]
    )
    assert done.returncode == 0 and (tmp_path / "out" / "runs.parquet").stat().st_size > 0


def test_settling_leaves_open_streams_alone(monkeypatch):
    before = sys.stdin, sys.stdout, sys.stderr
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    settle()
    assert (sys.stdin, sys.stdout, sys.stderr) == before and "MPLBACKEND" not in os.environ


FOREIGN = {
    "MPLBACKEND": "nonsense",
    "MPLCONFIGDIR": "/proc/nowhere",
    "LOKY_PICKLER": "nonsense",
    "LOKY_MAX_CPU_COUNT": "nonsense",
    "LOKY_MAX_DEPTH": "nonsense",
    "PYTHONWARNINGS": "error",
    "OMP_NUM_THREADS": "1",
    "TMPDIR": "/nowhere",
    "NUMBA_DISABLE_JIT": "1",
    "NUMBA_DEBUG": "1",
    "COLUMNS": "nonsense",
}
if os.environ.get("DMZ_FULL") == "1":  # every process parses all libraries anew
    FOREIGN["PYTHONOPTIMIZE"] = "2"


def test_variables_of_other_programs_change_nothing(tmp_path, monkeypatch):
    write(tmp_path)
    words = ("run", "short.yaml", "--runs", "4", "--no-report")
    assert dmz(*words, "--workers", "1", "--out", "plain", cwd=tmp_path).returncode == 0
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    done = dmz(*words, "--workers", "2", "--out", "odd", cwd=tmp_path)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    for name in ("runs.parquet", "incidents.parquet", "figures.json"):
        assert (tmp_path / "plain" / name).read_bytes() == (tmp_path / "odd" / name).read_bytes()
