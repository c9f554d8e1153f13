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
from experiments.findings.tables import brief_incidents, tables_of
from experiments.pictures import NEEDED
from experiments.store import by_arm as store
from experiments.study.folder import StudyFolder
from experiments.study.results import Results


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


def test_brief_tables_audit_as_whole_ones_do(folder):
    found = Results(StudyFolder(folder))
    brief, runs, incidents = tables_of(found), by_arm(found.runs), by_arm(found.incidents)
    assert sum(map(len, brief.incidents.values())) == len(found.incidents) > 50
    base, *others = runs
    for arm in others:
        whole = [(runs[name], incidents[name]) for name in (arm, base)]
        seen = audit(*whole)
        assert audit(brief.of(arm), brief.of(base)) == seen and (seen.moments > 0) == ("nothing" not in arm)


@pytest.mark.parametrize("column", ["begun_by", "depth_m", "night", "casualties_north", "s_km"])
def test_a_digest_tells_every_column(folder, column):
    kept = pq.read_table(folder / "incidents.parquet").to_pandas()
    changed = kept.copy()
    value = changed.loc[3, column]
    other = f"{value}x" if isinstance(value, str) else value + 1
    changed.loc[3, column] = not value if isinstance(value, bool | np.bool_) else other
    one, other = (brief_incidents(pa.Table.from_pandas(each))["digest"] for each in (kept, changed))
    assert np.flatnonzero(one != other).tolist() == [3]


def test_a_digest_takes_a_sixth_of_the_room(folder):
    found = Results(StudyFolder(folder))
    brief = pd.concat(tables_of(found).incidents.values()).memory_usage(deep=True, index=False).sum()
    whole = found.incidents.memory_usage(deep=True, index=False).sum()
    assert brief < whole / 6 and whole / len(found.incidents) > 250


def test_arms_are_read_one_by_one_when_asked_for(folder, monkeypatch):
    found = Results(StudyFolder(folder))
    tables = {kind: found.by_arm(kind, columns) for kind, columns in NEEDED.items()}
    assert list(tables["runs"]) == list(found.manifest["arms"]) and len(tables["tension"]) == 3
    mine = tables["incidents"]["short + nothing"]
    whole = found.incidents[found.incidents["arm"] == "short + nothing"]
    pd.testing.assert_frame_equal(mine, whole[list(mine)].reset_index(drop=True))
    assert list(mine) == list(NEEDED["incidents"])
    with pytest.raises(KeyError):
        tables["runs"]["nobody"]


def test_arms_that_lie_in_several_groups_of_rows_are_read_whole_and_each_group_once(folder, tmp_path):
    table, asked = pq.read_table(folder / "runs.parquet"), []
    pq.write_table(table, tmp_path / "runs.parquet", row_group_size=4)

    def noted(rows):
        asked.append(len(rows))
        return rows.to_pandas()

    arms = [*table["arm"].unique().to_pylist(), "nobody's"]
    found = store.ByArm(arms, tmp_path / "runs.parquet", ["run", "days"], noted)
    read = {arm: rows["run"].tolist() for arm, rows in found.items()}
    assert read == {arm: [*range(6)] for arm in arms[:3]} | {"nobody's": []}
    assert asked == [4, 4, 4, 4, 2, 4], "and the first anew, which nobody's has in its place"


def test_results_in_the_making_are_read_as_complete_ones_are(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "out")
    whole, found = Results(StudyFolder(folder)), Results(StudyFolder(tmp_path / "out"))
    found._parts.reopen()
    assert not found.complete and whole.complete
    assert list(found.by_arm("runs", ["days"])) == list(whole.manifest["arms"])
    for name, mine in found.by_arm("incidents", ["run", "s_km"]).items():
        kept = whole.incidents[whole.incidents["arm"] == name]
        assert mine["s_km"].tolist() == kept["s_km"].tolist()
    for arm in whole.manifest["arms"]:
        for one, other in zip(tables_of(found).of(arm), tables_of(whole).of(arm), strict=True):
            pd.testing.assert_frame_equal(one, other)
