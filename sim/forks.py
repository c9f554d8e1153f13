"""Forks: what a run gives to whoever plays its incidents again, and asks of them (``sim.cloning``)."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Forks(Protocol):
    """They say of which luck an incident's draws are, and are told whenever it stands between two acts."""

    def root(self, row: int, kind: int, side: int, ordinal: int) -> np.uint64:
        """The key of the luck of which a draw of the incident in ``row`` is."""

    def seen(self, row: int) -> None:
        """The incident in ``row``, which is open, stands between two acts."""


class Estimates(Protocol):
    """What a run's incidents come to by their clones."""

    def of(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Of each of these incidents: clashes, incidents with casualties, with heavy weapons, that spread,
        and persons hit, (n, 5).
        """

    def dismiss(self) -> None:
        """Let go of all models but the run's own."""
