"""A picture: a figure, the words that go with it, and its data; and how it becomes files."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from experiments.pictures.fonts import EMBEDDED, embedded
from experiments.pictures.sheet import save_png, svg_of
from experiments.store.csv_cells import csv_text
from experiments.store.files import write_whole

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
# in attributes only: a name in the text is not written with style before it
_FONTS = re.compile(r"""(style="[^"<>]*?)'DejaVu Sans'((?:, '[^'"<>]*')*)""")
# Verdana is as wide as DejaVu Sans, for readers who have not that; the embedded font stands first, since
# Chromium does not look at a later one for a text that has none but its letters
_READERS = rf"\1'{EMBEDDED}', 'DejaVu Sans', Verdana, Geneva\2, sans-serif"


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

    def called(self, name: str) -> "Picture":
        """The same under another name."""
        return replace(self, name=name)

    @property
    def csv(self) -> str:
        """Its data, as spreadsheets may have them."""
        return csv_text(self.data)

    @cached_property
    def svg(self) -> str:
        """The figure as an SVG file; it may not change afterwards."""
        drawn = _FONTS.sub(_READERS, svg_of(self.figure, self.name))
        return drawn.replace('<style type="text/css">', f'<style type="text/css">{embedded(drawn)}', 1)


def save(picture: Picture, folder: Path) -> list[str]:
    """Write NAME.png, NAME.svg and NAME.csv and return these; equal numbers give equal bytes."""
    write_whole(folder / f"{picture.name}.png", lambda to: save_png(picture.figure, to))
    write_whole(folder / f"{picture.name}.svg", lambda to: to.write_text(picture.svg, "utf-8"))
    write_whole(folder / f"{picture.name}.csv", lambda to: to.write_text(picture.csv, "utf-8"))
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
    root.set("aria-label", " ".join(picture.title.split()))
    return ET.tostring(root, encoding="unicode")


def _own_ids(element: ET.Element, prefix: str) -> None:
    for key, value in element.attrib.items():
        if key == "id":
            element.set(key, prefix + value)
        elif key in ("href", f"{{{_XLINK}}}href") and value.startswith("#"):
            element.set(key, f"#{prefix}{value[1:]}")
        elif "url(#" in value:
            element.set(key, re.sub(r"url\(#", f"url(#{prefix}", value))
