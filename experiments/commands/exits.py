"""What stops a command, in words and as its exit code.

0 done, 1 stopped (disk, workers), 2 bad input (damaged results, and a cluster of other versions, too),
3 some runs failed, 70 a fault of this program, 128 and more stopped by a signal (130: Ctrl-C).
"""

import contextlib
import errno
import os
import platform
import re
import shlex
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from rich.console import Console

import experiments
import sim
from experiments.commands.console import console
from experiments.commands.streams import nobody_reads
from experiments.play.faults import EnvironmentFault, UnlikeWorker, WorkersLost
from experiments.play.process import stoppable
from experiments.store.files import Damaged
from sim.documents import BadInput
from sim.documents.problems import escaped, said

FAULT = os.EX_SOFTWARE
SAME_AGAIN = "what was played is kept; the same command goes on"
DEBUG = "DMZ_DEBUG"  # the variable by which a fault is shown with its traceback
_FRAME = re.compile(r'^  File "(.+)", line ([0-9]+), in (.+)$', re.M)  # of a traceback
_NOT_OWN = (Path(sim.__file__).parent, Path(experiments.__file__).parent, sys.base_prefix, sys.prefix)
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Halted(Exception):  # noqa: N818
    """A command cannot go on, and nothing is wrong with what was asked: what to say."""


STOPS = (
    BadInput,
    Damaged,
    Halted,
    UnlikeWorker,
    WorkersLost,
    EnvironmentFault,
    MemoryError,
    KeyboardInterrupt,
    OSError,
)


def guarded(do: Callable[[Console], int], passed: tuple[type[BaseException], ...] = ()) -> int:
    """Do it, and say in words and by the exit code what stopped it; of what is ``passed`` others tell."""
    talk = console(stderr=True)
    try:
        with stoppable():
            return do(talk)
    except passed:
        raise
    except (Exception, KeyboardInterrupt) as error:
        return ended(error)


def ended(error: BaseException) -> int:
    """Say what stopped a command, in a line; the exit code that tells it too."""
    if isinstance(error, BrokenPipeError):
        nobody_reads()
        return 128 + signal.SIGPIPE
    notes = getattr(error, "__notes__", ())
    with contextlib.suppress(OSError):  # nobody may read stderr either
        console(stderr=True).print("; ".join([in_words(error), *notes]))
    return exit_code(error)


def exit_code(error: BaseException) -> int:
    """The exit code that tells what stopped a command."""
    if isinstance(error, KeyboardInterrupt):
        return getattr(error, "code", 128 + signal.SIGINT)
    if isinstance(error, BadInput | Damaged | UnlikeWorker):
        return 2
    return 1 if isinstance(error, STOPS) else FAULT


def in_words(error: BaseException) -> str:
    """What stopped a command, in a line; of bad input each problem has one."""
    match error:
        case KeyboardInterrupt():
            return "interrupted"
        case Damaged():
            return f"{error}; dmz resume plays again what it held"
        case BadInput() | Halted():
            return str(error)
        case MemoryError():
            return "stopped: there is not enough memory"
        case OSError():
            return f"stopped: {_refused(error)}"
        case UnlikeWorker() | WorkersLost() | EnvironmentFault():
            return f"stopped: {error}"
    return _fault(error)


def _fault(error: BaseException) -> str:
    """What no input should bring about: where in the code, and where the rest of it is kept."""
    whole = "".join(traceback.format_exception(error))
    if os.environ.get(DEBUG):
        return escaped(whole, "\n\t").rstrip()
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"at {last.filename}:{last.lineno} in {last.name}"
    return f"a fault of this program, not of yours: {said(error)}, {place}; {_kept(whole)}"


def _kept(whole: str) -> str:
    """Keep a traceback in a file of its own, with what was typed; what to do with it."""
    head = f"dmz-escalation {sim.__version__}, Python {sys.version}, {platform.platform()}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="dmz-fault-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
        ) as file:
            file.write(f"{head}\n{shlex.join(['dmz', *sys.argv[1:]])}\n\n{whole}")
    except OSError:
        return f"{DEBUG}=1 shows the whole of it: please report that"
    return f"please report it with {file.name}, which has the whole of it ({DEBUG}=1 shows it here)"


def _refused(error: OSError) -> str:
    """What the system refused, and for which file."""
    where = f" ({error.filename})" if error.filename else ""
    room = ": make room" if error.errno in _FULL else ""
    return f"{error.strerror or error}{where}{room}"


def resumable(folder: Path, *options: str) -> AbstractContextManager[None]:
    """What stops the work in a study's folder goes on its way with a note of how to go on."""
    return noted(f"what was played is kept; go on with: {resume_command(folder, *options)}")


@contextlib.contextmanager
def noted(note: str) -> Iterator[None]:
    """What stops the work, and is neither bad input nor all that there is, goes on its way with a note."""
    try:
        yield
    except (BadInput, Damaged, Halted, BrokenPipeError):
        raise
    except (Exception, KeyboardInterrupt) as error:
        error.add_note(note)
        raise


def resume_command(folder: Path, *options: str) -> str:
    """The command that goes on with a folder, as it can be typed in a shell."""
    name = f"./{folder}" if str(folder).startswith("-") else str(folder)
    quoted = shlex.quote(name)
    if not name.isprintable():  # bash and zsh know bytes by their numbers
        plain = set(range(32, 127)) - set(b"'\\")
        letters = (chr(byte) if byte in plain else f"\\x{byte:02x}" for byte in os.fsencode(name))
        quoted = f"$'{''.join(letters)}'"
    return " ".join(["dmz resume", *options, quoted])


def place_in(whole: str) -> str:
    """Where in a traceback somebody's own code stood last; in ours, if none did."""
    frames = _FRAME.findall(whole)
    own = [frame for frame in frames if not any(Path(frame[0]).is_relative_to(each) for each in _NOT_OWN)]
    return next((f", at {file}:{line} in {name}" for file, line, name in reversed(own or frames)), "")
