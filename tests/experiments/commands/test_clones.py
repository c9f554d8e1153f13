"""``--clones``, as a user types it: columns, tables, verify, resume, and what is refused."""

import json
from typing import get_args

import pandas as pd
import pytest
from little import SCENARIO, same_bytes
from typed import dmz

from experiments.commands.numbers import CLONED_BY, CLONED_FROM, RANGES, WholeNumber
from sim.cloning import LEVELS
from sim.scenario.scenario_file import MOST_CLONES, Cloning, Level

CLONED = ("--clones", "2", "--days", "15")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clones")
    (folder / "short.yaml").write_text(SCENARIO)
    return folder


def runs_of(folder, out):
    return pd.read_parquet(folder / out / "runs.parquet")


def test_a_run_with_clones_is_the_run_without_and_is_verified(folder):
    for out, words in (("bare", ("--days", "15")), ("cloned", CLONED)):
        done = dmz("run", "short.yaml", "--runs", "2", *words, "--no-report", "--out", out, cwd=folder)
        assert done.returncode == 0, done.stderr
        assert ("by clones" in done.stdout) == (out == "cloned")
    bare, cloned = runs_of(folder, "bare"), runs_of(folder, "cloned")
    columns = [name for name in bare if name.startswith("cloned_")]
    assert (
        len(columns) == 5 and bare[columns].isna().all(axis=None) and cloned[columns].notna().all(axis=None)
    )
    assert cloned["cloned_clashes"].sum() > 0.0
    same = [name for name in bare if name not in columns]
    pd.testing.assert_frame_equal(bare[same], cloned[same])
    incidents = pd.read_parquet(folder / "cloned" / "incidents.parquet")
    assert incidents.groupby("run")["cloned_clashes"].sum().sum() == pytest.approx(
        cloned["cloned_clashes"].sum()
    )
    manifest = json.loads((folder / "cloned" / "manifest.json").read_text())
    ((arm, entry),) = manifest["arms"].items()
    assert entry["case"]["scenario"]["clones"] == {"number": 2, "start": "ordered", "method": "cloning"}
    assert (
        arm == "short" and "clones" not in json.loads((folder / "bare" / "manifest.json").read_text())["arms"]
    )
    assert dmz("verify", "cloned", "--rows", "2", cwd=folder).returncode == 0


def test_policies_are_compared_on_clones_too(folder):
    words = ("compare", "short.yaml", "--policies", "nothing", "--runs", "2", "--method", "splitting")
    done = dmz(*words, "--days", "10", "--no-report", "--out", "split", cwd=folder)
    assert done.returncode == 0, done.stderr
    found = json.loads((folder / "split" / "figures.json").read_text())
    measures = found["comparisons"]["short"]["nothing"]["measures"]
    assert measures["cloned_with_heavy_weapons"]["verdict"] == "identical"
    (clones,) = {
        json.dumps(arm["case"]["scenario"]["clones"])
        for arm in json.loads((folder / "split" / "manifest.json").read_text())["arms"].values()
    }
    assert json.loads(clones) == {"number": 5, "start": "ordered", "method": "splitting"}
    runs = runs_of(folder, "split")
    assert runs.groupby("run")["cloned_casualties"].nunique().eq(1).all(), "pairs have the same clones"


@pytest.mark.again  # sim/test_cloning.py has that the clones of a run are always the same
def test_clones_do_not_depend_on_workers(folder):
    words = ("run", "short.yaml", "--runs", "8", *CLONED, "--no-report")
    for workers in ("1", "2"):
        done = dmz(*words, "--workers", workers, "--out", f"w{workers}", cwd=folder)
        assert done.returncode == 0, done.stderr
    same_bytes(folder / "w1", folder / "w2")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--clones", "0"), "found '0'; allowed a whole number, 1 to 1,000"),
        (("--clones-from", "ordered"), "--clones-from is about --clones"),
        (("--clones", "2", "--clones-from", "rung"), "found 'rung'; allowed opened, broadcast, ordered"),
        (("--method", "guessing"), "found 'guessing'; allowed cloning, splitting"),
    ],
)
def test_what_cannot_be_is_refused(folder, words, said):
    done = dmz("run", "short.yaml", *words, "--out", "never", cwd=folder)
    assert done.returncode == 2 and said in " ".join(done.stderr.split())
    assert not (folder / "never").exists()


def test_the_command_allows_what_a_scenario_does():
    """It says so without loading the scenario's schema, so that --help is quick."""
    assert CLONED_FROM == get_args(Level) == tuple(LEVELS)
    assert get_args(Cloning.model_fields["method"].annotation) == CLONED_BY
    assert RANGES["clones"] == WholeNumber(1, MOST_CLONES)
