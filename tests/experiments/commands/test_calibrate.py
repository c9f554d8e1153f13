"""``dmz calibrate`` as a user types it."""

import pytest
from typer.testing import CliRunner

from experiments.cli import app
from experiments.commands import calibrate as command


def typed(*words):
    return CliRunner().invoke(app, ["calibrate", *map(str, words), "--workers", "1"])


@pytest.fixture
def played(monkeypatch):
    """Nothing is played: whoever asks is interrupted."""
    asked = []

    def stopped(folder, *_):
        asked.append(folder)
        folder.mkdir(exist_ok=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "calibrate", stopped)
    monkeypatch.setattr(command, "compile_once", lambda say: None)
    return asked


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a_file"], "FOLDER: cannot be a folder of results: it is a file; found a_file"),
        (["a_file/below"], "FOLDER: cannot be a folder of results: Not a directory"),
        (["."], "FOLDER: is not empty; found .; allowed a new or empty folder"),
        (["new", "--record", "no_such"], "no_such/counts.csv"),
    ],
)
def test_bad_input_is_one_error_and_nothing_is_written(words, said, played, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("")
    done = typed(*words)
    assert done.exit_code == 2 and said in done.output, done.output
    assert "Traceback" not in done.output and played == []
    assert [path.name for path in tmp_path.iterdir()] == ["a_file"]


def test_who_stops_it_is_told_that_the_same_command_goes_on(played, tmp_path):
    for _ in range(2):
        done = typed(tmp_path / "out")
        assert done.exit_code == 130
        assert "interrupted; what was played is kept; the same command goes on" in done.output
    assert played == [tmp_path / "out" / "table"] * 2
