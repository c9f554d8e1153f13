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
        return cls.of(overlays, case.parameters(overlays))

    @classmethod
    def of(cls, overlays: tuple[int, ...], parameters: Parameters) -> "Regime":
        """The same by the parameters that follow from the overlays."""
        records = side_records(parameters)
        records["work_intensity"] = records["patrol_intensity"] = records["recon_year"] = 1.0
        regime = cls(overlays, parameters, records)
        records["rests_at"] = regime.resting
        return regime

    @cached_property
    def sides(self) -> tuple[Side, Side]:
        """What either side is and does now."""
        return self.parameters.sides

    @cached_property
    def resting(self) -> tuple[float, float]:
        """The tension to which either government relaxes; the other's campaign raises it."""
        north, south = self.sides
        return _resting(north, south), _resting(south, north)

    def enter_year(self, year: NDArray[np.float64]) -> None:
        """Take over the effect of a calendar year: normal deviates (2,), a side each; it has mean 1."""
        for record, side, deviate in zip(self.records, self.sides, year.tolist(), strict=True):
            spread = side.patrols.year_log_sd
            record["recon_year"] = exp(spread * deviate - 0.5 * spread * spread)

    def has_border_of(self, other: "Regime") -> bool:
        """Whether the same lines follow."""
        return _border(self.parameters) == _border(other.parameters)

    def has_tension_of(self, other: "Regime") -> bool:
        """Whether tension relaxes alike."""
        return (self.resting, self.parameters.feedback) == (other.resting, other.parameters.feedback)

    def draw_lines(self, world: World, state: State) -> None:
        """Draw the belief lines and response lines that follow, with the markers restored so far."""
        state.lines[:] = world.lines(self.parameters, state.restored)
        state.responses[:] = responses(state.lines, self.parameters)


def overlays_in_force(case: Case, day: float, clauses: frozenset[str]) -> tuple[int, ...]:
    """Policies from their day on, never in the warm-up; clauses while talks say so; injects."""
    return tuple(i for i, overlay in enumerate(case.overlays) if overlay.in_force(day, clauses))


def changes_of_overlays(case: Case) -> tuple[float, ...]:
    """The days of exposure on which an overlay comes into force or goes out of it, but for an agreement's."""
    return tuple(day for overlay in case.overlays for day in (overlay.from_day, overlay.until_day))


def _resting(mine: Side, other: Side) -> float:
    return mine.politics.resting + mine.voice.campaign_tension * other.voice.campaign


def _border(parameters: Parameters) -> tuple[Any, ...]:
    sides = parameters.sides
    return (parameters.border, *((s.map_error_m, s.marker_use, s.response.line) for s in sides))
