"""The benchmark compares like with like: plain Mesa does the same routine work as the field."""

import pytest

from experiments.benchmarks import batch, canned, growth, made
from experiments.benchmarks.cluster import Cost, Measured, projection
from experiments.benchmarks.engine import played, routine
from experiments.benchmarks.plain_mesa import PlainDmz
from experiments.commands.findings import Findings
from experiments.commands.verify import astray
from experiments.play.task import Task, play_task
from experiments.study.draws import keep_draws
from experiments.study.folder import claimed
from experiments.study.play_out import missing, tally_of
from sim.model import DmzModel
from sim.scenario.loading import load_case


def test_plain_mesa_keeps_the_same_distance():
    case = load_case("declared", days=12, assignments=("start=2026-07-01", "clock.warmup_days=0"))
    ours, _ = routine([DmzModel(case, luck=luck, seed=1) for luck in range(4)])
    plain = PlainDmz(DmzModel(case, seed=1))
    for _ in range(12 * 144):
        plain.step()
    assert abs(plain.distance_sum / plain.unit_ticks / ours - 1.0) < 0.05


def test_unit_ticks_of_the_warm_up_count():
    short = load_case("declared", days=2, assignments=["clock.warmup_days=2"])
    longer = load_case("declared", days=4, assignments=["clock.warmup_days=0"])
    ratio = played(DmzModel(short, seed=1)).ticks / played(DmzModel(longer, seed=1)).ticks
    assert abs(ratio - 1.0) < 0.25


def test_mesa_plays_the_same_runs_as_the_batch():
    plan = batch.study(2, days=300)
    rows = batch._by_mesa(2, 300, workers=1)
    ours = [
        result.row
        for arm in plan.arms.values()
        for result in play_task(Task("", arm.case, batch.SEED, range(2))).values()
    ]
    assert [row["incidents"] for row in rows] == [row["incidents"] for row in ours]
    assert sum(row["incidents"] for row in ours) > 0


def test_rows_to_read_back_are_as_many_and_as_varied_as_real_ones():
    found = {each.name: each.median for each in batch.reading(1, 12_000, 20)}
    assert found["rows"] == 12_000
    assert found["runs.parquet"] * 1e6 / 12_000 > 40, "bytes a row: they must not all be the same"


def test_growth_is_measured_against_a_quarter_of_the_runs():
    seconds, times = growth.curves(4_000)
    assert (seconds.unit, times.unit) == ("s", "times")
    assert 0 < seconds.least <= seconds.median and times.least > 0


def test_a_made_study_is_one_that_could_have_been_played(tmp_path):
    plan = made.study_of(tmp_path, arms=4, runs=6, days=5)
    with claimed(plan, tmp_path / "out") as study:
        made.fill(study, part=10)
        assert not missing(plan, tally_of(plan, study.parts))
        study.parts.compact(list(plan.arms))
        keep_draws(study)
    assert list(astray(study)) == []
    found = Findings(study)
    assert len(found.runs) == 24 and found.runs["incidents"].sum() == len(found.incidents) > 0
    by_run = found.incidents.groupby(["arm", "run"], sort=False).size()
    counted = found.runs.set_index(["arm", "run"])["incidents"]
    assert by_run.equals(counted[counted > 0].rename(None))
    assert found.figures["complete"]


def test_canned_outcomes_are_as_large_as_real_ones():
    """Each is an object of its own: what stands twice in a pickle is sent once."""
    task = Task("canned", load_case("declared", days=5), 1, range(8))
    found = canned.outcomes(task)
    assert list(found) == list(range(8)) and found[0].row == found[canned.FEW].row
    assert len({id(each.row) for each in found.values()}) == 8


def test_a_projection_is_bound_by_the_slowest_of_those_who_work_at_once():
    its = Measured(0.036, Cost(0.064, 0.0005), Cost(0.0, 0.0001), 0.001, 0.0001, 1e3, 100.0)
    hours = {each.name: each.median for each in projection(its, runs=7_200_000, workers=40)}
    assert hours["7 M runs: 40 workers play"] == pytest.approx(1.8)
    assert hours["7 M runs: the parent takes and writes"] == pytest.approx(5.0)  # 2.5 ms a run: tasks of 64
    assert hours["in all"] == pytest.approx(5.0 + 0.2) and hours["memory of the parent"] == pytest.approx(
        0.72
    )
    assert hours["workers that the parent can feed"] == pytest.approx(0.036 / 0.0025)
