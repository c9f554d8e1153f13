"""Rounds that nobody ordered: which posts fire one today, and when."""

import numpy as np

from sim.codes import Trigger
from sim.compiled import compiled
from sim.constants import DAY, DAYS_A_YEAR, NEVER
from sim.field.events import hand_over
from sim.randomness import Kind, address, exponential

_STRAY = int(Kind.STRAY_SHOT)


@compiled
def _luck_of(post, luck):
    """The share of the yearly rate that a post uses up until its next stray round."""
    return exponential(address(luck, _STRAY, post.who, 0, 0, post.side), post.strays)


@compiled
def begin_strays(posts, luck):
    """Give every post the luck that its first stray round uses up."""
    for k in range(posts.shape[0]):
        posts[k].stray_luck = _luck_of(posts[k], luck)


@compiled
def draw_strays(posts, records, luck, t):
    """Decide for the day that begins at ``t`` which posts fire a stray round, and when."""
    for k in range(posts.shape[0]):
        post = posts[k]
        daily = records[post.side].stray_per_post_year / DAYS_A_YEAR
        if post.stray_luck > daily:
            post.stray_luck -= daily
            continue
        post.next_stray = t + DAY * post.stray_luck / daily
        post.strays += 1
        post.stray_luck += _luck_of(post, luck) - daily


@compiled
def stray_tick(posts, tick):
    """When the tick begins by whose end the next stray round falls that is decided; ``NEVER`` for none."""
    first = NEVER
    for k in range(posts.shape[0]):
        first = min(first, posts[k].next_stray)
    return (np.ceil(first / tick) - 1.0) * tick


@compiled
def due_strays(posts, t1, tallies, events, n):
    """Hand out the stray rounds due by ``t1`` after the first ``n`` events; their new number."""
    for k in range(posts.shape[0]):
        post = posts[k]
        if post.next_stray <= t1:
            hand_over(events[n], post.next_stray, Trigger.STRAY_SHOT, k, post.side)
            post.next_stray = NEVER
            tallies[post.side].stray_shots += 1
            n += 1
    return n
