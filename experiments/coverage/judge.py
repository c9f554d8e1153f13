"""The bar, what is known to stay below it, and the verdict on every interval.

A 95% interval must cover in 93% of the repetitions of every cell. More cannot be asked for at one
event, and less is not honest (STATISTICS.md of the trial, part A). Where a study holds two or
three bursts, nothing that was tried covers: such cells are declared, each with the figure that it
must keep, and even there the interval must not miss without "too few clusters" beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isinf, sqrt

from experiments.coverage.cells import Cell

LEAST, MOST_FALSE = 0.93, 0.05
MOST_WIDTH, FROM_EVENTS = 1.3, 10  # times the profile likelihood's width, from so many events on
ERRORS = 2.5  # Monte Carlo standard errors that are allowed for


@dataclass(frozen=True)
class Known:
    """A kind of cell that may stay below the bar, as low as ``coverage``. None stands for any.

    ``repetitions`` are those behind the figure, ``source`` says who found it. ``silent`` is the
    share of misses without "too few clusters" that it may have.
    """

    interval: str
    law: str | None
    events: float | None
    coverage: float
    repetitions: float
    source: str
    same_luck: float | None = None
    ratio: float | None = None
    study: str | None = None
    silent: float = 1 - LEAST

    def fits(self, cell: Cell) -> bool:
        """Whether this cell is of the kind."""
        names = ("interval", "law", "events", "same_luck", "ratio", "study")
        pairs = ((getattr(self, name), getattr(cell, name)) for name in names)
        return all(wanted is None or wanted == found for wanted, found in pairs)


_THREE, _FIVE = "geometric bursts, mean 3", "geometric bursts, mean 5"
_STOPPED = "baseline's rate, stopped when decided"
_ENDED = "rate, runs that end"
_WEIGHED = "regret, futures weighed"
_B, _C = "trial, STATISTICS.md part B", "trial, STATISTICS.md part C"
_HERE = "found here; the trial had no such cell"

_HEAVY, _EXPECTED = "log-normal, log sd 1.6", ", expected events"

# The first that fits counts. All hold some three bursts an arm, or ten that all arms repeat; or three to
# seven effective worlds.
IMPOSSIBLE = (
    Known("difference", _THREE, 10, 0.902, 2000, _B, ratio=0.2),
    Known(_STOPPED, _THREE, 10, 0.912, 2000, _C, same_luck=0.5),
    Known(_STOPPED, _THREE, 10, 0.892, 8000, _HERE, same_luck=0.9),
    Known(_STOPPED, _FIVE, 10, 0.802, 8000, _HERE),
    Known("difference", _FIVE, 10, 0.795, 8000, _HERE, ratio=0.2),
    Known("difference", _FIVE, 10, 0.843, 8000, _HERE, ratio=0.5),
    Known("rate", _THREE, 10, 0.911, 8000, _HERE, same_luck=0.9, study="4 arms"),
    Known("rate", _FIVE, 10, 0.846, 8000, _HERE, same_luck=0.9, study="4 arms"),
    Known("rate", _FIVE, 10, 0.916, 4000, _HERE, same_luck=0.9),
    Known("rate", _THREE, 10, 0.883, 4000, _HERE, same_luck=1.0, silent=0.084),
    Known("rate", _FIVE, 10, 0.791, 4000, _HERE, same_luck=1.0, silent=0.073),
    Known("rate", _FIVE, 50, 0.927, 4000, _HERE, same_luck=1.0, silent=0.073),
    Known(_ENDED, _THREE, 10, 0.860, 8000, _HERE, study="at a rung, ends runs sooner only"),
    Known(_ENDED, _THREE, 10, 0.893, 8000, _HERE),
    Known(f"difference{_EXPECTED}", _HEAVY, 10, 0.844, 4000, _HERE, ratio=0.5),
    Known(f"difference{_EXPECTED}", _HEAVY, 30, 0.895, 4000, _HERE, ratio=0.5, silent=0.093),
    Known(f"12 differences at once{_EXPECTED}", _HEAVY, 10, 0.885, 3000, _HERE, silent=0.114),
    Known(f"12 differences at once{_EXPECTED}", _HEAVY, 30, 0.905, 3000, _HERE, silent=0.095),
    Known(f"Shapley values at once{_EXPECTED}", _HEAVY, 10, 0.884, 4000, _HERE, silent=0.117),
    Known(f"{_WEIGHED}{_EXPECTED}", _HEAVY, 10, 0.885, 400, _HERE, study="policies differ", silent=0.115),
    Known(f"{_STOPPED}{_EXPECTED}", _HEAVY, 100, 0.899, 2500, _HERE, silent=0.095),
)


def error(share: float, repetitions: float) -> float:
    """Monte Carlo standard error of a share; 0 if every outcome was summed."""
    return 0.0 if isinf(repetitions) else sqrt(share * (1 - share) / repetitions)


def known_of(cell: Cell) -> Known | None:
    """What is declared of this cell, if anything."""
    return next((one for one in IMPOSSIBLE if one.fits(cell)), None)


def faults(cell: Cell) -> list[str]:
    """Everything in which a cell misses the bar, in words."""
    known, least, allowed = known_of(cell), LEAST, error(LEAST, cell.repetitions)
    if known:
        least = known.coverage
        allowed = hypot(error(least, cell.repetitions), error(least, known.repetitions))
    found = []
    if cell.coverage < least - ERRORS * allowed:
        found.append(f"covers {cell.coverage:.3f}, not {least:.3f}")
    silent = known.silent if known else 1 - LEAST
    if cell.silent > silent + ERRORS * error(silent, cell.repetitions):
        found.append(f"misses {cell.silent:.3f} without warning")
    if cell.false is not None:
        limit = MOST_FALSE + ERRORS * error(MOST_FALSE, cell.repetitions)
        if cell.false > limit:
            found.append(f"{cell.false:.3f} false verdicts, not {MOST_FALSE}")
    if cell.nb is not None and cell.events >= FROM_EVENTS and cell.nb > MOST_WIDTH:
        found.append(f"{cell.nb:.2f} times as wide as the profile likelihood")
    return found


@dataclass(frozen=True)
class Judgement:
    """On one interval: its cells, those declared impossible, and what is wrong with any."""

    interval: str
    cells: tuple[Cell, ...]
    declared: tuple[Cell, ...]
    faults: tuple[tuple[Cell, str], ...]

    @property
    def passed(self) -> bool:
        """Whether no cell misses its bar."""
        return not self.faults

    def __str__(self) -> str:
        """PASS or FAIL, and the figures it rests on."""
        open_cells = [cell for cell in self.cells if cell not in self.declared]
        words = [f"lowest coverage {_lowest(open_cells)} in {len(open_cells)} cells"]
        if self.declared:
            words.append(f"{_lowest(self.declared)} in {len(self.declared)} declared cells")
        if any(cell.false is not None for cell in self.cells):
            worst = max(cell.false for cell in self.cells if cell.false is not None)
            words.append(f"at most {worst:.3f} false verdicts")
        wide = [c.nb for c in self.cells if c.nb is not None and c.events >= FROM_EVENTS]
        if wide:
            words.append(f"at most {max(wide):.2f} times the profile's width")
        words += [f"{cell.law}, {cell.events:g} events: {fault}" for cell, fault in self.faults]
        return f"{'PASS' if self.passed else 'FAIL'}  {self.interval}: {'; '.join(words)}"


def _lowest(cells: Sequence[Cell]) -> str:
    return f"{min(cell.coverage for cell in cells):.3f}" if cells else "-"


def verdicts(cells: Sequence[Cell]) -> list[Judgement]:
    """One verdict for every interval, in the order of the cells."""
    found = []
    for interval in dict.fromkeys(cell.interval for cell in cells):
        own = tuple(cell for cell in cells if cell.interval == interval)
        declared = tuple(cell for cell in own if known_of(cell))
        wrong = tuple((cell, fault) for cell in own for fault in faults(cell))
        found.append(Judgement(interval, own, declared, wrong))
    return found
