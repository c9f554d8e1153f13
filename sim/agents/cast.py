"""The cast of a run: all agents of one kind by row, each made when it is first asked for.

Few of a year's hundreds of agents ever meet in an incident; making them all would cost more than most
incidents.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar, overload

A = TypeVar("A")


class Cast(Sequence[A]):
    """``size`` agents; ``make`` gives that of a row."""

    def __init__(self, make: Callable[[int], A], size: int) -> None:
        self._make = make
        self._made: list[A | None] = [None] * size

    @overload
    def __getitem__(self, row: int) -> A: ...
    @overload
    def __getitem__(self, row: slice) -> list[A]: ...
    def __getitem__(self, row: int | slice) -> A | list[A]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        agent = self._made[row]
        if agent is None:
            row %= len(self._made)
            agent = self._made[row] = self._make(row)
        return agent

    def __len__(self) -> int:
        return len(self._made)
