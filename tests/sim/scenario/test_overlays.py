"""When overlays are in force, and that every set of them that may be is checked."""

from hypothesis import given
from hypothesis import strategies as st
from said import places

from sim.documents import laid_over
from sim.scenario.loading import Case, load_case
from sim.scenario.overlays import Overlay, regimes


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
