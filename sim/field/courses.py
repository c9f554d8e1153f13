"""The lines in force as the field reads them, and how near they can bring a unit."""

from typing import NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.sides import northward

RESPONSES = 2  # column of ``Courses.d`` for the north's response line; the south's follows
BLOCK = 16  # nodes of the lines over which the swing is taken at once


class Courses(NamedTuple):
    """The lines in force: ``d`` (nodes, 4) metres, a column each for belief and response lines.

    They are ``length_m`` long, with a node every ``step_m``.
    ``swing`` (blocks, 2) holds the metres by which the lines of a block of nodes can bring either
    side's units nearer than they mean to keep, ``most_swing`` (2,) the most of any block.
    """

    step_m: float
    length_m: float
    d: np.ndarray
    swing: np.ndarray
    most_swing: np.ndarray


def courses(step_m: float, length_m: float, lines: np.ndarray, responses: np.ndarray) -> Courses:
    """The belief lines (3, nodes) and response lines (2, nodes) side by side."""
    d = np.ascontiguousarray(np.stack([*lines[:2], *responses], axis=1))
    swing = block_swing(d)
    return Courses(step_m, length_m, d, swing, swing.max(axis=0))


@compiled
def own_and_limit(courses, side, s):
    """A side's own line and the other side's response line at ``s``: linear between nodes.

    Beyond the ends of the line they stay what they are there.
    """
    position = s / courses.step_m
    last = courses.d.shape[0] - 1
    node = min(max(int(position), 0), last - 1)
    share = min(max(position - node, 0.0), 1.0)
    limit = RESPONSES + 1 - side
    low, high = courses.d[node], courses.d[node + 1]
    return low[side] + share * (high[side] - low[side]), low[limit] + share * (high[limit] - low[limit])


@compiled
def nearer_by(side, own, limit):
    """Metres by which a unit may be nearer to the true line or the limit than it means to keep."""
    sign = northward(side)
    return max(-sign * own, sign * (limit - own))


@compiled
def block_swing(d):
    """For each block of nodes and each side, how much nearer than meant its units can come."""
    most = np.zeros(((d.shape[0] + BLOCK - 1) // BLOCK, 2))
    for j in range(d.shape[0]):
        for side in range(2):
            nearer = nearer_by(side, d[j, side], d[j, RESPONSES + 1 - side])
            most[j // BLOCK, side] = max(most[j // BLOCK, side], nearer)
    return most


@compiled
def swing_on_route(unit, courses):
    """The largest swing that the unit can meet this shift: where it stands, or of the blocks."""
    if unit.speed == 0.0:
        own, limit = own_and_limit(courses, unit.side, unit.s)
        return nearer_by(unit.side, own, limit)
    away = 0.5 * unit.speed * (unit.end - unit.begin)
    length_m = courses.length_m
    low, high = min(unit.s, unit.s + away), max(unit.s, unit.s + away)
    if low < 0.0:
        low, high = 0.0, max(high, -low)
    if high > length_m:
        low, high = max(0.0, min(low, 2.0 * length_m - high)), length_m
    last, most = courses.swing.shape[0] - 1, 0.0
    block_m = BLOCK * courses.step_m
    for k in range(int(low / block_m), min(last, int(high / block_m + 1.0 / BLOCK)) + 1):
        most = max(most, courses.swing[k, unit.side])
    return most
