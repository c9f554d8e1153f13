"""A history is the runs of its stretches, summed up as the calibration sums them up."""

import json

import numpy as np
import pandas as pd
import pytest

from experiments.calibration.simulate import of_works, played
from experiments.store import piecewise as parts
from experiments.store.piecewise import KEY
from experiments.validation.calendars import STRETCHES, WORKS
from experiments.validation.history import TABLES, HistoryTask, histories, play_histories
from sim.documents import BadInput

(BUSY,) = (each for each in STRETCHES if each.period.first.year == 2014)
SHORT = (BUSY, WORKS)


@pytest.fixture(scope="module")
def two():
    return play_histories(HistoryTask("baseline", 1, (0, 2), SHORT))


def test_its_sums_are_those_of_a_row_of_the_table(two):
    case = WORKS.case("baseline")
    for k, tables in two.items():
        outcome = played(case, 1, k)
        wanted = of_works(outcome, np.random.default_rng([1, k]))
        # the year before it draws of the same luck, so that only what is not picked is the same
        row = tables["rows"].iloc[0]
        sums = [name for name in wanted if not name.startswith(("depth", "party", "work_share"))]
        assert {name: row[name] for name in sums} == pytest.approx({n: wanted[n] for n in sums}, nan_ok=True)
        assert row["row"] == k and len(sums) > 30
    assert two[0]["rows"]["total"].iloc[0] != two[2]["rows"]["total"].iloc[0]


def test_its_crossings_and_incidents_have_their_dates(two):
    tables = two[2]
    assert set(tables) == set(TABLES) and all((table[KEY] == 2).all() for table in tables.values())
    year = tables["crossings"]["opened"].str[:4]
    assert set(year) <= {"2014", "2024", "2025"} and len(tables["crossings"]) > 5
    counted = tables["crossings"]["opened"] >= "2024-06"
    assert counted.sum() == tables["rows"]["total"].iloc[0]
    assert list(tables["runs"]["first"]) == ["2014-01-01", "2024-04-01"]
    assert len(tables["incidents"]) >= len(tables["crossings"])


def test_a_history_without_crossings_has_the_types_of_others(two):
    for name in ("crossings", "incidents"):
        empty = two[0][name].iloc[:0]
        both = pd.concat([empty, two[2][name]], ignore_index=True)
        assert (both.dtypes == two[2][name].dtypes).all()


def test_they_are_kept_and_go_on(tmp_path, two, monkeypatch):
    monkeypatch.setattr(parts, "on_processes", lambda tasks, play, _: ((task, play(task)) for task in tasks))
    found = histories(tmp_path, "baseline", 1, 1, 1, stretches=SHORT)
    assert found["rows"].drop(columns=KEY).equals(two[0]["rows"].drop(columns=KEY))
    more = histories(tmp_path, "baseline", 4, 1, 1, stretches=SHORT)
    assert sorted(more["rows"][KEY]) == [0, 1, 2, 3]
    last = more["rows"].set_index(KEY).loc[2]
    assert last["total"] == two[2]["rows"]["total"].iloc[0]
    with pytest.raises(BadInput, match="another scenario, seed or version"):
        histories(tmp_path, "baseline", 4, 2, 1, stretches=SHORT)
    assert json.loads((tmp_path / "asked.json").read_text())["asked"]
