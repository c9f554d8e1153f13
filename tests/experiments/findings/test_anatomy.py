"""The anatomy of made-up runs: values that add up, signs, verdicts, and what nothing hangs on."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from made_up import assert_legible
from matplotlib.text import Text
from shape import strange

from experiments.design.anatomy import AnatomyDesign
from experiments.design.ingredients import Ingredient
from experiments.findings.anatomy import AnatomyFigures, Removals, anatomy_of, table_of
from experiments.findings.anatomy_words import (
    HEADS,
    VERDICTS,
    effect_words,
    level_words,
    played_words,
    row_words,
    whole_words,
)
from experiments.pictures.anatomy import anatomy_picture
from experiments.pictures.sheet import styled
from experiments.statistics.intervals import difference_interval
from experiments.statistics.shapley import NOBODY, alone, members

WORLDS = 60
# Takes half away, a tenth, nothing at all; raises by a fifth.
FACTORS = {"half": 0.5, "tenth": 0.9, "idle": 1.0, "brake": 1.2}
PARTS = tuple(
    Ingredient(name, f"No {name}.", "All else.", {"hotline": {"working": True}}) for name in FACTORS
)
YEARS = 2.0 * WORLDS


def made(worlds=WORLDS, seed=1, orders=2, spread=0.3):
    """Plays of worlds whose clashes are a log-normal number times the factors of what is removed."""
    design = AnatomyDesign.drawn(range(worlds), 2 * worlds, len(FACTORS), orders, seed)
    luck = np.random.default_rng(seed)
    base = dict(zip(design.worlds, np.exp(spread * luck.standard_normal(worlds)), strict=True))
    factors = list(FACTORS.values())
    rows = [
        {
            "world": world,
            "run": 2 * world + k,
            "coalition": each,
            "expected": (k + 1) * base[world] * math.prod(factors[i] for i in members(each)),
            "counted": int(base[world] > 1.0),
            "digest": str([i for i in members(each) if i != 2]),
        }
        for world, coalitions in zip(design.worlds, design.coalitions, strict=True)
        for each in coalitions
        for k in range(2)
    ]
    return design, pd.DataFrame(rows).sample(frac=1.0, random_state=1)


@pytest.fixture(scope="module")
def found():
    return anatomy_of(Removals.of(*made()), PARTS, YEARS)


def part(figures, name):
    return next(each for each in figures["ingredients"] if each["name"] == name)


def _ways(its):
    return its["shapley"], its["alone"]


def test_shapley_values_add_up_to_what_all_removals_do_together(found):
    for events in ("expected", "counted"):
        total = sum(each["shapley"][events]["estimate"] for each in found["ingredients"])
        assert math.isclose(total, found["whole"][events] - found["bare"][events], abs_tol=1e-12)
        assert math.isclose(total, found["together"][events]["estimate"], abs_tol=1e-12)


def test_what_is_told_is_what_a_removal_takes_away(found):
    mean = found["whole"]["expected"]
    assert math.isclose(part(found, "half")["alone"]["expected"]["estimate"], 0.5 * mean)
    assert math.isclose(part(found, "brake")["alone"]["expected"]["estimate"], -0.2 * mean)
    assert [each["name"] for each in found["ingredients"]] == ["half", "tenth", "idle", "brake"]
    verdicts = {
        each["name"]: (each["alone"]["expected"]["verdict"], each["shapley"]["expected"]["verdict"])
        for each in found["ingredients"]
    }
    assert verdicts["half"] == ("lower", "lower") and verdicts["brake"] == ("higher", "higher")
    assert verdicts["idle"] == ("identical", "undecided")
    for each in found["ingredients"]:
        for way in (each["alone"]["expected"], each["shapley"]["expected"]):
            assert way["low"] <= way["estimate"] <= way["high"]


def test_what_adds_nothing_is_worth_nothing(found):
    idle = part(found, "idle")
    for way in ("alone", "shapley"):
        for events in ("expected", "counted"):
            assert abs(idle[way][events]["estimate"]) < 1e-12


def test_intervals_are_those_of_a_paired_comparison_at_the_family_s_level(found):
    _, plays = made()
    sums = plays.groupby(["world", "coalition"])["expected"].sum().unstack()
    y, x = sums[alone(0)].to_numpy(), sums[NOBODY].to_numpy()
    assert math.isclose(found["level"], 1 - 0.05 / 4)
    plain = difference_interval(y, x, YEARS, level=found["level"], events="expected")
    mine = part(found, "half")["alone"]["expected"]
    assert math.isclose(mine["estimate"], -plain.estimate)
    assert -plain.high >= mine["low"] - 1e-9 and mine["high"] >= -plain.low - 1e-9  # the pool weighs more
    assert mine["effective_worlds"] == pytest.approx(plain.effective_clusters)


def test_orders_of_each_world_are_those_of_the_design():
    design, plays = made(worlds=3)
    removals = Removals.of(design, plays)
    before, after = removals.along_orders(0, "expected")
    for i, orders in enumerate(design.orders):
        value = {each: its["expected"] for each, its in removals.values[i].items()}
        taken = []
        for order in orders:
            gone = sum(1 << j for j in order[: order.index(0)])
            taken.append(value[gone] - value[gone | 1])
        assert np.allclose(before[i] - after[i], np.mean(taken, axis=0))


def test_figures_are_plain_and_of_their_shape(found):
    again = json.loads(json.dumps(found))
    assert strange(again, AnatomyFigures) is None
    assert found["orders"] == 2 * WORLDS and found["plays"] == len(made()[1])


def test_over_draws_the_share_in_which_a_removal_lowers_is_told():
    design, plays = made()
    deviates = np.random.default_rng(3).standard_normal((WORLDS, 3))
    found = anatomy_of(Removals.of(design, plays), PARTS, YEARS, deviates=deviates)
    half, brake = part(found, "half")["draws"], part(found, "brake")["draws"]
    assert half["alone"]["estimate"] > 0.95 > 0.05 > brake["alone"]["estimate"]
    assert half["shapley"]["estimate"] > 0.95 and abs(half["ratio"]["median"] - 0.5) < 0.05
    table = table_of(found)
    assert table["lowers_in"].notna().sum() == 6 and len(table) == 16
    assert part(found, "idle")["draws"] is None  # a share would hang on draws in which it changes nothing
    assert anatomy_of(Removals.of(design, plays), PARTS, YEARS)["ingredients"][0]["draws"] is None


def test_agents_of_ones_own_are_counted(found):
    counted = anatomy_of(Removals.of(*made()), PARTS, YEARS, leads="counted")
    assert counted["leads"] == "counted" and "are counted" in level_words(counted)
    assert "expected" not in whole_words(counted) and "expected" in whole_words(found)


def test_one_world_alone_has_no_interval():
    found = anatomy_of(Removals.of(*made(worlds=1)), PARTS, 2.0)
    effect = part(found, "half")["alone"]["expected"]
    assert (
        effect["low"] is None and effect["verdict"] == "undecided" and "no interval" in effect_words(effect)
    )


def test_words_say_what_was_played_and_what_came_of_it(found):
    assert "all 120 runs" in played_words(found, "calm", 120, 7, False)
    drawn = played_words(found, "calm", 300, 7, True)
    assert "120 runs of 300, drawn by seed 7 before anything was played" in drawn and "posterior" in drawn
    assert "120 orders of removal, 2 of each world" in drawn
    cells = row_words(part(found, "half"), "expected")
    assert len(cells) == len(HEADS) and cells[1] == "fewer without it" and cells[-1] == "-"
    assert row_words(part(found, "brake"), "expected")[1] == "more without it"
    assert row_words(part(found, "idle"), "expected")[2:4] == ("exactly 0", "no run changes")
    assert "undecided" in level_words(found).lower() and "98.8%" in level_words(found)


def test_the_picture_can_be_read_and_says_what_is_undecided(monkeypatch):
    design, plays = made()
    deviates = np.random.default_rng(3).standard_normal((WORLDS, 3))
    found = anatomy_of(Removals.of(design, plays), PARTS, YEARS, deviates=deviates)
    with styled():
        picture = anatomy_picture(
            "a scenario of a rather long name + a policy", found, [level_words(found)] * 2
        )
        assert_legible(picture.figure, monkeypatch)
    words = [text.get_text() for text in picture.figure.findobj(Text)]
    verdicts = [way["expected"]["verdict"] for each in PARTS for way in _ways(part(found, each.name))]
    for verdict, said in VERDICTS.items():
        assert words.count(said) == verdicts.count(verdict) > 0
    assert "exactly 0" in words
    bars = {patch.get_facecolor()[:3] for axes in picture.figure.axes for patch in axes.patches}
    assert (1.0, 1.0, 1.0) in bars and len(bars) == 3  # hollow, and one colour for each way
    assert list(picture.data["ingredient"].unique()) == [each["name"] for each in found["ingredients"]]
