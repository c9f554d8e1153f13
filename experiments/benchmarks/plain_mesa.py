"""The routine work of the field, as a Mesa user would write it today.

One ``CellAgent`` a unit on an ``OrthogonalMooreGrid``: in ``step()`` it moves, errs and is looked
for. It is made fast as Mesa advises: ``do`` on an ``AgentSet`` of those on shift, unshuffled; cells
taken by coordinate, entered only when they change, with their ground kept on them instead of in
property layers; no collector; no agent created or removed while it runs. It knows no incident,
mine, stray shot or government, which makes it cheaper than ours.
"""

import math

import mesa
import numpy as np
from mesa.agent import AgentSet
from mesa.discrete_space import Cell, CellAgent, OrthogonalMooreGrid

from sim.codes import Crew, UnitKind
from sim.constants import DAY
from sim.model import DmzModel
from sim.parameters.whole import Side
from sim.sides import NORTH, SOUTH, northward
from sim.world.seasons import fog_block
from sim.world.terrain import overlooking_post

TICK = 10.0
MORNING, EVENING = 360.0, 1080.0


class GroundCell(Cell):
    """A cell that keeps its ground and who overlooks it; Mesa 3.5 gives cells no such room."""


def _overlooking(posts: np.ndarray, side: int, cell_m: float, n_s: int, n_d: int) -> np.ndarray:
    """The rows of the posts of a side that overlook each cell, (n_s, n_d)."""
    rows = [overlooking_post(posts, side, i, j, cell_m, n_d) for i in range(n_s) for j in range(n_d)]
    return np.array(rows).reshape(n_s, n_d)


class Walker(CellAgent):
    """A unit: a patrol that walks out and back, or a party that stays at its place."""

    cell: GroundCell  # from its first step on

    def __init__(self, model: "PlainDmz", unit: np.void) -> None:
        super().__init__(model)
        self.side, self.kind, self.crew = int(unit["side"]), int(unit["kind"]), int(unit["crew"])
        self.home_s, self.reach_s = float(unit["home_s"]), float(unit["reach_s"])
        self.project, self.sign = int(unit["project"]), northward(self.side)
        self.line = model.lines[self.side]
        self.limit = model.responses[1 - self.side]
        self.end, self.tracked = 0.0, False

    def begin_shift(self, minute: float, night: bool) -> bool:
        """Decide whether it goes out, where, and with which error."""
        side, luck = self.model.sides[self.side], self.model.random
        goes = (
            self._patrols(side, minute) if self.kind == UnitKind.PATROL else self._works(side, minute, night)
        )
        if goes:
            sd = side.navigation.error_m * (side.navigation.night_factor if night else 1.0)
            self.begin, self.tracked = minute, False
            self.error, self.noise = luck.gauss(0.0, sd), sd * self.model.spread
        return goes

    def _patrols(self, side: Side, minute: float) -> bool:
        patrols, luck = side.patrols, self.model.random
        if luck.random() >= patrols.presence:
            return False
        self.s = self.home_s + (luck.random() - 0.5) * self.reach_s
        self.speed = luck.choice((-1.0, 1.0)) * patrols.speed_kmh * 1000.0 / 60.0
        self.distance = patrols.standoff_m + patrols.spread_m * luck.expovariate(1.0)
        if luck.random() < patrols.recon_share:
            self.distance = patrols.recon_distance_m
        self.end = minute + 60.0 * patrols.hours
        return True

    def _works(self, side: Side, minute: float, night: bool) -> bool:
        works, luck, project = side.works, self.model.random, self.model.projects[self.project]
        if not project["begin"] <= minute < project["end"] or (self.crew == Crew.NIGHT) != night:
            return False
        if project["thinning"] >= works.share or (night and luck.random() >= works.night_share):
            return False
        self.s, self.speed = project["s"] + (luck.random() - 0.5) * works.stretch_m, 0.0
        distance = works.distance_m * math.exp(works.distance_log_sd * project["far"])
        self.distance = max(works.floor_m, works.buffer_m, distance)
        self.end = minute + 60.0 * works.hours
        return True

    def step(self) -> None:
        """One tick: err, walk, enter the cell, and perhaps be looked at."""
        model = self.model
        now = model.minute
        if now > self.end:
            return
        self.error = model.rho * self.error + model.random.gauss(0.0, self.noise)
        s = self.s + self.speed * min(now - self.begin, self.end - now)
        s = min(max(s, 0.0), model.length)
        node = int(s / model.step_m)
        kept = self.distance + self.error
        d = self.line[node] + self.sign * kept
        cell = model.cell_at(s, d)
        if cell is not self.cell:
            self.cell = cell
        model.unit_ticks += 1
        model.distance_sum += kept
        if self.sign * (d - self.limit[node]) > model.approach[self.side]:
            self.tracked = False
        elif self.tracked or model.random.random() < model.chance(self, s, d):
            self.tracked = True
            model.looks += 1


class PlainDmz(mesa.Model):
    """The routine of the field in the world of ``ours``, a ``DmzModel``, from its first day."""

    def __init__(self, ours: DmzModel, seed: int = 1) -> None:
        super().__init__(rng=seed)
        scene = ours.scene
        self.minute, self.sides, self.sky = 0.0, scene.regime.sides, scene.sky
        self.length, self.step_m = scene.land.length_m, scene.land.line_step_m
        self.lines, self.responses = scene.state.lines.tolist(), scene.state.responses.tolist()
        names = scene.world.projects.dtype.names or ()
        self.projects = [dict(zip(names, p.item(), strict=True)) for p in scene.world.projects]
        self.posts = [(float(post["s"]), float(post["d"])) for post in scene.world.posts]
        self._make_grid(ours)
        self._set_rates()
        self.walkers = [
            Walker(self, unit)
            for unit in scene.world.units
            if unit["kind"] in (UnitKind.PATROL, UnitKind.WORK_PARTY)
        ]
        self.on_shift = AgentSet([], random=self.random)
        self.unit_ticks, self.looks, self.distance_sum = 0, 0, 0.0

    def _make_grid(self, ours: DmzModel) -> None:
        ground = ours.scene.land.cells
        self.cell_m, self.width, self.height = ours.scene.land.cell_m, *ground.shape
        self.grid = OrthogonalMooreGrid(ground.shape, torus=False, random=self.random, cell_klass=GroundCell)
        layers = [ground[name] for name in ("evergreen", "deciduous", "sector")]
        layers += [
            _overlooking(ours.state.posts, side, self.cell_m, *ground.shape) for side in (SOUTH, NORTH)
        ]
        cells = (self.grid[i, j] for i in range(self.width) for j in range(self.height))
        values = zip(*(layer.ravel().tolist() for layer in layers), strict=True)
        for cell, (*growth, south_post, north_post) in zip(cells, values, strict=True):
            cell.ground, cell.posts = growth, (south_post, north_post)

    def _set_rates(self) -> None:
        watches = [side.watch for side in self.sides[::-1]]  # who watches the side's units
        self.watches, self.approach = watches, [watch.approach_m for watch in watches]
        self.p_look = [1.0 - math.exp(-watch.looks_per_hour * TICK / 60.0) for watch in watches]
        self.rho = math.exp(-TICK / self.sides[0].navigation.tau_minutes)
        self.spread = math.sqrt(1.0 - self.rho**2)

    def cell_at(self, s: float, d: float) -> "mesa.discrete_space.Cell":
        """The cell at a place."""
        i, j = int(s / self.cell_m), int(d / self.cell_m + 0.5 * self.height)
        return self.grid[min(i, self.width - 1), min(max(j, 0), self.height - 1)]

    def chance(self, unit: Walker, s: float, d: float) -> float:
        """Chance that a look falls into the tick and sees: distance, growth, light and fog."""
        post = unit.cell.posts[unit.side]
        if post < 0:
            return 0.0
        watch, (post_s, post_d) = self.watches[unit.side], self.posts[post]
        evergreen, deciduous, sector = unit.cell.ground
        growth = min(1.0, evergreen + deciduous * self.leaf[sector])
        share = 0.5 ** (((s - post_s) ** 2 + (d - post_d) ** 2) / watch.range_m**2)
        share *= 1.0 - watch.vegetation_loss * growth
        if self.dark:
            share *= watch.night_factor
        if self.fog[sector]:
            share *= watch.fog_factor
        return share * self.p_look[unit.side]

    def step(self) -> None:
        """One tick of everybody on shift."""
        of_day = self.minute % DAY
        if of_day in (MORNING, EVENING):
            self._begin_shifts(of_day == EVENING)
        self.minute += TICK
        self._look_up(int(self.minute // DAY), self.minute % DAY)
        self.on_shift.do("step")

    def _begin_shifts(self, night: bool) -> None:
        out = [
            unit for unit in self.walkers if unit.end > self.minute or unit.begin_shift(self.minute, night)
        ]
        self.on_shift = AgentSet(out, random=self.random)

    def _look_up(self, day: int, of_day: float) -> None:
        dawn, dusk = self.sky.light[day].tolist()
        self.dark = not dawn <= of_day < dusk
        self.fog = self.sky.fog[day, fog_block(of_day)].tolist()
        self.leaf = self.sky.leaf[day].tolist()
