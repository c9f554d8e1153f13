"""A described moment put on the ground: a party where it is said to stand, and what the watcher sees.

Nothing here decides anything: once the incident is open, it goes on as any other.
"""

import numpy as np

from sim.codes import UnitKind
from sim.constants import DAY, HALF_DAY, KM
from sim.field.courses import own_and_limit
from sim.field.events import EVENT
from sim.field.looks import tell_violation
from sim.field.path import stand
from sim.field.shifts import set_out
from sim.randomness import Kind, normal_at, occasion
from sim.scenario.incident_file import IncidentFile
from sim.scene import Scene
from sim.sides import SIDES, northward, other

_LEAST_SD_M = 1e-6  # of a navigation error that is given all the same


def put_on_the_ground(scene: Scene, described: IncidentFile, minute: float) -> np.void:
    """Put the party and the post that watches it in their places; what the post sees, as an event."""
    party, watcher, state = described.party, described.watcher, scene.state
    side, s = SIDES.index(party.side), KM * described.at_km
    row = _row(scene, side, UnitKind[party.kind.upper()])
    unit, post = state.units[row], scene.nearest_post(other(side), s)
    state.posts[post]["s"] = s + watcher.aside_m
    state.posts[post]["d"] = northward(other(side)) * watcher.away_m
    unit["s"], unit["speed"], unit["distance"] = s, 0.0, party.keeps_m
    unit["persons"], unit["probe"] = party.persons, party.ordered_to_cross
    unit["shift"] = 2 * (scene.sky.epoch + int(minute // DAY)) + (minute % DAY >= HALF_DAY)
    unit["key"] = occasion(scene.luck, int(unit["who"]), int(unit["shift"]), 0, side)
    unit["end"] = minute + party.leaves_after_minutes
    set_out(unit, minute, scene.setting)
    unit["watcher"], unit["fix"] = post, -northward(side) * watcher.fix_error_m
    unit["margin"] = scene.regime.sides[other(side)].watch.margin_m  # a usual post's, not that of the map
    unit["trait"] = _orders(scene, unit)
    unit["nav_sd"] = max(float(unit["nav_sd"]), _LEAST_SD_M)
    unit["z"] = -party.strayed_m / float(unit["nav_sd"])
    return _seen(scene, row, minute)


def _orders(scene: Scene, unit: np.void) -> float:
    """The trait of a described party's orders: nobody knows them, so that every luck has its own."""
    who, shift, side = int(unit["who"]), int(unit["shift"]), int(unit["side"])
    return normal_at(scene.luck, int(Kind.DESCRIBED_TRAIT), who, shift, 0, side, 0)


def _seen(scene: Scene, row: int, minute: float) -> np.void:
    """The look by which the watcher is sure."""
    unit, event = scene.state.units[row], np.zeros(1, EVENT)[0]
    side = int(unit["side"])
    line, limit = own_and_limit(scene.courses, side, float(unit["s"]))
    x, past = stand(unit, scene.courses, minute, float(unit["z"]))
    unit["depth"] = x
    tell_violation(event, unit, row, minute, float(unit["s"]), line, limit, x, past, float(unit["fix"]))
    return event


def _row(scene: Scene, side: int, kind: UnitKind) -> int:
    """The first unit of a side and kind."""
    units = scene.state.units
    return int(np.flatnonzero((units["side"] == side) & (units["kind"] == kind))[0])
