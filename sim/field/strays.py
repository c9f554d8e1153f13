"""Rounds that nobody ordered: which posts fire one today, and when."""

from sim.compiled import compiled
from sim.field.events import STRAY_SHOT
from sim.randomness import Kind, address, exponential
from sim.state import DAY, NEVER

_STRAY = int(Kind.STRAY_SHOT)


@compiled
def draw_strays(posts, pars, luck, t):
    """Decide for the day that begins at ``t`` which posts fire a stray round, and when."""
    for k in range(posts.shape[0]):
        post = posts[k]
        daily = pars[post.side].stray_per_post_year / 365.0
        if post.stray_luck > daily:
            post.stray_luck -= daily
            continue
        post.next_stray = t + DAY * post.stray_luck / daily
        key = address(luck, _STRAY, post.who, 0, 0, post.side)
        post.strays += 1
        post.stray_luck += exponential(key, post.strays) - daily


@compiled
def first_stray(posts):
    """Minute of the next stray round that is already decided; ``NEVER`` for none."""
    first = NEVER
    for k in range(posts.shape[0]):
        first = min(first, posts[k].next_stray)
    return first


@compiled
def due_strays(posts, t1, tallies, events, n):
    """Hand out the stray rounds due by ``t1`` after the first ``n`` events; their new number."""
    for k in range(posts.shape[0]):
        post = posts[k]
        if post.next_stray <= t1:
            event = events[n]
            event.t, event.kind, event.row, event.side = post.next_stray, STRAY_SHOT, k, post.side
            event.depth = event.map_m = event.nav_m = event.fix_m = event.d = 0.0
            post.next_stray = NEVER
            tallies[post.side].stray_shots += 1
            n += 1
    return n
