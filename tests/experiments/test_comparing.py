"""``dmz compare`` as a user types it: verdicts, audit, costs, files, and refusals."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from experiments.comparing import BASELINE, in_words, judged
from experiments.judging import FAMILY
from experiments.summary import LADDER

SCENARIO = """\
extends: baseline
name: short
days: 40
clock: {warmup_days: 5}
space: {length_km: 60}
north:
  works: {slots: 30, share: 1, weeks: 30, first_month: 1, last_month: 12, distance_m: 35}
  patrols: {slots: 0}
  watch: {posts: 40}
  conduct: {attack_intercept: 0}
south:
  patrols: {slots: 0}
  watch: {posts: 20, margin_m: 5}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    (folder / "short.yaml").write_text(SCENARIO)
    (folder / "mine").mkdir()
    for name, margin in (("wide", 40), ("wider", 60)):
        (folder / "mine" / f"{name}.yaml").write_text(
            f"name: {name}\nbinds: [south]\nset: {{south: {{watch: {{margin_m: {margin}}}}}}}\n"
        )
    return folder


def dmz(*words, cwd):
    command = [sys.executable, "-m", "experiments.cli", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


def compared(folder, out, *words):
    words = ("compare", "short.yaml", "--policies", "mine", "--policies", "nothing", *words)
    return dmz(*words, "--runs", "8", "--out", out, cwd=folder)


def test_every_file_of_a_folder_is_an_arm_and_stacked_policies_are_one(folder):
    done = compared(folder, "stacked", "--policy", "hotline", "--policy", "mine/wide.yaml")
    assert done.returncode == 0, done.stderr
    arms = json.loads((folder / "stacked" / "manifest.json").read_text())["arms"]
    assert set(arms) == {BASELINE, "wide", "wider", "nothing", "hotline + wide"}
    runs = pd.read_parquet(folder / "stacked" / "runs.parquet")
    assert runs.groupby("arm").size().eq(8).all() and runs["arm"].nunique() == 5
    assert "identical to the baseline: it never bound" in " ".join(done.stdout.split())
    assert "Too few clusters in the whole study" in done.stdout


def test_files_do_not_depend_on_workers(folder):
    for workers in ("1", "2"):
        assert compared(folder, f"w{workers}", "--workers", workers).returncode == 0
    for file in ("runs.parquet", "incidents.parquet", "figures.json", "manifest.json"):
        assert (folder / "w1" / file).read_bytes() == (folder / "w2" / file).read_bytes(), file


def test_machines_get_the_same_figures(folder):
    done = compared(folder, "json", "--json")
    data = json.loads(done.stdout)
    assert set(data) == {"wide", "wider", "nothing", "results"}
    assert set(data["wide"]["measures"]) == {*FAMILY, *LADDER}
    family, rung = data["wide"]["measures"]["clashes"], data["wide"]["measures"]["rung_1"]
    assert family["level"] == pytest.approx(1 - 0.05 / 9) and rung["level"] == 0.95
    assert data["nothing"]["audit"] == {"runs": 8, "bound": 0, "moments": 0}
    assert data["wide"]["audit"]["bound"] > 0
    assert rung["verdict"] in ("lower", "undecided")
    assert data == json.loads((folder / "json" / "figures.json").read_text()) | {
        "results": data["results"]
    }


@pytest.mark.parametrize(("words", "said"), [
    (("--policies", "nowhere"), "nowhere"),
    (("--policies", "mine/wide.yaml", "--policies", "mine/wide.yaml"), "another arm"),
    ((), "no policy to compare"),
])  # fmt: skip
def test_bad_arms_are_refused_and_nothing_is_written(folder, words, said):
    done = dmz("compare", "short.yaml", *words, "--out", "bad", cwd=folder)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "bad").exists()


def test_verdicts_come_with_what_they_need():
    runs = pd.DataFrame({
        "run": range(4), "world": [0, 0, 1, 1], "luck": [0, 1, 0, 1], "days": 365.0,
        **{name: [1, 0, 2, 0] for name in (*FAMILY, *LADDER)},
        **{f"{name}_{side}": 1.0 for side in ("north", "south")
           for name in ("unanswered", "workdays", "workdays_lost", "deepest_unanswered")},
    })  # fmt: skip
    incidents = pd.DataFrame({"run": [0], "opened": ["x"], "s_km": [1.0]})
    found = judged({BASELINE: (runs, incidents), "same": (runs, incidents),
                    "more": (runs.assign(clashes=3), incidents)})  # fmt: skip
    assert [each.policy for each in found] == ["same", "more"]
    assert in_words(found[0].comparisons["clashes"]).startswith("identical")
    assert in_words(found[1].comparisons["clashes"]).startswith("undecided; about")
    assert found[0].costs["workdays_lost_north"] == 0.0
