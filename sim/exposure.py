"""Exposure: what of a run counts, from the end of the warm-up to the horizon, or to an earlier end."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.codes import Rung
from sim.constants import DAY, NEVER
from sim.state import State


@dataclass(frozen=True, eq=False)
class Exposure:
    """When it begins and ends, in minutes.

    A scenario may end its runs at a rung, ``last_rung``, or with ``most_incidents``; None for neither.
    """

    state: State
    begins: float
    horizon: float
    last_rung: int | None
    most_incidents: int | None = None

    @property
    def until(self) -> float:
        """The minute up to which the run counts so far."""
        run = self.state.run[0]
        return float(min(run["minute"], run["ended_at"]))

    @property
    def days(self) -> float:
        """Days that count so far."""
        return max(0.0, self.until - self.begins) / DAY

    @property
    def ended(self) -> bool:
        """Whether the run ended before its horizon, as its scenario asks."""
        return bool(self.state.run["ended_at"][0] != NEVER)

    def reach(self, rung: Rung, minute: float) -> None:
        """An incident has climbed to ``rung``; the scenario may end the run there."""
        if self.last_rung is not None and rung >= self.last_rung:
            self._end(minute)

    def open(self, minute: float) -> None:
        """An incident has opened; the scenario may end the run with it."""
        if self.most_incidents is None:
            return
        if len([each for each in self.state.incidents if each.opened >= self.begins]) >= self.most_incidents:
            self._end(minute)

    def _end(self, minute: float) -> None:
        if minute >= self.begins and not self.ended:
            self.state.run["ended_at"] = minute

    def holds(self, minutes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which moments count."""
        return (minutes >= self.begins) & (minutes <= self.until)
