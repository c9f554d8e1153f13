"""The declared schema made visible: JSON Schema for editors, tables of parameters for readers.

Both are derived from the models in ``sim.situation`` and ``sim.parameters``, which stay the one
place where a parameter is declared. The shipped files under ``scenarios/schema`` are ``as_text``
of the two schemas.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from functools import cache
from typing import Any, get_origin

from pydantic.fields import FieldInfo

from sim.documents import StrictModel
from sim.documents.extending import MOST_BASES
from sim.documents.wanted import Wanted
from sim.operations import OnNumber, OnSteps, operation_at
from sim.parameters import SIDES, Parameters, default_of, walk, world_paths
from sim.situation import Policy, Scenario

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WORLD = frozenset(world_paths())
_CHANGES = {"$ref": "#/$defs/changes"}
_HEAD = ("parameter", "meaning", "unit", "default", "range", "source")

Schema = dict[str, Any]
Path = tuple[str, ...]


# -- JSON Schema ----------------------------------------------------------------------------------


def scenario_schema() -> Schema:
    """The JSON Schema (2020-12) of a scenario file; only ``name`` is required."""
    return _file_schema(Scenario, ["name"])


def policy_schema() -> Schema:
    """The JSON Schema (2020-12) of a policy file; what stands under ``set`` is partial."""
    return _file_schema(Policy, ["name", "binds"])


def as_text(schema: Schema) -> str:
    """A schema as the text of a file, the same on every machine."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _file_schema(model: type[StrictModel], required: list[str]) -> Schema:
    names = {"type": "string", "minLength": 1}
    several = {"type": "array", "items": names, "minItems": 1, "maxItems": MOST_BASES}
    extends = {
        "description": "a file, or several, over which this one is laid: names or paths",
        "anyOf": [names, several],
    }
    schema = _object(model, ())
    return {
        "$schema": _DIALECT,
        **schema,
        "properties": {"extends": extends, **schema["properties"]},
        "required": required,
        "$defs": {
            "changes": _object(Parameters, (), changes=True),
            **{kind.__name__: _operation(kind) for kind in (OnNumber, OnSteps)},
        },
    }


def _object(model: type[StrictModel], at: Path, changes: bool = False) -> Schema:
    """The schema of a model at a path, or of ``changes`` that an overlay may make in it."""
    properties = {}
    for name, field in model.model_fields.items():
        inner, path = field.annotation, (*at, name)
        if isinstance(inner, type) and issubclass(inner, StrictModel):
            group = _object(inner, path, changes)
            if group["properties"]:
                properties[name] = group
        elif not changes:
            properties[name] = _leaf(model, name, field, path)
        elif path not in _WORLD:
            properties[name] = _change(_leaf(model, name, field, path), path)
    said = {"description": _first_line(model)} if at else {"title": model.__name__}
    return {**said, "type": "object", "additionalProperties": False, "properties": properties}


def _change(leaf: Schema, path: Path) -> Schema:
    """What an overlay may have in the place of a value: another, or an operation on it."""
    value = {key: leaf[key] for key in leaf if key not in ("default", "description")}
    kind = operation_at(path)
    if kind is not None:
        value = {"anyOf": [value, {"$ref": f"#/$defs/{kind.__name__}"}]}
    return {"description": leaf["description"], **value}


def _operation(kind: type[StrictModel]) -> Schema:
    schema = {**_object(kind, (kind.__name__,)), "minProperties": 1}
    for leaf in schema["properties"].values():
        leaf.pop("default", None)
    return schema


def _leaf(model: type[StrictModel], name: str, field: FieldInfo, path: Path) -> Schema:
    found = _inlined(_generated(model)["properties"][name], _generated(model).get("$defs", {}))
    for key in ("unit", "source", "grade", "world", "default_south"):
        found.pop(key, None)
    if name == "set":
        return {**_CHANGES, "description": field.description}
    if "unit" in (field.json_schema_extra or {}):
        found["description"] = _explained(path, field)
        found["default"] = _plain(default_of(path, field))
    return found


@cache
def _generated(model: type[StrictModel]) -> Schema:
    return model.model_json_schema()


def _inlined(schema: Any, definitions: Schema) -> Any:
    """A copy of a generated schema with its references replaced by what they stand for."""
    if isinstance(schema, list):
        return [_inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    inlined = {
        key: _inlined(value, definitions)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
    if "set" in inlined.get("properties", {}):
        inlined["properties"]["set"] = _CHANGES
    return inlined


def _explained(path: Path, field: FieldInfo) -> str:
    extra = field.json_schema_extra
    unit = "" if extra["unit"] == "choice" else f" ({extra['unit']})"
    source = "" if extra["source"] == extra["grade"] else f": {extra['source']}"
    once = ". Drawn once for a world: no policy may change it" if path in _WORLD else ""
    return f"{field.description}{unit}; {extra['grade']}{source}{once}"


def _first_line(model: type[StrictModel]) -> str:
    return (model.__doc__ or "").partition("\n")[0]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


# -- tables ---------------------------------------------------------------------------------------


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
    def range(self) -> str:
        """The range, or the allowed values."""
        return self.allowed if self.low is None else f"{self.low:g} to {self.high:g}"


def parameter_table() -> list[ParameterRow]:
    """Every parameter of a scenario, a side's once, in the order of the files."""
    return [_row(path, field) for path, field in walk(Scenario) if path[0] != SIDES[1]]


def _row(path: Path, field: FieldInfo) -> ParameterRow:
    extra, of_side = field.json_schema_extra, path[0] in SIDES
    bounds = {
        name: getattr(limit, name)
        for limit in field.metadata
        for name in ("ge", "le")
        if hasattr(limit, name)
    }
    default = default_of(path, field)
    return ParameterRow(
        ".".join(("<side>", *path[1:]) if of_side else path), extra["unit"], default,
        default_of(("south", *path[1:]), field) if of_side else default,
        bounds.get("ge"), bounds.get("le"), _allowed(field), extra["source"], extra["grade"],
        field.description or "", path in _WORLD,
    )  # fmt: skip


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
        "may not.",
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
    model: type[StrictModel] = Scenario
    for name in group.replace("<side>", "north").split("."):
        model = model.model_fields[name].annotation
    return _first_line(model).rstrip(".")


def _line(row: ParameterRow) -> str:
    name = f"`{row.path.rpartition('.')[2]}`{' †' if row.world else ''}"
    source = row.grade if row.source == row.grade else f"{row.grade}: {row.source}"
    unit = "" if row.unit == "choice" else row.unit
    cells = (name, row.description, unit, row.defaults, row.range, source)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
