"""What was asked is named wherever it is shown: on the terminal, in the folder, its tables and its pages."""

import json

import pandas as pd
import pytest
from little import SCENARIO
from typed import dmz

MARGIN = "south.watch.margin_m"
SET = f"{MARGIN} = 30 m"
FORTY = "name: forty\nbinds: [south]\nset: {south: {watch: {margin_m: 40}}}\n"


def test_a_comparison_names_what_was_set_and_what_replaces_it(tmp_path):
    (tmp_path / "short.yaml").write_text(SCENARIO.replace("days: 40", "days: 2"))
    (tmp_path / "forty.yaml").write_text(FORTY)
    words = ("compare", "short.yaml", "--policies", "forty.yaml", "--runs", "4", "--workers", "1")
    done = dmz(*words, "--set", f"{MARGIN}=30", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    replaced = f"forty sets {MARGIN} = 40 m in the place of what --set sets, in 1 of 2 arms"
    assert replaced in " ".join(done.stderr.split())
    assert f"short, {SET}" in done.stdout
    (folder,) = (tmp_path / "results").iterdir()
    assert "south_watch_margin_m_30_m" in folder.name
    arms = [f"short, {SET}", f"short, {SET} + forty ({MARGIN} = 40 m by forty)"]
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert list(manifest["arms"]) == arms and manifest["name"] == arms[0]
    assert [arm["values"] for arm in manifest["arms"].values()] == [{"south_watch_margin_m": 30.0}] * 2
    page = (folder / "report.html").read_text("utf-8")
    assert f"<h1>short, {SET}</h1>" in page and replaced in page
    pictures = list((folder / "figures").glob("*.svg"))
    assert pictures and all(SET in each.read_text("utf-8").replace("\u00a0", " ") for each in pictures)
    runs = pd.read_parquet(folder / "runs.parquet")
    assert list(runs.columns[:4]) == ["arm", "scenario", "policy", "south_watch_margin_m"]
    assert set(runs["south_watch_margin_m"]) == {30.0} and set(runs["policy"].dropna()) == {"forty"}
    refused = dmz("run", "short.yaml", "--policy", "forty.yaml", "--set", f"{MARGIN}=30", cwd=tmp_path)
    assert refused.returncode == 2 and "forty.yaml:3:23" in refused.stderr and "--set" in refused.stderr
    assert len(list((tmp_path / "results").iterdir())) == 1


@pytest.mark.again  # a comparison that names what was set is played below
def test_a_study_takes_settings_and_verifies(tmp_path):
    (tmp_path / "short.yaml").write_text(SCENARIO.replace("days: 40", "days: 2"))
    (tmp_path / "study.yaml").write_text(
        "name: little\nscenarios: [short.yaml]\nruns: 2\nsweep: {border.marker_survival: [0.9, 0.1]}\n"
    )
    words = ("study", "study.yaml", "--set", f"{MARGIN}=30", "--workers", "1", "--no-report", "--out", "out")
    done = dmz(*words, cwd=tmp_path)
    assert done.returncode == 0 and f"little, {SET}" in done.stdout, done.stderr
    runs = pd.read_parquet(tmp_path / "out" / "runs.parquet")
    assert set(runs["border_marker_survival"]) == {0.9, 0.1} and set(runs["south_watch_margin_m"]) == {30.0}
    assert dmz(*words, cwd=tmp_path).returncode == 0  # the same study, gone on with
    assert dmz("verify", "out", "--rows", "2", cwd=tmp_path).returncode == 0
    assert dmz("resume", "out", "--no-report", cwd=tmp_path).returncode == 0
