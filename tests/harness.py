"""A field that is played without anybody deciding, for the tests of its rooms."""

from functools import cache

import numpy as np

from sim.codes import Trigger
from sim.constants import DAY, NEVER
from sim.field.advance import advance, scratch
from sim.field.days import Days
from sim.field.shifts import rouse_all
from sim.field.strays import draw_strays
from sim.model import DmzModel
from sim.scenario.loading import load_case
from sim.state import UNIT

SURE = 4.5  # standard errors


# A line that everybody knows, flat bare ground, nobody on it, and nothing that goes wrong.
QUIET = {
    "days": 30,
    "start": "2025-06-01",
    "space.length_km": 12,
    "clock.warmup_days": 0,
    "weather.fog_factor": 0,
    "mines.strikes_per_km": 0,
    "mines.strikes_per_party_day": 0,
    "border.commission_error_m": 0,
    "survey.km_per_week": 0,
}


QUIET_SIDE = {
    "map_error_m": 0,
    "patrols.slots": 0,
    "works.slots": 0,
    "watch.posts": 0,
    "patrols.presence": 1,
    "patrols.spread_m": 0,
    "patrols.recon_share": 0,
    "patrols.probe_share": 0,
    "patrols.year_log_sd": 0,
    "patrols.hours": 9,
    "navigation.rugged_factor": 0,
    "navigation.vegetation_factor": 0,
    "navigation.night_factor": 1,
    "navigation.fog_factor": 1,
    "navigation.tau_minutes": 60,
    "watch.range_m": 10000,
    "watch.vegetation_loss": 0,
    "watch.night_factor": 1,
    "watch.eye_only": 0,
    "watch.registration_m": 0,
    "watch.range_error_m": 0,
    "watch.azimuth_error_mil": 0,
    "watch.jitter_m": 0,
    "watch.margin_log_sd": 0,
    "stray.per_post_year": 0,
}


@cache
def case_of(assignments):
    values = dict(QUIET)
    for side in ("north", "south"):
        values |= {f"{side}.{key}": value for key, value in QUIET_SIDE.items()}
    values |= dict(assignments)
    return load_case("declared", assignments=[f"{key}={value}" for key, value in values.items()])


class Field:
    """A model whose field is played without anybody deciding: a unit that is seen goes home."""

    def __init__(self, luck=0, world=0, **assignments):
        named = {key.replace("__", "."): value for key, value in assignments.items()}
        self.model = DmzModel(case_of(tuple(named.items())), world=world, luck=luck, seed=1)
        self.minute, self.events = 0.0, []
        self._scratch = scratch(self.units, self.model.state.posts.size)

    def play(self, days=0.0, minutes=0.0):
        """Play on; events are kept, and a unit that was judged in violation is taken off."""
        model, state, tick = self.model, self.model.state, self.model.scene.tick
        until = self.minute + days * DAY + minutes
        while self.minute < until:
            if self.minute % DAY == 0.0:
                draw_strays(state.posts, model.scene.regime.records, model.scene.luck, self.minute)
            stop = min(until, (self.minute // DAY + 1) * DAY)
            ticks = round((stop - self.minute) / tick)
            self.minute, n = advance(
                state.units,
                state.tallies,
                model.scene.setting,
                Days.of(state),
                self.minute,
                ticks,
                model.sparing,
                self._scratch,
            )
            for event in self._scratch.events[:n].copy():
                self.events.append(event)
                if event["trigger"] == Trigger.VIOLATION:
                    state.units[event["row"]]["active"] = 0
        return self

    @property
    def asleep(self):
        """Rows of the units on shift of which nothing can matter for some ticks."""
        units = self.model.state.units
        tick = self.model.scene.tick
        return np.flatnonzero((units["active"] == 1) & (units["wake"] >= self.minute + tick))

    @property
    def units(self):
        """The units where they are now."""
        state = self.model.state
        rouse_all(state.units, self.minute, self.model.scene.setting, state.tallies)
        return state.units

    @property
    def tallies(self):
        """What has been counted up to now."""
        assert self.units.size
        return self.model.state.tallies

    @property
    def history(self):
        """The events as plain values: the bytes between their fields mean nothing."""
        return [event.item() for event in self.events]

    def count(self, trigger):
        return sum(event["trigger"] == trigger for event in self.events)


def a_unit(**values):
    unit = np.zeros(1, UNIT)
    unit["depth"], unit["incident"], unit["track"] = -NEVER, -1, NEVER
    for name, value in values.items():
        unit[name] = value
    return unit


def patrols(standoff, slots=2000, **more):
    """Patrols of the north, 9 h each, with an error of 10 m, on a line that everybody knows."""
    usual = {"north__navigation__error_m": 10}
    return Field(north__patrols__slots=slots, north__patrols__standoff_m=standoff, **usual | more)


def works(**more):
    usual = {
        "start": "2025-05-01",
        "north__works__slots": 400,
        "north__works__share": 1,
        "north__works__surge_sd": 0,
        "north__works__weeks": 40,
    }
    return Field(**usual | more)
