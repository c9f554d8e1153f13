"""The rows of a CSV file of the record, read cell by cell, with all that is wrong with them."""

import csv
import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

from experiments.calibration.record import period, quantity
from experiments.calibration.record.period import Period
from experiments.calibration.record.quantity import AT_LEAST, Quantity
from sim.documents.document import text_of
from sim.documents.problems import nearest, printable, show
from sim.scenario.csv_table import LARGEST, Refusals

_FEW = 3  # missing columns: one by one each is likely a name that is mistyped
_T = TypeVar("_T")


class RecordTable(Refusals):
    """A file with a header; columns come in any order, and others than these are passed over.

    Lines before the header that begin with ``#`` are comments. Raises `BadInput` for a file that
    cannot be read as such a table. What is wrong with cells is noted while they are read, and
    raised by `finish`.
    """

    def __init__(self, path: Path, columns: Collection[str]) -> None:
        super().__init__(str(path))
        numbered = self._numbered(text_of(path, LARGEST))
        top, header = numbered[0] if numbered else (1, [])
        self._check_header(top, header, columns)
        for line, cells in numbered[1:]:
            if len(cells) != len(header):
                self.refuse(line, "", "a row of another length", f"{len(cells)} cells", f"{len(header)}")
        self.finish()
        self.rows = [
            RecordRow(self, line, dict(zip(header, cells, strict=True))) for line, cells in numbered[1:]
        ]

    def _check_header(self, line: int, header: list[str], columns: Collection[str]) -> None:
        found = printable(", ".join(header)) or "nothing"
        missing = [name for name in columns if name not in header]
        if len(missing) > _FEW:
            allowed = f"the columns {', '.join(columns)}, with commas between"
            self.refuse(line, "", f"{len(missing)} columns are missing", found, allowed)
            return
        for name in missing:
            near = nearest(name, [each for each in header if each not in columns])
            self.refuse(line, name, "missing column", found, near=near)
        for name in columns:
            if header.count(name) > 1:
                self.refuse(line, name, "the column is there twice", allowed="once")

    def _numbered(self, text: str) -> list[tuple[int, list[str]]]:
        """The rows that are not empty, and the lines on which they begin."""
        lines = io.StringIO(text, newline="").readlines()
        comments = sum(1 for _ in takewhile(lambda each: each.startswith("#"), lines))
        reader, line = csv.reader(lines[comments:], strict=True), comments
        found = list[tuple[int, list[str]]]()
        try:
            for row in reader:
                first, line = line + 1, comments + reader.line_num
                if any(cells := [cell.strip() for cell in row]):
                    found.append((first, cells))
        except csv.Error as error:
            allowed = "commas between cells, quotes that are closed, and doubled inside"
            self.refuse(line + 1, "", f"the row that begins here is no CSV: {error}", allowed=allowed)
            self.finish()
        return found


@dataclass(frozen=True)
class RecordRow:
    """A row: what its cells say. A blank cell says nothing, and what cannot be read is refused."""

    table: RecordTable
    line: int
    cells: dict[str, str]

    def text(self, name: str) -> str:
        """A cell that must not be blank."""
        if not self.cells[name]:
            self.refuse(name, "nothing in a cell that must be filled", allowed="text")
        return self.cells[name]

    def word(self, name: str, allowed: Sequence[str], blank: bool = True) -> str:
        """One of the words that are allowed; the empty text where the cell may be blank and is."""
        cell = self.cells[name]
        if cell not in allowed and (cell or not blank):
            words = " or ".join(allowed) + (" or nothing" if blank else "")
            self.refuse(name, "not among the allowed values", show(cell), words, nearest(cell, allowed))
        return cell

    def number(self, name: str) -> float | None:
        """A number of at least 0, told as one."""
        found = self._read(name, Quantity.of, "a number of at least 0")
        if found is not None and (not found.is_exact or self.cells[name] == "no"):
            self.refuse(name, "not one number", show(self.cells[name]), "a number of at least 0")
        return None if found is None else found.best

    def quantity(self, name: str, blank: bool = True) -> Quantity | None:
        """A number with what is left open of it."""
        return self._read(name, Quantity.of, quantity.ALLOWED, blank)

    def ends(self, low: str, high: str, best: str = "", is_open: bool = False) -> Quantity | None:
        """A quantity whose ends have cells of their own: all are filled or none is, but that of the
        high end where it ``is_open``.
        """
        names = [low, *([best] if best else []), *([] if is_open else [high])]
        values = [self.number(name) for name in names]
        filled = [name for name in names if self.cells[name]]
        if is_open and self.cells[high]:
            self.refuse(high, "an end of what is told at least", self.cells[high], "nothing")
        elif filled and filled != names:
            self.refuse(low, "some of its cells are blank", allowed=f"all or none of {', '.join(names)}")
        told = [value for value in values if value is not None]
        if len(told) < len(names):
            return None
        if told != sorted(told):
            found = ", ".join(f"{value:g}" for value in told)
            self.refuse(low, "in another order", found, " <= ".join(names))
            return None
        ends = [*told, *([AT_LEAST] if is_open else [])]
        return Quantity(ends[0], ends[1], ends[2]) if best else Quantity.between(ends[0], ends[1])

    def period(self, first: str, last: str = "") -> Period | None:
        """A month or a day, or all from one to the other; both cells must be filled."""
        ends = [self._read(name, Period.of, period.ALLOWED, blank=False) for name in (first, last or first)]
        if ends[0] is None or ends[1] is None:
            return None
        if ends[1].last < ends[0].first:
            self.refuse(last, f"before {first}", self.cells[last], f"{self.cells[first]} or later")
            return None
        return Period(ends[0].first, ends[1].last)

    def refuse(
        self, name: str, message: str, found: str = "", allowed: str = "", near: str | None = None
    ) -> None:
        """Note what is wrong with a cell."""
        self.table.refuse(self.line, name, message, found, allowed, near)

    def _read(self, name: str, read: Callable[[str], _T], allowed: str, blank: bool = True) -> _T | None:
        cell = self.cells[name]
        if not cell and blank:
            return None
        try:
            return read(cell)
        except ValueError:
            self.refuse(name, "cannot be read", show(cell), allowed)
            return None
