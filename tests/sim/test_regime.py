"""What is in force: the effect of the year on reconnaissance, beside the governments' decisions."""

import numpy as np
import pytest

from sim.model import DmzModel
from sim.regime import Regime
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH


def model_of(*assignments, start="2025-12-29", days=10):
    short = (f"start={start}", "space.length_km=12", "clock.warmup_days=0")
    return DmzModel(load_case("declared", (), (*short, *assignments), days), seed=1)


@pytest.mark.parametrize("spread", [0, 0.5, 1.5])
def test_the_years_effect_is_log_normal_with_mean_1(spread):
    """Integrated over the normal deviate of the year, by Gauss and Hermite."""
    model = model_of(f"north.patrols.year_log_sd={spread}", f"south.patrols.year_log_sd={spread}")
    regime = Regime.under(model.case, ())
    deviates, weights = np.polynomial.hermite_e.hermegauss(40)
    effects = []
    for deviate in deviates:
        regime.enter_year(np.array([deviate, -deviate]))
        effects.append(regime.records["recon_year"].copy())
    assert weights @ np.array(effects) / weights.sum() == pytest.approx([1.0, 1.0])
    if spread:
        assert np.log(effects).std(axis=0).min() > spread
    else:
        assert np.all(np.array(effects) == 1.0)


def test_it_is_the_same_all_year_another_in_the_next_and_a_sides_own():
    model, found = model_of("north.patrols.year_log_sd=0.5"), []
    for _ in range(10):
        model.run(1)
        found.append(model.scene.regime.records["recon_year"].tolist())
    old, new = found[:3], found[3:]  # 29 to 31 December
    assert all(each == old[0] for each in old) and all(each == new[0] for each in new)
    values = [year[0][side] for year in (old, new) for side in (NORTH, SOUTH)]
    assert len(set(values)) == 4 and 1.0 not in values


def test_it_does_not_depend_on_policy_or_luck():
    effects = [
        DmzModel(load_case("declared", policies, days=2), luck=luck, seed=1)
        .run()
        .scene.regime.records["recon_year"]
        for policies in ((), ("no_work_buffer_100m",))
        for luck in (0, 1)
    ]
    assert np.ptp(effects, axis=0).max() == 0.0
    other = DmzModel(load_case("declared", days=2), world=1, seed=1).run().scene.regime.records["recon_year"]
    assert np.all(effects[0] != other)


def test_without_a_spread_no_year_differs():
    model = model_of("north.patrols.year_log_sd=0", "south.patrols.year_log_sd=0").run()
    assert np.all(model.scene.regime.records["recon_year"] == 1.0)


def test_a_run_that_is_restored_at_its_end_keeps_the_years_effect():
    ended = model_of(days=3).run()  # on the last midnight of the year
    again = model_of(days=3)
    again.restore(ended.snapshot())
    assert np.array_equal(again.scene.regime.records, ended.scene.regime.records)
