"""A running ``distributed`` scheduler, by the same face as the processes of this machine."""

import contextlib
import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor

import sim
from experiments.crew import WorkersLost

_CONNECT_SECONDS = 10


@contextlib.contextmanager
def connected(address: str) -> Iterator[tuple[Executor, int]]:
    """The scheduler's executor, and how many threads its workers have.

    Raises ``WorkersLost`` when the cluster loses work that it was given; that a worker dies is no
    reason, for its tasks go to others.
    """
    from distributed import Client
    from distributed.client import FutureCancelledError
    from distributed.comm import CommClosedError
    from distributed.scheduler import KilledWorker

    try:
        with Client(address, timeout=_CONNECT_SECONDS) as client:
            workers = max(1, sum(client.nthreads().values()))
            yield client.get_executor(pure=False), workers
    except (KilledWorker, CancelledError, FutureCancelledError, CommClosedError) as lost:
        raise WorkersLost(f"the cluster at {address} lost its work: {lost}") from lost


def cluster_problem(address: str) -> str | None:
    """Why no study can be played on the scheduler at ``address``, in a line; None if one can."""
    try:
        from distributed import Client
    except ImportError:
        return "the package distributed is not installed: pip install 'dmz-escalation[cluster]'"
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # its tracebacks would stand beside our one line
    try:
        with Client(address, timeout=_CONNECT_SECONDS) as client:
            versions = client.run(_version)
    except (OSError, ValueError, TypeError) as error:
        return f"no scheduler can be reached there: {error}"
    except ImportError as error:
        return f"its workers have not this package: {error}"
    finally:
        logger.setLevel(level)
    if not versions:
        return "the scheduler has no workers"
    others = sorted(set(versions.values()) - {sim.__version__})
    return f"its workers have version {', '.join(others)}" if others else None


def _version() -> str:
    return sim.__version__
