"""The JSON Schema for editors agrees with what load_case takes."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from sim.documents import BadInput, read
from sim.parameters.whole import walk, world_paths
from sim.scenario.described import Described, incident_folder
from sim.scenario.json_schema import as_text, incident_schema, policy_schema, scenario_schema
from sim.scenario.library import documents_in, find, scenario_folder, shipped
from sim.scenario.loading import load_case
from sim.scenario.parameter_table import parameter_table
from sim.scenario.scenario_file import Scenario
from sim.sides import SIDES

SCHEMAS = {"scenario": scenario_schema(), "policy": policy_schema(), "incident": incident_schema()}
FILES = [("scenarios", name) for name in shipped()] + [("policies", name) for name in shipped("policies")]


def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(SCHEMAS[kind], format_checker=FormatChecker())


def faults(kind: str, data: dict) -> list[str]:
    """Where the schema finds fault with a tree, as dotted paths."""
    found = validator(kind).iter_errors(json.loads(json.dumps(data, default=date.isoformat)))
    return [".".join(map(str, error.absolute_path)) for error in found]


def nested(path: tuple[str, ...], value) -> dict:
    for name in reversed(path):
        value = {name: value}
    return value


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_shipped_schema_is_current(kind):
    """It is not, once a default has changed: DMZ_REFRESH=1 pytest tests/sim/scenario/test_json_schema.py"""
    file = scenario_folder() / "schema" / f"{kind}.schema.json"
    if os.environ.get("DMZ_REFRESH") == "1":
        file.write_text(as_text(SCHEMAS[kind]), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == as_text(SCHEMAS[kind]), "DMZ_REFRESH=1 writes it"


@pytest.mark.parametrize("kind", SCHEMAS)
def test_it_is_a_schema_of_2020_12(kind):
    Draft202012Validator.check_schema(SCHEMAS[kind])
    assert SCHEMAS[kind]["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_shipped_files_name_the_schema_and_keep_to_it(folder, name):
    path = find(name, folder)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    schema = first.removeprefix("# yaml-language-server: $schema=")
    assert schema != first
    kind = "scenario" if folder == "scenarios" else "policy"
    assert (path.parent / schema).resolve() == (
        scenario_folder() / "schema" / f"{kind}.schema.json"
    ).resolve()
    assert faults(kind, read(path).data) == []


def test_a_scenario_needs_a_name_and_a_policy_whom_it_binds():
    assert faults("scenario", {"name": "x"}) == []
    assert faults("scenario", {"extends": "declared"}) == [""]
    assert faults("policy", {"name": "x", "binds": ["south"]}) == []
    assert faults("policy", {"name": "x"}) == [""]
    assert faults("policy", {"name": "x", "binds": []}) == ["binds"]


@pytest.mark.parametrize("extends", ["baseline", ["baseline", "worst"]])
def test_a_file_may_extend_others(extends):
    assert faults("scenario", {"name": "x", "extends": extends}) == []
    assert faults("policy", {"name": "x", "binds": ["south"], "extends": extends}) == []


def test_extends_names_one_file_at_least():
    assert faults("scenario", {"name": "x", "extends": []}) == ["extends"]
    assert faults("scenario", {"name": "x", "extends": 3}) == ["extends"]


def numbers() -> list[tuple[tuple[str, ...], float, float]]:
    found = []
    for path, field in walk(Scenario):
        bounds = {
            name: getattr(note, name)
            for note in field.metadata
            for name in ("ge", "le")
            if hasattr(note, name)
        }
        if bounds:
            found.append((path, bounds["ge"], bounds["le"]))
    return found


def test_it_knows_every_range_of_a_scenario():
    for path, low, high in numbers():
        for good in (low, high):
            assert faults("scenario", {"name": "x", **nested(path, good)}) == [], path
        nothing = [] if path == ("border", "markers_standing") else [None]
        for bad in (low - 1, high + 1, str(high), *nothing):
            assert faults("scenario", {"name": "x", **nested(path, bad)}) == [".".join(path)]


def test_it_knows_every_range_of_a_policy_and_nothing_of_the_world():
    world = set(world_paths())
    for path, low, high in numbers():
        if path[0] == "talks" or path == ("days",):
            continue
        policy = {"name": "x", "binds": [*SIDES], "set": nested(path, low)}
        if path in world:
            assert faults("policy", policy) != [], path
            continue
        assert faults("policy", policy) == [], path
        policy["set"] = nested(path, high + 1)
        assert faults("policy", policy) == ["set." + ".".join(path)]


def test_injects_take_the_changes_that_policies_take():
    inject = {"name": "x", "date": "2026-01-01", "set": {"south": {"watch": {"margin_m": 3}}}}
    assert faults("scenario", {"name": "x", "injects": [inject]}) == []
    inject["set"] = {"south": {"watch": {"posts": 3}}}
    assert faults("scenario", {"name": "x", "injects": [inject]}) == ["injects.0.set.south.watch"]
    inject["set"] = {"talks": {}}
    assert faults("scenario", {"name": "x", "injects": [inject]}) == ["injects.0.set"]
    assert faults("scenario", {"name": "x", "injects": [{"name": "x"}]}) == ["injects.0"]


@pytest.mark.parametrize(
    "text",
    [
        "name: x\nsouht: {}",
        "name: x\nstart: yesterday",
        "name: 3",
        "name: x\ntalks: {outcome: agreed}",
        "name: x\nnorth: {rules: {steps: [broadcast, shout]}}",
        "name: x\nhotline: {working: 'yes'}",
        "name: x\ninjects: [{name: a, date: 2026-01-01, act: change, sett: {}}]",
        "name: x\nends_at_rung: 0",
        "name: x\nborder: {kernel: rbf}",
    ],
)
def test_what_it_refuses_load_case_refuses_too(text, tmp_path: Path):
    path = tmp_path / "s.yaml"
    path.write_text(text, encoding="utf-8")
    assert faults("scenario", read(path).data) != []
    with pytest.raises(BadInput):
        load_case(str(path))


def test_editors_are_told_unit_source_and_the_side_own_default():
    watch = {
        side: SCHEMAS["scenario"]["properties"][side]["properties"]["watch"]["properties"] for side in SIDES
    }
    rows = {row.path: row for row in parameter_table()}
    posts = rows["<side>.watch.posts"]
    assert watch["north"]["posts"]["default"] == posts.default
    assert watch["south"]["posts"]["default"] == posts.south
    said = watch["north"]["margin_m"]["description"]
    for part in ("(m)", rows["<side>.watch.margin_m"].source, "assumption"):
        assert part in said
    assert "no policy may change it" in watch["north"]["posts"]["description"]
    assert "no policy may change it" not in said


# -- incident files -------------------------------------------------------------------------------


def test_shipped_incidents_name_the_schema_and_keep_to_it():
    files = documents_in(incident_folder())
    assert files
    for path in files:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../schema/incident.schema.json"
        assert faults("incident", read(path).data) == []


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"hour": 24}, "hour"),
        ({"party": {"side": "east"}}, "party.side"),
        ({"party": {"side": "north", "keeps": 3}}, "party"),
        ({"set": {"south": {"rules": {"steps": ["shout"]}}}}, "set.south.rules.steps.0"),
        ({"set": {"south": {"watch": {"margin_m": {"plus": 3}}}}}, "set.south.watch.margin_m"),
        ({"lines": {"north_m": "x"}}, "lines.north_m"),
    ],
)
def test_what_the_schema_of_incidents_refuses_reading_refuses_too(change, at, tmp_path, monkeypatch):
    said = {"name": "x", "hour": 9, "at_km": 100, "party": {"side": "north"}}
    assert faults("incident", said) == []
    assert faults("incident", said | change) == [at]
    (tmp_path / "x.yaml").write_text(json.dumps(said | change))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput), Described.read("x").cases([()]):
        pass
