"""docs/CALIBRATION.md has the figures of the shipped calibration; the baseline is its middle draw."""

from pathlib import Path

from experiments.calibration.nearest import nearest
from experiments.calibration.page import markdown
from experiments.store.files import read_json
from sim.scenario.library import scenario_folder
from sim.scenario.loading import load_case
from sim.scenario.posterior import read_posterior

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_has_the_shipped_figures_and_they_are_accepted():
    figures = read_json(DOCS / "calibration" / "calibration.json")
    page = (DOCS / "CALIBRATION.md").read_text(encoding="utf-8")
    assert markdown(figures) in page
    assert figures["accepted"] and all(demand["met"] for demand in figures["demands"].values())


def test_point_values_of_the_baseline_are_those_of_the_middle_draw():
    posterior = read_posterior(scenario_folder() / "data" / "posterior.csv")
    case = load_case("baseline")
    assert {path: case.value_of(path) for path in posterior.paths} == nearest(posterior)
    assert len(posterior.values) == 2000 and case.held == frozenset()
