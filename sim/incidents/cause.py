"""The cause of an incident: the error without which it would not have opened."""

import numpy as np

from sim.codes import Cause
from sim.constants import NEVER


def cause_of(event: np.void, margin: float, probe: bool) -> Cause:
    """The one error without which the look would not have judged so (MODEL.md, cause).

    ``event`` (dtype ``EVENT``) is the violation, ``margin`` in metres the watcher's.
    """
    if probe:
        return Cause.ORDER
    errors = [float(event[name]) for name in ("map_m", "nav_m", "fix_m")]
    enough = [error if event["depth"] - error <= margin else -NEVER for error in errors]
    best = int(np.argmax(enough))
    return Cause(best) if enough[best] > 0.0 else Cause.JOINT
