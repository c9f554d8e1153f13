"""Relative changes: what an overlay does to the value below it, instead of replacing that value.

    south: {watch: {margin_m: {plus: 20}}, rules: {steps: {before: [broadcast]}}}

A mapping in the place of a number, or of a list of any length, is an operation on it. Elsewhere it
has no meaning of its own, and the schema refuses it.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import Field

from sim.documents import Impossible, StrictModel
from sim.documents.problems import KeyPath, dotted
from sim.parameters import Action, walk

_LARGEST = sys.float_info.max
_DECLARED = dict(walk())


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

    before: tuple[Action, ...] = Field(min_length=1, description="done before the steps below")

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


Operate = Callable[[KeyPath, Any, Mapping[str, Any]], Any]


@cache
def operation_at(path: KeyPath) -> type[OnNumber] | type[OnSteps] | None:
    """The operation that the parameter at a path can undergo, None if there is none."""
    kind = _DECLARED[path].annotation if path in _DECLARED else None
    if kind in (int, float):
        return OnNumber
    return OnSteps if get_origin(kind) is tuple and Ellipsis in get_args(kind) else None


def operated(path: KeyPath, below: Any, change: Mapping[str, Any]) -> Any:
    """What ``change``, a mapping in the place of a value, makes of the value below it.

    The result may lie outside the declared range. A mapping that is no operation replaces it.
    """
    kind = operation_at(path)
    if kind is None:
        return change
    result = kind.model_validate(change, strict=False).applied(below)
    whole = _DECLARED[path].annotation is int and isinstance(result, float)
    return math.floor(result + 0.5) if whole and math.isfinite(result) else result


def within(path: KeyPath, value: Any) -> Any:
    """The number, clipped to the declared range of the parameter at a path."""
    limits = _DECLARED[path].metadata
    low = max((note.ge for note in limits if hasattr(note, "ge")), default=-math.inf)
    high = min((note.le for note in limits if hasattr(note, "le")), default=math.inf)
    return min(max(value, low), high)


def clipping(overlay: str, drawn: frozenset[str], clips: list[Clip]) -> Operate:
    """``operated`` for an overlay, clipped where the value was drawn; ``clips`` gets each case.

    A value that is known when a case is loaded is refused outside its range instead.
    """

    def operate(path: KeyPath, below: Any, change: Mapping[str, Any]) -> Any:
        result = operated(path, below, change)
        if dotted(path) not in drawn or operation_at(path) is not OnNumber:
            return result
        kept = within(path, result)
        if kept != result:
            clips.append(Clip(overlay, dotted(path), result, kept))
        return kept

    return operate
