"""How what the field or a scenario hands over becomes an open incident, and what it sets going."""

from collections.abc import Sequence

import numpy as np

from sim.acts import Act, Actor
from sim.arithmetic import exp
from sim.codes import Cause, Due, Trigger
from sim.constants import HOUR
from sim.field.land import in_dark
from sim.incident_state import NOBODY, IncidentState
from sim.incidents.cause import cause_of
from sim.incidents.fire import prepare_fire
from sim.incidents.incident import Incident
from sim.incidents.parties import Parties
from sim.randomness import AddressSpace, Kind, numbered
from sim.scene import Scene
from sim.sides import NORTH, SOUTH, northward, other
from sim.start import DatedShot
from sim.world.border import lines_at
from sim.world.geography import county


def begin(
    scene: Scene, parties: Parties, under_way: Sequence[Incident], minute: float, event: np.void | DatedShot
) -> Incident | None:
    """Open the incident of an event of the field, or of a shot that the scenario dates.

    None where it belongs to one that is ``under_way``, or nobody is there.
    """
    if isinstance(event, DatedShot):
        row = scene.nearest_post(event.side, event.s)
        return _between_posts(scene, parties, minute, event.trigger, event.side, row, event.number)
    if event["trigger"] == Trigger.VIOLATION:
        return _violation(scene, parties, under_way, minute, event)
    side, row = int(event["side"]), int(event["row"])
    if event["trigger"] == Trigger.MINE_STRIKE:
        return _mine_strike(scene, minute, row, float(event["s"]))
    return _between_posts(scene, parties, minute, Trigger.STRAY_SHOT, side, row, None)


def _open(scene: Scene, minute: float, trigger: Trigger, first: int, s: float) -> Incident:
    """A fresh incident, of which nothing is told but where and when."""
    data = IncidentState(trigger, first, opened=minute, s=s, touched=minute, last_act=minute)
    data.county = int(county(s, scene.land.length_m))
    data.night = bool(in_dark(scene.sky, minute))
    scene.state.incidents.append(data)
    scene.exposure.open(minute)
    return Incident(scene, len(scene.state.incidents) - 1)


def _belong(data: IncidentState, unit: np.void, row: int) -> None:
    """An incident is that of a unit, in a row of the state: whose luck it has, and at which site it is."""
    project = int(unit["project"])
    data.who, data.shift, data.kind = int(unit["who"]), int(unit["shift"]), int(unit["kind"])
    data.site = project if project >= 0 else -1 - row


def _quiet_from_now(incident: Incident, side: int) -> None:
    incident.schedule(side, Due.QUIET, incident.scene.regime.sides[side].rules.quiet_minutes)


# -- a violation ----------------------------------------------------------------------------------


def _violation(
    scene: Scene, parties: Parties, under_way: Sequence[Incident], minute: float, event: np.void
) -> Incident | None:
    row, watcher = int(event["row"]), int(event["side"])
    s, d = float(event["s"]), float(event["d"])
    for incident in under_way:
        if incident.record.trigger == Trigger.VIOLATION and _joins(incident, parties, row, s, d):
            return None
    side, unit = other(watcher), scene.state.units[row]
    incident = _open(scene, minute, Trigger.VIOLATION, watcher, s)
    data = incident.record
    _belong(data, unit, row)
    data.ordinal = numbered(AddressSpace.VIOLATION, int(unit["incidents"]))
    data.persons, data.accidental = int(unit["persons"]), not unit["probe"]
    for name in ("depth", "map_m", "nav_m", "fix_m"):
        setattr(data, name, float(event[name]))
    data.true_depth = data.past_true = -d * northward(side)
    lines = lines_at(scene.state.lines, scene.land.line_step_m, s)
    past = data.past_true + northward(side) * lines
    data.past_north, data.past_south, data.past_commission = past.tolist()
    data.cause = cause_of(event, float(unit["margin"]), bool(unit["probe"]))
    incident.of(side).post = scene.nearest_post(side, s)
    _enter(incident, parties, row)
    return incident


def _joins(incident: Incident, parties: Parties, row: int, s: float, d: float) -> bool:
    """Whether a unit near an open incident belongs to it; then no new one opens."""
    unit = incident.scene.state.units[row]
    side = int(unit["side"])
    group_m = incident.scene.regime.sides[other(side)].watch.group_m  # those who watch it tell groups apart
    for party in (NORTH, SOUTH):
        face = incident.of(party)
        if not face.present:
            continue
        there = incident.scene.position(face.unit)
        if (s - there[0]) ** 2 + (d - there[1]) ** 2 > group_m**2:
            continue
        if party != side and incident.of(side).unit < 0:
            _enter(incident, parties, row)
        unit["violations"] = 0
        return True
    return False


def _enter(incident: Incident, parties: Parties, row: int) -> None:
    """The watcher of a unit has confirmed a violation: the unit is in, and its side's rules begin."""
    scene, unit = incident.scene, incident.scene.state.units[row]
    side = int(unit["side"])
    watcher, watch = other(side), scene.regime.sides[other(side)].watch
    subject = incident.of(side)
    subject.unit, unit["incident"] = row, incident.row
    incident.of(watcher).post = int(unit["watcher"])
    unit["incidents"] += 1
    incident.of(watcher).owed = int(incident.announced(side))
    subject.sure = parties.units[row].own_ground_belief()
    incident.note(watcher, Actor.POST, Act.VIOLATION, incident.record.depth)
    parties.command(incident, watcher).report(incident)
    incident.schedule(watcher, Due.LOOK, watch.track_interval)
    _quiet_from_now(incident, watcher)
    incident.schedule(side, Due.LEAVE, _stay(incident, side, float(unit["end"])))


def _stay(incident: Incident, side: int, shift_ends: float) -> float:
    """Minutes for which a unit stays if nothing is done; a shift that is over goes home."""
    conduct = incident.scene.regime.sides[side].conduct
    stay = shift_ends - incident.minute
    if conduct.leave_per_hour > 0.0:
        trait = float(incident.scene.state.units[incident.of(side).unit]["trait"])
        hazard = conduct.leave_per_hour * exp(conduct.leave_log_sd * trait)
        stay = min(stay, HOUR * incident.exponential(Kind.LEAVE_BY_ITSELF, side, 0) / hazard)
    return stay


# -- a mine ---------------------------------------------------------------------------------------


def _mine_strike(scene: Scene, minute: float, row: int, s: float) -> Incident | None:
    unit = scene.state.units[row]
    if unit["incident"] >= 0:
        return None
    side = int(unit["side"])
    incident = _open(scene, minute, Trigger.MINE_STRIKE, side, s)
    data = incident.record
    _belong(data, unit, row)
    data.ordinal = numbered(AddressSpace.MINE_STRIKE, 0)  # a unit's mine luck strikes once a shift
    data.cause, data.accidental = Cause.MINE, True
    incident.of(side).unit, unit["incident"] = row, incident.row
    for party in (NORTH, SOUTH):
        incident.of(party).post = scene.nearest_post(party, s)
    _meet_mine(incident, side)
    return incident


def _meet_mine(incident: Incident, side: int) -> None:
    """A unit of ``side`` has met a mine, and may take it for an attack."""
    regime = incident.scene.regime
    mines = regime.parameters.mines
    hurt = int(mines.casualties * incident.exponential(Kind.MINE_CASUALTY, side, 0) + 0.5)
    incident.record.mine_casualties = hurt
    incident.note(side, Actor.UNIT, Act.MINE_STRIKE, hurt)
    _quiet_from_now(incident, side)
    both = all(party.post >= 0 for party in incident.record.sides)
    if both and incident.uniform(Kind.READ_MINE, side, 0) < mines.read_as_attack:
        incident.note(side, Actor.UNIT, Act.READ_AS_ATTACK, mines.read_as_attack)
        incident.schedule(side, Due.COMMAND, regime.sides[side].stray.origin_minutes)


# -- rounds from post to post ---------------------------------------------------------------------


def _between_posts(
    scene: Scene, parties: Parties, minute: float, trigger: Trigger, side: int, row: int, dated: int | None
) -> Incident | None:
    """Rounds of a post of ``side``, in row ``row``, at the one opposite; ``dated`` is the shot's number."""
    opposite = scene.nearest_post(other(side), float(scene.state.posts["s"][row])) if row >= 0 else -1
    if opposite < 0:
        return None
    post, stray = scene.state.posts[row], trigger == Trigger.STRAY_SHOT
    incident = _open(scene, minute, trigger, other(side) if stray else side, float(post["s"]))
    data = incident.record
    data.who = int(post["who"])
    if dated is None:
        data.shift, data.ordinal = int(post["strays"]), numbered(AddressSpace.STRAY_ROUND, 0)
    else:
        data.ordinal = numbered(AddressSpace.DATED_SHOT, dated)
    incident.of(side).post, incident.of(other(side)).post = row, opposite
    data.stray_origin = side if stray else NOBODY
    data.cause = Cause.STRAY_SHOT if stray else Cause.ORDER
    data.accidental, data.dated = stray, dated is not None
    if stray:
        _lose_round(incident, parties, side)
    else:
        _attack(incident, side)
    return incident


def _lose_round(incident: Incident, parties: Parties, side: int) -> None:
    """A round of ``side``, that nobody ordered, has struck a post of the other side."""
    struck = other(side)
    incident.shot(side)
    incident.note(side, Actor.POST, Act.STRAY_ROUND)
    _quiet_from_now(incident, struck)
    _may_explain(incident, side)
    post = parties.post(incident, struck)
    if post.read_rounds(incident):
        incident.schedule(struck, Due.COMMAND, _minutes_to_origin(incident, struck))
    else:
        post.broadcast(incident)


def _may_explain(incident: Incident, side: int) -> None:
    regime = incident.scene.regime
    stray, hotline = regime.sides[side].stray, regime.parameters.hotline
    if incident.uniform(Kind.EXPLANATION, side, 0) >= stray.p_explained:
        return
    minutes = stray.explain_minutes
    if hotline.working and incident.uniform(Kind.EXPLANATION_CALL, side, 0) < hotline.p_connect:
        minutes = min(minutes, hotline.call_minutes)
    spread = incident.lognormal(Kind.EXPLANATION_DELAY, side, 0, stray.explain_log_sd)
    incident.schedule(side, Due.EXPLAIN, minutes * spread)


def _minutes_to_origin(incident: Incident, side: int) -> float:
    """How long ``side`` takes to find where rounds came from."""
    stray = incident.scene.regime.sides[side].stray
    if incident.uniform(Kind.ORIGIN_SEEN, side, 0) < stray.p_origin_seen:
        return stray.origin_seen_minutes
    return stray.origin_minutes * incident.lognormal(Kind.ORIGIN_DELAY, side, 0, stray.origin_log_sd)


def _attack(incident: Incident, side: int) -> None:
    """A post of ``side`` attacks, because the scenario says so."""
    incident.note(side, Actor.POST, Act.ORDERED_ATTACK)
    _quiet_from_now(incident, other(side))
    prepare_fire(incident, side)
