"""``dmz check`` of names that stand for no file: a sentence each, whatever they are."""

import pytest

from experiments.checking import check


@pytest.mark.parametrize("name", ["a" * 300, "é" * 200, "", "..", "nope", "a\0b", "/dev/null"])
def test_what_is_no_file_is_one_sentence(name, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert check([name]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert any(said in line for said in ("no such file", "no file", "cannot be read"))
