"""Standard streams that take every text: what one cannot write is written in its own letters."""

import codecs
import sys

_ERRORS = "dmz.plain"  # the name under which Python knows `_plain`
_ASCII = {"²": "2", "–": "-", "—": "-", "−": "-", "…": "...", "∞": "inf", "×": "x", "“": '"',
          "”": '"', "‘": "'", "’": "'", "≤": "<=", "≥": ">="}  # fmt: skip


def readable() -> None:
    """Have stdout and stderr replace what they cannot encode, from now on."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_ERRORS)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_ASCII.get(c) or _letter(c) for c in text), error.end


def _letter(char: str) -> str:
    """Half of a surrogate pair is a byte of a name that is no UTF-8."""
    return f"\\x{ord(char) - 0xDC00:02x}" if "\udc80" <= char <= "\udcff" else "?"


codecs.register_error(_ERRORS, _plain)
