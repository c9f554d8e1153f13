"""How often the live page draws: ``python -m experiments.benchmarks.watch [--quick] [--json]``.

Redraws a second of the map of a baseline, counted in a real Chromium (Playwright; without a graphics card),
where a frame spans a tick, an hour, a day, a week; the server has another core of the same machine. It needs
the extras ``watch`` and ``test``. Nothing here is asserted in a test.

Seen on 28 November 2026 on two cores, beside much other work (load 7): medians 36 (a tick), 39 (an hour),
35 (a day) and 32 (a week); none of the rounds under 29.
"""

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from experiments.benchmarks.measured import Figure, figure, run
from experiments.live.gallery import browser
from experiments.watch.visited import Served, Visit, until

PACES = {"a tick": "0", "an hour": "60", "a day": "1440", "a week": "10080"}
_TARGET = "at least 20"


def measure(quick: bool) -> list[Figure]:
    """Redraws a second, by what a frame spans."""
    rounds, seconds = (1, 2.0) if quick else (3, 5.0)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        served = Served(Path(folder), "baseline", "--days", "3660")
        try:
            return [
                figure(
                    f"a frame is {name}", "1/s", [*_rates(chromium, served, pace, rounds, seconds)], _TARGET
                )
                for name, pace in PACES.items()
            ]
        finally:
            served.stop()


def _rates(chromium: object, served: Served, pace: str, rounds: int, seconds: float) -> Iterator[float]:
    for _ in range(rounds):
        visit = Visit(chromium, served)
        visit.window.uncheck("#w-slow")
        visit.window.select_option("#w-pace", pace)
        visit.window.click("#w-play")
        until(partial(_beyond, visit, 0.0))
        before, begun = visit.redraws, time.perf_counter()
        time.sleep(seconds)
        drawn = visit.redraws - before
        yield drawn / (time.perf_counter() - begun)
        visit.window.close()


def _beyond(visit: Visit, minute: float) -> bool:
    return visit.minute > minute


if __name__ == "__main__":
    run(__doc__, measure)
