"""What of a run counts: after the warm-up, up to the horizon or an end at a rung."""

import numpy as np
import pytest

from sim.codes import Rung
from sim.constants import DAY
from sim.exposure import Exposure
from sim.model import DmzModel
from sim.scenario.loading import load_case


@pytest.fixture
def exposure():
    """Ten days after two of warm-up; the scenario ends its runs at aimed fire."""
    case = load_case("declared", assignments=["days=10", "clock.warmup_days=2"])
    state = DmzModel(case, seed=1).state
    return Exposure(state, 2 * DAY, 12 * DAY, Rung.AIMED_FIRE)


def at(exposure, day):
    exposure.state.run["minute"] = day * DAY
    return exposure


def test_the_warm_up_does_not_count(exposure):
    assert [at(exposure, day).days for day in (0, 1, 2, 3, 12)] == [0.0, 0.0, 0.0, 1.0, 10.0]
    moments = np.array([0.0, 2.0, 5.0, 12.0]) * DAY
    assert at(exposure, 6).holds(moments).tolist() == [False, True, True, False]


def test_a_run_ends_at_the_first_incident_that_climbs_so_far(exposure):
    at(exposure, 8)
    exposure.reach(Rung.WARNING_SHOTS, 3 * DAY)
    assert not exposure.ended
    exposure.reach(Rung.CASUALTIES, 5 * DAY)
    exposure.reach(Rung.CASUALTIES, 6 * DAY)
    assert exposure.ended and exposure.until == 5 * DAY and exposure.days == 3.0


def test_no_run_ends_in_the_warm_up_or_without_a_rung(exposure):
    exposure.reach(Rung.OTHER_AREA, 1.9 * DAY)
    Exposure(exposure.state, 0.0, 12 * DAY, None).reach(Rung.OTHER_AREA, 3 * DAY)
    assert not exposure.ended
