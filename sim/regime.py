"""The regime: which overlays are in force now, the parameters and the lines that follow from them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.field.rules import side_records
from sim.parameters.whole import Parameters, Side
from sim.scenario.case import Case
from sim.state import State
from sim.world.draw import World, responses


@dataclass(frozen=True, eq=False)
class Regime:
    """What is in force now.

    ``overlays`` are numbers of the case's overlays; ``records`` (2,), dtype ``SIDE_RECORD``, is what
    the field reads of the parameters and of the governments' daily decisions.
    """

    overlays: tuple[int, ...]
    parameters: Parameters
    records: np.ndarray

    @classmethod
    def under(cls, case: Case, overlays: tuple[int, ...]) -> "Regime":
        """The regime of a case with these of its overlays, before governments have decided."""
        parameters = case.parameters(overlays)
        records = side_records(parameters)
        records["work_intensity"] = records["patrol_intensity"] = records["recon_year"] = 1.0
        return cls(overlays, parameters, records)

    @cached_property
    def sides(self) -> tuple[Side, Side]:
        """What either side is and does now."""
        return self.parameters.sides

    @cached_property
    def resting(self) -> tuple[float, float]:
        """The tension to which either government relaxes; the other's campaign raises it."""
        north, south = self.sides
        return _resting(north, south), _resting(south, north)

    def heed(self, governments: np.ndarray, year: NDArray[np.float64]) -> None:
        """Take over how much work and patrolling the governments have decided on, and the year's effect.

        ``year`` (2,): normal deviates of the calendar year, a side each; the effect has mean 1.
        """
        for name in ("work_intensity", "patrol_intensity"):
            self.records[name] = governments[name]
        for record, side, deviate in zip(self.records, self.sides, year.tolist(), strict=True):
            spread = side.patrols.year_log_sd
            record["recon_year"] = exp(spread * deviate - 0.5 * spread * spread)

    def has_border_of(self, other: "Regime") -> bool:
        """Whether the same lines follow."""
        return _border(self.parameters) == _border(other.parameters)

    def draw_lines(self, world: World, state: State) -> None:
        """Draw the belief lines and response lines that follow, with the markers restored so far."""
        state.lines[:] = world.lines(self.parameters, state.restored)
        state.responses[:] = responses(state.lines, self.parameters)


def overlays_in_force(case: Case, day: float, clauses: frozenset[str]) -> tuple[int, ...]:
    """Policies from their day on, never in the warm-up; clauses while talks say so; injects."""
    return tuple(i for i, overlay in enumerate(case.overlays) if overlay.in_force(day, clauses))


def _resting(mine: Side, other: Side) -> float:
    return mine.politics.resting + mine.voice.campaign_tension * other.voice.campaign


def _border(parameters: Parameters) -> tuple[Any, ...]:
    sides = parameters.sides
    return (parameters.border, *((s.map_error_m, s.marker_use, s.response.line) for s in sides))
