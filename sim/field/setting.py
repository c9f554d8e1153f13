"""What surrounds the units: all that the phases of a tick read, and nothing that they move."""

from typing import NamedTuple

import numpy as np

from sim.field.courses import Courses
from sim.field.land import Land, Sky


class Setting(NamedTuple):
    """Ground, sky, lines and rules in force, with the luck and the clock of the run.

    ``posts`` (dtype ``POST``), ``projects`` (``PROJECT``) and ``records`` (2,) (``SIDE_RECORD``) are
    rows of the state and of the rules; ``tick`` and ``day_shift``, at which the day's shift
    begins, are minutes. Only stray rounds, which are the posts' own, change anything in it.
    """

    land: Land
    sky: Sky
    courses: Courses
    posts: np.ndarray
    projects: np.ndarray
    records: np.ndarray
    luck: np.uint64
    tick: float
    day_shift: float
