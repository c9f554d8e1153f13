"""What one run returns: a row of figures, its incidents, and both governments' days.

All counts are of the exposure: incidents that opened after the warm-up, up to the horizon, or up
to the end where a scenario ends at a rung. Rates are formed from them elsewhere.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.arithmetic import count
from sim.outcome.came_of import CLASH_RUNG
from sim.outcome.columns import INCIDENT, RUN, RUNGS, Column, Row
from sim.outcome.exposed import Exposed
from sim.scene import Scene

__all__ = ["CLASH_RUNG", "RUNGS", "Outcome", "outcome"]


@dataclass(frozen=True)
class Outcome:
    """One run: ``row`` of figures, ``incidents`` as rows, ``tension`` (days played, 2), and where
    the ``talks`` stood in each day played (days played,), as codes of ``TalksState``.
    """

    row: Row
    incidents: list[Row]
    tension: np.ndarray
    talks: np.ndarray


def outcome(scene: Scene) -> Outcome:
    """The outcome of a run that has been played."""
    exposed = Exposed(scene)
    row = {column.name: column.reckoned(exposed) for column in RUN}
    columns = [_cells(column, exposed) for column in INCIDENT]
    names = [column.name for column in INCIDENT]
    incidents = [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return Outcome(row, incidents, exposed.tension.copy(), exposed.state.talks[exposed.days].copy())


def accidental_clashes(scene: Scene) -> int:
    """How many there have been in the exposure so far."""
    return count(Exposed(scene).clashes)


def _cells(column: Column, exposed: Exposed) -> list[Any]:
    """The values of a column in the rows of the incidents, as plain ones of its type."""
    found = column.reckoned(exposed)
    values = found.tolist() if isinstance(found, np.ndarray) else found
    return [None if value is None else column.type(value) for value in values]
