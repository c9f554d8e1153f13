"""The compiled field against theory: bridges, first passage, looks, shifts, mines, stray rounds."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.linalg import expm

from sim.field import (
    DAY,
    EVENT,
    MINE_STRIKE,
    NORMAL_BOUND,
    STRAY_SHOT,
    VIOLATION,
    WALK,
    advance,
    between,
    bridge_reach,
    catch_up_all,
    deepest,
    depth_past,
    draw_strays,
    look_again,
    note_depth,
    place,
    remembered,
    side_records,
    stays_below,
    visible_share,
)
from sim.model import DmzModel
from sim.parameters import NORTH, SOUTH
from sim.randomness import Kind, address
from sim.scenario import load_case
from sim.state import (
    BOTH_SHIFTS,
    DAY_CREW,
    NEVER,
    NIGHT_CREW,
    PATROL,
    TALLY,
    UNIT,
    WORK_PARTY,
)

lawful = settings(deadline=None)  # the first example compiles
SURE = 4.5  # standard errors

# A line that everybody knows, flat bare ground, nobody on it, and nothing that goes wrong.
QUIET = {
    "days": 30, "start": "2025-06-01",
    "space.length_km": 12, "clock.warmup_days": 0, "weather.fog_factor": 0,
    "mines.strikes_per_km": 0, "border.commission_error_m": 0, "survey.km_per_week": 0,
}  # fmt: skip
QUIET_SIDE = {
    "map_error_m": 0, "patrols.slots": 0, "works.slots": 0, "watch.posts": 0,
    "patrols.presence": 1, "patrols.spread_m": 0, "patrols.recon_share": 0,
    "patrols.probe_share": 0, "patrols.hours": 9,
    "navigation.rugged_factor": 0, "navigation.vegetation_factor": 0,
    "navigation.night_factor": 1, "navigation.fog_factor": 1, "navigation.tau_minutes": 60,
    "watch.range_m": 10000, "watch.vegetation_loss": 0, "watch.night_factor": 1,
    "watch.eye_only": 0, "watch.registration_m": 0, "watch.range_error_m": 0,
    "watch.azimuth_error_mil": 0, "watch.jitter_m": 0, "stray.per_post_year": 0,
}  # fmt: skip


@cache
def case_of(assignments):
    values = dict(QUIET)
    for side in ("north", "south"):
        values |= {f"{side}.{key}": value for key, value in QUIET_SIDE.items()}
    values |= dict(assignments)
    return load_case("baseline", assignments=[f"{key}={value}" for key, value in values.items()])


class Field:
    """A model whose field is played without anybody deciding: a unit that is seen goes home."""

    def __init__(self, luck=0, world=0, **assignments):
        named = {key.replace("__", "."): value for key, value in assignments.items()}
        self.model = DmzModel(case_of(tuple(named.items())), world=world, luck=luck)
        self.units, self.tallies = self.model.state.units, self.model.state.tallies
        self.minute, self.events = 0.0, []
        self._buffer = np.zeros(self.units.size + self.model.state.posts.size, EVENT)
        self._walks = np.zeros(self.units.size, WALK)

    def play(self, days=0.0, minutes=0.0):
        """Play on; events are kept, and a unit that was judged in violation is taken off."""
        model, state, tick = self.model, self.model.state, self.model.tick
        until = self.minute + days * DAY + minutes
        while self.minute < until:
            if self.minute % DAY == 0.0:
                draw_strays(state.posts, model.pars, model.luck, self.minute)
            stop = min(until, (self.minute // DAY + 1) * DAY)
            ticks = round((stop - self.minute) / tick)
            self.minute, n = advance(
                state.units, state.posts, state.projects, state.tallies, model.courses, model.pars,
                model.land, model.sky, model.luck, self.minute, tick, ticks, model.sparing,
                self._buffer, self._walks,
            )  # fmt: skip
            for event in self._buffer[:n].copy():
                self.events.append(event)
                if event["kind"] == VIOLATION:
                    self.units[event["row"]]["active"] = 0
        return self

    @property
    def spared(self):
        """Rows of the units on shift whose steps have not been taken."""
        return np.flatnonzero((self.units["active"] == 1) & (self.units["t"] < self.minute))

    @property
    def history(self):
        """The events as plain values: the bytes between their fields mean nothing."""
        return [event.item() for event in self.events]

    def count(self, kind):
        return sum(event["kind"] == kind for event in self.events)


# -- bridges --------------------------------------------------------------------------------------

deviates = st.floats(-NORMAL_BOUND, NORMAL_BOUND)
times = st.floats(0.01, 600.0)
shares = st.floats(0.001, 0.999)


@lawful
@given(z0=deviates, z1=deviates, minutes=times, at=shares, tau=st.floats(1.0, 600.0))
def test_between_has_the_conditional_mean_and_variance_of_an_ou_process(z0, z1, minutes, at, tau):
    """Against the textbook conditional of a Gaussian with covariance exp(-|lag| / tau)."""
    t = at * minutes
    known = np.array([1.0, math.exp(-minutes / tau)])  # covariance of the two ends
    cross = np.array([math.exp(-t / tau), math.exp(-(minutes - t) / tau)])
    whole = 1.0 - known[1] ** 2
    weights = np.array([cross[0] - known[1] * cross[1], cross[1] - known[1] * cross[0]]) / whole
    mean = between(z0, 100.0, z1, 100.0 + minutes, 100.0 + t, tau, 0.0)
    sd = between(z0, 100.0, z1, 100.0 + minutes, 100.0 + t, tau, 1.0) - mean
    assert mean == pytest.approx(weights @ [z0, z1], abs=1e-6)
    assert sd**2 == pytest.approx(1.0 - weights @ cross, abs=1e-6)


@lawful
@given(minutes=times, a=shares, b=shares, tau=st.floats(5.0, 600.0))
def test_looks_one_after_the_other_are_jointly_right(minutes, a, b, tau):
    """Bridging to a first look, then on from it, gives the covariance of one OU path."""
    first, second = sorted((a * minutes, b * minutes))
    end = between(0.0, 0.0, 0.0, minutes, first, tau, 1.0)  # sd of the first look
    carried = between(end, first, 0.0, minutes, second, tau, 0.0)
    fresh = between(0.0, first, 0.0, minutes, second, tau, 1.0)
    direct = between(0.0, 0.0, 0.0, minutes, second, tau, 1.0)
    assert carried**2 + fresh**2 == pytest.approx(direct**2, abs=1e-6)


def test_a_bridge_meets_its_ends():
    assert between(0.3, 10.0, -1.2, 20.0, 10.0, 60.0, 5.0) == pytest.approx(0.3)
    assert between(0.3, 10.0, -1.2, 20.0, 20.0, 60.0, 5.0) == pytest.approx(-1.2)
    assert between(0.3, 10.0, -1.2, 10.0, 10.0, 60.0, 5.0) == -1.2  # of no length


@lawful
@given(x0=st.floats(-300, 300), x1=st.floats(-300, 300), variance=st.floats(0.1, 1e4), u=shares)
def test_deepest_inverts_the_law_of_the_bridges_maximum(x0, x1, variance, u):
    """P(max > m) = exp(-2 (m - x0) (m - x1) / variance) for m at or above both ends."""
    m = deepest(x0, x1, variance, u)
    assert m >= max(x0, x1)
    assert 2.0 * (m - x0) * (m - x1) / variance == pytest.approx(-math.log(u), rel=1e-4, abs=1e-6)


def test_deepest_is_the_maximum_of_simulated_bridges():
    """Against walks of 2,000 steps, whose maxima fall short by 0.58 of a step's sd (Siegmund)."""
    rng, n, steps, variance = np.random.default_rng(7), 3000, 2000, 50.0
    walks = np.cumsum(rng.normal(0.0, math.sqrt(variance / steps), (n, steps)), axis=1)
    bridges = -10.0 + walks - np.linspace(0, 1, steps) * (walks[:, -1:] - 4.0)
    maxima = np.maximum(bridges.max(axis=1), -10.0) + 0.5826 * math.sqrt(variance / steps)
    ours = [deepest(-10.0, -6.0, variance, u) for u in rng.random(n)]
    assert stats.ks_2samp(maxima, ours).pvalue > 1e-4


@lawful
@given(
    x0=st.floats(-500, -1e-3), x1=st.floats(-500, -1e-3), variance=st.floats(1e-3, 1e4),
    word=st.integers(0, 2**52 - 1),
)  # fmt: skip
def test_a_stretch_that_stays_below_cannot_cross_whatever_its_luck(x0, x1, variance, word):
    if stays_below(x0, x1, variance):
        for u in ((word + 0.5) / 2**52, 0.5 / 2**52):
            assert deepest(x0, x1, variance, u) < 1e-6 * (abs(x0) + abs(x1))


def test_stays_below_is_tight():
    """The least deviate crosses just where ``stays_below`` begins to say that it may."""
    variance = 100.0
    for x in np.arange(42.0, 44.0, 0.01):  # exp(-2 x^2 / 100) passes 2^-53 at x = 42.9
        if deepest(-x, -x, variance, 2.0**-53) > 0.0:
            assert not stays_below(-x, -x, variance)
    assert stays_below(-43.2, -43.2, variance)


@lawful
@given(z0=deviates, z1=deviates, deviate=deviates, minutes=st.floats(1, 60), at=shares,
       tau=st.floats(5, 600))  # fmt: skip
def test_no_look_lies_beyond_the_reach_of_its_bridge(z0, z1, deviate, minutes, at, tau):
    z = between(z0, 0.0, z1, minutes, at * minutes, tau, deviate)
    assert z <= max(z0, z1) + bridge_reach(minutes, tau) + 1e-9
    assert z >= min(z0, z1) - bridge_reach(minutes, tau) - 1e-9


def a_unit(**values):
    unit = np.zeros(1, UNIT)
    unit["depth"], unit["incident"], unit["track"] = -NEVER, -1, NEVER
    for name, value in values.items():
        unit[name] = value
    return unit


def test_a_crossing_and_a_deep_one_are_counted_once_a_shift():
    unit, tally = a_unit(), np.zeros(1, TALLY)
    for x0, x1 in ((-3.0, 2.0), (2.0, -4.0), (-4.0, 7.0), (7.0, -9.0), (-9.0, 20.0)):
        top = note_depth(unit[0], tally[0], x0, x1, 1e-9, 0.5)
        assert top == pytest.approx(max(x0, x1), abs=1e-3)
    assert (tally["crossings"][0], tally["deep_crossings"][0]) == (1, 1)
    assert unit["depth"][0] == pytest.approx(20.0, abs=1e-3)


def test_a_shallow_crossing_is_not_deep():
    unit, tally = a_unit(), np.zeros(1, TALLY)
    note_depth(unit[0], tally[0], -3.0, 4.9, 1e-9, 0.5)
    assert (tally["crossings"][0], tally["deep_crossings"][0]) == (1, 0)


# -- first passage does not know the tick (TRIAL.md 2.4) ------------------------------------------


@cache
def first_passage(level, spans):
    """P(an OU process that starts stationary passes ``level`` sd within ``spans`` time constants).

    By the generator on a grid of 400 states, absorbed at the level.
    """
    z, h = np.linspace(level, -6.0, 400, retstep=True)
    h = -h
    up, down = 1 / h**2 - z / (2 * h), 1 / h**2 + z / (2 * h)
    rates = np.zeros((z.size, z.size))
    for i in range(1, z.size):
        rates[i, i - 1] = up[i]
        if i + 1 < z.size:
            rates[i, i + 1] = down[i]
        rates[i, i] = -rates[i].sum()
    start = stats.norm.pdf(z) * h
    start[0] = stats.norm.sf(level) + 0.5 * start[0]
    return float((start / start.sum()) @ expm(rates * spans)[:, 0])


def patrols(standoff, slots=2000, **more):
    """Patrols of the north, 9 h each, with an error of 10 m, on a line that everybody knows."""
    usual = {"north__navigation__error_m": 10}
    return Field(north__patrols__slots=slots, north__patrols__standoff_m=standoff, **usual | more)


@pytest.mark.parametrize(("ratio", "trial"), [(2.5, 0.297), (3.5, 0.026)])
def test_first_passage_is_that_of_theory_whatever_the_tick(ratio, trial):
    exact = first_passage(ratio, 9.0)
    assert exact == pytest.approx(trial, rel=0.05)  # the figures of TRIAL.md 2.4
    shifts = 2000 * 2 * 4
    error = math.sqrt(exact * (1 - exact) / shifts)
    for tick in (20, 10, 5):
        field = patrols(10 * ratio, clock__tick_minutes=tick).play(days=4, minutes=300)
        share = field.tallies["crossings"][NORTH] / shifts
        assert share == pytest.approx(exact, abs=SURE * error + 0.02 * exact * tick / 10), tick


def test_looks_do_not_change_how_many_cross():
    """A path that is cut at every look crosses as often as one that is not."""
    counts = [
        patrols(
            25, south__watch__posts=posts, south__watch__looks_per_hour=60,
            south__watch__margin_m=100, south__watch__confirm_looks=6,
            south__watch__track_interval=3,
        ).play(days=4).tallies["crossings"][NORTH]
        for posts in (0, 12)
    ]  # fmt: skip
    p = first_passage(2.5, 9.0)
    assert abs(counts[1] - counts[0]) < SURE * math.sqrt(2 * 16000 * p * (1 - p))


# -- looks ----------------------------------------------------------------------------------------


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
    growth = {f"ground__{kind}_density": 1 for kind in ("forest", "grass", "wetland", "crop",
                                                        "cleared")}  # fmt: skip
    return patrols(
        15, clock__tick_minutes=tick, south__watch__posts=60, south__watch__looks_per_hour=2,
        south__watch__track_interval=7, south__watch__approach_m=20, south__watch__margin_m=2,
        south__watch__jitter_m=5, south__watch__confirm_looks=2, ground__evergreen_share=1,
        ground__standing_share=1, south__watch__vegetation_loss=loss, **growth, **more,
    )  # fmt: skip


@pytest.mark.parametrize("loss", [0.0, 0.7])
def test_looks_and_violations_are_those_of_a_poisson_stream_whatever_the_tick(loss):
    n, days = 2000, 2
    shifts = 2 * n * days
    share = (1 - loss) * 0.5 ** (510**2 / 10000**2)
    p, looks = seen_shifts(100_000, 1.5, WATCH, 2.0, share, 9)
    for tick in (20, 10, 5):
        field = watched(tick, loss).play(days=days, minutes=300)
        violated = field.count(VIOLATION) / shifts
        assert violated == pytest.approx(p, abs=SURE * math.sqrt(p * (1 - p) / shifts)), tick
        per_shift = field.tallies["looks"][NORTH] / shifts
        assert per_shift == pytest.approx(looks, abs=SURE * math.sqrt(3 * looks / shifts)), tick


@pytest.mark.parametrize("tick", [20, 10, 5])
def test_a_track_is_looked_at_every_interval_whatever_the_tick(tick):
    field = patrols(
        10, slots=30, clock__tick_minutes=tick, south__watch__posts=12,
        south__watch__track_interval=7, south__watch__margin_m=100, south__watch__approach_m=1000,
        south__watch__looks_per_hour=10,
    )  # fmt: skip
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
        100, slots=50, north__navigation__error_m=60, south__watch__posts=12,
        south__watch__approach_m=60, south__watch__margin_m=100, south__watch__looks_per_hour=20,
    )  # fmt: skip
    field.play(minutes=360)
    lost = 0
    for _ in range(54):
        before = field.units["track"].copy()
        field.play(minutes=10)
        lost += ((before < NEVER) & (field.units["track"] == NEVER)).sum()
        gone = field.units["distance"] + field.units["nav_sd"] * field.units["z"] > 60.0
        assert not (field.units["track"][gone] < field.minute).any()
    assert lost > 10


def test_units_out_of_reach_are_spared_without_changing_anything():
    """All that they are spared, done for all: the same events, looks, crossings and places."""
    runs = []
    for blind in (False, True):
        field = Field(
            north__patrols__slots=60, north__patrols__standoff_m=40, north__patrols__spread_m=200,
            north__navigation__error_m=25, north__map_error_m=25, south__map_error_m=25,
            south__patrols__slots=20, south__patrols__standoff_m=60, south__watch__posts=8,
            north__watch__posts=8, border__commission_error_m=15, south__watch__jitter_m=20,
            south__watch__margin_m=0, south__watch__approach_m=100,
        )  # fmt: skip
        if blind:
            field.model.sparing, field.model.pars["reach"] = False, 1e6
        runs.append(field.play(days=24.5))
    seen, blind = runs
    assert seen.spared.size > 0
    assert blind.spared.size == 0
    assert seen.count(VIOLATION) > 20
    assert seen.history == blind.history
    assert seen.tallies.tobytes() == blind.tallies.tobytes()
    catch_up_all(seen.units, seen.model.pars, seen.minute, seen.model.tick)
    for name in ("z", "t", "step", "active", "tracks", "track", "violations"):
        assert np.array_equal(seen.units[name], blind.units[name]), name
    crossed = [np.maximum(run.units["depth"], 0.0) for run in runs]
    assert np.array_equal(*crossed)


def test_lines_that_change_bring_spared_units_back_where_they_would_be():
    """At midnight a policy moves the lines and the error's memory: spared units catch up first."""
    states = []
    for sparing in (True, False):
        model = DmzModel(load_case("baseline", ["common_line"], days=8), luck=2)
        model.sparing = sparing
        states.append(model.run().state)
    spared, walked = states
    for name in ("incidents", "log", "tallies", "posts", "run"):
        ours, theirs = getattr(spared, name), getattr(walked, name)
        assert all(ours[f].tobytes() == theirs[f].tobytes() for f in ours.dtype.names), name


def test_a_spared_unit_never_came_within_the_approach():
    """What sparing presumes, at every tick: watch the places of those that were spared."""
    field = Field(
        north__patrols__slots=200, north__patrols__standoff_m=220, north__patrols__spread_m=50,
        north__navigation__error_m=12, north__map_error_m=20, south__watch__posts=8,
        south__watch__approach_m=100,
    )  # fmt: skip
    field.play(minutes=360)
    responses, step_m = field.model.state.responses, field.model.land.line_step_m
    nodes = step_m * np.arange(responses.shape[1])
    for _ in range(53):
        field.play(minutes=10)
        field.model.state.run["minute"] = field.minute
        for row in field.spared:
            s, d = field.model.position(row)
            assert d - np.interp(s, nodes, responses[SOUTH]) > 100.0
        assert 50 < field.spared.size < 200


@pytest.mark.parametrize("side", ["north", "south"])
@pytest.mark.parametrize("bent", ["own belief", "the other side's response line"])
def test_lines_that_bring_a_unit_near_keep_it_from_being_spared(tmp_path, side, bent):
    """It means to keep 170 m; a line 80 m off brings it within the 100 m that are looked at."""
    other = "south" if side == "north" else "north"
    sign = 1 if side == "north" else -1
    lines = {side: -80 * sign, other: 0} if bent == "own belief" else {side: 0, other: 80 * sign}
    file = tmp_path / "lines.csv"
    rows = "".join(f"{s},{lines['north']},{lines['south']},0\n" for s in (0, 12))
    file.write_text("s_km,north_m,south_m,commission_m\n" + rows)
    field = Field(**{
        "border__lines_file": str(file), f"{side}__patrols__slots": 20,
        f"{side}__patrols__standoff_m": 170, f"{side}__navigation__error_m": 1,
        f"{other}__watch__posts": 6, f"{other}__watch__approach_m": 100,
        f"{other}__watch__looks_per_hour": 20, f"{other}__response__line": "own",
    }).play(days=1)  # fmt: skip
    assert field.spared.size == 0
    assert field.tallies["looks"][NORTH if side == "north" else SOUTH] > 500


def test_how_many_looks_see():
    """Half at the range, less by growth, night and fog: all of it multiplies."""
    field = patrols(10, slots=1, south__watch__posts=1)
    model = field.model
    watch, post = model.pars[SOUTH].copy(), model.state.posts[0].copy()
    watch["watch_range_m"], watch["watch_vegetation_loss"] = 1000.0, 0.0
    watch["watch_night_factor"], watch["watch_fog_factor"] = 0.6, 0.3
    noon, midnight = 720.0, 0.0

    def share(d, t):
        return visible_share(model.land, model.sky, watch, post, float(post["s"]),
                             float(post["d"]) + d, t)  # fmt: skip

    assert share(0.0, noon) == 1.0
    assert share(1000.0, noon) == pytest.approx(0.5)
    assert share(500.0, noon) == pytest.approx(0.5**0.25)
    assert share(1000.0, midnight) == pytest.approx(0.5 * 0.6)
    model.sky.fog[:] = 1
    assert share(1000.0, midnight) == pytest.approx(0.5 * 0.6 * 0.3)
    model.sky.fog[:] = 0
    watch["watch_vegetation_loss"] = 1.0
    assert 0.0 <= share(0.0, noon) < 1.0


def test_an_approach_draws_one_broadcast_a_shift_at_most():
    for chance in (0.0, 0.4, 1.0):
        field = patrols(
            30, slots=500, south__watch__posts=12, south__watch__approach_m=1000,
            south__watch__looks_per_hour=60, south__watch__margin_m=100,
            south__watch__p_approach_broadcast=chance,
        ).play(days=1, minutes=300)  # fmt: skip
        n, count = 1000, field.tallies["approach_broadcasts"][NORTH]
        assert abs(count - chance * n) <= SURE * math.sqrt(n * chance * (1 - chance))


# -- the error of a fix ---------------------------------------------------------------------------


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
        south__patrols__slots=3000, south__patrols__standoff_m=30, north__watch__posts=12,
        north__watch__eye_only=0.1, north__watch__eye_sd_m=0, north__watch__eye_bias_m=-50,
    ).play(minutes=370)  # fmt: skip
    by_eye = field.units["eye"][:3000] == 1
    assert by_eye.sum() > 200
    assert np.all(field.units["fix"][:3000][by_eye] == 50.0)


def test_a_posts_registration_is_the_same_for_all_its_sightings():
    field, fix, _ = fixes(registration_m=10)
    posts = field.model.state.posts
    assert np.array_equal(fix, 10 * posts["registration"][field.units["watcher"][:3000]])
    assert np.ptp(posts["registration"]) > 0


def test_the_perceived_depth_is_the_true_one_and_the_three_errors():
    """The told incident of MODEL.md: what a look judges is map, navigation and fix, less h."""
    field = Field(
        north__patrols__slots=300, north__patrols__standoff_m=30, north__navigation__error_m=20,
        north__map_error_m=25, south__map_error_m=25, border__commission_error_m=15,
        south__watch__posts=12, south__watch__registration_m=8, south__watch__jitter_m=3,
        south__watch__range_error_m=5, south__watch__looks_per_hour=20,
        south__watch__confirm_looks=1,
    ).play(days=4)  # fmt: skip
    violations = [e for e in field.events if e["kind"] == VIOLATION]
    assert len(violations) > 100
    for e in violations:
        assert e["depth"] > 20.0
        assert e["depth"] == pytest.approx(e["map_m"] + e["nav_m"] + e["fix_m"] - 30.0)
        assert e["side"] == SOUTH


# -- shifts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("tick", [20, 10, 5])
def test_shifts_begin_at_six_and_end_after_their_hours_whatever_the_tick(tick):
    field = patrols(100, slots=3, clock__tick_minutes=tick, north__patrols__hours=9.25)
    for _ in range(2 * 1440 // tick):
        field.play(minutes=tick)
        t = field.minute
        since = (t - 360.0) % 720.0
        should = t > 360.0 and 0.0 < since < 555.0
        assert np.all((field.units["active"][:3] == 1) == should), t
        if should:
            assert np.all(field.units["begin"][:3] == t - since)
            assert np.all(field.units["end"][:3] == t - since + 555.0)
            assert np.all(field.units["t"][:3] == t)
    assert field.tallies["unit_ticks"][NORTH] == 3 * 4 * math.ceil(555 / tick)


def test_a_patrol_goes_out_and_comes_back():
    field = patrols(100, slots=20, north__patrols__speed_kmh=2).play(minutes=370)
    for unit in field.units[:20]:
        half = 0.5 * (unit["begin"] + unit["end"])
        out = [place(12000.0, unit, unit["begin"] + m) for m in (0.0, 60.0, 120.0)]
        back = [place(12000.0, unit, unit["end"] - m) for m in (0.0, 60.0, 120.0)]
        assert out == pytest.approx(back)
        assert out[0] == pytest.approx(unit["s"])
        assert abs(abs(out[1] - out[0]) - 2000.0) < 1e-6 or min(out) < 2000 or max(out) > 10000
        assert 0.0 <= place(12000.0, unit, half) <= 12000.0


def test_presence_is_the_share_of_shifts_that_a_slot_walks():
    field = patrols(100, slots=500, north__patrols__presence=0.3).play(minutes=370)
    days, walked = 6, 0
    for _ in range(2 * days):
        walked += (field.units["active"][:500] == 1).sum()
        field.play(minutes=720)
    n = 1000 * days
    assert abs(walked - 0.3 * n) < SURE * math.sqrt(n * 0.21)


def test_intensity_thins_fixed_slots():
    """Those that walk at a low presence also walk at a high one, with the same luck."""
    few, many = (
        patrols(100, slots=300, north__patrols__presence=p).play(minutes=370) for p in (0.3, 0.6)
    )
    walk_few, walk_many = (f.units["active"][:300] == 1 for f in (few, many))
    assert walk_few.sum() < walk_many.sum()
    assert np.all(walk_many[walk_few])
    for name in ("s", "z", "nav_key", "speed"):
        assert np.array_equal(few.units[name][:300][walk_few], many.units[name][:300][walk_few])


def works(**more):
    usual = {
        "start": "2025-05-01", "north__works__slots": 400, "north__works__share": 1,
        "north__works__surge_sd": 0, "north__works__weeks": 40,
    }  # fmt: skip
    return Field(**usual | more)


@pytest.mark.parametrize("night_share", [0.0, 0.3, 1.0])
def test_night_crews_work_their_share_of_nights(night_share):
    field = works(north__works__night_share=night_share, north__works__hours=11)
    parties = field.units["kind"] == WORK_PARTY
    by_day, by_night = (parties & (field.units["crew"] == crew) for crew in (DAY_CREW, NIGHT_CREW))
    nights = going = 0
    for _ in range(12):
        field.play(minutes=(370 - field.minute) % 1440)  # 06:10
        at_work = field.units["active"] == 1
        projects = field.model.state.projects
        here = (projects["begin"] <= field.minute - 10) & (field.minute - 10 < projects["end"])
        assert np.array_equal(at_work[by_day], here[field.units["project"][by_day]])
        assert not at_work[by_night].any()
        field.play(minutes=720)  # 18:10
        at_work = field.units["active"] == 1
        assert not at_work[by_day].any()
        here = (projects["begin"] <= field.minute - 10) & (field.minute - 10 < projects["end"])
        here = here[field.units["project"][by_night]]
        assert not at_work[by_night][~here].any()
        nights += here.sum()
        going += at_work[by_night].sum()
    assert nights > 1000
    error = math.sqrt(nights * night_share * (1 - night_share))
    assert abs(going - night_share * nights) <= SURE * error


def test_parties_keep_their_projects_distance_above_the_floor_and_the_buffer():
    plain, buffered = (
        works(north__works__distance_m=50, north__works__distance_log_sd=0.8,
              north__works__floor_m=20, north__works__buffer_m=buffer).play(minutes=370)
        for buffer in (0, 60)
    )  # fmt: skip
    out = plain.units["active"] == 1
    assert np.array_equal(out, buffered.units["active"] == 1)
    far = plain.model.state.projects["far"][plain.units["project"][out]]
    np.testing.assert_allclose(
        plain.units["distance"][out], np.maximum(20, 50 * np.exp(0.8 * far)), rtol=1e-12
    )
    np.testing.assert_array_equal(
        buffered.units["distance"][out], np.maximum(60, plain.units["distance"][out])
    )


def test_no_works_before_their_first_year_or_out_of_season():
    for start in ("2023-06-01", "2025-02-01"):
        field = works(start=start).play(days=3)
        assert field.tallies["workdays"][NORTH] == 0


def test_one_navigation_key_a_shift():
    """The key is that of the shift's own address, and stays while the shift lasts."""
    field, keys = patrols(100, slots=40), {}
    for _ in range(4 * 72):
        field.play(minutes=20)
        for row, unit in enumerate(field.units[:40]):
            if unit["active"]:
                expected = address(field.model.luck, int(Kind.NAVIGATION_STEP), int(unit["who"]),
                                   int(unit["shift"]), 0, int(unit["side"]))  # fmt: skip
                assert unit["nav_key"] == expected
                keys.setdefault((row, int(unit["shift"])), int(unit["nav_key"]))
    assert len(set(keys.values())) == len(keys) > 40 * 7


def test_navigation_starts_from_its_stationary_law_and_keeps_it():
    field = patrols(100, slots=4000).play(minutes=360)
    for _ in range(5):
        field.play(minutes=10)
        assert stats.kstest(field.units["z"][:4000], "norm").pvalue > 1e-5
    before = field.units["z"][:4000].copy()
    field.play(minutes=60)
    r = np.corrcoef(before, field.units["z"][:4000])[0, 1]
    assert r == pytest.approx(math.exp(-1.0), abs=SURE / math.sqrt(4000))


def test_what_makes_navigation_worse():
    def sd(**more):
        named = {f"north__navigation__{name}": value for name, value in more.items()}
        field = patrols(100, slots=200, start="2025-12-20", ground__evergreen_share=1, **named)
        field.play(minutes=370)
        day = field.units["nav_sd"][:200].copy()
        field.play(minutes=720)
        return day, field.units["nav_sd"][:200].copy()

    day, night = sd()
    assert np.all(day == 10.0) and np.all(night == 10.0)
    day, night = sd(night_factor=1.5)
    assert np.all(day == 10.0) and np.all(night == 15.0)
    rough, grown = sd(rugged_factor=1)[0], sd(vegetation_factor=1)[0]
    for worse in (rough, grown):
        assert worse.min() >= 10.0 and worse.max() <= 20.0 and np.ptp(worse) > 0.0
    assert np.all(sd(satellite="true", satellite_error_m=3)[1] == 3.0)
    assert np.all(sd(satellite="true", satellite_error_m=15)[1] == 10.0)  # no aid that harms


def test_a_step_back_is_forgotten_by_half_lives():
    unit = a_unit(pushback=40.0, pushed_at=1000.0)[0]
    for half_lives in (0, 1, 2, 3.5):
        t = 1000.0 + half_lives * 14 * DAY
        assert remembered(unit, t, 14.0) == pytest.approx(40 * 0.5**half_lives)
    assert remembered(a_unit()[0], 5000.0, 14.0) == 0.0


# -- mines ----------------------------------------------------------------------------------------


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


# -- stray rounds ---------------------------------------------------------------------------------


def test_stray_rounds_are_a_poisson_stream_per_post_year():
    field = Field(
        days=400, north__watch__posts=1500, south__watch__posts=500,
        north__stray__per_post_year=0.1, south__stray__per_post_year=0.05,
    ).play(days=365)  # fmt: skip
    shots = [e for e in field.events if e["kind"] == STRAY_SHOT]
    for side, expected in ((NORTH, 150.0), (SOUTH, 25.0)):
        own = [e for e in shots if e["side"] == side]
        assert abs(len(own) - expected) < SURE * math.sqrt(expected)
        assert field.tallies["stray_shots"][side] == len(own)
        assert all(field.model.state.posts["side"][e["row"]] == side for e in own)
    t = np.array([e["t"] for e in shots])
    assert stats.kstest(t / (365 * DAY), "uniform").pvalue > 1e-4
    assert stats.kstest(t % DAY / DAY, "uniform").pvalue > 1e-4


def test_intervals_between_a_posts_rounds_are_exponential_through_a_change_of_rate():
    """The rate doubles half-way; in the time that it measures, nothing changes."""
    field = Field(north__watch__posts=400)
    posts, pars = field.model.state.posts, field.model.pars
    pars["stray_per_post_year"] = 3.65
    fired = [[] for _ in range(posts.size)]
    for day in range(2000):
        if day == 1000:
            pars["stray_per_post_year"] = 7.3
        draw_strays(posts, pars, field.model.luck, day * DAY)
        for row in np.flatnonzero(posts["next_stray"] < NEVER):
            fired[row].append(posts["next_stray"][row] / DAY)
            posts["next_stray"][row] = NEVER
    clock = [np.where(np.array(f) < 1000, f, 2 * np.array(f) - 1000) * 0.01 for f in fired]
    waits = np.concatenate([np.diff(c) for c in clock])
    assert waits.size > 8000
    # a second round of the same day waits for the next: 0.01 of a mean wait, at most 0.02
    assert stats.kstest(waits, "expon").statistic < 0.02 + 2.5 / math.sqrt(waits.size)
    assert sum(map(len, fired)) == pytest.approx(400 * 30, abs=SURE * math.sqrt(12000))


def test_a_post_loses_rounds_by_its_own_luck():
    """More posts of the other side, or none, do not move a post's rounds."""
    def rounds(south):
        field = Field(days=400, north__watch__posts=300, south__watch__posts=south,
                      north__stray__per_post_year=0.1).play(days=365)  # fmt: skip
        return [(float(e["t"]), int(e["row"])) for e in field.events]

    assert rounds(0) == rounds(50) != []


# -- one kernel, any cut of time ------------------------------------------------------------------


def test_tick_by_tick_is_the_same_as_day_by_day():
    busy = {
        "north__patrols__slots": 40, "north__patrols__standoff_m": 30,
        "north__navigation__error_m": 20, "south__watch__posts": 8,
        "south__stray__per_post_year": 0.1, "mines__strikes_per_km": 0.05,
        "south__watch__confirm_looks": 1, "north__works__slots": 20,
    }  # fmt: skip
    whole, cut = Field(**busy).play(days=5), Field(**busy)
    for _ in range(5 * 144):
        cut.play(minutes=10)
    assert whole.model.state.identical(cut.model.state)
    assert whole.history == cut.history != []


def test_a_tick_that_a_violation_breaks_off_leaves_no_luck_to_reuse():
    """The deviate of a broken tick pulled the unit to where it was seen; the next needs another."""
    field = patrols(10, slots=500, south__watch__posts=60, south__watch__looks_per_hour=60,
                    south__watch__confirm_looks=1, south__watch__margin_m=0)  # fmt: skip
    field.play(minutes=360)
    for _ in range(20):
        before = field.units["step"].copy()
        n = len(field.events)
        field.play(minutes=10)
        for event in field.events[n:]:
            assert field.units["step"][event["row"]] == before[event["row"]] + 1
    assert field.count(VIOLATION) > 100


# -- a look in an open incident -------------------------------------------------------------------


def test_looks_in_an_incident_follow_the_same_process():
    """Place and perceived depth at a later look: OU from where the unit was, plus jitter."""
    field = patrols(50, slots=2000, south__watch__posts=12, south__watch__jitter_m=5)
    field.play(minutes=380)
    units, model = field.units[:2000].copy(), field.model
    state = model.state
    perceived = np.array([
        look_again(unit, 410.0, model.land, model.courses, model.pars, model.luck,
                   state.tallies, 1)[1]
        for unit in units
    ])  # fmt: skip
    z0, z1 = field.units["z"][:2000], units["z"]
    assert np.all(units["t"] == 410.0)
    rho = math.exp(-0.5)
    assert stats.kstest((z1 - rho * z0) / math.sqrt(1 - rho**2), "norm").pvalue > 1e-5
    jitter = (perceived - (-50.0 - 10.0 * z1)) / 5.0
    assert stats.kstest(jitter, "norm").pvalue > 1e-5


def test_the_depth_that_a_side_must_have_read_is_mirrored():
    """Depth past the true line is counted the same way from both sides."""
    for side, line, expected in ((NORTH, -12.0, 8.0), (SOUTH, 12.0, 8.0)):
        unit = a_unit(side=side, distance=30.0, nav_sd=26.0, kind=PATROL, crew=BOTH_SHIFTS)[0]
        assert depth_past(unit, line, -1.0) == expected  # MODEL.md's told unit at d = -8


def test_what_the_field_reads_of_the_parameters():
    parameters = case_of(()).parameters(())
    records = side_records(parameters)
    for record, side in zip(records, parameters.sides, strict=True):
        assert record["watch_margin_m"] == side.watch.margin_m
        assert record["rho"] == pytest.approx(math.exp(-10 / side.navigation.tau_minutes))
        assert record["rho"] ** 2 + record["spread"] ** 2 == pytest.approx(1.0)
        assert record["mines_strikes_per_km"] == parameters.mines.strikes_per_km
