"""The declared parameters as a table: to be printed, searched, and written as CSV or Markdown."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from typing import Any, get_origin

from pydantic.fields import FieldInfo

from sim.documents.problems import nearest
from sim.documents.wanted import Wanted
from sim.parameters.declare import declared
from sim.parameters.whole import default_of, walk, world_paths
from sim.scenario.json_schema import Path, first_line
from sim.scenario.scenario_file import Scenario
from sim.scenario.sources import Citation
from sim.sides import SIDES

_WORLD = frozenset(world_paths())
_HEAD = ("parameter", "meaning", "unit", "default", "range", "source")


@dataclass(frozen=True)
class ParameterRow:
    """One parameter. ``path``: as files name it, ``<side>`` standing for north and south.

    ``default`` is the common or the north's, ``south`` the south's; ``world``: no policy may
    change it.
    """

    path: str
    unit: str
    default: Any
    south: Any
    low: float | None
    high: float | None
    allowed: str
    source: str
    grade: str
    description: str
    world: bool

    @property
    def defaults(self) -> str:
        """The default in words, both where the sides differ."""
        if self.default == self.south:
            return _shown(self.default)
        return f"north {_shown(self.default)}, south {_shown(self.south)}"

    @property
    def text(self) -> str:
        """What a search looks through, in small letters."""
        paths = " ".join(self.path.replace("<side>", side) for side in SIDES)
        return f"{paths} {self.description} {self.unit} {self.source} {self.grade}".casefold()

    @property
    def range(self) -> str:
        """The range, or the allowed values."""
        return self.allowed if self.low is None else f"{self.low:g} to {self.high:g}"


def parameter_table() -> list[ParameterRow]:
    """Every parameter of a scenario, a side's once, in the order of the files."""
    return [_row(path, field) for path, field in walk(Scenario) if path[0] != SIDES[1]]


def found(rows: Iterable[ParameterRow], words: Iterable[str]) -> list[ParameterRow]:
    """The rows in which every word occurs: in path, meaning, unit, source or grade."""
    wanted = [word.casefold() for word in words]
    return [row for row in rows if all(word in row.text for word in wanted)]


def nearest_word(rows: Iterable[ParameterRow], word: str) -> str | None:
    """The word of a path or a meaning that is most like one that no row has."""
    known = (each for row in rows for each in re.split(r"[^a-z0-9_]+", row.text))
    return nearest(word, (each for each in dict.fromkeys(known) if len(each) > 2))


def _row(path: Path, field: FieldInfo) -> ParameterRow:
    extra, of_side = declared(field), path[0] in SIDES
    bounds = {
        name: getattr(limit, name)
        for limit in field.metadata
        for name in ("ge", "le")
        if hasattr(limit, name)
    }
    default = default_of(path, field)
    return ParameterRow(
        ".".join(("<side>", *path[1:]) if of_side else path),
        extra["unit"],
        default,
        default_of(("south", *path[1:]), field) if of_side else default,
        bounds.get("ge"),
        bounds.get("le"),
        _allowed(field),
        extra["source"],
        extra["grade"],
        field.description or "",
        path in _WORLD,
    )


def _allowed(field: FieldInfo) -> str:
    wanted = Wanted.of_field(field)
    if get_origin(wanted.annotation) in (tuple, dict):
        inner = wanted.inside(0)
        return f"{wanted} of {', '.join(inner.choices()) or inner}"
    return " or ".join(wanted.choices()) or str(wanted)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return "none" if value is None else str(value).removesuffix(".0")


def as_csv(rows: list[ParameterRow]) -> str:
    """The table as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in fields(ParameterRow))
    for row in rows:
        writer.writerow(map(_cell, astuple(row)))
    return out.getvalue()


def _cell(value: Any) -> str:
    return "" if value is None else _shown(value)


def as_markdown(rows: list[ParameterRow]) -> str:
    """The table as Markdown, a section for each group."""
    lines = [
        "`<side>` stands for `north` and `south`. Grades: *measured*, *analogue*, *assumption*. "
        "Parameters marked † are drawn from once for a world: a scenario may set them, a policy "
        "may not."
    ]
    for group, members in _groups(rows):
        lines += ["", f"## {group}", "", f"| {' | '.join(_HEAD)} |", "|---" * len(_HEAD) + "|"]
        lines += [_line(row) for row in members]
    return "\n".join(lines) + "\n"


def _groups(rows: list[ParameterRow]) -> Iterator[tuple[str, list[ParameterRow]]]:
    names = dict.fromkeys(row.path.rpartition(".")[0] for row in rows)
    for name in names:
        its = [row for row in rows if row.path.rpartition(".")[0] == name]
        yield f"`{name}`: {_about(name)}" if name else "The run", its


def _about(group: str) -> str:
    model: Any = Scenario
    for name in group.replace("<side>", "north").split("."):
        model = model.model_fields[name].annotation
    return first_line(model).rstrip(".")


def _line(row: ParameterRow) -> str:
    name = f"`{row.path.rpartition('.')[2]}`{' †' if row.world else ''}"
    source = row.grade if row.source == row.grade else f"{row.grade}: {_linked(row.source)}"
    unit = "" if row.unit == "choice" else row.unit
    cells = (name, row.description, unit, row.defaults, row.range, source)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _linked(source: str) -> str:
    """A citation as a link to what it leads to, from a page in ``docs``."""
    cited = Citation.of(source)
    passages = cited.passages() if cited else ()
    return f"[{source}](../{passages[0].address})" if passages else source
