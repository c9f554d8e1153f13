"""Codes of the state: numbers that were stored keep their meaning."""

from typing import get_args

import numpy as np

from sim import codes
from sim.codes import (
    Action,
    AfterWarning,
    Cause,
    Code,
    Crew,
    Due,
    Posture,
    Rung,
    TalksState,
    Trigger,
    UnitKind,
)
from sim.compiled import compiled
from sim.parameters.force import Step
from sim.parameters.units import AfterWarning as Rule

# What folders of results and snapshots of every version hold.
STORED = {
    UnitKind: ("patrol", "work_party", "survey_team"),
    Crew: ("both", "day", "night"),
    AfterWarning: ("step_back", "none", "stay_away", "abandon", "move_along"),
    Trigger: ("violation", "stray_shot", "mine_strike", "provocation"),
    Cause: ("map", "navigation", "fix", "joint", "stray_shot", "mine", "order"),
    Due: ("look", "command", "leave", "fire", "support", "explain", "call", "quiet"),
    Posture: ("normal", "alert", "predelegated"),
    Rung: (
        "observed",
        "broadcast",
        "warning_shots",
        "aimed_fire",
        "casualties",
        "heavy_weapons",
        "other_area",
    ),
    TalksState: (
        "none",
        "proposed",
        "ignored",
        "refused",
        "accepted",
        "in_session",
        "agreed",
        "collapsed",
        "implemented",
        "suspended",
    ),
}


def test_a_stored_number_keeps_its_meaning():
    for kind, words in STORED.items():
        assert kind.words() == words
        assert [int(code) for code in kind] == list(range(len(words)))
    assert [int(action) for action in Action] == [1, 2, 3, 4, 5]


def test_every_kind_of_code_is_held():
    kinds = {each for each in vars(codes).values() if isinstance(each, type) and issubclass(each, Code)}
    assert kinds - {Code} == {*STORED, Action}


def test_every_step_of_the_rules_is_an_action():
    assert {action.word for action in Action} == {*get_args(Step), "reply"}


def test_every_rule_of_learning_has_its_code():
    assert get_args(Rule) == AfterWarning.words()


@compiled
def _asked(kind):
    return kind == UnitKind.WORK_PARTY, kind == UnitKind.PATROL


def test_the_kernel_reads_the_same_names():
    assert _asked(np.int32(1)) == (True, False)
