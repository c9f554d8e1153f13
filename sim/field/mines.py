"""Mines: luck that is used up by kilometres off the lane, or by a day's work in mined ground."""

from sim.codes import Trigger, UnitKind
from sim.compiled import compiled
from sim.constants import HOUR, NEVER, WEEK
from sim.field.events import hand_over
from sim.field.land import cell_of
from sim.field.path import where

_SLACK = 0.999  # what is used up tick by tick may round to more than the whole shift at once


@compiled
def outlasts(mine_luck, unit, rules, most_mines):
    """Whether luck that is used up by kilometres outlasts any shift of the unit's length."""
    return most_used_up(rules, most_mines, (unit.end - unit.begin) / HOUR) < mine_luck


@compiled
def most_used_up(rules, most_mines, hours):
    """The luck that so many hours on the worst ground can use up, and a little more."""
    return rules.mines_strikes_per_km * most_mines * rules.patrols_speed_kmh * hours / _SLACK


@compiled
def lane_z(unit, rules, most_mines):
    """Deviate beyond which a unit leaves its lane; none, if its luck outlasts the shift."""
    if unit.kind == UnitKind.WORK_PARTY:
        return NEVER
    lane_error = rules.mines_lane_error * unit.nav_sd
    if lane_error <= 0.0 or outlasts(unit.mine_luck, unit, rules, most_mines):
        return NEVER
    return rules.mines_lane_halfwidth_m / lane_error


@compiled
def off_lane(unit, row, minutes, setting, event):
    """Use up mine luck by the kilometres walked off the lane; True if that was a strike."""
    rules, land, courses = setting.records[unit.side], setting.land, setting.courses
    s, d = where(unit, courses)
    i, j = cell_of(land, s, d)
    density = land.cells[i, j].mines
    unit.mine_luck -= rules.mines_strikes_per_km * density * rules.patrols_speed_kmh * minutes / HOUR
    if unit.mine_luck > 0.0:
        return False
    strike(unit, row, courses, event)
    return True


@compiled
def strikes_at_work(unit, project, rules):
    """When this shift's work meets a mine, ``NEVER`` if it does not; ground is cleared as it is worked."""
    if unit.kind != UnitKind.WORK_PARTY:
        return NEVER
    weeks = (unit.begin - project.ground_since) / WEEK
    hazard = rules.mines_strikes_per_party_day * 0.5 ** (weeks / rules.mines_clearing_weeks)
    if unit.mine_luck >= hazard:
        return NEVER
    return unit.begin + (unit.end - unit.begin) * unit.mine_luck / hazard


@compiled
def strike(unit, row, courses, event):
    """The unit in ``row`` meets a mine where it is now: once a shift."""
    unit.mine_luck = unit.strike_at = NEVER
    hand_over(event, unit.t, Trigger.MINE_STRIKE, row, unit.side)
    event.s, event.d = where(unit, courses)
