"""Point values that belong together: one draw of a posterior, with the declared rules."""

from pathlib import Path

from experiments.calibration import nearest as module
from experiments.calibration.inputs import members
from experiments.calibration.nearest import nearest
from sim.scenario.posterior import read_posterior

DRAWS = """\
south.watch.margin_m,north.works.slots,feedback.rule
4,10,reciprocal
9,19,reciprocal
10,20,local
11,21,without_work
40,50,reciprocal
"""


def of(tmp_path: Path, text: str):
    (tmp_path / "draws.csv").write_text(text)
    return nearest(read_posterior(tmp_path / "draws.csv"))


def test_it_is_the_draw_whose_numbers_are_in_the_middle_of_those_with_the_declared_rules(tmp_path):
    assert of(tmp_path, DRAWS) == {
        "south.watch.margin_m": 9.0,
        "north.works.slots": 19,
        "feedback.rule": "reciprocal",
    }


def test_where_no_draw_has_the_declared_rules_any_will_do(tmp_path):
    rivals = DRAWS.replace("reciprocal", "local")
    assert of(tmp_path, rivals)["south.watch.margin_m"] == 10.0


def test_without_choices_it_is_the_middle_of_all(tmp_path):
    numbers = "\n".join(line.rpartition(",")[0] for line in DRAWS.splitlines())
    assert of(tmp_path, numbers) == {"south.watch.margin_m": 10.0, "north.works.slots": 20}


def test_what_is_drawn_from_its_prior_has_its_own_middle_and_weighs_nothing(tmp_path, monkeypatch):
    lone = {"looks that confirm", "half-life of tension", "who may fire first"}
    monkeypatch.setattr(module, "FROM_PRIORS", [each for _, each in members() if each.name in lone])
    columns = "south.watch.confirm_looks,feedback.half_life_days,south.rules.action_authority"
    rows = ("1,90,national", "4,10.12345678,battalion", "2,70,battalion", "3,60,battalion", "1,2,battalion")
    head, *draws = DRAWS.splitlines()
    text = "\n".join([f"{head},{columns}", *map(",".join, zip(draws, rows, strict=True))])
    found = of(tmp_path, text)
    assert found == of(tmp_path, DRAWS) | {
        "south.watch.confirm_looks": 2,
        "feedback.half_life_days": 60.0,
        "south.rules.action_authority": "division",
    }
    assert type(found["south.watch.confirm_looks"]) is int
