"""All four situations: a scenario laid over each, and what it sets again."""

import pytest
from little import SCENARIO

from experiments.design import situations
from experiments.design.arms import plan_of, read_study
from experiments.design.request import Several, asked_again, several_plan
from experiments.design.situations import SITUATIONS, STRESS_TEST, Situated, set_again_words, situated
from experiments.findings.likeness import FEWEST
from experiments.validation.regions import write_regions
from sim.documents import BadInput
from sim.scenario.loading import load_case

STRESSED = [
    SITUATIONS[0],
    *(f"{name} ({STRESS_TEST})" for name in SITUATIONS[1:]),
]  # where there is no region


@pytest.fixture(autouse=True)
def regions(tmp_path, monkeypatch):
    """A folder of regions, with none in it."""
    folder = tmp_path / "regions"
    folder.mkdir()
    monkeypatch.setattr(situations, "region_folder", lambda: folder)
    return folder


@pytest.fixture
def scenario(tmp_path, monkeypatch):
    (tmp_path / "short.yaml").write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    return "short.yaml"


def test_a_situation_stands_for_all_four():
    found = several_plan(Several("straying", ("hotline",), runs=2, situations=True))
    assert list(found.futures) == STRESSED
    assert all(set(arms) == {None, "hotline"} for arms in found.futures.values())
    assert found.factors == {"scenario": SITUATIONS}
    assert "--situations" in found.command.split()
    assert asked_again(found.request).manifest() == found.manifest()


def test_a_scenario_lies_over_each_situation(scenario):
    found = several_plan(Several(scenario, ("hotline",), runs=2, situations=True))
    assert list(found.futures) == [f"short, in {situation}" for situation in STRESSED]
    names = dict(zip(SITUATIONS, found.futures, strict=True))
    arms = {each: found.futures[names[each]][None].case.tree for each in SITUATIONS}
    assert {each: tree["north"]["navigation"]["error_m"] for each, tree in arms.items()} == {
        "baseline": load_case("baseline").tree["north"]["navigation"]["error_m"],
        "straying": 11,
        "misjudged": 4,
        "mapmade": 3.5,
    }
    for tree in arms.values():
        assert tree["south"]["watch"]["margin_m"] == 5, "the file is above the situation"
        assert tree["north"]["works"]["distance_m"] == 35


def test_a_situation_is_in_the_place_of_the_baseline_that_a_scenario_extends(tmp_path, monkeypatch):
    """Else every situation would have the baseline's values, and draws, under its own name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("extends: baseline\nname: mine\nsouth: {watch: {margin_m: 5}}\n")
    found = several_plan(Several("mine.yaml", ("hotline",), runs=2, situations=True))
    assert list(found.futures) == [f"mine, in {situation}" for situation in STRESSED]
    cases = dict(zip(SITUATIONS, (arms[None].case for arms in found.futures.values()), strict=True))
    for situation, case in cases.items():
        alone = load_case(situation)
        assert case.value_of("north.navigation.error_m") == alone.value_of("north.navigation.error_m")
        assert case.value_of("south.watch.margin_m") == 5
        assert (case.posterior is None) == (alone.posterior is None)
    assert cases["baseline"].held == {"south.watch.margin_m"}


def test_values_that_the_file_sets_again_are_named(scenario):
    assert set_again_words(Situated(0, scenario, "straying")) == ""
    said = set_again_words(Situated(0, scenario, "mapmade"))
    again = "south.watch.margin_m = 5 instead of 12"
    assert said == f"over mapmade, short.yaml sets again what the situation sets: {again}"
    found = several_plan(Several(scenario, ("hotline",), runs=2, situations=True))
    assert said in found.description
    assert set_again_words(Situated(0, "straying", None)) == ""
    with pytest.raises(BadInput):
        set_again_words(Situated(0, "nowhere", "straying"))


def test_a_study_file_may_ask_for_all_situations(tmp_path, scenario):
    (tmp_path / "study.yaml").write_text(
        "name: s\nscenarios: [short.yaml, baseline]\nsituations: true\npolicies: [hotline]\nruns: 2\n"
    )
    found = plan_of(read_study("study.yaml", {}), "c", {})
    assert list(found.futures) == [f"short, in {each}" for each in STRESSED] + STRESSED


def test_the_shipped_study_plays_every_policy_in_all_four():
    found = plan_of(read_study("policies_by_situation", {}), "c", {})
    assert list(found.futures) == STRESSED and found.pairs == 4 * 22


def test_the_same_situation_is_played_once():
    assert [one.scenario for one in situated(["baseline", "straying"], True)] == list(SITUATIONS)
    assert situated(["baseline"], False) == [Situated(0, "baseline")]


def test_a_situation_that_enough_draws_are_like_is_played_by_these(scenario, regions):
    drawn = load_case("baseline").posterior
    like = {"straying": range(0, 99), "misjudged": range(5, 5 + FEWEST), "mapmade": []}
    assert write_regions(regions, drawn, like, 300) == ["misjudged"]
    found = several_plan(Several("baseline", ("hotline",), runs=2, situations=True))
    names = ["baseline", STRESSED[1], "misjudged by draws", STRESSED[3]]
    assert list(found.futures) == names
    case = found.futures["misjudged by draws"][None].case
    assert len(case.posterior.values) == FEWEST and case.draw(0) == load_case("baseline").draw(5)
    over = several_plan(Several(scenario, ("hotline",), runs=2, situations=True))
    assert list(over.futures) == [f"short, in {name}" for name in names]
    point_values = ("posterior=null",)
    fixed = several_plan(Several("baseline", ("hotline",), runs=2, assignments=point_values, situations=True))
    assert [name.partition(",")[0] for name in fixed.futures] == list(SITUATIONS), (
        "point values have no region"
    )
    assert write_regions(regions, drawn, {**like, "misjudged": []}, 300) == []
    assert not list(regions.iterdir())
