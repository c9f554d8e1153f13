"""The schema of study files takes what is shipped and refuses what reading refuses."""

import json
import os
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from experiments.commands.schema import SCHEMAS, schema, shipped_schema
from experiments.design.arms import read_study
from experiments.design.sorts import SHIPPED_STUDIES
from experiments.design.study_schema import study_schema
from sim.documents import BadInput, parse, read
from sim.scenario.json_schema import as_text
from sim.scenario.library import documents_in

SCHEMA = study_schema()


def faults(data: dict) -> list[str]:
    plain = json.loads(json.dumps(data, default=date.isoformat))
    found = Draft202012Validator(SCHEMA).iter_errors(plain)
    return [".".join(map(str, error.absolute_path)) for error in found]


def test_the_shipped_schema_is_current():
    """It is not, once a default has changed: DMZ_REFRESH=1 pytest of this file."""
    file = shipped_schema("study")
    if os.environ.get("DMZ_REFRESH") == "1":
        file.write_text(as_text(SCHEMA), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == as_text(SCHEMA), "DMZ_REFRESH=1 writes it"
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", documents_in(SHIPPED_STUDIES), ids=lambda path: path.stem)
def test_shipped_studies_keep_to_it(path):
    assert faults(read(path).data) == []


GOOD = """\
name: s
scenarios: [baseline, mine.yaml]
policies: [hotline, [hotline, common_line], shipped]
sweep:
  south.watch.margin_m: [10, 20]
  north.works.distance_m: {low: 20, high: 120, points: 4, scale: log}
  talks.outcome: [ignored, accepted]
  season:
    levels:
      spring: {start: 2026-03-01, days: 92}
      near: {north: {works: {distance_m: 30}}, south.watch.margin_m: 10}
runs: 40
"""


def test_it_takes_every_form_that_a_study_may_have():
    assert faults(parse(GOOD, "s").data) == []
    assert faults({"name": "s", "until": "decided", "policies": ["hotline"], "budget": 400}) == []
    assert faults({"name": "s", "until": {"relative_half_width": 0.1}, "budget": 400}) == []
    assert faults({"name": "s", "design": {"sobol": 4}, "runs": 4}) == []


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("runs: 40", "runs: 1", "runs"),
        ("name: s\n", "", ""),
        ("runs: 40", "runs: 4\nsouth: {}", ""),
        ("[10, 20]", "[10, -1]", "sweep.south.watch.margin_m"),
        ("[10, 20]", "{low: 10}", "sweep.south.watch.margin_m"),
        ("south.watch.margin_m: [", "south.watch.margn_m: [", "sweep.south.watch.margn_m"),
        ("days: 92", "dayz: 92", "sweep.season.levels.spring"),
        ("runs: 40", "runs: 4\nestimate: [clashs]", "estimate.0"),
    ],
)
def test_what_it_refuses_is_refused(old, new, at, tmp_path, capsys, monkeypatch):
    from experiments.commands.check import check

    text = GOOD.replace(old, new, 1)
    found = faults(parse(text, "s").data)
    assert len(found) == 1 and found[0].startswith(at)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(text.replace(", mine.yaml", "").replace(", shipped", ""))
    assert check(["s.yaml"]) == 2 and capsys.readouterr().err


def test_a_wrong_study_is_refused_by_reading_it(tmp_path):
    (tmp_path / "s.yaml").write_text("name: 3\nruns: 4\n")
    with pytest.raises(BadInput):
        read_study(str(tmp_path / "s.yaml"), {})
    assert faults({"name": 3, "runs": 4}) == ["name"]


@pytest.mark.parametrize("sort", SCHEMAS)
def test_the_line_finds_the_schema_from_any_folder(sort):
    """An absolute address: it holds for a file in a folder of one's own, and of an installed package."""
    from urllib.parse import unquote, urlparse

    line = schema(sort, line=True)
    assert line.startswith("# yaml-language-server: $schema=file:///") and line.endswith(".json\n")
    address = urlparse(line.partition("$schema=")[2].strip())
    with open(unquote(address.path), encoding="utf-8") as stream:
        found = json.load(stream)
    assert found == SCHEMAS[sort]() and as_text(found) == schema(sort, line=False)
    Draft202012Validator(found)
