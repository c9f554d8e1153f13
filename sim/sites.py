"""A scenario's own markers, lines and posts, from CSV files.

UTF-8, a header with the columns named below in any order (others are ignored). Cells are separated
by commas, or, as spreadsheets write them where a comma is the decimal sign, by semicolons or tabs;
then numbers may have decimal commas. Rows that begin with ``#`` are comments; rows without anything
in them, and empty columns at the end, are passed over. Everything wrong with a file is said at
once, with its line.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.documents import BadInput, Mark, Problem
from sim.documents.document import text_of
from sim.documents.problems import nearest, printable, show
from sim.parameters import MOST_POSTS, SIDES, Space

LARGEST = 10_000_000  # bytes of a file
MOST_PROBLEMS = 20  # of one file
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
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
        text = text_of(path, LARGEST)
        self._separator = _separator(text, columns)
        (self._top, header), *rows = [*self._rows(text)] or [(1, [])]
        self._lines = [line for line, _ in rows]
        self._check_header(header, columns)
        if not rows:
            self.refuse(self._top, "", "the file has no rows", allowed="a header and rows")
        for line, row in rows:
            if len(row) < len(header) or any(row[len(header) :]):
                found = f"{len(row)} cell{'' if len(row) == 1 else 's'}"
                self.refuse(line, "", "a row of another length", found,
                            f"{len(header)}, as in the header")  # fmt: skip
        self.finish()
        self._cells = {name: [row[header.index(name)] for _, row in rows] for name in columns}

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The rows and the lines on which they begin; raises ``BadInput`` for what is no CSV."""
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=self._separator, strict=True)
        try:
            for row in reader:
                cells = [cell.strip() for cell in row]
                if any(cells) and not cells[0].startswith("#"):
                    yield lines.first, cells
                lines.within = False
        except csv.Error as error:
            self.refuse(lines.first, "", f"the row that begins here is no CSV: {error}",
                        allowed="quotes that are closed, and doubled inside")  # fmt: skip
            self.finish()

    def _check_header(self, header: list[str], columns: tuple[str, ...]) -> None:
        while header and not header[-1]:
            header.pop()
        for name in columns:
            if name not in header:
                found, near = printable(", ".join(header)), nearest(name, header)
                self.refuse(self._top, name, "missing column", found, near=near)
            elif header.count(name) > 1:
                self.refuse(self._top, name, "the column is there twice", allowed="once")

    def numbers(self, name: str, low: float, high: float) -> Floats:
        """A column of numbers, (n,); refuses what is no number from ``low`` to ``high``."""
        values = np.full(len(self._lines), np.nan)
        for i, cell in enumerate(self._cells[name]):
            plain = cell if self._separator == "," else cell.replace(",", ".")
            if not _NUMBER.fullmatch(plain):
                wanted = "a decimal number"
                if "," in cell:
                    wanted += " with a point, or semicolons between the cells"
                self.refuse(self._lines[i], name, "not a number", show(cell), wanted)
                continue
            values[i] = float(plain)
            if not low <= values[i] <= high:
                self.refuse(self._lines[i], name, "out of range", printable(cell),
                            f"{low:g} to {high:g}")  # fmt: skip
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


class _Lines:
    """The lines of a text for a CSV reader, without comments and empty lines between its rows.

    ``first`` is the line, from 1, on which the row begins that was read last. A row goes over
    several lines where a cell in quotes does; ``within`` says so until the reader's user takes it
    back.
    """

    def __init__(self, text: str) -> None:
        self._numbered = enumerate(re.split("\r\n|\r|\n", text), 1)
        self.first, self.within = 1, False

    def __iter__(self) -> Iterator[str]:
        for number, line in self._numbered:
            if self.within or (line.strip() and not line.startswith("#")):
                self.first = self.first if self.within else number
                self.within = True
                yield line + "\n"


def _separator(text: str, columns: tuple[str, ...]) -> str:
    """What parts the cells: the sign by which the header has most of the columns."""
    header = next(iter(_Lines(text)), "")

    def known(sign: str) -> int:
        cells = {cell.strip(' "\n') for cell in header.split(sign)}
        return len(cells.intersection(columns))

    return max(",;\t", key=known)
