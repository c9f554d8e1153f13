"""Relative changes: what an overlay does to the value below it, instead of replacing that value.

    south: {watch: {margin_m: {plus: 20}}, rules: {steps: {before: [broadcast]}}}

A mapping in the place of a number, or of the steps of a ladder, is an operation on it. Elsewhere it
has no meaning of its own, and the schema refuses it.
"""

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

from sim.documents import Impossible, Problem, StrictModel
from sim.documents.laying import Meet, at_path
from sim.documents.problems import KeyPath, dotted
from sim.parameters.declare import bounds
from sim.parameters.force import Step
from sim.parameters.whole import walk

_LARGEST = sys.float_info.max
_DECLARED: dict[KeyPath, FieldInfo] = dict(walk())


class OnNumber(StrictModel):
    """What is done to a number, in this order; a whole number is rounded, halves upwards."""

    times: float = Field(1.0, description="the value below is multiplied by this")
    plus: float = Field(0.0, description="then this is added")
    at_least: float = Field(-_LARGEST, description="then what is less becomes this")
    at_most: float = Field(_LARGEST, description="then what is more becomes this")

    def conflicts(self) -> Iterator[Impossible]:
        """An operation that does nothing, bounds out of order."""
        if not self.model_fields_set:
            yield Impossible("", "an operation that does nothing", ", ".join(OnNumber.model_fields))
        if self.at_least > self.at_most:
            yield Impossible("at_most", "less than `at_least`", f"{self.at_least:g} or more")

    def applied(self, below: Any) -> Any:
        """The result for the number below; what is no number, and so refused, stays as it is."""
        if isinstance(below, bool) or not isinstance(below, int | float):
            return below
        return min(max(self.times * below + self.plus, self.at_least), self.at_most)


class OnSteps(StrictModel):
    """What is done to the steps of a ladder."""

    before: tuple[Step, ...] = Field(min_length=1, description="done before the steps below")

    def applied(self, below: Any) -> Any:
        """The longer ladder; what is no list, and so refused, stays as it is."""
        return [*self.before, *below] if isinstance(below, list | tuple) else below


@dataclass(frozen=True)
class Clip:
    """A relative change of a drawn value that left the declared range: by whom, where, and what."""

    overlay: str
    path: str
    came_out: float
    kept: float


@cache
def operation_at(path: KeyPath) -> type[OnNumber] | type[OnSteps] | None:
    """The operation that the parameter at a path can undergo, None if there is none."""
    kind = _DECLARED[path].annotation if path in _DECLARED else None
    if kind in (int, float):
        return OnNumber
    return OnSteps if kind == tuple[Step, ...] else None


def operated(path: KeyPath, below: Any, change: Any) -> Any:
    """What a change of an overlay makes of the value below it (a ``Meet``): another, or an operation.

    The result of an operation may lie outside the declared range. A mapping that is none replaces.
    """
    kind = operation_at(path) if isinstance(change, Mapping) else None
    if kind is None:
        return change
    result = kind.model_validate(change, strict=False).applied(below)
    whole = _DECLARED[path].annotation is int and isinstance(result, float)
    return math.floor(result + 0.5) if whole and math.isfinite(result) else result


def no_operation(problem: Problem, data: Mapping[str, Any]) -> Problem:
    """The problem, which says so where a scenario has an operation in the place of a value."""
    path = tuple(problem.path.split("."))
    kind, value = operation_at(path), at_path(data, path)
    if kind is None or not isinstance(value, Mapping) or not value.keys() & kind.model_fields.keys():
        return problem
    message = "an operation, which policies have, and what injects set; a scenario has values"
    return replace(problem, message=message)


def within(path: KeyPath, value: Any) -> Any:
    """The number, clipped to the declared range of the parameter at a path."""
    low, high = bounds(_DECLARED[path])
    return min(max(value, low), high)


def clipping(overlay: str, drawn: frozenset[str], clips: list[Clip]) -> Meet:
    """``operated`` for an overlay, clipped where the value was drawn; ``clips`` gets each case.

    A value that is known when a case is loaded is refused outside its range instead.
    """

    def operate(path: KeyPath, below: Any, change: Any) -> Any:
        result = operated(path, below, change)
        if not isinstance(change, Mapping) or dotted(path) not in drawn or operation_at(path) is not OnNumber:
            return result
        kept = within(path, result)
        if kept != result:
            clips.append(Clip(overlay, dotted(path), result, kept))
        return kept

    return operate
