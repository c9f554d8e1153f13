"""What an incident keeps of one side: a face of the columns of its row that have an entry a side."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np

from sim.codes import Due

T = TypeVar("T")


class Sided(Generic[T]):
    """A column of the incident's row, read and written for one side as a plain value."""

    def __init__(self, plain: Callable[[Any], T]) -> None:
        self.plain = plain

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, face: "SideFace", owner: type) -> T:
        return self.plain(face.record[self.name][face.side])

    def __set__(self, face: "SideFace", value: T) -> None:
        face.record[self.name][face.side] = value


class SideFace:
    """One side of an incident. Rows may move when another incident opens: do not keep a face.

    ``unit`` and ``post`` are rows of the state, -1 for none. Counts are of what the side has done,
    ``casualties`` of what it has suffered; times are minutes since the first day. ``owed`` are the
    broadcasts that notice of the other's unit asks of it, ``turns`` the decisions of its command,
    ``p_final`` the chance of the last word on the authority that it has asked for; ``supported``,
    whether the post next to its own has been told; ``joined_from``, the other area from which that
    one joins, or -1.
    """

    __slots__ = ("record", "side")

    unit, post = Sided(int), Sided(int)
    step, asked, pending = Sided(int), Sided(int), Sided(int)
    clear, looks = Sided(int), Sided(int)
    broadcasts, volleys, spells, calls = Sided(int), Sided(int), Sided(int), Sided(int)
    casualties, owed, turns, joined_from = Sided(int), Sided(int), Sided(int), Sided(int)
    first_broadcast, last_broadcast, first_shot = Sided(float), Sided(float), Sided(float)
    hearing, willing, sure, p_final = Sided(float), Sided(float), Sided(float), Sided(float)
    heard, gone, refused, supported = Sided(bool), Sided(bool), Sided(bool), Sided(bool)

    def __init__(self, record: np.void, side: int) -> None:
        self.record = record
        self.side = side

    @property
    def present(self) -> bool:
        """Whether its unit is still there."""
        return self.unit >= 0 and not self.gone

    def due(self, item: Due) -> float:
        """The minute at which ``item`` falls due, ``NEVER`` if it does not."""
        return float(self.record["agenda"][self.side, item])
