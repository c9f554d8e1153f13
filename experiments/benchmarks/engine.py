"""How fast the engine is: ``python -m experiments.benchmarks.engine [--quick] [--json] [--against REV]``.

All figures come from one run of the program, so that ratios hold on a machine whose speed drifts.
Times are CPU seconds of the process, since cores may be shared; what a user waits for (``--help``,
the compile) is shown by the clock too. Every figure is the median of its repetitions, with the
least and the greatest beside it. Unit-ticks are those of units on shift, whether walked or slept
through (``sim.field.sleep``); *walked* figures are those with nobody asleep. ``--against`` a revision
of git with the same baseline plays its years and ours in turn. Nothing here is asserted in a test.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import sim.model
from experiments.benchmarks.earlier import years
from experiments.benchmarks.measured import Figure, arguments, figure, show
from experiments.benchmarks.plain_mesa import PlainDmz
from experiments.play.warm_up import compile_once
from sim.constants import DAY
from sim.model import DmzModel
from sim.scenario.loading import load_case

TICKS_A_DAY = 144
_BARE = ("clock.warmup_days=0", "mines.strikes_per_km=0", "north.works.slots=0")
# What interrupts a unit's routine, switched off where only the routine is compared.
_ROUTINE = (
    "clock.warmup_days=0",
    "mines.strikes_per_km=0",
    "mines.strikes_per_party_day=0",
    "north.learning.p_learn=0",
    "north.watch.margin_m=100",
    "south.watch.margin_m=100",
)


@dataclass(frozen=True)
class Play:
    """CPU seconds of a run, in all and inside ``advance``, and its unit-ticks with the warm-up."""

    total: float
    kernel: float
    ticks: int

    @property
    def kernel_ns(self) -> float:
        """Nanoseconds in the kernel per unit-tick."""
        return 1e9 * self.kernel / self.ticks

    @property
    def total_ns(self) -> float:
        """Nanoseconds in all per unit-tick."""
        return 1e9 * self.total / self.ticks


def timed(call: Callable[[], Any]) -> float:
    """CPU seconds of one call."""
    before = time.process_time()
    call()
    return time.process_time() - before


def played(model: DmzModel) -> Play:
    """Play a model to its horizon."""
    advance, kernel = sim.model.advance, 0.0

    def measured(*arguments: Any) -> Any:
        nonlocal kernel
        before = time.process_time()
        result = advance(*arguments)
        kernel += time.process_time() - before
        return result

    sim.model.advance = measured
    try:
        total = timed(lambda: model.run(model.scene.exposure.begins / DAY))
        ticks = _unit_ticks(model)  # the end of the warm-up sets the tallies to nought
        total += timed(model.run)
    finally:
        sim.model.advance = advance
    return Play(total, kernel, ticks + _unit_ticks(model))


def _unit_ticks(model: DmzModel) -> int:
    """Ticks of the shifts begun, without those still to come."""
    out = model.state.units[model.state.units["active"] == 1]
    to_come = np.ceil((out["end"] - model.minute) / model.scene.tick).sum()
    return int(model.state.tallies["unit_ticks"].sum() - to_come)


def year(repeats: int) -> tuple[list[Figure], list[Play], list[Play]]:
    """A baseline year after building, each time in another world; as users run it, and walked."""
    case = load_case("baseline")
    plays, walked = [], []
    for world in range(repeats):
        plays.append(played(DmzModel(case, world=world, seed=1)))
        model = DmzModel(case, world=world, seed=1)
        model.sparing = False
        walked.append(played(model))
    outside = [(play.total - play.kernel) / play.kernel for play in walked]
    return (
        [
            figure("kernel, per unit-tick", "ns", [play.kernel_ns for play in plays]),
            figure("baseline year, after building", "s", [play.total for play in plays]),
            figure("walked: kernel, per unit-tick", "ns", [play.kernel_ns for play in walked]),
            figure("walked: baseline year", "s", [play.total for play in walked]),
            figure("walked: outside the kernel / inside", "", outside, "<= 0.6"),
            figure("unit-ticks, warm-up included", "", [float(play.ticks) for play in plays]),
        ],
        plays,
        walked,
    )


def building(repeats: int) -> list[Figure]:
    """Time to build a model: of a terrain not met before, and after."""
    fresh = load_case("baseline", assignments=["space.cell_m=99"])
    case = load_case("baseline")
    first = timed(partial(DmzModel, fresh, seed=1))
    later = [timed(partial(DmzModel, case, world=50 + k, seed=1)) for k in range(repeats)]
    return [
        figure("build, first", "ms", [1e3 * first]),
        figure("build, after", "ms", [1e3 * seconds for seconds in later], "< 50"),
    ]


def snapshots(repeats: int, calls: int = 20) -> list[Figure]:
    """A copy of a run half-way through, and its restoring into the running model."""
    model = DmzModel(load_case("baseline"), seed=1).run(200)
    copy = model.snapshot()
    figures = []
    for name, call in (("snapshot", model.snapshot), ("restore", partial(model.restore, copy))):
        micro = [1e6 / calls * timed(partial(_repeat, call, calls)) for _ in range(repeats)]
        figures.append(figure(name, "us", micro))
    return figures


def _repeat(call: Callable[[], object], times: int) -> None:
    for _ in range(times):
        call()


def _spread_plays(plays: list[Play], what: str) -> list[Figure]:
    return [
        figure(f"{what}, kernel per unit-tick", "ns", [play.kernel_ns for play in plays]),
        figure(f"{what}, in all per unit-tick", "ns", [play.total_ns for play in plays]),
    ]


def growth(repeats: int, days: int) -> list[Figure]:
    """Cost per unit-tick with 1, 10, 100 times the patrols, and with all of it on 10x the line."""
    figures, kernels = [], {}
    for factor in (1, 10, 100):
        slots = [f"{side}.patrols.slots={60 * factor}" for side in ("north", "south")]
        case = load_case("baseline", assignments=[*_BARE, *slots], days=max(2, days // factor))
        plays = [played(DmzModel(case, world=world, seed=1)) for world in range(repeats)]
        kernels[factor] = statistics.median(play.kernel_ns for play in plays)
        figures += _spread_plays(plays, f"{factor}x units")
    for factor, earlier in ((10, 1), (100, 10)):
        ratio = kernels[factor] / kernels[earlier]
        figures.append(figure(f"{factor}x / {earlier}x units, kernel", "", [ratio], "<= 1.1"))
    return figures + _longer_line(repeats, max(2, days // 10))


def _longer_line(repeats: int, days: int) -> list[Figure]:
    sizes = (
        "space.length_km=2480",
        "north.watch.posts=1600",
        "south.watch.posts=600",
        "north.patrols.slots=600",
        "south.patrols.slots=600",
        "north.works.slots=300",
    )
    plain = load_case("baseline", assignments=_ROUTINE, days=days)  # the same days of the season
    longer = load_case("baseline", assignments=[*_ROUTINE, *sizes], days=days)
    one = [played(DmzModel(plain, world=world, seed=1)) for world in range(10 * repeats)]
    ten = [played(DmzModel(longer, world=world, seed=1)) for world in range(repeats)]
    ratio = _mean_cost(ten) / _mean_cost(one)
    return [
        *_spread_plays(one, "1x the line"),
        *_spread_plays(ten, "10x the line"),
        figure("10x / 1x the line, kernel", "", [ratio], "<= 1.1"),
    ]


def _mean_cost(plays: list[Play]) -> float:
    """Nanoseconds per unit-tick over all: parties, which cost most, differ from world to world."""
    return 1e9 * sum(play.kernel for play in plays) / sum(play.ticks for play in plays)


def against_mesa(days: int, plays: list[Play], walked: list[Play], parts: int = 6) -> list[Figure]:
    """The same routine work by plain Mesa, from the same day on: first matched, then timed.

    The figures per unit-day of the two must agree within 5% for the ratios to mean anything. Plain
    Mesa's time for our year is that of its own ``days``, per unit-tick, in ``parts`` stretches.
    """
    case = load_case("baseline", assignments=_ROUTINE, days=days)
    plain = PlainDmz(DmzModel(case, seed=1))
    micro = [1e6 * cost for cost in _stretches(plain, days * TICKS_A_DAY // parts, parts)]
    kernel, whole, walk = (
        statistics.median(values)
        for values in (
            [p.kernel_ns for p in plays],
            [p.total_ns for p in plays],
            [p.kernel_ns for p in walked],
        )
    )
    distance, looks = routine([DmzModel(case, luck=luck, seed=1) for luck in range(3)])
    return [
        figure("plain Mesa, per unit-tick", "us", micro),
        figure("plain Mesa / kernel", "times", [1e3 * m / kernel for m in micro], ">= 200"),
        figure("plain Mesa / whole year", "times", [1e3 * m / whole for m in micro], ">= 100"),
        figure("plain Mesa / kernel, walked", "times", [1e3 * m / walk for m in micro]),
        figure("mean distance, ours", "m", [distance]),
        figure(
            "mean distance, plain Mesa",
            "m",
            [plain.distance_sum / plain.unit_ticks],
            f"{0.95 * distance:.0f}-{1.05 * distance:.0f}",
        ),
        figure("looks per unit-day, ours", "", [looks]),
        figure(
            "looks per unit-day, plain Mesa",
            "",
            [plain.looks / plain.unit_ticks * TICKS_A_DAY],
            f"{0.95 * looks:.2f}-{1.05 * looks:.2f}",
        ),
    ]


def _stretches(plain: PlainDmz, steps: int, parts: int) -> Iterator[float]:
    """CPU seconds per unit-tick of successive stretches."""
    for _ in range(parts):
        before = plain.unit_ticks
        seconds = timed(partial(_repeat, plain.step, steps))
        yield seconds / (plain.unit_ticks - before)


def routine(models: list[DmzModel]) -> tuple[float, float]:
    """Mean distance that units keep, metres, and looks per unit-day, of runs from day 0."""
    distance = looks = ticks = 0.0
    for model in models:
        model.sparing = False
        while model.running:
            model.step()
            units = model.state.units
            walked = units[(units["t"] > model.minute - model.scene.tick) & (units["t"] <= model.minute)]
            distance += float((walked["distance"] + walked["nav_sd"] * walked["z"]).sum())
            ticks += walked.size
        looks += float(model.state.tallies["looks"].sum())
    return distance / ticks, looks / ticks * TICKS_A_DAY


def _child(script: str, **variables: str) -> list[float]:
    """The numbers that a fresh Python prints; its peak memory is its own, not its parent's."""
    done = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | variables, capture_output=True, text=True, check=True
    )
    return [float(word) for word in done.stdout.split()]


_COMPILE = """
import time
from experiments.play.warm_up import compile_once
wall, cpu = time.perf_counter(), time.process_time()
compile_once(lambda text: None)
print(time.perf_counter() - wall, time.process_time() - cpu)
"""
_WORKER = """
import gc, sys
from experiments.play.task import play
from sim.scenario.loading import load_case

def megabytes(what):
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(what)) / 1024.0

for k in range(2):
    play(load_case("baseline"), k, 1).dismiss()
print(megabytes("VmHWM"))
short, sizes = load_case("baseline", days=2, assignments=["clock.warmup_days=0"]), []
for k in range(int(sys.argv[1]) if len(sys.argv) > 1 else 200):
    play(short, k, 1).dismiss()
    gc.collect()
    sizes.append(megabytes("VmRSS"))
print(sizes[199] - sizes[49])
"""


def compiling() -> list[Figure]:
    """The compile with an empty cache, and again."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for name, target in (("cold", "< 30"), ("cached", "")):
            wall, cpu = _child(_COMPILE, DMZ_CACHE_DIR=folder)
            figures += [
                figure(f"compile, {name}", "s CPU", [cpu], target),
                figure(f"compile, {name}, by the clock", "s", [wall]),
            ]
    return figures


def memory() -> list[Figure]:
    """A worker's peak after two baseline years; what it grows by from run 50 to run 200."""
    peak, grown = _child(_WORKER)
    return [
        figure("peak memory of a worker", "MB", [peak], "< 300"),
        figure("growth from run 50 to run 200", "MB", [grown], "< 5"),
    ]


def help_time(repeats: int) -> list[Figure]:
    """``dmz --help`` in a fresh process."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall, before = time.perf_counter(), os.times()
        subprocess.run([sys.executable, "-m", "experiments.cli", "--help"], capture_output=True, check=True)
        walls.append(time.perf_counter() - wall)
        after = os.times()
        cpus.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    return [figure("dmz --help", "s CPU", cpus, "< 0.5"), figure("dmz --help, by the clock", "s", walls)]


def against(revision: str, worlds: int) -> list[Figure]:
    """The baseline's year at an earlier revision and now, world by world in turn."""
    pairs = list(years(revision, worlds))
    then, now = (sum(seconds) / worlds for seconds in zip(*pairs, strict=True))
    return [
        figure(f"baseline year at {revision}", "s", [before for before, _ in pairs]),
        figure("baseline year now", "s", [after for _, after in pairs]),
        figure("earlier / now, world by world", "times", [before / after for before, after in pairs]),
        figure("earlier / now, all worlds", "times", [then / now], ">= 5"),
    ]


def measure(quick: bool, earlier: str | None) -> list[Figure]:
    """Every figure, in the order in which it is printed; ``quick`` leaves out the slow ones."""
    repeats, days = (2, 20) if quick else (7, 200)
    compile_once(lambda text: print(text, file=sys.stderr))
    DmzModel(load_case("baseline"), world=99, seed=1).run()  # nothing is met for the first time hereafter
    figures, plays, walked = year(repeats)
    figures += building(repeats) + snapshots(repeats) + growth(min(3, repeats), days)
    figures += help_time(repeats)
    if not quick:
        figures += memory() + compiling()
    if earlier is not None:
        figures += against(earlier, 4 if quick else 40)
    return figures + against_mesa(6 if quick else 360, plays, walked)


def main() -> None:
    """Print the table, or JSON."""
    parser = arguments(__doc__)
    parser.add_argument("--against", metavar="REV", help="a revision of git with the same baseline")
    asked = parser.parse_args()
    show(measure(asked.quick, asked.against), asked.json)


if __name__ == "__main__":
    main()
