"""A smoke test of what stands in for another system: what macOS lacks is taken away."""

import subprocess
import sys

import pytest

LACKING = """\
import os, pathlib, signal, sys
for module, names in ((os, "sched_getaffinity sched_setaffinity memfd_create eventfd O_TMPFILE O_PATH"),
                      (signal, "sigtimedwait sigwaitinfo SIGRTMIN SIGRTMAX SIGPWR SIGSTKFLT")):
    for name in names.split():
        delattr(module, name)
read = pathlib.Path.read_text
def elsewhere(path, *how, **ways):
    if str(path).startswith(("/proc", "/sys")):
        raise FileNotFoundError(2, "No such file or directory", str(path))
    return read(path, *how, **ways)
pathlib.Path.read_text = elsewhere
import dmz
sys.exit(dmz.main())
"""


@pytest.mark.again
def test_without_what_macos_lacks_it_plays_and_plays_again(tmp_path):
    def typed(*words):
        return subprocess.run(
            [sys.executable, "-c", LACKING, *words], capture_output=True, text=True, cwd=tmp_path, timeout=500
        )

    for words in (
        ("run", "declared", "--days", "20", "--runs", "8", "--workers", "2", "--out", "out"),
        ("resume", "out"),
        ("verify", "out", "--rows", "3"),
    ):
        done = typed(*words)
        assert done.returncode == 0, done.stderr
    assert "3 of 3 rows played again the same" in done.stdout
