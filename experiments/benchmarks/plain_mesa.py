"""The routine work of the field, as a Mesa user would write it today.

One ``CellAgent`` a unit on an ``OrthogonalMooreGrid``: it moves, errs and is looked for in
``step()``. Written after Mesa's performance advice: only units on shift are stepped, cells are
taken by coordinate, nothing is collected, there is no property layer, and no agent comes or goes.
It knows no incident and no mine, which makes it cheaper than ours.
"""


import math
import random

import mesa
from mesa.discrete_space import CellAgent, OrthogonalMooreGrid

from sim.environment import fog_block
from sim.model import DmzModel
from sim.state import NIGHT_CREW, PATROL, WORK_PARTY

TICK, HALF_DAY = 10.0, 720.0


class Walker(CellAgent):
    """A unit: a patrol that walks out and back, or a party that stays at its place."""

    def __init__(self, model: "PlainDmz", unit) -> None:
        super().__init__(model)
        self.side, self.kind, self.crew = int(unit["side"]), int(unit["kind"]), int(unit["crew"])
        self.project, self.home_s = int(unit["project"]), float(unit["home_s"])
        self.reach_s, self.sign = float(unit["reach_s"]), 1 - 2 * int(unit["side"])
        self.tracked, self.error = False, 0.0

    def begin_shift(self, minute: float, night: bool) -> bool:
        """Decide whether it goes out, and where."""
        rng, side = self.model.luck, self.model.sides[self.side]
        self.begin, self.speed, self.tracked = minute, 0.0, False
        if self.kind == PATROL:
            patrols = side.patrols
            if rng.random() >= patrols.presence:
                return False
            self.s = self.home_s + (rng.random() - 0.5) * self.reach_s
            self.speed = rng.choice((-1.0, 1.0)) * patrols.speed_kmh * 1000.0 / 60.0
            close = rng.random() < patrols.recon_share
            far = patrols.standoff_m + rng.expovariate(1.0) * patrols.spread_m
            self.distance = patrols.recon_distance_m if close else far
            self.end = minute + 60.0 * patrols.hours
        else:
            project, works = self.model.projects[self.project], side.works
            due = project["begin"] <= minute < project["end"]
            if not due or project["thinning"] >= works.share or (self.crew == NIGHT_CREW) != night:
                return False
            if night and rng.random() >= works.night_share:
                return False
            self.s = project["s"] + (rng.random() - 0.5) * works.stretch_m
            far = works.distance_m * math.exp(works.distance_log_sd * project["far"])
            self.distance = max(works.floor_m, far)
            self.end = minute + 60.0 * works.hours
        self.sd = side.navigation.error_m * (side.navigation.night_factor if night else 1.0)
        self.error = rng.gauss(0.0, self.sd)
        return True

    def step(self) -> None:
        """One tick: err, walk, enter the cell, and perhaps be looked at."""
        model = self.model
        self.error = model.rho * self.error + model.spread * model.luck.gauss(0.0, self.sd)
        minute = model.minute + TICK
        s = self.s + self.speed * min(minute - self.begin, self.end - minute)
        s = min(max(s, 0.0), model.length)
        node = int(s / model.step_m)
        kept = self.distance + self.error
        d = model.lines[self.side][node] + self.sign * kept
        where = model.cell_at(s, d)
        if self.cell is None or self.cell.coordinate != where:
            self.cell = model.grid[where]
        model.unit_ticks += 1
        model.distance_sum += kept
        gap = self.sign * (d - model.responses[1 - self.side][node])
        if gap >= model.approach:
            self.tracked = False
        elif self.tracked:
            model.looks += 1
        elif model.luck.random() < model.p_look * model.visible_share(self, where, s, d, minute):
            model.looks += 1
            self.tracked = True


class PlainDmz(mesa.Model):
    """The routine of the field in the world of ``ours``, a model of this project."""

    def __init__(self, ours: DmzModel, seed: int = 1) -> None:
        super().__init__(seed=seed)
        self.ours, self.luck, self.minute = ours, random.Random(seed), 0.0
        self.sides = ours.regime.sides
        self.length, self.step_m = ours.land.length_m, ours.land.line_step_m
        self.lines, self.responses = ours.state.lines.tolist(), ours.state.responses.tolist()
        names = ours.world.projects.dtype.names
        self.projects = [dict(zip(names, p.item(), strict=True)) for p in ours.world.projects]
        self.posts = [(float(p["s"]), float(p["d"])) for p in ours.world.posts]
        self.shape = ours.land.cells.shape
        self.cell_table = ours.land.cells
        self.grid = OrthogonalMooreGrid(self.shape, torus=False, random=self.random)
        self.walkers = [
            Walker(self, unit) for unit in ours.world.units if unit["kind"] in (PATROL, WORK_PARTY)
        ]
        self.on_shift: list[Walker] = []
        watch, tau = self.sides[1].watch, self.sides[0].navigation.tau_minutes
        self.watch, self.approach = watch, watch.approach_m
        self.p_look = 1.0 - math.exp(-watch.looks_per_hour * TICK / 60.0)
        self.rho = math.exp(-TICK / tau)
        self.spread = math.sqrt(1.0 - self.rho**2)
        self.unit_ticks, self.looks, self.distance_sum = 0, 0, 0.0

    def cell_at(self, s: float, d: float) -> tuple[int, int]:
        """Indices of the cell at a place."""
        cell = self.ours.land.cell_m
        row = int(d / cell + 0.5 * self.shape[1])
        return min(int(s / cell), self.shape[0] - 1), min(max(row, 0), self.shape[1] - 1)

    def visible_share(self, unit: Walker, where, s: float, d: float, minute: float) -> float:
        """Share of looks that see a unit: distance, growth, light and fog."""
        sky, watch, cell = self.ours.sky, self.watch, self.cell_table[where]
        post_s, post_d = self.posts[cell["south_post" if unit.side == 0 else "north_post"]]
        day, sector = int(minute // 1440.0), cell["sector"]
        growth = cell["evergreen"] + cell["deciduous"] * sky.leaf[day, sector]
        far = ((s - post_s) ** 2 + (d - post_d) ** 2) / watch.range_m**2
        share = 0.5**far * (1.0 - watch.vegetation_loss * min(1.0, growth))
        of_day = minute - 1440.0 * day
        if not sky.light[day, 0] <= of_day < sky.light[day, 1]:
            share *= watch.night_factor
        if sky.fog[day, fog_block(of_day), sector]:
            share *= watch.fog_factor
        return share

    def step(self) -> None:
        """One tick of everybody on shift."""
        of_day = self.minute % 1440.0
        if of_day in (360.0, 1080.0):
            night = of_day > HALF_DAY
            out = {unit for unit in self.on_shift if unit.end > self.minute}
            fresh = [u for u in self.walkers if u not in out and u.begin_shift(self.minute, night)]
            self.on_shift = [*out, *fresh]
        for unit in self.on_shift:
            if unit.end > self.minute:
                unit.step()
        self.minute += TICK
