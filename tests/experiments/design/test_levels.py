"""What was swept and set: in words, in the names of arms, exact in the manifest, and what is refused."""

import json

import pytest
from little import SCENARIO

from experiments.design.arms import plan_of, read_study
from experiments.design.columns import RESERVED, AskedColumn, asked_columns, is_safe
from experiments.design.levels import setting_words, short_labels
from experiments.design.plan import Plan
from experiments.design.request import Several, Single, asked_again, several_plan, single_plan, study_plan
from sim.documents import BadInput

MARGIN = "south.watch.margin_m"
POLICY = "name: {0}\nbinds: [south]\nset: {{south: {{watch: {{margin_m: {1}}}}}}}\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a scenario and policies that set a margin, or add to it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SCENARIO)
    for name, change in (("forty", 40), ("fifty", 50), ("more", "{plus: 5}")):
        (tmp_path / f"{name}.yaml").write_text(POLICY.format(name, change))
    return tmp_path


def planned(text, changes=(), assignments=()) -> Plan:
    with open("study.yaml", "w", encoding="utf-8") as file:
        file.write(f"name: x\nscenarios: [short.yaml]\nruns: 4\n{text}")
    return study_plan("study.yaml", dict(changes), assignments)


def said(call, *args) -> str:
    with pytest.raises(BadInput) as bad:
        call(*args)
    return str(bad.value)


# -- in words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (MARGIN, 30.0, "30 m"),
        (MARGIN, "23.46", "23.46 m"),
        ("border.marker_survival", 0.5, "0.5"),
        ("days", 1, "1"),
        ("days", 40, "40"),
        ("talks.answer_days", 1, "1 day"),
        ("talks.answer_days", 40, "40 days"),
        ("north.works.first_month", 3, "3"),
        ("hotline.working", True, "true"),
        ("north.rules.steps", ["broadcast", "aimed_fire"], "[broadcast, aimed_fire]"),
        ("ends_at_rung", None, "none"),
        ("start", "2026-03-01", "2026-03-01"),
    ],
)
def test_a_setting_is_named_with_its_unit(path, value, words):
    assert setting_words(path, value) == f"{path} = {words}"


def test_labels_are_short_and_tell_values_apart():
    assert short_labels([1.23456, 20.0, 12345.678]) == ["1.235", "20", "12350"]
    assert short_labels([1.23451, 1.23462]) == ["1.2345", "1.2346"]
    assert short_labels([12345, 12346]) == ["12345", "12346"]


# -- the names of what is played ------------------------------------------------------------------


def test_a_run_is_named_by_what_was_set(here):
    plan = single_plan(Single("short.yaml", ("more.yaml",), assignments=(f"{MARGIN}=30", "days=9")))
    assert plan.name == f"short, {MARGIN} = 30 m, days = 9 + more"
    (arm,) = plan.arms.values()
    assert (arm.name, arm.future) == (plan.name, f"short, {MARGIN} = 30 m, days = 9")
    assert single_plan(Single("short.yaml")).name == "short"


def test_a_comparison_is_named_by_what_was_set_in_every_arm(here):
    plan = several_plan(Several("short.yaml", ("more.yaml", "nothing"), assignments=(f"{MARGIN}=30",)))
    bare = f"short, {MARGIN} = 30 m"
    assert plan.name == bare
    assert list(plan.arms) == [bare, f"{bare} + more", f"{bare} + nothing"]
    assert all(arm.case.value_of(MARGIN) == 30 for arm in plan.arms.values())


def test_a_study_takes_settings_above_its_levels(here):
    plan = planned("sweep: {south.watch.eye_only: [0, 0.05]}\npolicies: [more.yaml]", {}, [f"{MARGIN}=30"])
    assert plan.name == f"x, {MARGIN} = 30 m"
    assert list(plan.futures) == [f"south.watch.eye_only = {x}, {MARGIN} = 30 m" for x in ("0", "0.05")]
    assert plan.command == "dmz study study.yaml --set south.watch.margin_m=30"
    again = asked_again(json.loads(json.dumps(plan.request)))
    assert json.loads(json.dumps(again.manifest())) == json.loads(json.dumps(plan.manifest()))


def test_words_about_a_scenario_are_no_settings(here):
    plan = single_plan(Single("short.yaml", assignments=("name=other", "description=long")))
    assert plan.name == "other"


# -- what is replaced -----------------------------------------------------------------------------


def test_a_run_refuses_what_replaces_what_was_asked_naming_both_places(here):
    text = said(single_plan, Single("short.yaml", ("forty.yaml",), assignments=(f"{MARGIN}=30",)))
    assert text == (
        f"forty.yaml:3:23: {MARGIN}: the policy 'forty' replaces what --set sets, 30; found 40; "
        "allowed one of the two"
    )
    text = said(single_plan, Single("short.yaml", ("forty.yaml", "fifty.yaml")))
    assert text.startswith(
        f"fifty.yaml:3:23: {MARGIN}: the policy 'fifty' replaces what the policy 'forty' ("
    )
    assert "(forty.yaml:3:23) sets, 40;" in text
    single_plan(Single("short.yaml", ("more.yaml",), assignments=(f"{MARGIN}=30",)))  # relative
    single_plan(Single("short.yaml", ("forty.yaml",), assignments=(f"{MARGIN}=40",)))  # the same


def test_a_run_refuses_a_setting_that_an_inject_or_a_clause_replaces(here):
    (here / "short.yaml").write_text(
        SCENARIO + "injects: [{name: surge, date: 2025-11-10, set: {south: {watch: {margin_m: 2}}}}]\n"
        "talks: {outcome: accepted, agreed_clauses: [forty], implemented_clauses: [], session_day: 30,"
        " agreed_day: 30, implemented_day: 30}\n"
    )
    lines = said(single_plan, Single("short.yaml", assignments=(f"{MARGIN}=30",))).splitlines()
    assert sorted(line.split(":")[0] for line in lines) == ["forty.yaml", "short.yaml"]
    assert all("replaces what --set sets, 30" in line for line in lines)


def test_a_comparison_says_what_is_replaced_in_the_name_and_in_its_notes(here):
    asked = Several("short.yaml", ("forty.yaml", "more.yaml"), runs=4, assignments=(f"{MARGIN}=30",))
    plan = several_plan(asked)
    bare = f"short, {MARGIN} = 30 m"
    assert list(plan.arms) == [bare, f"{bare} + forty ({MARGIN} = 40 m by forty)", f"{bare} + more"]
    assert plan.notes == [f"forty sets {MARGIN} = 40 m in the place of what --set sets, in 1 of 3 arms"]
    assert list(plan.futures[bare]) == [None, "forty", "more"]
    assert plan.manifest()["notes"] == plan.notes


def test_two_policies_that_set_one_value_are_said(here):
    plan = several_plan(Several("short.yaml", ("forty.yaml", "fifty.yaml"), combine=True))
    assert list(plan.arms)[-1] == f"short + forty + fifty ({MARGIN} = 50 m by fifty)"
    assert plan.notes == [f"fifty sets {MARGIN} = 50 m in the place of what forty sets, in 1 of 4 arms"]


def test_a_level_that_is_replaced_is_said(here):
    plan = planned(f"sweep: {{{MARGIN}: [20, 40]}}\npolicies: [forty.yaml]")
    assert list(plan.arms) == [
        f"{MARGIN} = 20 m",
        f"{MARGIN} = 20 m + forty ({MARGIN} = 40 m by forty)",
        f"{MARGIN} = 40 m",
        f"{MARGIN} = 40 m + forty",
    ]
    assert len(plan.notes) == 1


# -- days, and what is set twice ------------------------------------------------------------------

SEASONS = "sweep:\n  season:\n    levels:\n      a: {days: 3}\n      b: {start: 2026-03-01}\n"


def test_a_level_that_sets_days_plays_those_days(here):
    plan = planned(f"days: 9\n{SEASONS}")
    assert [arm.case.scenario.days for arm in plan.arms.values()] == [3, 9]
    plan = planned("days: 9\nsweep: {days: [3, 4]}\n")
    assert [arm.case.scenario.days for arm in plan.arms.values()] == [3, 4]
    assert list(plan.arms) == ["days = 3", "days = 4"]


def test_days_on_the_command_line_are_refused_where_a_level_sets_them(here):
    expected = (
        "--days: days: the factor 'season' (study.yaml:7:11) says how many days too; allowed one of the two"
    )
    assert said(planned, SEASONS, {"days": 5}) == expected
    assert said(planned, SEASONS, {}, ["days=5"]) == expected.replace("--days", "--set")
    other = SEASONS.replace("{days: 3}", "{ends_at_rung: 3}")
    assert {arm.case.scenario.days for arm in planned(other, {"days": 5}).arms.values()} == {5}
    assert {arm.case.scenario.days for arm in planned(f"days: 9\n{other}", {}, ["days=5"]).arms.values()} == {
        5
    }
    assert "--set says how many days too" in said(planned, other, {"days": 5}, ["days=6"])


def test_two_factors_on_one_parameter_are_refused_naming_both_lines(here):
    text = f"sweep:\n  {MARGIN}: [5, 10]\n  m:\n    levels:\n      a: {{south: {{watch: {{margin_m: 7}}}}}}\n"
    assert said(planned, text) == (
        f"study.yaml:8:27: sweep.m: the factor '{MARGIN}' (study.yaml:5:3) sets this parameter too; "
        f"found {MARGIN}; allowed a parameter in one factor"
    )


def test_a_setting_that_undoes_a_factor_is_refused(here):
    assert said(planned, f"sweep: {{{MARGIN}: [5, 10]}}\n", {}, [f"{MARGIN}=7"]) == (
        f"--set: {MARGIN}: would undo the factor '{MARGIN}' (study.yaml:4:9); allowed one of the two"
    )
    plan = planned(SEASONS, {}, ["start=2026-01-01"])
    assert list(plan.arms) == ["a, start = 2026-01-01", "b, start = 2026-01-01 (start = 2026-01-01 by --set)"]


# -- samples --------------------------------------------------------------------------------------


@pytest.mark.parametrize("design", ["latin_hypercube: 8", "sobol: 8"])
def test_samples_are_not_rounded_and_stay_inside_their_range(here, design):
    plan = planned(
        f"design: {{{design}}}\nsweep:\n  {MARGIN}: {{low: 10.123456, high: 10.123461}}\n"
        "  north.works.distance_m: {low: 20, high: 200, scale: log}\n"
    )
    values = [arm.case.value_of(MARGIN) for arm in plan.arms.values()]
    assert all(10.123456 <= value <= 10.123461 for value in values) and len(set(values)) == 8
    assert any(value != round(value, 8) for value in values)
    labels = plan.factors[MARGIN]
    assert len(set(labels)) == 8 and max(map(len, labels)) < 12
    kept = json.loads(json.dumps(plan.manifest()))["arms"]
    assert [arm["values"]["south_watch_margin_m"] for arm in kept.values()] == values


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_whole_numbers_are_sampled_as_whole_numbers_each_as_often(here, scale):
    plan = planned(
        f"design: {{latin_hypercube: 60}}\nsweep:\n  south.watch.posts: {{low: 3, high: 5, scale: {scale}}}\n"
        f"  {MARGIN}: {{low: 0, high: 50}}\n"
    )
    values = [arm.case.value_of("south.watch.posts") for arm in plan.arms.values()]
    assert {type(value) for value in values} == {int} and set(values) == {3, 4, 5}
    if scale == "linear":
        assert [values.count(n) for n in (3, 4, 5)] == [20, 20, 20]
    else:
        assert values.count(3) > values.count(4) > values.count(5) > 10


def test_a_grid_of_whole_numbers_has_whole_numbers(here):
    plan = planned("sweep: {south.watch.posts: {low: 10, high: 21, points: 3}}\n")
    assert plan.factors == {"south.watch.posts": ("10", "16", "21")}
    plan = planned("sweep: {border.markers_standing: {low: 40, high: 61, points: 3}}\n")
    found = [arm.case.value_of("border.markers_standing") for arm in plan.arms.values()]
    assert [*map(repr, found)] == ["40", "50", "61"]
    text = said(planned, "sweep: {south.watch.posts: {low: 1.5, high: 9, points: 3}}\n")
    assert "study.yaml:4:34: sweep.south.watch.posts.low: no whole number" in text


def test_a_point_that_comes_twice_is_refused(here):
    text = said(planned, "design: {latin_hypercube: 20}\nsweep: {south.watch.posts: {low: 3, high: 5}}\n")
    assert "study.yaml:4:9: design: a point comes twice" in text


# -- columns --------------------------------------------------------------------------------------


def test_each_swept_or_set_parameter_and_each_named_factor_has_a_column(here):
    plan = planned(
        f"sweep:\n  {MARGIN}: [5, 10]\n" + SEASONS.removeprefix("sweep:\n"),
        {},
        ["north.rules.steps=[broadcast]"],
    )
    assert plan.columns == {
        "season": AskedColumn("level", "season"),
        "south_watch_margin_m": AskedColumn("set", MARGIN),
        "set_days": AskedColumn("set", "days"),
        "set_start": AskedColumn("set", "start"),
        "north_rules_steps": AskedColumn("set", "north.rules.steps"),
    }
    first = next(iter(plan.arms.values()))
    assert plan.asked(first) == {
        "season": "a",
        "south_watch_margin_m": 5.0,
        "set_days": 3,
        "set_start": "2025-11-01",
        "north_rules_steps": '["broadcast"]',
    }
    again = Plan.of(json.loads(json.dumps(plan.manifest())), here)
    assert again.columns == plan.columns and again.asked(first) == plan.asked(first)


def test_names_of_columns_are_safe_and_each_is_one():
    factors = ["Season 1", "talks", "select", "2x", "계절", "***", "a-b", "a b"]
    found = asked_columns(factors, ["talks.outcome", "days"], ("talks", "days"))
    assert list(found) == [
        "season_1",
        "level_talks",
        "level_select",
        "level_2x",
        "계절",
        "level_",
        "a_b",
        "level_a_b",
        "talks_outcome",
        "set_days",
    ]
    assert all(map(is_safe, found))


def test_reserved_words_are_those_of_duckdb_too():
    duckdb = pytest.importorskip("duckdb")
    kinds = "('reserved', 'type_function', 'column_name')"
    rows = duckdb.sql(
        f"select keyword_name from duckdb_keywords() where keyword_category in {kinds}"
    ).fetchall()
    assert {name for (name,) in rows} <= RESERVED
    assert {"false", "trigger", "day"} <= RESERVED


def test_read_study_is_what_a_plan_is_made_of(here):
    planned("sweep: {days: [3, 4]}\n")
    assert len(plan_of(read_study("study.yaml", {}, [f"{MARGIN}=30"]), "c", {}).arms) == 2
