"""A page for pictures, 1,200 pixels wide: one style, and text that is measured before it is set.

Pixels count from the top left. No pyplot: a figure belongs to whoever asked for it. Names come
from scenario files, so nothing is read as mathematics, and what the font lacks is marked.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache, lru_cache
from typing import NamedTuple

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

WIDTH, MARGIN, DPI = 1200, 28, 100
TITLE, HEADING, TEXT, SMALL = 15.0, 10.5, 9.0, 8.5  # points
INK, FAINT = "#1a1a1a", "#8c8c8c"
# Okabe and Ito's and Tol's colours, apart in lightness too; a second cue (hatch, dash) goes with
# each, so that a grey copy reads the same.
LOOK = {
    "all": {"facecolor": "white", "edgecolor": INK},
    "violation": {"facecolor": "#0072B2", "edgecolor": INK},
    "otherwise": {"facecolor": "#F0C14B", "edgecolor": INK, "hatch": "////"},
    "north": {"facecolor": "#4DBA93", "edgecolor": INK},
    "south": {"facecolor": "#882255", "edgecolor": INK},
}
_FONT = "DejaVu Sans"
_STYLE = {
    "font.family": _FONT, "font.size": TEXT, "text.color": INK, "text.parse_math": False,
    "text.usetex": False, "axes.edgecolor": INK, "axes.labelcolor": INK, "axes.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "axes.formatter.use_mathtext": False, "axes.unicode_minus": True, "xtick.color": INK,
    "ytick.color": INK, "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "grid.linewidth": 0.7,
    "grid.color": "#dddddd", "legend.frameon": False, "legend.fontsize": SMALL,
    "hatch.linewidth": 0.8,
    "legend.borderpad": 0.0, "legend.borderaxespad": 0.0, "legend.columnspacing": 1.2,
    "legend.handlelength": 1.6, "legend.handletextpad": 0.5, "savefig.bbox": None,
}  # fmt: skip


class Box(NamedTuple):
    """A rectangle on a sheet, in pixels from its top left."""

    left: float
    top: float
    width: float
    height: float


def styled() -> AbstractContextManager[None]:
    """The style of every figure, whatever the user's own; to draw and to save within."""
    return matplotlib.style.context(_STYLE, after_reset=True)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width in pixels of ``text`` on one line at ``size`` points."""
    font = FontProperties(family=_FONT, size=size, weight=weight)
    return _ruler().get_text_width_height_descent(text, font, ismath=False)[0]


def line_height(size: float) -> float:
    """Pixels from one line of text to the next at ``size`` points."""
    return 1.4 * size * DPI / 72.0


def drawable(text: str) -> str:
    """``text`` in one line, each character that the font lacks as U+FFFD."""
    glyphs = _glyphs()
    return "".join(c if ord(c) in glyphs else "\ufffd" for c in " ".join(text.split()))


def wrapped(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Lines of ``text`` no wider than ``width`` pixels; a word too long for one is cut."""
    lines: list[str] = [""]
    for word in drawable(text).split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines += _cut(word, width, size, weight)
    return [line for line in lines if line]


class Sheet:
    """A figure with a title above and a foot below; between them, ``body`` pixels for panels.

    ``top`` is where the body begins. To be made, filled and saved within ``styled()``.
    """

    def __init__(self, title: str, foot: Sequence[str], body: float) -> None:
        width = WIDTH - 2 * MARGIN
        headline = wrapped(title, width, TITLE, "bold")
        small = [line for note in foot for line in wrapped(note, width, SMALL)]
        self.top = MARGIN + len(headline) * line_height(TITLE) + 10
        height = round(self.top + body + len(small) * line_height(SMALL) + MARGIN)
        self.figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor="white")
        FigureCanvasAgg(self.figure)
        self._height = height
        self.write(MARGIN, MARGIN, headline, TITLE, weight="bold")
        self.write(MARGIN, self.top + body, small, SMALL)

    def write(
        self, left: float, top: float, lines: Sequence[str], size: float = TEXT, **look: object
    ) -> None:
        """Set ``lines`` downwards from ``top``, aligned at ``left``."""
        for i, line in enumerate(lines):
            y = 1 - (top + i * line_height(size)) / self._height
            self.figure.text(left / WIDTH, y, line, size=size, va="top", **look)

    def axes(self, box: Box, heading: str, quantity: str = "") -> Axes:
        """Axes that fill ``box``; above it a legend's row, the ``quantity`` and the ``heading``."""
        top = box.top - 1.25 * line_height(SMALL)
        if quantity:
            top -= line_height(SMALL)
            self.write(box.left, top, [quantity], SMALL)
        self.write(box.left, top - line_height(HEADING), [heading], HEADING, weight="bold")
        bottom = 1 - (box.top + box.height) / self._height
        place = (box.left / WIDTH, bottom, box.width / WIDTH, box.height / self._height)
        return self.figure.add_axes(place)


def _cut(word: str, width: float, size: float, weight: str) -> list[str]:
    pieces = [""]
    for letter in word:
        if text_width(pieces[-1] + letter, size, weight) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


@cache
def _ruler() -> RendererAgg:
    return RendererAgg(1, 1, DPI)


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(_FONT)).get_charmap())


def plain(x: float, _: int) -> str:
    """A tick's number, without an exponent."""
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:g}"


def percent(x: float, _: int) -> str:
    """A tick's share as a percentage."""
    return f"{100 * x:.5g}%"


def rate_text(x: float) -> str:
    """A rate to two digits."""
    return f"{x:,.0f}" if x >= 99.95 else f"{x:.1f}" if x >= 9.95 else f"{x:#.2g}"
