"""Looks, sightings and the error of a fix against a simulation of their own, and theory."""

import math

import numpy as np
import pytest
from harness import SURE, Field, patrols
from scipy import stats

from sim.codes import Trigger
from sim.constants import DAY, NEVER
from sim.field.looks import look_again, most_visible, visible_share
from sim.model import DmzModel
from sim.scenario.loading import load_case
from sim.sides import NORTH, SOUTH


def seen_shifts(n, ratio, watch, rate, share, hours, seed=3):
    """(share of shifts with a confirmed violation, looks a shift) by playing looks alone.

    An OU path is drawn exactly from one look or candidate to the next; no tick, no bridge.
    """
    rng, tau, sd = np.random.default_rng(seed), 60.0, 10.0
    t, z = np.zeros(n), rng.standard_normal(n)
    tracked, in_a_row, looks = np.zeros(n, bool), np.zeros(n, int), np.zeros(n, int)
    violated = np.zeros(n, bool)
    while True:
        wait = np.where(tracked, watch["track"], 60.0 / rate * rng.exponential(size=n))
        rho = np.exp(-wait / tau)
        t, z = t + wait, rho * z + np.sqrt(1 - rho**2) * rng.standard_normal(n)
        on = (t <= 60.0 * hours) & ~violated
        if not on.any():
            return violated.mean(), looks.mean()
        past = sd * (z - ratio)
        inside = past >= -watch["approach"]
        looked = on & inside & (tracked | (rng.random(n) < share))
        judged = past + watch["jitter"] * rng.standard_normal(n) > watch["margin"]
        in_a_row = np.where(looked, np.where(judged, in_a_row + 1, 0), in_a_row)
        in_a_row[on & tracked & ~inside] = 0
        tracked = np.where(on, looked | (tracked & inside), tracked)
        looks += looked
        violated |= looked & (in_a_row >= watch["confirm"])


WATCH = {"track": 7, "approach": 20, "margin": 2, "jitter": 5, "confirm": 2}


def watched(tick, loss=0.0, **more):
    """The patrols that ``seen_shifts`` plays, in full growth, of which ``loss`` hides them."""
    growth = {f"ground__{kind}_density": 1 for kind in ("forest", "grass", "wetland", "crop", "cleared")}
    return patrols(
        15,
        clock__tick_minutes=tick,
        south__watch__posts=60,
        south__watch__looks_per_hour=2,
        south__watch__track_interval=7,
        south__watch__approach_m=20,
        south__watch__margin_m=2,
        south__watch__jitter_m=5,
        south__watch__confirm_looks=2,
        ground__evergreen_share=1,
        ground__standing_share=1,
        south__watch__vegetation_loss=loss,
        **growth,
        **more,
    )


@pytest.mark.parametrize("loss", [0.0, 0.7])
def test_looks_and_violations_are_those_of_a_poisson_stream_whatever_the_tick(loss):
    n, days = 2000, 2
    shifts = 2 * n * days
    share = (1 - loss) * 0.5 ** (510**2 / 10000**2)
    p, looks = seen_shifts(100_000, 1.5, WATCH, 2.0, share, 9)
    for tick in (20, 10, 5):
        field = watched(tick, loss).play(days=days, minutes=300)
        violated = field.count(Trigger.VIOLATION) / shifts
        assert violated == pytest.approx(p, abs=SURE * math.sqrt(p * (1 - p) / shifts)), tick
        per_shift = field.tallies["looks"][NORTH] / shifts
        assert per_shift == pytest.approx(looks, abs=SURE * math.sqrt(3 * looks / shifts)), tick


@pytest.mark.parametrize("tick", [20, 10, 5])
def test_a_track_is_looked_at_every_interval_whatever_the_tick(tick):
    field = patrols(
        10,
        slots=30,
        clock__tick_minutes=tick,
        south__watch__posts=12,
        south__watch__track_interval=7,
        south__watch__margin_m=100,
        south__watch__approach_m=1000,
        south__watch__looks_per_hour=10,
    )
    field.play(minutes=360)
    first = {}
    for _ in range(540 // tick):
        field.play(minutes=tick)
        for row, unit in enumerate(field.units):
            if unit["track"] == NEVER or not unit["active"]:
                continue
            began = unit["track"] - 7 * unit["tracks"]  # a track's first look, 7 minutes on
            assert first.setdefault(row, began) == pytest.approx(began)
            assert field.minute < unit["track"] <= field.minute + 7
    assert len(first) == 30
    assert (field.units["tracks"] > 60).any()


def test_beyond_the_approach_a_track_is_lost():
    field = patrols(
        100,
        slots=50,
        north__navigation__error_m=60,
        south__watch__posts=12,
        south__watch__approach_m=60,
        south__watch__margin_m=100,
        south__watch__looks_per_hour=20,
    )
    field.play(minutes=360)
    lost = 0
    for _ in range(54):
        before = field.units["track"].copy()
        field.play(minutes=10)
        lost += ((before < NEVER) & (field.units["track"] == NEVER)).sum()
        gone = field.units["distance"] + field.units["nav_sd"] * field.units["z"] > 60.0
        assert not (field.units["track"][gone] < field.minute).any()
    assert lost > 10


def test_how_many_looks_see():
    """Half at the range, less by growth, night and fog: all of it multiplies."""
    field = patrols(10, slots=1, south__watch__posts=1)
    model = field.model
    watch, post = model.scene.regime.records[SOUTH].copy(), model.state.posts[0].copy()
    watch["watch_range_m"], watch["watch_vegetation_loss"] = 1000.0, 0.0
    watch["watch_night_factor"], watch["watch_fog_factor"] = 0.6, 0.3
    noon, midnight = 720.0, 0.0

    def share(d, t):
        return visible_share(
            model.scene.land, model.scene.sky, watch, post, float(post["s"]), float(post["d"]) + d, t
        )

    assert share(0.0, noon) == 1.0
    assert share(1000.0, noon) == pytest.approx(0.5)
    assert share(500.0, noon) == pytest.approx(0.5**0.25)
    assert share(1000.0, midnight) == pytest.approx(0.5 * 0.6)
    model.scene.sky.fog[:] = 1
    assert share(1000.0, midnight) == pytest.approx(0.5 * 0.6 * 0.3)
    model.scene.sky.fog[:] = 0
    watch["watch_vegetation_loss"] = 1.0
    assert 0.0 <= share(0.0, noon) < 1.0


@pytest.mark.parametrize("month", ["01", "07"])
def test_nothing_is_seen_better_than_the_most_visible_place_between(month):
    """Wherever between two depths a unit stands, on real ground, at any hour; and it is hardly less."""
    scene = DmzModel(load_case("baseline", (), [f"start=2026-{month}-01"]), seed=1).scene
    rng, nearest = np.random.default_rng(4), 1.0
    for _ in range(200):
        s, low, side = rng.uniform(0, scene.land.length_m), rng.uniform(-2500, 2500), rng.integers(2)
        high, t = low + rng.choice((1, 100, 900)), rng.uniform(0, 3 * DAY)
        post = scene.state.posts[scene.nearest_post(side, s)]
        told = scene.land, scene.sky, scene.regime.records[side], post, s
        seen = max(visible_share(*told, d, t) for d in np.linspace(low, high, 41))
        bound = most_visible(*told, low, high, t)
        assert seen <= bound
        nearest = min(nearest, bound - seen)
    assert nearest < 1e-6


def test_an_approach_draws_one_broadcast_a_shift_at_most():
    for chance in (0.0, 0.4, 1.0):
        field = patrols(
            30,
            slots=500,
            south__watch__posts=12,
            south__watch__approach_m=1000,
            south__watch__looks_per_hour=60,
            south__watch__margin_m=100,
            south__watch__p_approach_broadcast=chance,
        ).play(days=1, minutes=300)
        n, count = 1000, field.tallies["approach_broadcasts"][NORTH]
        assert abs(count - chance * n) <= SURE * math.sqrt(n * chance * (1 - chance))


def fixes(**watch):
    named = {f"south__watch__{name}": value for name, value in watch.items()}
    field = patrols(30, slots=3000, south__watch__posts=12, **named).play(minutes=370)
    return field, field.units["fix"][:3000], field.units["eye"][:3000]


def test_an_instrument_errs_along_the_sight_line_and_across_it():
    """5 m straight ahead; along the line the azimuth error grows with distance (MODEL.md)."""
    field, fix, _ = fixes(range_error_m=5, azimuth_error_mil=10)
    posts = field.model.state.posts[field.units["watcher"][:3000]]
    along = np.abs(field.units["s"][:3000] - posts["s"])
    across = np.abs(30.0 - posts["d"])
    sd = np.hypot(5.0 * across / np.hypot(along, across), 10 * math.pi / 3200 * along)
    assert stats.kstest(fix / sd, "norm").pvalue > 1e-5


def test_a_share_of_sightings_is_by_eye_with_a_bias_towards_the_watcher():
    _, fix, eye = fixes(eye_only=0.1, eye_sd_m=100, eye_bias_m=-50)
    assert abs(eye.sum() - 300) < SURE * math.sqrt(270)
    assert np.all(fix[eye == 0] == 0.0)
    assert stats.kstest((fix[eye == 1] + 50) / 100, "norm").pvalue > 1e-5  # south: to the watcher


def test_the_bias_of_the_souths_units_is_northward():
    field = Field(
        south__patrols__slots=3000,
        south__patrols__standoff_m=30,
        north__watch__posts=12,
        north__watch__eye_only=0.1,
        north__watch__eye_sd_m=0,
        north__watch__eye_bias_m=-50,
    ).play(minutes=370)
    by_eye = field.units["eye"][:3000] == 1
    assert by_eye.sum() > 200
    assert np.all(field.units["fix"][:3000][by_eye] == 50.0)


def test_a_posts_registration_is_the_same_for_all_its_sightings():
    field, fix, _ = fixes(registration_m=10)
    posts = field.model.state.posts
    assert np.array_equal(fix, 10 * posts["registration"][field.units["watcher"][:3000]])
    assert np.ptp(posts["registration"]) > 0


def test_a_post_lets_pass_its_own_depth_and_always_the_same():
    field, *_ = fixes(margin_m=20, margin_log_sd=0.5)
    posts, margins = field.model.state.posts, field.units["margin"][:3000]
    own = 20 * np.exp(0.5 * posts["leniency"])
    np.testing.assert_allclose(margins, own[field.units["watcher"][:3000]], rtol=1e-12)
    assert np.unique(margins).size > 8
    before = margins.copy()
    field.play(days=2)
    out = field.units["active"][:3000] == 1
    assert np.isin(field.units["margin"][:3000][out], before).all()


def test_what_counts_is_the_margin_of_the_post_that_watches():
    """Each look is judged by it: no violation is shallower, and posts that let less pass see more."""
    field = patrols(
        0,
        slots=2000,
        south__watch__posts=30,
        south__watch__margin_m=10,
        south__watch__margin_log_sd=0.8,
        south__watch__looks_per_hour=20,
        south__watch__confirm_looks=1,
    ).play(minutes=900)
    found = [e for e in field.events if e["trigger"] == Trigger.VIOLATION]
    posts = field.model.state.posts[field.units["watcher"][:2000]]
    own = 10 * np.exp(0.8 * posts["leniency"])
    assert len(found) > 200
    assert all(e["depth"] > own[e["row"]] for e in found)
    assert any(e["depth"] < 10.0 for e in found)
    judged = np.isin(np.arange(2000), [e["row"] for e in found])
    strict = own < 10.0
    assert judged[strict].mean() > 2.0 * judged[~strict].mean() > 0.0


def test_the_perceived_depth_is_the_true_one_and_the_three_errors():
    """The told incident of MODEL.md: what a look judges is map, navigation and fix, less h."""
    field = Field(
        north__patrols__slots=300,
        north__patrols__standoff_m=30,
        north__navigation__error_m=20,
        north__map_error_m=25,
        south__map_error_m=25,
        border__commission_error_m=15,
        south__watch__posts=12,
        south__watch__registration_m=8,
        south__watch__jitter_m=3,
        south__watch__range_error_m=5,
        south__watch__looks_per_hour=20,
        south__watch__confirm_looks=1,
    ).play(days=4)
    violations = [e for e in field.events if e["trigger"] == Trigger.VIOLATION]
    assert len(violations) > 100
    for e in violations:
        assert e["depth"] > 20.0
        assert e["depth"] == pytest.approx(e["map_m"] + e["nav_m"] + e["fix_m"] - 30.0)
        assert e["side"] == SOUTH


def test_looks_in_an_incident_follow_the_same_process():
    """Place and perceived depth at a later look: OU from where the unit was, plus jitter."""
    field = patrols(50, slots=2000, south__watch__posts=12, south__watch__jitter_m=5)
    field.play(minutes=380)
    units, model = field.units[:2000].copy(), field.model
    state = model.state
    perceived = np.array(
        [look_again(units, row, 410.0, 1, model.scene.setting, state.tallies)[1] for row in range(2000)]
    )
    z0, z1 = field.units["z"][:2000], units["z"]
    assert np.all(units["t"] == 410.0)
    rho = math.exp(-0.5)
    assert stats.kstest((z1 - rho * z0) / math.sqrt(1 - rho**2), "norm").pvalue > 1e-5
    jitter = (perceived - (-50.0 - 10.0 * z1)) / 5.0
    assert stats.kstest(jitter, "norm").pvalue > 1e-5
