"""Addressed random numbers: every draw has an address, none has a turn.

A draw is a pure function of (luck, kind of decision, who, shift, ordinal of the incident in the
shift, side) and of its ordinal *of that kind*. Neither the clock nor the order of evaluation
enters, so that two policies meet the same luck wherever they ask the same question.

The generator is splitmix64 (Steele, Lea & Flood 2014, OOPSLA, doi:10.1145/2660193.2660195), used as
a hash: an address is folded field by field into a 64-bit key, and word ``n`` of a key is the
n-th output of the splitmix64 stream that the key seeds. Normal deviates invert one word by
Wichura's AS 241 (1988, doi:10.2307/2347330): one word, one deviate, monotone, and bounded by 8.3.
"""

import math
from enum import unique

import numpy as np
from numba import uint64

from sim.codes import Code
from sim.compiled import compiled

_WORD_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIELD_STEP = np.uint64(0xD1B54A32D192ED03)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@unique
class Kind(Code):
    """What is decided. Two decisions never share a kind.

    Two kinds of one value are a ValueError when this module is imported, and a kind that stands in
    two places of ``sim`` fails a test. Whoever replaces an agent decides what it decided, by the
    same kinds; a decision of one's own takes a number from ``OWN_KINDS`` on.
    """

    # the world: drawn once, the same for every luck
    MARKER_STANDS = 1
    MARKER_CLUSTER = 2
    LINE_COMMON = 3
    LINE_NORTH = 4
    LINE_SOUTH = 5
    LINE_COMMISSION = 6
    POST_PLACE = 7
    POST_REGISTRATION = 8
    PATROL_PLACE = 9
    PROJECT = 10
    PROJECT_SURGE = 11
    MARKER_USED = 12
    PROGRAMME = 13
    PATROL_TRAIT = 14
    PROJECT_TRAIT = 15
    PATROL_YEAR = 16
    POST_LENIENCY = 17
    # the field: luck of units, posts and weather
    FOG = 20
    SHIFT_ACTIVE = 21
    SHIFT_ROUTE = 22
    SHIFT_RECONNAISSANCE = 23
    SHIFT_PROBE = 24
    NAVIGATION_START = 25
    NAVIGATION_STEP = 26
    PASSAGE = 27
    LOOK_TIME = 28
    LOOK_SEEN = 29
    LOOK_POSITION = 30
    LOOK_JITTER = 31
    TRACK_POSITION = 32
    TRACK_JITTER = 33
    FIX_INSTRUMENT = 34
    FIX_EYE = 35
    MINE = 36
    STRAY_SHOT = 37
    APPROACH_BROADCAST = 38
    LEARN = 39
    SURVEY_RECOGNISED = 40
    DESCRIBED_TRAIT = 41
    ORDERS = 42
    MOVE_ALONG = 43
    # an open incident
    COMMAND_DELAY = 50
    AUTHORITY = 51
    AUTHORITY_DELAY = 52
    AUDIBILITY = 53
    AUDIBILITY_JITTER = 54
    WILLINGNESS = 55
    WILLINGNESS_JITTER = 56
    LEAVE_BY_ITSELF = 57
    READ_AS_ATTACK = 58
    SHOT_DISTANCE = 59
    INCIDENT_NAVIGATION = 60
    INCIDENT_PASSAGE = 61
    INCIDENT_JITTER = 62
    READ_STRAY = 63
    ORIGIN_SEEN = 64
    EXPLANATION = 65
    REPLY = 66
    SUPPORT_ATTRIBUTION = 67
    SUPPORT_REPLY = 68
    FIRE_CASUALTY = 69
    FIRE_HEAVY = 70
    REPLY_DELAY = 72
    HOTLINE = 73
    READ_MINE = 74
    MINE_CASUALTY = 75
    ARMED = 76
    RETURN_FIRE = 77
    EXPLANATION_CALL = 78
    EXPLANATION_DELAY = 79
    ORIGIN_DELAY = 80
    CASUALTIES = 81
    ACTION_AUTHORITY = 82
    WILLINGNESS_UNDER_SHOTS = 83
    STEP_DELAY = 84
    # governments
    TALKS_ANSWER = 90
    TALKS_COLLAPSE = 92
    TALKS_SILENCE = 93
    TALKS_OUTCOME = 94


OWN_KINDS = 1000  # the first number that no kind of ours will ever take


@unique
class AddressSpace(Code):
    """Whose numbers count the incidents of one ``who`` and shift, or of one post and round."""

    VIOLATION = 0
    MINE_STRIKE = 1
    STRAY_ROUND = 2
    DATED_SHOT = 3


_ROOM = 1_000_000  # numbers of one space


def numbered(space: AddressSpace, number: int) -> int:
    """The number of an incident in an address, which no other space has; ValueError beyond its room."""
    return paired(space, number, _ROOM)


def paired(outer: int, inner: int, most: int) -> int:
    """One number for two of which ``inner`` is below ``most``; ValueError if it is not.

    So a question that goes to several levels has an ordinal for each, and no two questions share one.
    """
    if not 0 <= inner < most or outer < 0:
        raise ValueError(f"{inner} of {outer} would share the luck of another: it must lie in 0..{most - 1}")
    return outer * most + inner


@compiled
def mix(z):
    """Splitmix64's finaliser: a bijection of 64-bit words."""
    z = uint64(z)
    z = (z ^ (z >> uint64(30))) * _MIX_1
    z = (z ^ (z >> uint64(27))) * _MIX_2
    return z ^ (z >> uint64(31))


@compiled
def fold(key, field):
    """The key of one field further down an address; ``field`` is any integer >= -1."""
    return mix(uint64(key) + (uint64(field) + uint64(1)) * _FIELD_STEP)


@compiled
def occasion(luck, who, shift, incident, side):
    """The key of all draws of one ``who`` on one occasion: fold a kind into it to draw."""
    return fold(fold(fold(fold(luck, who), shift), incident), side)


@compiled
def address(luck, kind, who, shift, incident, side):
    """The key of a full address below the luck's own key."""
    return fold(occasion(luck, who, shift, incident, side), kind)


@compiled
def uniform(key, ordinal):
    """Draw ``ordinal`` of ``key``, uniform on the open interval (0, 1), 52 bits.

    A 53rd bit would leave no room for the half that keeps the largest draw below 1.
    """
    word = mix(uint64(key) + (uint64(ordinal) + uint64(1)) * _WORD_STEP)
    return (np.float64(word >> uint64(12)) + 0.5) * (1.0 / 4503599627370496.0)


@compiled
def exponential(key, ordinal):
    """Draw ``ordinal`` of ``key``, exponential with mean 1."""
    return -np.log(uniform(key, ordinal))


@compiled
def normal(key, ordinal):
    """Draw ``ordinal`` of ``key``, standard normal, at most 8.3 from 0."""
    return normal_quantile(uniform(key, ordinal))


@compiled
def _is_central(q):
    """Whether a uniform deviate that is ``q`` above its mean has the quantile of the middle."""
    return abs(q) <= 0.425


@compiled
def _central_quantile(q):
    """The quantile of the middle, of a uniform deviate that is ``q`` above its mean."""
    return q * _quotient(
        0.180625 - q * q,
        3.3871328727963666080,
        133.14166789178437745,
        1971.5909503065514427,
        13731.693765509461125,
        45921.953931549871457,
        67265.770927008700853,
        33430.575583588128105,
        2509.0809287301226727,
        42.313330701600911252,
        687.18700749205790830,
        5394.1960214247511077,
        21213.794301586595867,
        39307.895800092710610,
        28729.085735721942674,
        5226.4952788528545610,
    )


@compiled
def normal_quantiles(uniforms):
    """The standard normal quantile of each of ``uniforms`` (n,), the same to the bit as one by one.

    All are taken for central first, of which a processor does several at once; then the others follow.
    """
    normals = np.empty(uniforms.size)
    for k in range(uniforms.size):
        normals[k] = _central_quantile(uniforms[k] - 0.5)
    for k in range(uniforms.size):
        if not _is_central(uniforms[k] - 0.5):
            normals[k] = _outer_quantile(uniforms[k])
    return normals


@compiled
def normal_quantile(p):
    """The standard normal quantile, AS 241 (PPND16), relative error about 1e-16; 0 < p < 1."""
    q = p - 0.5
    return _central_quantile(q) if _is_central(q) else _outer_quantile(p)


@compiled
def _outer_quantile(p):
    """The quantile of a uniform deviate that is not central."""
    below = p < 0.5
    r = np.sqrt(-np.log(p if below else 1.0 - p))
    if r <= 5.0:
        x = _quotient(
            r - 1.6,
            1.42343711074968357734,
            4.63033784615654529590,
            5.76949722146069140550,
            3.64784832476320460504,
            1.27045825245236838258,
            0.241780725177450611770,
            0.0227238449892691845833,
            0.000774545014278341407640,
            2.05319162663775882187,
            1.67638483018380384940,
            0.689767334985100004550,
            0.148103976427480074590,
            0.0151986665636164571966,
            0.000547593808499534494600,
            1.05075007164441684324e-9,
        )
    else:
        x = _quotient(
            r - 5.0,
            6.65790464350110377720,
            5.46378491116411436990,
            1.78482653991729133580,
            0.296560571828504891230,
            0.0265321895265761230930,
            0.00124266094738807843860,
            2.71155556874348757815e-5,
            2.01033439929228813265e-7,
            0.599832206555887937690,
            0.136929880922735805310,
            0.0148753612908506148525,
            0.000786869131145613259100,
            1.84631831751005468180e-5,
            1.42151175831644588870e-7,
            2.04426310338993978564e-15,
        )
    return -x if below else x


@compiled
def _quotient(r, a0, a1, a2, a3, a4, a5, a6, a7, b1, b2, b3, b4, b5, b6, b7):
    top = ((((((a7 * r + a6) * r + a5) * r + a4) * r + a3) * r + a2) * r + a1) * r + a0
    bottom = ((((((b7 * r + b6) * r + b5) * r + b4) * r + b3) * r + b2) * r + b1) * r + 1.0
    return top / bottom


@compiled
def normal_probability(x):
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-x / 1.4142135623730951)


@compiled
def logistic(x):
    """1 / (1 + exp(-x)), without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + np.exp(-x))
    e = np.exp(x)
    return e / (1.0 + e)


@compiled
def uniform_at(luck, kind, who, shift, incident, side, ordinal):
    """Address and draw in one call, for callers in Python: a uniform deviate."""
    return uniform(address(luck, kind, who, shift, incident, side), ordinal)


@compiled
def normal_at(luck, kind, who, shift, incident, side, ordinal):
    """Address and draw in one call, for callers in Python: a standard normal deviate."""
    return normal(address(luck, kind, who, shift, incident, side), ordinal)


@compiled
def exponential_at(luck, kind, who, shift, incident, side, ordinal):
    """Address and draw in one call, for callers in Python: an exponential deviate of mean 1."""
    return exponential(address(luck, kind, who, shift, incident, side), ordinal)


@compiled
def _root(seed, stream, world, luck, salt):
    return fold(fold(fold(fold(fold(uint64(0), seed), stream), world), luck), salt)


_WORLD, _LUCK = 1, 2


def world_key(seed: int, world: int) -> np.uint64:
    """The key of everything that is drawn once and stays: borders, sites, parameters."""
    return np.uint64(_root(seed, _WORLD, world, 0, 0))


def luck_key(seed: int, world: int, luck: int, salt: int = 0) -> np.uint64:
    """The key of all the rest; ``salt`` is 0 but for clones that are to meet fresh luck."""
    return np.uint64(_root(seed, _LUCK, world, luck, salt))
