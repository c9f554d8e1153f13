"""``study``, ``resume``, ``report``, ``results``, ``verify``, ``bundle`` and ``run --from``, as
typed by a user."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from little import SCENARIO, same_bytes, write
from typed import dmz
from typer.testing import CliRunner

import sim
from experiments.cli import app
from experiments.store.files import digest_of, write_seals
from experiments.study.folder import StudyFolder
from experiments.study.results import Results
from sim.scenario.case import digest


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a study's files and its results, in ``out``."""
    home = tmp_path_factory.mktemp("verbs")
    write(home, "runs: 4")
    done = dmz("study", "study.yaml", "--out", "out", cwd=home)
    assert done.returncode == 0, done.stderr
    assert "little: 6 arms on the same worlds and lucks, 24 runs" in done.stdout
    assert "lower" in done.stdout or "undecided" in done.stdout
    assert "Report: out/report.html" in done.stdout
    return home


@pytest.fixture
def copy(home, tmp_path, monkeypatch):
    """The same in a folder of one's own, which is the current one."""
    shutil.copytree(home, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


def typed(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def edit_manifest(folder, change):
    """Write what a stranger could: another manifest, with seals that fit."""
    path = Path(folder) / "manifest.json"
    manifest = change(json.loads(path.read_text()))
    manifest.pop("sealed")
    path.write_text(json.dumps(manifest | {"sealed": digest(manifest)}))
    seal_anew(Path(folder), digest(manifest))


def seal_anew(folder, owner=None):
    """Make the seals of the tables fit what they now hold."""
    kept = json.loads((folder / "tables.json").read_text())
    write_seals(folder, "tables.json", owner or kept["owner"], kept["files"])


def refused(found, *said):
    assert found.exit_code == 2, found.stderr
    for each in said:
        assert each in " ".join(found.stderr.split()), found.stderr
    assert "Traceback" not in found.stderr


# -- resume ---------------------------------------------------------------------------------------


def test_resume_of_a_complete_study_changes_nothing(home, copy):
    found = typed("resume", "out", "--workers", "1")
    assert found.exit_code == 0, found.stderr
    same_bytes(copy / "out", home / "out")


@pytest.mark.parametrize(
    ("file", "old", "new", "field"),
    [
        ("short.yaml", "distance_m: 35", "distance_m: 36", "scenario.north.works.distance_m"),
        ("short.yaml", "days: 40", "days: 41", "scenario.days"),
        ("study.yaml", "runs: 4", "runs: 6", "rule.runs"),
        ("study.yaml", "name: little", "name: little\nseed: 5", "seed"),
        ("study.yaml", "[0.9, 0.1]", "[0.9, 0.2]", "marker_survival"),
    ],
)
def test_resume_refuses_what_has_changed_and_names_the_field(copy, file, old, new, field):
    path = copy / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    kept = {p: p.read_bytes() for p in (copy / "out").rglob("*") if p.is_file()}
    refused(typed("resume", "out"), field, "changed since the study began")
    refused(typed("study", "study.yaml", "--out", "out"), field)
    assert kept == {p: p.read_bytes() for p in (copy / "out").rglob("*") if p.is_file()}


def test_resume_refuses_another_version_and_another_seed(copy):
    refused(typed("study", "study.yaml", "--seed", "2", "--out", "out"), "seed", "found 2")
    series = sim.__version__.rpartition(".")[0]
    edit_manifest("out", lambda manifest: manifest | {"version": f"{series}.99"})
    refused(typed("resume", "out"), "version", f"{series}.99")
    assert typed("verify", "out", "--rows", "1").stderr.startswith(f"made by dmz-escalation {series}.99")


@pytest.mark.parametrize(
    ("version", "readers", "sealed"),
    [("0.2.0", "0.2.*", True), ("0.2.0", "0.2.*", False), ("0.3.0",) * 2 + (True,)],
)
def test_a_folder_of_another_series_names_the_version_that_reads_it(copy, version, readers, sealed):
    """In one sentence, whatever else its manifest has."""
    edit_manifest("out", lambda manifest: manifest | {"version": version})
    if not sealed:
        path = copy / "out" / "manifest.json"
        path.write_text(json.dumps({"version": version, "arms": {}}))
    for verb in ("report", "results", "resume", "verify", "bundle"):
        found = typed(verb, "out")
        refused(
            found, f"made by version {version}: that one reads it (pip install 'dmz-escalation=={readers}')"
        )
        assert len(found.stderr.splitlines()) == 1


def test_a_field_that_changed_in_many_arms_is_named_once(copy):
    text = (copy / "short.yaml").read_text()
    (copy / "short.yaml").write_text(text.replace("distance_m: 35", "distance_m: 36"))
    found = typed("resume", "out")
    refused(found, "found 36.0; allowed 35.0", "(and 5 more like it)")
    assert len(found.stderr.splitlines()) == 1
    study = (copy / "study.yaml").read_text()
    (copy / "study.yaml").write_text(study.replace("[0.9, 0.1]", "[0.9, 0.1, 0.2]"))
    refused(typed("study", "study.yaml", "--out", "out"), "this arm is new", "0.2")


def test_words_about_a_study_may_change_whatever_levels_and_arms_are_called(copy):
    """A level called `code` once let a changed scenario pass: paths are compared, not words."""
    for name in ("code", "command", "description", "request", "content_hash"):
        text = f"name: {name}\nscenarios: [short.yaml]\nruns: 2\ndescription: old\nsweep:\n"
        text += f"  {name}:\n    levels:\n      {name}: {{south: {{watch: {{margin_m: 5}}}}}}\n"
        (copy / "words.yaml").write_text(text)
        assert typed("study", "words.yaml", "--out", name, "--workers", "1", "--no-report").exit_code == 0
        (copy / "words.yaml").write_text(text.replace("margin_m: 5", "margin_m: 6"))
        refused(typed("study", "words.yaml", "--out", name), "scenario.south.watch.margin_m")
        (copy / "words.yaml").write_text(text.replace("description: old", "description: new"))
        assert typed("resume", name, "--workers", "1", "--no-report").exit_code == 0


def test_resume_goes_on_by_the_manifest_where_the_files_are_gone(copy, home):
    (copy / "short.yaml").unlink()
    (copy / "study.yaml").unlink()
    (copy / "out" / "runs.parquet").unlink()
    found = typed("resume", "out", "--workers", "1", "--no-report")
    assert found.exit_code == 0 and "going on by the manifest" in found.stderr, found.stderr
    assert "runs.parquet: is missing; what it held was played again" in found.stderr
    assert (copy / "out" / "runs.parquet").read_bytes() == (home / "out" / "runs.parquet").read_bytes()


def test_resume_copies_anew_what_was_damaged_of_the_files_that_were_read(copy, home):
    """Such a folder was once refused by verify, results and bundle for ever."""
    inputs = copy / "out" / "inputs"
    (inputs / "short.yaml").write_text("x")
    (inputs / "study.yaml").unlink()
    for verb in ("verify", "results", "bundle"):
        refused(typed(verb, "out"), "inputs/")
    found = typed("resume", "out", "--workers", "1", "--no-report")
    assert found.exit_code == 0 and found.stderr.count("copied again") == 2, found.stderr
    same_bytes(copy / "out", home / "out")
    assert typed("results", "out").exit_code == 0


def test_a_study_killed_before_its_manifest_was_written_can_be_typed_again(copy, home):
    shutil.copytree("out/inputs", "again/inputs")
    (copy / "again" / "inputs" / "short.yaml").rename("again/inputs/.17-3.part")
    (copy / "again" / ".17-4.part").write_text("{")
    found = typed("study", "study.yaml", "--out", "again", "--workers", "1", "--no-report")
    assert found.exit_code == 0, found.stderr
    for file in ("runs.parquet", "manifest.json", "figures.json", "inputs/short.yaml"):
        assert (copy / "again" / file).read_bytes() == (home / "out" / file).read_bytes()


def test_a_damaged_manifest_is_one_clear_error(copy):
    path = copy / "out" / "manifest.json"
    whole = path.read_text()
    verbs = ("resume", "report", "results", "verify", "bundle")
    for text in (
        whole[:500],
        "",
        "[]",
        "{}",
        whole.replace('"seed": 1', '"seed": 3'),
        whole.replace('"distance_m": 35.0', '"distance_m": 34.0', 1),
    ):
        path.write_text(text)
        for verb in verbs:
            refused(typed(verb, "out"), "manifest.json", "damaged")
    path.write_text(whole)
    refused(typed("resume", "nowhere"), "no such folder")
    refused(typed("resume", "."), "no manifest.json")


def test_a_manifest_from_a_stranger_names_no_path_and_steers_no_terminal(copy):
    def elsewhere(manifest):
        for arm in manifest["arms"].values():
            arm["case"]["files"] = {"north_line": "../../../../../etc/passwd"}
        return manifest

    sound = (copy / "out" / "manifest.json").read_text()
    edit_manifest("out", elsewhere)
    for verb in ("resume", "verify", "results", "bundle"):
        refused(typed(verb, "out"), "damaged")
    for name in ("../../short.yaml", str(copy / "short.yaml")):
        (copy / "out" / "manifest.json").write_text(sound)
        inputs = {name: digest_of(copy / "short.yaml")}
        edit_manifest("out", lambda manifest, inputs=inputs: manifest | {"inputs": inputs})
        for verb in ("verify", "results", "bundle"):
            refused(typed(verb, "out"), "names a file outside its folder")
    edit_manifest("out", lambda manifest: manifest | {"name": "\x1b]0;mine\x07"})
    for verb in ("resume", "verify", "results", "bundle"):
        found = typed(verb, "out")
        refused(found, "control characters")
        assert "\x1b" not in found.stderr + found.stdout


# -- verify, run --from ---------------------------------------------------------------------------


def test_rows_played_again_are_the_same_to_the_last_bit(copy):
    found = typed("verify", "out", "--rows", "5")
    assert found.exit_code == 0 and "5 of 5 rows" in found.stdout
    again = typed("run", "--from", "out", "--row", "7")
    row = pd.read_parquet(copy / "out" / "runs.parquet").iloc[7]
    assert again.exit_code == 0, again.stderr
    assert re.search(rf"^incidents +{row['incidents']}$", again.stdout, re.M)
    assert "same to the last bit" in again.stdout


@pytest.mark.parametrize(
    ("kind", "column"), [("runs", "warning_volleys"), ("incidents", "rung"), ("tension", "north")]
)
def test_verify_names_the_first_value_that_differs(copy, kind, column):
    path = copy / "out" / f"{kind}.parquet"
    table = pq.read_table(path)
    values = table[column].to_pylist()
    values[0] = [0.5, *values[0][1:]] if kind == "tension" else values[0] + 1
    at = table.schema.get_field_index(column)
    changed = table.set_column(at, table.schema[at], pa.array(values, table.schema[at].type))
    pq.write_table(changed, path)
    for verb in ("verify", "results", "bundle", "report"):
        found = typed(verb, "out")
        refused(found, f"{kind}.parquet: is damaged")
    seal_anew(copy / "out")
    found = typed("verify", "out", "--rows", "100")
    assert found.exit_code == 1 and found.stdout.count("kept is") == 1
    assert column in found.stdout and "23 of 24 rows" in found.stdout


def test_a_row_that_is_not_there_is_refused(copy):
    refused(typed("run", "--from", "out", "--row", "24"), "--row", "0 to 23")
    assert typed("run", "--from", "out").exit_code == 2
    assert typed("run", "short.yaml", "--from", "out", "--row", "1").exit_code == 2


# -- results, report, bundle ----------------------------------------------------------------------


def test_reading_back_is_one_call(copy):
    runs = pd.read_parquet("out/runs.parquet")
    assert duckdb.sql("select count(*) from 'out/runs.parquet'").fetchall() == [(24,)]
    assert len(runs) == 24
    assert len(Results(StudyFolder(Path("out"))).runs) == 24 and Results(StudyFolder(Path("out"))).complete
    assert typed("results", "out").stdout.count(": 4 runs") == 6


def test_csv_for_excel_says_that_it_is_utf_8_and_holds_the_same(copy):
    assert typed("results", "out", "--csv", "plain").exit_code == 0
    assert typed("results", "out", "--csv", "marked", "--excel").exit_code == 0
    for name in ("runs", "incidents", "tension", "failures"):
        plain, marked = (Path(folder, f"{name}.csv").read_bytes() for folder in ("plain", "marked"))
        assert marked == b"\xef\xbb\xbf" + plain and not plain.startswith(b"\xef")
    refused(typed("results", "out", "--excel"), "--csv")


def test_tables_go_elsewhere_as_csv_and_parquet(copy):
    found = typed("results", "out", "--csv", "tables", "--parquet", "copies")
    assert found.exit_code == 0, found.stderr
    runs = pd.read_parquet("out/runs.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet("copies/runs.parquet"), runs)
    csv = pd.read_csv("tables/runs.csv")
    assert list(csv["incidents"]) == list(runs["incidents"]) and len(csv.columns) == len(runs.columns)
    north = pd.read_csv("tables/tension.csv")["north"][0]
    kept = pd.read_parquet("out/tension.parquet")["north"][0]
    assert [float(x) for x in north.split()] == pytest.approx(list(kept))
    refused(typed("results", "out", "--csv", "tables"), "--csv", "there already")
    both = typed("results", "out", "--csv", "both", "--parquet", "./both")
    refused(both, "--parquet", "the other tables are to go there")
    refused(typed("results", "out", "--csv", "new", "--parquet", "tables"), "--parquet")
    assert not (copy / "both").exists() and not (copy / "new").exists()
    (copy / "file").write_text("mine")
    for place in ("file/below", "/proc/nothing"):
        closed = typed("results", "out", "--csv", place)
        refused(closed, "--csv: cannot be a folder of tables: ", "allowed a place that can be written to")


def test_report_makes_pictures_and_page_anew_and_needs_a_run(home, copy):
    shutil.rmtree("out/figures")
    (copy / "out" / "report.html").write_text("old")
    assert typed("report", "out").exit_code == 0
    same_bytes(copy / "out", home / "out")
    (copy / "empty").mkdir()
    shutil.copy("out/manifest.json", "empty")
    shutil.copytree("out/inputs", "empty/inputs")
    found = typed("report", "empty")
    assert found.exit_code == 1 and "nothing to report" in found.stderr


@pytest.mark.parametrize("verb", ["report", "resume"])
def test_pictures_that_have_no_room_are_refused_before_any_work(copy, monkeypatch, verb):
    monkeypatch.setattr("experiments.commands.findings.figures_of", lambda *_: pytest.fail("it was reckoned"))
    monkeypatch.setattr("experiments.commands.study.play_out", lambda *_, **__: pytest.fail("it was played"))
    shutil.rmtree(copy / "out" / "figures")
    (copy / "out" / "figures").write_text("mine")
    refused(typed(verb, "out"), "out/figures: is to be a folder; found a file")
    assert (copy / "out" / "figures").read_text() == "mine"


def test_a_bundle_has_the_same_bytes_each_time_and_can_be_verified(copy, monkeypatch):
    for name in ("a", "b"):
        (copy / name).mkdir()
        found = typed("bundle", "out", "--out", f"{name}/little.zip")
        assert found.exit_code == 0, found.stderr
        (copy / "out" / "session.json").write_text('{"sessions": []}')
    packed = (copy / "a" / "little.zip").read_bytes()
    assert packed == (copy / "b" / "little.zip").read_bytes()
    with zipfile.ZipFile(copy / "a" / "little.zip") as archive:
        names = set(archive.namelist())
        assert "dmz study study.yaml" in archive.read("little/README.txt").decode()
        archive.extractall(copy / "unpacked")
    for file in (
        "manifest.json",
        "report.html",
        "runs.parquet",
        "incidents.parquet",
        "figures.json",
        "inputs/short.yaml",
        "inputs/study.yaml",
    ):
        assert f"little/{file}" in names
    assert not any("session" in name or "/." in name for name in names)
    assert typed("verify", "unpacked/little", "--rows", "2").exit_code == 0
    (copy / "out" / "runs.parquet").unlink()
    refused(typed("bundle", "out"), "dmz resume")


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("policies: [nothing]", marks=pytest.mark.again),  # the last has a policy too
        "sweep: {south.watch.margin_m: [5, 6]}",
        "sweep: {south.watch.margin_m: [5, 6], days: [30, 40]}\npolicies: [wider_margin]",
    ],
)
def test_one_world_has_figures_pictures_and_no_interval(copy, more):
    (copy / "one.yaml").write_text(f"name: one\nscenarios: [short.yaml]\nruns: 2\n{more}\n")
    found = typed("study", "one.yaml", "--out", "one", "--workers", "1")
    assert found.exit_code == 0 and "no interval" in found.stdout, found.stdout + found.stderr
    figures = json.loads((copy / "one" / "figures.json").read_text())
    for rates in figures["rates"].values():
        assert all(rate["low"] is None and rate["high"] is None for rate in rates.values())
    for policies in figures["comparisons"].values():
        for policy in policies.values():
            assert policy["measures"]["clashes"]["verdict"] in ("undecided", "identical")


# -- what it would take, and what goes wrong ------------------------------------------------------


def test_a_dry_run_says_what_it_takes_and_writes_nothing(copy, monkeypatch):
    monkeypatch.setattr("experiments.study.forecast._SECONDS", 0.5)
    before = sorted(copy.rglob("*"))
    found = typed("study", "study.yaml", "--runs", "2000", "--dry-run", "--workers", "2")
    assert found.exit_code == 0, found.stderr
    said = re.search(
        r"6 arms, 12,000 runs.*\ntime: about (\d+) (s|min) with 2 workers.*\n"
        r"disk: about (\d+) MB \((\d+\.\d) kB a run\)",
        found.stdout,
    )
    assert said, found.stdout
    assert sorted(copy.rglob("*")) == before


FAILING = """\
from sim.agents import CommandPost
class Rash(CommandPost):
    def next_step(self, incident):
        if self.model.address[1] == 1:
            raise RuntimeError("no step")
        return 1
"""


def test_a_bad_run_is_recorded_and_the_study_goes_on(tmp_path, monkeypatch):
    (tmp_path / "rash.py").write_text(FAILING)
    (tmp_path / "rash.yaml").write_text(
        "name: rash\nbinds: [north, south]\nagents: {CommandPost: 'rash:Rash'}\n"
    )
    (tmp_path / "short.yaml").write_text(SCENARIO)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    words = ("compare", "short.yaml", "--policies", "rash.yaml", "--runs", "6", "--out", "out")
    asked = dmz(*words, cwd=tmp_path)
    assert asked.returncode == 2 and "--allow-code" in asked.stderr
    assert not (tmp_path / "out").exists()
    done = dmz(*words, "--allow-code", "--workers", "2", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "2 runs failed and are left out of every figure" in done.stderr
    failures = json.loads((tmp_path / "out" / "failures.json").read_text())["failures"]
    assert {(each["arm"], each["run"], each["seed"]) for each in failures} == {
        ("short + rash", 2, 1),
        ("short + rash", 3, 1),
    }
    assert "next_step" in failures[0]["traceback"]
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    assert runs.groupby("arm").size().to_dict() == {"short": 6, "short + rash": 4}
    figures = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert figures["comparisons"]["short"]["rash"]["measures"]["clashes"]["runs"] == 4
    assert "2 runs" in (tmp_path / "out" / "report.html").read_text()
    assert (tmp_path / "out" / "inputs" / "code" / "rash.py").read_text() == FAILING
    (tmp_path / "rash.py").write_text(FAILING.replace("== 1", "== 0"))
    for verb in ("resume", "verify"):
        changed = dmz(verb, "out", "--allow-code", cwd=tmp_path)
        assert changed.returncode == 2 and "other code" in changed.stderr, changed.stderr


@pytest.mark.parametrize(
    "file",
    [
        "figures.json",
        "report.html",
        "figures/forest.svg",
        "made.json",
        "inputs/short.yaml",
        "tension.parquet",
    ],
)
@pytest.mark.parametrize("hurt", ["cut", "gone"])
def test_a_bundle_holds_nothing_that_is_damaged_and_overwrites_nothing(copy, file, hurt):
    path = copy / "out" / file
    path.unlink() if hurt == "gone" else path.write_bytes(path.read_bytes()[:-3])
    refused(typed("bundle", "out"), path.name)
    assert not (copy / "out.zip").exists()


def test_a_bundle_is_refused_while_somebody_fills_the_folder(copy):
    from experiments.study.place import locked

    with locked(copy / "out"):
        refused(typed("bundle", "out"), "another process is filling this folder")
    assert not (copy / "out.zip").exists()


def test_a_bundle_overwrites_nothing(copy):
    (copy / "out.zip").write_text("mine")
    refused(typed("bundle", "out"), "out.zip", "is there already")
    refused(typed("bundle", "out", "--out", "nowhere/x.zip"), "cannot be written")
    assert (copy / "out.zip").read_text() == "mine"


def test_the_commands_of_a_bundles_readme_work(copy, home):
    """They once named files by paths that the bundle does not have."""
    (copy / "out" / "notes.txt").write_text("mine")
    assert typed("bundle", "out", "--out", "my archive.zip").exit_code == 0
    elsewhere = copy / "elsewhere"
    with zipfile.ZipFile(copy / "my archive.zip") as archive:
        archive.extractall(elsewhere)
    assert not (elsewhere / "my archive" / "notes.txt").exists()
    readme = (elsewhere / "my archive" / "README.txt").read_text()
    commands = [line.strip() for line in readme.splitlines() if line.startswith("    ")][1:]
    assert len(commands) == 3 and "dmz resume again" in commands[1]
    run = f'dmz() {{ {sys.executable} -m experiments.cli "$@"; }}; ' + " && ".join(commands)
    run = run.replace("--rows 20", "--rows 2").replace("resume again", "resume again --no-report")
    done = subprocess.run(["bash", "-c", run], cwd=elsewhere, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    for name in ("runs.parquet", "incidents.parquet", "tension.parquet", "figures.json"):
        assert (elsewhere / "again" / name).read_bytes() == (home / "out" / name).read_bytes()


def test_what_the_manifest_asks_for_is_held_against_what_is_there(copy):
    """Rows that are missing, or that nobody asked for, were once no difference."""
    edit_manifest("out", lambda manifest: manifest | {"rule": {"runs": 6}})
    for verb in ("verify", "results"):
        found = typed(verb, "out")
        assert found.exit_code == 1 and "2 of 6 runs missing" in found.stdout, found.stdout
    refused(typed("bundle", "out"), "2 of 6 runs missing")
    edit_manifest("out", lambda manifest: manifest | {"rule": {"runs": 2}})
    found = typed("verify", "out")
    assert found.exit_code == 1 and "2 runs that nobody asked for" in found.stdout


def test_studies_can_be_checked_before_they_are_played(copy):
    found = typed("check", "study.yaml", "season")
    assert found.exit_code == 0, found.stderr
    assert "study.yaml: study 'little' is valid; 6 arms of 4 runs" in found.stdout
    assert "season: study 'season' is valid; 16 arms of 400 runs" in found.stdout
    (copy / "study.yaml").write_text("name: x\nscenarios: [shrt.yaml]\nruns: 4\n")
    refused(typed("check", "study.yaml"), "study.yaml:2:13", "shrt.yaml")


def test_a_page_for_the_docs_holds_answer_pictures_and_tables(copy):
    from experiments.report.gallery import main

    assert main(["out", "--into", "pages"]) == 0
    page = (copy / "pages" / "study" / "README.md").read_text()
    assert page.startswith("# Little\n") and "dmz study study.yaml" in page
    shown = re.findall(r"!\[[^]]*\]\(([^)]+)\)", page)
    assert "forest.png" in shown
    for name in shown:
        assert (copy / "pages" / "study" / name).is_file()
        assert f"[Data]({name[:-4]}.csv)" in page
    assert page.count("| wider response margin |") == 2 * (3 + 1) + 1  # parts, costs; regret
    assert "| no policy |" in page
    rows = [line.count(" | ") for line in page.splitlines() if line.startswith("|")]
    assert 0 not in rows
