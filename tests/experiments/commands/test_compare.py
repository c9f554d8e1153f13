"""``dmz compare`` as a user types it: verdicts, audit, costs, files, and refusals."""

import json

import pandas as pd
import pytest
from little import SCENARIO, same_bytes
from typed import dmz

from experiments.measures import BESIDE, EXPECTED


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


def compared(folder, out, *words):
    words = ("compare", "short.yaml", "--policies", "mine", "--policies", "nothing", *words)
    return dmz(*words, "--runs", "8", "--out", out, cwd=folder)


def test_every_file_of_a_folder_is_an_arm_and_stacked_policies_are_one(folder):
    done = compared(folder, "stacked", "--policy", "hotline", "--policy", "mine/wide.yaml", "--no-report")
    assert done.returncode == 0, done.stderr
    arms = json.loads((folder / "stacked" / "manifest.json").read_text())["arms"]
    assert {arm["policy"] for arm in arms.values()} == {None, "wide", "wider", "nothing", "hotline + wide"}
    runs = pd.read_parquet(folder / "stacked" / "runs.parquet")
    assert runs.groupby("arm").size().eq(8).all() and runs["arm"].nunique() == 5
    assert "identical to the baseline: it never bound" in " ".join(done.stdout.split())
    few = compared(folder, "few", "--days", "3", "--no-report")
    assert "Too few clusters in the whole study" in few.stdout


def test_all_pairs_are_arms_too(folder):
    done = dmz(
        "compare",
        "short.yaml",
        "--policies",
        "mine",
        "--policies",
        "hotline",
        "--combine",
        "--no-report",
        "--runs",
        "2",
        "--out",
        "pairs",
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    arms = json.loads((folder / "pairs" / "manifest.json").read_text())["arms"]
    assert [arm["policy"] for arm in arms.values()] == [
        None,
        "wide",
        "wider",
        "hotline",
        "wide + wider",
        "wide + hotline",
        "wider + hotline",
    ]


@pytest.mark.again  # study/test_play_out.py has workers and chunks
def test_results_do_not_depend_on_workers(folder):
    for workers in ("1", "2"):
        assert compared(folder, f"w{workers}", "--workers", workers).returncode == 0
    same_bytes(folder / "w1", folder / "w2")


def test_machines_get_the_same_figures(folder):
    done = compared(folder, "json", "--json")
    data = json.loads(done.stdout)
    found = data["comparisons"]["short"]
    assert set(found) == {"wide", "wider", "nothing"}
    assert set(found["wide"]["measures"]) == {*EXPECTED, *BESIDE}
    names = "expected_clashes", "clashes", "rung_1"
    family, counted, rung = (found["wide"]["measures"][name] for name in names)
    assert data["estimate"] == data["family"]["measures"] == ["expected_clashes"]
    assert family["level"] == pytest.approx(1 - 0.05 / 3) and counted["level"] == rung["level"] == 0.95
    assert family["policy"]["high"] is None and counted["policy"]["high"] is not None
    suffixes = {file.suffix for file in (folder / "json" / "figures").iterdir()}
    assert suffixes == {".png", ".svg", ".csv", ".json"}
    page = (folder / "json" / "report.html").read_text()
    assert "<caption>Expected accidental clashes</caption>" in page and "; counted " in page
    assert found["nothing"]["audit"] == {
        "runs": 8,
        "bound": 0,
        "moments": 0,
        "days": 320.0,
        "days_in_force": 320.0,
    }
    assert found["nothing"]["measures"]["clashes"]["verdict"] == "identical"
    assert found["wide"]["audit"]["bound"] > 0
    assert rung["verdict"] in ("lower", "undecided")
    kept = json.loads((folder / "json" / "figures.json").read_text())
    assert data == kept | {"results": "json"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--policies", "nowhere"), "nowhere"),
        (("--policies", "mine/wide.yaml", "--policies", "mine/wide.yaml"), "another arm"),
    ],
)
def test_bad_arms_are_refused_and_nothing_is_written(folder, words, said):
    done = dmz("compare", "short.yaml", *words, "--out", "bad", cwd=folder)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert not (folder / "bad").exists()
