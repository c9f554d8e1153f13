"""``dmz calibrate`` as a user types it."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import dmz
from experiments.calibration import calibration
from experiments.calibration.calibration import Calibration, Size
from experiments.calibration.checks import Checked
from experiments.calibration.emulator import Emulator
from experiments.calibration.posterior import Sampled
from experiments.calibration.register import RULES, UNKNOWNS, WIDTH, basis
from experiments.calibration.rivals import Weighed
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


def made_up(target, rhat=1.0):
    """A calibration in which the record says nothing: all draws are the prior's."""
    drawn = np.random.default_rng(1).normal(size=(12, WIDTH + 1))
    draws = (drawn - drawn.mean(axis=0)) / drawn.std(axis=0)
    sampled = Sampled(draws[None, None], np.full(WIDTH + 1, rhat), np.full(WIDTH + 1, 80.0))
    n = len(UNKNOWNS)
    fair = Checked(np.full(n, 0.9), np.full(n, 0.5), np.zeros(n), 40, np.zeros(len(RULES)))
    emulator = Emulator({}, {}, np.empty((0, 0)), {}, basis())
    even = [np.full(len(rule.levels), 1 / len(rule.levels)) for rule in RULES]
    weighed = [Weighed(weights, weights, weights, weights, 1.0) for weights in even]
    return Calibration(
        target, draws, sampled, emulator, fair, fair, np.zeros(n), 0.5, (100, 20), 0.5, weighed
    )


@pytest.mark.parametrize("rhat", [1.0, 1.2])
def test_python_gets_what_the_command_prints(rhat, tmp_path, monkeypatch):
    sizes = []

    def calibrate(folder, target, size, *_):
        sizes.append(size)
        return made_up(target, rhat)

    monkeypatch.setattr(command, "calibrate", calibrate)
    monkeypatch.setattr(command, "rates_of", lambda *_: [])
    monkeypatch.setattr(command, "compile_once", lambda say: None)
    monkeypatch.setattr(calibration.mcmc, "keep_chains", lambda *_: None)
    monkeypatch.setattr(calibration, "write_whole", lambda path, write: write(path))
    monkeypatch.chdir(tmp_path)
    found = dmz.calibrate("out", quick=True, workers=1)
    done = typed("again", "--quick")
    assert str(found) == done.stdout.rstrip("\n").replace("again", "out")
    assert sizes[0] == sizes[1] != Size() and found.folder == Path("out")
    assert done.exit_code == (0 if found.accepted else 1) and found.accepted == (rhat == 1.0)
    kept = [(tmp_path / name / "posterior.csv").read_bytes() for name in ("out", "again")]
    assert kept[0] == kept[1] and len(found.posterior) == 12
    assert {path for unknown in UNKNOWNS for path in unknown.paths} <= set(found.posterior)
    assert found.demands["met"].all() == found.accepted and len(found.demands) == 5
    laws = json.loads((tmp_path / "out" / "calibration.json").read_text())["unknowns"]
    table = found.unknowns.set_index("unknown")
    assert list(table.index) == list(laws) and not table["identified"].any()
    assert table.loc["margin", ["low", "median", "high"]].tolist() == laws["margin"]["posterior"]
    assert ("Accepted." if found.accepted else "Not accepted: largest R-hat.") in repr(found)
    assert "margin" in found._repr_html_() and "<table" in found._repr_html_()
