"""What is drawn from priors is what the screening found; draws are the priors', whatever else is drawn."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.calibration import from_priors as program
from experiments.calibration.from_priors import drawn_again, from_priors, of_row
from experiments.calibration.inputs import INPUTS, members
from experiments.calibration.register import FITTED_INPUTS, FROM_PRIORS, MATTERING, UNKNOWNS
from experiments.calibration.unknowns import Rule, Unknown
from experiments.store.files import read_json
from sim.scenario.loading import load_case
from sim.scenario.posterior import read_posterior

DOCS = Path(__file__).parents[3] / "docs" / "calibration"
SCENARIOS = Path(__file__).parents[3] / "scenarios"
SOME = tuple(member for _, member in members() if member.name in ("looks", "looks that clear", "quiet"))
RULE = next(member for _, member in members() if isinstance(member, Rule))
TABLE = """\
# Draws of a test.
# A second line.
south.watch.margin_m,feedback.k,feedback.rule
4.1000,0.1,reciprocal
9,0.2,local
"""


def test_what_is_drawn_is_what_the_shipped_screening_found():
    assert list(MATTERING) == read_json(DOCS / "screening.json")["drawn"]
    assert set(MATTERING) <= {each.name for each in INPUTS}
    fates = pd.read_csv(DOCS / "parameters.csv", keep_default_na=False).set_index("parameter")
    drawn = {path for each in FROM_PRIORS for path in each.sets}
    assert drawn == set(fates.index[fates["verdict"] == "drawn from its prior"])
    too = fates[(fates["input"] != "") & (fates["verdict"] == "fitted to the record")]
    assert set(too["input"]) == set(FITTED_INPUTS) and set(too.index) <= {
        path for each in UNKNOWNS for path in each.sets
    }


def test_the_shipped_posterior_has_their_draws():
    shipped = read_posterior(SCENARIOS / "data" / "posterior.csv")
    assert set(shipped.paths) >= {path for each in (*UNKNOWNS, *FROM_PRIORS) for path in each.sets}
    text = (SCENARIOS / "data" / "posterior.csv").read_text(encoding="utf-8")
    assert drawn_again(text, 1) == text, "those of the calibration's seed"


@pytest.mark.parametrize("each", SOME, ids=lambda each: each.name)
def test_draws_are_those_of_the_prior(each: Unknown):
    found = from_priors(400, 1, [each])
    values = found[each.paths[0]].to_numpy(float)
    assert list(found) == list(each.sets) and all((found[path] == values).all() for path in each.sets)
    if not each.whole:  # one draw in each 400th part
        assert np.sort(np.floor(400 * each.prior.share_below(values))).tolist() == list(range(400))
    else:
        assert {type(value) for value in found[each.paths[0]].tolist()} == {int}


def test_they_hang_on_seed_and_name_alone():
    alone, beside = from_priors(50, 1, SOME[:1]), from_priors(50, 1, (*SOME[::-1], RULE))
    assert beside[list(alone)].equals(alone)
    assert not from_priors(50, 2, SOME[:1]).equals(alone)
    assert abs(np.corrcoef(beside[SOME[0].paths[0]], beside[SOME[-1].paths[0]])[0, 1]) < 0.4
    assert set(beside[RULE.paths[0]]) == set(RULE.levels)
    assert from_priors(50, 1, ()).shape == (50, 0)


def test_draws_are_what_single_deviates_set():
    deviates = np.linspace(-2.0, 2.0, 7)
    follows = replace(SOME[0], follows=(("feedback.k", lambda value: value / 100),))
    for each in (*SOME, RULE, follows):
        found = each.draws(deviates)
        assert list(found) == list(each.sets)
        for i, x in enumerate(deviates):
            assert {path: values[i] for path, values in found.items()} == each.settings(x)


def test_a_file_keeps_what_was_fitted_to_the_letter():
    found = drawn_again(TABLE, 1, SOME)
    lines = found.splitlines()
    assert lines[:2] == TABLE.splitlines()[:2] and len(lines) == 5
    assert lines[2].startswith("south.watch.margin_m,feedback.rule,") and "feedback.k" not in lines[2]
    assert lines[3].startswith("4.1000,reciprocal,") and lines[4].startswith("9,local,")
    assert drawn_again(found, 1, SOME) == found, "once more changes nothing"
    assert drawn_again(found, 1, ()).splitlines()[2:] == [
        "south.watch.margin_m,feedback.rule",
        "4.1000,reciprocal",
        "9,local",
    ]


def test_what_of_the_screening_is_fitted_is_not_drawn_again():
    fitted = TABLE.replace("feedback.k", "south.watch.approach_m")
    assert drawn_again(fitted, 1, SOME).splitlines()[3].startswith("4.1000,0.1,reciprocal,")


def test_the_program_writes_a_posterior_and_refuses_what_is_none(tmp_path, capsys):
    file = tmp_path / "draws.csv"
    file.write_text(TABLE)
    assert program.main([str(file), "--seed", "3"]) == 0
    posterior = read_posterior(file)
    assert posterior.paths[:2] == ("south.watch.margin_m", "feedback.rule")
    assert set(posterior.paths[2:]) == {path for each in FROM_PRIORS for path in each.sets}
    assert "2 draws" in capsys.readouterr().out
    file.write_text("south.watch.marign_m\n4\n")
    assert program.main([str(file)]) == 2
    assert "marign_m" in capsys.readouterr().err and file.read_text() == "south.watch.marign_m\n4\n"
    assert program.main([str(tmp_path / "none.csv")]) == 2


SCENARIO = """\
# A scenario of a test.
extends: declared
name: mine
posterior: draws.csv
south:
  watch: {margin_m: 50}
"""


def test_the_program_renews_point_values_of_a_scenario(tmp_path, capsys):
    file, scenario = tmp_path / "draws.csv", tmp_path / "mine.yaml"
    file.write_text(TABLE)
    scenario.write_text(SCENARIO)
    assert program.main([str(file), "--scenario", str(scenario)]) == 0
    text = scenario.read_text()
    assert text.splitlines()[:4] == SCENARIO.splitlines()[:4]
    case = load_case(str(scenario))
    assert case.value_of("south.watch.margin_m") == 4.1 and case.held == frozenset()
    assert case.draw(1)["feedback.rule"] == "local"
    before = file.read_bytes()
    scenario.write_text(SCENARIO.replace("posterior: draws.csv\n", ""))
    assert program.main([str(file), "--scenario", str(scenario), "--seed", "5"]) == 2
    assert capsys.readouterr().err == f"{scenario}: it names no posterior of its own\n"
    assert program.main([str(file), "--scenario", str(tmp_path / "none.yaml"), "--seed", "5"]) == 2
    assert file.read_bytes() == before, "nothing is written"


def test_each_row_of_a_table_has_values_of_its_own():
    found = [of_row(1, k, (*SOME, RULE)) for k in range(60)]
    assert all(set(row) == {path for each in (*SOME, RULE) for path in each.sets} for row in found)
    assert of_row(1, 5, (*SOME, RULE)) == found[5] != of_row(2, 5, (*SOME, RULE))
    looks = next(each for each in SOME if each.name == "looks")
    below = [float(looks.prior.share_below(np.array(row[looks.paths[0]]))) for row in found]
    assert 0.35 < np.mean(below) < 0.65 and len(set(below)) == 60
    assert {row[RULE.paths[0]] for row in found} == set(RULE.levels)
