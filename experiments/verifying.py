"""``dmz verify`` and ``dmz run --from``: rows of results, played again to the same bits."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from rich.console import Console

import sim
from experiments.campaign import tally_of
from experiments.console import console
from experiments.exits import guarded
from experiments.folders import StudyFolder
from experiments.parts import TABLES, rows_of
from experiments.playing import compile_once
from experiments.session import libraries
from experiments.stopping import targets
from experiments.task import Failure, Task, play, play_task
from experiments.wording import many
from sim.agents.loading import load_agents
from sim.documents import BadInput, Mark, Problem
from sim.documents.problems import escaped
from sim.outcome import CLASH_RUNG, Outcome

Key = tuple[str, int]  # arm and run


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
    """Hold a folder against its manifest, and play ``rows`` of its rows again, drawn by ``seed``.

    The exit code: 1 if any row differs, is missing, or was never asked for.
    """

    def do(talk: Console) -> int:
        study = StudyFolder(folder)
        study.refuse_changed_inputs()
        keys = keys_of(study)
        _tell_versions(study, talk)
        astray, out = list(rows_astray(study)), console()
        for line in astray:
            out.print(line)
        agents = _agents(study, allow_code)
        compile_once(talk.print)
        wrong = 0
        chosen = _chosen(len(keys), rows, seed)
        for row in chosen:
            found = _difference(study, row, keys[row], _again(study, keys[row], agents))
            wrong += found is not None
            if found is not None:
                out.print(str(found))
        out.print(f"{len(chosen) - wrong} of {many(len(chosen), 'row')} played again the same to "
                  f"the last bit ({many(len(keys), 'row')} in all)")  # fmt: skip
        return 1 if wrong or astray else 0

    return guarded(do)


def run_again(folder: Path, row: int, why: int | None, allow_code: bool) -> int:
    """Play one row of a folder again, print it and whether it is the same; the exit code."""

    def do(talk: Console) -> int:
        study = StudyFolder(folder)
        keys = keys_of(study)
        if row >= len(keys):
            raise BadInput([Problem(Mark("--row", 0, 0), "", str(row),
                                    f"0 to {len(keys) - 1}", None, "no such row")])  # fmt: skip
        _tell_versions(study, talk)
        agents = _agents(study, allow_code)
        compile_once(talk.print)
        again = _again(study, keys[row], agents)
        difference = _difference(study, row, keys[row], again)
        if isinstance(again, Outcome):
            for name, value in again.row.items():
                print(f"{name:28} {value}")
            if why is not None:
                _tell(study, keys[row], agents, again, why)
        if difference is not None:
            print(difference, file=sys.stderr)
            return 1
        print("\nThe same to the last bit as the row that was kept.")
        return 0

    return guarded(do)


def _agents(study: StudyFolder, allow_code: bool) -> dict[str, dict[str, type]]:
    found = {name: load_agents(arm.case, allow_code) for name, arm in study.plan.arms.items()}
    study.refuse_other_code()
    return found


def _tell_versions(study: StudyFolder, talk: Console) -> None:
    """Say where this program or a library is not the one that made the folder."""
    then = {"dmz-escalation": study.manifest["version"], **study.manifest["libraries"]}
    now = {"dmz-escalation": sim.__version__, **libraries()}
    others = [f"{name} {version} (now {now.get(name)})" for name, version in then.items()
              if version != now.get(name)]  # fmt: skip
    if others:
        talk.print(f"made by {', '.join(others)}")


# -- what should be there -------------------------------------------------------------------------


def keys_of(study: StudyFolder) -> list[Key]:
    """(arm, run) of every row of an arm that was asked for, in the order of ``runs.parquet``."""
    table = study.parts.table("runs", ["arm", "run"])
    order = {name: i for i, name in enumerate(study.manifest["arms"])}
    pairs = zip(table["arm"].to_pylist(), table["run"].to_pylist(), strict=True)
    keys = [(arm, k) for arm, k in pairs if arm in order]
    if not study.parts.complete:
        keys.sort(key=lambda key: (order[key[0]], key[1]))
    if not keys:
        raise BadInput([Problem(study.mark, "", message="no run has finished yet")])
    return keys


def rows_astray(study: StudyFolder) -> Iterator[str]:
    """In words, runs that the manifest asks for and that are not there, and the other way round."""
    wanted = targets(study.plan, tally_of(study.plan, study.parts))
    here: dict[str, set[int]] = {arm: set() for arm in wanted}
    for kind in ("runs", "failures"):
        table = study.parts.table(kind, ["arm", "run"]).to_pydict()
        for arm, k in zip(table["arm"], table["run"], strict=True):
            here.setdefault(arm, set()).add(k)
    for arm in here:
        runs = wanted.get(arm, 0)
        asked = sum(0 <= k < runs for k in here[arm])
        if lacking := runs - asked:
            yield f"{escaped(arm)}: {lacking:,} of {many(runs, 'run')} missing"
        if extra := len(here[arm]) - asked:
            yield f"{escaped(arm)}: {many(extra, 'run')} that nobody asked for"


def _chosen(n: int, rows: int, seed: int) -> list[int]:
    drawn = np.random.default_rng(seed).choice(n, size=min(n, rows), replace=False)
    return sorted(drawn.tolist())


# -- one row --------------------------------------------------------------------------------------


def _kept(study: StudyFolder, key: Key) -> dict[str, pa.Table]:
    """The rows of a run, by table; only what may hold them is read."""
    filters = [("arm", "==", key[0]), ("run", "==", key[1])]
    tables = {kind: study.parts.table(kind, filters=filters) for kind in TABLES}
    return tables | {"incidents": tables["incidents"].sort_by("incident")}


def _again(
    study: StudyFolder, key: Key, agents: dict[str, dict[str, type]]
) -> Outcome | Failure:
    arm, k = key
    task = Task(arm, study.plan.arms[arm].case, (k,), agents[arm])
    return play_task(task, study.plan.seed)[k]


def _difference(
    study: StudyFolder, row: int, key: Key, again: Outcome | Failure
) -> Difference | None:
    if isinstance(again, Failure):
        return Difference(row, *key, "what became of it", "an outcome", again.error)
    found = rows_of([(*key, again)], study.plan.seed)
    return next(_differences(row, key, _kept(study, key), found), None)


def _differences(
    row: int, key: Key, kept: dict[str, pa.Table], again: dict[str, pa.Table]
) -> Iterator[Difference]:
    for kind in ("runs", "incidents", "tension"):
        old, new = kept[kind], again[kind].cast(kept[kind].schema)
        if old.num_rows != new.num_rows:
            yield Difference(row, *key, f"the number of {kind}", old.num_rows, new.num_rows)
        for i, (was, is_) in enumerate(zip(old.to_pylist(), new.to_pylist(), strict=False)):
            for column, value in was.items():
                if repr(value) != repr(is_[column]):
                    label = column if kind == "runs" else f"{kind}[{i}].{column}"
                    yield Difference(row, *key, label, value, is_[column])


def _tell(
    study: StudyFolder, key: Key, agents: dict[str, dict[str, type]], found: Outcome, why: int
) -> None:
    from sim.story import tell

    clashes = [each for each in found.incidents
               if each["rung"] >= CLASH_RUNG and each["accidental"]]  # fmt: skip
    if why > len(clashes):
        print(f"no story of number {why}: {many(len(clashes), 'accidental clash')} came about",
              file=sys.stderr)  # fmt: skip
        return
    arm, k = key
    model = play(study.plan.arms[arm].case, k, study.plan.seed, agents[arm])
    print("\n" + "\n".join(tell(model, clashes[why - 1]["incident"])))
