"""Looks: when the watcher looks, whether it sees, what it makes of where the unit stands."""

import numpy as np

from sim.compiled import compiled
from sim.field.courses import own_and_limit
from sim.field.events import VIOLATION
from sim.field.land import cell_of, growth, in_dark, in_fog
from sim.field.path import (
    NORMAL_BOUND,
    between,
    depth_past,
    note_depth,
    place,
    stand,
    stretch_luck,
)
from sim.randomness import Kind, exponential, fold, normal, occasion, uniform
from sim.state import NEVER

_PASSAGE = int(Kind.PASSAGE)
_LOOK_TIME = int(Kind.LOOK_TIME)
_LOOK_SEEN = int(Kind.LOOK_SEEN)
_LOOK_POSITION = int(Kind.LOOK_POSITION)
_LOOK_JITTER = int(Kind.LOOK_JITTER)
_TRACK_POSITION = int(Kind.TRACK_POSITION)
_TRACK_JITTER = int(Kind.TRACK_JITTER)
_WALK = int(Kind.INCIDENT_NAVIGATION)
_WALK_PASSAGE = int(Kind.INCIDENT_PASSAGE)
_WALK_JITTER = int(Kind.INCIDENT_JITTER)
_FIX = int(Kind.FIX_INSTRUMENT)
_EYE = int(Kind.FIX_EYE)
_APPROACH = int(Kind.APPROACH_BROADCAST)


@compiled
def visible_share(land, sky, watch, post, s, d, t):
    """Share of looks at (``s``, ``d``) that see: distance, growth, light and fog."""
    i, j = cell_of(land, s, d)
    distance = ((s - post.s) ** 2 + (d - post.d) ** 2) / watch.watch_range_m**2
    share = 0.5**distance * (1.0 - watch.watch_vegetation_loss * growth(land, sky, i, j, t))
    if in_dark(sky, t):
        share *= watch.watch_night_factor
    if in_fog(land, sky, i, t):
        share *= watch.watch_fog_factor
    return share


@compiled
def fix_error(unit, watch, post, d):
    """The part of the fix error that is drawn once per sighting, metres of ``d``."""
    sign = 1.0 - 2.0 * unit.side
    registration = watch.watch_registration_m * post.registration
    deviate = normal(fold(unit.key, _FIX), 0)
    eye = uniform(fold(unit.key, _EYE), 0)
    unit.eye = 1 if eye < watch.watch_eye_only else 0
    if unit.eye == 1:
        return watch.watch_eye_sd_m * deviate + sign * watch.watch_eye_bias_m + registration
    across, along = abs(d - post.d), abs(unit.s - post.s)
    distance = np.sqrt(across * across + along * along) + 1e-9
    ranging = watch.watch_range_error_m * across / distance
    bearing = watch.watch_azimuth_error_mil * (np.pi / 3200.0) * along
    return np.sqrt(ranging * ranging + bearing * bearing) * deviate + registration


@compiled
def furthest_fix(unit, watch):
    """Metres by which a fix can put the unit too far, whatever its luck."""
    return abs(unit.fix) + NORMAL_BOUND * watch.watch_jitter_m


@compiled
def next_candidate(unit, watch):
    """Move to the next instant at which the watcher may look: a Poisson stream, to be thinned."""
    if unit.watcher < 0 or watch.watch_looks_per_hour <= 0.0:
        unit.next_look = NEVER
        return
    key = fold(unit.key, _LOOK_TIME)
    unit.next_look += 60.0 * exponential(key, unit.looks) / watch.watch_looks_per_hour
    unit.looks += 1


@compiled
def next_instant(unit, watch):
    """When the unit is looked at next: by its track, else at the next candidate still to come."""
    if unit.track != NEVER:
        return unit.track
    while unit.next_look <= unit.t:
        next_candidate(unit, watch)
    return unit.next_look


@compiled
def lose_track(unit):
    """The watcher loses sight of the unit, and its count of violations with it."""
    unit.track = NEVER
    unit.violations = 0


@compiled
def _clear(unit, watch, tally):
    """The watcher sees no violation, but an approach: perhaps it calls out, once a shift."""
    unit.violations = 0
    if unit.approached == 0:
        unit.approached = 1
        key = fold(unit.key, _APPROACH)
        if uniform(key, 0) < watch.watch_p_approach_broadcast:
            tally.approach_broadcasts += 1


@compiled
def _judge(unit, watch, t, perceived, tally):
    """One look that sees: gain the track, and count violations in a row."""
    tally.looks += 1
    if unit.track == NEVER:
        unit.track = t + watch.watch_track_interval
    if perceived > watch.watch_margin_m:
        unit.violations += 1
    else:
        _clear(unit, watch, tally)


@compiled
def idle_looks(unit, watch, t1, tally):
    """Looks at a tracked unit that can show neither a violation nor a crossing, nor lose it."""
    while unit.track <= t1:
        tally.looks += 1
        unit.tracks += 1
        unit.track += watch.watch_track_interval
        _clear(unit, watch, tally)


@compiled
def take_looks(unit, walk, z1, t1, posts, courses, pars, land, sky, tally, event):
    """Take the looks that fall before ``t1``; True when one of them asks for a decision.

    The unit is left at the last look.
    """
    par, watch, post = pars[unit.side], pars[1 - unit.side], posts[unit.watcher]
    sign, tau, sub = 1.0 - 2.0 * unit.side, par.navigation_tau_minutes, 0
    passage = fold(unit.key, _PASSAGE)
    while True:
        t = next_instant(unit, watch)
        if t > t1:
            return False
        tracked = unit.track != NEVER
        ordinal = unit.tracks if tracked else unit.looks - 1
        key = fold(unit.key, _TRACK_POSITION if tracked else _LOOK_POSITION)
        z = between(unit.z, unit.t, z1, t1, t, tau, normal(key, ordinal))
        s = place(land.length_m, unit, t)
        line, limit = own_and_limit(courses, unit.side, s)
        x = depth_past(unit, line, z)
        variance = 2.0 * unit.nav_sd * unit.nav_sd * (t - unit.t) / tau
        note_depth(unit, tally, walk.x, x, variance, stretch_luck(passage, unit.step, sub))
        sub += 1
        walk.x, unit.z, unit.t = x, z, t
        past = x + sign * limit
        if tracked:
            unit.tracks += 1
            unit.track += watch.watch_track_interval
            if past < -watch.watch_approach_m:
                lose_track(unit)
                continue
        else:
            next_candidate(unit, watch)
            seen = fold(unit.key, _LOOK_SEEN)
            if past < -watch.watch_approach_m or uniform(seen, ordinal) >= visible_share(
                land, sky, watch, post, s, -sign * x, t
            ):
                continue
        key = fold(unit.key, _TRACK_JITTER if tracked else _LOOK_JITTER)
        fix = unit.fix
        if past + furthest_fix(unit, watch) > watch.watch_margin_m:  # else no jitter matters
            fix += watch.watch_jitter_m * normal(key, ordinal)
        _judge(unit, watch, t, past - sign * fix, tally)
        if unit.violations >= watch.watch_confirm_looks:
            event.t, event.kind, event.row, event.side = t, VIOLATION, walk.row, 1 - unit.side
            event.depth, event.d = past - sign * fix, -sign * x
            event.map_m, event.nav_m = sign * (limit - line), -unit.nav_sd * z
            event.fix_m = -sign * fix
            return True


@compiled
def look_again(unit, t, land, courses, pars, luck, tallies, n):
    """Look ``n`` at a unit in an open incident: take it to ``t`` and judge where it stands.

    Returns (deepest point past the true line since the last look, perceived depth past the
    response line), metres.
    """
    par, watch = pars[unit.side], pars[1 - unit.side]
    sign, tau = 1.0 - 2.0 * unit.side, par.navigation_tau_minutes
    minutes = t - unit.t
    rho = np.exp(-minutes / tau)
    key = occasion(luck, unit.who, unit.shift, unit.incidents, unit.side)
    x0, _ = stand(unit, courses, land.length_m, unit.t, unit.z)
    unit.z = rho * unit.z + np.sqrt(1.0 - rho * rho) * normal(fold(key, _WALK), n)
    unit.t = t
    x1, past = stand(unit, courses, land.length_m, t, unit.z)
    variance = 2.0 * unit.nav_sd * unit.nav_sd * minutes / tau
    top = note_depth(
        unit, tallies[unit.side], x0, x1, variance, uniform(fold(key, _WALK_PASSAGE), n)
    )
    jitter = watch.watch_jitter_m * normal(fold(key, _WALK_JITTER), n)
    return top, past - sign * (unit.fix + jitter)
