"""The figures of one arm, on tables whose truth is known by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from little import run_rows
from shape import strange

from experiments.findings.pilots import PilotTable
from experiments.findings.summary import ArmFigures, ambiguity, any_clash, rates_of, summarise
from experiments.measures import MEASURES, YEAR, by_world
from experiments.statistics.intervals import Pilot, proportion_interval, rate_interval
from sim.scenario.loading import load_case

COLUMNS = ["run", "world", "rung", "begun_by", "perceived_by", "accidental", "cause", "county"]


@pytest.fixture(scope="module")
def case():
    return load_case("declared", days=73)


def summary_of(case, runs, incidents=(), pilots=None):
    runs = runs.assign(incidents=runs["clashes"])
    runs = runs.assign(first_clash_day=np.nan, ended=False) if "ended" not in runs else runs
    return summarise(case, runs, pd.DataFrame(incidents, columns=COLUMNS), pilots)


def test_any_clash_is_a_share_of_worlds_by_their_first_luck():
    """Two lucks of a world are no independent trials."""
    found = any_clash(run_rows("", [1, 0, 0, 5, 2, 1, 0, 0]))
    exact = proportion_interval(2, 4)
    assert (found["estimate"], found["n"], found["events"]) == (0.5, 4, 2)
    assert (found["low"], found["high"]) == (exact.low, exact.high)


def test_ambiguity_has_the_mean_and_5_to_95_percent_of_worlds():
    runs = run_rows("", [0] * 42)
    found = ambiguity(runs.assign(mean_disagreement_m=runs["world"] * 10.0))["mean_disagreement_m"]
    assert found == pytest.approx({"mean": 100.0, "low": 10.0, "high": 190.0})


def test_rates_are_a_year_of_own_exposure():
    runs = run_rows("", [1, 0, 2, 0], np.array([365.0, 73.0, 36.5, 365.0]))
    pools = {name: Pilot.of([1, 2]) for name in MEASURES}
    found = rates_of(by_world(runs, *MEASURES), pools)["clashes"]
    assert found == rate_interval([1, 2], [1.2, 1.1], pool=Pilot.of([1, 2]))
    assert found.estimate == pytest.approx(3 / 2.3)


def test_the_pilot_is_of_other_runs_and_joins_the_arm_once(case):
    runs = run_rows("", [1, 0, 0, 1] + [0] * 16, 73.0)
    pilots = PilotTable("p", True, 50, 100, {"clashes": [20.0, 60.0]})
    found = summary_of(case, runs, pilots=pilots)
    counts, years = [1, 1, *[0] * 8], np.full(10, 0.4)
    pool = Pilot(22.0, 62.0, 60, 120)
    assert found.rates["clashes"] == rate_interval(counts, years, pool=pool)
    assert found.rates["rung_3"].high == rate_interval(np.zeros(10), years).high
    assert "too_few_clusters" in found.data["per_year"]["clashes"]  # 22² / 62 = 7.8
    many = PilotTable("p", True, 50, 100, {"clashes": [40.0, 60.0]})
    per_year = summary_of(case, runs, pilots=many).data["per_year"]
    assert "too_few_clusters" in per_year["clashes"], "it rests on 2 clusters of its own"


def test_the_first_clash_is_cut_off_where_there_was_none(case):
    runs = run_rows("", [1, 1, 1, 0], 73.0).assign(
        first_clash_day=[10.0, 20.0, 30.0, np.nan], ended=[False, True, False, False]
    )
    found = summary_of(case, runs)
    first = found.data["first_clash"]
    assert (first["runs_with_clash"], first["runs_cut_off"]) == (3, 1)
    assert (first["median_day"], first["free_at_end"], first["days"]) == (20.0, 0.25, 73.0)
    assert found.data["ended_runs"] == 1
    few = summary_of(case, runs.assign(first_clash_day=[10.0, np.nan, np.nan, np.nan]))
    assert few.data["first_clash"]["median_day"] is None


def test_accidental_clashes_are_told_by_trigger_cause_and_county(case):
    incident = (0, 0, 3, "violation", "south", True, "map", "Cheorwon")
    lesser = (1, 0, 2, *incident[3:])
    deliberate = (2, 1, 4, "stray_shot", "north", False, "none", "Paju")
    incidents = [incident, incident, lesser, deliberate]
    data = summary_of(case, run_rows("", [2, 0, 0, 0], 73.0), incidents).data
    assert strange(json.loads(json.dumps(data)), ArmFigures) is None
    found = data["clashes_by"]
    told = {"clashes": 2, "per_year": pytest.approx(2 / 0.8)}
    assert found == {"trigger": {"violation": told}, "cause": {"map": told}, "county": {"Cheorwon": told}}


def test_variance_between_worlds_needs_both_lucks_of_a_world(case):
    runs = run_rows("", [3, 3, 0, 0, 1, None, 2, 2], 73.0)
    found = summary_of(case, runs).data["variance_between_worlds"]["clashes"]
    assert (found["estimate"], found["n"], found["events"]) == (1.0, 3, 10)


def test_feedback_is_what_an_incident_adds_to_tension_times_what_tension_adds(case):
    """k + n = k + sum of R J (d ln R / dT) / a, of one kind of incident by hand."""
    parameters = case.parameters(())
    south, north = parameters.south, parameters.north
    slope = max(0.0, north.politics.work_response) + north.conduct.attack_tension
    push = south.politics.jumps[3] * slope
    incident = (0, 0, 3, "violation", "south", True, "map", "Cheorwon")
    found = summary_of(case, run_rows("", [1, 0, 0, 0], 73.0), [incident] * 2).data["feedback"]
    decay = np.log(2) / parameters.feedback.half_life_days
    assert found["k_plus_n"] == pytest.approx(parameters.feedback.k + 2 * push / decay / (4 * 73))
    exact = rate_interval([2 * push, 0.0], np.full(2, decay * 146.0))
    assert found["high"] == pytest.approx(parameters.feedback.k + exact.high)
    assert found["warning"] == (found["high"] > parameters.counting.runaway)


@pytest.mark.parametrize(
    ("rules", "works", "reads", "areas"),
    [
        (["feedback.rule=without_work"], 0.0, 1.0, 1),
        (["feedback.rule=local"], 0.0, 1.0, 21),
        (["north.conduct.attack_rule=spoken_to", "south.conduct.attack_rule=spoken_to"], 1.0, 0.0, 1),
        (["north.conduct.attack_rule=orders", "south.conduct.attack_rule=orders"], 1.0, 0.0, 1),
    ],
)
def test_feedback_knows_what_of_it_a_rule_leaves_out(rules, works, reads, areas):
    """By hand as above: no works that follow, no reading by tension, or an area that feeds itself alone."""
    parameters = (case := load_case("declared", assignments=rules, days=73)).parameters(())
    north = parameters.north
    slope = works * north.politics.work_response + reads * north.conduct.attack_tension
    push = parameters.south.politics.jumps[3] * slope / areas
    incident = (0, 0, 3, "violation", "south", True, "map", "Cheorwon")
    found = summary_of(case, run_rows("", [1, 0, 0, 0], 73.0), [incident] * 2).data["feedback"]
    decay = np.log(2) / parameters.feedback.half_life_days
    assert found["k_plus_n"] == pytest.approx(parameters.feedback.k + 2 * push / decay / (4 * 73))


def test_a_year_is_365_days():
    assert YEAR == 365.0
