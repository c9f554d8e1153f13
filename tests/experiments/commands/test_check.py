"""``dmz check`` of names that stand for no file: a sentence each, whatever they are."""

import pytest

from experiments.commands.check import check


@pytest.mark.parametrize("name", ["a" * 300, "é" * 200, "", "..", "nope", "a\0b", "/dev/null"])
def test_what_is_no_file_is_one_sentence(name, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert check([name]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert any(said in line for said in ("no such file", "no file", "cannot be read"))


STUDY = """\
name: t
policies: [hotlin, nothing]
scenarios: [baseline, nope]
sweep:
  south.watch.margn_m: [1, 2]
  south.watch.range_m: {low: 300, high: 100, points: 3}
estimate: [clashs]
runs: 1
south: {}
"""


def test_every_error_of_a_study_is_told_at_once(tmp_path, capsys, monkeypatch):
    """Of the file, of what it names, of its measures, and of the arms that can still be made."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.yaml").write_text(STUDY)
    assert check(["t.yaml"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1] for line in lines] == ["2", "3", "5", "6", "7", "8", "9"]
    assert "did you mean hotline?" in lines[0] and "did you mean margin_m?" in lines[2]


def test_two_rules_that_are_wrong_together_hide_no_arm(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.yaml").write_text(
        "name: t\nruns: x\nuntil: decided\nscenarios: [nope]\ndesign: {sobol: 5}\n"
    )
    assert check(["t.yaml"]) == 2
    places = {line.split(": ")[0] for line in capsys.readouterr().err.splitlines()}
    assert {"t.yaml:2:7", "t.yaml:4:13", "t.yaml:5:17"} <= places


def test_of_several_files_every_one_is_judged(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text("extends: hotline\nname: bad\n")
    (tmp_path / "worse.yaml").write_text("name: worse\ndays: 0\n")
    assert check(["bad.yaml", "hotline", "worse.yaml", "baseline"]) == 2
    out, err = capsys.readouterr()
    assert [line.split(":")[0] for line in out.splitlines()] == ["hotline", "baseline"]
    assert [line.split(":")[0] for line in err.splitlines()] == ["bad.yaml", "worse.yaml"]
    assert "but a policy of this name" in err
