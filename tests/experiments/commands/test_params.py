"""``dmz params WORD...`` finds parameters, and tells what their sources say."""

import csv
import io

import pytest

from experiments.commands.params import params
from sim.documents import BadInput


def test_words_find_parameters_with_what_their_source_says(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    assert params(["south.watch.margin_m"], "table") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "<side>.watch.margin_m [m]  default 20; range 0 to 100"
    assert any(line.startswith("      sim/data/priors.csv: ") for line in lines)
    assert max(map(len, lines)) <= 80


def test_without_words_all_are_printed_without_their_sources(capsys):
    assert params([], "table") == 0
    text = capsys.readouterr().out
    assert "border.markers_standing [count]" in text and "sim/data/" not in text


def test_what_is_found_can_be_had_as_csv(capsys):
    assert params(["hotline", "call"], "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows and all("hotline" in row["path"] + row["source"] for row in rows)


def test_words_that_find_nothing_are_answered():
    with pytest.raises(BadInput, match="did you mean margin_m"):
        params(["margni_m"], "table")
    with pytest.raises(BadInput, match="no parameter has all of these words"):
        params(["margin", "hotline"], "table")
