"""Standard streams that take every text: what one cannot write is written in its own letters."""

import codecs
import contextlib
import os
import sys
from collections.abc import Iterator

_ERRORS = "dmz.plain"  # the name under which Python knows `_plain`
_ASCII = {
    "²": "2",
    "–": "-",
    "—": "-",
    "−": "-",
    "…": "...",
    "∞": "inf",
    "×": "x",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "≤": "<=",
    "≥": ">=",
}


def readable() -> None:
    """Have stdout and stderr replace what they cannot encode, from now on."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            with contextlib.suppress(OSError):  # what waits in it is written first, and may find a full disk
                stream.reconfigure(errors=_ERRORS)


def nobody_reads() -> None:
    """Have what is still printed lead nowhere: whoever read it has gone, and may."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


@contextlib.contextmanager
def unread() -> Iterator[None]:
    """What is printed may find no reader (``| head -1``); the work goes on all the same."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        nobody_reads()


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_ASCII.get(c) or _letter(c) for c in text), error.end


def _letter(char: str) -> str:
    """Half of a surrogate pair is a byte of a name that is no UTF-8."""
    return f"\\x{ord(char) - 0xDC00:02x}" if "\udc80" <= char <= "\udcff" else "?"


codecs.register_error(_ERRORS, _plain)
