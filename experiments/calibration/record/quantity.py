"""A number of which a report leaves some open: at least, at best, at most."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

AT_LEAST = math.inf  # the high end of a number of which only the low end is told
_WORDS = {"several": (3.0, 9.0), "dozens": (24.0, AT_LEAST), "yes": (1.0, AT_LEAST), "no": (0.0, 0.0)}
ALLOWED = "a number, a range as in 5-6, 'at least' as in 24+, several (3-9), dozens (24+), yes (1+) or no (0)"
_NUMBER = r"\d{1,7}(?:\.\d{1,9})?"
_CELL = re.compile(rf"({_NUMBER})(?:-({_NUMBER})|(\+))?", re.ASCII)


@dataclass(frozen=True)
class Quantity:
    """``low <= best <= high``, in the unit of what holds it; ``high`` is inf for "at least".

    ``best`` is the middle of a range and the low end of an open one. Raises ValueError for ends in
    another order, below 0, or that are no numbers.
    """

    low: float
    best: float
    high: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.best <= self.high or self.best == AT_LEAST:
            raise ValueError(f"no quantity: {self.low}, {self.best}, {self.high}")

    @classmethod
    def exactly(cls, value: float) -> Self:
        """A number that is told as one."""
        return cls(value, value, value)

    @classmethod
    def between(cls, low: float, high: float) -> Self:
        """A range, best in its middle; without a high end, what is told at least."""
        return cls(low, low if high == AT_LEAST else (low + high) / 2.0, high)

    @classmethod
    def of(cls, cell: str) -> Self:
        """What a cell says (`ALLOWED`); raises ValueError for what it cannot say."""
        if cell in _WORDS:
            return cls.between(*_WORDS[cell])
        found = _CELL.fullmatch(cell)
        if found is None:
            raise ValueError(cell)
        low = float(found[1])
        return cls.between(low, AT_LEAST if found[3] else float(found[2] or found[1]))

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left open."""
        return self.low == self.high

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.low + other.low, self.best + other.best, self.high + other.high)

    def __mul__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.low * other.low, self.best * other.best, self.high * other.high)

    def __truediv__(self, by: float) -> "Quantity":
        return Quantity(self.low / by, self.best / by, self.high / by)

    def __str__(self) -> str:
        if self.is_exact:
            return _number(self.best)
        if self.high == AT_LEAST:
            more = "" if self.best == self.low else f", best {_number(self.best)}"
            return f"{_number(self.low)} or more{more}"
        return f"{_number(self.best)} ({_number(self.low)} to {_number(self.high)})"


def total(quantities: Iterable[Quantity]) -> Quantity:
    """Their sum; nothing of nothing."""
    return sum(quantities, Quantity.exactly(0.0))


def _number(value: float) -> str:
    """At most four digits where the number is small, all whole digits where it is large."""
    return f"{value:.0f}" if value >= 1000.0 else f"{value:.4g}"
