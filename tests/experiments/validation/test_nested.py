"""Nested runs play each draw in worlds of its own; what they tell is what made-up ones were made of."""

import nested
import numpy as np
import pandas as pd
import pytest
from little import SCENARIO

from experiments.calibration.simulate import played
from experiments.store import piecewise as parts
from experiments.validation.ignorance import FLOOR, ignorance
from experiments.validation.nested import NestedDesign, nested_runs
from experiments.validation.nested_words import check_rows, nested_lines, part_rows
from experiments.worlds import LUCKS
from sim.documents import BadInput
from sim.scenario.loading import load_case

POLICY = "wider_margin"


@pytest.fixture
def short(tmp_path):
    """A short scenario over three draws."""
    (tmp_path / "draws.csv").write_text("south.watch.margin_m,north.works.distance_m\n2,30\n8,40\n5,25\n")
    path = tmp_path / "short.yaml"
    path.write_text(SCENARIO.replace("days: 40", "days: 15") + "posterior: draws.csv\n")
    return str(path)


def test_each_draw_is_played_in_worlds_that_play_it(short, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "on_processes", lambda tasks, play, _: ((task, play(task)) for task in tasks))
    design, shown = NestedDesign(2, 2, (POLICY,)), []
    found = nested_runs(tmp_path / "n", short, 3, 7, 1, lambda *done: shown.append(done), design)
    case = load_case(short)
    assert len(found.first) == 3 * LUCKS * 2 and len(found.further) == 2 * 2 * LUCKS * 2
    assert set(found.first["world"]) == {0, 1, 2} and set(found.further["world"]) == {3, 6, 4, 7}
    every = pd.concat([found.first, found.further])
    assert [case.draw_of(world) for world in every["world"]] == list(every["draw"])
    row = found.further[(found.further["world"] == 4) & (found.further["policy"] == POLICY)].iloc[1]
    again = played(load_case(short, (POLICY,)), 7, 4, int(row["luck"])).row
    assert row["expected_clashes"] == again["expected_clashes"] and row["luck"] == 1
    by_world = found.further[found.further["policy"].isna()].groupby("world")["expected_clashes"].sum()
    assert by_world.nunique() > 1, "the worlds of a draw are not one"
    assert shown[-1] == (7, 7)
    with pytest.raises(BadInput, match="of its own"):
        nested_runs(tmp_path / "n", short, 3, 8, 1, lambda *done: None, design)


def test_parts_of_the_variance_are_those_that_runs_were_made_of():
    found = ignorance(
        nested.runs(NestedDesign().cases("baseline"), NestedDesign(), sds=(1.0, 0.6, 0.4)), seed=3
    )
    truth = np.array([1.0, 0.36, 0.16]) / 1.52
    assert [each.share for each in found.log] == pytest.approx(truth, abs=0.15)
    assert all(each.low < share < each.high for each, share in zip(found.log, truth, strict=True))
    assert found.raw[0].share < found.log[0].share
    assert (found.draws, found.worlds, found.lucks, found.first) == (30, 10, 2, 150)
    assert len(part_rows(found.plain)) == 3


def test_runs_without_clashes_are_counted_at_the_floor():
    runs = nested.runs(NestedDesign().cases("baseline"), NestedDesign(), sds=(0.3, 0.1, 0.1))
    none = runs.further["policy"].isna() & (runs.further["luck"] == 0)
    runs.further.loc[none, "expected_clashes"] = 0.0
    found = ignorance(runs, seed=3)
    assert found.at_floor == 0.5
    of_luck = found.log[2]
    assert of_luck.share > 0.95 and of_luck.variance == pytest.approx(0.5 * np.log(FLOOR) ** 2, rel=0.1)


def test_a_fit_that_is_right_is_no_farther_off_than_luck():
    runs = nested.runs(NestedDesign().cases("baseline"), NestedDesign(), noise=0.3)
    checked = {each.policy: each for each in ignorance(runs, 3).checked}
    for (policy, each), truth in zip(checked.items(), (-1.0, -0.2, 0.3), strict=True):
        assert np.mean(each.log_ratios) == pytest.approx(truth, abs=0.05), policy
        assert np.median(each.fitted.log_ratios) == pytest.approx(truth, abs=0.1)
        rms, allowed = each.apart
        assert 0.5 * allowed < rms < 1.6 * allowed
        assert max(each.spreads) < 0.1, "all draws were made alike"
    lowest = checked["no_work_buffer_100m"].plain
    assert lowest["lowers"] == 1.0 and lowest["surely_lower"] == lowest["fit_agrees"] == 30
    assert checked["three_step"].plain["surely_higher"] > 20


def test_a_fit_that_is_wrong_is_told():
    runs = nested.runs(NestedDesign().cases("baseline"), NestedDesign(), noise=0.1)
    raised = runs.further["policy"] == "no_work_buffer_100m"
    runs.further.loc[raised, "expected_clashes"] *= np.exp(2.0)  # lowers by e in first worlds, raises here
    found = ignorance(runs, 3).checked[0]
    rms, allowed = found.apart
    assert rms == pytest.approx(2.0, abs=0.3) and allowed < 0.2
    told = found.plain
    assert told["surely_higher"] == 30 and told["fit_agrees"] == 0


def test_a_spread_that_the_fit_does_not_see_is_told():
    runs = nested.runs(NestedDesign().cases("baseline"), NestedDesign(), noise=0.1)
    own = np.random.default_rng(4).normal(size=30)  # of further worlds alone: no first world has it
    wider = runs.further["policy"] == "wider_margin"
    runs.further.loc[wider, "expected_clashes"] *= np.exp(0.5 * own[runs.further.loc[wider, "draw"]])
    nested_spread, fitted_spread = ignorance(runs, 3).checked[1].spreads
    assert nested_spread == pytest.approx(0.5 * own.std(), rel=0.2) and fitted_spread < 0.1


def test_draws_without_clashes_have_no_ratio():
    runs = nested.runs(NestedDesign().cases("baseline"), NestedDesign())
    runs.further.loc[runs.further["draw"] == 4, "expected_clashes"] = 0.0
    found = ignorance(runs, 3)
    assert [len(each.draws) for each in found.checked] == [29, 29, 29] and 4 not in found.checked[0].draws
    assert all(" of 29 / " in row[2] for row in check_rows(found.plain))
    assert len(nested_lines({"nested": found.plain})) == 4 and nested_lines({"nested": None}) == []
