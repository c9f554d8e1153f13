"""What is wrong with an input, where, and how it is said in one line."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

KeyPath = tuple[str | int, ...]

_LONGEST = 60  # characters of the user's own text that a message repeats
_LONGEST_SAID = 2000  # characters of what an exception says
_ALIKE = 0.7  # difflib's ratio; at its default of 0.6 "agreed" would be taken for "refused"


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file: line and column count from 1; line 0 is the input as a whole."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        file = escaped(self.file)
        return f"{file}:{self.line}:{self.column}" if self.line else file


@dataclass(frozen=True)
class Problem:
    """One thing wrong: where, what was found, what is allowed, and the nearest valid name.

    ``path`` is dotted (``south.watch.response_margin_m``), empty for the document as a whole;
    ``absent``: what is named is not there at all; ``unknown``: nothing has a key of this name.
    """

    mark: Mark
    path: str
    found: str = ""
    allowed: str = ""
    nearest: str | None = None
    message: str = ""
    absent: bool = False
    unknown: bool = False

    def __str__(self) -> str:
        parts = [
            self.message,
            self.found and f"found {self.found}",
            self.allowed and f"allowed {self.allowed}",
            self.nearest and f"did you mean {self.nearest}?",
        ]
        where = f"{self.mark}: {self.path}: " if self.path else f"{self.mark}: "
        return where + "; ".join(part for part in parts if part)


class BadInput(Exception):  # noqa: N818
    """An input is refused. ``problems``: at least one, each once, in order of file and place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            sorted(dict.fromkeys(problems), key=lambda problem: problem.mark)
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def refuse(
    where: Mark | Path | str,
    message: str = "",
    *,
    path: str = "",
    found: str = "",
    allowed: str = "",
    near: str | None = None,
    absent: bool = False,
) -> NoReturn:
    """Refuse one thing: at its place in a file, or as a whole by the name of a file or an option."""
    mark = where if isinstance(where, Mark) else Mark(str(where), 0, 0)
    raise BadInput([Problem(mark, path, found, allowed, near, message, absent)]) from None


def where_named(problems: Iterable[Problem], mark: Mark, path: KeyPath, name: str) -> Iterator[Problem]:
    """Problems with a file as a whole, put at the ``mark`` and ``path`` where a file names it."""
    for problem in problems:
        if problem.mark.line:
            yield problem
        else:
            found = show(name) + (f" ({problem.found})" if problem.found else "")
            yield replace(problem, mark=mark, path=dotted(path), found=found)


def settle(found: Sequence[Problem], flaws: list[Problem] | None) -> None:
    """Hand what was found to who collects ``flaws``, or raise it as `BadInput`."""
    if flaws is not None:
        flaws.extend(found)
    elif found:
        raise BadInput(found)


def dotted(path: KeyPath) -> str:
    """The path as users write it: names and positions joined by dots."""
    return ".".join(printable(str(part)) for part in path)


def printable(text: str) -> str:
    """The text on one line and not too long, whatever it holds."""
    return escaped(text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "...")


def escaped(text: str, kept: str = "") -> str:
    """What would steer a terminal, or no file can hold, by its number; ``kept`` stays."""
    return "".join(char if char.isprintable() or char in kept else f"\\u{ord(char):04x}" for char in text)


def said(error: BaseException) -> str:
    """An exception on one line: its kind and what it says, whatever its text is or does."""
    try:
        text = "; ".join(str(error).splitlines())
    except Exception as fault:
        text = f"its text cannot be had: {type(fault).__name__}"
    whole = f"{type(error).__name__}: {text}"
    return escaped(whole if len(whole) <= _LONGEST_SAID else f"{whole[:_LONGEST_SAID]}...")


def show(value: Any) -> str:
    """A value in plain words: ``40``, ``the text '40'``, ``a list of 2 values``, ``nothing``."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case str():
            return f"the text '{printable(value)}'"
        case list():
            return f"a list of {len(value)} value{'' if len(value) == 1 else 's'}"
        case dict():
            return f"a mapping with keys {', '.join(map(printable, value))}" if value else "{}"
    return printable(str(value))


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name most like the word, upper and lower case and hyphens aside; None if none is.

    Of several names in one word, each.
    """
    folded = {_fold(name): name for name in names}
    parts = [folded.get(_fold(part)) for part in re.split(r"\s*[,;+]\s*|\s+", word.strip())]
    if len(parts) > 1 and all(parts):
        return f"{' and '.join(filter(None, parts))}, each by itself"
    close = difflib.get_close_matches(_fold(word[:_LONGEST]), folded, n=1, cutoff=_ALIKE)
    return folded[close[0]] if close else None


def _fold(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")
