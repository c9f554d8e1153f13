"""What each side would have counted of a run: never the truth, only what its observers saw."""

import numpy as np
from numpy.typing import NDArray

from sim.codes import Rung, Trigger
from sim.constants import HOUR, NEVER


def recorded_crossings(incidents: np.ndarray, side: int, join_hours: float) -> NDArray[np.bool_]:
    """Which rows of ``incidents`` open a recorded crossing of ``side``, (rows,).

    Counted are violations perceived by ``side`` by its own response line and answered at least by
    a broadcast; at one site an incident within ``join_hours`` of the last one's close joins it.
    """
    counted = (
        (incidents["trigger"] == Trigger.VIOLATION)
        & (incidents["unit"][:, 1 - side] >= 0)
        & (incidents["post"][:, side] >= 0)
        & (incidents["rung"] >= Rung.BROADCAST)
    )
    opens = np.zeros(incidents.size, bool)
    last: dict[int, float] = {}
    for row in np.flatnonzero(counted):
        site, opened = int(incidents["site"][row]), float(incidents["opened"][row])
        opens[row] = opened - last.get(site, -NEVER) > HOUR * join_hours
        closed = float(incidents["closed"][row])
        last[site] = opened if closed == NEVER else closed
    return opens
