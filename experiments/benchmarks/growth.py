"""How a study's costs grow with it: ``python -m experiments.benchmarks.growth [--quick] [--json]``.

What four times the size takes, in time or in memory: about four times as long where it is linear, sixteen
where it is quadratic. Studies are made, not played (``made.py``), and each is planned, put together,
concluded and drawn in processes of its own, as by the parent of the workers that played it. Nothing here is
asserted in a test.
"""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np

from experiments.benchmarks.made import fill, study_of
from experiments.benchmarks.measured import Figure, figure, run
from experiments.commands.findings import Findings
from experiments.measures import YEAR
from experiments.statistics.survival import survival
from experiments.study.draws import keep_draws
from experiments.study.folder import StudyFolder, claimed
from experiments.study.play_out import missing, tally_of

SEED, REPEATS = 1, 5
MEMORY = "memory at most"
_RUNS = 20  # of each arm, where arms grow
_ARMS = 100  # where runs grow
_PART = 5_000  # runs of a part, as a long study writes them
QUICK, WHOLE = (20_000, 16, 2_000, 20), (200_000, 5_000, 1_000_000, 365)  # of `measure`
_UNITS, _TARGETS = {MEMORY: "MB"}, {MEMORY: "< 1000"}
T = TypeVar("T")
Stages = dict[str, float]  # CPU seconds of each, by its name; megabytes at most


def curve_seconds(runs: int) -> float:
    """Of the curve of so many runs of a year, two a world, of which two of three have a clash."""
    luck = np.random.Generator(np.random.Philox(SEED))
    days = YEAR * luck.exponential(1.0, runs)
    before = time.perf_counter()
    survival(np.minimum(days, YEAR), days < YEAR, np.arange(runs) // 2)
    return time.perf_counter() - before


def curves(runs: int) -> list[Figure]:
    """Seconds for so many runs, and their ratio to those of a quarter of them."""
    curve_seconds(100)
    pairs = [(curve_seconds(runs // 4), curve_seconds(runs)) for _ in range(REPEATS)]
    return [
        figure(f"survival of {runs:,} runs", "s", [more for _, more in pairs], "about 1"),
        figure("for four times the runs", "times", [more / few for few, more in pairs], "4, not 16"),
    ]


def begun(place: Path, arms: int, runs: int, days: int) -> Stages:
    """Plan a study and begin its folder ``out`` in ``place``; then its runs are made."""
    found: Stages = {}
    plan = _noted(found, "plan", lambda: study_of(place, arms, runs, days))

    def begin() -> None:
        with claimed(plan, place / "out"):
            pass

    _noted(found, "begin", begin)
    fill(StudyFolder(place / "out"), _PART)
    return found


def ended(place: Path) -> Stages:
    """Do with what was played all that a study does at its end."""
    found: Stages = {}

    def opened() -> StudyFolder:
        study = StudyFolder(place / "out")
        study.parts.open()
        return study

    study = _noted(found, "open", opened)
    tally = _noted(found, "look", lambda: tally_of(study.plan, study.parts))
    _noted(found, "count what lacks", lambda: missing(study.plan, tally))
    _noted(found, "put together", lambda: study.parts.compact(list(study.plan.arms)))
    keep_draws(study)
    findings = Findings(study)
    _noted(found, "conclude", lambda: findings.figures)
    _noted(found, "draw", findings.publish)
    return found | {MEMORY: _most_megabytes()}


def _noted(found: Stages, name: str, call: Callable[[], T]) -> T:
    before = time.process_time()
    result = call()
    found[name] = time.process_time() - before
    return result


def _most_megabytes() -> float:
    """This process held at most, so far; what it has of its parent does not count."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(float(line.split()[1]) / 1e3 for line in lines if line.startswith("VmHWM"))


def stages(arms: int, runs: int, days: int) -> Stages:
    """Of a study of so many arms of so many runs, begun and ended in processes of their own."""
    with tempfile.TemporaryDirectory() as folder, _alone() as begins, _alone() as ends:
        first = begins.submit(begun, Path(folder), arms, runs, days).result()
        return first | ends.submit(ended, Path(folder)).result()


def _alone() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, get_context("spawn"))


def by_arms(arms: int, days: int) -> list[Figure]:
    """Seconds of each stage for so many arms, and their ratio to those of a quarter of them."""
    few, more = stages(arms // 4, _RUNS, days), stages(arms, _RUNS, days)
    told = [figure(f"{arms:,} arms: {name}", _UNITS.get(name, "s"), [value]) for name, value in more.items()]
    ratios = [more[name] / few[name] for name in more if few[name] > 0.1 and name != MEMORY]
    return [*told, figure("for four times the arms, each", "times", ratios or [np.nan], "4, not 16")]


def by_runs(runs: int, days: int) -> list[Figure]:
    """Memory of the parent for so many runs, and for a quarter of them."""
    several = [(n, stages(_ARMS, n // _ARMS, days)) for n in (runs // 4, runs)]
    return [
        figure(f"{n:,} runs: {name}", _UNITS.get(name, "s"), [value], _TARGETS.get(name, ""))
        for n, found in several
        for name, value in found.items()
    ]


def measure(curve: int, arms: int, runs: int, days: int) -> list[Figure]:
    """Every figure, in the order in which it is printed."""
    return [*curves(curve), *by_arms(arms, days), *by_runs(runs, days)]


if __name__ == "__main__":
    run(__doc__, lambda quick: measure(*(QUICK if quick else WHOLE)))
