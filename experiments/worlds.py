"""Which world and which luck a run has: run k is luck k % 2 of world k // 2.

Each world is played twice, so that what lies between worlds can be told from what lies between
lucks, and counts are added over a world's lucks before anything is said of them.
"""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

LUCKS = 2
Runs = TypeVar("Runs", int, NDArray[np.integer[Any]])


def world_of(run: Runs) -> Runs:
    """The world of a run, or of each of several, from 0."""
    return run // LUCKS


def luck_of(run: Runs) -> Runs:
    """The luck of a run in its world, or of each of several, from 0."""
    return run % LUCKS


def worlds_in(runs: int) -> int:
    """How many worlds the first ``runs`` runs are in, the last of them perhaps with one luck."""
    return -(-runs // LUCKS)


def whole_worlds(runs: float) -> int:
    """The most runs, not above ``runs``, that fill whole worlds."""
    return LUCKS * int(runs // LUCKS)
