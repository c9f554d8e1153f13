"""How fast batches are: ``python -m experiments.benchmarks.batch [--quick] [--json]``.

All ratios come from one run of the program, rounds of the rivals in turn, so that they hold on a
machine whose speed drifts. Rates are by the clock, since that is what a user waits for: cores that
others use make them worse. Nothing here is asserted in a test.
"""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import mesa
import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.benchmarks import growth
from experiments.benchmarks.measured import Figure, clocked, figure, run
from experiments.design.manifest_file import SeveralRequest
from experiments.design.plan import Arm, Plan, StoppingRule
from experiments.design.request import Several
from experiments.play.task import Task, play, play_task
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers
from experiments.store.parts import Parts
from experiments.study.folder import StudyFolder, claimed
from experiments.study.play_out import play_out
from experiments.study.results import Results
from experiments.worlds import LUCKS, luck_of, world_of
from sim.model import DmzModel
from sim.outcome.columns import Row
from sim.outcome.outcome import outcome
from sim.scenario.loading import load_case

ARMS, SEED = 4, 1
PART = 5_000  # runs of a part, as a long study writes them


def study(runs: int, days: int) -> Plan:
    """The baseline with four margins: as many runs of each."""
    arms = {}
    for margin in (10, 20, 30, 40)[:ARMS]:
        case = load_case("baseline", days=days, assignments=[f"south.watch.margin_m={margin}"])
        name = f"margin {margin}"
        arms[name] = Arm(name, name, None, {"margin": str(margin)}, case)
    factors = {"margin": tuple(arm.levels["margin"] for arm in arms.values())}
    request = SeveralRequest(verb="compare", asked=asdict(Several("baseline")))
    return Plan(
        "compare", "benchmark", "", SEED, StoppingRule(runs), ("clashes",), factors, {}, arms, "", request
    )


def _into_folder(plan: Plan, workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder, claimed(plan, Path(folder)) as begun:
        play_out(begun, Workers(workers), {})


def _bare(plan: Plan) -> None:
    """The same runs in this process, with nothing around them."""
    for arm in plan.arms.values():
        for k in range(plan.rule.most):
            model = play(arm.case, k, plan.seed)
            outcome(model.scene)
            model.dismiss()


class OneRun(mesa.Model):
    """A run as ``mesa.batch_run`` wants it: one step plays it, a collector keeps its row."""

    def __init__(self, margin: int, run: int, days: int, seed: int | None = None) -> None:
        super().__init__(seed=seed)
        self.case = load_case("baseline", days=days, assignments=[f"south.watch.margin_m={margin}"])
        self.run_number = run
        self.row: Row = {}
        kept = ("clashes", "incidents", "days")
        self.datacollector = mesa.DataCollector(
            {name: (lambda model, name=name: model.row.get(name)) for name in kept}
        )

    def step(self) -> None:
        """Play the whole run."""
        model = DmzModel(
            self.case, seed=SEED, world=world_of(self.run_number), luck=luck_of(self.run_number)
        ).run()
        self.row, self.running = outcome(model.scene).row, False
        model.dismiss()
        self.datacollector.collect(self)


def _by_mesa(runs: int, days: int, workers: int) -> list[dict]:
    parameters = {"margin": [10, 20, 30, 40][:ARMS], "run": range(runs), "days": days}
    return mesa.batch_run(OneRun, parameters, number_processes=workers, max_steps=1, display_progress=False)


def speed(repeats: int, runs: int, days: int) -> list[Figure]:
    """Runs a second by one and two workers, what batch and store add to a run, and Mesa's own."""
    plan, n = study(runs, days), ARMS * runs
    tasks = [Task(name, arm.case, SEED, (0,)) for name, arm in plan.arms.items()]
    for _ in Workers(2).play(tasks * 2):
        pass  # the processes are there, and have loaded and compiled
    play_task(tasks[0])
    rivals = {
        "bare": lambda: _bare(plan),
        "one": lambda: _into_folder(plan, 1),
        "two": lambda: _into_folder(plan, 2),
        "mesa one": lambda: _by_mesa(runs, days, 1),
        "mesa two": lambda: _by_mesa(runs, days, 2),
    }
    took: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(repeats):
        for name, rival in rivals.items():
            took[name].append(clocked(rival))
    rates = {name: [n / seconds for seconds in times] for name, times in took.items()}
    pairs = [zip(took[a], took[b], strict=True) for a, b in (("one", "bare"), ("mesa two", "two"))]
    return [
        figure("a bare run", "ms", [1e3 * seconds / n for seconds in took["bare"]]),
        figure("runs a second, 1 worker", "", rates["one"]),
        figure("runs a second, 2 workers", "", rates["two"]),
        figure("overhead of batch and store", "%", [100 * (a / b - 1) for a, b in pairs[0]], "<= 5"),
        figure("mesa.batch_run, runs a second, 1", "", rates["mesa one"]),
        figure("mesa.batch_run, runs a second, 2", "", rates["mesa two"]),
        figure("mesa.batch_run / ours, 2 workers", "times", [m / t for m, t in pairs[1]]),
    ]


def efficiency(repeats: int, runs: int, days: int) -> list[Figure]:
    """How much of two cores a study uses; and two tasks, beside each other and one after the other, to which
    nothing is handed out and of which nothing is kept: what the machine itself allows. The longer a study,
    the less its end counts, when a core waits for the last task and tables are put together.
    """
    plan = study(runs, days)
    case, half = next(iter(plan.arms.values())).case, ARMS * runs // 2
    tasks = [Task("half", case, SEED, range(first, first + half)) for first in (0, half)]
    workers = Workers(2)
    list(workers.play([task.alone(0) for task in tasks]))
    rivals = {
        "one": lambda: _into_folder(plan, 1),
        "two": lambda: _into_folder(plan, 2),
        "after": lambda: list(map(play_task, tasks)),
        "beside": lambda: list(workers.play(tasks)),
    }
    took = [{name: clocked(rival) for name, rival in rivals.items()} for _ in range(repeats)]
    found, most = ([each[a] / each[b] / 2 for each in took] for a, b in (("one", "two"), ("after", "beside")))
    return [
        figure("parallel efficiency", "", found, ">= 0.95"),
        figure("what two cores allow", "", most),
        figure(
            "efficiency of what they allow", "", [a / b for a, b in zip(found, most, strict=True)], ">= 0.95"
        ),
    ]


def handing_out(repeats: int, runs: int) -> list[Figure]:
    """What a run costs that lasts a day: nearly all of it is the batch's own."""
    plan = study(runs, days=1)
    bare = [clocked(lambda: _bare(plan)) for _ in range(repeats)]
    one = [clocked(lambda: _into_folder(plan, 1)) for _ in range(repeats)]
    n = ARMS * runs
    return [
        figure("batch and store, a run", "ms", [1e3 * (a - b) / n for a, b in zip(one, bare, strict=True)])
    ]


def reading(repeats: int, rows: int, days: int) -> list[Figure]:
    """Compact so many rows, made of real ones, and read them back."""
    plan = study(LUCKS, days)
    with tempfile.TemporaryDirectory() as place, claimed(plan, Path(place)) as begun:
        folder, parts = begun.path, begun.parts
        parts.open()
        seen = parts.tables_of(list(_played(plan)), SEED)
        for first in range(0, rows, PART):
            _part(parts, seen, first, min(PART, rows - first))
        compacting = clocked(lambda: parts.compact(list(plan.arms)))
        size = (folder / "runs.parquet").stat().st_size
        read = [clocked(lambda: pd.read_parquet(folder / "runs.parquet")) for _ in range(repeats)]
        whole = [clocked(lambda: Results(StudyFolder(folder)).runs) for _ in range(repeats)]
        few = [
            clocked(
                lambda: pd.read_parquet(folder / "runs.parquet", columns=["arm", "world", "clashes", "days"])
            )
            for _ in range(repeats)
        ]
    return [
        figure("rows", "", [float(rows)]),
        figure("compacting", "s", [compacting]),
        figure("runs.parquet", "MB", [size / 1e6]),
        figure("pandas.read_parquet", "s", read, "< 2"),
        figure("the same, four columns", "s", few),
        figure("Results(study).runs", "s", whole, "< 2"),
    ]


def _played(plan: Plan) -> Iterator[tuple]:
    for name, arm in plan.arms.items():
        for k, found in play_task(Task(name, arm.case, SEED, range(LUCKS))).items():
            yield name, k, found


def _part(parts: Parts, tables: dict[str, pa.Table], first: int, n: int) -> None:
    """A part of ``n`` runs: real rows in another order under new numbers, reals a bit changed.

    Rows that repeat would compress as no real ones do.
    """
    luck = np.random.default_rng(first)
    runs = tables["runs"].take(luck.integers(0, tables["runs"].num_rows, n))
    numbers = first + np.arange(n)
    new = {"arm": ["margin 10"] * n, "run": numbers, "world": world_of(numbers), "luck": luck_of(numbers)}
    for field in runs.schema:
        if pa.types.is_floating(field.type) and field.name != "days":
            values = runs[field.name].to_numpy()
            new[field.name] = values * (1 + 1e-3 * luck.random(n))
    for name, values in new.items():
        at = runs.schema.get_field_index(name)
        column = pa.array(values, runs.schema[at].type, from_pandas=True)
        runs = runs.set_column(at, runs.schema[at], column)
    none = {kind: schema.empty_table() for kind, schema in parts.schemas.items()}
    parts.keep(none | {"runs": runs})


def measure(quick: bool) -> list[Figure]:
    """Every figure, in the order in which it is printed."""
    compile_once(lambda text: print(text, file=sys.stderr))
    repeats, runs, days, rows = (1, 2, 20, 20_000) if quick else (5, 24, 365, 1_000_000)
    figures = speed(repeats, runs, days)
    figures += efficiency(1, 2, days) if quick else efficiency(3, 300, days)
    figures += handing_out(repeats, 4 if quick else 50)
    figures += reading(repeats, rows, min(days, 120))
    return figures + growth.measure(*(growth.QUICK if quick else growth.WHOLE))


if __name__ == "__main__":
    run(__doc__, measure)
