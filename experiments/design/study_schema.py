"""The JSON Schema of study files, for editors; the model in ``study_file`` stays the one declaration."""

from typing import Any

from experiments.design.study_file import Study
from experiments.measures import EVERY, noun
from sim.parameters.whole import walk
from sim.scenario.json_schema import DIALECT, Schema, generated, inlined, leaf_schema, object_schema
from sim.scenario.scenario_file import Scenario

_BESIDE = ("start", "ends_at_rung")  # what a scenario says and a study may sweep, beside parameters
_DOTTED = r"^[a-z_]+(\.[a-z0-9_]+)+$"


def study_schema() -> Schema:
    """The JSON Schema (2020-12) of a study file; a swept parameter has its own range and unit."""
    whole = generated(Study)
    definitions = whole["$defs"]
    properties = {name: inlined(each, definitions) for name, each in whole["properties"].items()}
    properties["sweep"] = {
        "description": properties["sweep"]["description"],
        "type": "object",
        "properties": {name: _factor(leaf) for name, leaf in _parameters().items()},
        "additionalProperties": {"$ref": "#/$defs/levels"},
    }
    properties["estimate"]["items"] = {
        "anyOf": [{"const": name, "description": noun(name)} for name in EVERY]
    }
    return {
        "$schema": DIALECT,
        "title": "Study",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": ["name"],
        "$defs": {"range": inlined(definitions["Range"], definitions), "levels": _levels()},
    }


def _parameters() -> dict[str, Schema]:
    """What can be swept, by its dotted name."""
    found = {name: leaf_schema(Scenario, name, Scenario.model_fields[name], (name,)) for name in _BESIDE}
    for path, field in walk(Scenario):
        owner: Any = Scenario
        for name in path[:-1]:
            owner = owner.model_fields[name].annotation
        found[".".join(path)] = leaf_schema(owner, path[-1], field, path)
    return found


def _factor(leaf: Schema) -> Schema:
    """Values of a parameter, a range of them, or levels under its name."""
    value = {key: each for key, each in leaf.items() if key not in ("default", "description")}
    values = {"type": "array", "items": value, "minItems": 1, "maxItems": 1000}
    others = [{"$ref": "#/$defs/range"}, {"$ref": "#/$defs/levels"}]
    return {"description": leaf["description"], "anyOf": [values, *others]}


def _levels() -> Schema:
    """Labels, and what each changes: keys of a scenario, nested or dotted."""
    level = object_schema(Scenario, ()) | {"patternProperties": {_DOTTED: {}}}
    labels = {"type": "object", "minProperties": 1, "maxProperties": 1000, "additionalProperties": level}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {"levels": labels},
        "required": ["levels"],
    }
