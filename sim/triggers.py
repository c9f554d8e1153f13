"""Triggers: how what the field or a scenario hands over becomes an open incident."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.field.events import MINE_STRIKE, STRAY_SHOT, VIOLATION
from sim.field.land import in_dark
from sim.geography import county
from sim.incident import BEGIN, Incident
from sim.parameters import NORTH, SOUTH
from sim.state import (
    CAUSES,
    INCIDENT,
    MINE_TRIGGER,
    NEVER,
    PROVOCATION_TRIGGER,
    STRAY_TRIGGER,
    VIOLATION_TRIGGER,
)

if TYPE_CHECKING:
    from sim.model import DmzModel

GROUP_M = 500.0  # MODEL.md: units within it are one group


def begin(model: "DmzModel", minute: float, event: Any) -> None:
    """Open the incident of an event of the field, or of a shot that the scenario dates."""
    if isinstance(event, tuple):
        _, act, side, s = event
        trigger = STRAY_TRIGGER if act == "stray_shot" else PROVOCATION_TRIGGER
        _between_posts(model, minute, trigger, side, model.nearest_post(side, s), dated=1)
    elif event["kind"] == VIOLATION:
        _violation(model, minute, event)
    elif event["kind"] == MINE_STRIKE:
        _mine_strike(model, minute, event)
    elif event["kind"] == STRAY_SHOT:
        row = int(event["row"])
        _between_posts(model, minute, STRAY_TRIGGER, int(event["side"]), row)


def _violation(model: "DmzModel", minute: float, event: np.void) -> None:
    row, watcher = int(event["row"]), int(event["side"])
    unit = model.state.units[row]
    s, d = model.position(row)
    for incident in model.open_incidents:
        if incident.record["trigger"] == VIOLATION_TRIGGER and _joins(model, incident, row, s, d):
            return
    incident = _open(model, minute, VIOLATION_TRIGGER, watcher, s)
    data = incident.record
    unit["incident"] = incident.row
    data["unit"][1 - watcher] = row
    data["post"][watcher] = unit["watcher"]
    data["post"][1 - watcher] = model.nearest_post(1 - watcher, s)
    data["who"], data["shift"], data["ordinal"] = unit["who"], unit["shift"], unit["incidents"]
    unit["incidents"] += 1
    for name in ("depth", "map_m", "nav_m", "fix_m"):
        data[name] = event[name]
    data["true_depth"] = -event["d"] * (1 - 2 * (1 - watcher))
    data["cause"] = cause_of(event, model.regime.sides[watcher].watch.margin_m, unit["probe"])
    data["accidental"] = int(not unit["probe"])
    data["site"] = unit["project"] if unit["project"] >= 0 else -1 - row
    data["persons"] = unit["persons"]
    BEGIN[VIOLATION_TRIGGER](incident, watcher)


def _joins(model: "DmzModel", incident: Incident, row: int, s: float, d: float) -> bool:
    """Whether a unit near an open incident belongs to it; then no new one opens."""
    data, unit = incident.record, model.state.units[row]
    side = int(unit["side"])
    for party in (NORTH, SOUTH):
        other = int(data["unit"][party])
        if other < 0 or not incident.present(party):
            continue
        there = model.position(other)
        if (s - there[0]) ** 2 + (d - there[1]) ** 2 > GROUP_M**2:
            continue
        if party != side and data["unit"][side] < 0:
            data["unit"][side] = row
            unit["incident"] = incident.row
            data["post"][1 - side] = unit["watcher"]
            unit["incidents"] += 1
            BEGIN[VIOLATION_TRIGGER](incident, 1 - side)
        unit["violations"] = 0
        return True
    return False


def _mine_strike(model: "DmzModel", minute: float, event: np.void) -> None:
    row = int(event["row"])
    unit = model.state.units[row]
    if unit["incident"] >= 0:
        return
    side, (s, _) = int(unit["side"]), model.position(row)
    incident = _open(model, minute, MINE_TRIGGER, side, s)
    data = incident.record
    data["who"], data["shift"], data["ordinal"] = unit["who"], unit["shift"], 1000
    data["unit"][side], unit["incident"] = row, incident.row
    data["post"][side], data["post"][1 - side] = (
        model.nearest_post(side, s), model.nearest_post(1 - side, s)
    )  # fmt: skip
    data["cause"], data["accidental"] = CAUSES.index("mine"), 1
    data["site"] = unit["project"] if unit["project"] >= 0 else -1 - row
    BEGIN[MINE_TRIGGER](incident, side)


def _between_posts(
    model: "DmzModel", minute: float, trigger: int, side: int, row: int, dated: int = 0
) -> None:
    """Rounds of a post of ``side``, in row ``row``, at the post opposite."""
    if row < 0:
        return
    post = model.state.posts[row]
    opposite = model.nearest_post(1 - side, float(post["s"]))
    if opposite < 0:
        return
    incident = _open(model, minute, trigger, side, float(post["s"]))
    data = incident.record
    data["first"] = 1 - side if trigger == STRAY_TRIGGER else side
    data["who"] = int(post["who"])
    data["shift"] = int(minute) if dated else int(post["strays"])
    data["ordinal"] = 2000 + dated
    data["post"][side], data["post"][1 - side] = row, opposite
    data["stray_origin"] = side if trigger == STRAY_TRIGGER else -1
    data["cause"] = CAUSES.index("stray_shot" if trigger == STRAY_TRIGGER else "order")
    data["accidental"], data["dated"] = int(trigger == STRAY_TRIGGER), dated
    BEGIN[trigger](incident, side)


def _open(model: "DmzModel", minute: float, trigger: int, first: int, s: float) -> Incident:
    """A fresh row for an incident."""
    state = model.state
    row = int(state.run["incidents"][0])
    if row == state.incidents.size:
        state.incidents = np.concatenate([state.incidents, np.zeros(row, INCIDENT)])
    state.run["incidents"] += 1
    data = state.incidents[row]
    data["trigger"], data["first"], data["s"] = trigger, first, s
    data["opened"] = data["touched"] = data["last_act"] = minute
    data["closed"], data["agenda"], data["first_shot"] = NEVER, NEVER, NEVER
    data["unit"], data["post"], data["site"], data["stray_origin"] = -1, -1, -1, -1
    data["hearing"], data["willing"] = np.nan, np.nan
    data["last_broadcast"], data["true_depth"] = -NEVER, -NEVER
    data["county"] = county(np.array([s]), model.land.length_m)[0]
    data["night"] = in_dark(model.sky, minute)
    incident = Incident(model, row)
    model.open_incidents.append(incident)
    return incident


def cause_of(event: np.void, margin: float, probe: int) -> int:
    """The one error without which the look would not have judged so (MODEL.md, cause)."""
    if probe:
        return CAUSES.index("order")
    errors = [float(event[name]) for name in ("map_m", "nav_m", "fix_m")]
    enough = [error if event["depth"] - error <= margin else -NEVER for error in errors]
    best = int(np.argmax(enough))
    return best if enough[best] > 0.0 else CAUSES.index("joint")
