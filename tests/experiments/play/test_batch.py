"""Batches: two lucks in each world, the same rows whatever the workers, nothing lost at Ctrl-C."""

import little
import numpy as np
import pandas as pd
import pytest

from experiments.findings.pilots import pilot_for
from experiments.findings.summary import summarise
from experiments.measures import MEASURES, SUMMED, with_totals
from experiments.play.batch import run_batch
from experiments.store.tables import RUNS, incident_table, table_of
from sim.scenario.loading import load_case

BUSY = (*little.BUSY, "north.conduct.attack_intercept=0")


@pytest.fixture(scope="module")
def case():
    return load_case("declared", assignments=BUSY, days=60)


@pytest.fixture(scope="module")
def batch(case):
    return run_batch(case, 12)


def test_two_lucks_share_a_world(batch):
    runs = pd.DataFrame(batch.run_rows())
    assert runs["world"].tolist() == [k // 2 for k in range(12)]
    assert runs["luck"].tolist() == [0, 1] * 6
    per_world = runs.groupby("world")["mean_disagreement_m"].nunique()
    assert (per_world == 1).all() and runs["mean_disagreement_m"].nunique() == 6


def test_an_interrupt_keeps_what_was_finished(case):
    finished = []

    def stop_at_three(outcome):
        finished.append(outcome)
        if len(finished) == 3:
            raise KeyboardInterrupt

    batch = run_batch(case, 100, done=stop_at_three)
    assert batch.interrupted and sorted(batch.outcomes) == [0, 1, 2] and batch.planned == 100


def test_every_figure_has_an_interval_that_holds_its_estimate(case, batch):
    runs = with_totals(batch.run_rows())
    incidents = incident_table(batch.incident_rows()).to_pandas()
    summary = summarise(case, runs, incidents, pilot_for(case))
    for name in MEASURES:
        rate = summary.rates[name]
        assert 0 <= rate.low <= rate.estimate <= rate.high or name in SUMMED, "whose rate has no interval"
        assert rate.events == pytest.approx(runs[name].sum())
        assert rate.estimate == pytest.approx(runs[name].sum() / summary.data["exposed_years"])
    rungs = [summary.rates[f"rung_{r}"].events for r in range(1, 7)]
    assert rungs == sorted(rungs, reverse=True) and rungs[2] > 0
    assert summary.rates["clashes"].events == (
        summary.rates["clashes_violation"].events + summary.rates["clashes_otherwise"].events
    )
    assert summary.data["feedback"]["low"] <= summary.data["feedback"]["k_plus_n"]


def test_a_batch_without_any_incident_has_figures_too():
    case = load_case(
        "declared",
        days=3,
        assignments=(
            *BUSY,
            "north.works.slots=0",
            "mines.strikes_per_km=0",
            "mines.strikes_per_party_day=0",
            "north.stray.per_post_year=0",
            "south.stray.per_post_year=0",
        ),
    )
    batch = run_batch(case, 4)
    runs = with_totals(batch.run_rows())
    incidents = incident_table(batch.incident_rows()).to_pandas()
    assert incidents.empty and list(incidents)[:2] == ["run", "world"]
    summary = summarise(case, runs, incidents, None)
    assert summary.rates["clashes"].low == 0 < summary.rates["clashes"].high
    assert summary.data["per_year"]["clashes"]["too_few_clusters"]


def test_one_run_alone_has_figures(case):
    batch = run_batch(case, 1)
    summary = summarise(
        case, with_totals(batch.run_rows()), incident_table(batch.incident_rows()).to_pandas(), None
    )
    assert summary.data["variance_between_worlds"] == dict.fromkeys(
        ("recorded_by_south", "clashes", "expected_clashes")
    )


def test_the_types_of_a_column_do_not_depend_on_its_values(batch):
    rows = batch.run_rows()
    quiet = [row for row in rows if row["first_clash_day"] is None] or [rows[0] | {"first_clash_day": None}]
    assert table_of(quiet, RUNS).schema == table_of(rows, RUNS).schema


def test_an_end_at_a_rung_is_not_a_cut_off():
    case = load_case("declared", assignments=(*BUSY, "ends_at_rung=2"), days=60)
    runs = pd.DataFrame(run_batch(case, 4).run_rows())
    assert runs["ended"].any()
    assert (runs.loc[runs["ended"], "days"] < 60).all()
    assert np.allclose(runs.loc[~runs["ended"], "days"], 60)
    assert (runs["rung_2"] <= 1).all()


@pytest.mark.parametrize(("runs", "workers"), [(0, 1), (-3, 1), (2, 0)])
def test_no_runs_and_nobody_to_play_them_are_refused(case, runs, workers):
    with pytest.raises(ValueError, match="1 or more"):
        run_batch(case, runs, workers=workers)
