"""The scene: what every mind may see and touch. It knows no mind.

State, regime, tension, luck, the log, and where things are. Who replaces the regime does it here,
since what went by the old one is settled first, and the lines follow.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.acts import Act, Actor
from sim.ambiguity import enter, measure
from sim.codes import UnitKind
from sim.constants import DAY, HOUR, KM, NEVER
from sim.exposure import Exposure
from sim.field.courses import Courses, courses
from sim.field.days import heed
from sim.field.land import Land, Sky, growth_at
from sim.field.path import where_in
from sim.field.setting import Setting
from sim.field.shifts import rouse_all
from sim.forks import Estimates, Forks
from sim.regime import Regime
from sim.sides import NORTH, SOUTH
from sim.state import State
from sim.tension import Tension
from sim.world.draw import World
from sim.world.seasons import Calendar


@dataclass(eq=False)
class Scene:
    """One run's scene.

    ``address`` are its seed, world and luck, ``luck`` the key of its luck, ``tick`` is in minutes,
    ``draw`` the number of the draw that its world plays of a posterior, ``courses`` are the lines in
    force as the field reads them; ``forks``: who plays its incidents again, if anybody does, and ``cloned``
    what they then come to.
    """

    state: State
    world: World
    land: Land
    sky: Sky
    calendar: Calendar
    exposure: Exposure
    address: tuple[int, int, int]
    luck: np.uint64
    tick: float
    regime: Regime
    draw: int | None = None
    forks: Forks | None = None
    cloned: Estimates | None = None
    courses: Courses = field(init=False)

    def __post_init__(self) -> None:
        self._draw_lines()

    @property
    def minute(self) -> float:
        """Minutes since the first day of the warm-up."""
        return float(self.state.run["minute"][0])

    @property
    def year_effect(self) -> NDArray[np.float64]:
        """Normal deviates of the calendar year of this day, a side each; at the horizon of the last one."""
        day = min(int(self.minute // DAY), self.calendar.n_days - 1)
        return self.world.year_effects[self.calendar.date_of(day).year]

    @property
    def tension(self) -> Tension:
        """The governments' tension under the regime in force."""
        return Tension(self.state, self.regime)

    @property
    def setting(self) -> Setting:
        """What the field reads at this moment."""
        return self.setting_under(self.luck)

    def setting_under(self, luck: np.uint64) -> Setting:
        """The same under a luck."""
        state = self.state
        return Setting(
            self.land,
            self.sky,
            self.courses,
            state.posts,
            state.projects,
            self.regime.records,
            luck,
            self.tick,
            HOUR * self.regime.parameters.clock.day_shift_hour,
        )

    @cached_property
    def areas(self) -> list[int]:
        """The areas of the posts, by row, which keep theirs for the whole run."""
        areas: list[int] = self.state.posts["area"].tolist()
        return areas

    @cached_property
    def _posts_of(self) -> tuple[NDArray[np.intp], ...]:
        """Rows of the posts of either side."""
        return tuple(np.flatnonzero(self.state.posts["side"] == side) for side in (NORTH, SOUTH))

    @cached_property
    def survey_teams(self) -> NDArray[np.intp]:
        """Rows of the units that are survey teams, which keep their place for the whole run."""
        return np.flatnonzero(self.state.units["kind"] == UnitKind.SURVEY_TEAM)

    # -- what is in force -------------------------------------------------------------------------

    def enter(self, regime: Regime) -> None:
        """Put a regime in force from now on; the lines are drawn anew where it changes the border."""
        before = self.regime
        if not regime.has_tension_of(before):  # else the last bits would tell that something came into force
            self.tension.settle_all(self.minute)
        self.rouse_units()
        self.regime = regime
        if not regime.has_border_of(before):
            self._draw_lines()

    def resume(self, regime: Regime) -> None:
        """Go on under the regime that was in force when the state was copied."""
        self.regime = regime
        regime.enter_year(self.year_effect)
        heed(self.state.governments, regime.records)
        self.lay_courses()

    def rouse_units(self) -> None:
        """Have every unit on shift be where it is now, and count what it slept through."""
        rouse_all(self.state.units, self.minute, self.setting, self.state.tallies)

    def draw_lines(self) -> None:
        """Draw the lines anew that follow from the regime and the markers that stand."""
        self.rouse_units()
        self._draw_lines()

    def _draw_lines(self) -> None:
        state, border = self.state, self.regime.parameters.border
        self.regime.draw_lines(self.world, state)
        found = measure(state.lines, self.land.line_step_m, border.differ_m)
        enter(state.run[0], found, self.minute, self.exposure.begins)
        self.lay_courses()

    def lay_courses(self) -> None:
        """Have the field read the lines as the state holds them."""
        land, state = self.land, self.state
        self.courses = courses(land.line_step_m, land.length_m, state.lines, state.responses)

    # -- where things are -------------------------------------------------------------------------

    def position(self, row: int) -> tuple[float, float]:
        """Where the unit of a row is: ``s`` and ``d`` in metres."""
        units = self.state.units
        if units["active"][row] and units["incident"][row] < 0:  # else an incident takes it where it goes
            units, row = units[row : row + 1].copy(), 0
            rouse_all(units, self.minute, self.setting, self.state.tallies.copy())
        s, d = where_in(units, row, self.courses)
        return s, d

    def units_now(self) -> np.ndarray:
        """Copies of all units (n,), dtype ``UNIT``, those on shift where they are at this moment.

        Also who was spared its steps: it walks them in the copy, and the run goes on as if nobody had asked.
        """
        units = self.state.units.copy()
        rouse_all(units, self.minute, self.setting, self.state.tallies.copy())
        return units

    def area_at(self, s: float) -> int:
        """Number of the area of the command posts in which ``s`` metres along the line lies."""
        space = self.regime.parameters.space
        return min(int(s / (KM * space.area_km)), space.areas - 1)

    def growth_at(self, s: float, d: float, minute: float) -> float:
        """Vegetation density, 0 to 1, at a place, ``s`` and ``d`` in metres."""
        return growth_at(self.land, self.sky, s, d, minute)

    def nearest_post(self, side: int, s: float) -> int:
        """Row of the post of ``side`` nearest to ``s`` metres along the line, -1 for none."""
        rows = self._posts_of[side]
        return int(rows[np.abs(self.state.posts["s"][rows] - s).argmin()]) if rows.size else -1

    def next_post(self, row: int, reach_m: float) -> int:
        """Row of the post next to that of ``row`` on its side, -1 for none within ``reach_m``."""
        posts = self.state.posts
        away = np.where(posts["side"] == posts["side"][row], np.abs(posts["s"] - posts["s"][row]), NEVER)
        away[row] = NEVER
        nearest = int(away.argmin())
        return nearest if away[nearest] <= reach_m else -1

    # -- the log ----------------------------------------------------------------------------------

    def note(
        self, incident: int, minute: float, side: int, actor: Actor, act: Act, x: float, y: float
    ) -> None:
        """Append a line to the chain of reasons of an incident, by its row."""
        self.state.log.append((incident, minute, side, actor, act, x, y))
