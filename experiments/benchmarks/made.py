"""Studies with made results: the rows of a few real runs, dealt out to as many runs and arms as are wanted.

What a study costs beside its playing is so measured at sizes that nobody waits for.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from experiments.design.plan import Arm, Plan
from experiments.design.request import study_plan
from experiments.play.task import Task, play_task
from experiments.store.parts import Parts
from experiments.study.folder import StudyFolder
from experiments.worlds import luck_of, world_of

_PLAYED = 12  # runs of each of the first two arms, from which all others have their rows
_STUDY = """\
name: Made
scenarios: [{scenario}]
policies: [hotline]
sweep:
  south.watch.margin_m: {{low: 5, high: 60}}
  north.watch.margin_m: {{low: 5, high: 60}}
design: {{latin_hypercube: {points}}}
days: {days}
runs: {runs}
"""
Numbers = NDArray[np.int64]


def study_of(folder: Path, arms: int, runs: int, days: int, scenario: str = "baseline") -> Plan:
    """A sample of points, each with and without a policy: so many arms (an even number) of so many runs.

    Its file is written into ``folder``.
    """
    file = folder / f"made-{arms}-{runs}.yaml"
    file.write_text(
        _STUDY.format(points=arms // 2, runs=runs, days=days, scenario=scenario), encoding="utf-8"
    )
    return study_plan(str(file), {})


def fill(study: StudyFolder, part: int) -> None:
    """Write the parts of a study as if it had been played, ``part`` runs in each."""
    plan, parts = study.plan, study.parts
    parts.open()
    source = _Source(plan, parts)
    names, runs = list(plan.arms), plan.rule.most
    order = np.arange(len(names) * runs)  # all arms in turn, as they are played
    for first in range(0, order.size, part):
        arm, run = order[first : first + part] % len(names), order[first : first + part] // len(names)
        parts.keep(source.dealt(names, arm, run))


class _Source:
    """Tables of real runs; made run k of an arm is a real one of its policy, the same k the same luck."""

    def __init__(self, plan: Plan, parts: Parts) -> None:
        first = list(plan.arms.values())[:2]
        played = [each for arm in first for each in _played(arm, plan.seed)]
        self._tables = parts.tables_of(played, plan.seed)
        self._schemas, self._plan, self._cells = parts.schemas, plan, parts.arms.cells
        rows = self._tables["incidents"].select(["arm", "run"]).to_pandas()
        by_run = rows.groupby(["arm", "run"]).size()
        self._incidents = np.array([by_run.get((name, k), 0) for name, k, _ in played])
        self._starts = np.concatenate([[0], np.cumsum(self._incidents)[:-1]])

    def dealt(self, names: list[str], arm: Numbers, run: Numbers) -> dict[str, pa.Table]:
        """The tables of these runs (arms by their place in ``names``), by kind."""
        real = (run * 7 + arm // 2) % _PLAYED + _PLAYED * (arm % 2)
        many = self._incidents[real]
        at = np.repeat(self._starts[real] - np.cumsum(many) + many, many) + np.arange(many.sum())
        rows = {
            "runs": (real, arm, run),
            "tension": (real, arm, run),
            "incidents": (at, np.repeat(arm, many), np.repeat(run, many)),
        }
        found = {kind: schema.empty_table() for kind, schema in self._schemas.items()}
        return found | {kind: self._numbered(kind, names, *its) for kind, its in rows.items()}

    def _numbered(self, kind: str, names: list[str], rows: Numbers, arm: Numbers, run: Numbers) -> pa.Table:
        schema = self._schemas[kind]
        columns = dict(zip(schema.names, self._tables[kind].take(rows).columns, strict=True))
        columns |= {"arm": pa.array(names).take(arm), "run": run}
        if "world" in columns:
            columns |= {"world": world_of(run), "luck": luck_of(run)}
        if kind == "runs":
            for column in self._plan.columns:
                cells = pa.array([self._cells[name][column] for name in names], schema.field(column).type)
                columns[column] = cells.take(arm)
        return pa.table(columns, schema=schema)


def _played(arm: Arm, seed: int) -> Iterator[tuple]:
    for k, found in play_task(Task(arm.name, arm.case, seed, range(_PLAYED))).items():
        yield arm.name, k, found
