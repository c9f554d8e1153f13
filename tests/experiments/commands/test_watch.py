"""``dmz watch`` as it is typed: what is wrong is said before anything is served or written."""

import json
import socket
import sys

import pytest
from little import BUSY
from typer.testing import CliRunner

from experiments.cli import app
from experiments.commands import watch as verb
from experiments.duty.kept import FILE, sealed
from experiments.duty.on_duty import OnDuty, duty_of
from experiments.watch.watched import Asked
from sim.documents import BadInput


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(verb, "NEEDED", ())  # as if the extra were installed


def typed(*words):
    found = CliRunner().invoke(app, ["watch", *words], prog_name="dmz")
    return found.exit_code, " ".join(found.output.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "either a scenario"),
        (["baseline", "--again", "x"], "either a scenario"),
        (["no_such"], "no_such"),
        (["baseline", "--policy", "no_such"], "no_such"),
        (["baseline", "--set", "south.watch.margin_m=1000"], "0 to 100 m"),
        (["baseline", "--play", "west"], "allowed north, south"),
        (["baseline", "--area", "2"], "--area and --out are about --play"),
        (["baseline", "--out", "x"], "--area and --out are about --play"),
        (["baseline", "--play", "south", "--area", "99"], "allowed 1 to 21"),
        (["baseline", "--play", "south", "--area", "0"], "1 or more"),
        (["baseline", "--port", "70000"], "0 to 65,535"),
        (["baseline", "--host", "no such host"], "no address of this machine"),
        (["baseline", "--host", "203.0.113.7", "--no-browser"], "--host: no address of this machine"),
        (["--again", "x"], "there is no decisions.json in it"),
        (["--again", "x", "--seed", "2"], "found --seed beside"),
    ],
)
def test_bad_input_is_told_in_a_sentence_and_nothing_is_written(words, said, tmp_path):
    code, told = typed(*words)
    assert (code, list(tmp_path.iterdir())) == (2, []), told
    assert said in told


def test_of_two_that_begin_at_once_one_has_the_port():
    with verb.listening("127.0.0.1", 0) as first, pytest.raises(BadInput, match="cannot listen"):
        verb.listening("127.0.0.1", first.getsockname()[1])


def test_a_port_that_is_taken_is_told_and_no_folder_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, told = typed("baseline", "--port", port, "--play", "south", "--out", "kept", "--no-browser")
    assert code == 2 and "cannot listen at 127.0.0.1" in told and port in told
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(verb, "NEEDED", ("json", "solara"))
    monkeypatch.setitem(sys.modules, "solara", None)
    code, told = typed("baseline", "--play", "south", "--out", "kept")
    assert code == 2 and "pip install 'dmz-escalation[watch]'" in told and "no solara" in told
    assert "json" not in told and list(tmp_path.iterdir()) == []


def test_decisions_are_played_again_and_what_plays_otherwise_is_told(tmp_path):
    asked = Asked("declared", days=6, seed=3, run=2, assignments=(*BUSY, "north.conduct.attack_intercept=0"))
    model = OnDuty(duty_of(asked, "south", None, tmp_path)())
    while model.running:
        model.to_next()
        model.decide("warning shots")
    code, told = typed("--again", ".")
    assert code == 0 and told.endswith(verb.PAGE)
    assert "to the same bits" in (tmp_path / verb.PAGE).read_text()
    found = json.loads((tmp_path / FILE).read_text())
    found["decisions"][0]["choice"] = "wait"
    for text, wanted, why in (
        (found, 2, "a word of it was changed"),
        (sealed(found), 1, "do not play to the bits that were kept"),
    ):
        (tmp_path / FILE).write_text(json.dumps(text))
        code, told = typed("--again", ".")
        assert code == wanted and why in told
