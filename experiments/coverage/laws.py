"""Laws of counts with a known mean, and arms of a study drawn from them.

Every law here is a stream of clusters: their number in a world is Poisson, their size has a law of
its own. That also holds for the negative binomial (sizes of the logarithmic law; Quenouille 1949,
Biometrics 5:162). A study is drawn cluster by cluster, so that its empty worlds cost nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Law:
    """Counts a world: ``kind`` "nb" with dispersion k = ``shape``, or clusters of mean size
    ``shape``, all equal ("poisson"), 1 + Poisson ("shifted") or geometric ("geometric").
    """

    name: str
    kind: str
    shape: float = 1.0

    def clusters(self, mean: float) -> float:
        """Expected clusters of a world with so many expected events."""
        if self.kind == "nb":
            return self.shape * float(np.log1p(mean / self.shape))
        return mean / self.shape

    def sizes(self, mean: float, n: int, luck: np.random.Generator) -> Ints:
        """Events of n clusters, in worlds with so many expected events."""
        if self.kind == "nb":
            return luck.logseries(mean / (self.shape + mean), n)
        if self.kind == "shifted":
            return 1 + luck.poisson(self.shape - 1, n)
        return luck.geometric(1 / self.shape, n)

    def thinned(self, sizes: Ints, ratio: float, luck: np.random.Generator) -> Ints:
        """What a policy leaves of clusters: the same law with ``ratio`` times the mean.

        Bursts are left whole or prevented, which keeps their size; a negative binomial keeps its k
        when single events are prevented.
        """
        if self.kind == "nb":
            return luck.binomial(sizes, ratio)
        return sizes * (luck.random(sizes.size) < ratio)

    def mean_square(self, mean: float) -> float:
        """Expected square of a world's count."""
        if self.kind == "nb":
            return mean + mean**2 / self.shape + mean**2
        excess = {"poisson": 0.0, "shifted": 1 - 1 / self.shape, "geometric": self.shape - 1}
        return mean * (self.shape + excess[self.kind]) + mean**2


LAWS = (
    Law("Poisson", "poisson"),
    Law("negative binomial, k = 2", "nb", 2.0),
    Law("negative binomial, k = 0.2", "nb", 0.2),
    Law("bursts of 1 + Poisson(2)", "shifted", 3.0),
    Law("geometric bursts, mean 3", "geometric", 3.0),
    Law("geometric bursts, mean 5", "geometric", 5.0),
)


@dataclass(frozen=True)
class TrueArm:
    """An arm beside the baseline: its true ratio to it, and the share of clusters both share."""

    ratio: float = 1.0
    same_luck: float = 0.0


@dataclass(frozen=True)
class Drawn:
    """Repetitions of a study. ``counts`` (arms, rows) of the worlds with any event in any arm;
    ``repetition`` and ``world`` (rows,) say which. ``years`` (arms, rows) are exposures, of all
    worlds then; without them all worlds are exposed alike, for one year together.
    """

    repetitions: int
    worlds: int
    repetition: Ints
    world: Ints
    counts: Floats
    years: Floats | None = None

    def sums(self, values: Floats, analyses: Sequence[int] = ()) -> Floats:
        """Sum of ``values`` (rows,) in every repetition, (repetitions,); with ``analyses`` over the
        first so many worlds, (repetitions, analyses).
        """
        ends = np.asarray(analyses or [self.worlds])
        group = self.repetition * ends.size + np.searchsorted(ends, self.world, side="right")
        by_part = np.bincount(group, values, self.repetitions * ends.size)
        total = by_part.reshape(-1, ends.size).cumsum(axis=1)
        return total if analyses else total[:, 0]

    def by_world(self, repetition: int, worlds: int | None = None) -> Floats:
        """Counts of one repetition as the public functions take them, (arms, worlds)."""
        return self._table(self.counts, repetition)[:, :worlds]

    def years_by_world(self, repetition: int) -> Floats:
        """Exposures of one repetition, (arms, worlds). Raises ValueError where worlds are exposed alike."""
        if self.years is None:
            raise ValueError("all worlds are exposed alike")
        return self._table(self.years, repetition)

    def _table(self, values: Floats, repetition: int) -> Floats:
        rows = slice(*np.searchsorted(self.repetition, [repetition, repetition + 1]))
        table = np.zeros((len(values), self.worlds))
        table[:, self.world[rows]] = values[:, rows]
        return table


def draw(
    law: Law, events: float, arms: Sequence[TrueArm], worlds: int, repetitions: int, luck: np.random.Generator
) -> Drawn:
    """Draw a baseline of ``worlds`` worlds with ``events`` expected events in all, and the other
    arms on the same worlds: each has the baseline's law with ``ratio`` times its mean.
    """
    mean, cells = events / worlds, worlds * repetitions
    expected = law.clusters(mean) * cells

    def clusters(share: float) -> tuple[Ints, Ints]:
        n = luck.poisson(expected * share)
        return luck.integers(0, cells, n), law.sizes(mean, n, luck)

    where, sizes = clusters(1.0)
    drawn = [(where, sizes)]
    for arm in arms:
        own, own_sizes = clusters(1 - arm.same_luck)
        common = luck.random(where.size) < arm.same_luck
        all_sizes = np.append(sizes[common], own_sizes)
        drawn.append((np.append(where[common], own), law.thinned(all_sizes, arm.ratio, luck)))
    cell = np.unique(np.concatenate([at for at, _ in drawn]))
    counts = [np.bincount(np.searchsorted(cell, at), n, cell.size) for at, n in drawn]
    return Drawn(repetitions, worlds, cell // worlds, cell % worlds, np.stack(counts))
