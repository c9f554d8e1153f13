"""From files to a case: what is shipped, how layers lie on each other, and how errors are said."""

import json
import os
import pickle
import shutil
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.agents import CommandPost
from sim.agents.loading import load_agents
from sim.documents import BadInput, StrictModel, laid_over
from sim.model import DmzModel
from sim.parameters.whole import Parameters, default_tree, walk, world_paths
from sim.scenario.library import find, scenario_folder, shipped
from sim.scenario.loading import Case, load_case
from sim.scenario.overlays import Layers, Overlay, regimes
from sim.scenario.scenario_file import Scenario
from sim.sides import SIDES

SCENARIOS, POLICIES = shipped(), shipped("policies")


def places(lines: list[str]) -> list[str]:
    """File, line, column and path of each problem."""
    return [": ".join(line.split(": ")[:2]) for line in lines]


def differing(one: StrictModel, other: StrictModel, at: tuple = ()) -> set[str]:
    """The dotted paths at which two trees of parameters differ."""
    found = set()
    for name in type(one).model_fields:
        mine, theirs = getattr(one, name), getattr(other, name)
        if isinstance(mine, StrictModel):
            found |= differing(mine, theirs, (*at, name))
        elif mine != theirs:
            found.add(".".join((*at, name)))
    return found


# -- what is shipped ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCENARIOS)
def test_shipped_scenarios_run(name):
    model = DmzModel(load_case(name, days=3), seed=1).run()
    assert model.scene.exposure.days == 3.0


@pytest.mark.parametrize("name", POLICIES)
def test_shipped_policies_run_under_the_baseline(name):
    case = load_case("declared", [name], days=3)
    assert DmzModel(case, seed=1).run().scene.exposure.days == 3.0
    assert case.policies[0].description


def test_all_policies_load_under_every_scenario_of_the_whole_line():
    for scenario in SCENARIOS:
        if scenario != "own_lines":
            assert len(load_case(scenario, POLICIES).policies) == len(POLICIES)


def in_force(name: str) -> tuple[Parameters, Parameters]:
    """The baseline's parameters, and those under a policy."""
    case = load_case("declared", [name])
    return case.parameters(()), case.parameters((0,))


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_changes_the_sides_that_it_binds_alone(name):
    changed = differing(*in_force(name))
    bound = set(load_case("declared", [name]).policies[0].binds)
    for path in changed:
        assert (set(SIDES) & {path.split(".")[0]} or set(SIDES)) <= bound


def test_only_nothing_and_silence_change_nothing_in_the_baseline():
    idle = {name for name in POLICIES if not differing(*in_force(name))}
    assert idle == {"nothing", "loudspeaker_silence"}


def test_the_steps_of_fire_control():
    steps = {
        name: in_force(name)[1].south.rules.steps
        for name in ("three_step", "five_step", "broadcast_once_more")
    }
    today = in_force("nothing")[1].south.rules.steps
    assert steps["broadcast_once_more"] == ("broadcast", *today)
    assert [len(steps[name]) for name in ("three_step", "five_step")] == [3, 5]
    assert steps["five_step"].count("warning_shots") == steps["five_step"].count("broadcast") == 2
    assert all(each[-1] == "aimed_fire" for each in steps.values())


LEVELS = {"": "baseline", "restored_": "restored", "partly_restored_": "partly_restored", "worst_": "worst"}


PERIOD = "extends: declared\nname: a\ninjects:\n  - {name: trial, date: 2025-11-11, until: 2025-11-21, "


def test_a_policy_can_hold_for_a_stretch_of_dates(folder):
    case = folder(a=PERIOD + "policy: hotline}")
    at = [
        [i for i, each in enumerate(case.overlays) if each.in_force(d, frozenset())] for d in (9, 10, 19, 20)
    ]
    assert at == [[], [0], [0], []]
    assert case.parameters((0,)).hotline.working and not case.parameters(()).hotline.working
    assert case.content_hash != folder(a=PERIOD + "policy: common_line}").content_hash
    assert Case.revived(case.saved, Path()).overlays == case.overlays


def test_a_policy_that_is_dated_and_named_too_counts_once(folder):
    case = folder(["wider_margin"], a=PERIOD + "policy: wider_margin}")
    both = case.parameters((0, 1)).south.watch.margin_m
    assert both == case.parameters((1,)).south.watch.margin_m > case.parameters(()).south.watch.margin_m


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ("policy: hotlin}", "a.yaml:4:64: injects.0.policy: there is no such policy"),
        ("policy: hotline, set: {hotline: {odds: 1}}}", "injects.0.policy: `set` says what changes too"),
        (
            "policy: own}",
            "own.yaml:3:1: start: a policy that talks or a date put in force cannot have this key",
        ),
        ("policy: wrong}", "wrong.yaml:3:23: set.hotline.odds: out of range"),
    ],
)
def test_what_cannot_hold_for_a_stretch_of_dates_is_named(folder, says, said):
    own = "name: own\nbinds: [south]\nstart: 2025-11-12\nset: {south: {watch: {margin_m: 30}}}\n"
    wrong = "name: wrong\nbinds: [south, north]\nset: {hotline: {odds: 7}}\n"
    with pytest.raises(BadInput) as bad:
        folder(a=PERIOD + says, own=own, wrong=wrong)
    assert said in str(bad.value)


@pytest.mark.parametrize("survival", ["0.3", "0.155"])
def test_a_count_of_markers_is_refused_beside_a_probability(folder, survival):
    text = f"extends: declared\nname: a\nborder:\n  marker_survival: {survival}\n  markers_standing: 50\n"
    with pytest.raises(BadInput) as bad:
        folder(a=text)
    (line,) = str(bad.value).splitlines()
    assert line.endswith(
        f"a.yaml:4:20: border.marker_survival: `markers_standing` says already how many stand; "
        f"found {survival}; allowed one of the two"
    )


def test_no_more_markers_can_stand_than_there_are(folder):
    for count, more in ((1293, {}), (3, {"m__csv": "s_km\n1\n2\n"})):
        file = "  markers_file: m.csv\n" if more else ""
        with pytest.raises(BadInput) as bad:
            folder(a=f"extends: declared\nname: a\nborder:\n{file}  markers_standing: {count}\n", **more)
        (line,) = str(bad.value).splitlines()
        assert "border.markers_standing: more than" in line and f"found {count}; allowed at most" in line


def test_a_policy_that_restores_markers_does_so_over_a_count_too():
    case = load_case("declared", ["restored_markers"], ["border.markers_standing=50"])
    assert case.parameters(()).border.markers_standing == 50
    restored = case.parameters((0,)).border
    assert (restored.marker_survival, restored.markers_standing) == (1.0, None)


@pytest.mark.parametrize("level", ["restored", "partly_restored", "worst"])
@pytest.mark.parametrize("outcome", ["accepted", "refused", "collapsed"])
def test_a_cross_is_one_border_and_one_outcome(level, outcome):
    cross, border = load_case(f"{level}_{outcome}"), load_case(level)
    assert differing(cross.parameters(()), border.parameters(())) == set()
    assert cross.scenario.talks == load_case(f"talks_{outcome}").scenario.talks


def test_levels_of_ambiguity_differ_from_the_baseline_in_the_border_alone():
    base = load_case("baseline").parameters(())
    survival = {}
    for level in ("restored", "partly_restored", "worst"):
        its = load_case(level).parameters(())
        survival[level] = its.border.marker_survival
        assert differing(base, its) <= {"border.marker_survival", "north.map_error_m", "south.map_error_m"}
    assert survival == {"restored": 1.0, "partly_restored": 0.5, "worst": 0.05}
    assert survival["worst"] < base.border.marker_survival < survival["partly_restored"]
    (upper,) = {
        note.le
        for path, field in walk(Parameters)
        if path[1:] == ("map_error_m",)
        for note in field.metadata
        if hasattr(note, "le")
    }
    worst = load_case("worst").parameters(())
    assert worst.north.map_error_m == worst.south.map_error_m == upper


def test_accepted_talks_are_those_of_the_brief():
    case = load_case("talks_accepted")
    talks = case.scenario.talks
    assert (talks.session_day, talks.agreed_day, talks.implemented_day) == (30, 90, 120)
    agreed = case.parameters((0, 1))
    assert agreed.hotline.working and agreed.border.common_line == "commission"
    assert agreed.survey.km_per_week == 0.0
    assert case.parameters((0, 1, 2)).survey.km_per_week == 1.0
    assert [each.kind for each in case.overlays] == ["agreed", "agreed", "implemented"]


def test_talks_that_cannot_agree_have_no_clauses():
    kinds = {name: {each.kind for each in load_case(name).overlays} for name in SCENARIOS}
    for name in ("talks_ignored", "talks_refused", "talks_collapsed", "baseline"):
        assert kinds[name] == set()
    for name in ("talks_by_chance", "talks_by_governments"):
        assert kinds[name] == {"agreed", "implemented"}


def test_the_record_runs_from_june_2024_to_october_2025_and_changes_its_rule():
    case = load_case("record_2024")
    assert (case.scenario.start, case.scenario.days) == (date(2024, 6, 1), 518)
    (rule,) = case.overlays
    assert case.parameters(()).south.response.line == "own"
    assert case.parameters((0,)).south.response.line == "favour_other"
    assert rule.from_day == (date(2025, 9, 1) - date(2024, 6, 1)).days
    assert rule.until_day == float("inf")


# -- layers ---------------------------------------------------------------------------------------


def test_the_last_layer_wins(folder):
    files = {
        "top": "{extends: mid, name: top, north: {works: {share: 0.3}}}",
        "mid": "{extends: low, name: mid, north: {works: {share: 0.2, hours: 2}}}",
        "low": "{name: low, north: {works: {share: 0.1, hours: 1, weeks: 1}}, days: 30}",
        "p": "{name: p, binds: [north], set: {north: {works: {night_share: 0.6, hours: 6}}}}",
        "q": "{name: q, binds: [north], set: {north: {works: {hours: 7}}}}",
    }
    case = folder(["p", "q"], ["north.works.night_share=0.4"], 10, **files)
    base, both = case.parameters(()).north.works, case.parameters((0, 1)).north.works
    assert (base.share, base.hours, base.weeks, base.night_share) == (0.3, 2.0, 1.0, 0.4)
    assert (both.share, both.hours, both.night_share) == (0.3, 7.0, 0.6)
    assert base.size == default_tree()["north"]["works"]["size"]
    assert (case.scenario.name, case.scenario.days) == ("top", 10)
    assert case.policy_name == "p + q" and case.lineage == ()


def test_a_policy_that_is_named_twice_is_one_in_the_name_too():
    case = load_case("declared", ["hotline", "wider_margin", "hotline"])
    assert case.policy_name == " + ".join(each.name for each in case.policies[:2])


def test_days_are_said_once():
    assert load_case("declared", assignments=["days=2"]).scenario.days == 2
    with pytest.raises(BadInput, match="--set says how many days too"):
        load_case("declared", assignments=["days=2"], days=3)


def test_lineage_names_shipped_scenarios_nearest_first(folder):
    assert load_case("worst_accepted").lineage == ("worst_accepted", "worst", "baseline", "declared")
    assert folder(baseline="{extends: worst, name: mine}").lineage == ("worst", "baseline", "declared")


def test_names_are_looked_for_beside_the_file_that_names_them(folder, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "base.yaml").write_text("{name: wrong, days: 1}")
    (elsewhere / "hotline.yaml").write_text("{name: wrong, binds: [north], sett: {}}")
    monkeypatch.chdir(elsewhere)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "mine.yaml").write_text(
        "{name: m, binds: [south], set: {south: {watch: {margin_m: 7}}}}"
    )
    case = folder(
        top="{extends: base, name: top, talks: {outcome: accepted, implemented_clauses: [mine]}}",
        base="{name: base, days: 77}",
    )
    assert case.scenario.days == 77
    assert [each.name for each in case.overlays] == ["hotline", "common_line", "mine"]
    assert case.parameters((2,)).south.watch.margin_m == 7.0


def test_shipped_names_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baseline").mkdir()  # a folder of results, say
    assert load_case("baseline").scenario.name == "baseline"
    assert load_case("baseline.yaml", ["hotline"]).policies[0].name == "hotline"
    assert find("baseline", "scenarios") == scenario_folder() / "baseline.yaml"
    (tmp_path / "baseline.yaml").write_text("{name: my own}")
    assert load_case("baseline").scenario.name == "my own"


def test_days_given_apart_leave_out_what_is_dated_beyond_them():
    case = load_case("injects_example", days=3)
    assert case.scenario.days == 3
    assert all(each.from_day >= 3 for each in case.overlays)


# -- overlays in time -----------------------------------------------------------------------------


def test_a_policy_begins_on_its_date_and_never_in_the_warm_up(folder):
    case = folder(
        ["early", "late"],
        a="{name: a, start: 2026-01-10}",
        early="{name: early, binds: [south], start: 2025-01-01, set: {}}",
        late="{name: late, binds: [south], start: 2026-01-15, set: {}}",
    )
    early, late = case.overlays
    none = frozenset()
    assert [early.in_force(day, none) for day in (-1, 0, 99)] == [False, True, True]
    assert [late.in_force(day, none) for day in (0, 4, 5)] == [False, False, True]


def test_a_policy_has_the_last_word_on_what_an_inject_also_changes(folder):
    files = {
        "a": """
            name: a
            injects:
              - {name: loud, date: 2025-11-10, set: {south: {voice: {campaign: 1}}}}
            """,
        "quiet": """
            name: quiet
            binds: [south]
            set: {south: {voice: {campaign: 0}}}
            """,
    }
    alone, both = folder(**files), folder(["quiet"], **files)
    assert alone.parameters((0,)).south.voice.campaign == 1.0
    assert both.parameters((0, 1)).south.voice.campaign == 0.0


def test_an_inject_lasts_until_its_last_day_is_over(folder):
    (change,) = folder(
        a="""
        name: a
        start: 2026-01-01
        injects:
          - {name: x, date: 2026-01-03, until: 2026-01-05, set: {hotline: {working: true}}}
        """
    ).overlays
    assert [change.in_force(day, frozenset()) for day in range(6)] == [False, False, True, True, False, False]


def test_clauses_are_in_force_while_talks_say_so():
    clause = Overlay("c", "implemented", {})
    assert not clause.in_force(400, frozenset({"agreed"}))
    assert clause.in_force(-5, frozenset({"agreed", "implemented"}))


OVERLAYS = st.builds(
    lambda kind, first, length: Overlay(
        "x",
        kind,
        {},
        first if kind in ("policy", "inject") else 0.0,
        first + length if kind == "inject" else float("inf"),
    ),
    st.sampled_from(["policy", "agreed", "implemented", "inject"]),
    st.integers(0, 9),
    st.integers(1, 5),
)


@given(st.lists(OVERLAYS, max_size=5), st.booleans())
def test_every_set_of_overlays_that_a_day_may_meet_is_checked(overlays, may_agree):
    stages = [(), ("agreed",), ("agreed", "implemented")] if may_agree else [()]
    met = {
        tuple(i for i, each in enumerate(overlays) if each.in_force(day, frozenset(stage)))
        for day in range(20)
        for stage in stages
    }
    assert set(regimes(overlays, may_agree)) == met


def test_two_overlays_that_cannot_be_in_force_together_are_refused(refused, folder):
    files = {
        "a": """
            name: a
            south: {politics: {alert_at: 0.5, predelegate_at: 0.7}}
            injects:
              - name: x
                date: 2026-06-01
                until: 2026-07-01
                set: {south: {politics: {alert_at: 0.65}}}
            """,
        "p": """
            name: p
            binds: [south]
            start: 2026-06-30
            set: {south: {politics: {predelegate_at: 0.6}}}
            """,
    }
    assert places(refused(["p"], **files)) == ["p.yaml:5:42: set.south.politics.predelegate_at"]
    files["p"] = files["p"].replace("06-30", "07-01")
    assert {each.name for each in folder(["p"], **files).overlays} == {"x", "p"}


TREES = st.recursive(
    st.integers(0, 9), lambda inner: st.dictionaries(st.sampled_from("abc"), inner), max_leaves=6
).filter(lambda tree: isinstance(tree, dict))


@given(TREES, TREES, TREES)
def test_laying_over_keeps_what_is_not_named(tree, over, last):
    whole = laid_over(tree, over)
    assert laid_over(whole, over) == whole
    assert laid_over(tree, {}) == tree and laid_over({}, tree) == tree
    for key in tree.keys() - over.keys():
        assert whole[key] == tree[key]
    for key, value in over.items():
        assert whole[key] == (
            laid_over(tree[key], value)
            if isinstance(value, dict) and isinstance(tree.get(key), dict)
            else value
        )


def test_parameters_checked_while_loading_are_those_that_a_run_would_make():
    case = load_case("injects_example", ["hotline", "wider_margin"], ["talks.outcome=accepted"])
    assert len(case.checked) > 10
    fresh = Case(case.scenario, case.policies, case.overlays, case.tree)
    for active, parameters in case.checked.items():
        assert fresh.parameters(active) == parameters


# -- identity -------------------------------------------------------------------------------------


def test_the_same_content_has_the_same_hash_wherever_it_lies(folder, tmp_path):
    text = "extends: own_sites\nname: a\nborder: {markers_file: m.csv}\n"
    first = folder(a=text, m__csv="s_km\n1\n2\n").content_hash
    there = tmp_path / "there"
    there.mkdir()
    for file in ("a.yaml", "m.csv"):
        shutil.copy(tmp_path / file, there)
    assert load_case(str(there / "a.yaml")).content_hash == first
    (there / "m.csv").write_text("s_km\n1\n3\n")
    assert load_case(str(there / "a.yaml")).content_hash != first


def test_whatever_defines_a_run_is_in_the_hash(folder):
    files = {
        "a": "{name: a, talks: {outcome: accepted, agreed_clauses: [c]}}",
        "c": "{name: c, binds: [south], set: {south: {watch: {margin_m: 3}}}}",
        "p": "{name: p, binds: [south], set: {south: {watch: {margin_m: 4}}}}",
    }
    hashes = [folder(**files).content_hash, folder(["p"], **files).content_hash]
    hashes.append(folder([], ["days=9"], **files).content_hash)
    files["c"] = files["c"].replace("3", "5")
    hashes.append(folder(**files).content_hash)
    assert len(set(hashes)) == 4
    assert folder(**files).content_hash == hashes[-1]


def test_a_case_survives_pickling_and_its_manifest_json():
    case = load_case("injects_example", ["hotline"])
    again = pickle.loads(pickle.dumps(case))
    assert again.content_hash == case.content_hash
    assert again.parameters((0,)) == case.parameters((0,))
    assert json.loads(json.dumps(case.resolved)) == case.resolved


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "name: a\nsouth:\n  watch:\n    margin: 3",
            ["a.yaml:4:5: south.watch.margin", "did you mean margin_m?"],
        ),
        (
            "name: a\nsouth: {watch: {margin_m: 300}}",
            ["a.yaml:2:27: south.watch.margin_m", "out of range; found 300; allowed 0 to 100 m"],
        ),
        (
            "name: a\nsouth: {watch: {margin_m: wide}}",
            ["a.yaml:2:27: south.watch.margin_m", "found the text 'wide'; allowed a number"],
        ),
        ("name: a\nstart: 2026-02-30", ["a.yaml:2:8: start", "not a date"]),
        ("days: 3", ["a.yaml:1:1: name", "missing key"]),
        ("extends: declared\ndays: 3", ["a.yaml:1:1: name", "missing key", "a name of its own"]),
        ("name: a\nextends: basline", ["a.yaml:2:10: extends", "did you mean baseline?"]),
        ("name: a\nname: b", ["a.yaml:2:1: name", "key written twice"]),
        ("name: a\nends_at_rung: 7", ["a.yaml:2:15: ends_at_rung", "allowed 1 to 6"]),
        (
            "name: a\nspace: {length_km: 5}",
            ["a.yaml:2:9: space.area_km", "longer than the line", "allowed at most 5 km"],
        ),
        (
            "name: a\nsouth:\n  politics:\n    alert_at: 0.99",
            ["a.yaml:4:5: south.politics.predelegate_at", "allowed at least alert_at, 0.99"],
        ),
    ],
)
def test_an_error_in_a_scenario_is_said_at_its_place(refused, text, said):
    (line,) = refused(a=text)
    place, *parts = said
    assert places([line]) == [place]
    assert all(part in line for part in parts), line


@pytest.mark.parametrize(
    ("talks", "said"),
    [
        ("{outcome: agreed}", ["a.yaml:2:18: talks.outcome", "'accepted'"]),
        (
            "{decided_by: governments, outcome: ignored}",
            ["a.yaml:2:21: talks.decided_by", "allowed scenario, or outcome: none"],
        ),
        (
            "{decided_by: chance, probabilities: {ignored: 0.5}}",
            ["a.yaml:2:44: talks.probabilities", "the chances sum to 0.5"],
        ),
        (
            "{decided_by: chance, probabilities: {none: 0.5, ignored: 0.5}}",
            ["a.yaml:2:51: talks.probabilities.none"],
        ),
        (
            "{decided_by: chance, probabilities: {ignored: 1.5}}",
            ["a.yaml:2:54: talks.probabilities.ignored", "0 to 1"],
        ),
        (
            "{outcome: ignored, probabilities: {ignored: 1}}",
            ["a.yaml:2:42: talks.probabilities", "the outcome is decided by scenario"],
        ),
        ("{session_day: 29}", ["a.yaml:2:22: talks.session_day", "allowed day 30 or later"]),
        ("{agreed_day: 20}", ["a.yaml:2:21: talks.agreed_day", "before session_day"]),
        ("{implemented_day: 80}", ["a.yaml:2:26: talks.implemented_day", "day 90 or later"]),
        ("{agreed_clauses: [hotlin]}", ["a.yaml:2:26: talks.agreed_clauses.0", "did you mean hotline?"]),
    ],
)
def test_talks_that_cannot_be(refused, talks, said):
    (line,) = refused(a=f"name: a\ntalks: {talks}")
    place, *parts = said
    assert places([line]) == [place]
    assert all(part in line for part in parts), line


@pytest.mark.parametrize(
    ("inject", "said"),
    [
        ("date: 2026-06-01", ["a.yaml:3:5: injects.0.set", "changes nothing"]),
        (
            "date: 2025-10-31, set: {hotline: {working: true}}",
            ["a.yaml:3:21: injects.0.date", "allowed 2025-11-01 to 2026-10-31"],
        ),
        ("date: 2026-11-01, set: {hotline: {working: true}}", ["a.yaml:3:21: injects.0.date"]),
        (
            "date: 2026-06-01, until: 2026-06-01, set: {hotline: {working: true}}",
            ["a.yaml:3:40: injects.0.until", "allowed a day after 2026-06-01"],
        ),
        (
            "date: 2026-06-01, act: stray_shot, side: north",
            ["a.yaml:3:38: injects.0.act", "a shot needs `at_km`"],
        ),
        (
            "date: 2026-06-01, act: provocation, at_km: 3",
            ["a.yaml:3:38: injects.0.act", "a shot needs `side`"],
        ),
        (
            "date: 2026-06-01, act: stray_shot, side: north, at_km: 249",
            ["a.yaml:3:70: injects.0.at_km", "allowed at most 248 km"],
        ),
        (
            "date: 2026-06-01, act: stray_shot, side: north, at_km: 2, set: {days: 3}",
            ["a.yaml:3:78: injects.0.set", "means nothing for act: stray_shot"],
        ),
        (
            "date: 2026-06-01, side: north, set: {hotline: {working: true}}",
            ["a.yaml:3:39: injects.0.side", "means nothing for act: change"],
        ),
        (
            "date: 2026-06-01, set: {hotline: {workin: true}}",
            ["a.yaml:3:49: injects.0.set.hotline.workin", "did you mean working?"],
        ),
        (
            "date: 2026-06-01, set: {south: {watch: {posts: 3}}}",
            ["a.yaml:3:55: injects.0.set.south.watch.posts", "drawn once for a world"],
        ),
        (
            "date: 2026-06-01, set: {south: {watch: {margin_m: -1}}}",
            ["a.yaml:3:65: injects.0.set.south.watch.margin_m", "allowed 0 to 100 m"],
        ),
    ],
)
def test_injects_that_cannot_be(refused, inject, said):
    (line,) = refused(a=f"name: a\ninjects:\n  - {{name: x, {inject}}}")
    place, *parts = said
    assert places([line]) == [place]
    assert all(part in line for part in parts), line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "binds: [south]\nset:\n  south: {watch: {margin: 3}}",
            ["p.yaml:4:19: set.south.watch.margin", "did you mean margin_m?"],
        ),
        (
            "binds: [south]\nset:\n  south: {watch: {margin_m: 101}}",
            ["p.yaml:4:29: set.south.watch.margin_m", "allowed 0 to 100 m"],
        ),
        ("binds: [south]\nset:\n  sout: {}", ["p.yaml:4:3: set.sout", "did you mean south?"]),
        (
            "binds: [south]\nset:\n  north: {works: {notice: true}}",
            ["p.yaml:4:10: set.north", "allowed binds: [north]"],
        ),
        (
            "binds: [south]\nset: {hotline: {working: true}}",
            ["p.yaml:3:16: set.hotline", "leaves out the north", "binds: [north, south]"],
        ),
        ("binds: [east]", ["p.yaml:2:9: binds.0", "'north' or 'south'"]),
        ("binds: []", ["p.yaml:2:8: binds"]),
        ("set: {}", ["p.yaml:1:1: binds", "missing key"]),
        ("binds: [south]\nset: 3", ["p.yaml:3:6: set", "allowed a mapping"]),
        ("binds: [north, south]\nset: {days: 3}", ["p.yaml:3:7: set.days", "unknown key"]),
        ("binds: [south]\nstart: 2026-11-01", ["p.yaml:3:8: start", "outside the run"]),
        (
            "binds: [south]\nset:\n  south:\n    politics:\n      alert_at: 0.99",
            ["p.yaml:6:7: south.politics.predelegate_at", "allowed at least alert_at, 0.99"],
        ),
        (
            "binds: [south]\nagents: {CommandPost: a.b:C}",
            ["p.yaml:3:23: agents.CommandPost", "leaves out the north"],
        ),
        (
            "binds: [north, south]\nagents: {CommandPost: a.b}",
            ["p.yaml:3:23: agents.CommandPost", "allowed package.module:Class"],
        ),
        (
            "binds: [north, south]\nagents: {CommandPst: a:B}",
            ["p.yaml:3:10: agents.CommandPst", "'CommandPost'"],
        ),
        (
            "binds: [north, south]\nagents: {CommandPost: a:B}\nstart: 2026-01-01",
            ["p.yaml:4:8: start", "classes act from the first day"],
        ),
    ],
)
def test_an_error_in_a_policy_is_said_at_its_place(refused, text, said):
    (line,) = refused(["p"], a="name: a", p=f"name: p\n{text}")
    place, *parts = said
    assert places([line]) == [place]
    assert all(part in line for part in parts), line


def test_no_overlay_may_change_what_is_drawn_once_for_a_world(refused):
    """Whether the value is a good one or not: the key alone is refused, once, at its place."""
    tree = default_tree()
    for i, path in enumerate(world_paths()):
        value = tree
        for name in path:
            value = value[name]
        inner = f"{{{path[-1]}: {json.dumps(value) if i % 2 else '[wrong]'}}}"
        for name in reversed(path[:-1]):
            inner = f"{{{name}: {inner}}}"
        (line,) = refused(["p"], a="name: a", p=f"name: p\nbinds: [north, south]\nset: {inner}")
        column = 6 + len("".join(f"{{{name}: " for name in path[:-1])) + 1
        assert places([line]) == [f"p.yaml:3:{column}: set.{'.'.join(path)}"]
        assert "drawn once for a world" in line


def test_the_world_is_refused_in_clauses_too(refused):
    said = refused(
        a="{name: a, talks: {outcome: accepted, agreed_clauses: [c]}}",
        c="name: c\nbinds: [north, south]\nset: {clock: {tick_minutes: 5}}",
    )
    assert places(said) == ["c.yaml:3:15: set.clock.tick_minutes"]


@pytest.mark.parametrize("outcome", ["accepted", "ignored"])
def test_a_clause_has_no_start_and_no_code_whether_or_not_it_comes_into_force(refused, outcome):
    said = refused(
        a=f"{{name: a, talks: {{outcome: {outcome}, agreed_clauses: [c]}}}}",
        c="name: c\nbinds: [north, south]\nagents: {Patrol: a:B}",
    )
    assert places(said) == ["c.yaml:3:1: agents"]
    said = refused(
        a=f"{{name: a, talks: {{outcome: {outcome}, agreed_clauses: [c]}}}}",
        c="name: c\nbinds: [south]\nstart: 2026-01-01\nset: {south: {watch: {margin_m: 3}}}",
    )
    assert places(said) == ["c.yaml:3:1: start"]


def test_all_errors_of_all_files_are_reported_at_once(refused):
    said = refused(
        ["p", "hotlin"],
        ["north.work=3", "nonsense"],
        a="""
        name: a
        ends_at_rung: 7
        injects:
          - {name: x, date: 2026-01-01, set: {south: {watch: {margn_m: 1}, works: 3}}}
        """,
        p="name: p\nbinds: [south]\nstat: 3\nset: {south: {watch: {posts: 3, margin_m: 300}}}",
    )
    assert sorted(places(said)) == [
        "--set: no assignment; found the text 'nonsense'; allowed key=value, the key being names "
        "joined by dots",
        "--set: north.work",
        "a.yaml:3:15: ends_at_rung",
        "a.yaml:5:55: injects.0.set.south.watch.margn_m",
        "a.yaml:5:75: injects.0.set.south.works",
        "hotlin: there is no such file; found the text 'hotlin'; allowed a file, or a "
        "shipped name (`dmz list policies`); did you mean hotline?",
        "p.yaml:3:1: stat",
        "p.yaml:4:23: set.south.watch.posts",
        "p.yaml:4:43: set.south.watch.margin_m",
    ]


def test_a_circle_and_a_missing_file_are_one_error_each(refused):
    (line,) = refused(a="{extends: b, name: a}", b="{extends: a, name: b}")
    assert "a.yaml -> b.yaml -> a.yaml" in line
    with pytest.raises(BadInput, match="did you mean baseline"):
        load_case("basline")


# -- a scenario's own sites -----------------------------------------------------------------------

OWN = "name: a\nspace: {length_km: 20, area_km: 10}\nborder:\n"
LINES = "s_km,north_m,south_m,commission_m\n"


def test_files_lie_beside_the_scenario_that_names_them(folder, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "m.csv").write_text("# ours\ns_km,note\n\n0,a\n12.5,b\n")
    case = folder(a="extends: b\nname: a\n", b=f"{OWN}  markers_file: data/m.csv\n")
    assert case.tree["border"]["markers_file"] == str(tmp_path / "data" / "m.csv")
    assert case.scenario.border.markers_file == "data/m.csv"
    model = DmzModel(case, seed=1)
    assert model.scene.world.grid.marker_m == pytest.approx([0.0, 12_500.0], abs=15.0)
    with pytest.raises(BadInput, match=r"--set: border\.markers_file: there is no such file"):
        load_case("own_sites", assignments=["border.markers_file=data/m.csv"])
    monkeypatch.chdir(tmp_path)
    load_case("own_sites", assignments=["border.markers_file=data/m.csv"])


def test_posts_and_lines_are_those_of_the_files(folder):
    posts = "side,s_km,d_m\nsouth,4,-400\nnorth,9,600\nnorth,3,500\n"
    lines = f"{LINES}0,-4,2,1\n10,6,2,1\n20,6,2,1\n"
    case = folder(a=f"{OWN}  posts_file: p.csv\n  lines_file: l.csv\n", p__csv=posts, l__csv=lines)
    model = DmzModel(case, seed=1)
    rows = [(int(p["side"]), float(p["s"]), float(p["d"])) for p in model.state.posts]
    assert rows == [(0, 3e3, 500.0), (0, 9e3, 600.0), (1, 4e3, -400.0)]
    middle = model.state.lines.shape[1] // 4
    assert model.state.lines[:, middle] == pytest.approx([1.0, 2.0, 1.0], abs=0.05)


@pytest.mark.parametrize(
    ("key", "content", "said"),
    [
        (
            "markers_file",
            "s_km\n1\nx\n300\n",
            [
                "m.csv:3:1: s_km: not a number; found the text 'x'; allowed a decimal number",
                "m.csv:4:1: s_km: out of range; found 300; allowed 0 to 20",
            ],
        ),
        (
            "markers_file",
            "s_km\nnan\n",
            ["m.csv:2:1: s_km: not a number; found the text 'nan'; allowed a decimal number"],
        ),
        (
            "markers_file",
            "s-km,km\n1,1\n",
            [
                "m.csv:1:1: s_km: missing column; found s-km, km; allowed a header with s_km; "
                "did you mean s-km?"
            ],
        ),
        ("markers_file", "s_km\n", ["m.csv:1:1: the file has no rows; allowed a header and rows"]),
        ("markers_file", "# nothing\n", ["m.csv:1:1: the file is empty; allowed a header s_km and rows"]),
        (
            "markers_file",
            "s_km\n1,2\n",
            [
                "m.csv:2:1: a row of another length; found 2 cells; allowed 1, as in the header; "
                "decimal commas need semicolons between the cells"
            ],
        ),
        (
            "posts_file",
            "side,s_km,d_m\nnorth,1,300\nsouth,1,300\neast,1,1\n",
            ["m.csv:4:1: side: not among the allowed values; found the text 'east'; allowed north or south"],
        ),
        (
            "posts_file",
            "# posts\nside,s_km,d_m\nnorth,1,300\nsouth,1,300\n",
            [
                "m.csv:4:1: d_m: a post on the other side of the line; found 300; allowed positive for "
                "the north, negative for the south"
            ],
        ),
        (
            "posts_file",
            "side,s_km,d_m\nnorth,1,3000\n",
            ["m.csv:2:1: d_m: out of range; found 3000; allowed -2000 to 2000"],
        ),
        (
            "lines_file",
            LINES + "0,1,1,1\n5,1,1,1\n5,1,1,1\n20,1,1,1\n",
            ["m.csv:4:1: s_km: not east of the line before; found 5"],
        ),
        (
            "lines_file",
            LINES + "0,1,1,1\n19,1,1,1\n",
            ["m.csv:1:1: s_km: the lines do not reach from end to end; found 0 to 19; allowed 0 to 20 km"],
        ),
    ],
)
def test_a_bad_file_is_said_with_its_line(refused, key, content, said):
    assert refused(a=f"{OWN}  {key}: m.csv\n", m__csv=content) == said


def test_files_that_cannot_be_read(refused, tmp_path):
    (tmp_path / "marks.csv").write_text("s_km\n1\n")
    (line,) = refused(a=f"{OWN}  markers_file: mark.csv\n")
    assert line == (
        "a.yaml:4:17: border.markers_file: there is no such file; found the text 'mark.csv'; did "
        "you mean marks.csv?"
    )
    (tmp_path / "m.csv").write_bytes(b"s_km\n\xff\n")
    assert refused(a=f"{OWN}  markers_file: m.csv\n") == [
        "m.csv:2:1: the file is not UTF-8; found byte 0xff at offset 5; allowed text in UTF-8"
    ]
    assert places(refused(a=f"{OWN}  markers_file: .\n")) == ["a.yaml:4:17: border.markers_file"]


def test_a_survey_on_lines_of_the_scenarios_own_is_refused():
    with pytest.raises(BadInput, match=r"survey_1km_week.yaml:\d+:\d+: set.survey.km_per_week"):
        load_case("own_lines", ["survey_1km_week"])


# -- places that are no files ---------------------------------------------------------------------


@pytest.fixture
def awkward(tmp_path):
    """A folder with whatever can stand where a file should."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "broken.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "big.yaml").write_bytes(b"#" * 2_000_000)
    (tmp_path / "file").write_text("name: f")
    os.mkfifo(tmp_path / "fifo")
    return tmp_path


AWKWARD = {
    "..": "this is no file; found the text '..' (a folder); allowed an ordinary file",
    "../..": "this is no file; found the text '../..' (a folder)",
    "sub": "this is no file; found the text 'sub' (a folder)",
    "''": "no file is named; found the text ''",
    "fifo": "this is no file; found the text 'fifo' (a device or pipe)",
    "/dev/null": "this is no file; found the text '/dev/null' (a device or pipe)",
    "loop": "the file cannot be read: Too many levels of symbolic links; found the text 'loop'",
    "broken.yaml": "there is no such file: this link leads nowhere; found the text 'broken.yaml'",
    "big.yaml": "the file is too large; found the text 'big.yaml'; allowed ",
    "file/x": "there is no such file; found the text 'file/x'",
    "a" * 300: "the file cannot be read: File name too long; found the text 'aaa",
    "\u00e9" * 200: "the file cannot be read: File name too long; found the text '\u00e9",
    "nope": "there is no such file; found the text 'nope'",
}


@pytest.mark.parametrize("name", AWKWARD)
def test_what_a_scenario_extends_is_said_where_it_says_so(refused, awkward, name):
    (line,) = refused(a=f"name: a\nextends: {name}\n")
    assert line.startswith(f"a.yaml:2:10: extends: {AWKWARD[name]}")
    (line,) = refused(a=f"name: a\nextends: [baseline, {name}]\n")
    assert line.startswith(f"a.yaml:2:21: extends: {AWKWARD[name]}")


@pytest.mark.parametrize("name", AWKWARD)
def test_a_file_of_markers_is_said_where_it_is_named(refused, awkward, name):
    (awkward / "big.yaml").write_bytes(b"#" * 11_000_000)
    (line,) = refused(a=f"name: a\nborder:\n  markers_file: {name}\n")
    assert line.startswith(f"a.yaml:3:17: border.markers_file: {AWKWARD[name]}")


@pytest.mark.parametrize("name", AWKWARD)
def test_a_clause_is_said_where_it_is_named(refused, awkward, name):
    (line,) = refused(a=f"name: a\ntalks:\n  outcome: accepted\n  agreed_clauses: [{name}]\n")
    assert line.startswith("a.yaml:4:20: talks.agreed_clauses.0: ")
    shown = f"found the text '{name.strip(chr(39))[:50]}"
    assert ("there is no such policy" in line or "too large" in line) and shown in line


@pytest.mark.parametrize("name", [*AWKWARD, "a\0b", os.fsdecode(b"\xff.yaml")])
def test_a_scenario_or_policy_that_is_no_file_is_one_sentence(awkward, monkeypatch, name):
    monkeypatch.chdir(awkward)
    for load in (lambda: load_case(name.strip("'")), lambda: load_case("declared", [name])):
        with pytest.raises(BadInput) as caught:
            load()
        (problem,) = caught.value.problems
        assert "\n" not in str(problem) and problem.message


def test_a_closed_folder_is_one_sentence(monkeypatch, tmp_path):
    def closed(self, **_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", closed)
    for load in (lambda: load_case(str(tmp_path / "a")), lambda: load_case("declared")):
        with pytest.raises(BadInput, match="the file cannot be read: Permission denied"):
            load()


def test_names_that_are_no_utf_8_work_or_are_refused(tmp_path):
    folder = os.path.join(os.fsencode(tmp_path), b"d\xff")
    os.makedirs(folder)
    for name, text in (
        (b"\xfe.yaml", b"extends: b\nname: a\n"),
        (b"b.yaml", b"name: b\ndays: 9\n"),
        (b"m.csv", b"s_km\n1\n"),
    ):
        Path(os.fsdecode(os.path.join(folder, name))).write_bytes(text)
    file = os.fsdecode(os.path.join(folder, b"\xfe.yaml"))
    assert load_case(file).scenario.days == 9
    for text, said in (
        ("name: 3\n", "1:7: name: a value of the wrong kind; found 3; allowed text"),
        (
            f"{OWN}  markers_file: m.csv\n",
            "4:17: border.markers_file: the way to this file is not UTF-8; found the text '",
        ),
    ):
        Path(file).write_text(text)
        with pytest.raises(BadInput) as caught:
            load_case(file)
        (problem,) = caught.value.problems
        assert rf"/d\udcff/\udcfe.yaml:{said}" in str(problem) and str(problem).isprintable()


def test_a_name_in_a_file_is_never_looked_for_where_one_happens_to_be(refused, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "base").write_text("name: wrong")
    (elsewhere / "clause").write_text("{name: wrong, binds: [south]}")
    monkeypatch.chdir(elsewhere)
    assert places(refused(a="name: a\nextends: base\n")) == ["a.yaml:2:10: extends"]
    text = "name: a\ntalks: {outcome: accepted, agreed_clauses: [clause]}\n"
    assert places(refused(a=text)) == ["a.yaml:2:45: talks.agreed_clauses.0"]


# -- dates and days -------------------------------------------------------------------------------


DATES = ("0001-01-01", "1953-12-31", "2026-06-01", "2100-01-02", "9999-12-31")


@pytest.mark.parametrize("date_", DATES)
@pytest.mark.parametrize("start", ["0001-01-01", "1954-01-01", "2099-12-31", "9999-12-31"])
@pytest.mark.parametrize("days", [1, 3660, 10**10, -(10**30)])
def test_dates_and_days_out_of_every_range_are_refused_or_work(folder, date_, start, days):
    """No pair of them overflows, with and without ``--days``."""
    files = {
        "a": f"""
            name: a
            start: {start}
            days: {days}
            injects:
              - {{name: x, date: {date_}, until: 9999-12-31, set: {{hotline: {{working: true}}}}}}
              - {{name: y, date: {date_}, act: stray_shot, side: north, at_km: 3}}
            """,
        "p": f"{{name: p, binds: [south], start: {date_}, set: {{south: {{map_error_m: 3}}}}}}",
    }
    for given_days in (None, 5, 3660, 10**30):
        try:
            case = folder(["p"], [], given_days, **files)
        except BadInput as bad:
            assert all(each.mark.line or each.mark.file == "--days" for each in bad.problems)
        else:
            assert case.scenario.start.isoformat() == start in ("1954-01-01", "2099-12-31")


def test_the_last_day_of_all_is_played():
    case = load_case(
        "declared", assignments=["start=2100-01-01", "space.length_km=20", "space.area_km=10"], days=3660
    )
    assert DmzModel(case, seed=1).run(days=1).scene.calendar.date_of(3719).isoformat() == "2110-01-08"


def test_events_that_follow_each_other_are_laid_on_one_by_one():
    """A thousand regimes take a thousand steps, not half a million."""
    overlays = [Overlay(str(i), "inject", {}, from_day=float(i)) for i in range(1000)]
    laid: list[int] = []
    layers = Layers((), overlays, lambda below, i: laid.append(i) or (*below, i))
    for active in regimes(overlays, may_agree=False):
        assert layers.under(active) == active
    assert laid == list(range(1000))


# -- whatever a file holds ------------------------------------------------------------------------


SIGNS = st.sampled_from(
    [
        "name: a\n",
        "south: ",
        "{",
        "}",
        "[",
        "]",
        "watch",
        ": ",
        "margin_m",
        "- ",
        "\n",
        "  ",
        "&x ",
        "*x",
        "<<: ",
        "!!str ",
        "---\n",
        "...\n",
        "'",
        '"',
        "\\",
        "#",
        "|\n",
        ">\n",
        "? ",
        "%YAML 1.9\n",
        "\t",
        "\r",
        "\0",
        "\ufeff",
        "\u2028",
        "\x1b",
        "1e400",
        ".nan",
        ".inf",
        "9" * 400,
        "0o7",
        "1:30",
        "2026-02-30",
        "2026-02-28",
        "9999-12-31",
        "injects: ",
        "talks: ",
        "extends: ",
        "days: ",
        "start: ",
        "set: ",
        "{times: 2}",
        "steps: ",
        "{before: [broadcast]}",
        "no",
        "~",
        "null",
        "true",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.lists(SIGNS, max_size=25).map("".join)))
def test_any_file_is_a_case_or_bad_input(tmp_path, content):
    file = tmp_path / "a.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    for load in (lambda: load_case(str(file)), lambda: load_case("declared", [str(file)])):
        try:
            load()
        except BadInput as bad:
            assert all(str(each).isprintable() for each in bad.problems)


# -- agent classes --------------------------------------------------------------------------------


@pytest.fixture
def with_class(folder, tmp_path, monkeypatch):
    """A case with a policy that names a class of a module beside it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def load(reference: str, module: str = "", name: str = "ours") -> Case:
        (tmp_path / f"{name}.py").write_text(dedent(module))
        policy = f"name: p\nbinds: [north, south]\nagents:\n  CommandPost: {reference}\n"
        return folder(["p"], a="name: a", p=policy)

    return load


CALM = """
    from sim.agents import CommandPost

    class Calm(CommandPost):
        pass

    class Stranger:
        pass
"""


def test_a_class_is_loaded_only_when_code_is_allowed(with_class, tmp_path):
    module = f"{CALM}\n    open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    case = with_class("calm_ours:Calm", module, "calm_ours")
    with pytest.raises(BadInput) as caught:
        load_agents(case, allow_code=False)
    assert str(caught.value).endswith(
        "p.yaml:4:3: agents.CommandPost: it names code to run, which needs --allow-code; found the "
        "text 'calm_ours:Calm'"
    )
    assert not (tmp_path / "ran").exists()
    loaded = load_agents(case, allow_code=True)
    assert loaded.keys() == {"CommandPost"}
    assert issubclass(loaded["CommandPost"], CommandPost)
    model = DmzModel(case, agents=loaded, seed=1)
    assert {type(post) for post in model.command_posts} == {loaded["CommandPost"]}


@pytest.mark.parametrize(
    ("reference", "module", "said"),
    [
        ("no_such_module_of_ours:A", "", "there is no module 'no_such_module_of_ours'"),
        ("bad_a:Clam", CALM, "the module has no 'Clam'"),
        ("bad_b:Stranger", CALM, "allowed a subclass of sim.agents.CommandPost"),
        ("bad_c:A", "A = 3", "allowed a subclass of sim.agents.CommandPost"),
        ("bad_d:A", "1 / 0", "the module fails when imported: ZeroDivisionError: division by zero"),
        ("bad_f:A", "raise SystemExit(3)", "the module fails when imported: SystemExit: 3"),
        ("bad_e:A", "import nowhere_at_all", "the module needs 'nowhere_at_all', which is not there"),
    ],
)
def test_a_class_that_cannot_stand_in_is_one_error(with_class, reference, module, said):
    case = with_class(reference, module, reference.partition(":")[0] if module else "other")
    with pytest.raises(BadInput) as caught:
        load_agents(case, allow_code=True)
    assert len(caught.value.problems) == 1
    assert "p.yaml:4:3: agents.CommandPost" in str(caught.value)
    assert said in str(caught.value)


def test_two_policies_cannot_replace_the_same_agent(refused):
    policy = "name: {}\nbinds: [north, south]\nagents: {{Patrol: a:B}}"
    said = refused(["p", "q"], a="name: a", p=policy.format("p"), q=policy.format("q"))
    assert places(said) == ["q.yaml:3:10: agents.Patrol"]


def test_a_case_without_classes_needs_no_permission():
    assert load_agents(load_case("declared", ["hotline"]), allow_code=False) == {}


# -- laws -----------------------------------------------------------------------------------------

NUMBERS = {
    path: tuple(
        getattr(note, name) for name in ("ge", "le") for note in field.metadata if hasattr(note, name)
    )
    for path, field in walk(Scenario)
    if any(hasattr(note, "ge") for note in field.metadata)
}


@st.composite
def assigned(draw) -> list[str]:
    """Assignments of values within their ranges."""
    paths = draw(st.lists(st.sampled_from(sorted(NUMBERS)), max_size=4, unique=True))
    types = {path: field.annotation for path, field in walk(Scenario)}
    found = []
    for path in paths:
        low, high = NUMBERS[path]
        whole = int in (types[path], *get_args(types[path]))  # `markers_standing` may be nothing as well
        value = draw(st.integers(low, high) if whole else st.floats(low, high, allow_nan=False))
        found.append(f"{'.'.join(path)}={value!r}")
    return found


@settings(max_examples=60)
@given(assigned())
def test_values_in_their_ranges_load_or_are_one_clear_conflict(assignments):
    try:
        case = load_case("declared", assignments=assignments)
    except BadInput as bad:
        for problem in bad.problems:
            assert problem.allowed and problem.path
            assert not problem.message.startswith(("out of range", "unknown", "a value of"))
        return
    for each in assignments:
        path, _, value = each.partition("=")
        found = case.scenario
        for name in path.split("."):
            found = getattr(found, name)
        assert found == pytest.approx(float(value))


KEYS = st.sampled_from(
    [
        "name",
        "set",
        "binds",
        "start",
        "agents",
        "north",
        "watch",
        "margin_m",
        "talks",
        "injects",
        "days",
        "date",
        "act",
        "agreed_clauses",
        "border",
        "markers_file",
        "extends",
    ]
)
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.sampled_from(["hotline", "baseline", "2026-01-01", "north", "x"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
).filter(lambda tree: isinstance(tree, dict) and tree)


@pytest.fixture(scope="module")
def junkyard(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("junk")


@settings(max_examples=60)
@given(scenario=JUNK, policy=JUNK)
def test_whatever_files_hold_they_load_or_are_refused(junkyard, scenario, policy):
    folder = junkyard
    (folder / "s.yaml").write_text(json.dumps({"name": "a", **scenario}))
    (folder / "p.yaml").write_text(json.dumps({"name": "p", "binds": ["north"], **policy}))
    try:
        load_case(str(folder / "s.yaml"), [str(folder / "p.yaml")])
    except BadInput as bad:
        assert all(str(problem).isprintable() for problem in bad.problems)
