"""``python -m experiments.coverage``: measure, print the table, end with a verdict."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from experiments.coverage.cells import WORLDS, Cell
from experiments.coverage.ends import ended_cells
from experiments.coverage.expected_ends import expected_ended_cells
from experiments.coverage.games import game_cells
from experiments.coverage.judge import ERRORS, verdicts
from experiments.coverage.mixtures import (
    counted_cells,
    mixture_cells,
    mixture_decided_cells,
    mixture_family_cells,
)
from experiments.coverage.others import regret_cells, survival_cells, variance_cells
from experiments.coverage.page import lines, page
from experiments.coverage.pairs import decided_cells, family_cells, paired_cells
from experiments.coverage.rare import rare_cells
from experiments.coverage.single import precise_cells, rate_cells, share_cells
from experiments.coverage.weighed import weighed_cells

REPETITIONS, SMALL = 6000, 400


def _counts(repetitions: int) -> Iterator[Cell]:
    yield from rate_cells(repetitions, rivals=max(20, repetitions // 30))
    yield from share_cells()
    yield from precise_cells(max(100, repetitions // 4))
    yield from paired_cells(repetitions, public=max(2, repetitions // 300))
    yield from family_cells(max(100, repetitions // 2))
    yield from decided_cells(repetitions)


def _ends(repetitions: int) -> Iterator[Cell]:
    yield from ended_cells(max(100, repetitions // 2), public=max(2, repetitions // 1000))


def _expected(repetitions: int) -> Iterator[Cell]:
    yield from mixture_cells(max(100, repetitions // 2), public=max(1, repetitions // 500))
    yield from mixture_family_cells(max(40, repetitions // 6))
    yield from mixture_decided_cells(max(40, repetitions // 4))
    yield from expected_ended_cells(max(40, repetitions // 6), public=max(1, repetitions // 1000))


def _mixtures(repetitions: int) -> Iterator[Cell]:
    yield from counted_cells(max(100, repetitions // 4), public=max(1, repetitions // 1000))


def _others(repetitions: int) -> Iterator[Cell]:
    yield from regret_cells(max(20, repetitions // 15))
    yield from survival_cells(max(100, repetitions // 4))
    yield from variance_cells(max(100, repetitions // 4))


# Each has all cells of its intervals; those that cost more are repeated less.
PARTS: Mapping[str, Callable[[int], Iterator[Cell]]] = {
    "counts": _counts,
    "ends": _ends,
    "expected": _expected,
    "mixtures": _mixtures,
    "games": lambda repetitions: game_cells(max(40, repetitions // 4)),
    "others": _others,
    "weighed": lambda repetitions: weighed_cells(max(20, repetitions // 15)),
    "rare": lambda repetitions: rare_cells(max(100, repetitions // 3)),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 if any interval fails."""
    parser = argparse.ArgumentParser(prog="python -m experiments.coverage", description=__doc__)
    parser.add_argument("--repetitions", type=int, metavar="N", help=f"instead of {REPETITIONS}")
    parser.add_argument("--small", action="store_true", help=f"{SMALL} repetitions, with larger errors")
    parser.add_argument("--only", choices=list(PARTS), nargs="+", help="measure these parts alone")
    parser.add_argument(
        "--write",
        type=Path,
        metavar="PAGE",
        help="write the page, Markdown; with --only the rest of it stays",
    )
    asked = parser.parse_args(arguments)
    repetitions = asked.repetitions or (SMALL if asked.small else REPETITIONS)
    cells = [cell for part in asked.only or PARTS for cell in PARTS[part](repetitions)]
    found = verdicts(cells)
    print("\n".join(lines(cells)), "\n", *found, sep="\n")
    if asked.write:
        before = asked.write.read_text(encoding="utf-8") if asked.only else ""
        text = page(found, before, repetitions=REPETITIONS, errors=ERRORS, worlds=WORLDS)
        asked.write.write_text(text, encoding="utf-8")
    return int(not all(verdict.passed for verdict in found))


if __name__ == "__main__":
    sys.exit(main())
