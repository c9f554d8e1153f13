"""A scenario's own markers, lines and posts, from CSV files.

UTF-8, comma-separated, decimal points, a header with the columns named below in any order (others
are ignored); lines that begin with ``#`` and empty lines are comments. Everything wrong with a
file is said at once, with its line.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.documents import BadInput, Mark, Problem
from sim.documents.problems import nearest, show
from sim.parameters import MOST_POSTS, SIDES, Space

LARGEST = 10_000_000  # bytes of a file
MOST_PROBLEMS = 20  # of one file
SITE_FILES = ("markers_file", "lines_file", "posts_file")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OwnPosts:
    """Posts, the north's first, each side from west to east: side 0 or 1, metres, each (n,)."""

    side: NDArray[np.int64]
    s: Floats
    d: Floats


def read_markers(path: Path, space: Space) -> Floats:
    """Places of the markers along the line, (n,) metres, as in the file; raises ``BadInput``."""
    table = _Table(path, ("s_km",))
    s = table.numbers("s_km", 0.0, space.length_km)
    table.finish()
    return 1000.0 * s


def read_lines(path: Path, space: Space) -> tuple[Floats, Floats]:
    """Places along the line, (n,) metres, and the three lines there, (3, n) metres.

    The places increase and reach from one end of the line to the other. Raises ``BadInput``.
    """
    names = ("north_m", "south_m", "commission_m")
    table = _Table(path, ("s_km", *names))
    edge = 1000.0 * space.half_width_km
    s = table.numbers("s_km", 0.0, space.length_km)
    lines = [table.numbers(name, -edge, edge) for name in names]
    table.check("s_km", np.diff(s, prepend=-1.0) > 0.0, "not east of the line before")
    ends = np.array([0.0, space.length_km])
    if s.size and not np.allclose(s[[0, -1]], ends, atol=1e-3):
        table.refuse(1, "s_km", "the lines do not reach from end to end",
                     f"{s[0]:g} to {s[-1]:g}", f"0 to {space.length_km:g} km")  # fmt: skip
    table.finish()
    return 1000.0 * s, np.stack(lines)


def read_posts(path: Path, space: Space) -> OwnPosts:
    """The posts of both sides, each on its own side of the line; raises ``BadInput``."""
    table = _Table(path, ("side", "s_km", "d_m"))
    side = table.words("side", SIDES)
    edge = 1000.0 * space.half_width_km
    s, d = table.numbers("s_km", 0.0, space.length_km), table.numbers("d_m", -edge, edge)
    table.check("d_m", d * (1 - 2 * side) > 0.0, "a post on the other side of the line",
                "positive for the north, negative for the south")  # fmt: skip
    if side.size > MOST_POSTS:
        table.refuse(1, "side", "too many posts", f"{side.size}", f"{MOST_POSTS}")
    table.finish()
    order = np.lexsort((s, side))
    return OwnPosts(side[order], 1000.0 * s[order], d[order])


READERS: dict[str, Callable[[Path, Space], Any]] = dict(
    zip(SITE_FILES, (read_markers, read_lines, read_posts), strict=True)
)


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


class _Table:
    """The rows of a CSV file with their line numbers, and what is wrong with them."""

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self._file, self._problems = str(path), list[Problem]()
        (self._top, header), *rows = [*_rows(path)] or [(1, [])]
        self._lines = [line for line, _ in rows]
        for name in columns:
            if name not in header:
                found, near = ", ".join(header), nearest(name, header)
                self.refuse(self._top, name, "missing column", found, near=near)
        if not rows:
            self.refuse(self._top, "", "the file has no rows", allowed="a header and rows")
        for line, row in rows:
            if len(row) != len(header):
                self.refuse(line, "", "a row of another length", f"{len(row)} cells",
                            f"{len(header)}, as in the header")  # fmt: skip
        self.finish()
        self._cells = {name: [row[header.index(name)] for _, row in rows] for name in columns}

    def numbers(self, name: str, low: float, high: float) -> Floats:
        """A column of numbers, (n,); refuses what is no number from ``low`` to ``high``."""
        values = np.full(len(self._lines), np.nan)
        for i, cell in enumerate(self._cells[name]):
            try:
                values[i] = float(cell)
            except ValueError:
                self.refuse(self._lines[i], name, "not a number", show(cell), "a decimal number")
                continue
            if not low <= values[i] <= high:
                self.refuse(self._lines[i], name, "out of range", cell, f"{low:g} to {high:g}")
        return values

    def words(self, name: str, allowed: tuple[str, ...]) -> NDArray[np.int64]:
        """A column of words as their numbers in ``allowed``, (n,); refuses other words."""
        for line, cell in zip(self._lines, self._cells[name], strict=True):
            if cell not in allowed:
                self.refuse(line, name, "not among the allowed values", show(cell),
                            " or ".join(allowed), nearest(cell, allowed))  # fmt: skip
        known = [allowed.index(cell) if cell in allowed else 0 for cell in self._cells[name]]
        return np.array(known, np.int64)

    def check(self, name: str, good: NDArray[np.bool_], message: str, allowed: str = "") -> None:
        """Refuse the cells of a column that are not ``good``, (n,), unless refused already."""
        if not self._problems:
            for i in np.flatnonzero(~good):
                self.refuse(self._lines[i], name, message, self._cells[name][i], allowed)

    def refuse(
        self, line: int, column: str, message: str, found: str = "", allowed: str = "",
        near: str | None = None,
    ) -> None:  # fmt: skip
        """Note what is wrong in a line of the file."""
        at = Mark(self._file, line, 1)
        self._problems.append(Problem(at, column, found, allowed, near, message))

    def finish(self) -> None:
        """Raise ``BadInput`` with what was refused, if anything was."""
        if self._problems:
            raise BadInput(islice(sorted(self._problems, key=lambda p: p.mark), MOST_PROBLEMS))


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file and their line numbers."""
    try:
        if path.stat().st_size > LARGEST:
            raise _unreadable(path, "the file is too large", f"{LARGEST:,} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _unreadable(path, f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _unreadable(path, "the file is not UTF-8", "text in UTF-8") from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, [cell.strip() for cell in next(csv.reader([line]))]


def _unreadable(path: Path, message: str, allowed: str = "") -> BadInput:
    return BadInput([Problem(Mark(str(path), 0, 0), "", "", allowed, message=message)])
