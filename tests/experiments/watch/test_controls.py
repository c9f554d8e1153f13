"""What a viewer can change: as the schema declares it, and no more than was moved."""

import pytest

from experiments.watch.controls import AS_IT_IS, moved, policies_to_pick, sliders_of, talks_to_pick
from sim.parameters.whole import walk
from sim.scenario.loading import load_case, shipped
from sim.scenario.scenario_file import Scenario


@pytest.fixture(scope="module")
def sliders():
    return {each.path: each for each in sliders_of(load_case("baseline").in_world(3))}


def test_every_slider_is_a_declared_parameter_with_its_unit_range_and_source(sliders):
    fields = {".".join(path): field for path, field in walk(Scenario)}
    assert len(sliders) >= 10
    for path, slider in sliders.items():
        extra = fields[path].json_schema_extra
        assert slider.label.endswith(f"[{extra['unit']}]") and extra["source"] in slider.source
        limits = fields[path].metadata
        assert slider.low == max(each.ge for each in limits if hasattr(each, "ge"))
        assert slider.high == min(each.le for each in limits if hasattr(each, "le"))
        assert slider.low <= slider.value <= slider.high
        assert 40 <= (slider.high - slider.low) / slider.step <= 100.5
    assert "Probability that a marker stands [share]" in {each.label for each in sliders.values()}


def test_a_slider_begins_where_its_world_is_and_not_where_the_file_is(sliders):
    case = load_case("baseline")
    margin = sliders["south.watch.margin_m"]
    assert margin.value == case.draw(case.draw_of(3))["south.watch.margin_m"] != case.value_of(margin.path)


def test_a_side_without_works_has_no_slider_for_them(sliders):
    assert "north.works.share" in sliders and "south.works.share" not in sliders


def test_where_a_scenario_counts_its_markers_the_count_is_what_can_be_changed():
    case = load_case("declared", assignments=["border.markers_standing=200", "space.length_km=60"])
    first = sliders_of(case)[0]
    assert (first.path, first.value, first.high) == ("border.markers_standing", 200, 313)
    assert first.moved_to(250.0) == 250 and isinstance(first.moved_to(250.0), int)


def test_what_a_browser_rounds_to_a_step_has_not_been_moved(sliders):
    share, margin = sliders["border.marker_survival"], sliders["south.watch.margin_m"]
    assert (share.value, share.step) == (0.155, 0.01)
    assert share.moved_to(0.16) is None and share.moved_to(0.15) is None and share.moved_to(0.17) == 0.17
    for slider in sliders.values():
        at = slider.low + slider.step * round((slider.value - slider.low) / slider.step)
        assert slider.moved_to(at) is None
    values = {margin.path: 40.0, share.path: share.value, "policy": "no policy"}
    assert [str(each) for each in moved(sliders.values(), values)] == [
        f"south.watch.margin_m {margin.value:.4g} → 40 m"
    ]


def test_policies_as_asked_come_first_then_none_then_all_that_are_shipped():
    found = policies_to_pick(["hotline", "mine.yaml"])
    assert list(found)[:2] == ["as asked: hotline + mine.yaml", "no policy"]
    assert {name for each in found.values() for name in each} >= {*shipped("policies")} - {"nothing"}
    assert next(iter(policies_to_pick([]))) == "no policy"


def test_talks_that_a_scenario_leaves_to_others_cannot_be_picked():
    case = load_case("baseline")
    assert talks_to_pick(case)[0] == AS_IT_IS and "accepted" in talks_to_pick(case)
    assert case.value_of("talks.outcome") not in talks_to_pick(case)
    assert talks_to_pick(load_case("talks_by_chance")) == [AS_IT_IS]
