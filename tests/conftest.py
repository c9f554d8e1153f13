"""Settings that all tests share, and the rule that a session leaves no process behind."""

import os
import signal
import sys
import time
import uuid

import psutil
import pytest
from hypothesis import settings

# The first example of a property may have to compile; that is no flaw of the property.
settings.register_profile("dmz", deadline=None, print_blob=True)
settings.load_profile("dmz")

# A shell has what it runs in the background ignore Ctrl-C, and commands leave ignored what is so.
_USUAL = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL,
          signal.SIGHUP: signal.SIG_DFL}  # fmt: skip
for _signum, _handler in _USUAL.items():
    if signal.getsignal(_signum) is signal.SIG_IGN:
        signal.signal(_signum, _handler)

FULL = os.environ.get("DMZ_FULL") == "1"
_MARK = "DMZ_TEST_SESSION"  # an environment goes on to children of children, whoever adopts them
_END_SECONDS = 15


def pytest_configure(config):
    """Compile once, before the workers of pytest-xdist start and each do it again."""
    from experiments.playing import compile_once
    from sim.compiled import is_cached

    if not hasattr(config, "workerinput"):
        os.environ[_MARK] = uuid.uuid4().hex
        if not is_cached():
            compile_once(print)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session):
    """Fail a session of which a process remains."""
    yield
    if hasattr(session.config, "workerinput"):
        return
    if "loky" in sys.modules:  # idle workers of this process itself
        from loky import get_reusable_executor

        get_reusable_executor(max_workers=1).shutdown(kill_workers=True)
    if left := _left_behind():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        for process in left:
            print(f"\nleft behind: {process.pid} {' '.join(process.cmdline())}")
            process.kill()


def _left_behind() -> list[psutil.Process]:
    deadline = time.monotonic() + _END_SECONDS
    while (left := [each for each in psutil.process_iter() if _is_of_this_session(each)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.5)
    return left


def _is_of_this_session(process: psutil.Process) -> bool:
    try:
        return (
            process.environ().get(_MARK) == os.environ[_MARK]
            and process.pid != os.getpid()
            and "resource_tracker" not in " ".join(process.cmdline())  # ends with its process
        )
    except psutil.Error:  # of somebody else, or gone meanwhile
        return False
