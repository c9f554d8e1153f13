"""On what the spread over draws rests: by the grades that the schema gives parameters."""

import numpy as np
import pandas as pd
import pytest

from experiments.calibration.register import FITTED_APART, RULES, UNKNOWNS
from experiments.findings.ground_words import grounds_rows, grounds_sentence
from experiments.findings.grounds import GRADES, grade_of, grounds_of
from sim.scenario.loading import load_case

N = 200


def runs_of(values):
    """Two lucks of a year each, with these expected clashes."""
    draws = np.repeat(np.arange(len(values)), 2)
    lucks = np.tile([0, 1], len(values))
    return pd.DataFrame(
        {"draw": draws, "luck": lucks, "expected_clashes": np.repeat(values, 2), "days": 365.0}
    )


def test_every_unknown_of_a_calibration_has_a_grade():
    assert grade_of(["south.rules.delay_minutes"]) == "measured"
    assert grade_of(["north.watch.registration_m", "south.watch.registration_m"]) == "analogue"
    assert grade_of(["border.commission_error_m", "north.map_error_m"]) == "assumption", "the least sure"
    for paths in (*(each.paths for each in (*UNKNOWNS, *RULES)), *FITTED_APART.values()):
        assert grade_of(paths) in GRADES


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Draws of one parameter of each grade, of which the second has a twin."""
    folder, luck = tmp_path_factory.mktemp("grounds"), np.random.default_rng(1)
    fix = luck.uniform(3, 20, N)
    draws = {
        "south.rules.delay_minutes": luck.uniform(1, 20, N),
        "north.watch.registration_m": fix,
        "south.watch.registration_m": fix,
        "south.watch.margin_m": luck.uniform(0, 50, N),
        "north.works.slots": np.full(N, 50),
    }
    pd.DataFrame(draws).to_csv(folder / "draws.csv", index=False)
    (folder / "drawn.yaml").write_text("extends: declared\nname: drawn\nposterior: draws.csv\n")
    (folder / "held.yaml").write_text("extends: drawn.yaml\nname: held\nsouth: {watch: {margin_m: 7}}\n")
    return folder


def test_each_grade_tells_what_its_parameters_do(case):
    drawn = load_case(str(case / "drawn.yaml"))
    values = drawn.posterior.values
    clashes = np.exp(np.log(values[:, 0]) + 2.5 * np.log(values[:, 1]))
    found = grounds_of(drawn, runs_of(clashes))
    grades = {each["grade"]: each for each in found["grades"]}
    assert [each["unknowns"] for each in found["grades"]] == [1, 1, 1] and tuple(grades) == GRADES
    assert found["together"]["estimate"] > 0.9
    assert grades["analogue"]["alone"]["estimate"] > grades["measured"]["alone"]["estimate"] > 0.2
    assert abs(grades["assumption"]["beside"]["estimate"]) < 0.02
    assert len(grounds_rows(found)) == 4 and "measured parameters tell" in grounds_sentence(found)
    held = grounds_of(load_case(str(case / "held.yaml")), runs_of(clashes))
    assert [each["grade"] for each in held["grades"]] == ["measured", "analogue"], "what is held is not drawn"


def test_of_few_draws_or_none_that_differ_nothing_is_said(case):
    drawn = load_case(str(case / "drawn.yaml"))
    assert grounds_of(drawn, runs_of(np.arange(49.0))) is None
    assert grounds_of(drawn, runs_of(np.zeros(N))) is None
