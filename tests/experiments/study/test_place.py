"""Folders of verbs that keep no study in them: somebody else's files stay as they are."""

import pytest

from experiments.study.place import own_folder, refuse_no_room
from sim.documents import BadInput


def refusal(out):
    with pytest.raises(BadInput) as bad, own_folder(out, "table", option="FOLDER"):
        pytest.fail("it was taken")
    (line,) = str(bad.value).splitlines()
    return line


def test_a_new_an_empty_and_its_own_folder_are_taken(tmp_path):
    for _ in range(2):
        with own_folder(tmp_path / "a" / "b", "table"):
            (tmp_path / "a" / "b" / "table").mkdir(exist_ok=True)
            (tmp_path / "a" / "b" / "notes.txt").touch()
    (tmp_path / "empty").mkdir()
    with own_folder(tmp_path / "empty", "table"):
        assert "another process" in refusal(tmp_path / "empty")


def test_a_folder_with_somebody_elses_files_and_a_file_are_refused(tmp_path):
    (tmp_path / "posterior.csv").write_text("mine")
    assert refusal(tmp_path).startswith("FOLDER: is not empty")
    assert [each.name for each in tmp_path.iterdir()] == ["posterior.csv"]
    assert "it is a file" in refusal(tmp_path / "posterior.csv")
    assert "cannot be a folder" in refusal(tmp_path / "posterior.csv" / "below")


def test_a_file_in_the_place_of_a_folder_below_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").write_text("mine")
    refuse_no_room(tmp_path / "a", tmp_path / "c")
    with pytest.raises(BadInput, match="b: is to be a folder; found a file; allowed a folder"):
        refuse_no_room(tmp_path / "a", tmp_path / "b")
