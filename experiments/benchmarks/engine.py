"""How fast the engine is: ``python -m experiments.benchmarks.engine [--quick] [--json]``.

All figures come from one run of the program, so that ratios hold on a machine whose speed drifts.
Times are CPU seconds of the process; repeated ones are medians.
"""

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import sim.model
from experiments.batch import compile_once, run_batch
from experiments.benchmarks.plain_mesa import PlainDmz
from sim.case import Case
from sim.model import DmzModel
from sim.scenario import load_case

_STRETCH = ("start=2026-07-01", "clock.warmup_days=0")


def timed(call: Callable[[], Any]) -> float:
    """CPU seconds of one call."""
    before = time.process_time()
    call()
    return time.process_time() - before


def median(call: Callable[[], float], times: int) -> float:
    """Median of repeated measurements."""
    return statistics.median(call() for _ in range(times))


def played(case: Case, world: int = 0) -> dict[str, float]:
    """Play one run; CPU seconds in all and in the kernel, and unit-ticks, warm-up included."""
    model, kernel, ticks = DmzModel(case, world=world), 0.0, 0
    advance, begin_day = sim.model.advance, model._begin_day

    def measured(*arguments: Any) -> Any:
        nonlocal kernel
        before = time.process_time()
        result = advance(*arguments)
        kernel += time.process_time() - before
        return result

    def counted() -> None:
        nonlocal ticks
        before = int(model.state.tallies["unit_ticks"].sum())
        begin_day()
        # the end of the warm-up sets the tallies to nothing
        ticks += before - int(model.state.tallies["unit_ticks"].sum())

    sim.model.advance, model._begin_day = measured, counted
    try:
        total = timed(model.run)
    finally:
        sim.model.advance = advance
    ticks += int(model.state.tallies["unit_ticks"].sum())
    return {"total": total, "kernel": kernel, "ticks": ticks}


def year(repeats: int) -> dict[str, float]:
    """A baseline year after building."""
    runs = [played(load_case("baseline"), world) for world in range(repeats)]
    kernel = statistics.median(r["kernel"] for r in runs)
    total = statistics.median(r["total"] for r in runs)
    return {
        "ns_per_unit_tick": statistics.median(1e9 * r["kernel"] / r["ticks"] for r in runs),
        "year_s": total,
        "outside_over_kernel": statistics.median(
            (r["total"] - r["kernel"]) / r["kernel"] for r in runs
        ),
        "kernel_s": kernel, "unit_ticks": statistics.median(r["ticks"] for r in runs),
        "ns_per_unit_tick_whole": statistics.median(1e9 * r["total"] / r["ticks"] for r in runs),
    }  # fmt: skip


def building(repeats: int) -> dict[str, float]:
    """Time to build a model: the first of a case, and those after it."""
    case = load_case("baseline", assignments=["space.cell_m=90"])
    first = timed(lambda: DmzModel(case))
    return {"build_first_ms": 1e3 * first,
            "build_ms": 1e3 * median(lambda: timed(lambda: DmzModel(case, world=7)), repeats)}


def compiling() -> dict[str, float]:
    """Wall seconds from nothing to a compiled kernel, with an empty cache and again."""
    script = (
        "import time; t = time.time()\n"
        "from experiments.batch import compile_once\n"
        "t1 = time.time(); compile_once(lambda text: None)\n"
        "print(t1 - t, time.time() - t1)"
    )
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cold", "cached"):
            done = subprocess.run(
                [sys.executable, "-c", script], env=os.environ | {"DMZ_CACHE_DIR": folder},
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            imports, compiles = map(float, done.stdout.split())
            figures |= {f"import_{name}_s": imports, f"compile_{name}_s": compiles}
    return figures


def snapshots(repeats: int) -> dict[str, float]:
    """Microseconds to copy and to restore a run."""
    model = DmzModel(load_case("baseline")).run(200)
    copy = model.snapshot()

    def once(call: Callable[[], Any]) -> float:
        return timed(lambda: [call() for _ in range(50)]) / 50

    return {
        "snapshot_us": 1e6 * median(lambda: once(model.snapshot), repeats),
        "restore_us": 1e6 * median(lambda: once(lambda: model.restore(copy)), repeats),
    }


def memory() -> dict[str, float]:
    """Peak of a worker that builds and plays, and growth from run 50 to run 200, megabytes."""
    script = (
        "import resource\n"
        "from experiments.batch import run_batch\nfrom sim.scenario import load_case\n"
        "run_batch(load_case('baseline'), 2)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    sizes = []

    def note(_: Any) -> None:
        gc.collect()
        with open("/proc/self/statm", encoding="ascii") as file:
            sizes.append(int(file.read().split()[1]) * resource.getpagesize() / 1e6)

    short = load_case("baseline", days=1, assignments=["clock.warmup_days=0"])
    run_batch(short, 200, done=note)
    return {"peak_mb": float(done.stdout), "growth_mb": sizes[199] - sizes[49]}


def growth(days: int) -> dict[str, float]:
    """Kernel nanoseconds per unit-tick with more units, and with ten times the line."""
    figures = {}
    for factor in (1, 10, 100):
        slots = [f"{side}.patrols.slots={60 * factor}" for side in ("north", "south")]
        case = load_case("baseline", assignments=[*_STRETCH, *slots, "mines.strikes_per_km=0"],
                         days=max(2, days // factor))  # fmt: skip
        run = played(case)
        figures[f"ns_per_unit_tick_{factor}x_units"] = 1e9 * run["kernel"] / run["ticks"]
    sizes = (
        "space.length_km=2480", "north.watch.posts=1600", "south.watch.posts=600",
        "north.patrols.slots=600", "south.patrols.slots=600", "north.works.slots=300",
    )  # fmt: skip
    run = played(load_case("baseline", assignments=[*_STRETCH, *sizes], days=max(2, days // 10)))
    figures["ns_per_unit_tick_10x_line"] = 1e9 * run["kernel"] / run["ticks"]
    return figures


def against_mesa(days: int, ours_ns: float, ours_whole_ns: float) -> dict[str, float]:
    """The same routine work by plain Mesa, built outside the clock; matched, then timed."""
    case = load_case("baseline", assignments=[*_STRETCH, "mines.strikes_per_km=0"], days=40)
    ours = DmzModel(case).run()
    tally = ours.state.tallies
    ticks = int(tally["unit_ticks"].sum())
    per_day = 1440.0 / 10.0
    plain = PlainDmz(DmzModel(case))
    seconds = timed(lambda: [plain.step() for _ in range(int(days * per_day))])
    return {
        "mesa_us_per_unit_tick": 1e6 * seconds / plain.unit_ticks,
        "times_mesa_kernel": 1e9 * seconds / plain.unit_ticks / ours_ns,
        "times_mesa_year": 1e9 * seconds / plain.unit_ticks / ours_whole_ns,
        "mean_distance_ours_m": float(tally["distance_sum"].sum()) / ticks,
        "mean_distance_mesa_m": plain.distance_sum / plain.unit_ticks,
        "looks_per_unit_day_ours": float(tally["looks"].sum()) / ticks * per_day,
        "looks_per_unit_day_mesa": plain.looks / plain.unit_ticks * per_day,
    }


def help_time(repeats: int) -> dict[str, float]:
    """Wall seconds of ``dmz --help``."""
    def once() -> float:
        before = time.perf_counter()
        subprocess.run([sys.executable, "-m", "experiments.cli", "--help"], capture_output=True,
                       check=True)  # fmt: skip
        return time.perf_counter() - before

    return {"help_s": median(once, repeats)}


TARGETS = {
    "times_mesa_kernel": ">= 200", "times_mesa_year": ">= 100", "outside_over_kernel": "<= 0.6",
    "build_ms": "< 50", "compile_cold_s": "< 30", "peak_mb": "< 300", "growth_mb": "< 5",
    "help_s": "< 0.5",
}  # fmt: skip


def measure(quick: bool) -> dict[str, float]:
    """Every figure, in the order in which it is printed."""
    repeats, days = (1, 10) if quick else (5, 60)
    compile_once(lambda text: print(text, file=sys.stderr))
    DmzModel(load_case("baseline"), world=99).run()
    figures = year(repeats)
    mesa = against_mesa(2 if quick else 8, figures["ns_per_unit_tick"],
                        figures["ns_per_unit_tick_whole"])  # fmt: skip
    figures |= mesa | building(repeats) | snapshots(repeats) | growth(days) | help_time(repeats)
    return figures if quick else figures | memory() | compiling()


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = measure(arguments.quick)
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
        print(f"{name:32s} {shown:>12s}   {TARGETS.get(name, '')}")


if __name__ == "__main__":
    np.set_printoptions(precision=3)
    main()
