"""Tables of numbers and words from CSV files.

UTF-8, a header, rows. Cells are separated by commas, or, as spreadsheets write them where a comma is the
decimal sign, by semicolons or tabs; then numbers may have decimal commas. Rows that begin with ``#`` are
comments; rows without anything in them, and empty columns at the end, are passed over. Everything wrong
with a file is said at once, with its line.
"""

import csv
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.documents import BadInput, Mark, Problem
from sim.documents.document import text_of
from sim.documents.problems import nearest, printable, show

LARGEST = 10_000_000  # bytes of a file
MOST_PROBLEMS = 20  # of one file
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")

Floats = NDArray[np.float64]


class Refusals:
    """What is wrong with the lines of a file, to be told at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._problems: list[Problem] = []

    def refuse(
        self,
        line: int,
        column: str,
        message: str,
        found: str = "",
        allowed: str = "",
        near: str | None = None,
    ) -> None:
        """Note what is wrong in a line of the file."""
        at = Mark(self.file, line, 1)
        self._problems.append(Problem(at, column, found, allowed, near, message))

    def finish(self) -> None:
        """Raise ``BadInput`` with the first of what was refused, if anything was."""
        if self._problems:
            raise BadInput(islice(sorted(self._problems, key=lambda p: p.mark), MOST_PROBLEMS))


class Table(Refusals):
    """The rows of a CSV file with their line numbers, and what is wrong with them.

    ``columns``: those that are read, in any order among others; without any, all that it has.
    """

    def __init__(self, path: Path, columns: tuple[str, ...] = ()) -> None:
        super().__init__(str(path))
        text = text_of(path, LARGEST)
        self._separator = _separator(text, columns)
        (self.top, header), *rows = [*self._rows(text)] or [(1, [])]
        if not any(header):
            self.refuse(1, "", "the file is empty", allowed=f"a header {','.join(columns)} and rows")
            self.finish()
        self._lines = [line for line, _ in rows]
        self.columns = columns or tuple(name for name in header if name)
        self._check_header(header, self.columns)
        if not rows:
            self.refuse(self.top, "", "the file has no rows", allowed="a header and rows")
        for line, row in rows:
            if len(row) < len(header) or any(row[len(header) :]):
                found = f"{len(row)} cell{'' if len(row) == 1 else 's'}"
                allowed = f"{len(header)}, as in the header"
                if self._separator == "," and len(row) > len(header):
                    allowed += "; decimal commas need semicolons between the cells"
                self.refuse(line, "", "a row of another length", found, allowed)
        self.finish()
        self._cells = {name: [row[header.index(name)] for _, row in rows] for name in self.columns}

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
            self.refuse(
                lines.first,
                "",
                f"the row that begins here is no CSV: {error}",
                allowed="quotes that are closed, and doubled inside",
            )
            self.finish()

    def _check_header(self, header: list[str], columns: tuple[str, ...]) -> None:
        while header and not header[-1]:
            header.pop()
        for name in columns:
            if name not in header:
                found, near = printable(", ".join(header)), nearest(name, header)
                allowed = f"a header with {', '.join(columns)}"
                self.refuse(self.top, name, "missing column", found, allowed, near)
            elif header.count(name) > 1:
                self.refuse(self.top, name, "the column is there twice", allowed="once")

    def numbers(self, name: str, low: float, high: float) -> Floats:
        """A column of numbers, (n,); refuses what is no number from ``low`` to ``high``."""
        values = np.full(len(self._lines), np.nan)
        for i, cell in enumerate(self._cells[name]):
            plain = cell if self._separator == "," else cell.replace(",", ".")
            if not cell:
                self.refuse(self._lines[i], name, "an empty cell", allowed="a number in each row")
                continue
            if not _NUMBER.fullmatch(plain):
                wanted = "a decimal number"
                if "," in cell:
                    wanted += " with a point, or semicolons between the cells"
                self.refuse(self._lines[i], name, "not a number", show(cell), wanted)
                continue
            values[i] = float(plain)
            if not low <= values[i] <= high:
                self.refuse(self._lines[i], name, "out of range", printable(cell), f"{low:g} to {high:g}")
        return values

    def words(self, name: str, allowed: tuple[str, ...]) -> NDArray[np.int64]:
        """A column of words as their numbers in ``allowed``, (n,); refuses other words."""
        for line, cell in zip(self._lines, self._cells[name], strict=True):
            if cell not in allowed:
                self.refuse(
                    line,
                    name,
                    "not among the allowed values",
                    show(cell),
                    " or ".join(allowed),
                    nearest(cell, allowed),
                )
        known = [allowed.index(cell) if cell in allowed else 0 for cell in self._cells[name]]
        return np.array(known, np.int64)

    def check(self, name: str, good: NDArray[np.bool_], message: str, allowed: str = "") -> None:
        """Refuse the cells of a column that are not ``good``, (n,), unless refused already."""
        if not self._problems:
            for i in np.flatnonzero(~good):
                self.refuse(self._lines[i], name, message, self._cells[name][i], allowed)


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
        return len(cells.intersection(columns) if columns else cells)

    return max(",;\t", key=known)
