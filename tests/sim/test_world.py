"""What a world draws once: markers that sides can use, posts, projects, patrols."""

from functools import cache

import numpy as np
import pytest

from sim.environment import Calendar
from sim.parameters import NORTH, SIDES, SOUTH
from sim.randomness import world_key
from sim.scenario import load_case
from sim.state import DAY, DAY_CREW, NIGHT_CREW, PATROL, WORK_PARTY
from sim.world import draw_world, responses


@cache
def drawn(world=0, start="2025-11-01", days=365, **changes):
    """(world, its parameters) of the baseline with these changes."""
    named = [f"{key.replace('__', '.')}={value}" for key, value in changes.items()]
    case = load_case("baseline", assignments=[f"start={start}", f"days={days}", *named])
    parameters = case.parameters(())
    calendar = Calendar(case.scenario.start, parameters.clock.warmup_days, days)
    return draw_world(parameters, calendar, world_key(1, world)), parameters


def lines(world, parameters, **changes):
    """The three lines of a world under other parameters than it was drawn with."""
    _, other = drawn(**changes) if changes else (None, parameters)
    return world.lines(other, np.zeros(world.grid.marker_nodes.size, bool))


def test_a_side_that_can_use_fewer_markers_is_bound_by_a_subset_of_them():
    world, parameters = drawn(border__marker_survival=0.5)
    nodes = world.grid.marker_nodes
    none = np.zeros(nodes.size, bool)
    standing = world.standing(parameters, none)
    bound = {}
    for use in (0.0, 0.3, 0.8, 1.0):
        d = lines(world, parameters, border__marker_survival=0.5, north__marker_use=use)
        bound[use] = standing & (np.abs(d[NORTH, nodes]) < 1e-9)
        share = bound[use].sum() / standing.sum()
        assert share == pytest.approx(use, abs=4.5 * np.sqrt(0.25 / standing.sum()) * (0 < use < 1))
    assert not (bound[0.3] & ~bound[0.8]).any() and not (bound[0.8] & ~bound[1.0]).any()


def test_a_marker_that_comes_back_binds_all_lines():
    world, parameters = drawn(north__marker_use=1, south__marker_use=1)
    nodes = world.grid.marker_nodes
    standing = world.standing(parameters, np.zeros(nodes.size, bool))
    back = np.zeros(nodes.size, bool)
    back[np.flatnonzero(~standing)[:10]] = True
    before = world.lines(parameters, np.zeros(nodes.size, bool))[:, nodes[back]]
    after = world.lines(parameters, back)[:, nodes[back]]
    assert np.abs(before).max() > 1.0 and np.abs(after).max() < 1e-9


@pytest.mark.parametrize("common", ["north", "south", "commission"])
def test_a_common_line_is_one_of_the_three_and_both_act_on_it(common):
    world, parameters = drawn()
    apart = lines(world, parameters)
    together = lines(world, parameters, border__common_line=common)
    chosen = apart[("north", "south", "commission").index(common)]
    assert np.array_equal(together[NORTH], chosen) and np.array_equal(together[SOUTH], chosen)
    _, agreed = drawn(border__common_line=common)
    assert np.array_equal(responses(together, agreed), together[:2])
    assert not np.array_equal(apart[NORTH], apart[SOUTH])


def test_each_side_acts_on_the_line_of_its_own_rule():
    world, parameters = drawn(north__response__line="own", south__response__line="commission")
    d = lines(world, parameters)
    north, south = responses(d, parameters)
    assert np.array_equal(north, d[NORTH]) and np.array_equal(south, d[2])


def busy_share(rows):
    """Share of project slots that go ahead at a share of works of 0.3."""
    return (rows["thinning"] < 0.3).mean()


def test_surges_of_works_vary_the_years_and_keep_their_mean():
    even = [
        busy_share(drawn(w, north__works__surge_sd=0, north__works__slots=400)[0].projects)
        for w in range(40)
    ]
    surged = [
        busy_share(drawn(w, north__works__surge_sd=0.6, north__works__slots=400)[0].projects)
        for w in range(40)
    ]
    assert np.var(surged) > 10.0 * np.var(even)
    error = np.std(surged) / np.sqrt(40)
    assert np.mean(surged) == pytest.approx(0.3, abs=4.5 * error)


def test_works_keep_their_season_and_their_first_year():
    world, parameters = drawn(
        start="2025-01-01", days=700, clock__warmup_days=0, north__works__from_year=2026,
        north__works__first_month=4, north__works__last_month=9, north__works__weeks=6,
    )  # fmt: skip
    projects = world.projects[world.projects["side"] == NORTH]
    assert projects.size == parameters.sides[NORTH].works.slots  # of 2026 alone
    april, october = (np.datetime64(f"2026-{month}-01") for month in ("04", "10"))
    first = (april - np.datetime64("2025-01-01")).astype(int) * DAY
    last = (october - np.datetime64("2025-01-01")).astype(int) * DAY
    assert (projects["begin"] >= first).all() and (projects["end"] <= last).all()
    weeks = (projects["end"] - projects["begin"]) / (7.0 * DAY)
    mean = (1 - np.exp(-26.14 / 6)) * 6  # exponential, cut at the season's length
    assert weeks.mean() == pytest.approx(mean, abs=4.5 * 6 / np.sqrt(weeks.size))


def test_posts_stand_one_to_a_stretch_behind_their_side_of_the_line():
    world, parameters = drawn()
    for side, sign in ((NORTH, 1.0), (SOUTH, -1.0)):
        watch = parameters.sides[side].watch
        posts = world.posts[world.posts["side"] == side]
        stretch = 248_000.0 / watch.posts
        assert np.array_equal((posts["s"] / stretch).astype(int), np.arange(watch.posts))
        assert (sign * posts["d"] >= watch.post_floor_m).all()
        assert (sign * posts["d"] <= 2000.0).all()
    assert np.array_equal(world.posts["area"], (world.posts["s"] / 12_000).astype(int))


def test_registration_is_standard_normal_and_each_posts_own():
    registration = np.concatenate([drawn(w)[0].posts["registration"] for w in range(20)])
    assert abs(registration.mean()) < 4.5 / np.sqrt(registration.size)
    assert registration.std() == pytest.approx(1.0, abs=4.5 * np.sqrt(0.5 / registration.size))
    assert np.unique(registration).size == registration.size


def test_every_unit_has_an_address_of_its_own_and_every_project_two_crews():
    world, _ = drawn(days=730)
    units = world.units
    for side in range(len(SIDES)):
        who = units["who"][units["side"] == side]
        assert np.unique(who).size == who.size
    parties = units[units["kind"] == WORK_PARTY]
    for crew in (DAY_CREW, NIGHT_CREW):
        here = parties["project"][parties["crew"] == crew]
        assert np.array_equal(here, np.arange(world.projects.size))


def test_a_patrol_has_a_home_inside_its_own_reach():
    world, parameters = drawn()
    for side in (NORTH, SOUTH):
        rows = world.units[(world.units["kind"] == PATROL) & (world.units["side"] == side)]
        reach = 248_000.0 / parameters.sides[side].patrols.slots
        assert np.allclose(rows["reach_s"], reach)
        assert np.array_equal((rows["home_s"] / reach).astype(int), np.arange(rows.size))
