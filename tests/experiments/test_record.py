"""The model beside the record: which case is played, and that every row of the table is filled."""

import tempfile
from datetime import date
from pathlib import Path

import pytest

from experiments import record
from experiments.pilots import pilot_for
from sim.scenario import load_case


@pytest.mark.parametrize("situation", record.SITUATIONS)
def test_the_months_of_the_record_are_played_under_their_own_rule(situation):
    case, of_2024 = record.in_the_record(situation), load_case("record_2024")
    assert (case.scenario.start, case.scenario.days) == (date(2024, 6, 1), 518)
    assert case.scenario.talks == of_2024.scenario.talks
    assert [each.changes for each in case.overlays] == [each.changes for each in of_2024.overlays]
    rule = [case.parameters(active).south.response.line for active in ((), (0,))]
    assert rule == ["own", "favour_other"]


@pytest.mark.parametrize("situation", record.SITUATIONS)
def test_all_but_the_rule_is_the_situations_own(situation):
    ours = record.in_the_record(situation).parameters((0,))  # the rule of September 2025
    assert ours == load_case(situation).parameters(())


@pytest.mark.parametrize("situation", record.SITUATIONS)
def test_its_pilot_is_the_situations(situation):
    assert pilot_for(record.in_the_record(situation)).scenario == situation


def test_a_file_of_ones_own_is_a_situation_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("{name: mine, south: {watch: {margin_m: 7}}}")
    assert record.in_the_record("mine.yaml").parameters(()).south.watch.margin_m == 7


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    record.in_the_record("mapmade")
    assert list(tmp_path.iterdir()) == []


def test_the_table_has_every_row(monkeypatch):
    short = load_case("record_2024", assignments=["space.length_km=60"], days=120)
    monkeypatch.setattr(record, "in_the_record", lambda situation: short)
    column = record.compare("baseline", runs=4, workers=1)
    assert list(column) == list(record.RECORD)
    assert all(column.values())
    assert column["crossings recorded by the south, a year"].endswith(")")
