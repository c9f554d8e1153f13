"""Mine strikes against the kilometres walked off the lane."""

import math

import pytest
from harness import SURE, Field, works
from scipy import stats

from sim.field.events import MINE_STRIKE


@pytest.mark.parametrize(("speed", "rate", "tick"), [(3, 0.02, 10), (1, 0.02, 10), (1, 0.06, 20)])
def test_strikes_go_with_the_kilometres_walked_off_the_lane(speed, rate, tick):
    """Off the lane is where the error, scaled, passes the lane's half width: here at 1 sd."""
    n, days, hours = 1500, 4, 9
    field = Field(
        north__patrols__slots=n, north__patrols__standoff_m=400, north__navigation__error_m=10,
        north__patrols__speed_kmh=speed, mines__strikes_per_km=rate, mines__lane_error=0.1,
        mines__lane_halfwidth_m=1, ground__mine_line=1, ground__mine_north=1,
        ground__mine_south=1, clock__tick_minutes=tick,
    ).play(days=days, minutes=300)  # fmt: skip
    km = 2 * n * days * hours * speed * 2 * stats.norm.sf(1.0)
    strikes = field.count(MINE_STRIKE)
    # one strike a shift at most: a shift walks so little off the lane that few could have two
    most = rate * km
    fewest = 2 * n * days * -math.expm1(-rate * km / (2 * n * days)) * 0.93
    assert fewest - SURE * math.sqrt(most) < strikes < most + SURE * math.sqrt(most)


def test_mine_density_scales_the_rate_and_the_lane_protects():
    def strikes(**more):
        return Field(
            north__patrols__slots=1500, north__patrols__standoff_m=60,
            north__navigation__error_m=10, north__patrols__speed_kmh=1,
            mines__strikes_per_km=0.05, **more,
        ).play(days=2, minutes=300).count(MINE_STRIKE)  # fmt: skip

    wide = strikes(mines__lane_halfwidth_m=5, mines__lane_error=0)
    about_line = strikes(mines__lane_halfwidth_m=1, mines__lane_error=0.5, ground__mine_line=5,
                         ground__mine_north=1, ground__mine_south=1)  # fmt: skip
    even = strikes(mines__lane_halfwidth_m=1, mines__lane_error=0.5, ground__mine_line=1,
                   ground__mine_north=1, ground__mine_south=1)  # fmt: skip
    assert wide == 0
    assert about_line > 2 * even > 200


def test_a_working_party_walks_while_it_works():
    def strikes(walk):
        return works(
            north__works__walk_kmh=walk, north__navigation__error_m=10, mines__lane_error=1,
            mines__lane_halfwidth_m=0.5, mines__strikes_per_km=0.02,
        ).play(days=8).count(MINE_STRIKE)  # fmt: skip

    still, slow, fast = strikes(0), strikes(0.2), strikes(0.6)
    assert still == 0
    assert slow > 20
    assert fast / slow == pytest.approx(3.0, abs=SURE * 3 * math.sqrt(1 / slow + 1 / fast))
