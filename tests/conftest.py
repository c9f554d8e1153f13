"""Settings that all tests share, and the rule that a session leaves no process behind."""

import os
import signal
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psutil
import pytest
import typed
from hypothesis import settings

# The first example of a property may have to compile; that is no flaw of the property.
FULL = os.environ.get("DMZ_FULL") == "1"
# Examples of a gate are those of the run before: new ones are sought with DMZ_FULL=1.
settings.register_profile("dmz", deadline=None, print_blob=True, derandomize=not FULL)
settings.load_profile("dmz")

# A shell has what it runs in the background ignore Ctrl-C, and commands leave ignored what is so.
_USUAL = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}
for _signum, _handler in _USUAL.items():
    if signal.getsignal(_signum) is signal.SIG_IGN:
        signal.signal(_signum, _handler)

_MARK = "DMZ_TEST_SESSION"  # an environment goes on to children of children, whoever adopts them
_PATH = "DMZ_TEST_PATH"
_END_SECONDS = 60


def pytest_collection_modifyitems(items):
    """What quicker tests hold too waits for ``DMZ_FULL=1``: the gate has a quarter of an hour.

    The notebook comes first: nobody waits for the longest file at the end.
    """
    items.sort(key=lambda item: item.path.name != "test_notebook.py")
    for item in items:
        if not FULL and item.get_closest_marker("again"):
            item.add_marker(pytest.mark.skip(reason="a quicker test holds it too; DMZ_FULL=1 plays it"))


def pytest_configure(config):
    """Compile once, before the workers of pytest-xdist start and each do it again."""
    from experiments.play.warm_up import compile_once
    from sim.compiled import is_cached

    if not hasattr(config, "workerinput"):
        os.environ[_MARK] = uuid.uuid4().hex
        os.environ[_PATH] = _folder_of_tests(config)
        if not is_cached():
            compile_once(print)
    sys.path.append(os.environ[_PATH])


def _folder_of_tests(config) -> str:
    """A folder on the path of every child, in which modules of tests are found as pytest names them.

    The checkout itself is no such folder: its packages would hide the installed ones, which are tested.
    """
    folder = tempfile.TemporaryDirectory(prefix="dmz-tests-")
    config.add_cleanup(folder.cleanup)
    (Path(folder.name) / "tests").symlink_to(Path(__file__).parent, target_is_directory=True)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder.name, os.environ.get("PYTHONPATH")]))
    return folder.name


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session):
    """Fail a session of which a process remains."""
    yield
    typed.stop()
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
