"""A page for pictures, 1,200 pixels wide: one style, and text that is measured before it is set.

Pixels count from the top left. No pyplot: a figure belongs to whoever asked for it. Names come
from scenario files, so nothing is read as mathematics.
"""

import io
import re
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, NotRequired, TypedDict

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments.pictures.fonts import DPI, SANS, SHIPPED, drawable, dress, text_width

WIDTH, MARGIN = 1200, 28
TITLE, HEADING, TEXT, SMALL = 15.0, 10.5, 9.0, 8.5  # points


class Fill(TypedDict):
    """How an area is filled, in the words of matplotlib."""

    facecolor: str
    hatch: NotRequired[str]


class Edged(Fill):
    """A fill and its outline."""

    edgecolor: str


INK, FAINT = "#1a1a1a", "#8c8c8c"
# Okabe and Ito's and Tol's colours, apart in lightness too; a second cue (hatch, dash) goes with
# each, so that a grey copy reads the same.
FILLS: dict[str, Edged] = {
    "all": {"facecolor": "white", "edgecolor": INK},
    "violation": {"facecolor": "#0072B2", "edgecolor": INK},
    "otherwise": {"facecolor": "#F0C14B", "edgecolor": INK, "hatch": "////"},
    "north": {"facecolor": "#4DBA93", "edgecolor": INK},
    "south": {"facecolor": "#882255", "edgecolor": INK},
}
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")  # a no-break space holds a number and its unit together
_NUMBER = re.compile(r"\d[\d.,]*$")
_RC = {
    "font.family": [SANS, SHIPPED],
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "grid.linewidth": 0.7,
    "grid.color": "#dddddd",
    "legend.frameon": False,
    "legend.fontsize": SMALL,
    "hatch.linewidth": 0.8,
    "legend.borderpad": 0.0,
    "legend.borderaxespad": 0.0,
    "legend.columnspacing": 1.2,
    "legend.handlelength": 1.6,
    "legend.handletextpad": 0.5,
    "savefig.bbox": None,
}


class Box(NamedTuple):
    """A rectangle on a sheet, in pixels from its top left."""

    left: float
    top: float
    width: float
    height: float


def styled() -> AbstractContextManager[None]:
    """The style of every figure, whatever the user's own; to draw and to save within."""
    return matplotlib.style.context(_RC, after_reset=True)


def line_height(size: float) -> float:
    """Pixels from one line of text to the next at ``size`` points."""
    return 1.4 * size * DPI / 72.0


def wrapped(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Lines of ``text`` no wider than ``width`` pixels; a word too long for one is cut, but not in a
    number that has room on a line.
    """
    lines: list[str] = [""]
    for word in _BLANKS.split(text):
        longer = f"{lines[-1]} {word}".strip(" ")
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

    def write(self, left: float, top: float, lines: Sequence[str], size: float = TEXT, **style: Any) -> None:
        """Set ``lines`` downwards from ``top``, aligned at ``left``."""
        for i, line in enumerate(lines):
            y = 1 - (top + i * line_height(size)) / self._height
            self.figure.text(left / WIDTH, y, line, size=size, va="top", **style)

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
            kept, number = _split_number(pieces[-1] + letter)
            whole = kept and number and text_width(number, size, weight) <= width
            pieces[-1:] = [kept, number] if whole else [pieces[-1], letter]
        else:
            pieces[-1] += letter
    return pieces


def _split_number(text: str) -> tuple[str, str]:
    """``text``, and the number at its end that would go on in the next line."""
    kept = _NUMBER.sub("", text)
    return kept, text[len(kept) :]


def save_png(figure: Figure, to: Path) -> None:
    """Write a figure, drawn as far as the fonts of this machine go; equal numbers give equal bytes."""
    lacking = dress(figure.findobj(Text))
    for text, words in lacking:
        text.set_text(drawable(words))
    try:
        with styled():
            figure.savefig(to, format="png", dpi=DPI, metadata={"Software": None})
    finally:
        for text, words in lacking:
            text.set_text(words)


def svg_of(figure: Figure, salt: str) -> str:
    """A figure as SVG, its words as text that keeps every letter; ``salt`` makes its ids."""
    dress(figure.findobj(Text))
    stream = io.StringIO()
    own = matplotlib.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"})
    with styled(), own, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # here; not where it is read
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def plain(x: float, _: int) -> str:
    """A tick's number, without an exponent."""
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:g}"


def signed_plain(x: float, _: int) -> str:
    """As ``plain``, with the sign of a minus."""
    return plain(x, _).replace("-", "−")


def percent(x: float, _: int) -> str:
    """A tick's share as a percentage."""
    return f"{100 * x:.5g}%"


def rate_text(x: float) -> str:
    """A rate to two digits."""
    return f"{x:,.0f}" if x >= 99.95 else f"{x:.1f}" if x >= 9.95 else f"{x:#.2g}"
