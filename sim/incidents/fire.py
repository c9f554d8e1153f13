"""Aimed fire: how a side comes to it, what a spell of it does, and who joins in."""

from sim.acts import Act, Actor
from sim.arithmetic import geometric
from sim.codes import Due, Rung
from sim.incidents.incident import Incident
from sim.incidents.parties import Parties
from sim.randomness import Kind
from sim.sides import other


def prepare_fire(incident: Incident, side: int) -> None:
    """Have ``side`` open or return aimed fire as fast as it can, if it has weapons."""
    in_force = incident.scene.regime.sides[side]
    if not in_force.rules.weapons:
        return
    fire = in_force.fire
    spread = incident.lognormal(Kind.REPLY_DELAY, side, incident.of(side).spells, fire.reply_log_sd)
    incident.schedule(side, Due.FIRE, fire.reply_minutes * spread)


def fire_spell(incident: Incident, parties: Parties, side: int) -> None:
    """A spell of aimed fire by ``side``, and what it does to the other."""
    own, n = incident.of(side), incident.of(side).spells
    own.spells += 1
    _answered(incident, side, n)
    incident.shot(side)
    incident.reach_rung(Rung.AIMED_FIRE, side)
    incident.note(side, _on_the_ground(incident, side), Act.AIMED_FIRE, n + 1)
    if own.joined_from >= 0:
        incident.reach_rung(Rung.OTHER_AREA, side)
        incident.note(side, Actor.SUPPORT, Act.OTHER_AREA, own.joined_from)
    _harm(incident, side, n)
    _bring_heavy_weapons(incident, side, n)
    _come_under_fire(incident, parties, other(side))
    for party in (side, other(side)):
        _tell_support(incident, party)


def _on_the_ground(incident: Incident, side: int) -> Actor:
    """Who of a side shoots and is shot at: its unit as long as that is there, else its post."""
    return Actor.UNIT if incident.of(side).present else Actor.POST


def _answered(incident: Incident, side: int, n: int) -> None:
    """Note whether spell ``n`` of ``side`` answers fire, and fire that was meant as a warning."""
    data, across = incident.record, incident.of(other(side))
    if across.volleys or across.spells or data.stray_origin == other(side):
        data.answered = True
        if across.volleys and n == 0 and incident.of(side).unit >= 0:
            data.warned_answered = True


def _harm(incident: Incident, side: int, n: int) -> None:
    fire = incident.scene.regime.sides[side].fire
    incident.expect_harm(fire.p_casualty, max(1.0, fire.casualties))
    if incident.uniform(Kind.FIRE_CASUALTY, side, n) < fire.p_casualty:
        hurt = geometric(fire.casualties, incident.exponential(Kind.CASUALTIES, side, n))
        incident.of(other(side)).casualties += hurt
        incident.reach_rung(Rung.CASUALTIES, side)
        incident.note(other(side), _on_the_ground(incident, other(side)), Act.CASUALTIES, hurt)


def _bring_heavy_weapons(incident: Incident, side: int, n: int) -> None:
    """Spell ``n`` of ``side`` may be one of heavy weapons."""
    p = incident.calm(incident.scene.regime.sides[side].fire.p_heavy, rung=Rung.HEAVY_WEAPONS)
    incident.expect_heavy(p)
    if incident.uniform(Kind.FIRE_HEAVY, side, n) < p:
        incident.record.heavy = True
        incident.reach_rung(Rung.HEAVY_WEAPONS, side)
        incident.note(side, Actor.POST, Act.HEAVY_WEAPONS)


def _come_under_fire(incident: Incident, parties: Parties, side: int) -> None:
    """The side that came under fire answers or runs."""
    unit = parties.unit_present(incident, side)
    if unit is not None:
        unit.under_aimed_fire(incident)
    elif incident.of(side).post >= 0:
        parties.post(incident, side).reply(incident)


def _tell_support(incident: Incident, side: int) -> None:
    """Posts nearby hear the first fire."""
    own = incident.of(side)
    if not own.supported:
        own.supported = True
        incident.schedule(side, Due.SUPPORT, incident.scene.regime.sides[side].fire.report_delay)


def support(incident: Incident, parties: Parties, side: int) -> None:
    """The post next to the one that acts has heard fire, and may join in."""
    scene, post = incident.scene, incident.of(side).post
    reach_m = scene.regime.sides[side].fire.support_reach_m
    helper = scene.next_post(post, reach_m) if post >= 0 else -1
    if helper < 0:
        return
    area, own_area = scene.areas[helper], scene.areas[post]
    if area != own_area:
        incident.expect_spread(parties.posts[helper].p_joins(incident))
    if not parties.posts[helper].support(incident):
        return
    prepare_fire(incident, side)
    if area != own_area:
        incident.of(side).joined_from = area
