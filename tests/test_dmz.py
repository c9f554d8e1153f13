"""The front door: ``import dmz`` does what the command does, with the same words and the same bytes."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from little import SCENARIO, same_bytes, write
from typed import dmz as typed
from typer.testing import CliRunner

import dmz
from experiments.cli import app
from experiments.commands.arguments import all_named, assignments, with_clones
from experiments.measures import CLONED
from experiments.play.batch import run_batch
from experiments.study.folder import StudyFolder
from sim.documents import parse

ROOT = Path(__file__).parent.parent
TOLD = "work_party_at_1047"  # a shipped moment
TABLES = ("runs.parquet", "incidents.parquet", "tension.parquet", "tables.json")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with the little study's files, which is the current one."""
    write(tmp_path, "runs: 4")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A run of a loaded case, and a comparison, each by one call."""
    home = tmp_path_factory.mktemp("played")
    write(home)
    case = dmz.load(home / "short.yaml", "hotline", set={"south.watch.margin_m": 6})
    one = dmz.run(case, runs=6, workers=1, out=home / "one")
    several = dmz.compare(
        home / "short.yaml", policies=["nothing", "wider_margin"], runs=4, workers=1, out=home / "several"
    )
    return home, case, one, several


def refusal(call, *words, **more):
    with pytest.raises(dmz.BadInput) as bad:
        call(*words, **more)
    return str(bad.value)


# -- names ----------------------------------------------------------------------------------------


def test_exported_names_are_the_documented_ones():
    """As in httpx: what is exported has a heading, and nothing else has."""
    text = (ROOT / "docs" / "PYTHON.md").read_text("utf-8")
    assert sorted(re.findall(r"^### `dmz\.(\w+)", text, re.M)) == dmz.__all__
    for name in dmz.__all__:
        assert getattr(dmz, name).__doc__, name


def test_importing_it_imports_nothing():
    code = (
        "import sys, dmz; print(sorted({'sim', 'experiments', 'numpy', 'pandas', 'mesa'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "[]\n", done.stderr


PYTHON = {"agents"}  # what no command line can hand over
PRINTED = {"json_", "report", "why", "dry_run", "from_", "row"}  # what is printed, or another verb in Python
SAME = {"assignments": "set"}


VERBS = ["run", "compare", "study", "incident", "learn", "explain", "validate", "calibrate"]


@pytest.mark.parametrize("verb", VERBS)
def test_arguments_have_the_names_and_defaults_of_the_command(verb):
    command = typer.main.get_command(app).commands[verb]
    options = {
        SAME.get(each.name, each.name): (each.required, each.default)
        for each in command.params
        if each.name not in PRINTED
    }
    given = {name: each.default for name, each in inspect.signature(getattr(dmz, verb)).parameters.items()}
    assert given.keys() - PYTHON == options.keys()
    for name, (required, default) in options.items():
        mine = given[name]
        if required or (verb, name) == ("run", "scenario"):  # for which --from may stand there
            assert mine is inspect.Parameter.empty
        else:
            assert (mine or None) == (default or None), name


# -- the same as the command ----------------------------------------------------------------------


def test_the_command_writes_the_same_bytes(home):
    words = ["--set", "south.watch.margin_m=6", "--workers", "1"]
    done = typed("run", "short.yaml", "--policy", "hotline", "--runs", "4", *words, "--out", "c", cwd=home)
    assert done.returncode == 0, done.stderr
    case = dmz.load("short.yaml", policies="hotline", set={"south.watch.margin_m": 6})
    mine = dmz.run(case, runs=4, workers=2, out="p")
    mine.report()
    same_bytes(home / "c", home / "p")
    kept = [json.loads((home / name / "manifest.json").read_text()) for name in ("c", "p")]
    assert kept[0] == kept[1]
    again = dmz.run("short.yaml", policy=["hotline"], set={"south.watch.margin_m": 6}, runs=4, out="c")
    assert again.complete and again.folder == Path("c")


@pytest.mark.parametrize(
    ("verb", "call", "words"),
    [
        (
            "compare",
            lambda: dmz.compare(
                "short.yaml",
                policies="both",
                policy=("hotline", "nothing"),
                runs=2,
                days=20,
                workers=1,
                out="p",
            ),
            "compare short.yaml --policies both --policy hotline --policy nothing --runs 2 --days 20",
        ),
        pytest.param(
            "study",
            lambda: dmz.study("study.yaml", runs=2, workers=1, out="p"),
            "study study.yaml --runs 2",
            marks=pytest.mark.again,
        ),
    ],
)
def test_studies_are_the_same_too(home, verb, call, words):
    """A folder of policies means what it means on the command line."""
    (home / "both").mkdir()
    for name in ("wider_margin", "hotline"):
        shutil.copy(ROOT / "scenarios" / "policies" / f"{name}.yaml", home / "both")
    mine = call()
    done = typed(*words.split(), "--workers", "1", "--no-report", "--out", "c", cwd=home)
    assert done.returncode == 0, done.stderr
    for name in TABLES[:3]:
        assert (home / "p" / name).read_bytes() == (home / "c" / name).read_bytes()
    assert json.loads((home / "c" / "figures.json").read_text()) == json.loads(json.dumps(mine.figures))


def test_shipped_means_all_shipped_policies():
    from experiments.commands.arguments import asked_several
    from experiments.design.request import several_plan
    from sim.scenario.library import shipped

    plan = several_plan(
        asked_several("baseline", "shipped", (), False, None, (2, None, None), None, 1, False, True)
    )
    assert len(plan.arms) == 1 + len(shipped("policies"))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dmz.load("baselin"), "run baselin"),
        (lambda: dmz.run("baseline", policy="hotlin"), "run baseline --policy hotlin"),
        (
            lambda: dmz.run("baseline", set={"south.watch.margin": 5}),
            "run baseline --set south.watch.margin=5",
        ),
        (lambda: dmz.compare("baseline", policies="misjudged"), "compare baseline --policies misjudged"),
        (lambda: dmz.compare("baseline", policies="no"), "compare baseline --policies no"),
        (lambda: dmz.study("hotline"), "study hotline"),
        (lambda: dmz.open("nowhere"), "results nowhere"),
        (lambda: dmz.run("short.yaml", policy="mild.yaml"), "run short.yaml --policy mild.yaml"),
        (lambda: dmz.run("baseline", runs=10**8), "run baseline --runs 100000000"),
        (lambda: dmz.incident("baseline"), "incident baseline"),
        (lambda: dmz.incident(TOLD, policies="hotlin"), f"incident {TOLD} --policies hotlin"),
        (lambda: dmz.incident(TOLD, policy="mild.yaml"), f"incident {TOLD} --policy mild.yaml"),
        (lambda: dmz.learn("nowhere"), "learn nowhere"),
        (lambda: dmz.explain("nowhere"), "explain nowhere"),
        (lambda: dmz.validate("hotline"), "validate hotline"),
        (lambda: dmz.validate(record="no"), "validate --record no"),
        (lambda: dmz.validate(out="short.yaml"), "validate --out short.yaml"),
        (lambda: dmz.calibrate("."), "calibrate ."),
        (lambda: dmz.calibrate("new", record="no"), "calibrate new --record no"),
    ],
)
def test_bad_input_is_raised_with_the_words_of_the_command(home, call, words):
    (home / "mild.yaml").write_text("name: m\nbinds: [north]\nagents: {CommandPost: 'mild:Mild'}\n")
    before = sorted(home.rglob("*"))
    done = CliRunner().invoke(app, words.split())
    assert done.exit_code == 2 and refusal(call) == done.stderr.strip()
    assert sorted(home.rglob("*")) == before


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("runs", 0),
        ("runs", 2.0),
        ("runs", "five"),
        ("seed", -1),
        ("days", True),
        ("workers", 0),
        ("seed", None),
    ],
)
def test_a_number_that_is_none_is_refused_in_the_words_of_the_command(option, value):
    said = refusal(dmz.run, "baseline", **{option: value})
    assert said.startswith(f"--{option}: found '{value}'; allowed a whole number, ")


def test_numbers_and_places_of_the_other_verbs_are_refused_likewise():
    assert refusal(dmz.validate, draws=3) == "--draws: found '3'; allowed a whole number, 20 or more"
    assert refusal(dmz.incident, TOLD, runs=0).startswith("--runs: found '0'")
    assert "True or False" in refusal(dmz.calibrate, "new", quick="yes")
    assert "no folder is named" in refusal(dmz.calibrate, "")
    with pytest.raises(TypeError, match="did you mean policies"):
        dmz.incident(TOLD, policie="hotline")


def test_a_bare_text_is_one_name_and_a_value_is_read_back_as_it_is():
    for given in ("hotline", Path("hotline"), ["hotline"], iter(["hotline"])):
        assert all_named("policy", given) == ("hotline",)
    assert all_named("policy", None) == ()
    values = {"a": 30, "b": 1e-7, "c": "accepted", "d": "12", "e": [1, 2.5], "f": True, "g": None}
    values |= {"h": np.float64(0.25), "i": np.int64(3), "j": "no: such", "k": "", "l": " x ", "m": "yes"}
    for text, value in zip(assignments(values), values.values(), strict=True):
        assert parse(f"value: {text.partition('=')[2]}", "").data["value"] == value, text
    assert assignments({"talks.outcome": "accepted"}) == ("talks.outcome=accepted",)
    assert "a mapping" in refusal(dmz.load, "baseline", set="south.watch.margin_m=3")


def test_a_case_says_itself_what_is_laid_over_it(home):
    case = dmz.load("short.yaml", policies="hotline")
    assert "the case is loaded already" in refusal(dmz.run, case, policy="nothing")
    assert "the case is loaded already" in refusal(dmz.run, case, days=3)
    assert "policies are what is compared" in refusal(dmz.compare, case, policies="nothing")
    (home / "short.yaml").write_text(SCENARIO.replace("days: 40", "days: 41"))
    assert "something else by now" in refusal(dmz.run, case)
    assert "hotline" in repr(case) and "40 days" in repr(case) and "40 days" in case._repr_html_()


# -- what is found --------------------------------------------------------------------------------


def test_tables_have_a_row_for_each_run_incident_rate_and_verdict(played):
    _, case, one, several = played
    rows = pd.DataFrame(run_batch(case, 6).run_rows())
    assert one.runs["incidents"].tolist() == rows["incidents"].tolist()
    assert len(one.incidents) == rows["incidents"].sum() > 0
    rate = one.summary.set_index("measure").loc["incidents"]
    assert rate["per_year_low"] < rate["per_year"] < rate["per_year_high"]
    assert rate["events"] == rows["incidents"].sum()
    counts = one.counting.set_index(["definition", "line", "units"])["events"]
    assert counts["any incident", "", "both"] == rate["events"]
    assert one.verdicts.empty and "verdict" in one.verdicts and one.failures.empty
    kept = several.verdicts.set_index(["policy", "measure"])["verdict"]
    assert set(kept.index.unique("policy")) == {"nothing", "wider response margin"}
    assert kept["nothing", "clashes"] == "identical"
    assert several.figures["comparisons"]["short"]["nothing"]["measures"]["clashes"]["verdict"] == "identical"


def test_they_show_themselves(played, tmp_path, monkeypatch):
    home, _, one, several = played
    assert one.answer in one._repr_html_().replace("&#x27;", "'") and "<table" in one._repr_html_()
    assert "identical" in several._repr_html_() and "<table" in several._repr_html_()
    assert several.answer in repr(several) and "4 runs" not in repr(one)
    for found, words in ((one, "Time to the first clash"), (several, "luck saved")):
        assert words in str(found) and "\x1b" not in str(found)
    shutil.copytree(home / "several", tmp_path / "several")
    monkeypatch.setenv("COLUMNS", "140")
    done = typed("resume", "several", "--no-report", cwd=tmp_path)
    assert str(several).strip() in done.stdout, done.stderr


def test_pictures_and_the_report_are_drawn_when_asked_for(played):
    home, _, one, several = played
    assert not (home / "several" / "report.html").exists()
    forest = several.picture("forest")
    assert forest._repr_png_().startswith(b"\x89PNG") and several.report() == home / "several" / "report.html"
    assert one.picture().path.name == "summary.png"
    assert "did you mean forest?" in refusal(several.picture, "forrest")
    made = several.report().stat().st_mtime_ns
    assert dmz.open(home / "several").report().stat().st_mtime_ns == made  # it is there already


def test_a_folder_is_opened_with_all_that_it_holds(played):
    home, _, one, _ = played
    again = dmz.open(home / "one")
    pd.testing.assert_frame_equal(again.runs, one.runs)
    assert again.answer == one.answer and again.complete
    assert str(again.story(1)) == str(one.story(1)) and "accidental clash" in refusal(again.story, 10**6)


def test_a_model_is_the_run_of_the_same_world_and_luck(played):
    _, case, one, _ = played
    k = int(one.runs.loc[one.runs["clashes"] > 0, "run"].iloc[0])
    model = dmz.Model(case, world=k // 2, luck=k % 2).run()
    found, row = model.outcome(), one.runs.iloc[k]
    nothing = ["first_clash_day", "draw", *CLONED]  # None in a row by itself, nan in a table
    assert found.row.drop(nothing).to_dict() == row[found.row.index].drop(nothing).to_dict()
    assert len(found.incidents) == row["incidents"] and list(found.tension) == ["north", "south"]
    story = model.story(1)
    assert story.lines == one.story(1 + int(one.runs["clashes"][:k].sum())).lines
    assert "aimed fire" in str(story) and "<pre>" in story._repr_html_() and "<table" in found._repr_html_()
    assert "no story of number 99" in refusal(model.story, 99)


# -- agents of one's own --------------------------------------------------------------------------


MILD = """\
from sim.agents import CommandPost

class Mild(CommandPost):
    def next_step(self, incident):
        return 1
"""


def test_an_agent_of_ones_own_is_played_recorded_and_told_apart(home, monkeypatch):
    (home / "mild.py").write_text(MILD)
    monkeypatch.syspath_prepend(home)
    monkeypatch.delitem(sys.modules, "mild", raising=False)
    from mild import Mild

    mild = dmz.run("short.yaml", runs=2, workers=1, out="mild", agents={"CommandPost": Mild})
    assert mild.runs["warning_volleys"].sum() == 0 < mild.runs["broadcasts"].sum()
    manifest = json.loads((home / "mild" / "manifest.json").read_text())
    name = f"{Mild.__module__}"
    assert manifest["request"]["agents"] == {"CommandPost": f"{name}:Mild"} and list(manifest["code"]) == [
        name
    ]
    again = dmz.run("short.yaml", runs=2, out="mild", agents={"CommandPost": Mild})
    assert again.complete
    assert "changed since the study began" in refusal(dmz.run, "short.yaml", runs=2, out="mild")
    model = dmz.Model(dmz.load("short.yaml"), agents={"CommandPost": Mild}).run()
    assert model.outcome().row["warning_volleys"] == 0
    assert "--allow-code" in refusal(dmz.open("mild").story) or mild.runs["clashes"].sum() == 0
    assert "did you mean CommandPost" in refusal(dmz.run, "short.yaml", agents={"ComandPost": Mild})
    assert "a subclass of sim.agents.Patrol" in refusal(dmz.run, "short.yaml", agents={"Patrol": Mild})


def test_an_agent_of_ones_own_plays_a_described_moment(home, monkeypatch):
    (home / "mild.py").write_text(MILD)
    monkeypatch.syspath_prepend(home)
    monkeypatch.delitem(sys.modules, "mild", raising=False)
    from mild import Mild

    monkeypatch.setattr("experiments.commands.incident.apart", lambda task, play: [(task, play(task))])
    found = [dmz.incident(TOLD, runs=20, agents=agents) for agents in (None, {"CommandPost": Mild})]
    shots = [its.arms["as described"].happened["warning shots"].count for its in found]
    assert shots[0] > 0 == shots[1]


# -- stopped and gone on with ---------------------------------------------------------------------


@pytest.mark.parametrize("out", ["mine", None])
def test_an_interrupted_cell_keeps_what_was_played_and_the_same_call_goes_on(home, out, monkeypatch, capsys):
    from experiments.commands.progress import ProgressBar

    shown = []

    def stop(self, progress):
        shown.append(progress)
        if len(shown) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ProgressBar, "_show", stop)
        with pytest.raises(KeyboardInterrupt) as stopped:
            dmz.run("short.yaml", runs=24, workers=1, out=out)
    (note,) = stopped.value.__notes__
    assert "what was played is kept; go on with: dmz resume" in note
    folder = Path(note.rpartition(" ")[2])
    kept = dmz.open(folder)
    assert 0 < len(kept.runs) < 24 and not kept.complete and "not complete" in repr(kept)
    seen = []
    monkeypatch.setattr(ProgressBar, "_show", lambda self, progress: seen.append(progress))
    found = dmz.run("short.yaml", runs=24, workers=1, out=out)
    assert found.complete and found.folder == folder
    assert seen[-1].done_now == 24 - len(kept.runs)
    assert ("left unfinished" in capsys.readouterr().err) == (out is None)
    whole = dmz.run("short.yaml", runs=24, workers=1, out="whole")
    same_bytes(folder, whole.folder)


def test_what_plays_until_decided_goes_on_with_the_budget_that_it_had(home, monkeypatch):
    """However long a run seems to take by then."""
    from experiments.commands import budget
    from experiments.commands.progress import ProgressBar
    from experiments.study.forecast import Pace

    def stop(self, progress):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(budget, "pace_of", lambda *_: Pace(1.0, 1e4))
        patched.setattr(ProgressBar, "_show", stop)
        with pytest.raises(KeyboardInterrupt):
            dmz.compare("short.yaml", policies="hotline", minutes=0.2, workers=1)
    monkeypatch.setattr(budget, "pace_of", lambda *_: pytest.fail("the clock is asked again"))
    found = dmz.compare("short.yaml", policies="hotline", minutes=0.2, workers=1)
    assert found.complete and found.study.plan.rule.budget == 6
    assert [path.name for path in Path("results").iterdir()] == [found.folder.name]


def test_the_same_again_begins_a_new_folder_where_nothing_was_left_undone(home):
    folders = {dmz.run("short.yaml", runs=2, days=5, workers=1).folder for _ in range(2)}
    assert len(folders) == 2 and all(StudyFolder(folder).parts.complete for folder in folders)


def test_where_no_run_has_finished_it_says_so_and_raises_nothing_to_be_shown(played, tmp_path):
    without = shutil.ignore_patterns("*.parquet", "tables.json")
    shutil.copytree(played[0] / "one", tmp_path / "one", ignore=without)
    none = dmz.open(tmp_path / "one")
    for shown in (repr(none), str(none), none._repr_html_()):
        assert "0 runs" in shown and "not complete" in shown
    with pytest.raises(dmz.Halted, match="no run has finished yet"):
        none.figures  # noqa: B018


# -- strangers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sim", "experiments"])
def test_a_strangers_package_of_the_same_name_is_told_plainly(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise RuntimeError('a stranger was run')")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}

    def python(code):
        return subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path
        )

    command = python("import sys, dmz; sys.argv = ['dmz', '--help']; sys.exit(dmz.main())")
    assert command.returncode == 1 and command.stdout == ""
    (line,) = command.stderr.splitlines()
    assert line.startswith(f"dmz: the package '{name}' of dmz-escalation is {ROOT / name}")
    assert str(tmp_path / name) in line and "rename" in line
    script = python("import dmz; dmz.load('baseline')")
    assert script.returncode == 1 and script.stderr.splitlines()[-1] == f"ImportError: {line[5:]}"


def test_windows_is_told_where_it_plays(monkeypatch, capsys):
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(os, "name", "nt")
        assert dmz.main() == 1
        with pytest.raises(ImportError, match="WSL 2"):
            dmz.load("baseline")
    assert "on Windows in WSL 2" in capsys.readouterr().err


def test_the_command_begins_at_the_front_door(tmp_path):
    import tomllib

    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"dmz": "dmz:main"}
    done = subprocess.run([sys.executable, "-m", "dmz", "--version"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.startswith("dmz 0."), done.stderr


def test_clones_are_asked_for_as_the_command_asks():
    assert with_clones(None, 20, "decided", None) == {"clones.number": 20, "clones.start": "decided"}
    assert with_clones({"days": 3}, None, None, "splitting") == {
        "days": 3,
        "clones.number": 5,
        "clones.method": "splitting",
    }
    assert with_clones(None, None, None, None) is None and with_clones("days=3", 2, None, None) == "days=3"
    for asked in ((None, "decided", None), (0, None, None), (2.5, None, None)):
        assert "clones" in refusal(with_clones, None, *asked)
