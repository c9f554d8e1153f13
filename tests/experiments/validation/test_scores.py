"""Forecasts are ranked as they deserve."""

import numpy as np
import pytest
import recorded

from experiments.calibration.record.record import Record
from experiments.validation.laws import crps, poisson
from experiments.validation.scores import Score, as_poisson, scored, season, with_season


def test_a_forecast_that_knows_is_best():
    (months, years) = scored(recorded.replicates(), Record.read())
    assert (months.of, months.n, years.of, years.n) == ("months", 17, "years 2010-14", 5)
    for found in (months, years):
        model, *others = found.scores
        assert model.name == "the model" and all(model.crps < other.crps for other in others)
        assert all(model.log < other.log for other in others)
    assert [each.name for each in months.scores[1:]] == [
        "Poisson",
        "Poisson, by the others",
        "negative binomial with season",
        "negative binomial with season, by the others",
    ]
    assert years.scores[-1].name == "negative binomial, by the others"


def test_a_season_is_worth_knowing():
    months = [*range(1, 13)] * 3
    groups = season(months)
    assert groups[:4] == [0, 0, 0, 1]
    counts = np.array([0.0, 0, 0, *[3.0, 5, 2, 4, 3, 1, 6, 2, 4]] * 3)
    plain, seasonal = (Score.of("", fit(counts, groups, groups), counts) for fit in (as_poisson, with_season))
    assert seasonal.crps < 0.8 * plain.crps and seasonal.log < plain.log


def test_a_season_that_nobody_has_seen_has_the_rate_of_all():
    (law,) = with_season(np.array([2.0, 4.0, 3.0]), [1, 1, 1], [0])
    assert (law * np.arange(law.size)).sum() == pytest.approx(9.5 / 3)


def test_a_score_is_the_mean_of_those_of_its_counts():
    laws = [poisson(1.0), poisson(4.0)]
    found = Score.of("x", laws, np.array([2.0, 4.0]))
    assert found.crps == pytest.approx((crps(laws[0], 2) + crps(laws[1], 4)) / 2)
