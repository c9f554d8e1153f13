"""From played points to verdicts: what is put into them comes out, in tables, figures and picture."""

import json

import numpy as np
import pandas as pd
import pytest
from made_up import assert_legible

from experiments.calibration.inputs import INPUTS
from experiments.calibration.screening import screening
from experiments.calibration.screening.points import ARMS, NO_POLICY, Point, PointTask, play_points, values_at
from experiments.calibration.screening.screening import (
    HEADLINE,
    RECORDED,
    SMALL,
    ScreeningSize,
    found_in,
    outputs,
    plan,
    screen,
)
from experiments.calibration.screening.verdicts import DRAWN, FITTED, FIXED, parameters
from experiments.calibration.simulate import played
from experiments.commands import screening as command
from experiments.pictures.screening import screening_picture
from experiments.pictures.sheet import styled
from experiments.store import piecewise
from experiments.store.piecewise import KEY
from sim.documents import BadInput
from sim.scenario.loading import load_case

pytest.importorskip("SALib")
SIZE = ScreeningSize(trajectories=16, with_policies=12, worlds=2, days=365)
NAMES = [each.name for each in INPUTS]
FIRST = dict(zip(NAMES, np.cumsum([0, *(len(each.members) for each in INPUTS)]), strict=False))


def made_up(size=SIZE, seed=3):
    """Runs whose clashes follow one input, whose hotline follows another, and whose crossings a third."""
    made, points = plan(size, seed, 2000)
    luck = np.random.default_rng(seed)
    rows = []
    for k, point in points.items():
        granted, odds, looks = (
            point.place[FIRST[name]] for name in ("aimed fire granted", "hotline", "looks that confirm")
        )
        for repeat in range(2):
            for world in range(size.worlds):
                other = np.exp(0.3 * np.sin(point.trajectory)) * luck.lognormal(0.0, 0.1)
                expected = 0.3 * np.exp(1.5 * granted) * other
                whole = {KEY: k, "repeat": repeat, "world": world, "years": 1.0, "otherwise": 0.1 * other}
                rates = {"violation": expected, "recorded": 10.0 * np.exp(looks) * luck.lognormal(0.0, 0.1)}
                for arm in ARMS if world == 0 and point.of_policies else (NO_POLICY,):
                    times = np.exp(-2.0 * odds) if arm == "hotline" else 1.0
                    rows.append(whole | rates | {"arm": arm, "expected": expected * times})
    return made, pd.DataFrame(rows)


@pytest.fixture(scope="module")
def found():
    made, table = made_up()
    return found_in(made, table, SIZE, seed=3)


def test_what_was_put_in_comes_out(found):
    drawn = [name for name, verdict in found.verdicts.items() if verdict.drawn]
    assert drawn == ["satellite receivers", "aimed fire granted", "hotline"]
    assert found.verdicts["satellite receivers"].reason.startswith("a policy of the short list is made of it")
    assert "ratio of hotline" in found.verdicts["hotline"].reason
    assert HEADLINE in found.verdicts["aimed fire granted"].reason
    crossings = found.by_output[RECORDED]
    assert crossings["share"].idxmax() == "looks that confirm", "it is told, and bears on no verdict"
    assert found.verdicts["looks that confirm"].reason.startswith(
        "not told from luck; of expected clashes at"
    )
    row = found.by_output[HEADLINE].loc["aimed fire granted"]
    assert row["mu"] == pytest.approx(1.5, abs=0.2) and row["luck"] < 0.5 < row["low"] < row["high"]
    assert (found.by_output["ratio of three_step"][["mu_star", "luck"]] == 0.0).all(axis=None)


def test_its_table_has_a_row_an_input_and_output(found):
    table = found.table
    assert len(table) == len(NAMES) * (3 + 6 + 1) and not table.duplicated(["input", "output"]).any()
    best = table[(table["output"] == HEADLINE) & (table["rank"] == 1)]
    assert best["input"].tolist() == ["aimed fire granted"] and best["matters"].all()
    json.dumps(found.figures)
    assert found.figures["drawn"] == ["satellite receivers", "aimed fire granted", "hotline"]


def test_every_parameter_has_a_verdict_with_a_reason(found):
    fates = found.parameters.set_index("parameter")
    assert set(fates["verdict"]) == {DRAWN, FITTED, FIXED}
    assert (fates.loc[fates["verdict"] != FITTED, "reason"] != "").all()
    assert fates.loc["south.rules.p_grant_action", "verdict"] == DRAWN
    assert fates.loc["hotline.call_minutes", ["verdict", "input"]].tolist() == [DRAWN, "hotline"]
    assert fates.loc["south.watch.margin_m", "verdict"] == FITTED
    assert fates.loc["space.cell_m", "reason"] == "resolution of the computation"
    assert parameters(found.verdicts).equals(found.parameters)


def test_a_picture_can_be_read(found, monkeypatch):
    with styled():
        picture = screening_picture(found)
    words = assert_legible(picture.figure, monkeypatch)
    assert "aimed fire granted" in words and len(picture.data) == len(found.table)


def test_rates_are_of_the_days_played_and_ratios_of_the_same_worlds():
    made, points = plan(SMALL, 1, 2000)
    rows = [
        {KEY: k, "arm": arm, "repeat": r, "world": 0, "years": years, "expected": 2.0 * years}
        | {"violation": years, "otherwise": years, "recorded": 0.0}
        for k, point in points.items()
        for arm, years in ((arm, 0.5 if arm == NO_POLICY else 0.25) for arm in ARMS)
        for r in range(2)
        if arm == NO_POLICY or point.of_policies
    ]
    seen = outputs(pd.DataFrame(rows), made, SMALL)
    assert seen[HEADLINE].shape == (2, len(points)) and seen[HEADLINE] == pytest.approx(np.log(2.05))
    assert seen["ratio of hotline"].shape == (2, 2 * made.length)
    assert seen["ratio of hotline"] == pytest.approx(0.0, abs=1e-12)


def test_a_plan_goes_on_where_a_smaller_one_ended():
    few, points = plan(SMALL, 1, 2000)
    more, others = plan(ScreeningSize(trajectories=5, with_policies=2, worlds=1, days=30), 1, 2000)
    assert (few.x == more.x[: len(few.x)]).all()
    assert all(others[k] == point for k, point in points.items())
    assert len({point.draw for point in others.values()}) == 5, "each trajectory has a draw of its own"


def test_a_point_plays_its_draw_with_its_inputs_moved():
    place = (1.0,) * len(plan(SMALL, 1, 2000)[1][0].place)
    task = PointTask("baseline", 1, 2, (7,), {7: Point(1, 5, place, worlds=1, of_policies=1)})
    rows = play_points(task)[7]["points"]
    assert list(rows["arm"].unique()) == list(ARMS) and len(rows) == 2 * len(ARMS)
    assert (rows[KEY] == 7).all() and rows["years"].to_numpy() == pytest.approx(2.0 / 365.25, rel=0.01)
    case = load_case("baseline", assignments=["ends_after_incidents=400"], days=2)
    moved = case.with_values(case.posterior.draw(5) | values_at(place))
    assert moved.value_of("north.rules.p_grant") > 0.98
    second = rows[(rows["arm"] == NO_POLICY) & (rows["repeat"] == 1)].iloc[0]
    assert second["expected"] == played(moved, 1, 3).row["expected_clashes"]


@pytest.fixture
def no_runs(monkeypatch):
    """Points are not played but made up; the numbers of those that would have been."""
    asked = []

    def at_once(tasks, play, workers):
        _, table = made_up(SMALL, seed=1)
        by_point = {int(k): rows for k, rows in table.groupby(KEY)}
        for task in tasks:
            asked.extend(task.runs)
            yield task, {k: {"points": by_point[k]} for k in task.runs}

    monkeypatch.setattr(piecewise, "on_processes", at_once)
    monkeypatch.setattr(command, "compile_once", lambda say: None)
    return asked


def test_the_program_goes_on_where_it_was_and_refuses_what_is_not_its_own(no_runs, tmp_path, capsys):
    assert command.main([str(tmp_path), "--small"]) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[-1].startswith(
        f"{len(json.loads((tmp_path / 'screening.json').read_text())['drawn'])} of"
    )
    assert {path.name for path in tmp_path.iterdir()} >= {
        "screening.csv",
        "screening.png",
        "screening.svg",
        "parameters.csv",
        "screening.json",
    }
    played_first = len(no_runs)
    first = (tmp_path / "screening.csv").read_bytes()
    assert played_first == 3 * (len(NAMES) + 1)
    assert command.main([str(tmp_path), "--small"]) == 0
    assert len(no_runs) == played_first and (tmp_path / "screening.csv").read_bytes() == first
    with pytest.raises(BadInput, match="name a folder of its own"):
        screen(tmp_path, SMALL, 2, 1, lambda done, of: None)
    for wrong in (["--seed", "-1"], ["--workers", "0"], ["--trajectories", "1"]):
        with pytest.raises(SystemExit) as ended:
            command.main([str(tmp_path / "other"), *wrong])
        assert ended.value.code == 2 and not (tmp_path / "other").exists()


def test_the_scenario_has_a_posterior():
    assert load_case(screening.SCENARIO).posterior is not None
