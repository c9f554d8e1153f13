"""What a run begins with."""

from datetime import date

import numpy as np
import pytest

from sim.parameters.place import Weather
from sim.parameters.whole import Parameters
from sim.randomness import luck_key
from sim.start import build_sky
from sim.world.seasons import Calendar


@pytest.mark.parametrize("degrees", [-12, -0.833])
def test_night_begins_where_the_scenario_says(degrees):
    calendar = Calendar(date(2026, 6, 1), 0, 5)
    civil, other = (
        build_sky(Parameters(weather=Weather(twilight_deg=at)), calendar, luck_key(1, 0, 0)).light
        for at in (-6, degrees)
    )
    longer = np.sign(-6 - degrees)  # a lower sun: a longer day
    assert (longer * (other[:, 1] - civil[:, 1]) > 15.0).all()
    assert (longer * (civil[:, 0] - other[:, 0]) > 15.0).all()
