"""What is asked for beside the files: in which order it lies, where it holds, and what replaces it."""

import json

import pytest

from sim.documents import parse
from sim.scenario.case import Case
from sim.scenario.loading import load_case
from sim.scenario.settings import SET, plain, settings_in

MARGIN = "south.watch.margin_m"
ALL = {
    "top": """
        {extends: [low, high], name: top, days: 90, start: 2026-01-01,
         talks: {outcome: accepted, agreed_clauses: [clause], implemented_clauses: []},
         injects: [{name: event, date: 2026-01-01, set: {south: {watch: {margin_m: 15}}}}]}
        """,
    "low": "{name: low, south: {watch: {margin_m: 11}}}",
    "high": "{name: high, south: {watch: {margin_m: 12}}}",
    "one": "{name: one, binds: [south], set: {south: {watch: {margin_m: 16}}}}",
    "two": "{name: two, binds: [south], set: {south: {watch: {margin_m: 17}}}}",
    "clause": "{name: clause, binds: [south], set: {south: {watch: {margin_m: 18}}}}",
}
LEVEL = parse("{south: {watch: {margin_m: 13}}}", "study.yaml")


def margin(case: Case, *active: int) -> float:
    return case.parameters(active).south.watch.margin_m


def whole(folder, tmp_path, assignments=(), levels=(), policies=()) -> Case:
    folder(**ALL)
    own = [str(tmp_path / f"{name}.yaml") for name in policies]
    return load_case(str(tmp_path / "top.yaml"), own, assignments, levels=levels)


def test_the_order_lowest_first(folder, tmp_path):
    set_too = whole(folder, tmp_path, [f"{MARGIN}=14"], [LEVEL], ["one", "two"])
    assert margin(load_case("declared")) == 20  # a declared default
    assert margin(folder(**ALL)) == 12  # the last file that it extends
    assert margin(whole(folder, tmp_path, levels=[LEVEL])) == 13
    assert margin(set_too) == 14
    assert [each.name for each in set_too.overlays] == ["event", "one", "two", "clause"]
    assert [margin(set_too, *range(n)) for n in (1, 2, 3, 4)] == [15, 16, 17, 18]


def test_what_is_set_is_hashed_as_a_file_with_that_value(folder):
    values = {MARGIN: "30", "border.marker_spacing_m": "150", "start": "2026-02-01", "days": "20"}
    text = """
        {name: a, start: 2026-02-01, days: 20, border: {marker_spacing_m: 150},
         south: {watch: {margin_m: 30.0}}}
        """
    asked = folder([], [f"{path}={value}" for path, value in values.items()], a="{name: a}")
    written = folder(b=text)
    assert asked.content_hash == written.content_hash
    assert asked.assigned == tuple(values) and written.assigned == ()
    assert asked.parameters(()) == written.parameters(())
    level = folder(a="{name: a}", b=text)
    assert level.content_hash != asked.content_hash


def test_a_level_is_hashed_as_a_file_with_that_value(folder, tmp_path):
    folder(a="{name: a}")
    level = parse("{south: {watch: {margin_m: 30}}}", "study.yaml")
    found = load_case(str(tmp_path / "a.yaml"), levels=[level])
    assert found.content_hash == folder([], [f"{MARGIN}=30"], a="{name: a}").content_hash
    assert found.assigned == ()


def test_a_value_is_the_scenarios_own_and_exact(folder):
    case = folder(
        [], [f"{MARGIN}=23.461731234567891", "north.rules.steps=[broadcast]", "days=9"], a="{name: a}"
    )
    assert case.value_of(MARGIN) == 23.461731234567891
    assert case.value_of("north.rules.steps") == ["broadcast"]
    assert case.value_of("start") == "2025-11-01" and case.value_of("ends_at_rung") is None


def names(case: Case) -> list[tuple]:
    return [(each.asked.by, each.asked.value, each.instead.by, each.instead.value) for each in case.replaced]


def test_whatever_replaces_what_was_asked_is_known(folder, tmp_path):
    case = whole(folder, tmp_path, [f"{MARGIN}=14"], [LEVEL], ["one", "two"])
    asked = [("a level", 13), (SET, 14), ("one", 16), ("two", 17)]
    above = [(SET, 14), ("event", 15), ("one", 16), ("two", 17), ("clause", 18)]
    after = {"a level": 0, SET: 1, "one": 3, "two": 4}
    assert set(names(case)) == {(*each, *other) for each in asked for other in above[after[each[0]] :]}
    assert {each.asked.path for each in case.replaced} == {MARGIN}


FREE = "{name: a, start: 2026-01-01, days: 30}"


@pytest.mark.parametrize(
    "change",
    [
        "{plus: 20}",
        "{times: 2, at_most: 50}",
        "30.0",  # the same value
    ],
)
def test_a_relative_change_and_the_same_value_replace_nothing(folder, change):
    policy = f"{{name: p, binds: [south], set: {{south: {{watch: {{margin_m: {change}}}}}}}}}"
    assert names(folder(["p"], [f"{MARGIN}=30"], a=FREE, p=policy)) == []


def test_an_absolute_change_over_a_relative_one_replaces_it(folder):
    files = {
        "p": "{name: p, binds: [south], set: {south: {watch: {margin_m: {plus: 5}}}}}",
        "q": "{name: q, binds: [south], set: {south: {watch: {margin_m: 40}}}}",
    }
    assert names(folder(["p", "q"], a=FREE, **files)) == [("p", {"plus": 5}, "q", 40)]
    assert names(folder(["q", "p"], a=FREE, **files)) == []


def test_what_is_never_in_force_replaces_nothing(folder):
    inject = "{name: x, date: 2026-01-20, set: {south: {watch: {margin_m: 40}}}}"
    text = FREE.replace("}", f", injects: [{inject}]}}")
    assert len(names(folder([], [f"{MARGIN}=30"], a=text))) == 1
    assert names(folder([], [f"{MARGIN}=30"], 19, a=text)) == []
    over = text.replace("date: 2026-01-20", "date: 2026-01-01, until: 2026-01-02")
    assert len(names(folder([], [f"{MARGIN}=30"], a=over))) == 1


def test_a_policy_that_is_named_twice_stands_at_its_last_place(folder):
    files = {
        name: f"{{name: {name}, binds: [south], set: {{south: {{watch: {{margin_m: {value}}}}}}}}}"
        for name, value in (("p", 40), ("q", 50))
    }
    assert names(folder(["p", "q", "p"], a=FREE, **files)) == [("q", 50, "p", 40)]
    assert names(folder(["p", "p"], a=FREE, **files)) == []


def test_a_value_that_is_set_twice_is_replaced_too(folder):
    case = folder([], [f"{MARGIN}=30", "south.watch={margin_m: 31, eye_only: 0.1}"], a=FREE)
    assert names(case) == [(SET, 30, SET, 31)]
    assert case.assigned == (MARGIN, "south.watch.eye_only")
    assert f"--set: {MARGIN}: is set twice, before to 30; found 31;" in str(case.replaced[0].problem)


def test_both_places_are_named(folder, tmp_path):
    policy = "name: p\nbinds: [south]\nset:\n  south: {watch: {margin_m: 40}}\n"
    (found,) = folder(["p"], [f"{MARGIN}=30"], a=FREE, p=policy).replaced
    assert str(found.problem) == (
        f"{tmp_path}/p.yaml:4:19: {MARGIN}: the policy 'p' replaces what --set sets, 30; "
        "found 40; allowed one of the two"
    )
    other = policy.replace("name: p", "name: q").replace("40", "50")
    (found,) = folder(["p", "q"], a=FREE, p=policy, q=other).replaced
    said = f"q.yaml:4:19: {MARGIN}: the policy 'q' replaces what the policy 'p' ({tmp_path}/p.yaml:4:19) sets"
    assert said in str(found.problem)


def test_what_a_clause_replaces_is_said_with_what_to_do():
    """Neither the clause nor its file was named by who asked."""
    (found,) = load_case("talks_accepted", ["survey_5km_week"]).replaced
    where, _, said = str(found.problem).partition(": survey.km_per_week: ")
    assert where.endswith("survey_1km_week.yaml:8:12")
    assert said.startswith(
        "the clause survey_1km_week of the agreement replaces what the policy 'survey, 5 km"
    )
    assert "allowed to leave the policy 'survey, 5 km a week' out, or that clause out of " in said
    assert (
        "talks.implemented_clauses (--set talks.implemented_clauses=[...]); `dmz compare` plays both" in said
    )
    without = load_case("talks_accepted", ["survey_5km_week"], ["talks.implemented_clauses=[]"])
    assert without.replaced == ()


def test_what_was_asked_and_replaced_survives_a_manifest(folder, tmp_path):
    case = whole(folder, tmp_path, [f"{MARGIN}=14", "start=2026-01-01"], policies=["one"])
    again = Case.revived(json.loads(json.dumps(case.saved)), tmp_path)
    assert again.assigned == (MARGIN, "start") and names(again) == names(case) != []
    assert again.saved == case.saved and again.content_hash == case.content_hash


@pytest.mark.parametrize(
    ("value", "text"),
    [(30.0, "30"), (True, "true"), (None, "none"), ([0.0, "a"], "[0, a]"), ({"plus": 2.5}, "plus 2.5")],
)
def test_values_in_words(value, text):
    assert plain(value) == text


def test_settings_go_down_to_parameters_and_no_further():
    document = parse("{talks: {probabilities: {accepted: 1}}, south: {rules: {steps: [broadcast]}}}", "f")
    assert [each.path for each in settings_in(document, SET)] == ["talks.probabilities", "south.rules.steps"]
