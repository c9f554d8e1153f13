"""The pictures of a validation can be read, and hold what they draw."""

from datetime import date

import numpy as np
import pytest
import recorded
from made_up import assert_legible

from experiments.calibration.record.catalogue import statistics
from experiments.calibration.record.quantity import Quantity
from experiments.calibration.record.record import Record
from experiments.pictures.back_tests import back_test_picture
from experiments.pictures.episodes import chances
from experiments.pictures.predictive import predictive
from experiments.pictures.sheet import styled
from experiments.validation.back_test import AS_NOW, AS_PUBLISHED, BackTest, Forecast
from experiments.validation.check import OUT, Check
from experiments.validation.checks import checks
from experiments.validation.episodes import TITLES, Event
from experiments.validation.predictive import held, held_values
from experiments.validation.scores import Score

RECORD = Record.read()
ABOUT = "40 histories of a test."


def spread(check, seed):
    """A check with values about the record's, as a posterior has them."""
    luck = np.random.default_rng(seed)
    middle = max(check.value.best, 0.3)
    values = middle * luck.lognormal(0.0, 0.8, 150)
    return held_values(check, np.minimum(values, 1.0) if check.unit == "share" else values)


@pytest.mark.parametrize("times", [1, 5])
def test_every_number_has_a_panel_that_can_be_read(times, monkeypatch):
    made, _ = checks(RECORD, statistics(RECORD), fitted=True)
    replicates = recorded.replicates(times=times)
    found = [held(each, replicates) for each in made]
    with styled():
        drawn = list(predictive(found, ABOUT))
    assert [each.name for each in drawn] == [
        f"predictive-{theme}" for theme in ("works", "months", "years", "fire", "times")
    ]
    for picture in drawn:
        words = assert_legible(picture.figure, monkeypatch)
        assert ABOUT in words and not picture.data.empty
    said = " ".join(assert_legible(drawn[0].figure, monkeypatch))
    assert "15 (14 - 15)" in said and "record 7" in said
    assert (said.count("missed") > 3) == (times > 1)


def test_wide_laws_are_drawn_too(monkeypatch):
    made, _ = checks(RECORD, statistics(RECORD), fitted=True)
    with styled():
        drawn = list(predictive([spread(each, i) for i, each in enumerate(made)], ABOUT))
    for picture in drawn:
        assert_legible(picture.figure, monkeypatch)
    shares = drawn[0].data.groupby("number")["share"].sum()
    assert shares.to_numpy() == pytest.approx(1.0), "nothing falls off an axis"


def test_a_number_beyond_all_histories_is_on_the_axis():
    check = Check("a", "a", "min", "times", OUT, Quantity.exactly(570.0), lambda r: np.zeros(r.n))
    with styled():
        (picture,) = predictive([held_values(check, np.full(50, 12.0))], ABOUT)
    (axes,) = (each for each in picture.figure.axes if each.lines)
    low, high = axes.get_xlim()
    assert low < 12.0 and high > 570.0


def test_chances_are_drawn_by_episode(monkeypatch):
    found = [
        Event(name, f"something of {i}", i % 2 == 0, chance, chance / 2, min(1.0, 2 * chance), 300)
        for name in TITLES
        for i, chance in enumerate((0.0, 0.05, 0.5, 1.0, float("nan")))
    ]
    with styled():
        (picture,) = chances(found, ABOUT)
        assert list(chances([], ABOUT)) == []
    words = assert_legible(picture.figure, monkeypatch)
    assert set(TITLES.values()) <= set(words) and "never came about; it happened" in words
    assert len(picture.data) == len(found)


def test_forecasts_stand_beside_what_came(monkeypatch):
    score = Score("x", 1.5, 2.0)
    forecasts = tuple(
        Forecast(name, 8.0, 1.0, high, score, score)
        for name, high in (("the model", 40.0), ("Poisson", 15.0), ("negative binomial with season", 22.0))
    )
    tests = [
        BackTest(date(2024, 12, 31), by, 9, 6, 10, 900, 500.0, forecasts) for by in (AS_NOW, AS_PUBLISHED)
    ] * 2
    with styled():
        (picture,) = back_test_picture(tests)
        assert list(back_test_picture([])) == []
    words = assert_legible(picture.figure, monkeypatch)
    assert "December 2024, as published by then: 9 known, 6 after" in words
    assert len(picture.data) == 12 and set(picture.data["after"]) == {6}
