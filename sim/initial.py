"""What a run begins with: the land, the sky, and the first values of the state."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from sim.case import Case
from sim.environment import Calendar, daylight, fog_table, leaf_table
from sim.field.land import Land, Sky, cells
from sim.parameters import NORTH, SIDES, SOUTH, Parameters
from sim.randomness import Kind, exponential_at
from sim.state import COMMAND_POST, DAY, GOVERNMENT, INCIDENT, LOG, NEVER, RUN, TALLY, State
from sim.terrain import build_terrain, overlooking_posts
from sim.world import World


def build_land(base: Parameters, world: World) -> Land:
    """The terrain of the scenario and the posts of the world that overlook it."""
    space, posts = base.space, world.posts
    terrain = build_terrain(
        1000.0 * space.length_km, space.cell_m, 1000.0 * space.half_width_km, base.ground
    )
    overlook = overlooking_posts(terrain, posts["s"], posts["d"], posts["side"])
    return Land(
        float(space.cell_m), 1000.0 * space.length_km, world.grid.step_m,
        float(terrain.mine_density.max()), cells(terrain, overlook),
    )  # fmt: skip


def build_sky(base: Parameters, calendar: Calendar, luck: np.uint64) -> Sky:
    """Light, leaf and the luck's fog, a day longer than the run: its last shift ends after it."""
    days = replace(calendar, days=calendar.days + 1)
    light, leaf = _sky_tables(days)
    fog = fog_table(luck, days, base.weather.fog_factor)
    return Sky(calendar.first.toordinal(), light, fog, leaf)


@lru_cache(maxsize=8)
def _sky_tables(calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    return daylight(calendar), leaf_table(calendar)


def initial_state(case: Case, world: World, calendar: Calendar, luck: np.uint64) -> State:
    """The state before the first minute; the lines are still to be drawn."""
    base, nodes = case.parameters(()), world.grid.n_nodes
    run = np.zeros(1, RUN)
    run["ended_at"] = NEVER
    run["next_offer"] = case.scenario.talks.offer_day
    posts = world.posts.copy()
    for row in range(posts.size):
        who, side = int(posts["who"][row]), int(posts["side"][row])
        luck_left = exponential_at(luck, int(Kind.STRAY_SHOT), who, 0, 0, side, 0)
        posts["stray_luck"][row] = luck_left
    return State(
        run, world.units.copy(), posts, world.projects, _command_posts(base), _governments(base),
        np.zeros(2, TALLY), np.zeros((3, nodes)), np.zeros((2, nodes)),
        np.zeros(world.grid.marker_nodes.size, bool), np.zeros((calendar.n_days, 2)),
        np.zeros(32, INCIDENT), np.zeros(512, LOG),
    )  # fmt: skip


def _command_posts(base: Parameters) -> np.ndarray:
    areas = int(np.ceil(base.space.length_km / base.space.area_km))
    command_posts = np.zeros(2 * areas, COMMAND_POST)
    command_posts["side"] = np.repeat((NORTH, SOUTH), areas)
    command_posts["area"] = np.tile(np.arange(areas), 2)
    return command_posts


def _governments(base: Parameters) -> np.ndarray:
    governments = np.zeros(2, GOVERNMENT)
    governments["tension"] = [side.politics.resting for side in base.sides]
    governments["casualties_at"] = -NEVER
    return governments


def dated_shots(case: Case) -> list[tuple[float, str, int, float]]:
    """Stray shots and provocations that the scenario dates: (minute, act, side, s in metres)."""
    scenario, warmup = case.scenario, case.parameters(()).clock.warmup_days
    return [
        (
            DAY * ((inject.date - scenario.start).days + warmup) + 60.0 * inject.hour,
            inject.act, SIDES.index(inject.side), 1000.0 * inject.at_km,
        )
        for inject in scenario.injects
        if inject.act != "change"
    ]  # fmt: skip
