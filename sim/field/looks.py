"""Looks: when the watcher looks, whether it sees, what it makes of where the unit stands."""

import numpy as np

from sim.codes import Trigger
from sim.compiled import compiled
from sim.constants import HOUR, MIL, NEVER
from sim.field.courses import own_and_limit
from sim.field.deviates import NORMAL_BOUND
from sim.field.events import hand_over
from sim.field.land import cell_of, growth, in_dark, in_fog
from sim.field.path import LAST_BITS, between, depth_past, drifted, note_depth, note_stretch, place, stand
from sim.randomness import Kind, exponential, fold, normal, occasion, uniform
from sim.sides import northward, other

_LOOK_TIME = int(Kind.LOOK_TIME)
_LOOK_SEEN = int(Kind.LOOK_SEEN)
LOOK_POSITION = int(Kind.LOOK_POSITION)
_LOOK_JITTER = int(Kind.LOOK_JITTER)
TRACK_POSITION = int(Kind.TRACK_POSITION)
TRACK_JITTER = int(Kind.TRACK_JITTER)
WALK_ON = int(Kind.INCIDENT_NAVIGATION)
_WALK_PASSAGE = int(Kind.INCIDENT_PASSAGE)
_WALK_JITTER = int(Kind.INCIDENT_JITTER)
_FIX = int(Kind.FIX_INSTRUMENT)
_EYE = int(Kind.FIX_EYE)
_APPROACH = int(Kind.APPROACH_BROADCAST)
_AT_THE_POST = 1e-9  # metres: gives a unit that stands at the very post an angle of view


@compiled
def _share_of_looks(land, sky, watch, i, along, across, cover, t):
    """Share of looks that see what is so many metres off, in column ``i`` of cells and such growth."""
    distance = (along**2 + across**2) / watch.watch_range_m**2
    share = 0.5**distance * (1.0 - watch.watch_vegetation_loss * cover)
    if in_dark(sky, t):
        share *= watch.watch_night_factor
    if in_fog(land, sky, i, t):
        share *= watch.watch_fog_factor
    return share


@compiled
def visible_share(land, sky, watch, post, s, d, t):
    """Share of looks at (``s``, ``d``) that see: distance, growth, light and fog."""
    i, j = cell_of(land, s, d)
    return _share_of_looks(land, sky, watch, i, s - post.s, d - post.d, growth(land, sky, i, j, t), t)


@compiled
def most_visible(land, sky, watch, post, s, least_d, most_d, t):
    """What the visible share at ``s`` is not above, wherever ``d`` lies between."""
    i, first = cell_of(land, s, least_d)
    _, last = cell_of(land, s, most_d)
    cover = growth(land, sky, i, first, t)
    for j in range(first + 1, last + 1):
        cover = min(cover, growth(land, sky, i, j, t))
    across = min(max(post.d, least_d), most_d) - post.d
    return _share_of_looks(land, sky, watch, i, s - post.s, across, cover, t) * (1.0 + LAST_BITS)


@compiled
def seen_deviate(unit, ordinal):
    """The deviate that says whether a look of the stream of candidates sees."""
    return uniform(fold(unit.key, _LOOK_SEEN), ordinal)


@compiled
def fix_error(unit, watch, post, d):
    """The part of the fix error that is drawn once per sighting, metres of ``d``."""
    sign = northward(unit.side)
    registration = watch.watch_registration_m * post.registration
    deviate = normal(fold(unit.key, _FIX), 0)
    eye = uniform(fold(unit.key, _EYE), 0)
    unit.eye = 1 if eye < watch.watch_eye_only else 0
    if unit.eye == 1:
        return watch.watch_eye_sd_m * deviate + sign * watch.watch_eye_bias_m + registration
    across, along = abs(d - post.d), abs(unit.s - post.s)
    distance = np.sqrt(across * across + along * along) + _AT_THE_POST
    ranging = watch.watch_range_error_m * across / distance
    bearing = watch.watch_azimuth_error_mil * MIL * along
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
    unit.next_look += HOUR * exponential(key, unit.looks) / watch.watch_looks_per_hour
    unit.looks += 1


@compiled
def first_candidate(unit, watch, t):
    """Begin the stream of candidates anew, and go to the first after ``t``."""
    unit.next_look, unit.looks = unit.begin, 0
    while unit.next_look <= t:
        next_candidate(unit, watch)


@compiled
def next_instant(unit, watch, t):
    """When the unit is looked at after ``t``: by its track, else at the next candidate still to come."""
    if unit.track != NEVER:
        return unit.track
    while unit.next_look <= t:
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
        tally.approaches += 1
        key = fold(unit.key, _APPROACH)
        if uniform(key, 0) < watch.watch_p_approach_broadcast:
            tally.approach_broadcasts += 1


@compiled
def _judge(unit, watch, t, perceived, tally):
    """One look that sees: gain the track, and count violations in a row."""
    tally.looks += 1
    if unit.track == NEVER:
        unit.track = t + watch.watch_track_interval
    if perceived > unit.margin:
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
def tell_violation(event, unit, row, t, s, line, limit, x, past, fix):
    """Fill in the event of a confirmed look: how deep it saw the unit, and by which errors.

    ``s``: where along the line it is; ``line`` and ``limit``: the unit's own line and the watcher's response
    line there; ``x`` and ``past``: metres past the true line and past ``limit``; ``fix``: the watcher's
    error, metres of ``d``.
    """
    sign = northward(unit.side)
    hand_over(event, t, Trigger.VIOLATION, row, other(unit.side))
    event.depth, event.s, event.d = past - sign * fix, s, -sign * x
    event.map_m, event.nav_m = sign * (limit - line), -unit.nav_sd * unit.z
    event.fix_m = -sign * fix


@compiled
def _walk_to_look(unit, walk, z1, t1, t, courses, rules, tally, stretch):
    """Take the unit to the look at ``t``; its ``s``, its own line and the limit there."""
    tracked = unit.track != NEVER
    key = fold(unit.key, TRACK_POSITION if tracked else LOOK_POSITION)
    deviate = normal(key, _ordinal(unit))
    z = between(unit.z, unit.t, z1, t1, t, rules.navigation_tau_minutes, deviate)
    s = place(courses.length_m, unit, t)
    line, limit = own_and_limit(courses, unit.side, s)
    x = depth_past(unit, line, z)
    note_stretch(unit, rules, tally, walk.x, x, t - unit.t, stretch)
    walk.x, unit.z, unit.t = x, z, t
    return s, line, limit


@compiled
def _ordinal(unit):
    """The number of the look that is due, on the track or of the stream of candidates."""
    return unit.tracks if unit.track != NEVER else unit.looks - 1


@compiled
def take_looks(unit, walk, z1, t1, setting, tally, event):
    """Take the looks that fall before ``t1``; True when one of them asks for a decision.

    The unit is left at the last look.
    """
    rules, watch = setting.records[unit.side], setting.records[other(unit.side)]
    post, courses, land, sky = setting.posts[unit.watcher], setting.courses, setting.land, setting.sky
    sign, stretch = northward(unit.side), 0
    while True:
        t = next_instant(unit, watch, unit.t)
        if t > t1:
            return False
        tracked, ordinal = unit.track != NEVER, _ordinal(unit)
        s, line, limit = _walk_to_look(unit, walk, z1, t1, t, courses, rules, tally, stretch)
        stretch += 1
        past = walk.x + sign * limit
        if tracked:
            unit.tracks += 1
            unit.track += watch.watch_track_interval
            if past < -watch.watch_approach_m:
                lose_track(unit)
                continue
        else:
            next_candidate(unit, watch)
            if past < -watch.watch_approach_m or seen_deviate(unit, ordinal) >= visible_share(
                land, sky, watch, post, s, -sign * walk.x, t
            ):
                continue
        key = fold(unit.key, TRACK_JITTER if tracked else _LOOK_JITTER)
        fix = unit.fix
        if past + furthest_fix(unit, watch) > unit.margin:  # else no jitter matters
            fix += watch.watch_jitter_m * normal(key, ordinal)
        _judge(unit, watch, t, past - sign * fix, tally)
        if unit.violations >= watch.watch_confirm_looks:
            tell_violation(event, unit, walk.row, t, s, line, limit, walk.x, past, fix)
            return True


@compiled
def look_again(units, row, t, n, setting, tallies):
    """Look ``n`` at the unit of a row, in an open incident: take it to ``t`` and judge where it stands.

    Returns (deepest point past the true line since the last look, perceived depth past the
    response line), metres.
    """
    unit = units[row]
    rules, watch = setting.records[unit.side], setting.records[other(unit.side)]
    minutes, tau = t - unit.t, rules.navigation_tau_minutes
    key = occasion(setting.luck, unit.who, unit.shift, unit.incidents, unit.side)
    courses = setting.courses
    x0, _ = stand(unit, courses, unit.t, unit.z)
    unit.z = drifted(unit.z, minutes, tau, normal(fold(key, WALK_ON), n))
    unit.t = t
    x1, past = stand(unit, courses, t, unit.z)
    top = note_depth(unit, rules, tallies[unit.side], x0, x1, minutes, uniform(fold(key, _WALK_PASSAGE), n))
    jitter = watch.watch_jitter_m * normal(fold(key, _WALK_JITTER), n)
    return top, past - northward(unit.side) * (unit.fix + jitter)
