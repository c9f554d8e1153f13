"""What drives the rate of a sample: of which points, on which scale, at which level."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc
from shape import strange

from experiments.findings.drivers import Drivers, drivers
from experiments.measures import MEASURES, by_world
from experiments.statistics.intervals import Pilot, rate_interval
from experiments.statistics.regression import standardised

POINTS = 20
FACTORS = {"south.watch.margin_m": (1.0, 40.0), "mines.strikes_per_km": (0.01, 10.0)}


def study(scenarios=("one",), points=POINTS, drawn=tuple(FACTORS)):
    """Clashes rise with the logarithm of the second factor, and not with the first."""
    rng = np.random.default_rng(3)
    shares = qmc.LatinHypercube(2, rng=rng).random(points)
    (low, high), (least, most) = FACTORS.values()
    arms, runs = {}, {}
    for scenario in scenarios:
        for i, (a, b) in enumerate(shares):
            values = low + (high - low) * a, least * (most / least) ** b
            name = f"{scenario} {i}"
            levels = {"scenario": scenario} if len(scenarios) > 1 else {}
            levels |= dict(zip(FACTORS, map(str, values), strict=True))
            arms[name] = SimpleNamespace(
                name=name,
                future=name,
                is_baseline=True,
                levels=levels,
                case=SimpleNamespace(
                    drawn=frozenset(drawn), value_of=dict(zip(FACTORS, values, strict=True)).get
                ),
            )
            rate = 1 + 3 * b if scenario == "one" else 1 + 3 * (1 - b)
            table = pd.DataFrame({"world": np.arange(40) // 2, "days": 365.0})
            runs[name] = table.assign(**{m: rng.poisson(rate, 40) for m in MEASURES})
    factors = {"scenario": scenarios} if len(scenarios) > 1 else {}
    factors |= {name: tuple(arm.levels[name] for arm in arms.values()) for name in FACTORS}
    return SimpleNamespace(arms=arms, rated="clashes", factors=factors), runs


def worlds_of(runs):
    return {name: by_world(table, *MEASURES) for name, table in runs.items()}


POOL = Pilot(500.0, 900.0, 400, 800)


def test_the_driver_is_found_and_the_other_is_not():
    plan, runs = study()
    found = drivers(plan, worlds_of(runs), POOL)
    assert found["factors"] == {"south.watch.margin_m": False, "mines.strikes_per_km": True}
    assert strange(found, Drivers) is None
    margin, strikes = found["regressions"][0]["drivers"]
    for each in ("standardised", "partial_rank"):
        assert margin[each]["low"] < 0 < margin[each]["high"] and strikes[each]["low"] > 0.5
    values = np.array([list(point["values"].values()) for point in found["points"]])
    values[:, 1] = np.log(values[:, 1])
    rates = [point["rate"]["estimate"] for point in found["points"]]
    again = standardised(values, rates, found["level"])
    assert strikes["standardised"]["high"] == pytest.approx(again.high[1])
    assert found["level"] == pytest.approx(1 - 0.05 / 2)
    assert found["regressions"][0]["explained"]["standardised"] == pytest.approx(again.explained)


def test_the_points_are_one_family():
    plan, runs = study()
    found = drivers(plan, worlds_of(runs), POOL)
    assert found["points_level"] == pytest.approx(1 - 0.05 / POINTS)
    first = found["points"][0]
    counts = runs[first["future"]].groupby("world")["clashes"].sum()
    wanted = rate_interval(counts, 40.0, pool=POOL, level=found["points_level"])
    assert (first["rate"]["low"], first["rate"]["high"]) == pytest.approx((wanted.low, wanted.high))


def test_scenarios_have_a_regression_each():
    plan, runs = study(("one", "two"))
    found = drivers(plan, worlds_of(runs), POOL)
    one, two = found["regressions"]
    assert one["under"] == {"scenario": "one"} and one["points"] == POINTS
    assert one["drivers"][1]["standardised"]["low"] > 0 > two["drivers"][1]["standardised"]["high"]
    assert found["level"] == pytest.approx(1 - 0.05 / 4)


def test_few_points_have_no_regression_and_a_grid_nothing():
    plan, runs = study(points=5)
    found = drivers(plan, worlds_of(runs), POOL)
    assert found["regressions"][0]["drivers"] is None and len(found["points"]) == 5
    plan, runs = study(drawn=())
    assert drivers(plan, worlds_of(runs), POOL) is None
    assert drivers(plan, {}, POOL) is None
