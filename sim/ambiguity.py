"""What ambiguity there is: how far the lines in force lie apart, and its mean over a run's exposure.

The row ``run`` of the state (dtype ``RUN``) keeps the measures of the lines in force, the minute
since which they are, and the integral over the exposure of those before.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arithmetic import count, quantile, total
from sim.constants import SQUARE_KM
from sim.sides import NORTH, SOUTH
from sim.world.border import COMMISSION


class Ambiguity(NamedTuple):
    """The measures of MODEL.md: disagreement, map gap, contested area."""

    mean_disagreement_m: float
    p95_disagreement_m: float
    map_gap: float
    contested_area_km2: float


def measure(lines: NDArray[np.float64], step_m: float, differ_m: float) -> Ambiguity:
    """How far the ``lines`` (3, nodes) differ; shares and the percentile are over nodes.

    The integral is the trapezoid rule on the nodes' absolute disagreement. Where markers are far
    apart its expectation does not depend on the step, as that of the interpolated lines would;
    where none is lost, few nodes lie between two, and a coarser step gives less (ODD 7.4).
    """
    disagreement = np.abs(lines[NORTH] - lines[SOUTH])
    area_m2 = step_m * (total(disagreement) - 0.5 * float(disagreement[0] + disagreement[-1]))
    differs = np.abs(lines[SOUTH] - lines[COMMISSION]) > differ_m
    return Ambiguity(
        mean_disagreement_m=area_m2 / (step_m * (disagreement.size - 1)),
        p95_disagreement_m=quantile(disagreement, 0.95),
        map_gap=count(differs) / differs.size,
        contested_area_km2=area_m2 / SQUARE_KM,
    )


def enter(run: np.void, found: Ambiguity, minute: float, warmup: float) -> None:
    """Lines with the measures ``found`` are in force from ``minute`` on; exposure after ``warmup``."""
    run["ambiguity_minutes"] = _integral(run, minute, warmup)
    run["ambiguity"], run["lines_since"] = found, minute


def mean_ambiguity(run: np.void, minute: float, warmup: float) -> Ambiguity:
    """The measures averaged over the exposure up to ``minute``; all 0 before it begins."""
    if minute <= warmup:
        return Ambiguity(0.0, 0.0, 0.0, 0.0)
    return Ambiguity(*(_integral(run, minute, warmup) / (minute - warmup)).tolist())


def _integral(run: np.void, minute: float, warmup: float) -> NDArray[np.float64]:
    """The measures times minutes of exposure, (4,)."""
    under_these = max(0.0, minute - max(warmup, float(run["lines_since"])))
    return run["ambiguity_minutes"] + under_these * run["ambiguity"]
