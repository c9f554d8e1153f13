"""What a run begins with: the land, the sky, and the first values of the state."""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.codes import Trigger
from sim.constants import DAY, HOUR, KM, NEVER
from sim.field.land import Land, Sky, cells
from sim.field.strays import begin_strays
from sim.incident_state import Incidents
from sim.parameters.place import Ground
from sim.parameters.whole import Parameters
from sim.scenario.case import Case
from sim.sides import NORTH, SIDES, SOUTH
from sim.state import AREA, COMMAND_POST, GOVERNMENT, RUN, TALLY, Log, State
from sim.world.draw import World
from sim.world.seasons import Calendar, daylight, fog_table, leaf_table
from sim.world.terrain import build_terrain


def build_land(base: Parameters, world: World) -> Land:
    """The terrain of the scenario under the lines of a world."""
    space = base.space
    length_m = KM * space.length_km
    ground, mines, rugged = _ground(length_m, space.cell_m, KM * space.half_width_km, base.ground)
    return Land(float(space.cell_m), length_m, world.grid.step_m, mines, rugged, ground)


@lru_cache(maxsize=8)
def _ground(
    length_m: float, cell_m: float, half_width_m: float, ground: Ground
) -> tuple[np.ndarray, float, float]:
    """Its cells, and the most mines and the most rugged ground that one of them has."""
    found = cells(build_terrain(length_m, cell_m, half_width_m, ground))
    return found, float(found["mines"].max()), float(found["ruggedness"].max())


def build_sky(base: Parameters, calendar: Calendar, luck: np.uint64) -> Sky:
    """Light, leaf and the luck's fog, a day longer than the run: its last shift ends after it."""
    days = replace(calendar, days=calendar.days + 1)
    light, leaf = _sky_tables(days, base.weather.twilight_deg)
    fog = fog_table(luck, days, base.weather.fog_factor)
    return Sky(calendar.first.toordinal(), light, fog, leaf)


@lru_cache(maxsize=8)
def _sky_tables(calendar: Calendar, twilight_deg: float) -> tuple[np.ndarray, np.ndarray]:
    return daylight(calendar, twilight_deg), leaf_table(calendar)


def initial_state(case: Case, world: World, calendar: Calendar, luck: np.uint64) -> State:
    """The state before the first minute; the lines are still to be drawn."""
    base, nodes = case.parameters(()), world.grid.n_nodes
    run = np.zeros(1, RUN)
    run["ended_at"] = NEVER
    run["next_offer"] = case.scenario.talks.offer_day
    posts = world.posts.copy()
    begin_strays(posts, luck)
    return State(
        run,
        world.units.copy(),
        posts,
        world.projects,
        _command_posts(base),
        _governments(base),
        _areas(base),
        np.zeros(2, TALLY),
        np.zeros((3, nodes)),
        np.zeros((2, nodes)),
        np.zeros(world.grid.marker_nodes.size, bool),
        np.zeros((calendar.n_days, 2)),
        np.zeros(calendar.n_days, np.int8),
        Incidents(),
        Log(),
    )


def _command_posts(base: Parameters) -> np.ndarray:
    n = base.space.areas
    command_posts = np.zeros(2 * n, COMMAND_POST)
    command_posts["side"] = np.repeat((NORTH, SOUTH), n)
    command_posts["area"] = np.tile(np.arange(n), 2)
    return command_posts


def _governments(base: Parameters) -> np.ndarray:
    governments = np.zeros(2, GOVERNMENT)
    governments["tension"] = [side.politics.resting for side in base.sides]
    governments["casualties_at"] = -NEVER
    return governments


def _areas(base: Parameters) -> np.ndarray:
    """One row an area of a command post, as it begins, where tension stays local; else none."""
    rows = np.zeros(base.space.areas if base.feedback.by_area else 0, AREA)
    rows["tension"] = [side.politics.resting for side in base.sides]
    return rows


class DatedShot(NamedTuple):
    """Rounds that the scenario dates: when, whether anybody ordered them, whose, where (metres).

    ``number`` is their place among the shots that the scenario dates.
    """

    minute: float
    trigger: Trigger
    side: int
    s: float
    number: int


def dated_shots(case: Case) -> list[DatedShot]:
    """The stray shots and provocations that the scenario dates."""
    scenario, warmup = case.scenario, case.parameters(()).clock.warmup_days
    dated = [
        (inject, inject.side, inject.at_km)
        for inject in scenario.injects
        if inject.side is not None and inject.at_km is not None
    ]
    return [
        DatedShot(
            DAY * ((inject.date - scenario.start).days + warmup) + HOUR * inject.hour,
            Trigger[inject.act.upper()],
            SIDES.index(side),
            KM * at_km,
            number,
        )
        for number, (inject, side, at_km) in enumerate(dated)
    ]
