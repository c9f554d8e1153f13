"""What became of the talks: the share of an arm's runs in each state, day by day."""

from collections.abc import Iterator, Mapping
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.design.plan import Plan
from sim.codes import TalksState

TALKS_COLUMNS = ("run", "talks_day", "talks")  # of tension.parquet
_CODES = {state.word: int(state) for state in TalksState}
Values = NDArray[np.float64]


class Standing(TypedDict):
    """The ``share`` of the runs still played on ``day`` of exposure in which talks are in ``state``.

    It holds until the next day that the arm has.
    """

    future: str
    policy: str | None
    day: int
    state: str
    share: float


def standings(plan: Plan, tables: Mapping[str, pd.DataFrame], days: Mapping[str, Values]) -> list[Standing]:
    """Of every arm with runs, by future, policy and day; states of share 0 are left out.

    ``tables`` have ``TALKS_COLUMNS`` by arm, ``days`` the exposed days of the same runs.
    """
    return [
        Standing(future=arm.future, policy=arm.policy, day=day, state=state, share=share)
        for arm in plan.arms.values()
        if arm.name in tables
        for day, state, share in _of_arm(tables[arm.name], days[arm.name])
    ]


def _of_arm(table: pd.DataFrame, days: Values) -> Iterator[tuple[int, str, float]]:
    counts = _by_day(table, np.ceil(days).astype(int))
    shares, before = counts / counts.sum(axis=0), np.full(len(counts), np.nan)
    for day in np.flatnonzero(np.diff(counts, axis=1, prepend=-1).any(axis=0)).tolist():
        if (shares[:, day] != before).any():
            some = ((state, shares[code, day]) for state, code in _CODES.items() if counts[code, day])
            yield from ((day, state, float(share)) for state, share in some)
        before = shares[:, day]


def _by_day(table: pd.DataFrame, played: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many runs stood in each state, of those still played, (states, days)."""
    turns = table["talks_day"].map(len).to_numpy()
    starts = np.concatenate(table["talks_day"].to_list())
    codes = np.array([_CODES[state] for states in table["talks"] for state in states])
    ends, last = np.append(starts[1:], 0), np.cumsum(turns) - 1
    ends[last] = played
    changes = np.zeros((max(_CODES.values()) + 1, played.max() + 1), np.int64)
    np.add.at(changes, (codes, starts), 1)
    np.add.at(changes, (codes, ends), -1)
    return changes.cumsum(axis=1)[:, :-1]
