"""Rows of the table: what is summed up, and of which incidents."""

import numpy as np
import pandas as pd
import pytest

from experiments.calibration.basis import middle_of
from experiments.calibration.from_priors import of_row
from experiments.calibration.register import READING, RULES, UNKNOWNS, WIDTH
from experiments.calibration.simulate import _by_exposure, play_row
from sim.documents.laying import at_path
from sim.outcome.outcome import Outcome


def deviates(rule, word):
    """All unknowns in the middle, and one rule at this level."""
    x = [0.0] * WIDTH
    x[len(UNKNOWNS) + RULES.index(rule)] = middle_of(rule.levels.index(word), len(rule.levels))
    return x


def test_a_row_is_played_under_the_rule_that_it_draws(monkeypatch):
    played = []

    def made_up(case, seed, world):
        played.append(case.parameters(()))

    monkeypatch.setattr("experiments.calibration.simulate.played", made_up)
    sums = {"p_read_works": 0.1, "total": 3.0}, {"p_read_2014": 0.2}
    monkeypatch.setattr("experiments.calibration.simulate.of_works", lambda *_: sums[0])
    monkeypatch.setattr("experiments.calibration.simulate.of_2014", lambda *_: sums[1])
    for word in READING.levels:
        row = play_row(1, 0, deviates(READING, word))
        both = played[-2:]
        assert {side.conduct.attack_rule for each in both for side in each.sides} == {word}
        assert {f"x_{i}" for i in range(WIDTH)} <= row.keys() and row["total"] == 3.0
        assert np.isnan(row["p_read_works"]) == np.isnan(row["p_read_2014"]) == (word == "orders")
    lone = of_row(1, 0)
    for path, value in lone.items():
        assert {at_path(each.model_dump(), tuple(path.split("."))) for each in played} == {value}
    play_row(1, 1, deviates(READING, "orders"))
    (path, *_) = lone
    assert at_path(played[-1].model_dump(), tuple(path.split("."))) != lone[path], "each row has its own"


def test_the_chance_that_a_volley_is_read_is_that_of_parties_and_not_of_posts():
    """Rounds that nobody ordered are read by posts, far more often as an attack."""
    incidents = pd.DataFrame(
        {
            "begun_by": ["violation", "violation", "stray_shot", "violation"],
            "subject": ["work_party", "patrol", None, "patrol"],
            "p_read": [0.02, 0.04, 0.9, None],
            "false_incident": [False, False, False, True],
        }
    )
    row = {"workdays_north": 100.0, "warning_volleys": 2, "expected_clashes": 0.1}
    found = _by_exposure(Outcome(row, incidents.to_dict("records"), np.zeros((1, 2)), np.zeros(1)), "works")
    assert found["p_read_works"] == pytest.approx(0.03)
