"""One cell of what was measured: an interval, a law, a number of events, a pairing of arms."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict, Unpack

import numpy as np

from experiments.coverage.laws import Drawn, Flags, Floats

WORLDS = 400
EVENTS = (1, 3, 10, 50)
SEED = 20_251


class More(TypedDict, total=False):
    """What only some cells have, as in ``Cell``."""

    same_luck: float
    ratio: float
    study: str
    nb: float | None


@dataclass(frozen=True)
class Cell:
    """One line of the table.

    ``repetitions`` is inf where every outcome was summed. ``coverage`` is the share of repetitions
    in which the interval held the truth, ``width`` its median width over the truth (where that is
    0, a difference: over the baseline's rate), ``nb`` the median width over that of the negative
    binomial's profile likelihood, ``false`` the share with a false verdict. ``warned`` is the share
    in which the project would say "too few clusters", ``silent`` that of misses without it.
    """

    interval: str
    law: str
    events: float
    repetitions: float
    coverage: float
    width: float
    same_luck: float | None = None
    ratio: float | None = None
    study: str = ""
    nb: float | None = None
    false: float | None = None
    warned: float = 0.0
    silent: float = 0.0

    @classmethod
    def of(
        cls,
        interval: str,
        law: str,
        events: float,
        hold: Flags,
        width: Floats,
        warned: Flags | None = None,
        *,
        false: float | None = None,
        **more: Unpack[More],
    ) -> "Cell":
        """Sum up repetitions: whether each held, its width over the truth, whether it warned."""
        warned = np.zeros(hold.size, bool) if warned is None else warned
        return cls(
            interval,
            law,
            events,
            hold.size,
            float(hold.mean()),
            float(np.median(width)),
            false=false,
            warned=float(warned.mean()),
            silent=float((~hold & ~warned).mean()),
            **more,
        )


def luck_of(*cell: object) -> np.random.Generator:
    """The randomness of one cell, whatever other cells are asked for."""
    return np.random.Generator(np.random.Philox([SEED, zlib.crc32(repr(cell).encode())]))


def sample(drawn: Drawn, most: int = 3) -> Iterator[tuple[int, Floats]]:
    """The first few repetitions, counts (arms, worlds) as the public functions take them."""
    for repetition in range(min(most, drawn.repetitions)):
        yield repetition, drawn.by_world(repetition)
