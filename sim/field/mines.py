"""Mines: luck that is used up by the kilometres walked off the lane."""

from sim.compiled import compiled
from sim.field.events import MINE_STRIKE
from sim.field.land import cell_of
from sim.field.path import place, stand
from sim.state import NEVER, WORK_PARTY


@compiled
def _walking_kmh(unit, par):
    return par.works_walk_kmh if unit.kind == WORK_PARTY else par.patrols_speed_kmh


@compiled
def lane_z(unit, par, most_mines):
    """Deviate beyond which a unit leaves its lane; none, if its luck would outlast the shift."""
    lane_error = par.mines_lane_error * unit.nav_sd
    km = _walking_kmh(unit, par) * (unit.end - unit.begin) / 60.0
    if lane_error <= 0.0 or par.mines_strikes_per_km * most_mines * km < 0.999 * unit.mine_luck:
        return NEVER
    return par.mines_lane_halfwidth_m / lane_error


@compiled
def off_lane(unit, row, minutes, par, courses, land, event):
    """Use up mine luck by the kilometres walked off the lane; True if that was a strike."""
    s = place(land.length_m, unit, unit.t)
    x, _ = stand(unit, courses, land.length_m, unit.t, unit.z)
    d = -(1.0 - 2.0 * unit.side) * x
    i, j = cell_of(land, s, d)
    density, kmh = land.cells[i, j].mines, _walking_kmh(unit, par)
    unit.mine_luck -= par.mines_strikes_per_km * density * kmh * minutes / 60.0
    if unit.mine_luck > 0.0:
        return False
    unit.mine_luck = NEVER
    event.t, event.kind, event.row, event.side = unit.t, MINE_STRIKE, row, unit.side
    event.depth = event.map_m = event.nav_m = event.fix_m = 0.0
    event.d = d
    return True
