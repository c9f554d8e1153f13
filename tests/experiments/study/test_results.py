"""Results read back: as much as is needed, and no more."""

import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from little import SCENARIO
from typed import dmz

from experiments.findings.comparison import audit
from experiments.pictures import NEEDED
from experiments.store.rows import SCHEMAS
from experiments.study.folder import StudyFolder
from experiments.study.results import Results, _fingerprints


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    (folder / "short.yaml").write_text(SCENARIO)
    done = dmz(
        "compare",
        "short.yaml",
        "--policies",
        "wider_margin",
        "--policies",
        "nothing",
        "--runs",
        "6",
        "--out",
        "out",
        "--workers",
        "1",
        "--no-report",
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return folder / "out"


def by_arm(table):
    return dict(tuple(table.groupby("arm", observed=True)))


def test_fingerprints_audit_as_whole_incidents_do(folder):
    found = Results(StudyFolder(folder))
    assert len(found.fingerprints) == len(found.incidents) > 50
    runs, whole, brief = map(by_arm, (found.runs, found.incidents, found.fingerprints))
    base, *others = runs
    for arm in others:
        seen = [audit((runs[arm], table[arm]), (runs[base], table[base])) for table in (whole, brief)]
        assert seen[0] == seen[1] and (seen[0].moments > 0) == ("nothing" not in arm)


@pytest.mark.parametrize("column", ["begun_by", "depth_m", "night", "casualties_north", "s_km"])
def test_a_fingerprint_tells_every_column(folder, column):
    kept = pq.read_table(folder / "incidents.parquet").to_pandas()
    changed = kept.copy()
    value = changed.loc[3, column]
    other = f"{value}x" if isinstance(value, str) else value + 1
    changed.loc[3, column] = not value if isinstance(value, bool | np.bool_) else other
    one, other = (
        _fingerprints(pa.RecordBatch.from_pandas(table, SCHEMAS["incidents"], preserve_index=False))[
            "digest"
        ].to_pylist()
        for table in (kept, changed)
    )
    assert [i for i, pair in enumerate(zip(one, other, strict=True)) if len(set(pair)) > 1] == [3]


def test_a_fingerprint_takes_a_tenth_of_the_room(folder):
    found = Results(StudyFolder(folder))
    brief = found.fingerprints.drop(columns=["arm", "opened"]).memory_usage(deep=True, index=False)
    codes = sum(found.fingerprints[name].cat.codes.nbytes for name in ("arm", "opened"))
    assert (brief.sum() + codes) / len(found.fingerprints) <= 32
    whole = found.incidents.memory_usage(deep=True, index=False).sum()
    assert whole / len(found.incidents) > 250


def test_arms_are_read_one_by_one_when_asked_for(folder, monkeypatch):
    found = Results(StudyFolder(folder))
    asked = []
    table = found._parts.table
    noting = lambda *words, **more: asked.append(words) or table(*words, **more)  # noqa: E731
    monkeypatch.setattr(found._parts, "table", noting)
    tables = {kind: found.by_arm(kind, columns) for kind, columns in NEEDED.items()}
    asked.clear()
    assert list(tables["runs"]) == list(found.manifest["arms"]) and len(tables["tension"]) == 3
    mine = tables["incidents"]["short + nothing"]
    assert mine is tables["incidents"]["short + nothing"]
    assert [words[:2] for words in asked] == [("incidents", list(NEEDED["incidents"]))]
    whole = found.incidents[found.incidents["arm"] == "short + nothing"]
    pd.testing.assert_frame_equal(mine, whole[list(mine)].reset_index(drop=True))
    with pytest.raises(KeyError):
        tables["runs"]["nobody"]


def test_results_in_the_making_are_read_as_complete_ones_are(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "out")
    whole, found = Results(StudyFolder(folder)), Results(StudyFolder(tmp_path / "out"))
    found._parts.reopen()
    assert not found.complete and whole.complete
    assert list(found.by_arm("runs", ["days"])) == list(whole.manifest["arms"])
    for name, mine in found.by_arm("incidents", ["run", "s_km"]).items():
        kept = whole.incidents[whole.incidents["arm"] == name]
        assert sorted(mine["s_km"]) == sorted(kept["s_km"])
    assert sorted(found.fingerprints["digest"]) == sorted(whole.fingerprints["digest"])
