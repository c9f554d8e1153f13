"""Pools: what all arms of a study know of the size of a cluster, each arm in them once."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from experiments.measures import MEASURES
from experiments.statistics.intervals import Pilot
from experiments.study.stopping import Interim
from experiments.worlds import LUCKS, worlds_in


class Pools:
    """S and Q of measures over all arms of a study, of all their runs or of those of an interim analysis.

    ``by_world``: of each arm, the events and years of all its runs.
    """

    def __init__(
        self, by_world: Mapping[str, pd.DataFrame], measures: Sequence[str] = tuple(MEASURES)
    ) -> None:
        self.by_world = by_world
        self._measures = list(measures)
        self._made: dict[int | None, dict[str, Pilot]] = {}

    def at(self, interim: Interim | None = None) -> dict[str, Pilot]:
        """By measure; without an interim analysis of all runs."""
        key = interim.runs if interim else None
        if key not in self._made:
            had = interim.had if interim else dict.fromkeys(self.by_world)
            self._made[key] = self._pooled(had)
        return self._made[key]

    def _pooled(self, had: Mapping[str, int | None]) -> dict[str, Pilot]:
        s = q = np.zeros(len(self._measures))
        worlds = 0
        for name in (name for name in had if name in self.by_world):
            table, n = self.by_world[name][self._measures], had[name]
            counts = (table if n is None else table.loc[: worlds_in(n) - 1]).to_numpy(float)
            s, q, worlds = s + counts.sum(axis=0), q + (counts**2).sum(axis=0), worlds + len(counts)
        return {
            name: Pilot(float(s[i]), float(q[i]), worlds, worlds * LUCKS)
            for i, name in enumerate(self._measures)
        }
