"""JSON Schema for editors, derived from the models of scenario and policy files.

The models in ``sim.scenario.scenario_file`` and ``sim.parameters.whole`` stay the one place where a key is
declared. The shipped files under ``scenarios/schema`` are ``as_text`` of the schemas.
"""

import json
from functools import cache
from typing import Any

from pydantic.fields import FieldInfo

from sim.documents import StrictModel, Tree
from sim.documents.extending import MOST_BASES
from sim.parameters.declare import declared
from sim.parameters.whole import Parameters, default_of, world_paths
from sim.scenario.incident_file import IncidentFile
from sim.scenario.operations import OnNumber, OnSteps, operation_at
from sim.scenario.scenario_file import Policy, Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WORLD = frozenset(world_paths())
_CHANGES = {"$ref": "#/$defs/changes"}

Schema = Tree
Path = tuple[str, ...]


def scenario_schema() -> Schema:
    """The JSON Schema (2020-12) of a scenario file; only ``name`` is required."""
    return _file_schema(Scenario, ["name"])


def policy_schema() -> Schema:
    """The JSON Schema (2020-12) of a policy file; what stands under ``set`` is partial."""
    return _file_schema(Policy, ["name", "binds"])


def incident_schema() -> Schema:
    """The JSON Schema (2020-12) of an incident file."""
    schema = object_schema(IncidentFile, ())
    given = {"$ref": "#/$defs/parameters", "description": schema["properties"]["set"]["description"]}
    return {
        "$schema": DIALECT,
        **schema,
        "properties": schema["properties"] | {"set": given},
        "required": ["name", "hour", "at_km", "party"],
        "$defs": {"parameters": object_schema(Parameters, ())},
    }


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
    schema = object_schema(model, ())
    return {
        "$schema": DIALECT,
        **schema,
        "properties": {"extends": extends, **schema["properties"]},
        "required": required,
        "$defs": {
            "changes": object_schema(Parameters, (), changes=True),
            **{kind.__name__: _operation(kind) for kind in (OnNumber, OnSteps)},
        },
    }


def object_schema(model: type[StrictModel], at: Path, changes: bool = False) -> Schema:
    """The schema of a model at a path, or of ``changes`` that an overlay may make in it."""
    properties = {}
    for name, field in model.model_fields.items():
        inner, path = field.annotation, (*at, name)
        if isinstance(inner, type) and issubclass(inner, StrictModel):
            group = object_schema(inner, path, changes)
            if group["properties"]:
                properties[name] = group
        elif not changes:
            properties[name] = leaf_schema(model, name, field, path)
        elif path not in _WORLD:
            properties[name] = _change(leaf_schema(model, name, field, path), path)
    said = {"description": first_line(model)} if at else {"title": model.__name__}
    return {**said, "type": "object", "additionalProperties": False, "properties": properties}


def _change(leaf: Schema, path: Path) -> Schema:
    """What an overlay may have in the place of a value: another, or an operation on it."""
    value = {key: leaf[key] for key in leaf if key not in ("default", "description")}
    kind = operation_at(path)
    if kind is not None:
        value = {"anyOf": [value, {"$ref": f"#/$defs/{kind.__name__}"}]}
    return {"description": leaf["description"], **value}


def _operation(kind: type[StrictModel]) -> Schema:
    schema = {**object_schema(kind, (kind.__name__,)), "minProperties": 1}
    for leaf in schema["properties"].values():
        leaf.pop("default", None)
    return schema


def leaf_schema(model: type[StrictModel], name: str, field: FieldInfo, path: Path) -> Schema:
    """The schema of one key of a model, with its unit, source and the side's own default."""
    found = inlined(generated(model)["properties"][name], generated(model).get("$defs", {}))
    for key in ("unit", "source", "grade", "world", "default_south"):
        found.pop(key, None)
    if name == "set":
        return {**_CHANGES, "description": field.description}
    if "unit" in declared(field):
        found["description"] = _explained(path, field)
        found["default"] = _plain(default_of(path, field))
    return found


@cache
def generated(model: type[StrictModel]) -> Schema:
    """What pydantic makes of a model, with definitions of its own."""
    return model.model_json_schema()


def inlined(schema: Any, definitions: Schema) -> Any:
    """A copy of a generated schema with its references replaced by what they stand for."""
    if isinstance(schema, list):
        return [inlined(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    found = {
        key: inlined(value, definitions)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
    if "set" in found.get("properties", {}):
        found["properties"]["set"] = _CHANGES
    return found


def _explained(path: Path, field: FieldInfo) -> str:
    extra = declared(field)
    unit = "" if extra["unit"] == "choice" else f" ({extra['unit']})"
    source = "" if extra["source"] == extra["grade"] else f": {extra['source']}"
    once = ". Drawn once for a world: no policy may change it" if path in _WORLD else ""
    return f"{field.description}{unit}; {extra['grade']}{source}{once}"


def first_line(model: type[StrictModel]) -> str:
    """What a model says of itself, in a line."""
    return (model.__doc__ or "").partition("\n")[0]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
