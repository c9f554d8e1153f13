"""What stops the field and asks for a mind: its ``trigger`` is that of the incident it opens."""

import numpy as np

from sim.compiled import compiled

EVENT = np.dtype(
    [
        ("t", "f8"),
        ("trigger", "i4"),
        ("row", "i4"),
        ("side", "i4"),
        ("depth", "f8"),
        ("map_m", "f8"),
        ("nav_m", "f8"),
        ("fix_m", "f8"),
        ("s", "f8"),
        ("d", "f8"),
    ],
    align=True,
)


@compiled
def hand_over(event, t, trigger, row, side):
    """Fill an event that no look brought about: at ``t``, to whatever stands in ``row``."""
    event.t, event.trigger, event.row, event.side = t, trigger, row, side
    event.depth = event.map_m = event.nav_m = event.fix_m = event.s = event.d = 0.0
