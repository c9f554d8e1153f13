"""Relative changes: what comes out, in which order, how often, and what is refused or clipped."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sim.documents import laid_over
from sim.parameters.whole import walk
from sim.scenario.case import Case
from sim.scenario.json_schema import policy_schema, scenario_schema
from sim.scenario.loading import load_case
from sim.scenario.operations import OnNumber, OnSteps, operated, operation_at, within

MARGIN = ("south", "watch", "margin_m")
PLUS = "{name: plus, binds: [south], set: {south: {watch: {margin_m: {plus: 20}}}}}"


def margin(case: Case, *active: int) -> float:
    return case.parameters(active).south.watch.margin_m


def last(case: Case) -> tuple[int]:
    """The regime of the last overlay alone."""
    return (len(case.overlays) - 1,)


# -- what comes out -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"times": 0.5}, 10),
        ({"plus": -3}, 17),
        ({"at_least": 25}, 25),
        ({"at_least": 15}, 20),
        ({"at_most": 15}, 15),
        ({"at_most": 25}, 20),
        ({"at_most": 50, "at_least": 41, "plus": 1, "times": 2}, 41),
        ({"at_most": 50, "plus": 30, "times": 2}, 50),
    ],
)
def test_operations_on_a_number_are_done_in_their_order(change, result):
    assert operated(MARGIN, 20, change) == result


@given(st.floats(0.0, 100.0))
def test_bounds_and_neutral_operations_keep_every_bit(value):
    for change in ({"times": 1}, {"plus": 0}, {"at_least": -5}, {"at_most": 100.0}):
        assert operated(MARGIN, value, change) == value


@pytest.mark.parametrize(("below", "times", "result"), [(2, 1.25, 3), (2, 1.2, 2), (3, 0.5, 2)])
def test_a_whole_number_is_rounded_and_halves_go_up(below, times, result):
    found = operated(("south", "watch", "confirm_looks"), below, {"times": times})
    assert (found, type(found)) == (result, int)


def test_steps_are_put_before_those_below(folder):
    text = """
        name: longer
        binds: [south]
        set: {south: {rules: {steps: {before: [broadcast, warning_shots]}}}}
        """
    three = "{name: a, south: {rules: {steps: [broadcast, aimed_fire]}}}"
    rules = folder(["p"], a=three, p=text).parameters((0,)).south.rules
    assert rules.steps == ("broadcast", "warning_shots", "broadcast", "aimed_fire")


def test_no_parameter_bears_the_name_of_an_operation_so_that_a_mapping_is_one_or_the_other():
    names = {name for path, _ in walk() for name in path}
    assert names.isdisjoint({*OnNumber.model_fields, *OnSteps.model_fields})


def test_numbers_and_ladders_alone_undergo_operations():
    kinds = {path: operation_at(path) for path, _ in walk()}
    assert {path[1:] for path, kind in kinds.items() if kind is OnSteps} == {("rules", "steps")}
    others = (("north", "politics", "jumps"), ("hotline", "working"), ("north", "works", "named_counties"))
    for path in others:
        assert kinds[path] is None
    assert kinds["south", "watch", "confirm_looks"] is kinds[MARGIN] is OnNumber


# -- the value below, in the order ----------------------------------------------------------------


def test_each_layer_works_on_the_value_below_it(folder):
    """20 of the default, halved by an event, 20 more by a policy, doubled by a clause: 60."""
    case = folder(
        ["p"],
        a="""
        name: a
        talks: {outcome: accepted, agreed_clauses: [c], implemented_clauses: []}
        injects:
          - {name: half, date: 2026-03-01, set: {south: {watch: {margin_m: {times: 0.5}}}}}
        """,
        p=PLUS,
        c="{name: c, binds: [south], set: {south: {watch: {margin_m: {times: 2}}}}}",
    )
    assert [each.kind for each in case.overlays] == ["inject", "policy", "agreed"]
    assert [margin(case), margin(case, 0), margin(case, 0, 1), margin(case, 0, 1, 2)] == [20, 10, 30, 60]
    assert margin(case, 1, 2) == 80


def test_a_policy_counts_once_however_often_it_is_named(folder):
    files = {
        "a": """
            name: a
            talks: {outcome: accepted, agreed_clauses: [p], implemented_clauses: [p]}
            """,
        "p": PLUS,
        "again": PLUS,
        "other": PLUS.replace("name: plus", "name: other"),
    }
    case = folder(["p", "again", "p"], **files)
    assert len(case.overlays) == 5
    for active in ((0,), (0, 1), (0, 1, 2), (0, 1, 2, 3), (0, 1, 2, 3, 4)):
        assert margin(case, *active) == 40
    assert margin(folder(["p", "other"], **files), 0, 1) == 60


def test_a_policy_that_is_a_clause_too_has_the_clauses_place(folder):
    files = {
        "a": """
            name: a
            talks: {outcome: accepted, agreed_clauses: [p], implemented_clauses: []}
            """,
        "p": PLUS,
        "fixed": "{name: fixed, binds: [south], set: {south: {watch: {margin_m: 5}}}}",
    }
    case = folder(["p", "fixed"], **files)
    assert [margin(case, 0, 1), margin(case, 0, 1, 2)] == [5, 25]


def test_two_events_of_one_name_are_two(folder):
    case = folder(
        a="""
        name: a
        injects:
          - {name: x, date: 2026-03-01, set: {south: {watch: {margin_m: {plus: 20}}}}}
          - {name: x, date: 2026-03-02, set: {south: {watch: {margin_m: {plus: 20}}}}}
        """
    )
    assert margin(case, 0, 1) == 60


@given(
    st.dictionaries(
        st.sampled_from(["times", "plus", "at_least", "at_most"]), st.floats(-50, 50), min_size=1
    ),
    st.floats(0, 100),
)
def test_an_operation_is_that_of_its_place_in_the_tree(change, below):
    if change.get("at_least", -50) > change.get("at_most", 50):
        return
    whole = laid_over(
        {"south": {"watch": {"margin_m": below, "x": 1}}},
        {"south": {"watch": {"margin_m": change}}},
        operated,
    )
    assert whole == {"south": {"watch": {"margin_m": operated(MARGIN, below, change), "x": 1}}}


# -- the shipped policies mean what they say in every situation -----------------------------------


SITUATIONS = ("baseline", "straying", "misjudged", "mapmade", "record_2024", "worst")


@pytest.mark.parametrize("name", SITUATIONS)
def test_better_instruments_are_never_worse(name):
    case = load_case(name, ["better_rangefinding"])
    before, after = (case.parameters(active).south.watch for active in ((), last(case)))
    for error in ("range_error_m", "azimuth_error_mil"):
        assert getattr(after, error) == 0.5 * getattr(before, error)
    assert after.eye_only == min(before.eye_only, 0.003)


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_wider_margin_is_wider_by_20_m(name):
    case = load_case(name, ["wider_margin"])
    assert margin(case, *last(case)) == margin(case) + 20


@pytest.mark.parametrize(
    ("policy", "path", "value"),
    [
        ("broadcast_delay", "south.rules.broadcast_to_shots_minutes", 60),
        ("no_work_buffer_50m", "north.works.buffer_m", 80),
        ("no_work_buffer_100m", "south.works.buffer_m", 120),
        ("wider_standoff", "south.patrols.standoff_m", 900),
        ("wider_standoff", "north.patrols.recon_distance_m", 200),
    ],
)
def test_what_a_policy_asks_at_least_is_never_less(policy, path, value):
    case = load_case("declared", [policy], [f"{path}={value}"])
    found = case.parameters((0,))
    for name in path.split("."):
        found = getattr(found, name)
    assert found == value


@pytest.mark.parametrize("procedure", ["three_step", "five_step"])
def test_one_more_broadcast_is_one_more_whatever_the_steps(procedure):
    case = load_case("declared", [procedure, "broadcast_once_more"])
    steps = case.parameters((0, 1)).south.rules.steps
    assert steps == ("broadcast", *case.parameters((0,)).south.rules.steps)


# -- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("{}", "set.south.watch.margin_m: an operation that does nothing"),
        (
            "{time: 2}",
            "set.south.watch.margin_m.time: unknown key; found 'time'; allowed the keys "
            "times, plus, at_least, at_most; did you mean times?",
        ),
        (
            "{times: '2'}",
            "margin_m.times: a value of the wrong kind; found the text '2'; allowed a "
            "number; did you mean 2 without quotes?",
        ),
        ("{times: true}", "margin_m.times: a value of the wrong kind; found true; allowed a num"),
        ("{times: .inf}", "margin_m.times: not a finite number; found inf"),
        ("{at_least: 9, at_most: 8}", "margin_m.at_most: less than `at_least`; found 8; allowed 9"),
        ("{before: [broadcast]}", "margin_m.before: unknown key"),
        ("{times: 1e400}", "margin_m.times: not a finite number"),
    ],
)
def test_a_malformed_operation_is_refused_at_its_place(refused, change, said):
    text = f"name: p\nbinds: [south]\nset:\n  south: {{watch: {{margin_m: {change}}}}}\n"
    lines = refused(["p"], a="name: a", p=text)
    assert len(lines) == 1 and lines[0].startswith("p.yaml:4:") and said in lines[0], lines


def test_a_result_that_is_no_number_is_refused(refused):
    text = "name: p\nbinds: [south]\nset:\n  south: {watch: {margin_m: {times: 1e308}}}\n"
    (line,) = refused(["p"], a="name: a", p=text)
    assert line.startswith("p.yaml:4:29: set.south.watch.margin_m: out of range under p; found 1.7")
    assert line.endswith("(times 1e+308); allowed 0 to 100 m")


@pytest.mark.parametrize(
    "path",
    [
        "hotline: {working: {times: 2}}",
        "south: {politics: {jumps: {times: 2}}}",
        "south: {response: {line: {before: [own]}}}",
        "border: {correlation_km: {times: 2}}",
        "south: {watch: {times: 2}}",
    ],
)
def test_operations_are_for_numbers_and_ladders_only(refused, path):
    lines = refused(["p"], a="name: a", p=f"name: p\nbinds: [north, south]\nset:\n  {path}\n")
    assert len(lines) == 1 and lines[0].startswith("p.yaml:4:"), lines


def test_a_step_that_is_none_is_refused_at_its_place(refused):
    text = "name: p\nbinds: [south]\nset:\n  south: {rules: {steps: {before: [brodcast]}}}\n"
    (line,) = refused(["p"], a="name: a", p=text)
    assert line.startswith("p.yaml:4:36: set.south.rules.steps.before.0: not among the allowed")
    assert line.endswith("did you mean broadcast?")


def test_a_scenario_has_values_and_no_operations(refused):
    (line,) = refused(a="name: a\nsouth: {watch: {margin_m: {plus: 2}}}")
    said = "an operation, which policies have, and what injects set; a scenario has values; found a mapping"
    assert line.startswith(f"a.yaml:2:27: south.watch.margin_m: {said}")
    (line,) = refused([], ["south.watch.margin_m={plus: 2}"], a="name: a")
    assert line.startswith(f"--set: south.watch.margin_m: {said}")
    (line,) = refused([], ["south.watch.margin_m={more: 2}"], a="name: a")
    assert line.startswith("--set: south.watch.margin_m: a value of the wrong kind")


def test_a_result_out_of_range_is_refused_in_every_regime(refused, folder):
    files = {
        "a": """
            name: a
            injects:
              - name: loose
                date: 2026-03-01
                until: 2026-04-01
                set: {south: {watch: {margin_m: 90}}}
            """,
        "p": "name: p\nbinds: [south]\nstart: 2026-03-31\nset:\n  south:\n    watch:\n"
        "      margin_m: {plus: 20}\n",
    }
    assert refused(["p"], **files) == [
        "p.yaml:7:17: set.south.watch.margin_m: out of range under loose + p; found 110.0 "
        "(plus 20); allowed 0 to 100 m"
    ]
    files["p"] = files["p"].replace("03-31", "04-01")
    assert margin(folder(["p"], **files), 1) == 40


def test_a_bad_value_below_is_said_once_and_at_its_own_place(refused):
    lines = refused(["p"], a="name: a\nsouth: {watch: {margin_m: 300}}", p=PLUS)
    assert [line.split(": ")[0] for line in lines] == ["a.yaml:2:27"]
    lines = refused(["p"], a="name: a\nsouth: {watch: {margin_m: wide}}", p=PLUS)
    assert [line.split(": ")[0] for line in lines] == ["a.yaml:2:27"]


def test_conflicts_between_parameters_hold_for_what_came_out(refused):
    text = "name: p\nbinds: [south]\nset:\n  south: {politics: {predelegate_at: {times: 0.5}}}\n"
    (line,) = refused(["p"], a="name: a", p=text)
    assert line.startswith("p.yaml:4:38: set.south.politics.predelegate_at: authority would move")
    assert "under p; found 0.35 (times 0.5); allowed at least alert_at, 0.5" in line


# -- drawn values ---------------------------------------------------------------------------------


def test_what_comes_of_a_drawn_value_is_clipped_counted_and_told(folder):
    files = {"a": "name: a", "p": PLUS}
    drawn = ["south.watch.margin_m"]
    case = folder(["p"], ["south.watch.margin_m=95.5"], drawn=drawn, **files)
    assert margin(case, 0) == 100
    (clip,) = case.clipped
    assert (clip.overlay, clip.path, clip.came_out, clip.kept) == ("plus", drawn[0], 115.5, 100)
    inside = folder(["p"], ["south.watch.margin_m=60.5"], drawn=drawn, **files)
    assert margin(inside, 0) == 80.5 and inside.clipped == ()


def test_a_clip_is_counted_once_though_several_regimes_meet_it(folder):
    case = folder(
        ["p"],
        ["south.watch.margin_m=95"],
        drawn=["south.watch.margin_m"],
        a="{name: a, injects: [{name: x, date: 2026-03-01, set: {hotline: {working: true}}}]}",
        p=PLUS,
    )
    assert len(case.checked) == 2 and len(case.clipped) == 1


def test_only_what_was_drawn_is_clipped(refused):
    two = "set: {south: {watch: {margin_m: {plus: 20}, range_error_m: {times: 9}}}}"
    lines = refused(
        ["p"],
        ["south.watch.margin_m=95"],
        drawn=["south.watch.margin_m"],
        a="name: a",
        p="{name: p, binds: [south], " + two + "}",
    )
    assert [line.split(": ")[1] for line in lines] == ["set.south.watch.range_error_m"]


def test_a_whole_number_is_clipped_to_a_whole_number():
    assert within(("south", "watch", "confirm_looks"), 9) == 6
    assert within(("south", "watch", "eye_bias_m"), -200.5) == -150
    assert within(MARGIN, 55.5) == 55.5


# -- what is kept ---------------------------------------------------------------------------------


def test_a_case_with_operations_is_revived_from_its_manifest_alone(folder, tmp_path):
    case = folder(["p"], ["south.watch.margin_m=95"], drawn=["south.watch.margin_m"], a="name: a", p=PLUS)
    saved = json.loads(json.dumps(case.saved))
    again = Case.revived(saved, tmp_path / "nowhere")
    assert again.parameters((0,)) == case.parameters((0,))
    assert again.content_hash == case.content_hash
    assert again.clipped == case.clipped and again.saved == case.saved


def test_the_hash_tells_operations_apart(folder):
    hashes = {
        folder(["p"], a="name: a", p=PLUS.replace("{plus: 20}", change)).content_hash
        for change in ("40", "{plus: 20}", "{times: 2}", "{at_least: 40}")
    }
    assert len(hashes) == 4


# -- the schema for editors -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "good"),
    [
        (40, True),
        ({"plus": 20}, True),
        ({"times": 2, "at_most": 80}, True),
        ({}, False),
        ({"time": 2}, False),
        ({"times": "2"}, False),
        ({"before": ["broadcast"]}, False),
        (400, False),
    ],
)
def test_the_schema_takes_operations_where_a_policy_does(change, good):
    changes = {"south": {"watch": {"margin_m": change}}}
    policy = {"name": "p", "binds": ["south"], "set": changes}
    assert Draft202012Validator(policy_schema()).is_valid(policy) is good
    inject = {"name": "x", "date": "2026-03-01", "set": changes}
    schema = Draft202012Validator(scenario_schema())
    assert schema.is_valid({"name": "s", "injects": [inject]}) is good
    assert schema.is_valid({"name": "s"} | changes) is (change == 40)


def test_the_schema_takes_steps_before_others():
    def valid(steps) -> bool:
        policy = {"name": "p", "binds": ["south"], "set": {"south": {"rules": {"steps": steps}}}}
        return Draft202012Validator(policy_schema()).is_valid(policy)

    assert valid(["broadcast"]) and valid({"before": ["broadcast"]})
    assert not valid({"before": []}) and not valid({"plus": 1}) and not valid({"before": ["x"]})
