"""Who goes out, when and where, and with which error."""

import math

import numpy as np
import pytest
from harness import SURE, a_unit, patrols, works

from sim.codes import Crew, UnitKind
from sim.constants import DAY
from sim.field.land import cell_of, in_fog
from sim.field.path import place
from sim.field.shifts import remembered
from sim.sides import NORTH


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


@pytest.mark.parametrize("hour", [0, 7, 11])
def test_shifts_begin_at_the_hour_that_the_scenario_says_and_twelve_hours_later(hour):
    field = patrols(100, slots=3, clock__day_shift_hour=hour, north__patrols__hours=2)
    began = set()
    for _ in range(24):
        field.play(minutes=60)
        began |= set(field.units["begin"][:3][field.units["active"][:3] == 1] / 60.0)
        field.units["active"] = 0
    assert began == {hour, hour + 12}


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


def test_a_patrol_turns_at_the_ends_of_the_line():
    unit = a_unit(s=300.0, speed=50.0, begin=0.0, end=240.0)[0]
    for gone in range(0, 121, 3):
        walked = abs(300.0 + 50.0 * gone) % 2000.0  # there and back on a line of 1 km
        assert place(1000.0, unit, gone) == pytest.approx(min(walked, 2000.0 - walked))
        assert place(1000.0, unit, 240.0 - gone) == place(1000.0, unit, gone)
    unit["speed"] = -50.0
    assert place(1000.0, unit, 10.0) == pytest.approx(200.0)
    assert place(1000.0, unit, 40.0) == pytest.approx(300.0)  # 1.7 km west of 0: once more back


def test_presence_is_the_share_of_shifts_that_a_slot_walks():
    field = patrols(100, slots=500, north__patrols__presence=0.3).play(minutes=370)
    days, walked = 6, 0
    for _ in range(2 * days):
        walked += (field.units["active"][:500] == 1).sum()
        field.play(minutes=720)
    n = 1000 * days
    assert abs(walked - 0.3 * n) < SURE * math.sqrt(n * 0.21)


def test_reconnaissance_keeps_its_own_distance():
    shares = {"north__patrols__recon_share": 0.2, "north__patrols__recon_distance_m": 250}
    units = patrols(700, slots=2000, **shares).play(minutes=370).units[:2000]
    recon = units["recon"] == 1
    assert recon.mean() == pytest.approx(0.2, abs=SURE * math.sqrt(0.16 / 2000))
    assert (units["distance"][recon] == 250.0).all() and (units["distance"][~recon] == 700.0).all()


def test_the_years_effect_multiplies_the_share_of_reconnaissance_and_no_more():
    """Whoever goes near the line in a quiet year does in a busy one; nobody else walks otherwise."""
    walked = {}
    for effect in (0.0, 0.5, 1.0, 3.0):
        field = patrols(
            700, slots=2000, north__patrols__recon_share=0.2, north__patrols__recon_distance_m=250
        )
        field.model.scene.regime.records["recon_year"] = effect, 1.0
        field.play(minutes=370)
        units = field.units[:2000]
        p = 0.2 * effect
        near = units["distance"] == 250.0
        assert near.mean() == pytest.approx(p, abs=SURE * math.sqrt(p * (1 - p) / 2000))
        assert np.array_equal(near, units["recon"] == 1)
        walked[effect] = near, units["s"].copy(), units["nav_key"].copy()
    for few, many in ((0.5, 1.0), (1.0, 3.0)):
        assert np.all(walked[many][0][walked[few][0]])
        assert all(map(np.array_equal, walked[few][1:], walked[many][1:]))


def test_intensity_thins_fixed_slots():
    """Those that walk at a low presence also walk at a high one, with the same luck."""
    few, many = (patrols(100, slots=300, north__patrols__presence=p).play(minutes=370) for p in (0.3, 0.6))
    walk_few, walk_many = (f.units["active"][:300] == 1 for f in (few, many))
    assert walk_few.sum() < walk_many.sum()
    assert np.all(walk_many[walk_few])
    for name in ("s", "z", "nav_key", "speed"):
        assert np.array_equal(few.units[name][:300][walk_few], many.units[name][:300][walk_few])


@pytest.mark.parametrize("night_share", [0.0, 0.3, 1.0])
def test_night_crews_work_their_share_of_nights(night_share):
    field = works(north__works__night_share=night_share, north__works__hours=11)
    parties = field.units["kind"] == UnitKind.WORK_PARTY
    by_day, by_night = (parties & (field.units["crew"] == crew) for crew in (Crew.DAY, Crew.NIGHT))
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
        works(
            north__works__distance_m=50,
            north__works__distance_log_sd=0.8,
            north__works__floor_m=20,
            north__works__buffer_m=buffer,
        ).play(minutes=370)
        for buffer in (0, 60)
    )
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


def test_fog_at_the_begin_of_a_shift_makes_navigation_worse():
    field = patrols(100, slots=200, weather__fog_factor=5, north__navigation__fog_factor=1.4)
    seen = set()
    for _ in range(10):
        field.play(minutes=(370 - field.minute) % 1440)  # 06:10
        for unit in field.units[:200]:
            i, _ = cell_of(field.model.scene.land, unit["s"], 100.0)
            foggy = in_fog(field.model.scene.land, field.model.scene.sky, i, unit["begin"])
            assert unit["nav_sd"] == (14.0 if foggy else 10.0)
            seen.add(foggy)
        field.play(minutes=600)
    assert seen == {False, True}


def test_a_step_back_is_forgotten_by_half_lives():
    unit = a_unit(pushback=40.0, pushed_at=1000.0)[0]
    for half_lives in (0, 1, 2, 3.5):
        t = 1000.0 + half_lives * 14 * DAY
        assert remembered(unit, t, 14.0) == pytest.approx(40 * 0.5**half_lives)
    assert remembered(a_unit()[0], 5000.0, 14.0) == 0.0
