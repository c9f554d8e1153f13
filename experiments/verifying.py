"""``dmz verify`` and ``dmz run --from``: rows of results, played again to the same bits."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from rich.console import Console

import sim
from experiments.exits import guarded
from experiments.folders import manifest_in, plan_in
from experiments.parts import Parts, rows_of
from experiments.plan import Plan
from experiments.playing import compile_once, play
from sim.agents.loading import load_agents
from sim.documents import BadInput, Mark, Problem
from sim.outcome import CLASH_RUNG, outcome

_KINDS = ("runs", "incidents", "tension")


@dataclass(frozen=True)
class Difference:
    """The first value in which a row played again is not the row that was kept."""

    row: int
    arm: str
    run: int
    column: str
    kept: Any
    again: Any

    def __str__(self) -> str:
        return (f"row {self.row} (run {self.run} of {self.arm}): {self.column} is {self.again!r}, "
                f"kept is {self.kept!r}")  # fmt: skip


def verify(folder: Path, rows: int, seed: int, allow_code: bool) -> int:
    """Play ``rows`` rows of a folder again, drawn by ``seed``; exit code 1 if any differs."""

    def do(talk: Console) -> int:
        plan, keys = plan_in(folder), _keys(folder)
        version = manifest_in(folder)["version"]
        if version != sim.__version__:
            talk.print(f"made by version {version}; this is {sim.__version__}")
        chosen = _chosen(len(keys), rows, seed)
        compile_once(talk.print)
        tables = {kind: Parts(folder).table(kind) for kind in _KINDS}
        wrong = 0
        for row in chosen:
            found = next(_differences(plan, tables, keys, row, allow_code), None)
            wrong += found is not None
            if found is not None:
                print(found)
        print(f"{len(chosen) - wrong} of {len(chosen)} rows played again are the same to the "
              f"last bit ({len(keys):,} rows in all)")  # fmt: skip
        return 1 if wrong else 0

    return guarded(do)


def run_again(folder: Path, row: int, why: int | None, allow_code: bool) -> int:
    """Play one row of a folder again, print it and whether it is the same; the exit code."""

    def do(talk: Console) -> int:
        plan, keys = plan_in(folder), _keys(folder)
        if row >= len(keys):
            raise BadInput([Problem(Mark("--row", 0, 0), "", str(row),
                                    f"0 to {len(keys) - 1}", None, "no such row")])  # fmt: skip
        compile_once(talk.print)
        arm, k = keys[row]
        tables = {kind: Parts(folder).table(kind) for kind in _KINDS}
        found = next(_differences(plan, tables, keys, row, allow_code), None)
        _print_row(plan, arm, k, allow_code, why)
        if found is not None:
            print(found, file=sys.stderr)
            return 1
        print("\nThe same to the last bit as the row that was kept.")
        return 0

    return guarded(do)


def _keys(folder: Path) -> list[tuple[str, int]]:
    """(arm, run) of every row, in the order of ``runs.parquet``."""
    parts = Parts(folder)
    table = parts.table("runs", ["arm", "run"])
    keys = list(zip(table["arm"].to_pylist(), table["run"].to_pylist(), strict=True))
    if not parts.complete:
        order = {name: i for i, name in enumerate(manifest_in(folder)["arms"])}
        keys.sort(key=lambda key: (order[key[0]], key[1]))
    if not keys:
        raise BadInput([Problem(Mark(str(folder), 0, 0), "", message="no run has finished yet")])
    return keys


def _chosen(n: int, rows: int, seed: int) -> list[int]:
    drawn = np.random.default_rng(seed).choice(n, size=min(n, rows), replace=False)
    return sorted(drawn.tolist())


def _differences(
    plan: Plan, tables: Mapping[str, Any], keys: list[tuple[str, int]], row: int, allow_code: bool
) -> Iterator[Difference]:
    name, k = keys[row]
    case = plan.arms[name].case
    model = play(case, k, plan.seed, load_agents(case, allow_code))
    again = rows_of([(name, k, outcome(model))], plan.seed)
    for kind in _KINDS:
        table = tables[kind]
        here = pc.and_(pc.equal(table["arm"], name), pc.equal(table["run"], k))
        kept = table.filter(here)
        new = again[kind].cast(kept.schema)
        if kind == "incidents":
            kept = kept.sort_by("incident")
        if kept.num_rows != new.num_rows:
            yield Difference(row, name, k, f"the number of {kind}", kept.num_rows, new.num_rows)
        for i, (old, fresh) in enumerate(zip(kept.to_pylist(), new.to_pylist(), strict=False)):
            for column, value in old.items():
                if repr(value) != repr(fresh[column]):
                    label = column if kind == "runs" else f"{kind}[{i}].{column}"
                    yield Difference(row, name, k, label, value, fresh[column])


def _print_row(plan: Plan, arm: str, k: int, allow_code: bool, why: int | None) -> None:
    from sim.story import tell

    case = plan.arms[arm].case
    model = play(case, k, plan.seed, load_agents(case, allow_code))
    found = outcome(model)
    for name, value in found.row.items():
        print(f"{name:28} {value}")
    if why is None:
        return
    clashes = [each for each in found.incidents
               if each["rung"] >= CLASH_RUNG and each["accidental"]]  # fmt: skip
    if why > len(clashes):
        print(f"there were {len(clashes)} accidental clashes; no story of number {why}",
              file=sys.stderr)  # fmt: skip
        return
    print("\n" + "\n".join(tell(model, clashes[why - 1]["incident"])))
