"""Files appear whole or not at all, in any place, and a seal knows every byte."""

import errno
import os

import pyarrow as pa
import pytest

from experiments.store.files import (
    Damaged,
    count_rows,
    digest_of,
    read_json,
    read_parquet,
    sealed,
    sync,
    unfinished,
    write_json,
    write_parquet,
    write_seals,
    write_whole,
)

TABLE = pa.table({"arm": ["a", "b", "a"], "run": [1, 2, 3]})
PLACES = ("plain", "a:b", "s3:", "with blank", os.fsdecode(b"caf\xe9"), "비무장지대", "x" * 250)


@pytest.mark.parametrize("place", PLACES)
def test_tables_are_kept_in_a_place_of_any_name(tmp_path, place):
    folder = tmp_path / place
    folder.mkdir()
    path = folder / "t.parquet"
    write_whole(path, lambda to: write_parquet(to, [TABLE, TABLE], TABLE.schema))
    write_json(folder / "t.json", {"name": "é"})
    assert count_rows(path) == 6
    assert read_parquet(path, ["run"], [("arm", "==", "b")]).to_pydict() == {"run": [2, 2]}
    write_seals(folder, "seals.json", "me", ["t.parquet", "t.json"])
    assert sealed(folder, "seals.json", "me") == {"t.parquet", "t.json"}


def test_a_file_of_the_longest_name_can_be_written(tmp_path):
    write_json(tmp_path / ("n" * 250 + ".json"), {})
    assert [len(path.name) for path in tmp_path.iterdir()] == [255]


def test_what_was_half_written_leaves_nothing_and_the_old_file_stays(tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("old")

    def half(to):
        to.write_text("new")
        assert unfinished(to)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_whole(path, half)
    assert [each.name for each in tmp_path.iterdir()] == ["t.txt"] and path.read_text() == "old"


def test_a_folder_that_cannot_be_synchronised_is_no_fault(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")

    def invalid(_):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", invalid)
    sync(tmp_path)
    with pytest.raises(OSError, match="Invalid"):
        sync(tmp_path / "file")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"owner": 1}', '{"owner": "me", "files": []}', '{"files": {}}', "[" * 100_000]
)
def test_seals_that_are_none_are_damaged(tmp_path, text):
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(Damaged, match=r"s\.json: is damaged"):
        sealed(tmp_path, "s.json", "me")


def test_seals_know_owner_files_and_bytes(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    with pytest.raises(Damaged, match="is missing"):
        sealed(tmp_path, "s.json", "me")
    write_seals(tmp_path, "s.json", "me", ["a", "b"])
    with pytest.raises(Damaged, match="belongs to other results"):
        sealed(tmp_path, "s.json", "you")
    (tmp_path / "b").write_text("c")
    with pytest.raises(Damaged, match="b: is damaged"):
        sealed(tmp_path, "s.json", "me")
    (tmp_path / "b").unlink()
    with pytest.raises(Damaged, match="b: is missing"):
        sealed(tmp_path, "s.json", "me")
    assert digest_of(tmp_path / "a").startswith("ca978112")


def test_json_that_is_nested_without_end_is_no_value(tmp_path):
    (tmp_path / "deep.json").write_text("[" * 10**5 + "]" * 10**5)
    with pytest.raises(ValueError, match="nested too deeply"):
        read_json(tmp_path / "deep.json")
