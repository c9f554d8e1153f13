"""``dmz schema``: the JSON Schema of a sort of file, and the line by which editors find it."""

from collections.abc import Callable
from pathlib import Path

from experiments.design.sorts import Sort
from experiments.design.study_schema import study_schema
from sim.scenario.json_schema import Schema, as_text, incident_schema, policy_schema, scenario_schema
from sim.scenario.library import scenario_folder

SCHEMAS: dict[Sort, Callable[[], Schema]] = {
    "scenario": scenario_schema,
    "policy": policy_schema,
    "study": study_schema,
    "incident": incident_schema,
}


def shipped_schema(sort: Sort) -> Path:
    """The file of a sort's schema, in the wheel as in a checkout."""
    return scenario_folder() / "schema" / f"{sort}.schema.json"


def schema(sort: Sort, line: bool) -> str:
    """The schema as text, or the first ``line`` of a file that names it wherever that file lies."""
    if line:
        return f"# yaml-language-server: $schema={shipped_schema(sort).resolve().as_uri()}\n"
    return as_text(SCHEMAS[sort]())
