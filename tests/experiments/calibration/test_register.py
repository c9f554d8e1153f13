"""The register fits the schema, and its priors are what they say."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.calibration.basis import middle_of
from experiments.calibration.posterior import YEARS
from experiments.calibration.register import (
    FIXED,
    FROM_PRIORS,
    RULES,
    UNKNOWNS,
    WIDTH,
    basis,
    settings,
    unknown_of,
)
from experiments.calibration.unknowns import Prior, Rule, problems, problems_of_rules
from sim.scenario.loading import load_case

EVERY = (*UNKNOWNS, YEARS)


def test_the_register_fits_the_schema():
    assert list(problems(EVERY)) == []
    assert len({unknown.name for unknown in EVERY}) == len(EVERY)
    paths = [path for unknown in EVERY for path in unknown.sets]
    paths += [path for rule in RULES for path in rule.paths]
    assert len(set(paths)) == len(paths) and not set(paths) & FIXED.keys()
    assert list(problems_of_rules(RULES, UNKNOWNS)) == []


def test_rules_that_do_not_fit_are_told():
    tension = next(rule for rule in RULES if rule.paths == ("feedback.rule",))
    assert [*problems_of_rules([replace(tension, paths=("feedback.rules",))], UNKNOWNS)] == [
        "how far tension spreads: there is no parameter feedback.rules"
    ]
    strange = replace(tension, levels=("reciprocal", "global"), bears_on=("patience",))
    assert [*problems_of_rules([strange], UNKNOWNS)] == [
        "how far tension spreads: feedback.rule cannot be global",
        "how far tension spreads: there is no unknown patience",
    ]
    turned = replace(tension, levels=("local", "reciprocal"))
    assert len([*problems_of_rules([turned], UNKNOWNS)]) == 1, "the model's own is the first"


def test_every_rival_of_every_rule_is_drawn_as_often_and_set_on_both_sides():
    for k, rule in enumerate(RULES):
        for level, word in enumerate(rule.levels):
            x = [0.0] * WIDTH
            x[len(UNKNOWNS) + k] = middle_of(level, len(rule.levels))
            found = settings(x)
            assert {found[path] for path in rule.paths} == {word}
    own = basis()
    assert own.width == WIDTH and own.levels == tuple(len(rule.levels) for rule in RULES)
    assert [(RULES[k].name, UNKNOWNS[i].name) for k, i in own.bears_on] == [
        ("what a party does after a warning", "learning")
    ]


def test_a_register_that_does_not_fit_is_told():
    margin = next(each for each in UNKNOWNS if each.name == "margin")
    astray = replace(margin, paths=("south.watch.marign_m",))
    wide = replace(margin, prior=Prior("uniform", -1, 200))
    assert [*problems([astray])] == ["margin: there is no parameter south.watch.marign_m"]
    assert len([*problems([wide])]) == 2


@given(st.sampled_from(EVERY), st.floats(-8, 8))
def test_every_value_lies_inside_its_prior_and_grows_with_its_deviate(unknown, x):
    value, room = unknown.value(x), 0.5 if unknown.whole else 1e-9 * unknown.prior.high
    assert unknown.prior.low - room <= value <= unknown.prior.high + room
    assert unknown.value(x) <= unknown.value(x + 0.5)
    assert isinstance(value, int) is unknown.whole


@pytest.mark.parametrize("unknown", EVERY, ids=lambda each: each.name)
def test_a_quantile_undoes_the_share_below(unknown):
    p = np.linspace(0.01, 0.99, 25)
    assert unknown.prior.share_below(unknown.prior.quantile(p)) == pytest.approx(p, abs=1e-9)


def test_the_middle_of_a_law_is_its_median():
    assert Prior("lognormal", 1e-6, 1e6, 8, 0.5).quantile(np.array(0.5)) == pytest.approx(8)
    assert Prior("normal", -50, 50, 0.2, 0.9).quantile(np.array(0.5)) == pytest.approx(0.2)
    assert Prior("uniform", 2, 4).quantile(np.array(0.25)) == pytest.approx(2.5)


def test_settings_make_a_case_at_both_ends_of_all_priors():
    case = load_case("record_2024", days=1)
    for x in (-6.0, 0.0, 6.0):
        played = case.with_values(settings([x] * WIDTH))
        assert played.value_of("south.watch.margin_m") == played.value_of("north.watch.margin_m")
        assert played.value_of("border.commission_error_m") <= 30.0
        assert played.content_hash != case.content_hash


def test_each_drawn_parameter_stands_for_what_it_is_registered_as():
    for each in (*UNKNOWNS, *RULES, *FROM_PRIORS):
        for path in each.sets:
            assert unknown_of(path) == (each.name, "rules" if isinstance(each, Rule) else each.group)
    assert unknown_of("south.conduct.attack_share") == ("volleys read as an attack", "rounds")
    assert unknown_of("space.cell_m") == ("space.cell_m", "space")
    assert unknown_of("north.map_error_m") == ("map error", "maps")
