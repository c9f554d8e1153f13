"""How anything is printed: names as they are, every number in full, on any stream and any width."""

import io
import os
import sys
from typing import Any, TextIO

from rich.console import Console, RenderableType

from experiments.commands.streams import readable

_WIDE = 140  # columns where nobody knows how many there are


def console(stderr: bool = False) -> Console:
    """The console of stdout, or of stderr.

    Nothing in a text is markup, no line is cut or broken, and what the stream cannot write is
    written otherwise; the last holds for ``print`` too, from then on.
    """
    readable()
    return _plain(stderr=stderr, width=_width(sys.stderr if stderr else sys.stdout))


def as_text(shown: RenderableType) -> str:
    """What the console would print, as plain text."""
    to = io.StringIO()
    _plain(file=to, width=_WIDE, color_system=None).print(shown)
    return to.getvalue().rstrip("\n")


def _plain(**settings: Any) -> Console:
    return _Console(markup=False, emoji=False, highlight=False, soft_wrap=True, **settings)


class _Console(Console):
    """rich's own ends the program where nobody reads, whatever is still to be done."""

    def on_broken_pipe(self) -> None:
        raise  # called where the error is handled


def _width(stream: TextIO) -> int | None:
    """Columns as COLUMNS has them; None for those of a terminal, which may change."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    return None if stream.isatty() and not asked else _WIDE
