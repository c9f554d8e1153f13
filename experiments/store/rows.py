"""From what runs came to, to the rows of the tables that keep them."""

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np

from experiments.play.task import Failure
from experiments.store.tables import (
    ARM,
    OF_FAILURES,
    OF_INCIDENTS,
    OF_RUNS,
    OF_TENSION,
    ArmColumns,
    schema_of,
)
from experiments.worlds import luck_of, world_of
from sim.codes import TalksState
from sim.outcome.columns import Row
from sim.outcome.outcome import Outcome

SCHEMAS = {
    kind: schema_of([ARM, *columns])
    for kind, columns in {
        "incidents": OF_INCIDENTS,
        "tension": OF_TENSION,
        "failures": OF_FAILURES,
        "runs": OF_RUNS,  # and the columns of arms
    }.items()
}
WEEK = 7  # days from one kept tension to the next


class FailedRun(TypedDict):
    """A run that raised an exception: a row of the failures."""

    arm: str
    run: int
    seed: int
    error: str
    traceback: str


Played = tuple[str, int, Outcome | Failure]


def rows_of(played: Sequence[Played], seed: int, arms: ArmColumns) -> dict[str, list[Row]]:
    """The rows of some runs, by kind of table."""
    rows: dict[str, list[Row]] = {kind: [] for kind in SCHEMAS}
    for arm, k, result in played:
        key = {"arm": arm, "run": k}
        if isinstance(result, Failure):
            rows["failures"].append(key | {"seed": seed} | vars(result))
            continue
        rows["runs"].append({**key, **arms.cells.get(arm, {}), **result.row})
        place = key | {"world": world_of(k), "luck": luck_of(k)}
        rows["incidents"] += [place | incident for incident in result.incidents]
        north, south = result.tension[::WEEK].T.tolist()
        rows["tension"].append(key | {"north": north, "south": south} | _turns(result.talks))
    return rows


def _turns(talks: np.ndarray) -> dict[str, list[Any]]:
    """The days on which talks came to stand otherwise, the first day among them, and how."""
    days = np.flatnonzero(np.diff(talks, prepend=-1))
    states = [TalksState(code).word for code in talks[days].tolist()]
    return {"talks_day": days.tolist(), "talks": states}
