"""A running ``distributed`` scheduler, by the same face as the processes of this machine."""

import contextlib
import importlib
import importlib.metadata
import logging
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from pathlib import Path
from typing import TYPE_CHECKING

import sim
from experiments.play.faults import WorkersLost
from experiments.play.pool import Play, R, Stream, W, handed_out
from sim.scenario.case import Case
from sim.scenario.own_tables import fingerprint

if TYPE_CHECKING:
    from distributed import Client

_CONNECT_SECONDS = 20
_LONELY_SECONDS = 60
_LIBRARIES = ("mesa", "numpy", "numba", "llvmlite", "scipy", "pydantic")  # bits depend on them
_NONE = "not there"


def on_cluster(tasks: Iterable[W], play: Play[W, R], address: str) -> Stream[W, R]:
    """Have a cluster play all tasks.

    A task that the cluster gives up, since its workers died, is played again at the end, alone and
    run by run. Raises ``WorkersLost`` with the run at which workers die, when the cluster loses work
    that it was given, or when it has had no worker for a minute; that a worker dies is no reason,
    for its tasks go to others.
    """
    from distributed.scheduler import KilledWorker

    waiting, pending, suspects = list(tasks)[::-1], dict[Future[R], W](), list[W]()
    with _connected(address) as (executor, workers, look_for_workers):
        while waiting or pending:
            try:
                yield from handed_out(executor, waiting, pending, play, workers, look_for_workers)
            except KilledWorker:
                task = pending.pop(next(filter(_is_given_up, pending)))
                suspects += [task.alone(k) for k in task.runs]
        for alone in suspects:
            try:
                yield from handed_out(executor, [alone], {}, play, 1, look_for_workers)
            except KilledWorker as killed:
                raise WorkersLost(
                    f"the workers at {address} died each time, also when they played nothing else; "
                    "an agent that ends its process does that, or too little memory",
                    alone.name,
                    alone.runs[0],
                ) from killed


def _is_given_up(future: Future[R]) -> bool:
    return future.done() and type(future.exception()).__name__ == "KilledWorker"


@contextlib.contextmanager
def _connected(address: str) -> Iterator[tuple[Executor, int, Callable[[], None]]]:
    """The scheduler's executor, how many threads its workers have, and what looks whether any is left."""
    from distributed import Client
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    try:
        with Client(address, timeout=_CONNECT_SECONDS) as client:
            workers = max(1, sum(client.nthreads().values()))
            yield client.get_executor(pure=False), workers, _Lookout(client, address)
    except (CancelledError, FutureCancelledError, CommClosedError, TimeoutError) as lost:
        raise WorkersLost(f"the cluster at {address} lost its work: {lost}") from lost


class _Lookout:
    """Raises ``WorkersLost`` once a scheduler has had no worker for a minute: it would wait for ever."""

    def __init__(self, client: "Client", address: str) -> None:
        self._client, self._address = client, address
        self._alone_since: float | None = None

    def __call__(self) -> None:
        now = time.monotonic()
        if self._client.nthreads():
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > _LONELY_SECONDS:
            raise WorkersLost(
                f"the scheduler at {self._address} has had no worker for {_LONELY_SECONDS} s: start workers"
            )


def cluster_problem(address: str, cases: Iterable[Case] = ()) -> str | None:
    """Why these cases cannot be played on the scheduler at ``address``, in a line; else None.

    Its workers need this version, the libraries on which bits depend, the files of the cases with
    the same bytes at the same paths, and the modules of their agents.
    """
    try:
        from distributed import Client
    except ImportError:
        return "the package distributed is not installed: pip install 'dmz-escalation[cluster]'"
    cases = list(cases)
    files = {case.files[key]: found for case in cases for key, found in case.fingerprints.items()}
    modules = sorted({choice.reference.partition(":")[0] for case in cases for choice in case.agents})
    here = _surroundings([], modules) | files
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # its tracebacks would stand beside our one line
    try:
        with Client(address, timeout=_CONNECT_SECONDS) as client:
            found = client.run(_surroundings, list(files), modules)
    except (OSError, ValueError, TypeError) as error:
        return f"no scheduler can be reached there: {error}"
    except (ImportError, AttributeError) as error:
        return f"its workers have not this package, or another version: {error}"
    finally:
        logger.setLevel(level)
    if not found:
        return "the scheduler has no workers"
    for worker, there in found.items():
        for name in here:
            if there[name] != here[name]:
                return f"on its worker {worker} {name} is {there[name]}, here {here[name]}"
    return None


def _surroundings(files: Sequence[str], modules: Sequence[str]) -> dict[str, str]:
    """What rows depend on beside their case: versions, files by their SHA-256, modules."""
    found = {"dmz": sim.__version__, "python": platform.python_version()}
    found |= {name: importlib.metadata.version(name) for name in _LIBRARIES}
    for name in files:
        try:
            found[name] = fingerprint(Path(name))
        except OSError:
            found[name] = _NONE
    for name in modules:
        try:
            importlib.import_module(name)
            found[name] = "there"
        except ImportError:
            found[name] = _NONE
    return found
