"""``dmz validate`` as a user types it."""

import json
from pathlib import Path

import nested
import pandas as pd
import pytest
import recorded
from typer.testing import CliRunner

import dmz
from experiments.calibration.record.record import SHIPPED
from experiments.cli import app
from experiments.commands import validate as command
from experiments.store import piecewise
from experiments.store.piecewise import KEY
from experiments.validation import validation
from experiments.validation.calendars import STRETCHES, WORKS
from experiments.validation.episodes import APPROACH, FOG
from experiments.validation.nested import NestedDesign
from experiments.validation.validation import Asked, validate

SHORT = (next(each for each in STRETCHES if each.period.first.year == 2014), WORKS)


def typed(*words):
    return CliRunner().invoke(app, ["validate", *map(str, words)])


def made_up_plays(folder, situation, n, seed, workers, show):
    fog = {"episode": FOG, "read": True, "answered": True, "again": False, "hurt": False, "to_reply": 40.0}
    approach = {"episode": APPROACH, "warned": True, "answered": True, "hurt": False, "to_fire": 3.0}
    return pd.DataFrame([{**each, KEY: k} for k in range(n) for each in (fog, approach)])


def made_up_nested(folder, situation, n, seed, workers, show, design):
    show(n, n)
    return nested.runs(design.cases(situation), NestedDesign(draws=4, worlds=3), first=n)


@pytest.fixture
def played(monkeypatch):
    """Nothing is played: histories are five times the record."""
    asked = []

    def made_up(folder, situation, n, seed, workers, show, stretches):
        asked.append((situation, n, seed))
        show(n, n)
        return recorded.tables(n, times=5)

    monkeypatch.setattr(validation, "histories", made_up)
    monkeypatch.setattr(validation, "episode_plays", made_up_plays)
    monkeypatch.setattr(validation, "nested_runs", made_up_nested)
    monkeypatch.setattr(command, "compile_once", lambda say: None)
    return asked


def test_misses_are_said_first_and_end_well(played, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "_pictures", lambda *_: [])
    done = typed("baseline", "--out", tmp_path / "out", "--draws", 40, "--seed", 3, "--workers", 1)
    assert done.exit_code == 0, done.output
    assert played == [("baseline", 40, 3)]
    first, second, third, *_ = done.stdout.splitlines()
    assert first.startswith("40 histories of baseline, each under a draw of its posterior")
    assert second.startswith("Missed (two-sided p < 0.05): ") and third.startswith("  ")
    assert "recorded crossings: the record 15 (14 - 15), the model 75" in done.stdout
    told = " ".join(done.stdout.split())
    assert "Recorded crossings, month by month" in told
    assert (
        "between draws" in told and "wider_margin: the ratio by draw, as compare fits it to 40 worlds" in told
    )


def test_what_was_found_is_kept(played, tmp_path):
    typed("declared", "--out", tmp_path, "--draws", 40, "--workers", 1)
    figures = json.loads((tmp_path / "validation.json").read_text())
    assert figures["nested"] is None, "point values have no draws to nest"
    assert figures["posterior"] is False and {each["use"] for each in figures["checks"]} == {"held out"}
    names = [each["name"] for each in figures["pictures"]]
    assert "predictive-works" in names and "episodes" in names
    assert all((tmp_path / f"{name}.{end}").exists() for name in names for end in ("png", "svg", "csv"))
    page = (tmp_path / "validation.md").read_text()
    assert "### Misses" in page and "### Scores beside naive references" in page
    assert set(figures["scores"]) == {"months", "years 2010-14"}


def test_it_goes_into_a_folder_of_its_scenario(played, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my own.yaml").write_text("{extends: baseline, name: mine, south: {watch: {margin_m: 7}}}")
    assert typed("my own.yaml", "--draws", 20, "--workers", 1).exit_code == 0
    assert (tmp_path / "results" / "validation-my_own" / "validation.json").exists()


def test_python_gets_what_the_command_prints(played, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "_pictures", lambda *_: [])
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.chdir(tmp_path)
    found = dmz.validate("baseline", out="out", draws=40, seed=3, workers=1)
    done = typed("baseline", "--out", "twice", "--draws", 40, "--seed", 3, "--workers", 1)
    assert str(found) == done.stdout.rstrip("\n").replace("twice", "out")
    kept = [(tmp_path / name / "validation.json").read_bytes() for name in ("out", "twice")]
    assert kept[0] == kept[1] and json.loads(kept[0]) == json.loads(json.dumps(found.figures))
    assert len(found.checks) == len(found.figures["checks"]) > 70
    missed = found.misses.set_index("name")
    assert missed["missed"].all() and len(missed) == found.checks["missed"].sum() > 0
    assert missed["p"].is_monotonic_increasing
    worst = missed.iloc[0]
    assert not worst["model_low"] <= worst["record_best"] <= worst["model_high"]
    assert len(found.events) == len(found.figures["events"]) > 0
    assert "Missed (two-sided p < 0.05)" in repr(found) and found.folder == Path("out")
    assert worst["title"] in found._repr_html_().replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "nowhere"),
        (["hotline"], "there is no such scenario, but a policy of this name"),
        (["baseline", "--draws", "3"], "20 or more"),
        (["baseline", "--record", "no_such"], "counts.csv"),
        (["baseline", "--calibration", "."], "no calibration"),
        (["baseline", "--out", "a_file"], "a_file"),
        (["baseline", "--out", "."], "is not empty"),
        (["injects_example"], "outside the run"),
    ],
)
def test_bad_input_is_one_error_and_nothing_is_written(words, said, played, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("")
    done = typed(*words)
    assert done.exit_code == 2 and said in done.output, done.output
    assert "Traceback" not in done.output and played == []
    assert [path.name for path in tmp_path.iterdir()] == ["a_file"]


def test_places_below_its_folder_are_looked_at_before_anything_is_played(played, tmp_path):
    (tmp_path / "histories").mkdir()
    (tmp_path / "nested").write_text("mine")
    done = typed("baseline", "--out", tmp_path, "--draws", 20, "--workers", 1)
    assert done.exit_code == 2 and "nested: is to be a folder; found a file" in done.output, done.output
    assert played == [] and (tmp_path / "nested").read_text() == "mine"


def test_who_stops_it_is_told_that_the_same_command_goes_on(played, tmp_path, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(validation, "histories", stopped)
    done = typed("baseline", "--out", tmp_path / "out", "--draws", 20, "--workers", 1)
    assert done.exit_code == 130
    assert "interrupted; what was played is kept; the same command goes on" in done.output


def test_a_record_of_ones_own_is_held_too(played, tmp_path):
    header = "period_start,period_end,what,place,count,counted_by,grade,sources,note\n"
    rows = (
        "2010-01,2013-12,crossings,line,3,south ministry,B,us,\n2015-01,2015-12,crossings,line,9,UNC,B,us,\n"
    )
    (tmp_path / "counts.csv").write_text(header + rows)
    header = (SHIPPED / "incidents.csv").read_text("utf-8").splitlines()[0]
    (tmp_path / "incidents.csv").write_text(f"{header}\n")
    done = typed("baseline", "--record", tmp_path, "--out", tmp_path / "out", "--draws", 20, "--workers", 1)
    assert done.exit_code == 0, done.output
    figures = json.loads((tmp_path / "out" / "validation.json").read_text())
    held = {each["name"]: each for each in figures["checks"]}
    assert held["crossings 2010 to 2013"]["record"]["best"] == 3.0
    assert {each["use"] for each in held.values()} == {"held out"} and figures["events"] == []
    assert figures["not_held"]["crossings 2015"] == "its days are not among those played"


def test_a_small_one_is_played_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "_pictures", lambda *_: [])
    monkeypatch.setattr(
        piecewise, "on_processes", lambda tasks, play, _: ((task, play(task)) for task in tasks)
    )
    asked = Asked("baseline", draws=2, stretches=SHORT, nested=NestedDesign(2, 2, ()))
    found = validate(asked, tmp_path, 1, lambda what: lambda done, of: None)
    told = command.keep(found, tmp_path)
    assert len(told["checks"]) > 70 and told["events"][0]["plays"] == 4
    assert {each["p"] for each in told["checks"]} == {None}, "two histories say nothing"
    assert list((tmp_path / "histories").glob("rows-000000-000001-*.parquet"))
    its = told["nested"]
    assert (its["draws"], its["worlds"], its["lucks"], its["first"]) == (2, 2, 2, 2)
    assert sum(part["share"] for part in its["variance"]["log"]) == pytest.approx(1.0)
    assert "### Luck, world and ignorance" in (tmp_path / "validation.md").read_text()
    again = validate(asked, tmp_path, 1, lambda what: lambda done, of: pytest.fail("played again"))
    assert command.keep(again, tmp_path) == told
