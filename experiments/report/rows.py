"""Tables of text on a terminal, every number in full at any width."""

import itertools
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

_NAME, _WORDS = 20, 24  # columns at least, of a row's name and of a sentence


class Rows:
    """A table of texts, first the name of a row; the last column may hold ``words``, which wrap.

    Where a terminal is too narrow for its numbers in full, each cell has a line of its own.
    """

    def __init__(self, *heads: str, words: str | None = None) -> None:
        self._heads, self._words = (*heads, *([] if words is None else [words])), words is not None
        self._rows: list[tuple[str, ...]] = []

    def add(self, *cells: str) -> None:
        """One more row; one without cells is a blank line."""
        self._rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        widths = self._widths()
        if sum(width + 2 for width in widths) <= options.max_width:
            yield self._table(widths)
        else:
            yield from self._stacked()

    def _widths(self) -> list[int]:
        """Columns that each cell needs at least; names and words may wrap."""
        columns = itertools.zip_longest(self._heads, *self._rows, fillvalue="")
        widths = [max(map(cell_len, column)) for column in columns]
        widths[0] = min(_NAME, widths[0])
        if self._words:
            widths[-1] = min(_WORDS, widths[-1])
        return widths

    def _table(self, widths: Sequence[int]) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
        last = len(self._heads) - 1
        for i, head in enumerate(self._heads):
            if i == 0:
                table.add_column(head, min_width=widths[0], overflow="fold")
            elif i == last and self._words:
                table.add_column(head, min_width=widths[-1], overflow="fold")
            else:
                table.add_column(head, justify="right", no_wrap=True)
        for cells in self._rows:
            table.add_row(*cells)
        return table

    def _stacked(self) -> Iterator[Text]:
        for cells in self._rows:
            if cells:
                yield Text(f"{self._heads[0]}: {cells[0]}", style="bold")
            for head, cell in zip(self._heads[1:], cells[1:], strict=False):
                if cell:
                    yield Text(f"  {head}: {cell}" if head else f"  {cell}")
