"""What is shipped runs, fits together, and says what its names say."""

from datetime import date
from pathlib import Path

import pytest

from sim.documents import BadInput, StrictModel
from sim.model import DmzModel
from sim.parameters.whole import Parameters, walk
from sim.scenario.library import shipped
from sim.scenario.loading import Case, load_case
from sim.sides import SIDES

SCENARIOS, POLICIES = shipped(), shipped("policies")


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
