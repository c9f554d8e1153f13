"""A picture: a figure, the words that go with it, and its data; and how it becomes files."""

import io
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from experiments.csv_cells import csv_text
from experiments.files import write_whole
from experiments.sheet import DPI, drawable, styled

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
# Verdana is as wide as DejaVu Sans, for readers who have not that
_FONTS = ("'DejaVu Sans'", "'DejaVu Sans', Verdana, Geneva, sans-serif")


@dataclass(frozen=True)
class Picture:
    """``name`` is the stem of its files, ``title`` and ``caption`` plain text, ``data`` what is
    drawn.
    """

    name: str
    title: str
    caption: str
    figure: Figure
    data: pd.DataFrame

    @property
    def csv(self) -> str:
        """Its data, as spreadsheets may have them."""
        return csv_text(self.data)

    @cached_property
    def svg(self) -> str:
        """The figure as an SVG file; it may not change afterwards."""
        stream = io.StringIO()
        look = {"svg.hashsalt": self.name, "svg.fonttype": "none"}
        with styled(), matplotlib.rc_context(look):
            self.figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
        # in attributes only: a name in the text is not written with font-weight before it
        return re.sub(r'(style="[^"<>]*?)' + _FONTS[0], r"\1" + _FONTS[1], stream.getvalue())


def save(picture: Picture, folder: Path) -> list[str]:
    """Write NAME.png, NAME.svg and NAME.csv and return these; equal numbers give equal bytes."""
    with styled():
        write_whole(folder / f"{picture.name}.png", lambda to: picture.figure.savefig(
            to, format="png", dpi=DPI, metadata={"Software": None}))  # fmt: skip
    write_whole(folder / f"{picture.name}.svg",
                lambda to: to.write_text(picture.svg, "utf-8") and None)  # fmt: skip
    write_whole(folder / f"{picture.name}.csv",
                lambda to: to.write_text(picture.csv, "utf-8") and None)  # fmt: skip
    return [f"{picture.name}.{ending}" for ending in ("png", "svg", "csv")]


def svg_text(picture: Picture) -> str:
    """The picture as an element of a page: as wide as its place, and with ids of its own.

    It has neither declaration nor style sheet, which would reach beyond it.
    """
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(picture.svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}style", f"{{{_SVG}}}metadata"):
                parent.remove(child)
    for element in root.iter():
        _own_ids(element, f"{picture.name}-")
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("style", "stroke-linejoin: round; stroke-linecap: butt")
    root.set("role", "img")
    root.set("aria-label", drawable(picture.title))
    return ET.tostring(root, encoding="unicode")


def _own_ids(element: ET.Element, prefix: str) -> None:
    for key, value in element.attrib.items():
        if key == "id":
            element.set(key, prefix + value)
        elif key in ("href", f"{{{_XLINK}}}href") and value.startswith("#"):
            element.set(key, f"#{prefix}{value[1:]}")
        elif "url(#" in value:
            element.set(key, re.sub(r"url\(#", f"url(#{prefix}", value))
