"""The `dmz` command as a user types it: a real process, real files, real signals."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from little import SCENARIO, same_bytes
from typed import dmz
from typer.testing import CliRunner

import sim
from experiments.cli import app
from experiments.study.folder import StudyFolder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("cli")
    (path / "short.yaml").write_text(SCENARIO)
    return path


@pytest.fixture(scope="module")
def done(folder) -> subprocess.CompletedProcess:
    return dmz(
        "run",
        "short.yaml",
        "--runs",
        "6",
        "--workers",
        "1",
        "--out",
        "one",
        "--why",
        "1",
        "--geojson",
        cwd=folder,
    )


def test_run_prints_the_table_and_writes_the_folder(done, folder):
    assert done.returncode == 0, done.stderr
    for words in (
        "accidental clashes",
        "begun by a violation",
        "begun otherwise",
        "per incident",
        "crossings recorded by the south",
        "false incidents",
        "casualties by mines",
        "map gap",
        "contested area",
        "Time to the first clash",
        "k + n",
        "Clashes by county",
        "between worlds:",
        "is luck",
    ):
        assert words in done.stdout or words == "per incident", words
    names = {path.name for path in (folder / "one").iterdir()}
    assert names == {
        "runs.parquet",
        "incidents.parquet",
        "tension.parquet",
        "tables.json",
        "manifest.json",
        "inputs",
        "figures.json",
        "figures",
        "report.html",
        "summary.png",
        "session.json",
        "incidents.geojson",
        "made.json",
        ".lock",
    }
    runs = pd.read_parquet(folder / "one" / "runs.parquet")
    incidents = pd.read_parquet(folder / "one" / "incidents.parquet")
    assert len(runs) == 6 and runs["incidents"].sum() == len(incidents) > 10
    assert runs["rung_1"].sum() == (incidents["rung"] >= 1).sum()


def test_the_story_names_who_did_what_and_when(done):
    story = done.stdout[done.stdout.index("Clash 1 of ") :]
    assert "opens aimed fire" in story and "(+0 min)" in story and "it is over" in story


def test_the_manifest_names_what_was_run(done, folder):
    manifest = json.loads((folder / "one" / "manifest.json").read_text())
    assert manifest["command"] == "dmz run short.yaml --runs 6 --seed 1"
    arm = manifest["arms"]["short"]
    assert arm["case"]["scenario"]["name"] == "short" and manifest["rule"] == {"runs": 6}
    assert arm["policy"] is None and len(arm["content_hash"]) == 64
    figures = json.loads((folder / "one" / "figures.json").read_text())
    assert figures["summary"]["pilot"]["runs"] > 0 and figures["summary"]["worlds"] == 3
    assert figures["rates"]["short"] == figures["summary"]["per_year"]  # on the shipped pilot


@pytest.mark.again  # study/test_play_out.py has workers and chunks
def test_any_number_of_workers_leaves_the_same_bytes(done, folder):
    again = dmz("run", "short.yaml", "--runs", "6", "--workers", "2", "--out", "two", "--geojson", cwd=folder)
    assert again.returncode == 0, again.stderr
    same_bytes(folder / "one", folder / "two")
    one, two = (dmz("bundle", name, cwd=folder) for name in ("one", "two"))
    assert (one.returncode, two.returncode) == (0, 0), one.stderr


def test_json_prints_the_same_figures(folder):
    result = dmz("run", "short.yaml", "--runs", "2", "--json", "--no-report", "--out", "three", cwd=folder)
    figures = json.loads(result.stdout)
    kept = json.loads((folder / "three" / "figures.json").read_text())
    assert result.returncode == 0 and figures.pop("results") == "three" and figures == kept


def test_geojson_is_a_feature_collection_with_attribution(done, folder):
    collection = json.loads((folder / "one" / "incidents.geojson").read_text())
    assert "OpenStreetMap" in collection["attribution"]
    lon, lat = collection["features"][0]["geometry"]["coordinates"]
    assert 126 < lon < 129 and 37 < lat < 39


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "baselin"), "did you mean baseline"),
        (("run", "short.yaml", "--set", "south.watch.margin=5"), "margin_m"),
        (("run", "short.yaml", "--set", "south.watch.margin_m=500"), "0 to 100"),
        (("run", "short.yaml", "--policy", "hotlin"), "did you mean hotline"),
        (("run", "short.yaml", "--policy", "misjudged"), "a scenario of this name"),
        (("check", "baseline", "bad.yaml"), "bad.yaml:2:1"),
    ],
)
def test_bad_input_is_one_clear_error_and_nothing_is_written(folder, words, said):
    (folder / "bad.yaml").write_text("name: bad\nnorht: {}\n")
    before = {path.name for path in folder.iterdir()}
    result = dmz(*words, cwd=folder)
    assert result.returncode == 2
    assert said in result.stderr and "Traceback" not in result.stderr
    assert {path.name for path in folder.iterdir()} == before


@pytest.mark.parametrize("text", ["1e3", "10**9", "1,000", "1.5", "0", "-1", "five", "", "9" * 40])
def test_a_number_that_is_none_is_said_with_what_is_allowed(text):
    result = CliRunner().invoke(app, ["run", "baseline", f"--runs={text}"])
    assert result.exit_code == 2
    assert f"'--runs': found '{text}'; allowed a whole number, 1 or more" in result.output


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (["compare", "baseline", "--runs=1"], "2 or more"),
        (["verify", "x", "--rows=0"], "1 or more"),
        (["study", "x", "--seed=-1"], "0 to 4,611,686,018,427,387,904"),
        (["run", "baseline", f"--seed={2**62 + 1}"], "0 to 4,611,686,018,427,387,904"),
    ],
)
def test_every_number_has_its_range(words, allowed):
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2 and f"allowed a whole number, {allowed}" in result.output


def test_a_folder_that_holds_something_is_not_overwritten(folder):
    (folder / "full").mkdir(exist_ok=True)
    (folder / "full" / "notes.txt").write_text("mine")
    result = dmz("run", "short.yaml", "--out", "full", cwd=folder)
    assert result.returncode == 2 and "not empty" in result.stderr
    assert [path.name for path in (folder / "full").iterdir()] == ["notes.txt"]


@pytest.mark.again  # study/test_play_out.py has Ctrl-C
def test_an_interrupt_keeps_what_was_finished(folder):
    command = [
        sys.executable,
        "-m",
        "experiments.cli",
        "run",
        "short.yaml",
        "--runs",
        "100000",
        "--workers",
        "1",
        "--out",
        "cut",
    ]
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        while not (folder / "cut" / "parts" / "000001").exists() and process.poll() is None:
            time.sleep(0.1)
        os.kill(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=500)
    finally:
        process.kill()
    assert process.returncode == 130 and "Traceback" not in said
    finished = StudyFolder(folder / "cut").parts.rows("runs")
    assert 0 < finished < 100000 and "go on with: dmz resume cut" in said
    assert "not complete" in dmz("results", "cut", cwd=folder).stdout


def test_agents_named_by_a_policy_load_only_when_allowed(folder):
    (folder / "mild.py").write_text(
        "from sim.agents import CommandPost\n"
        "class Mild(CommandPost):\n    def next_step(self, incident):\n        return 1\n"
    )
    (folder / "mild.yaml").write_text(
        "name: mild\nbinds: [north, south]\nagents: {CommandPost: 'mild:Mild'}\n"
    )
    words = ("run", "short.yaml", "--policy", "mild.yaml", "--runs", "2", "--workers", "1", "--no-report")
    refused = dmz(*words, "--out", "mild0", cwd=folder)
    assert refused.returncode == 2 and "--allow-code" in refused.stderr
    assert not (folder / "mild0").exists()
    allowed = dmz(*words, "--allow-code", "--out", "mild1", cwd=folder)
    assert allowed.returncode == 0, allowed.stderr
    assert pd.read_parquet(folder / "mild1" / "runs.parquet")["warning_volleys"].sum() == 0


def failing(folder: Path, name: str, when: str) -> list[str]:
    """The words of a run under a policy whose command posts raise an exception."""
    (folder / f"{name}.py").write_text(
        "from sim.agents import CommandPost\n"
        "class Rash(CommandPost):\n    def next_step(self, incident):\n"
        f"        if {when}:\n            raise RuntimeError('no step')\n"
        "        return 1\n"
    )
    (folder / f"{name}.yaml").write_text(
        f"name: {name}\nbinds: [north, south]\nagents: {{CommandPost: '{name}:Rash'}}\n"
    )
    return [
        "run",
        "short.yaml",
        "--policy",
        f"{name}.yaml",
        "--allow-code",
        "--no-report",
        "--workers",
        "1",
        "--runs",
        "6",
        "--out",
        name,
    ]


def test_a_run_that_fails_is_recorded_and_the_others_count(folder):
    some = dmz(*failing(folder, "rash", "self.model.address[1] == 1"), cwd=folder)
    assert some.returncode == 3 and "RuntimeError: no step" in some.stderr, some.stderr
    assert set(pd.read_parquet(folder / "rash" / "runs.parquet")["world"]) == {0, 2}
    failures = json.loads((folder / "rash" / "failures.json").read_text())["failures"]
    assert {(each["arm"], each["run"], each["seed"]) for each in failures} == {
        ("short + rash", 2, 1),
        ("short + rash", 3, 1),
    }
    assert "next_step" in failures[0]["traceback"]
    assert "dmz resume --failed rash" in some.stderr


def test_what_failed_is_played_again_when_asked(folder):
    """The class fails where a file is missing, so that its code stays the same."""
    when = "self.model.address[1] == 1 and not __import__('os').path.exists('mended')"
    some = dmz(*failing(folder, "moody", when), cwd=folder)
    assert some.returncode == 3, some.stderr
    (folder / "mended").touch()
    kept = dmz("resume", "moody", "--allow-code", "--no-report", cwd=folder)
    assert kept.returncode == 3 and "2 runs failed" in kept.stderr
    again = dmz("resume", "--failed", "moody", "--allow-code", "--no-report", cwd=folder)
    assert again.returncode == 0, again.stderr
    assert not (folder / "moody" / "failures.json").exists()
    whole = dmz(*failing(folder, "moody", when)[:-1], "whole", cwd=folder)
    assert whole.returncode == 0, whole.stderr
    same_bytes(folder / "moody", folder / "whole")


@pytest.mark.again  # test_pool.py names the run, test_incident.py the agent
def test_an_agent_that_ends_its_process_is_named(folder):
    """With one worker too, and when its run is only reckoned with or verified; how it ends: test_pool.py."""
    words = failing(folder, "grim", "(os := __import__('os')).path.exists('deadly') and os._exit(7)")
    (folder / "deadly").touch()
    for played in ([*words, "--dry-run"], words):
        found = dmz(*played, cwd=folder)
        assert found.returncode == 1, found.stderr
        assert "of short + grim" in found.stderr and "ends its process" in found.stderr
    (folder / "deadly").unlink()
    whole = dmz("resume", "--allow-code", "--no-report", words[-1], cwd=folder)
    assert whole.returncode == 0, whole.stderr
    (folder / "deadly").touch()
    verified = dmz("verify", "--allow-code", words[-1], "--rows", "1", cwd=folder)
    assert verified.returncode == 1 and "ends its process" in verified.stderr


def test_what_an_agent_prints_or_enters_is_not_the_commands(folder):
    (folder / "loud.py").write_text(
        "import os\nfrom sim.agents import CommandPost\n"
        "class Loud(CommandPost):\n    def next_step(self, incident):\n"
        "        print('loud')\n        os.chdir('/')\n        return super().next_step(incident)\n"
    )
    (folder / "loud.yaml").write_text(
        "name: loud\nbinds: [north, south]\nagents: {CommandPost: 'loud:Loud'}\n"
    )
    found = dmz(
        "run",
        "short.yaml",
        "--policy",
        "loud.yaml",
        "--allow-code",
        "--no-report",
        "--workers",
        "1",
        "--runs",
        "4",
        "--out",
        "loud",
        "--json",
        "--why",
        "1",
        cwd=folder,
    )
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout) and "Clash 1 of " in found.stderr
    assert (folder / "loud" / "figures.json").exists()
    again = dmz("run", "--from", "loud", "--row", "0", "--allow-code", cwd=folder)
    assert again.returncode == 0 and "loud" not in again.stdout, again.stderr


def test_without_a_report_nothing_is_drawn_until_it_is_asked_for(folder):
    bare = dmz("run", "short.yaml", "--runs", "2", "--no-report", "--out", "bare", cwd=folder)
    assert bare.returncode == 0 and "dmz report bare makes it" in bare.stderr, bare.stderr
    assert {"runs.parquet", "figures.json"} <= {path.name for path in (folder / "bare").iterdir()}
    assert not (folder / "bare" / "report.html").exists() and not (folder / "bare" / "figures").exists()
    numbers = (folder / "bare" / "figures.json").read_bytes()
    assert dmz("report", "bare", cwd=folder).returncode == 0
    assert (folder / "bare" / "report.html").exists()
    assert (folder / "bare" / "figures.json").read_bytes() == numbers


def test_where_every_run_fails_there_are_no_figures(folder):
    none = dmz(*failing(folder, "broken", "True"), cwd=folder)
    assert none.returncode == 3 and "6 runs failed" in none.stderr, none.stderr
    assert "RuntimeError: no step" in none.stderr
    assert not (folder / "broken" / "figures.json").exists()
    assert dmz("report", "broken", cwd=folder).returncode == 1


def test_one_run_alone_lives_and_has_its_story(folder):
    one = dmz("run", "short.yaml", "--runs", "1", "--why", "1", "--out", "alone", cwd=folder)
    assert one.returncode == 0 and "Clash 1 of " in one.stdout, one.stderr
    rate = json.loads((folder / "alone" / "figures.json").read_text())["rates"]["short"]["clashes"]
    assert rate["estimate"] > 0 and rate["low"] is None and rate["high"] is None
    assert "Report: alone/report.html" in one.stdout


def test_what_became_of_the_talks_is_printed(folder):
    words = ("--set", "talks.outcome=ignored", "--set", "talks.answer_days=5", "--policy", "nothing")
    found = dmz("run", "short.yaml", *words, "--runs", "2", "--workers", "1", "--no-report", cwd=folder)
    assert found.returncode == 0, found.stderr
    _, _, table = found.stdout.partition("what became of the talks")
    days = [line for line in table.splitlines() if line.rstrip().endswith(" 100%")]
    assert [line.split()[-2] for line in days] == ["none", "proposed", "ignored"], found.stdout


def test_a_dry_run_says_what_it_takes(folder):
    dry = dmz("run", "short.yaml", "--runs", "10", "--dry-run", "--workers", "1", cwd=folder)
    assert dry.returncode == 0 and "1 arm, 10 runs" in dry.stdout, dry.stdout + dry.stderr


def test_commands_at_the_same_moment_have_a_folder_each(folder):
    """They once shared a folder, all with exit code 0, and one survived."""
    before = set((folder / "results").glob("*/manifest.json"))
    words = ("run", "short.yaml", "--runs", "2", "--workers", "1", "--no-report")
    command = [sys.executable, "-m", "experiments.cli", *words]
    together = [subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(timeout=500) for process in together] == [0] * 2
    assert len(set((folder / "results").glob("*/manifest.json")) - before) == 2


def test_two_studies_into_one_folder_do_not_mix(folder):
    """One has it alone; the other is refused, or finds another study there."""

    def begun(seed):
        command = [
            sys.executable,
            "-m",
            "experiments.cli",
            "compare",
            "short.yaml",
            "--policies",
            "nothing",
            "--runs",
            "2",
            "--seed",
            seed,
            "--workers",
            "1",
            "--no-report",
            "--out",
            "shared",
        ]
        return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)

    together = [begun(seed) for seed in ("1", "2")]
    said = [process.communicate(timeout=500)[1] for process in together]
    codes = [process.returncode for process in together]
    assert sorted(codes) == [0, 2], said
    for code, text in zip(codes, said, strict=True):
        assert code == 0 or "another process" in text or "seed" in text
    assert dmz("verify", "shared", cwd=folder).returncode == 0


def test_params_and_schema_are_for_machines_too(folder):
    table = dmz("params", "--format", "csv", cwd=folder)
    assert "north.watch.margin_m" in table.stdout or "<side>.watch.margin_m" in table.stdout
    assert json.loads(dmz("schema", cwd=folder).stdout)["title"] == "Scenario"
    assert "Usage" in dmz("--help", cwd=folder).stdout
    assert dmz("--version", cwd=folder).stdout == f"dmz {sim.__version__}\n"


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_folder(tmp_path):
    """Built, unpacked and run away from the checkout: scenarios and data are in the wheel."""
    root, site, empty = Path(__file__).parents[2], tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*install, str(site), str(root)], check=True, timeout=500)
    assert (site / "sim" / "py.typed").is_file() and (site / "experiments" / "py.typed").is_file()
    environment = os.environ | {"PYTHONPATH": str(site)}
    script = "import sim; print(sim.__file__); from experiments.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", script, "run", "baseline", "--days", "5", "--runs", "2", "--workers", "1"],
        cwd=empty,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert result.returncode == 0, result.stderr
    assert str(site) in result.stdout and len(list(empty.glob("results/run-baseline-*"))) == 1


@pytest.mark.parametrize("verb", [each.name or each.callback.__name__ for each in app.registered_commands])
def test_every_verb_has_help(verb):
    """An option's metavar broke it, and nothing else, beside a click that typer did not know."""
    found = CliRunner().invoke(app, [verb, "--help"])
    assert found.exit_code == 0 and f"Usage: dmz {verb}" in found.stdout.replace("root", "dmz")
