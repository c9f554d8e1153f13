"""A table of coloured cells: what both heat maps draw."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.typing import ColorType

from experiments.pictures.marks import write_beside
from experiments.pictures.sheet import INK, MARGIN, SMALL, TEXT, WIDTH, Box, Sheet, line_height, wrapped

_LABELS, _ROW = 190.0, 64.0  # pixels of the rows' names, and of a row at least
_BOX = WIDTH - 2 * MARGIN - _LABELS


class Tile(NamedTuple):
    """Three lines in a cell, the first large, and the cell's colour."""

    colour: ColorType
    words: tuple[str, str, str]


class Grid:
    """Names of rows and columns, measured; ``height`` in pixels."""

    def __init__(self, rows: Sequence[str], columns: Sequence[str]) -> None:
        self._pitch = _BOX / len(columns)
        self._heads = [wrapped(label, self._pitch - 10, TEXT) for label in columns]
        self._names = [wrapped(label, _LABELS - 16, TEXT) for label in rows]
        self._row = max(_ROW, max(map(len, self._names)) * line_height(TEXT) + 6)
        self._above = max(map(len, self._heads)) * line_height(TEXT) + 6
        self.height = self._above + self._row * len(rows)

    def draw(self, sheet: Sheet, top: float, cells: Mapping[tuple[int, int], Tile]) -> None:
        """Draw ``cells`` by (row, column) below ``top``; those that are missing stay hatched."""
        rows, columns = len(self._names), len(self._heads)
        box = Box(MARGIN + _LABELS, top + self._above, _BOX, self._row * rows)
        for i, lines in enumerate(self._heads):
            rise = len(lines) * line_height(TEXT) + 5
            left = box.left + self._pitch * (i + 0.5)
            sheet.write(left, box.top - rise, lines, ha="center")
        for i, lines in enumerate(self._names):
            write_beside(sheet, MARGIN, box.top + self._row * (i + 0.5), lines, TEXT)
        axes = sheet.axes(box, "")
        axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.add_patch(
            Rectangle((0, 0), columns, rows, facecolor="white", edgecolor="#bbbbbb", hatch="///", linewidth=0)
        )
        for (y, x), cell in cells.items():
            axes.add_patch(
                Rectangle(
                    (x, y), 1, 1, facecolor=cell.colour, edgecolor="#bbbbbb", linewidth=0.8, clip_on=False
                )
            )
            texts = ((-15, 12, "bold"), (4, SMALL, "normal"), (20, SMALL, "normal"))
            for words, (down, size, weight) in zip(cell.words, texts, strict=True):
                axes.text(
                    x + 0.5,
                    y + 0.5 + down / self._row,
                    words,
                    ha="center",
                    va="center",
                    color=_ink(cell.colour),
                    size=size,
                    weight=weight,
                )


def brightness(colour: ColorType) -> float:
    """How light a colour is in a grey copy, 0 to 1 (luma of ITU-R BT.601)."""
    red, green, blue = to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _ink(colour: ColorType) -> str:
    return INK if brightness(colour) > 0.5 else "white"
