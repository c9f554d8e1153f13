"""What the sources of parameters lead to: a citation names a file of ``sim/data`` and a place in it.

    priors.csv: k                               rows of a table, by their key
    FACTS: group size (2-14, usually 10)        a row of a page, by how it begins; what we took of it
    TRIAL 2.2                                   a section of a page, by its number

A source without a place is our own judgement: ``assumption``.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

FOLDER = "sim/data"  # as seen from the root of the project
_PAGES = {"FACTS": "FACTS.md", "TRIAL": "TRIAL.md"}  # cited without their ending
_KEYS = {"priors.csv": "parameter", "counts.csv": "what", "incidents.csv": "id"}
_COLUMNS = "README.md"  # explains the columns of incidents.csv and counts.csv
_CITATION = re.compile(
    r"(?P<name>FACTS|TRIAL|[\w.]+\.(?:md|csv))(?: (?P<section>[\d.]+))?"
    r"(?:: (?P<key>[^()]+?))?(?: \((?P<taken>.+)\))?"
)


@dataclass(frozen=True)
class Passage:
    """What stands at a cited place; ``anchor`` is that of its heading, empty in a table."""

    file: str
    anchor: str
    text: str

    @property
    def address(self) -> str:
        """Its file and heading, from the root of the project."""
        return f"{FOLDER}/{self.file}" + (f"#{self.anchor}" if self.anchor else "")


@dataclass(frozen=True)
class Citation:
    """A file of ``sim/data``, the place in it, and what was ``taken`` from there, in words."""

    file: str
    place: str
    taken: str = ""

    @classmethod
    def of(cls, source: str) -> Self | None:
        """The citation that a parameter's source is, None if it is our own judgement."""
        found = _CITATION.fullmatch(source)
        if found is None:
            return None
        name = found["name"]
        return cls(_PAGES.get(name, name), found["section"] or found["key"] or "", found["taken"] or "")

    def passages(self) -> tuple[Passage, ...]:
        """All that the citation leads to; nothing where there is no such place."""
        if not (files("sim") / "data" / self.file).is_file():
            return ()
        return tuple(_in_table(self) if self.file.endswith(".csv") else _in_page(self))


@cache
def _text(file: str) -> str:
    return (files("sim") / "data" / file).read_text(encoding="utf-8")


def _in_table(cited: Citation) -> Iterator[Passage]:
    rows = csv.DictReader(io.StringIO(_text(cited.file)))
    if cited.place in (rows.fieldnames or ()):
        yield from _in_page(Citation(_COLUMNS, cited.place))
    for row in rows:
        key = _KEYS[cited.file]
        if row[key] == cited.place:
            said = (f"{name} {value}" for name, value in row.items() if value and name != key)
            yield Passage(cited.file, "", "; ".join(said))


def _in_page(cited: Citation) -> Iterator[Passage]:
    """Sections by their number or name, and rows of tables by how their first cell begins."""
    anchor = ""
    for line in _text(cited.file).splitlines():
        if head := re.fullmatch(r"#+ (?P<title>(?P<number>[\d.]*\d)?\.? ?(?P<name>.*))", line):
            anchor = anchor_of(head["title"])
            if cited.place in (head["number"], head["name"]):
                yield Passage(cited.file, anchor, head["title"])
        elif line.startswith("| "):
            first, *others = (cell.strip().replace("**", "") for cell in line.strip("| ").split(" | "))
            if first.startswith(cited.place):
                yield Passage(cited.file, anchor, f"{first}: {'; '.join(others)}")


def anchor_of(title: str) -> str:
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
