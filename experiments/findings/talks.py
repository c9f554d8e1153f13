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
_NOT_PLAYED = -1


class Standing(TypedDict):
    """The ``share`` of the runs still played on ``day`` of exposure in which talks are in ``state``.

    It holds until the next day that the arm has.
    """

    future: str
    policy: str | None
    day: int
    state: str
    share: float


def standings(
    plan: Plan, tables: Mapping[str, pd.DataFrame], days: Mapping[str, pd.Series]
) -> list[Standing]:
    """Of every arm with runs, by future, policy and day; states of share 0 are left out.

    ``tables`` have ``TALKS_COLUMNS`` by arm, ``days`` the exposed days of the same runs.
    """
    return [
        Standing(future=arm.future, policy=arm.policy, day=day, state=state, share=share)
        for arm in plan.arms.values()
        if arm.name in tables
        for day, state, share in _of_arm(tables[arm.name], days[arm.name])
    ]


def _of_arm(table: pd.DataFrame, days: pd.Series) -> Iterator[tuple[int, str, float]]:
    by_day = _by_day(table, np.ceil(days.to_numpy(float)).astype(int))
    before: dict[str, float] = {}
    for day, standing in enumerate(by_day.T):
        played = standing[standing != _NOT_PLAYED]
        counts = np.bincount(played, minlength=len(_CODES))
        shares = {state: float(counts[code] / played.size) for state, code in _CODES.items() if counts[code]}
        if shares != before:
            yield from ((day, state, share) for state, share in shares.items())
        before = shares


def _by_day(table: pd.DataFrame, played: NDArray[np.int64]) -> NDArray[np.int8]:
    """Codes by run and day, (runs, days)."""
    found = np.full((len(table), played.max()), _NOT_PLAYED, np.int8)
    for row, last, turns, states in zip(found, played, table["talks_day"], table["talks"], strict=True):
        spans = np.diff([*turns, last])
        row[:last] = np.repeat([_CODES[state] for state in states], spans)
    return found
