"""``python -m experiments.coverage``: measure, print the table, end with a verdict."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from experiments.coverage.cells import WORLDS, Cell
from experiments.coverage.ends import ended_cells
from experiments.coverage.judge import ERRORS, verdicts
from experiments.coverage.others import regret_cells, survival_cells, variance_cells
from experiments.coverage.page import lines, page
from experiments.coverage.pairs import decided_cells, family_cells, paired_cells
from experiments.coverage.single import precise_cells, rate_cells, share_cells

REPETITIONS, SMALL = 6000, 400


def measure(repetitions: int) -> Iterator[Cell]:
    """All cells; those that cost more are repeated less."""
    yield from rate_cells(repetitions, rivals=max(20, repetitions // 30))
    yield from share_cells()
    yield from precise_cells(max(100, repetitions // 4))
    yield from paired_cells(repetitions, public=max(2, repetitions // 300))
    yield from family_cells(max(100, repetitions // 2))
    yield from decided_cells(repetitions)
    yield from ended_cells(max(100, repetitions // 2), public=max(2, repetitions // 1000))
    yield from regret_cells(max(40, repetitions // 15))
    yield from survival_cells(max(100, repetitions // 4))
    yield from variance_cells(max(100, repetitions // 4))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 1 if any interval fails."""
    parser = argparse.ArgumentParser(prog="python -m experiments.coverage", description=__doc__)
    parser.add_argument("--repetitions", type=int, metavar="N", help=f"instead of {REPETITIONS}")
    parser.add_argument("--small", action="store_true", help=f"{SMALL} repetitions, half a minute")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the page, Markdown")
    asked = parser.parse_args(arguments)
    repetitions = asked.repetitions or (SMALL if asked.small else REPETITIONS)
    start = time.process_time()
    cells = list(measure(repetitions))
    found = verdicts(cells)
    print("\n".join(lines(cells)), "\n", *found, sep="\n")
    if asked.write:
        minutes = f"{max(1, round((time.process_time() - start) / 60))} minutes"
        text = page(found, minutes=minutes, repetitions=repetitions, errors=ERRORS, worlds=WORLDS)
        asked.write.write_text(text, encoding="utf-8")
    return int(not all(verdict.passed for verdict in found))


if __name__ == "__main__":
    sys.exit(main())
