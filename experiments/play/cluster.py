"""A running ``distributed`` scheduler, by the same face as the processes of this machine.

Every worker holds its own surroundings against those of the study before it plays a task, so that one
that joins later is found out too. Tasks travel as bytes: the scheduler hands them on unread.
"""

import contextlib
import importlib.util
import logging
import time
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future
from functools import cache
from typing import TYPE_CHECKING, Any

import sim
from experiments.play.faults import UnlikeWorker, WorkersLost
from experiments.play.pool import AHEAD, Play, R, Stream, W, handed_out
from experiments.play.surroundings import LIBRARIES, NONE, Surroundings, unlike
from sim.scenario.case import Case

if TYPE_CHECKING:
    from distributed import Client

_CONNECT_SECONDS = 20
_LONELY_SECONDS = 60
_COUNT_SECONDS = 2.0  # how often workers are counted anew
# Tasks that are handed out at least, however few workers there are: a cluster that grows by its work must
# see some, and a scheduler gives each worker no more of them than it can play next.
_LEAST_AHEAD = 500
_SCHEDULER = "the scheduler itself"
_VERSION = "__import__('sim').__version__"  # asked of workers that may not read a function of ours


def on_cluster(tasks: Iterable[W], play: Play[W, R], address: str, wanted: Surroundings) -> Stream[W, R]:
    """Have a cluster play all tasks, by workers whose surroundings are as ``wanted``.

    A task that the cluster gives up, since its workers died, is played again at the end, alone and
    run by run. Raises ``UnlikeWorker`` at a worker that would play other bits; ``WorkersLost`` with the run
    at which workers die, when the cluster loses work that it was given, when its scheduler is gone, or when
    it has had no worker for a minute; that a worker dies is no reason, for its tasks go to others.
    """
    from distributed.scheduler import KilledWorker

    waiting, pending, suspects = list(tasks)[::-1], dict[Future[R], W](), list[W]()
    with _connected(address, wanted) as cluster:
        alive = cluster.look_for_workers
        while waiting or pending:
            try:
                yield from handed_out(cluster, waiting, pending, play, cluster.ahead, alive)
            except KilledWorker:
                task = pending.pop(next(filter(_is_given_up, pending)))
                suspects += [task.alone(k) for k in task.runs]
        for alone in suspects:
            try:
                yield from handed_out(cluster, [alone], {}, play, lambda: 1, alive)
            except KilledWorker as killed:
                raise WorkersLost(
                    f"the workers at {address} died each time, also when they played nothing else; "
                    "an agent that ends its process does that, or too little memory",
                    alone.name,
                    alone.runs[0],
                ) from killed


def _is_given_up(future: Future[Any]) -> bool:
    return future.done() and type(future.exception()).__name__ == "KilledWorker"


class _Cluster:
    """Who plays at ``address``: takes tasks as an executor does."""

    def __init__(self, client: "Client", address: str, wanted: Surroundings) -> None:
        from distributed.protocol.pickle import dumps

        self._client, self._address, self._wanted = client, address, dumps(wanted)
        self._executor = client.get_executor(pure=False)
        self._alone_since: float | None = None
        self._counted = -_COUNT_SECONDS
        self._threads = 0

    def submit(self, play: Play[W, R], task: W) -> Future[R]:
        """Hand out a task."""
        from distributed.protocol.pickle import dumps

        future: Future[R] = self._executor.submit(_opened, self._wanted, dumps((play, task)))
        return future

    def ahead(self) -> int:
        """How many tasks to hand out before any has come back: workers may join meanwhile."""
        now = time.monotonic()
        if now - self._counted >= _COUNT_SECONDS:
            self._threads, self._counted = sum(self._client.nthreads().values()), now
        return max(_LEAST_AHEAD, AHEAD * self._threads)

    def look_for_workers(self) -> None:
        """Raise ``WorkersLost`` once there has been no worker for a minute: one would wait for ever."""
        now = time.monotonic()
        if self._client.nthreads():
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = now
        elif now - self._alone_since > _LONELY_SECONDS:
            raise WorkersLost(
                f"the scheduler at {self._address} has had no worker for {_LONELY_SECONDS} s: start workers"
            )


def _opened(wanted: bytes, parcel: bytes) -> Any:
    """On a worker: what comes of a task, if it may be played here."""
    from distributed import get_worker
    from distributed.protocol.pickle import loads

    if (difference := _difference(wanted)) is not None:
        raise UnlikeWorker(_on_worker(get_worker().address, difference))
    play, task = loads(parcel)
    return play(task)


@cache
def _difference(wanted: bytes) -> str | None:
    """What is otherwise in this process; looked for once."""
    from distributed.protocol.pickle import loads

    surroundings: Surroundings = loads(wanted)
    return surroundings.difference()


@contextlib.contextmanager
def _connected(address: str, wanted: Surroundings) -> Iterator[_Cluster]:
    """Who plays at an address; what the connection raises, in our words."""
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    with _quiet():
        try:
            with _client(address) as client:
                try:
                    yield _Cluster(client, address, wanted)
                except (ImportError, AttributeError) as error:  # a worker could not even read its task
                    if (problem := _problem_at(client, wanted)) is not None:
                        raise UnlikeWorker(problem) from error
                    raise
        except (CancelledError, FutureCancelledError, CommClosedError, TimeoutError) as lost:
            raise WorkersLost(
                f"the scheduler at {address} is gone, or lost the work that it was given"
            ) from lost


def _client(address: str) -> "Client":
    """A connection, without the table of versions that ``distributed`` prints: ours are told in a line."""
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VersionMismatchWarning)
        return Client(address, timeout=_CONNECT_SECONDS)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the tracebacks of ``distributed``, which would stand beside our one line.

    Its modules have levels of their own, from the moment when it is imported.
    """
    import distributed

    speak = (distributed.__name__, "tornado")  # the loop of the one tells of its lost connections too
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in speak]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def cluster_problem(address: str, cases: Iterable[Case] = ()) -> str | None:
    """Why these cases cannot be played on the scheduler at ``address``, in a line; else None.

    Scheduler and workers need this version and the libraries on which bits depend; workers the files of the
    cases with the same bytes at the same paths too, and the modules of their agents.
    """
    if importlib.util.find_spec("distributed") is None:
        return "the package distributed is not installed: pip install 'dmz-escalation[cluster]'"
    wanted = Surroundings.of(cases)
    with _quiet():
        try:
            with _client(address) as client:
                return _problem_at(client, wanted)
        except (OSError, ValueError, TypeError) as error:
            return f"no scheduler can be reached there: {error}"


def _problem_at(client: "Client", wanted: Surroundings) -> str | None:
    """The first thing that is otherwise on the scheduler or one of its workers, or that is wrong with these.

    What each can answer is asked first: versions need no function of ours, which another Python or another
    version might not read.
    """
    if not (threads := client.nthreads()):
        return "the scheduler has no workers"
    versions: Any = client.get_versions(packages=LIBRARIES)
    here = versions["client"]["packages"]
    scheduler = {_SCHEDULER: versions["scheduler"]}
    for place, found in (scheduler | versions["workers"]).items():
        there = found["packages"]
        for name in ("python", *LIBRARIES):
            if there.get(name) != here.get(name):
                return _on_worker(place, unlike(name, there.get(name), here.get(name)))
    for place, version in _versions_of_ours(client).items():
        if version != sim.__version__:
            return _on_worker(place, unlike("dmz", version, sim.__version__))
    for worker, difference in client.run(wanted.difference, on_error="return").items():
        if difference is not None:
            return _on_worker(worker, str(difference))
    for worker, count in threads.items():
        if count > 1:
            return _on_worker(worker, f"runs would share {count} threads: start it with --nthreads 1")
    return None


def _versions_of_ours(client: "Client") -> dict[str, str]:
    """The version of this package by address, of the scheduler's process too."""
    found = client.run(eval, _VERSION, on_error="return")
    try:
        found[_SCHEDULER] = client.run_on_scheduler(eval, _VERSION)
    except (ImportError, AttributeError) as error:
        found[_SCHEDULER] = error
    return {place: NONE if isinstance(its, Exception) else str(its) for place, its in found.items()}


def _on_worker(place: str, difference: str) -> str:
    """What is otherwise, and where."""
    return f"on {place if place == _SCHEDULER else f'its worker {place}'} {difference}"
