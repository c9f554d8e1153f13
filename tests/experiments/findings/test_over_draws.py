"""A study over the draws of a posterior: shares of draws, and no ratio of totals."""

import json

import numpy as np
import pandas as pd
import pytest
from browser import browser, in_a_browser, opened
from little import SCENARIO
from typed import dmz
from typer.testing import CliRunner

from experiments.cli import app
from experiments.findings.draw_words import draws_rows
from experiments.findings.weighing_words import weighed_rows, weighed_words
from experiments.report import gallery
from sim.scenario.loading import load_case

N = 16


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Its folder: 16 draws of two lucks each, under two policies and none."""
    home = tmp_path_factory.mktemp("over_draws")
    luck = np.random.default_rng(1)
    draws = pd.DataFrame(
        {
            "south.watch.margin_m": luck.uniform(0, 10, N),
            "north.works.distance_m": luck.uniform(20, 60, N),
            "north.works.slots": luck.integers(20, 40, N),
            "feedback.rule": luck.choice(["reciprocal", "without_work", "local"], N),
        }
    )
    draws.to_csv(home / "draws.csv", index=False, float_format="%.6g")
    (home / "short.yaml").write_text(SCENARIO + "posterior: draws.csv\n")
    (home / "held.yaml").write_text("extends: short.yaml\nname: held\nnorth: {works: {slots: 30}}\n")
    (home / "study.yaml").write_text(
        "name: over\nscenarios: [short.yaml]\npolicies: [nothing, wider_margin]\nuntil: decided\nbudget: 32\n"
    )
    done = dmz("study", "study.yaml", "--out", "out", cwd=home)
    assert done.returncode == 0, done.stderr
    return home, done.stdout


def test_every_arm_plays_all_that_it_may_over_the_same_draws(study):
    home, _ = study
    runs = pd.read_parquet(home / "out" / "runs.parquet")
    assert (runs.groupby("arm")["run"].count() == 2 * N).all()  # no arm stops as decided
    assert (runs["draw"] == runs["world"]).all()
    case = load_case(str(home / "short.yaml"))
    kept = pd.read_parquet(home / "out" / "draws.parquet")
    assert list(kept["draw"]) == list(range(N)) and set(kept["posterior"]) == {"draws.csv"}
    for row in kept.to_dict("records"):
        assert case.draw(row["draw"]) == {path: row[path] for path in case.draw(0)}


def test_figures_say_in_which_share_of_draws_a_policy_lowers(study):
    home, _ = study
    figures = json.loads((home / "out" / "figures.json").read_text())
    found = figures["over_draws"]["short"]
    assert (
        found["draws"] == N
        and found["few"]
        and found["options"] == [None, "nothing", "wider response margin"]
    )
    runs = pd.read_parquet(home / "out" / "runs.parquet")
    bare = runs[runs["policy"].isna()].groupby("draw")[["expected_clashes", "days"]].sum()
    a_year = 365.0 * bare["expected_clashes"] / bare["days"]
    assert found["per_year"][0]["median"] == pytest.approx(a_year.median())
    nothing = found["policies"]["nothing"]
    assert nothing["lowers"] == {"estimate": 0.0, "low": 0.0, "high": 0.0} and nothing["unchanged"] == 1.0
    assert figures["comparisons"]["short"]["nothing"]["audit"]["bound"] == 0
    wider = found["policies"]["wider response margin"]
    assert wider["ratio"]["low"] < wider["ratio"]["median"] < 1.0 and wider["lowers"]["estimate"] > 0.5
    assert len(wider["at_draws"]) == N
    a_draw = runs[runs["policy"].isna()].groupby("draw")[["violations", "false_incidents"]].sum()
    any_ = a_draw[a_draw["violations"] > 0]
    straying = (any_["false_incidents"] < 0.1 * any_["violations"]).sum()
    assert found["like"]["like"]["straying"] == straying and found["like"]["draws"] == len(any_)
    assert set(found["like"]["like"]) == {"straying", "misjudged", "mapmade"}
    assert found["grounds"] is None, "of so few draws nothing is said"
    assert figures["regret"] is None and figures["best"] == {}


def test_no_ratio_of_totals_is_shown(study, tmp_path):
    home, told = study
    assert "changes clashes in no draws: nothing" in told and "raises" not in told
    assert "lowers in (95% interval)" in told and "shares of so few are rough" in told
    assert "difference a year" not in told and "hold together" not in told
    page = (home / "out" / "report.html").read_text()
    assert "Expected accidental clashes over draws" in page and "Difference a year" not in page
    assert (home / "out" / "figures" / "strips.png").exists()
    assert not (home / "out" / "figures" / "forest.png").exists()
    strips = pd.read_csv(home / "out" / "figures" / "strips.csv")
    assert len(strips) == 2 * N
    shown = gallery.page(home / "out", tmp_path).read_text()
    assert "## Over draws: short" in shown and "difference a year" not in shown
    assert "| nothing |" in shown and "| unchanged |" in shown


@in_a_browser
def test_its_page_weighs_draws_by_region_and_by_default_says_what_was_printed(study):
    home, _ = study
    found = json.loads((home / "out" / "figures.json").read_text())["over_draws"]["short"]
    regions = found["by_region"]
    assert sum(regions["draws"]) == N and len(regions["regions"]) > 1
    read = "t => [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.innerText.trim()))"
    with browser() as chromium:
        window, said = opened(chromium, home / "out" / "report.html", 390)
        table, place = window.locator("#draws-1"), window.locator("[data-live=regions]")
        assert table.evaluate(read) == draws_rows(found) == weighed_rows(regions, [1] * len(regions["draws"]))
        assert place.locator(".told").inner_text() == weighed_words(regions, [1] * len(regions["draws"]))
        sliders = place.locator("input[type=range]").all()
        assert len(sliders) == len(regions["regions"])
        sliders[0].focus()
        window.keyboard.press("End")
        weights = [4, *[1] * (len(sliders) - 1)]
        assert table.evaluate(read) == weighed_rows(regions, weights) != draws_rows(found)
        assert place.locator(".told").inner_text() == weighed_words(regions, weights)
        assert said == []


def test_what_is_held_and_what_is_not_drawn_is_said(study, monkeypatch):
    home, _ = study
    run = dmz("run", "held.yaml", "--runs", "4", "--no-report", cwd=home)
    assert "draw of 3 parameters of draws.csv" in run.stdout + run.stderr
    assert "held by what lies above: north.works.slots" in run.stdout + run.stderr
    assert "between worlds and their draws: " in run.stdout and "is luck." in run.stdout
    plain = dmz("run", "held.yaml", "--runs", "4", "--no-report", "--no-posterior", cwd=home)
    assert plain.returncode == 0 and "posterior = none" in plain.stdout
    assert "draws.csv" not in plain.stdout + plain.stderr
    monkeypatch.setattr("experiments.study.forecast._SECONDS", 0.2)
    monkeypatch.chdir(home)
    assert "300 runs" in CliRunner().invoke(app, ["run", "held.yaml", "--dry-run"]).output


@pytest.mark.again  # commands/test_verbs.py has each verb
def test_its_results_are_verified_resumed_exported_and_bundled(study):
    home, _ = study
    before = (home / "out" / "draws.parquet").read_bytes()
    assert dmz("verify", "out", "--rows", "5", cwd=home).returncode == 0
    (home / "out" / "draws.parquet").unlink()
    assert dmz("resume", "out", "--no-report", cwd=home).returncode == 0
    assert (home / "out" / "draws.parquet").read_bytes() == before
    assert dmz("results", "out", "--csv", "csv", cwd=home).returncode == 0
    assert len(pd.read_csv(home / "csv" / "draws.csv")) == N
    for name in ("made.json", "report.html"):
        (home / "out" / name).unlink()
    without = dmz("bundle", "out", "--out", "one.zip", cwd=home)
    assert without.returncode == 2 and "out: has no report; dmz report makes it" in without.stderr
    assert dmz("report", "out", cwd=home).returncode == 0
    (home / "out" / "draws.parquet").write_bytes(before[:-3])
    damaged = dmz("bundle", "out", "--out", "one.zip", cwd=home)
    assert damaged.returncode == 2 and "draws.parquet is not what was written; dmz resume" in damaged.stderr
    assert dmz("results", "out", cwd=home).returncode == 1
    assert dmz("resume", "out", "--no-report", cwd=home).returncode == 0
    assert dmz("bundle", "out", "--out", "one.zip", cwd=home).returncode == 0
    assert b"draws.parquet" in (home / "one.zip").read_bytes()
