"""Every parameter of the schema is fitted, moved by the screening, or left out with a reason."""

from collections import Counter

import pytest

from experiments.calibration.inputs import INPUTS, LEFT_OUT, OF_POLICIES, members, reason_left_out
from experiments.calibration.posterior import YEARS
from experiments.calibration.register import FITTED_APART, FITTED_INPUTS, MATTERING, RULES, UNKNOWNS
from experiments.calibration.screening.points import ARMS, values_at
from experiments.calibration.unknowns import Rule, Unknown, problems, problems_of_rules
from sim.parameters.whole import walk
from sim.scenario.loading import load_case

SCHEMA = [".".join(path) for path, _ in walk()]
FITTED = {path for each in (*UNKNOWNS, YEARS, *RULES) for path in each.sets} | {
    path for paths in FITTED_APART.values() for path in paths
}
MOVED = Counter(path for each in INPUTS for path in each.paths)
FITTED_TOO = {path for each in INPUTS if each.name in FITTED_INPUTS for path in each.paths}


def test_each_parameter_has_one_fate():
    """One that is new in the schema gets a prior in ``inputs.py``, or a reason to stay as it is."""
    alone = FITTED - FITTED_TOO
    fates = {path: [path in alone, path in MOVED, reason_left_out(path) is not None] for path in SCHEMA}
    wrong = {path: each for path, each in fates.items() if sum(each) != 1}
    assert wrong == {}, "fitted, moved, left out"


def test_what_of_the_inputs_is_fitted_matters_and_is_fitted_whole():
    assert set(FITTED_INPUTS) <= set(MATTERING) and FITTED_TOO <= FITTED
    assert FITTED & set(MOVED) == FITTED_TOO


def test_what_is_moved_or_left_out_is_in_the_schema_and_moved_once():
    assert set(MOVED) <= set(SCHEMA) and set(MOVED.values()) == {1}
    bare = {path.partition(".")[2] for path in SCHEMA if path.startswith(("north.", "south."))}
    for pattern in (each for patterns in LEFT_OUT.values() for each in patterns):
        stem = pattern.removesuffix("*")
        assert any(path.startswith(stem) for path in (*SCHEMA, *bare)), pattern


def test_priors_and_rivals_fit_the_schema():
    found = [member for _, member in members()]
    unknowns = [each for each in found if isinstance(each, Unknown)]
    rules = [each for each in found if isinstance(each, Rule)]
    assert list(problems(unknowns)) == [] and list(problems_of_rules(rules, unknowns)) == []
    names = Counter(each.name for each in {*found, *UNKNOWNS, YEARS, *RULES})
    assert max(names.values()) == 1, "one name, one unknown"
    assert len({each.name for each in INPUTS}) == len(INPUTS)
    assert all(each.reason for each in unknowns)
    assert set(OF_POLICIES) <= {each.name for each in INPUTS}


@pytest.mark.parametrize("policy", ARMS[1:])
def test_cases_can_be_made_at_both_ends_under_every_policy(policy):
    case = load_case("baseline", [policy])
    width = len(list(members()))
    low, high = (case.with_values(values_at([end] * width)) for end in (0.0, 1.0))
    for each in (low, high):
        each.parameters(tuple(range(len(each.overlays))))
    assert low.value_of("feedback.k") < high.value_of("feedback.k")
    assert low.value_of("border.kernel") == "matern32" and high.value_of("border.kernel") == "ou"
