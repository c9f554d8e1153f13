"""This process among others: its streams, the variables that were set for other programs, and the
signals that ask it to stop.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from experiments.play.faults import Stopped

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FOREIGN = ("MPLBACKEND",)  # pictures are only written; and a name that is none stops the import


def settle() -> None:
    """Make a command's process fit for work: to be called first, before libraries are loaded.

    A closed stream is replaced by one that leads nowhere: else the next file that is opened takes
    its number, and what is printed lands in the results.
    """
    for name in _FOREIGN:
        os.environ.pop(name, None)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Have SIGTERM and SIGHUP raise ``Stopped`` as Ctrl-C does, so that nothing is left half-done.

    What is ignored stays so (``nohup``). Outside the main thread nothing changes.
    """

    def stop(signum: int, frame: FrameType | None) -> None:
        raise Stopped(signum)

    with _handled(stop):
        yield


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], int]]:
    """Gives a function that tells which signal asked to stop, 0 for none; a second one stops now.

    Python drops an exception that falls into a destructor or a library's callback, and a batch
    would go on for hours; a flag that is read between runs is never lost.
    """
    asked = 0

    def note(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise Stopped(signum)
        asked = signum

    with _handled(note):
        yield lambda: asked


@contextlib.contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in STOPPING}
    before = {each: was for each, was in before.items() if was not in (None, signal.SIG_IGN)}
    for each in before:
        signal.signal(each, handler)
    try:
        yield
    finally:
        for each, was in before.items():
            signal.signal(each, was)


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Processes that are started meanwhile never hear these signals: their parent decides.

    A terminal sends Ctrl-C to all of them, and a worker would die of it while it is still loading.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
