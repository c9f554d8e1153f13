"""What stops a command, in words and as its exit code.

0 done, 1 stopped (disk, workers), 2 bad input (damaged results too), 3 some runs failed, 128 and
more stopped by a signal (130: Ctrl-C).
"""

import contextlib
import errno
import os
import shlex
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from experiments.campaign import Interrupted
from experiments.console import console
from experiments.crew import EnvironmentFault, WorkersLost
from experiments.files import Damaged
from experiments.process import stoppable
from experiments.streams import nobody_reads
from sim.documents import BadInput

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Halted(Exception):  # noqa: N818
    """A command cannot go on: what to say, and its exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message, code)
        self.message, self.code = message, code


def guarded(do: Callable[[Console], int]) -> int:
    """Do it, and say in words and by the exit code what stopped it."""
    talk = console(stderr=True)
    try:
        with stoppable():
            return do(talk)
    except BadInput as bad:
        message, code = str(bad), 2
    except Halted as halted:
        message, code = halted.message, halted.code
    except Damaged as damaged:
        message, code = f"{damaged}; dmz resume plays again what it held", 2
    except (WorkersLost, EnvironmentFault) as lost:
        message, code = f"stopped: {lost}", 1
    except MemoryError:
        message, code = "stopped: there is not enough memory", 1
    except KeyboardInterrupt as stop:
        message, code = "interrupted", getattr(stop, "code", 128 + signal.SIGINT)
    except BrokenPipeError:
        nobody_reads()
        return 128 + signal.SIGPIPE
    except OSError as error:
        message, code = f"stopped: {in_words(error)}", 1
    with contextlib.suppress(OSError):  # nobody may read stderr either
        talk.print(message)
    return code


@contextlib.contextmanager
def resumable(folder: Path, *options: str) -> Iterator[None]:
    """What stops the work in a study's folder is told with the command that goes on."""
    go_on = f"go on with: {resume_command(folder, *options)}"
    try:
        yield
    except (Interrupted, KeyboardInterrupt) as stop:
        code = getattr(stop, "code", 128 + signal.SIGINT)
        raise Halted(f"interrupted: what was played is kept; {go_on}", code) from None
    except (WorkersLost, EnvironmentFault) as lost:
        raise Halted(f"stopped: {lost}; what was played is kept; {go_on}") from lost
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Halted(f"stopped: {in_words(error)}; what was played is kept; {go_on}") from error
    except MemoryError as error:
        raise Halted(f"stopped: there is not enough memory; what was played is kept; {go_on}") \
            from error  # fmt: skip


def resume_command(folder: Path, *options: str) -> str:
    """The command that goes on with a folder, as it can be typed in a shell."""
    name = f"./{folder}" if str(folder).startswith("-") else str(folder)
    quoted = shlex.quote(name)
    if not name.isprintable():  # bash and zsh know bytes by their numbers
        plain = set(range(32, 127)) - set(b"'\\")
        letters = (chr(byte) if byte in plain else f"\\x{byte:02x}" for byte in os.fsencode(name))
        quoted = f"$'{''.join(letters)}'"
    return " ".join(["dmz resume", *options, quoted])


def in_words(error: OSError) -> str:
    """What the system refused, and for which file."""
    where = f" ({error.filename})" if error.filename else ""
    room = ": make room" if error.errno in _FULL else ""
    return f"{error.strerror or error}{where}{room}"
