"""The model beside the record: which case is played, and that every row of the table is filled."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from experiments.calibration.record import Period, Record
from experiments.calibration.record.crossings import window
from experiments.design.situations import SITUATIONS
from experiments.findings.pilots import pilot_for
from experiments.validation import beside
from sim.scenario.loading import load_case


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_months_of_the_record_are_played_under_their_own_rule(situation):
    case, of_2024 = beside.in_the_record(situation), load_case("record_2024")
    assert (case.scenario.start, case.scenario.days) == (date(2024, 6, 1), 518)
    assert case.scenario.talks == of_2024.scenario.talks
    assert [each.changes for each in case.overlays] == [each.changes for each in of_2024.overlays]
    rule = [case.parameters(active).south.response.line for active in ((), (0,))]
    assert rule == ["own", "favour_other"]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_all_but_the_rule_is_the_situations_own(situation):
    ours = beside.in_the_record(situation).parameters((0,))  # the rule of September 2025
    assert ours == load_case(situation).parameters(())


@pytest.mark.parametrize("situation", SITUATIONS)
def test_its_pilot_is_the_situations(situation):
    assert pilot_for(beside.in_the_record(situation)).scenario == situation


def test_a_file_of_ones_own_is_a_situation_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("{name: mine, south: {watch: {margin_m: 7}}}")
    assert beside.in_the_record("mine.yaml").parameters(()).south.watch.margin_m == 7


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    beside.in_the_record("mapmade")
    assert list(tmp_path.iterdir()) == []


def test_the_table_has_every_row(monkeypatch):
    short = load_case("record_2024", assignments=["space.length_km=60"], days=120)
    monkeypatch.setattr(beside, "in_the_record", lambda situation: short)
    column = beside.compare("baseline", runs=4, workers=1)
    assert list(column) == list(beside.record())
    assert all(column.values())
    assert column["crossings recorded by the south, a year"].endswith(")")


def test_the_record_of_the_readme_is_that_of_the_tables():
    values = list(beside.record().values())
    assert values[:4] == [
        "10.6 (15 in 17 months)",
        "1.8 (17 months)",
        "0.25 (6 in 23.8 years; 8 exchanges in all)",
        "0.11 (2 of 18 told)",
    ]
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    for row, value in beside.record().items():
        assert f"\n| {row} | {value} | " in readme


def test_the_scenario_of_the_record_has_its_months():
    scenario = beside.in_the_record("baseline").scenario
    last = scenario.start + timedelta(days=scenario.days - 1)
    assert Period(scenario.start, last) == window(Record.read())
