"""What a world draws once: markers that sides can use, posts, projects, patrols."""

from datetime import date
from functools import cache

import numpy as np
import pytest
from scipy import stats

from sim.codes import Crew, UnitKind
from sim.constants import DAY
from sim.model import DmzModel
from sim.randomness import world_key
from sim.scenario.library import shipped
from sim.scenario.loading import load_case
from sim.sides import NORTH, SIDES, SOUTH
from sim.world.draw import draw_world, responses
from sim.world.geography import COUNTIES, county, ruggedness
from sim.world.seasons import Calendar


@cache
def drawn(world=0, start="2025-11-01", days=365, **changes):
    """(world, its parameters) of the baseline with these changes."""
    named = [f"{key.replace('__', '.')}={value}" for key, value in changes.items()]
    case = load_case("declared", assignments=[f"start={start}", f"days={days}", *named])
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


@pytest.mark.parametrize("world", range(3))
def test_exactly_as_many_markers_stand_as_the_scenario_says(world):
    drawn_world, parameters = drawn(world, border__markers_standing=50)
    none = np.zeros(drawn_world.grid.marker_nodes.size, bool)
    standing = drawn_world.standing(parameters, none)
    assert standing.sum() == 50
    d = drawn_world.lines(parameters, none)
    assert (np.abs(d[NORTH, drawn_world.grid.marker_nodes]) < 1e-9).sum() == 50


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
        busy_share(drawn(w, north__works__surge_sd=0, north__works__slots=400)[0].projects) for w in range(40)
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
        start="2025-01-01",
        days=700,
        clock__warmup_days=0,
        north__works__from_year=2026,
        north__works__first_month=4,
        north__works__last_month=9,
        north__works__weeks=6,
        north__works__early=0,
        north__works__programme_weeks=10,
    )
    projects = world.projects[world.projects["side"] == NORTH]
    assert projects.size == parameters.sides[NORTH].works.slots  # of 2026 alone
    april, october = (np.datetime64(f"2026-{month}-01") for month in ("04", "10"))
    first = (april - np.datetime64("2025-01-01")).astype(int) * DAY
    last = (october - np.datetime64("2025-01-01")).astype(int) * DAY
    assert (projects["begin"] >= first).all() and (projects["end"] <= last).all()
    weeks = (projects["end"] - projects["begin"]) / (7.0 * DAY)
    mean = (1 - np.exp(-26.14 / 6)) * 6  # exponential, cut at the season's length
    assert weeks.mean() == pytest.approx(mean, abs=4.5 * 6 / np.sqrt(weeks.size))


# -- programmes -----------------------------------------------------------------------------------

ANYWHERE = {"north__works__named_density": 1, "north__works__rugged_loss": 0}


def of_the_north(worlds=1, **changes):
    """Projects of the north of one season, of several worlds: rows, and their programmes (by world)."""
    rows, programmes = [], []
    for world in range(worlds):
        drawn_world, parameters = drawn(
            world, start="2025-03-01", days=300, clock__warmup_days=0, **ANYWHERE | changes
        )
        here = drawn_world.projects[drawn_world.projects["side"] == NORTH]
        rows.append(here)
        size = parameters.north.works.programme_size
        programmes.append(np.arange(here.size) // size + here.size * world)
    return np.concatenate(rows), np.concatenate(programmes)


def pairs(values, programmes):
    """Differences of all neighbours within a programme."""
    return np.diff(values)[np.diff(programmes) == 0]


def test_projects_of_a_programme_lie_about_one_place_and_programmes_all_along_the_line():
    rows, programmes = of_the_north(
        4, north__works__slots=400, north__works__programme_size=2, north__works__programme_km=0.5
    )
    apart = pairs(rows["s"], programmes) / 500.0
    inside = (rows["s"][::2] > 3000) & (rows["s"][::2] < 245_000)  # the ends of the line hold them back
    assert stats.kstest(apart[inside] / np.sqrt(2), "norm").pvalue > 1e-4
    assert stats.kstest(rows["s"][::2] / 248_000, "uniform").pvalue > 1e-4
    assert rows["s"].min() >= 0 and rows["s"].max() <= 248_000
    rows, programmes = of_the_north(north__works__slots=400, north__works__programme_km=0)
    assert np.all(pairs(rows["s"], programmes) == 0) and np.unique(rows["s"]).size == 100


def test_projects_begin_after_their_programme_by_an_exponential_wait_and_share_its_ground():
    rows, programmes = of_the_north(
        2, north__works__slots=400, north__works__programme_weeks=2, north__works__weeks=1
    )
    assert np.all(pairs(rows["ground_since"], programmes) == 0)
    waits = (rows["begin"] - rows["ground_since"]) / (14 * DAY)
    assert stats.kstest(waits, "expon").pvalue > 1e-4
    at_once, programmes = of_the_north(
        north__works__slots=400, north__works__programme_weeks=0, north__works__weeks=1
    )
    assert np.all(pairs(at_once["begin"], programmes) == 0)


@pytest.mark.parametrize("early", [0, 0.5, 1])
def test_programmes_begin_in_the_part_of_the_season_that_early_leaves(early):
    rows, _ = of_the_north(
        2,
        north__works__slots=400,
        north__works__programme_size=1,
        north__works__programme_weeks=0,
        north__works__weeks=0.5,  # the end of the season draws few of them forward
        north__works__early=early,
    )
    begins = rows["begin"] / DAY - 31.0  # April is day 31 from 1 March, and the season 275 days
    assert begins.min() >= 0.0 and begins.max() <= 275.0 * (1 - early) + 1e-6
    if early < 1:
        assert stats.kstest(begins / (275 * (1 - early)), "uniform").pvalue > 1e-4
    else:
        assert np.all(begins == 0.0)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_a_share_of_the_variance_of_distance_is_the_programmes(share):
    rows, _ = of_the_north(
        6, north__works__slots=400, north__works__programme_size=2, north__works__programme_share=share
    )
    assert stats.kstest(rows["far"][::2], "norm").pvalue > 1e-4
    correlation = np.corrcoef(rows["far"][::2], rows["far"][1::2])[0, 1]
    assert correlation == pytest.approx(share, abs=4.5 * (1 - share**2) / np.sqrt(rows.size / 2) + 1e-12)


@pytest.mark.parametrize(("slots", "size"), [(10, 4), (3, 30), (7, 1), (8, 4)])
def test_the_last_programme_has_the_slots_that_are_left(slots, size):
    rows, _ = of_the_north(
        north__works__slots=slots, north__works__programme_size=size, north__works__programme_km=0
    )
    _, counts = np.unique(rows["s"], return_counts=True)
    left = [slots % size] if slots % size else []
    assert sorted(counts) == sorted([size] * (slots // size) + left)


def test_another_season_has_programmes_of_its_own():
    world, _ = drawn(start="2025-01-01", days=730, clock__warmup_days=0, north__works__slots=40)
    rows = world.projects[world.projects["side"] == NORTH]
    assert rows.size == 80 and not np.intersect1d(rows["s"][:40], rows["s"][40:]).size


def at_places(**changes):
    rows, _ = of_the_north(
        20, north__works__slots=400, north__works__programme_size=1, north__works__programme_km=0, **changes
    )
    return rows["s"]


def test_programmes_are_denser_in_the_counties_that_are_named():
    s = at_places(north__works__named_density=5, north__works__named_counties='["Inje", "Paju"]')
    line = np.arange(0, 248_000, 50.0) + 25.0
    named = [COUNTIES.index(name) for name in ("Inje", "Paju")]
    length = np.isin(county(line, 248_000.0), named).mean()
    expected = 5 * length / (5 * length + 1 - length)
    share = np.isin(county(s, 248_000.0), named).mean()
    assert share == pytest.approx(expected, abs=4.5 * np.sqrt(0.25 / s.size))
    assert expected > 2.5 * length


@pytest.mark.parametrize("loss", [0.5, 1])
def test_rugged_ground_keeps_its_share_of_programmes_away(loss):
    s = at_places(north__works__rugged_loss=loss)
    line = np.arange(0, 248_000, 50.0) + 25.0
    roughness = ruggedness(line, 248_000.0)
    weights = 1 - loss * roughness
    edges = np.quantile(roughness, np.linspace(0, 1, 9))
    expected = np.histogram(roughness, edges, weights=weights)[0]
    found = np.histogram(ruggedness(s, 248_000.0), edges)[0]
    assert stats.chisquare(found, expected / expected.sum() * found.sum()).pvalue > 1e-4
    assert stats.chisquare(found).pvalue < 1e-4


def test_no_policy_moves_a_site():
    """Who works, and how far off, may change; where and when the works are meant is the world's."""
    plain = draw_of([])
    for policy in shipped("policies"):
        changed = draw_of([policy])
        assert np.array_equal(plain.projects, changed.projects), policy
        assert np.array_equal(plain.units["trait"], changed.units["trait"]), policy


def draw_of(policies):
    return DmzModel(load_case("declared", policies, days=10), seed=1).scene.world


# -- what units, posts and years are like ---------------------------------------------------------


def test_orders_are_standard_normal_one_to_a_project_a_patrol_and_a_team():
    worlds = [drawn(w)[0] for w in range(12)]
    units = np.concatenate([world.units for world in worlds])
    for kind in (UnitKind.PATROL, UnitKind.WORK_PARTY):
        traits = units["trait"][(units["kind"] == kind) & (units["crew"] != Crew.NIGHT)]
        assert np.unique(traits).size == traits.size
        assert stats.kstest(traits, "norm").pvalue > 1e-4
    teams = units["trait"][units["kind"] == UnitKind.SURVEY_TEAM]
    assert np.unique(teams).size == teams.size == 24 and 0.5 < teams.std() < 1.6
    for world in worlds:
        of_crews = [
            world.units["trait"][(world.units["kind"] == UnitKind.WORK_PARTY) & (world.units["crew"] == crew)]
            for crew in (Crew.DAY, Crew.NIGHT)
        ]
        assert np.array_equal(*of_crews) and np.array_equal(of_crews[0], world.projects["trait"])


def test_how_much_a_post_lets_pass_is_its_own_and_not_that_of_its_map():
    posts = np.concatenate([drawn(w)[0].posts for w in range(12)])
    assert stats.kstest(posts["leniency"], "norm").pvalue > 1e-4
    assert np.unique(posts["leniency"]).size == posts.size
    r = np.corrcoef(posts["leniency"], posts["registration"])[0, 1]
    assert abs(r) < 4.5 / np.sqrt(posts.size)


def test_every_calendar_year_has_its_effect_for_either_side():
    parameters = drawn()[1]
    effects = [
        draw_world(parameters, Calendar(date(1955, 1, 1), 0, 365 * 60), world_key(1, w)).year_effects
        for w in range(4)
    ]
    assert sorted(effects[0]) == list(range(1955, 2015))
    values = np.array([[of_year[year] for year in sorted(of_year)] for of_year in effects])
    assert np.unique(values).size == values.size
    assert stats.kstest(values.ravel(), "norm").pvalue > 1e-4
    assert abs(np.corrcoef(values[..., 0].ravel(), values[..., 1].ravel())[0, 1]) < 4.5 / np.sqrt(240)


def test_a_year_has_the_same_effect_in_whatever_run_it_falls():
    """A run of 2013 to 2015 and one of 2014 alone play the same 2014."""
    (long, _), (short, _) = drawn(start="2013-06-01", days=700), drawn(start="2014-05-01", days=100)
    assert sorted(short.year_effects) == [2014]
    assert np.array_equal(long.year_effects[2014], short.year_effects[2014])


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
    parties = units[units["kind"] == UnitKind.WORK_PARTY]
    for crew in (Crew.DAY, Crew.NIGHT):
        here = parties["project"][parties["crew"] == crew]
        assert np.array_equal(here, np.arange(world.projects.size))


def test_a_patrol_has_a_home_inside_its_own_reach():
    world, parameters = drawn()
    for side in (NORTH, SOUTH):
        rows = world.units[(world.units["kind"] == UnitKind.PATROL) & (world.units["side"] == side)]
        reach = 248_000.0 / parameters.sides[side].patrols.slots
        assert np.allclose(rows["reach_s"], reach)
        assert np.array_equal((rows["home_s"] / reach).astype(int), np.arange(rows.size))


@pytest.mark.parametrize("spread", [0, 0.5, 1])
def test_homes_vary_over_a_share_of_their_stretch(spread):
    world, _ = drawn(**{"north.patrols.home_spread": spread, "north.patrols.slots": 2000})
    rows = world.units[(world.units["kind"] == UnitKind.PATROL) & (world.units["side"] == NORTH)]
    off = rows["home_s"] / rows["reach_s"] % 1.0 - 0.5
    assert off.min() == pytest.approx(-spread / 2, abs=0.01)
    assert off.max() == pytest.approx(spread / 2, abs=0.01)
