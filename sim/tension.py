"""Tension between the governments: it jumps at incidents and talks, and relaxes in between.

What an incident adds spreads by ``feedback.rule``: to both governments, or to those alone who face each
other in its area. What talks add reaches everybody.
"""

from typing import NamedTuple

from sim.arithmetic import relax
from sim.constants import DAY
from sim.field.days import Days, settle_tension
from sim.regime import Regime
from sim.sides import NORTH, SOUTH
from sim.state import State

Both = tuple[float, float]  # of north and south


class Tension(NamedTuple):
    """A face of both sides' tension, 0 to 1, under the regime in force.

    The state keeps it as of the last jump, and since when; the closed form gives it afterwards.
    """

    state: State
    regime: Regime

    def at(self, minute: float) -> Both:
        """Both governments' tension at ``minute``, not before the last jump."""
        north, south = self.state.governments["tension"].tolist()
        return self._relaxed(north, south, minute - float(self.state.run["tension_at"][0]))

    def in_area(self, area: int, minute: float) -> Both:
        """Both sides' tension in an area, where it stays local."""
        north, south = self.state.areas["tension"][area].tolist()
        return self._relaxed(north, south, minute - float(self.state.areas["since"][area]))

    def _relaxed(self, north: float, south: float, minutes: float) -> Both:
        if minutes <= 0.0:
            return north, south
        feedback = self.regime.parameters.feedback
        return relax(north, south, *self.regime.resting, feedback.half_life_days, feedback.k, minutes / DAY)

    def settle(self, minute: float) -> None:
        """Keep the governments' as of ``minute``."""
        settle_tension(Days.of(self.state), self.regime.records, minute)

    def settle_all(self, minute: float) -> None:
        """Keep everybody's as of ``minute``, from which other rules may hold."""
        self.settle(minute)
        for area in range(self.state.areas.size):
            self.state.areas[area] = self.in_area(area, minute), minute

    def rise(self, jumps: Both, minute: float, area: int) -> None:
        """Add what an incident in an area adds, at ``minute``, to whomever it spreads to."""
        if self.regime.parameters.feedback.by_area:
            self._raise_area(area, jumps, minute)
        else:
            self._raise_governments(jumps, minute)

    def jump(self, jumps: Both, minute: float) -> None:
        """Add to either side's tension at ``minute``, that of its government and of all its people."""
        self._raise_governments(jumps, minute)
        for area in range(self.state.areas.size):
            self._raise_area(area, jumps, minute)

    def _raise_area(self, area: int, jumps: Both, minute: float) -> None:
        levels, since = _raised(self.in_area(area, minute), jumps), float(self.state.areas["since"][area])
        self.state.areas[area] = levels, max(minute, since)

    def _raise_governments(self, jumps: Both, minute: float) -> None:
        self.state.governments["tension"] = _raised(self.at(minute), jumps)
        self.state.run["tension_at"] = max(minute, float(self.state.run["tension_at"][0]))


def _raised(levels: Both, jumps: Both) -> Both:
    north, south = (min(1.0, max(0.0, levels[side] + jumps[side])) for side in (NORTH, SOUTH))
    return north, south
