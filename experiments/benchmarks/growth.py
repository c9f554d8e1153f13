"""How figures grow with a study: ``python -m experiments.benchmarks.growth [--quick] [--json]``.

The time of one survival curve, and how many times as long four times as many runs take: about four
where the time is linear, sixteen where it is quadratic. Nothing here is asserted in a test.
"""

import argparse
import time

import numpy as np

from experiments.benchmarks.measured import Figure, figure, show
from experiments.measures import YEAR
from experiments.statistics.survival import survival

SEED, REPEATS = 1, 5


def curve_seconds(runs: int) -> float:
    """Of the curve of so many runs of a year, two a world, of which two of three have a clash."""
    luck = np.random.Generator(np.random.Philox(SEED))
    days = YEAR * luck.exponential(1.0, runs)
    before = time.perf_counter()
    survival(np.minimum(days, YEAR), days < YEAR, np.arange(runs) // 2)
    return time.perf_counter() - before


def measure(runs: int) -> list[Figure]:
    """Seconds for so many runs, and their ratio to those of a quarter of them."""
    curve_seconds(100)
    pairs = [(curve_seconds(runs // 4), curve_seconds(runs)) for _ in range(REPEATS)]
    return [
        figure(f"survival of {runs:,} runs", "s", [more for _, more in pairs], "about 1"),
        figure("for four times the runs", "times", [more / few for few, more in pairs], "4, not 16"),
    ]


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few runs")
    parser.add_argument("--json", action="store_true", help="print the figures for machines")
    arguments = parser.parse_args()
    show(measure(20_000 if arguments.quick else 200_000), arguments.json)


if __name__ == "__main__":
    main()
