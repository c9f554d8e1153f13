"""What a row of the table is played at, as an emulator reads it: deviates of unknowns, and of factors.

A factor is one of several levels, none of them more or less than another, as the place of a normal deviate:
they share the prior's probability evenly, in their order, so that the first of three has the deviates below
-0.43. It is a column of a design like any other, and a sampler moves in it as in the others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Values = NDArray[np.float64]
_FARTHEST = 3.0  # deviates beyond this are read as this: a quadratic runs away where there are no rows


def level_of(x: Values, levels: int) -> NDArray[np.int64]:
    """The number of the level, from 0, in which each deviate lies; the same shape."""
    return np.minimum((special.ndtr(x) * levels).astype(np.int64), levels - 1)


def middle_of(level: int, levels: int) -> float:
    """The deviate in the middle of a level."""
    return float(special.ndtri((level + 0.5) / levels))


def shifts(x: Values, levels: int) -> Values:
    """Features of a factor at deviates (n,): a column a level, (n, levels), of mean 0 and much the same sd.

    No level is the one from which others differ: under a ridge all are drawn to their mean alike.
    """
    there = level_of(x, levels)[:, None] == np.arange(levels)
    return np.asarray(np.sqrt(levels) * (there - 1.0 / levels))


@dataclass(frozen=True)
class Basis:
    """What a row's deviates are: first those of ``unknowns``, then of factors with so many ``levels`` each.

    ``bears_on``: pairs of a factor and an unknown, by their numbers, whose effects hang on each other.
    """

    unknowns: int
    levels: tuple[int, ...] = ()
    bears_on: tuple[tuple[int, int], ...] = ()

    @property
    def width(self) -> int:
        """How many deviates a row has."""
        return self.unknowns + len(self.levels)

    @property
    def linear(self) -> int:
        """How many features come first: the constant, the unknowns themselves, the shifts of levels."""
        return 1 + self.unknowns + sum(self.levels)

    def at_level(self, x: Values, factor: int, level: int) -> Values:
        """The deviates (rows, width) with a factor at this level."""
        moved = x.copy()
        moved[:, self.unknowns + factor] = middle_of(level, self.levels[factor])
        return moved

    def levels_of(self, x: Values, factor: int) -> NDArray[np.int64]:
        """The level of a factor in each row of deviates (rows, width)."""
        return level_of(x[:, self.unknowns + factor], self.levels[factor])

    def shares(self, x: Values, weights: Values, factor: int) -> Values:
        """The share of weighted deviates (rows, width) that each level of a factor has, (levels,)."""
        whole = np.bincount(self.levels_of(x, factor), weights, minlength=self.levels[factor])
        return np.asarray(whole / weights.sum())

    def features(self, x: Values) -> Values:
        """Features of deviates (rows, width): quadratic in p unknowns, a shift a level, its slopes.

        (rows, linear + p (p + 1) / 2 + levels of each pair of ``bears_on``).
        """
        own = np.clip(x[:, : self.unknowns], -_FARTHEST, _FARTHEST)
        i, j = np.triu_indices(self.unknowns)
        squares = own[:, i] * own[:, j] - (i == j)
        moved = [shifts(x[:, self.unknowns + k], levels) for k, levels in enumerate(self.levels)]
        slopes = [moved[factor] * own[:, unknown, None] for factor, unknown in self.bears_on]
        return np.column_stack([np.ones(len(x)), own, *moved, squares, *slopes])
