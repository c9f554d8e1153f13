"""What came of incidents, and what was expected of them: of rows (n,) of their table, dtype ``INCIDENT``."""

import numpy as np
from numpy.typing import NDArray

from sim.codes import Rung

CLASH_RUNG = Rung.AIMED_FIRE
Flags = NDArray[np.bool_]


def harmful(incidents: np.ndarray) -> Flags:
    """Which reached the rung of a clash."""
    return np.asarray(incidents["rung"] >= CLASH_RUNG)


def clashes(incidents: np.ndarray) -> Flags:
    """Which are accidental clashes."""
    return harmful(incidents) & _could_be_accidental(incidents)


def with_casualties(incidents: np.ndarray) -> Flags:
    """In which somebody was hit by fire."""
    return np.asarray((incidents["casualties"] > 0).any(axis=1))


def with_heavy_weapons(incidents: np.ndarray) -> Flags:
    """In which heavy weapons came in."""
    return np.asarray(incidents["heavy"] == 1)


def with_another_area(incidents: np.ndarray) -> Flags:
    """Which spread to another area."""
    return np.asarray(incidents["rung"] == Rung.OTHER_AREA)


def expected_clashes(incidents: np.ndarray) -> NDArray[np.float64]:
    """The chances, summed, of becoming a clash, of those that could be accidental."""
    return np.asarray(incidents["expected"] * _could_be_accidental(incidents))


def _could_be_accidental(incidents: np.ndarray) -> Flags:
    return np.asarray(incidents["accidental"] == 1)
