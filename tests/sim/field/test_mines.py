"""Mine strikes against the kilometres walked off the lane, and against the days at work."""

import math
from itertools import pairwise

import numpy as np
import pytest
from harness import SURE, Field, patrols, works
from scipy import stats

from sim.codes import Trigger
from sim.constants import DAY
from sim.sides import NORTH


@pytest.mark.parametrize(("speed", "rate", "tick"), [(3, 0.02, 10), (1, 0.02, 10), (1, 0.06, 20)])
def test_strikes_go_with_the_kilometres_walked_off_the_lane(speed, rate, tick):
    """Off the lane is where the error, scaled, passes the lane's half width: here at 1 sd."""
    n, days, hours = 1500, 4, 9
    field = Field(
        north__patrols__slots=n,
        north__patrols__standoff_m=400,
        north__navigation__error_m=10,
        north__patrols__speed_kmh=speed,
        mines__strikes_per_km=rate,
        mines__lane_error=0.1,
        mines__lane_halfwidth_m=1,
        ground__mine_line=1,
        ground__mine_north=1,
        ground__mine_south=1,
        clock__tick_minutes=tick,
    ).play(days=days, minutes=300)
    km = 2 * n * days * hours * speed * 2 * stats.norm.sf(1.0)
    strikes = field.count(Trigger.MINE_STRIKE)
    # one strike a shift at most: a shift walks so little off the lane that few could have two
    most = rate * km
    fewest = 2 * n * days * -math.expm1(-rate * km / (2 * n * days)) * 0.93
    assert fewest - SURE * math.sqrt(most) < strikes < most + SURE * math.sqrt(most)


def test_mine_density_scales_the_rate_and_the_lane_protects():
    def strikes(**more):
        return (
            Field(
                north__patrols__slots=1500,
                north__patrols__standoff_m=60,
                north__navigation__error_m=10,
                north__patrols__speed_kmh=1,
                mines__strikes_per_km=0.05,
                **more,
            )
            .play(days=2, minutes=300)
            .count(Trigger.MINE_STRIKE)
        )

    wide = strikes(mines__lane_halfwidth_m=5, mines__lane_error=0)
    about_line = strikes(
        mines__lane_halfwidth_m=1,
        mines__lane_error=0.5,
        ground__mine_line=5,
        ground__mine_north=1,
        ground__mine_south=1,
    )
    even = strikes(
        mines__lane_halfwidth_m=1,
        mines__lane_error=0.5,
        ground__mine_line=1,
        ground__mine_north=1,
        ground__mine_south=1,
    )
    assert wide == 0
    assert about_line > 2 * even > 200


# -- at work in mined ground ----------------------------------------------------------------------

HAZARD = 0.1


def at_work(**more):
    """Work on mined ground: all programmes and projects begin with May, and last until winter."""
    usual = {
        "north__works__first_month": 5,
        "north__works__early": 1,
        "north__works__programme_weeks": 0,
        "north__works__hours": 12,
        "mines__strikes_per_party_day": HAZARD,
        "mines__clearing_weeks": 200,
    }
    return works(**usual | more)


def strikes(field):
    return [e for e in field.events if e["trigger"] == Trigger.MINE_STRIKE]


def told(field):
    """Who struck in which shift, and when."""
    return {(e["row"].item(), math.ceil((e["t"] - 360.0) / 720.0)): e["t"].item() for e in strikes(field)}


@pytest.mark.parametrize(("hazard", "night_share", "hours"), [(0.1, 0, 12), (0.1, 1, 6), (0.02, 0.5, 12)])
def test_strikes_at_work_are_the_hazard_of_a_party_day_whatever_its_hours(hazard, night_share, hours):
    field = at_work(
        mines__strikes_per_party_day=hazard, north__works__night_share=night_share, north__works__hours=hours
    ).play(days=20)
    shifts = field.tallies["workdays"][NORTH]
    expected = shifts * -math.expm1(-hazard)  # one strike a shift at most; 20 days clear next to nothing
    assert shifts > 5000
    assert len(strikes(field)) == pytest.approx(expected, rel=0.04, abs=SURE * math.sqrt(expected))


def test_the_hazard_halves_in_the_weeks_of_clearing():
    """Two weeks of work, and two weeks in which twice that time has passed since the begin."""
    weeks, found = 4, []
    field = at_work(mines__clearing_weeks=weeks, days=60)
    for days in (14, 14, 14):
        strikes_before, shifts_before = len(strikes(field)), field.tallies["workdays"][NORTH]
        field.play(days=days)
        n = len(strikes(field)) - strikes_before
        found.append((n, n / (field.tallies["workdays"][NORTH] - shifts_before)))
    (first, rate), _, (third, later) = found
    error = math.sqrt(1 / first + 1 / third)
    # a party-day of hazard h strikes with 1 - exp(-h), which bends the ratio by some hundredths
    assert math.log(later / rate) == pytest.approx(math.log(0.5), abs=SURE * error + 0.04)


def test_ground_is_cleared_by_the_programme_not_by_the_project():
    """Projects that begin weeks after their programme strike as often as those that began with it."""
    late = at_work(mines__clearing_weeks=1, north__works__programme_weeks=0, days=60)
    projects = late.model.state.projects
    projects["begin"][1::2] += 14 * DAY
    assert (projects["ground_since"] <= projects["begin"]).all()
    late.play(days=28.5)
    odd = [late.units["project"][e["row"]] % 2 for e in strikes(late) if e["t"] > 14 * DAY]
    assert len(odd) > 30
    assert abs(sum(odd) - len(odd) / 2) < SURE * math.sqrt(len(odd) / 4)


def test_patrols_and_works_that_meet_no_mines_have_no_strikes():
    """The hazard at work is none of patrols', nor that of lanes the parties'."""
    lanes = {"mines__lane_error": 1, "mines__lane_halfwidth_m": 0.5, "north__navigation__error_m": 10}
    walking = patrols(400, slots=300, mines__strikes_per_party_day=0.2, mines__strikes_per_km=0, **lanes)
    working = works(mines__strikes_per_party_day=0, mines__strikes_per_km=0.1, **lanes)
    assert not strikes(walking.play(days=10)) and not strikes(working.play(days=10))
    assert working.tallies["workdays"][NORTH] > 2000


def test_strikes_at_work_are_the_same_whatever_the_tick():
    runs = [told(at_work(clock__tick_minutes=tick).play(days=8)) for tick in (20, 10, 5)]
    assert runs[0].keys() == runs[1].keys() == runs[2].keys() and len(runs[0]) > 100
    for coarse, fine in pairwise(runs):
        assert all(0 <= coarse[key] - fine[key] < 20 for key in fine)


def test_a_strike_falls_at_any_time_of_the_shift_alike():
    field = at_work(mines__strikes_per_party_day=0.2, clock__tick_minutes=5).play(days=20)
    into = np.array([(e["t"] - 360.0) % 720.0 for e in strikes(field)]) / 720.0
    assert into.size > 500
    assert stats.kstest(into, "truncexpon", (0.2, 0, 5)).pvalue > 1e-4


def test_strikes_of_parties_out_of_everybodys_sight_happen_all_the_same():
    """All that such a unit sleeps through, done for all: the same strikes at the same places."""
    runs = []
    for sparing in (True, False):
        field = at_work(north__works__distance_m=800, north__works__distance_log_sd=0.5)
        field.model.sparing = sparing
        runs.append(field.play(days=10.5))
    asleep, walked = runs
    assert asleep.asleep.size > 100 and walked.asleep.size == 0
    assert asleep.history == walked.history and asleep.count(Trigger.MINE_STRIKE) > 100
