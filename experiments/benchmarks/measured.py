"""Figures of a benchmark: the median of its repetitions, with the least and the greatest."""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured: median, least and greatest of the repetitions, and what is aimed at."""

    name: str
    unit: str
    median: float
    least: float
    greatest: float
    target: str = ""


def figure(name: str, unit: str, values: list[float], target: str = "") -> Figure:
    """A figure of its repetitions."""
    return Figure(name, unit, statistics.median(values), min(values), max(values), target)


def table(figures: list[Figure]) -> Iterator[str]:
    """The lines of the table."""
    yield f"{'':36s} {'median':>12s} {'least-greatest':>24s}  {'':6s} target"
    for row in figures:
        median, least, greatest = (_short(x) for x in (row.median, row.least, row.greatest))
        spread = "" if row.least == row.greatest else f"{least} - {greatest}"
        yield f"{row.name:36s} {median:>12s} {spread:>24s}  {row.unit:6s} {row.target}".rstrip()


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"


def show(figures: list[Figure], as_json: bool) -> None:
    """Print the table, or JSON."""
    if as_json:
        print(json.dumps([asdict(row) for row in figures], indent=1))
    else:
        print(*table(figures), sep="\n")


def clocked(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that a call takes, by a clock."""
    before = clock()
    call()
    return clock() - before


def arguments(about: str | None) -> argparse.ArgumentParser:
    """What every benchmark understands: ``--quick`` and ``--json``."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few repetitions, small studies")
    parser.add_argument("--json", action="store_true", help="print the figures for machines")
    return parser


def run(about: str | None, measure: Callable[[bool], list[Figure]]) -> None:
    """Measure, quickly if that is asked for, and print the table, or JSON."""
    asked = arguments(about).parse_args()
    show(measure(asked.quick), asked.json)
