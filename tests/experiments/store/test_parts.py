"""Parts appear whole or not at all; the tables do not tell how the runs were cut into parts."""

import json
import os
import random
import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from experiments.play.task import Failure
from experiments.store.files import Damaged, write_seals
from experiments.store.parts import Parts
from experiments.store.rows import SCHEMAS
from experiments.store.tables import INCIDENTS, RUNS
from sim.outcome.outcome import Outcome

ARMS = ["b", "a"]


def outcome(k: int, incidents: int) -> Outcome:
    row = {name: 0 for name in RUNS.names if name != "run"}
    row |= {
        "seed": 1,
        "world": k // 2,
        "luck": k % 2,
        "days": 30.0,
        "ended": False,
        "talks": "none",
        "first_clash_day": None,
        "clashes": k,
    }
    line = {name: None for name in INCIDENTS.names if name not in ("run", "world", "luck")}
    rows = [line | {"incident": i, "rung": 1} for i in range(incidents)]
    return Outcome(row, rows, np.full((30, 2), 0.25), np.repeat([1, 2], [10, 20]))


PLAYED = [(arm, k, outcome(k, k % 3)) for arm in ARMS for k in range(6)]
FAILED = ("b", 6, Failure("RuntimeError: no", "Traceback ..."))


def made(folder, cuts):
    folder.mkdir(exist_ok=True)
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
    assert failures == [
        {"arm": "b", "run": 6, "seed": 1, "error": "RuntimeError: no", "traceback": "Traceback ..."}
    ]
    assert one.table("failures").to_pylist() == failures


def test_small_passes_make_the_same_rows(tmp_path, monkeypatch):
    whole = made(tmp_path / "whole", [PLAYED])
    whole.compact(ARMS)
    monkeypatch.setattr("experiments.store.in_order._ROWS_AT_ONCE", 7)
    passes = made(tmp_path / "passes", [PLAYED])
    passes.compact(ARMS)
    for kind in ("runs", "incidents", "tension"):
        tables = [pq.read_table(parts.folder / f"{kind}.parquet") for parts in (whole, passes)]
        assert tables[0].equals(tables[1])


def test_tension_is_kept_at_the_start_of_every_seventh_day(tmp_path):
    days = Outcome(PLAYED[0][2].row, [], np.arange(60.0).reshape(30, 2), np.repeat([1, 2, 1], 10))
    parts = made(tmp_path, [[("b", 0, days)]])
    (row,) = parts.table("tension").to_pylist()
    assert row["north"] == [0, 14, 28, 42, 56] and row["south"] == [1, 15, 29, 43, 57]


def test_the_talks_are_kept_by_the_days_on_which_they_turned(tmp_path):
    days = Outcome(PLAYED[0][2].row, [], np.full((30, 2), 0.25), np.repeat([1, 2, 1], 10))
    (row,) = made(tmp_path, [[("b", 0, days)]]).table("tension").to_pylist()
    assert row["talks_day"] == [0, 10, 20] and row["talks"] == ["proposed", "ignored", "proposed"]


def test_run_k_is_luck_k_modulo_two_of_world_k_by_two(tmp_path):
    incidents = made(tmp_path, [PLAYED]).table("incidents").to_pylist()
    assert incidents
    for row in incidents:
        assert (row["world"], row["luck"]) == (row["run"] // 2, row["run"] % 2)


def test_a_part_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    parts = made(tmp_path, [PLAYED[:2]])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("experiments.store.files.sync", full)
    with pytest.raises(OSError, match="No space"):
        parts.add(PLAYED[2:4], seed=1)
    assert sorted(os.listdir(tmp_path / "parts")) == ["000001"]
    assert parts.table("runs").num_rows == 2


def test_what_a_dead_process_left_is_swept_away(tmp_path):
    parts = made(tmp_path, [PLAYED[:2]])
    (tmp_path / "parts" / ".000002").mkdir()
    (tmp_path / "parts" / ".000002" / "runs.parquet").write_bytes(b"PAR1 half")
    (tmp_path / ".77-0.part").write_bytes(b"half")
    (tmp_path / ".notes.part").write_bytes(b"a user's own")
    assert parts.open() == []
    assert sorted(os.listdir(tmp_path)) == [".notes.part", "parts"]
    assert sorted(os.listdir(tmp_path / "parts")) == ["000001"]


def test_what_a_process_left_that_died_over_whole_tables_is_swept_away(tmp_path, monkeypatch):
    """It once stayed for ever: parts, and files half-written, beside tables that were complete."""
    parts = made(tmp_path / "hurt", [PLAYED[:5], PLAYED[5:]])
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_, **__: None)  # it was killed before it
        parts.compact(ARMS)
    (tmp_path / "hurt" / "inputs" / "code" / "mine").mkdir(parents=True)
    for place in ("", "inputs", "inputs/code/mine"):
        (tmp_path / "hurt" / place / ".77-0.part").write_bytes(b"half")
    whole = made(tmp_path / "whole", [PLAYED])
    whole.compact(ARMS)
    again = Parts(parts.folder)
    assert again.open() == [] and again.complete and not (parts.folder / "parts").exists()
    assert not list(parts.folder.rglob(".*")) and files(parts.folder) == files(whole.folder)


def test_a_part_with_a_run_that_another_has_is_left_out(tmp_path):
    one = made(tmp_path, [PLAYED[:2]])
    shutil.copytree(tmp_path / "parts" / "000001", tmp_path / "parts" / "000002")
    shutil.copytree(tmp_path / "parts" / "000001", tmp_path / "parts" / "000001 copy")
    (damaged,) = one.open()
    assert damaged.path.name == "000002" and "another part has" in damaged.what
    assert one.rows("runs") == 2


def test_runs_that_are_kept_are_not_kept_again(tmp_path):
    parts = made(tmp_path, [PLAYED[:2], PLAYED[1:4], PLAYED[:4]])
    assert parts.rows("runs") == 4 and len(os.listdir(tmp_path / "parts")) == 2


@pytest.mark.parametrize("after", ["rename", "sync"])
def test_an_interrupt_about_the_renaming_writes_no_run_twice(tmp_path, monkeypatch, after):
    """An interrupt may come once the part is there and before anybody has noted it."""
    parts = made(tmp_path, [PLAYED[:2]])

    def interrupted(path, *target):
        if after == "rename":
            os.rename(path, *target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if after == "rename":
            patch.setattr("pathlib.Path.rename", interrupted)
        else:
            patch.setattr("experiments.store.parts.sync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            parts.add(PLAYED[2:4], seed=1)
    parts.add(PLAYED[2:6], seed=1)
    assert parts.rows("runs") == 6 and Parts(tmp_path).open() == []
    parts.compact(ARMS)
    assert parts.rows("runs") == 6


def flipped(path, luck):
    content = bytearray(path.read_bytes())
    content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
    path.write_bytes(content)


@pytest.mark.parametrize("complete", [False, True])
def test_no_flipped_bit_goes_unnoticed(tmp_path, complete):
    parts = made(tmp_path / "sound", [[*PLAYED, FAILED]])
    if complete:
        parts.compact(ARMS)
    sound = {kind: parts.table(kind).to_pylist() for kind in SCHEMAS}
    luck = random.Random(1)
    for i in range(100):
        folder = tmp_path / f"flipped{i}"
        shutil.copytree(parts.folder, folder)
        files = [path for path in folder.rglob("*") if path.is_file()]
        path = luck.choice(sorted(files))
        flipped(path, luck)
        hurt = Parts(folder)
        try:
            hurt.check()
        except Damaged as damaged:
            assert path in (damaged.path, damaged.path.parent / path.name)
        assert {kind: read(hurt, kind) for kind in SCHEMAS} in (sound, dict.fromkeys(SCHEMAS))


def read(parts, kind):
    try:
        return parts.table(kind).to_pylist()
    except Damaged:
        return None


@pytest.mark.parametrize("hurt", ["cut", "empty", "missing", "foreign", "no seals"])
@pytest.mark.parametrize("kind", ["runs", "incidents", "tension", "failures"])
def test_what_is_damaged_is_named_left_out_and_made_again(tmp_path, kind, hurt):
    whole = made(tmp_path / "whole", [[*PLAYED, FAILED]])
    whole.compact(ARMS)
    made(tmp_path / "hurt", [PLAYED[:5], [*PLAYED[5:], FAILED]])
    part = tmp_path / "hurt" / "parts" / "000002"
    path = part / f"{kind}.parquet"
    match hurt:
        case "cut":
            path.write_bytes(path.read_bytes()[:-9])
        case "empty":
            path.write_bytes(b"")
        case "missing":
            path.unlink()
        case "no seals":
            (part / "sealed.json").unlink()
        case "foreign":
            seals = json.loads((part / "sealed.json").read_text())
            (part / "sealed.json").write_text(json.dumps(seals | {"owner": "others"}))
    parts = Parts(tmp_path / "hurt")
    with pytest.raises(Damaged, match=r"sealed\.json" if hurt in ("foreign", "no seals") else kind):
        parts.table("runs")
    (damaged,) = parts.open()
    assert damaged.path.parent == part and parts.rows("runs") == 5
    parts.add([*PLAYED, FAILED], seed=1)
    parts.compact(ARMS)
    assert files(parts.folder) == files(whole.folder)


def test_tables_of_which_one_is_damaged_are_made_again(tmp_path):
    whole = made(tmp_path / "whole", [[*PLAYED, FAILED]])
    whole.compact(ARMS)
    sound = files(whole.folder)
    (tmp_path / "whole" / "tension.parquet").write_bytes(b"PAR1")
    parts = Parts(whole.folder)
    (damaged,) = parts.open()
    assert damaged.path.name == "tension.parquet" and not parts.complete
    assert parts.rows("runs") == 0
    parts.add([*PLAYED, FAILED], seed=1)
    parts.compact(ARMS)
    assert files(whole.folder) == sound


def test_a_failed_run_that_succeeds_later_counts_once(tmp_path):
    whole = made(tmp_path / "whole", [[*PLAYED, (*FAILED[:2], outcome(6, 2))]])
    whole.compact(ARMS)
    again = made(tmp_path / "again", [[*PLAYED, FAILED]])
    again.compact(ARMS)
    again.reopen()
    assert not again.complete and again.rows("failures") == 1
    assert Parts(again.folder).open() == []
    again.add([FAILED], seed=1)
    assert again.rows("failures") == 1
    again.add([(*FAILED[:2], outcome(6, 2))], seed=1)
    assert again.rows("failures") == 0
    again.compact(ARMS)
    assert files(again.folder) == files(whole.folder)


def test_every_column_of_a_row_is_kept():
    assert [name for name in SCHEMAS["runs"].names if name != "arm"] == RUNS.names
    assert [name for name in SCHEMAS["incidents"].names if name != "arm"] == INCIDENTS.names


def seals_of(folder, name="tables.json"):
    return json.loads((folder / name).read_text())


@pytest.mark.parametrize("sealed", [{}, {"../tables.json": "0"}, {"\x1b[2J": "0"}, []], ids=str)
def test_seals_that_are_none_vouch_for_nothing(tmp_path, sealed):
    parts = made(tmp_path, [PLAYED])
    parts.compact(ARMS)
    seals = seals_of(tmp_path) | {"files": sealed}
    (tmp_path / "tables.json").write_text(json.dumps(seals))
    with pytest.raises(Damaged, match=r"tables\.json: is damaged") as damaged:
        Parts(tmp_path).table("runs")
    assert str(damaged.value).isprintable()
    assert [each.path for each in Parts(tmp_path).open()] == [tmp_path / "tables.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"run": -1},
        {"run": 2**62},
        {"run": None},
        {"run": 1},
        {"arm": None},
        {"days": 0.0},
        {"days": float("nan")},
        {"days": None},
        "columns",
        "another table",
        "no table",
        "failures",
    ],
    ids=str,
)
def test_tables_that_no_runs_made_are_damage_though_their_seals_fit(tmp_path, change):
    parts = made(tmp_path, [[*PLAYED, FAILED]])
    parts.compact(ARMS)
    path = tmp_path / ("failures.json" if change == "failures" else "runs.parquet")
    runs = pq.read_table(tmp_path / "runs.parquet")
    if isinstance(change, dict):
        rows = runs.to_pylist()
        rows[0] |= change
        pq.write_table(pa.Table.from_pylist(rows, schema=runs.schema), path)
    elif change == "columns":
        pq.write_table(runs.drop_columns("clashes"), path)
    elif change == "another table":
        shutil.copy(tmp_path / "incidents.parquet", path)
    else:
        path.write_text("[]")
    write_seals(tmp_path, "tables.json", "", seals_of(tmp_path)["files"])
    for read in (lambda: Parts(tmp_path).table("runs"), lambda: Parts(tmp_path).check()):
        with pytest.raises(Damaged, match=path.name):
            read()
    (damaged,) = Parts(tmp_path).open()
    assert damaged.path == path and not Parts(tmp_path).complete


def test_what_is_no_folder_is_no_part(tmp_path):
    parts = made(tmp_path, [PLAYED[:2]])
    (tmp_path / "parts" / "000002").write_text("x")
    (tmp_path / "parts" / ".x").write_text("x")
    (damaged,) = Parts(tmp_path).open()
    assert damaged.path.parent.name == "000002"
    assert os.listdir(tmp_path / "parts") == ["000001"] and parts.rows("runs") == 2
