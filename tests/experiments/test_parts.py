"""Parts appear whole or not at all; the tables do not tell how the runs were cut into parts."""

import json
import os

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.parts import SCHEMAS, Parts, locked
from experiments.playing import Failure
from experiments.store import INCIDENTS, RUNS
from sim.documents import BadInput
from sim.outcome import Outcome

ARMS = ["b", "a"]


def outcome(k: int, incidents: int) -> Outcome:
    row = {name: 0 for name in RUNS.names if name != "run"}
    row |= {"seed": 1, "world": k // 2, "luck": k % 2, "days": 30.0, "ended": False,
            "talks": "none", "first_clash_day": None, "clashes": k}  # fmt: skip
    line = {name: None for name in INCIDENTS.names if name not in ("run", "world", "luck")}
    rows = [line | {"incident": i, "rung": 1} for i in range(incidents)]
    return Outcome(row, rows, np.full((30, 2), 0.25))


PLAYED = [(arm, k, outcome(k, k % 3)) for arm in ARMS for k in range(6)]
FAILED = ("b", 6, Failure("RuntimeError: no", "Traceback ..."))


def made(folder, cuts):
    parts = Parts(folder)
    parts.open()
    for cut in cuts:
        parts.add(cut, seed=1)
    return parts


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_the_tables_do_not_tell_how_runs_were_cut(tmp_path):
    one = made(tmp_path / "one", [[*PLAYED, FAILED]])
    many = made(tmp_path / "many", [[each] for each in (FAILED, *PLAYED[::-1])])
    for parts in (one, many):
        parts.compact(ARMS)
        assert parts.complete and not (parts.folder / "parts").exists()
    assert files(one.folder) == files(many.folder)
    runs = pd.read_parquet(one.folder / "runs.parquet")
    assert runs["arm"].tolist() == ["b"] * 6 + ["a"] * 6 and runs["run"].tolist() == [*range(6)] * 2
    incidents = pd.read_parquet(one.folder / "incidents.parquet")
    assert incidents["run"].tolist() == [1, 2, 2, 4, 5, 5] * 2
    failures = json.loads((one.folder / "failures.json").read_text())["failures"]
    assert failures == [{"arm": "b", "run": 6, "seed": 1, "error": "RuntimeError: no",
                         "traceback": "Traceback ..."}]  # fmt: skip
    assert one.table("failures").to_pylist() == failures


def test_small_passes_make_the_same_rows(tmp_path, monkeypatch):
    whole = made(tmp_path / "whole", [PLAYED])
    whole.compact(ARMS)
    monkeypatch.setattr("experiments.parts._ROWS_AT_ONCE", 7)
    passes = made(tmp_path / "passes", [PLAYED])
    passes.compact(ARMS)
    for kind in ("runs", "incidents", "tension"):
        tables = [pq.read_table(parts.folder / f"{kind}.parquet") for parts in (whole, passes)]
        assert tables[0].equals(tables[1])


def test_tension_is_kept_at_the_start_of_every_seventh_day(tmp_path):
    parts = made(tmp_path, [PLAYED[:1]])
    assert parts.table("tension").to_pylist()[0]["north"] == [0.25] * 5


def test_a_part_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    parts = made(tmp_path, [PLAYED[:2]])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("experiments.parts._sync", full)
    with pytest.raises(OSError, match="No space"):
        parts.add(PLAYED[2:4], seed=1)
    assert sorted(os.listdir(tmp_path / "parts")) == ["000001"]
    assert parts.table("runs").num_rows == 2


def test_what_a_dead_process_left_is_swept_away(tmp_path):
    parts = made(tmp_path, [PLAYED[:2]])
    (tmp_path / "parts" / ".000002").mkdir()
    (tmp_path / "parts" / ".000002" / "runs.parquet").write_bytes(b"PAR1 half")
    (tmp_path / ".runs.parquet.77.part").write_bytes(b"half")
    parts.open()
    assert sorted(os.listdir(tmp_path)) == ["parts"]
    assert sorted(os.listdir(tmp_path / "parts")) == ["000001"]


def test_a_run_that_stands_twice_is_refused(tmp_path):
    parts = made(tmp_path, [PLAYED[:2], PLAYED[1:3]])
    with pytest.raises(ValueError, match="1 runs stand in two parts"):
        parts.compact(ARMS)
    assert not parts.complete


def test_a_folder_is_filled_by_one_process_at_a_time(tmp_path):
    with locked(tmp_path), pytest.raises(BadInput, match="another process"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_every_column_of_a_row_is_kept():
    assert [name for name in SCHEMAS["runs"].names if name != "arm"] == RUNS.names
    assert [name for name in SCHEMAS["incidents"].names if name != "arm"] == INCIDENTS.names
