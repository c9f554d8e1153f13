"""How an incident closes: when all is calm, and what it leaves behind."""

import numpy as np

from sim.acts import Act, Actor
from sim.codes import Due, Trigger
from sim.constants import NEVER
from sim.field.shifts import end_shift
from sim.incidents.incident import Incident
from sim.incidents.parties import Parties
from sim.sides import NORTH, SOUTH, other

_LEAST_WAIT = 1.0  # minutes: who finds that it is not over looks again, and not at once for ever


def is_calm(incident: Incident) -> bool:
    """Neither fire, nor a decision to answer by fire, nor another violation is under way."""
    violation = incident.record.trigger == Trigger.VIOLATION
    for own, side in zip(incident.record.sides, incident.scene.regime.sides, strict=True):
        if own.agenda[Due.FIRE] < NEVER or (not violation and own.agenda[Due.COMMAND] < NEVER):
            return False
        if own.agenda[Due.LOOK] < NEVER and own.clear < side.watch.clear_looks:
            return False
    return True


def explain(incident: Incident, parties: Parties, side: int) -> None:
    """``side``, whose post fired, explains; it helps if no order to fire back has been given yet."""
    incident.note(side, Actor.COMMAND, Act.EXPLAINED)
    if incident.decided:
        return
    incident.of(other(side)).pending = 0
    incident.cancel(other(side), Due.COMMAND)
    close(incident)


def grow_quiet(incident: Incident, parties: Parties, side: int) -> None:
    """Nothing has happened for a while: ``side`` sees that it is over, or waits on."""
    last = incident.record.last_act
    quiet = incident.scene.regime.sides[side].rules.quiet_minutes
    if incident.minute - last >= quiet and is_calm(incident):
        incident.note(side, Actor.COMMAND, Act.QUIET)
        close(incident)
    else:
        incident.schedule(side, Due.QUIET, max(_LEAST_WAIT, last + quiet - incident.minute))


def close(incident: Incident) -> None:
    """Both sides have disengaged; ``settle`` is still to come."""
    data = incident.record
    data.closed = data.touched
    data.false_ = data.trigger == Trigger.VIOLATION and data.true_depth <= 0.0
    incident.note(incident.first, Actor.INCIDENT, Act.CLOSED, incident.rung)


def settle(incident: Incident, parties: Parties) -> None:
    """Everyone takes up from a closed incident: units learn and go on, commands and governments."""
    for side in (NORTH, SOUTH):
        own, unit = incident.of(side), parties.unit(incident, side)
        if unit is not None:
            unit.learn(incident)
            _release(incident, own.unit, own.gone)
        if own.post >= 0:
            parties.command(incident, side).remember(incident.minute)
    north, south = (government.jump(incident) for government in parties.governments)
    incident.scene.tension.rise((north, south), incident.minute, incident.area)


def _release(incident: Incident, row: int, gone: bool) -> None:
    """A unit goes on with its shift, under the eye of its watcher, or home."""
    scene, minute = incident.scene, incident.minute
    unit = scene.state.units[row]
    unit["incident"], unit["violations"] = -1, 0
    if gone or minute >= unit["end"]:
        _end_early(unit, scene.state.tallies[int(unit["side"])], minute)
        return
    watch = scene.regime.records[other(int(unit["side"]))]
    unit["track"] = minute + watch["watch_track_interval"]
    unit["t"] = unit["wake"] = max(float(unit["t"]), minute)


def _end_early(unit: np.void, tally: np.void, minute: float) -> None:
    begin, end = float(unit["begin"]), float(unit["end"])
    left = max(0.0, end - minute) / (end - begin)
    tally["workdays_lost"] += left * (unit["project"] >= 0)
    end_shift(unit, tally)
