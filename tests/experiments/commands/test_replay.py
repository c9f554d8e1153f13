"""``dmz replay``: any row of any results, seen again to the same bits; else refused, and nothing written."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from little import write
from typer.testing import CliRunner

import dmz
import sim
from experiments.cli import app
from experiments.commands import replay as verb
from experiments.commands.audience import Audience
from experiments.commands.exits import Halted
from experiments.commands.replay import Asked, replay
from experiments.store.files import write_seals
from experiments.study.folder import StudyFolder
from sim.documents import BadInput
from sim.scenario.library import scenario_folder

OWN = """\
extends: own_sites
name: own
days: 10
clock: {{warmup_days: 5}}
border: {{lines_file: {lines}}}
talks:
  {{decided_by: chance, outcome: none, offer_day: 1, implemented_clauses: [],
    probabilities: {{ignored: 0.2, refused: 0.3, accepted: 0.3, collapsed: 0.2}}}}
"""
AGENTS = """\
from sim.agents import CommandPost


class Calm(CommandPost):
    pass
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a study's files and its results, in ``out``: six arms, two runs each."""
    home = tmp_path_factory.mktemp("replay")
    write(home, "runs: 2")
    dmz.study(home / "study.yaml", days=12, out=home / "out", workers=1)
    return home


@pytest.fixture
def out(home, tmp_path):
    shutil.copytree(home / "out", tmp_path / "out")
    return tmp_path / "out"


def seen(folder, run=1, **more):
    return replay(Asked(folder, more.pop("arm", None), run, **more), Audience())


def arms(out):
    return list(json.loads((out / "manifest.json").read_text())["arms"])


def test_a_row_of_a_study_is_shown_with_all_its_incidents(out):
    arm = arms(out)[0]
    done = CliRunner().invoke(app, ["replay", str(out), "--arm", arm, "--run", "1"])
    assert done.exit_code == 0, done.output
    page = Path(done.stdout.strip())
    text = page.read_text()
    incidents = pd.read_parquet(out / "incidents.parquet").query("arm == @arm and run == 1")
    assert len(incidents) > 0 and text.count('<li class="incident"') >= len(incidents)
    assert "The same to the last bit as the row that was kept." in text
    assert "Run 1: luck 1 of world 0, seed 1; 12 days from" in text
    assert page.parent == out / "replay"


def test_beside_it_the_same_luck_of_another_arm_or_under_a_policy_that_was_not_played(out):
    bare, _, wider = arms(out)[:3]
    found = seen(out, arm=bare, against="wider_margin")
    assert "-against-" in found.page.name and found.parts and found.film is None
    text = found.page.read_text()
    assert text.count("The same to the last bit as the row") == 2, "its arm was found by what it is"
    assert f"<h2>{wider}</h2>" in text
    other = seen(out, arm=wider, against="hotline").page.read_text()
    assert other.count("The same to the last bit") == 1 and other.count("Not among these results") == 1
    back = seen(out, arm=wider, against="no policy")
    assert [part.minute for part in back.parts] == [part.minute for part in found.parts]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "--arm: say which; allowed '"),
        ({"arm": "shrot"}, "--arm: there is no such arm; found the text 'shrot'; allowed"),
        ({"arm": "wider response margin"}, "; did you mean border.marker_survival = 0.9 + wider"),
        ({"run": 2}, "--run: no such run; found 2; allowed 0 to 1"),
        ({"against": "no_such"}, "no_such: there is no such file"),
        ({"against": "no policy"}, "--against: it is the same arm"),
    ],
)
def test_what_there_is_not_is_refused_and_nothing_written(out, asked, said):
    whole = {"arm": arms(out)[0]} | asked if asked else {}
    with pytest.raises(BadInput, match=re.escape(said)):
        seen(out, **whole)
    assert not (out / "replay").exists()


def test_runs_that_cannot_stand_side_by_side_are_refused_as_such(out, monkeypatch):
    monkeypatch.setattr(verb, "unlike", lambda *_: "its first day is another")
    with pytest.raises(BadInput, match=r"cannot stand beside .*: its first day is another; allowed"):
        seen(out, arm=arms(out)[0], against=arms(out)[1])
    assert not (out / "replay").exists()


def test_a_page_has_a_name_of_its_own_that_a_file_can_have():
    alike = ["a/b", "A b", "c"]
    names = {verb._file_name(alike, [name], 1) for name in alike}
    assert names == {"a_b-1-run-1", "A_b-2-run-1", "c-run-1"}
    long = verb._file_name([], ["x" * 300, "판문점" * 100], 99_999)
    assert len(f"{long}.html".encode()) < 255 and "-against-판문점" in long


def test_a_row_that_is_not_played_to_the_same_bits_is_refused_naming_both_versions(out):
    arm, path = arms(out)[0], out / "runs.parquet"
    table = pq.read_table(path).to_pandas()
    table.loc[(table["arm"] == arm) & (table["run"] == 1), "incidents"] += 1
    schema = pq.read_schema(path)
    pq.write_table(pq.read_table(path).from_pandas(table, schema, preserve_index=False), path)
    owner = json.loads((out / "tables.json").read_text())
    write_seals(out, "tables.json", owner["owner"], owner["files"])
    with pytest.raises(Halted) as halted:
        seen(out, arm=arm)
    made = StudyFolder(out).manifest["version"]
    assert "incidents is" in str(halted.value) and f"made by version {made}" in str(halted.value)
    assert "this is" in str(halted.value) and not (out / "replay").exists()
    assert seen(out, 0, arm=arm).page.exists(), "of the other row nothing is wrong"


def test_rows_of_another_version_are_refused_naming_both(out):
    path = out / "manifest.json"
    path.write_text(path.read_text().replace(f'"version": "{sim.__version__}"', '"version": "0.3.7"'))
    with pytest.raises(BadInput) as caught:
        seen(out, arm=arms(out)[0])
    assert "made by version 0.3.7" in str(caught.value) and f"this one ({sim.__version__})" in str(
        caught.value
    )


def test_a_row_under_a_posterior_with_talks_own_tables_clones_and_agents_is_the_same_again(
    tmp_path, monkeypatch
):
    (tmp_path / "own.yaml").write_text(OWN.format(lines=scenario_folder() / "data" / "lines_example.csv"))
    (tmp_path / "calm_agents.py").write_text(AGENTS)
    agents = "binds: [north, south]\nagents: {CommandPost: 'calm_agents:Calm'}"
    (tmp_path / "calm.yaml").write_text(f"name: calm\n{agents}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    asked = {"policy": [str(tmp_path / "calm.yaml")], "clones": 2, "allow_code": True}
    dmz.run(tmp_path / "own.yaml", runs=2, workers=1, out=tmp_path / "out", **asked)
    with pytest.raises(BadInput, match="allow"):
        dmz.replay(tmp_path / "out", run=1)
    found = dmz.replay(tmp_path / "out", run=1, allow_code=True)
    assert "draw 0 of the posterior; 10 days" in found.page.read_text()
    assert found.page.name == "own_calm-run-1.html"


def test_python_refuses_what_the_command_would(tmp_path):
    with pytest.raises(BadInput, match="--run: found '-1'; allowed a whole number"):
        dmz.replay(tmp_path, run=-1)
    with pytest.raises(BadInput, match="no such folder"):
        dmz.replay(tmp_path / "none", run=0)
    assert not list(Path(tmp_path).iterdir())
