"""What stops a command is told in one line, with the command that goes on; no traceback."""

import errno
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

from experiments import cli
from experiments.commands.exits import Halted, guarded, place_in, resumable, resume_command
from experiments.play.faults import EnvironmentFault, Stopped, UnlikeWorker, WorkersLost
from experiments.store.files import Damaged
from sim.arithmetic import mean
from sim.documents import BadInput, Mark, Problem


def raising(error):
    def do(_):
        raise error

    return do


def in_folder(error):
    def do(_):
        with resumable(Path("my results")):
            raise error

    return do


def test_what_failed_is_gone_on_with_as_it_was_asked():
    with pytest.raises(MemoryError) as stopped, resumable(Path("out"), "--failed"):
        raise MemoryError
    assert stopped.value.__notes__ == ["what was played is kept; go on with: dmz resume --failed out"]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (BadInput([Problem(Mark("a.yaml", 3, 1), "x", message="wrong")]), 2, "a.yaml:3:1: x: wrong"),
        (Halted("no more"), 1, "no more"),
        (Damaged(Path("out/runs.parquet"), "is damaged"), 2, "out/runs.parquet: is damaged"),
        (WorkersLost("they die", "arm", 3), 1, "run 3 of arm: they die"),
        (UnlikeWorker("on its worker x numpy is 1"), 2, "stopped: on its worker x numpy is 1"),
        (EnvironmentFault("arm", 3, "OSError: no", "at x.py:1"), 1, "run 3 of arm"),
        (MemoryError(), 1, "not enough memory"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (Stopped(signal.SIGTERM), 143, "interrupted"),
        (OSError(errno.ENOSPC, "No space left on device", "f"), 1, "device (f): make room"),
        (OSError(errno.EACCES, "Permission denied", "f"), 1, "stopped: Permission denied (f)"),
        (
            ZeroDivisionError("by zero"),
            70,
            "a fault of this program, not of yours: ZeroDivisionError: by zero, at ",
        ),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/dev/shm"), 1, "(/dev/shm)"),
    ],
)
def test_what_stops_a_command_is_one_line(capsys, error, code, said):
    assert guarded(raising(error)) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert ("make room" in line) == (getattr(error, "errno", None) == errno.ENOSPC)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Stopped(signal.SIGHUP), 129),
        (KeyboardInterrupt(), 130),
        (Stopped(signal.SIGINT), 130),
        (WorkersLost("they die"), 1),
        (UnlikeWorker("numpy is 1"), 2),
        (OSError(errno.EIO, "Input/output error"), 1),
        (MemoryError(), 1),
        (EnvironmentFault("arm", 3, "OSError: no", "at x.py:1"), 1),
    ],
)
def test_what_stops_the_work_in_a_folder_is_told_with_the_command_that_goes_on(capsys, error, code):
    assert guarded(in_folder(error)) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert "what was played is kept" in line
    assert line.endswith("go on with: dmz resume 'my results'")


def test_a_fault_is_told_with_a_file_that_has_the_whole_of_it(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["dmz", "run", "my scenario"])
    assert guarded(in_folder(ZeroDivisionError("by zero"))) == 70
    (line,) = capsys.readouterr().err.splitlines()
    (kept,) = tmp_path.iterdir()
    assert re.search(rf"test_exits\.py:[0-9]+ in do; please report it with {kept}", line)
    assert line.endswith("what was played is kept; go on with: dmz resume 'my results'")
    text = kept.read_text()
    assert text.startswith("dmz-escalation 0.") and "\ndmz run 'my scenario'\n\nTraceback" in text
    assert "ZeroDivisionError: by zero" in text


def test_a_fault_is_shown_whole_where_that_is_asked_for_or_no_file_can_be_kept(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert guarded(raising(ZeroDivisionError("by zero"))) == 70
    assert "DMZ_DEBUG=1 shows the whole of it: please report that" in capsys.readouterr().err
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("DMZ_DEBUG", "1")
    assert guarded(raising(ZeroDivisionError("by zero"))) == 70
    assert capsys.readouterr().err.startswith("Traceback (most recent call last):\n")
    assert list(tmp_path.iterdir()) == []


def test_a_fault_outside_of_every_verb_is_told_too(capsys, monkeypatch):
    """Such as a full disk under what --help prints."""
    monkeypatch.setattr(sys, "argv", ["dmz", "--help"])
    monkeypatch.setattr(sys, "stdout", open("/dev/full", "w"))  # noqa: SIM115
    assert cli.main() == 1
    assert capsys.readouterr().err == "stopped: No space left on device: make room\n"


def test_bad_input_in_a_folder_stays_bad_input(capsys):
    assert guarded(in_folder(BadInput([Problem(Mark("--x", 0, 0), "", message="no")]))) == 2


NAMES = (
    "plain",
    "two words",
    "it's",
    "$HOME",
    "-dash",
    "a\nb",
    "tab\tx",
    "back\\slash\x1b'",
    os.fsdecode(b"caf\xe9"),
    "비무장",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_quoted_command_can_be_typed(name):
    said = resume_command(Path(name), "--failed")
    assert said.isprintable() and said.startswith("dmz resume --failed ")
    echo = said.replace("dmz resume --failed", "printf %s", 1)
    typed = subprocess.run(["bash", "-c", echo], capture_output=True, check=True).stdout
    assert os.fsdecode(typed).removeprefix("./") == name
    assert not said.split(" ", 3)[3].startswith("-")
    if name.isprintable():
        assert shlex.split(said)[3].removeprefix("./") == name


# -- where an agent stood -------------------------------------------------------------------------


def traceback_of(code: str, file: str) -> str:
    """The traceback of a code that raises, as if it stood in a file."""
    try:
        exec(compile(code, file, "exec"), {"mean": mean})
    except Exception:
        return traceback.format_exc()
    pytest.fail("it raises nothing")


def test_the_place_is_the_last_in_somebodys_own_code():
    text = traceback_of("def mine():\n    mean([])\nmine()", "/home/a b/mine.py")
    assert text.count("  File ") == 4 and place_in(text) == ", at /home/a b/mine.py:2 in mine"


def test_without_own_code_the_place_is_the_last_of_all():
    ours = mean.__code__.co_filename
    frames = "".join(f'  File "{ours}", line {n}, in mean\n    return\n' for n in (1, 79))
    assert place_in(f"Traceback (most recent call last):\n{frames}") == f", at {ours}:79 in mean"
    assert place_in("") == ""
