"""Answered fire and rounds that nobody answered, against FACTS.md and the rows."""

from importlib.resources import files

import pytest

from experiments.calibration.record import Period, Quantity, Record, statistics

FACTS = (files("sim") / "data" / "FACTS.md").read_text(encoding="utf-8")
PERIODS = (Period.of("2000-01", "2014-12"), Period.of("2016-01", "2020-12"), Period.of("2022-01", "2025-10"))


def test_answered_fire_is_what_the_facts_have(told):
    found = told["answered_fire"]
    assert found.value == Quantity.exactly(8) and found.periods == PERIODS
    assert found.exposed("years").best == pytest.approx(286 / 12)
    assert "8 in 2000 - Oct 2025 without 2015 and 2021 (23.8 years)" in FACTS


@pytest.mark.parametrize(
    "how, before, during", [("by_rounds_at_a_post", 6, 0), ("by_a_party", 1, 0), ("otherwise", 1, 0)]
)
def test_answered_fire_by_how_it_began(told, how, before, during):
    """Six at posts, 19 Oct 2014 after warning shots, 10 Oct 2014 at leaflets; none since April 2024."""
    assert told[f"answered_fire_{how}"].value == Quantity.exactly(before + during)
    assert told[f"answered_fire_{how} before works"].value == Quantity.exactly(before)
    assert told[f"answered_fire_{how} with works"].value == Quantity.exactly(during)


def test_the_years_with_works_have_their_own_exposure(told):
    assert told["answered_fire before works"].exposed("years").best == pytest.approx(267 / 12)
    none = told["answered_fire with works"]
    assert none.exposed("years").best == pytest.approx(19 / 12)
    assert (none.rests_on, none.counted_by, none.grade) == (("incidents.csv",), ("press",), "B")


def test_who_began_it(told):
    assert told["answered_fire_by_a_party"].rests_on == ("M20141019",)
    assert told["answered_fire_otherwise"].rests_on == ("M20141010",)


def test_rounds_of_the_north_at_posts_were_all_answered(told):
    rounds = told["rounds_at_posts"]
    assert rounds.value == Quantity.exactly(6)
    assert rounds.exposed("post-years of the north").best == pytest.approx(160 * 286 / 12 - 44)
    answered = told["rounds_at_posts_answered"]
    assert answered.value == Quantity.exactly(6) and answered.exposure == Quantity.exactly(6)


def test_discharges_of_the_south_were_never_answered(told):
    found = told["discharges_south"]
    assert found.value == Quantity.exactly(6)
    assert found.exposed("years").best == pytest.approx(166 / 12)  # priors.csv: 13.8 years
    assert found.exposed("post-years of the south").high == pytest.approx(60 * 166 / 12)
    answered = told["discharges_south_answered"]
    assert answered.value == Quantity.exactly(0) and answered.exposure == Quantity.exactly(6)


def test_rounds_that_nobody_answered_are_told_apart(own):
    rows = [
        {"id": "M1", "kind": "guard_post_shooting", "side_crossing": "none", "response": "none"},
        {"id": "M2", "kind": "guard_post_shooting", "side_crossing": "none", "response": "returned_fire"},
        {"id": "M3", "kind": "accidental_discharge", "side_crossing": "none", "response": "returned_fire"},
        {"id": "M4", "kind": "artillery", "side_crossing": "none"},
    ]
    ours = statistics(Record.read(own(incidents=rows)))
    names = (
        "rounds_at_posts",
        "rounds_at_posts_answered",
        "discharges_south_answered",
        "answered_fire_otherwise",
    )
    assert [ours[name].value.best for name in names] == [2, 1, 1, 1]
