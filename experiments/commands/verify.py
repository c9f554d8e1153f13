"""``dmz verify`` and ``dmz run --from``: rows of results, played again to the same bits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import sim
from experiments.commands.audience import Audience
from experiments.commands.story import Story, clash_in, story_again
from experiments.play.task import Failure, Task
from experiments.play.warm_up import compile_once
from experiments.play.workers import Workers
from experiments.store.parts import TABLES
from experiments.store.session import libraries
from experiments.study.code import Agents, agents_by_arm
from experiments.study.draws import FILE as DRAWS
from experiments.study.draws import are_kept
from experiments.study.folder import StudyFolder
from experiments.study.play_out import tally_of
from experiments.study.stopping import targets
from experiments.wording import many
from sim.documents import refuse
from sim.documents.problems import escaped
from sim.outcome.outcome import Outcome

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
        return (
            f"row {self.row} (run {self.run} of {self.arm}): {self.column} is {self.again!r}, "
            f"kept is {self.kept!r}"
        )


@dataclass(frozen=True)
class Verification:
    """How a folder stands against its manifest, and rows of it against themselves played again.

    ``rows`` were ``played`` again; ``astray`` are runs that lack or that nobody asked for, in words.
    """

    rows: int
    played: int
    astray: tuple[str, ...]
    differences: tuple[Difference, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing differs, lacks, or was never asked for."""
        return not self.astray and not self.differences

    def __str__(self) -> str:
        same = self.played - len(self.differences)
        told = (
            f"{same} of {many(self.played, 'row')} played again the same to "
            f"the last bit ({many(self.rows, 'row')} in all)"
        )
        return "\n".join([*self.astray, *map(str, self.differences), told])


@dataclass(frozen=True)
class Replay:
    """One row of a folder played again: its values, none if it failed; the story that was asked."""

    values: Mapping[str, Any]
    difference: Difference | None
    story: Story | None

    def __str__(self) -> str:
        return "\n".join(f"{name:28} {value}" for name, value in self.values.items())


def verify(folder: Path, rows: int, seed: int, allow_code: bool, audience: Audience) -> Verification:
    """Hold a folder against its manifest, and play ``rows`` of its rows again, drawn by ``seed``."""
    study = StudyFolder(folder)
    study.refuse_changed_inputs()
    keys = keys_of(study)
    tell_versions(study, audience)
    found_astray = tuple(astray(study))
    agents = classes_of(study, allow_code)
    compile_once(audience.say)
    chosen = _chosen(len(keys), rows, seed)
    found = (difference_from_kept(study, row, keys[row], _again(study, keys[row], agents)) for row in chosen)
    return Verification(len(keys), len(chosen), found_astray, tuple(each for each in found if each))


def replay(folder: Path, row: int, why: int | None, allow_code: bool, audience: Audience) -> Replay:
    """Play one row of a folder again; ``why``: with the story of its so-manieth clash."""
    study = StudyFolder(folder)
    keys = keys_of(study)
    if row >= len(keys):
        refuse("--row", "no such row", found=str(row), allowed=f"0 to {len(keys) - 1}")
    tell_versions(study, audience)
    agents = classes_of(study, allow_code)
    compile_once(audience.say)
    again = _again(study, keys[row], agents)
    difference = difference_from_kept(study, row, keys[row], again)
    if isinstance(again, Failure):
        return Replay({}, difference, None)
    return Replay(
        again.row, difference, None if why is None else _story(study, keys[row], agents, again, why)
    )


def classes_of(study: StudyFolder, allow_code: bool) -> Agents:
    """The agent classes of a study's arms, which have the code of then."""
    found = agents_by_arm(study.plan, allow_code)
    study.refuse_other_code()
    return found


def tell_versions(study: StudyFolder, audience: Audience) -> None:
    """Say where this program or a library is not the one that made the folder."""
    then = {"dmz-escalation": study.manifest["version"], **study.manifest["libraries"]}
    now = {"dmz-escalation": sim.__version__, **libraries()}
    others = [
        f"{name} {version} (now {now.get(name)})"
        for name, version in then.items()
        if version != now.get(name)
    ]
    if others:
        audience.say(f"made by {', '.join(others)}")


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
        refuse(study.mark, "no run has finished yet")
    return keys


def astray(study: StudyFolder) -> Iterator[str]:
    """In words, runs that the manifest asks for and that are not there, and the other way round; and draws
    that are not those of the runs.
    """
    if study.parts.complete and not are_kept(study):
        yield f"{DRAWS} is not what was written; dmz resume writes it anew"
    wanted = targets(study.plan, tally_of(study.plan, study.parts))
    here: dict[str, set[int]] = {arm: set() for arm in wanted}
    for name in ("runs", "failures"):
        table = study.parts.table(name, ["arm", "run"]).to_pydict()
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
    tables = {name: study.parts.table(name, filters=filters) for name in TABLES}
    return tables | {"incidents": tables["incidents"].sort_by("incident")}


def task_of(study: StudyFolder, key: Key, agents: Agents) -> Task:
    """The only run of a key, as it is played again."""
    arm, k = key
    return Task(arm, study.plan.arms[arm].case, study.plan.seed, (k,), agents.get(arm, {}))


def _again(study: StudyFolder, key: Key, agents: Agents) -> Outcome | Failure:
    ((_, outcomes),) = Workers(1).play([task_of(study, key, agents)])
    return outcomes[key[1]]


def difference_from_kept(
    study: StudyFolder, row: int, key: Key, again: Outcome | Failure
) -> Difference | None:
    """The first value in which a run played again is not the row that was kept of it."""
    if isinstance(again, Failure):
        return Difference(row, *key, "what became of it", "an outcome", again.error)
    found = study.parts.tables_of([(*key, again)], study.plan.seed)
    return next(_differences(row, key, _kept(study, key), found), None)


def _differences(
    row: int, key: Key, kept: dict[str, pa.Table], again: dict[str, pa.Table]
) -> Iterator[Difference]:
    for name in ("runs", "incidents", "tension"):
        old, new = kept[name], again[name].cast(kept[name].schema)
        if old.num_rows != new.num_rows:
            yield Difference(row, *key, f"the number of {name}", old.num_rows, new.num_rows)
        for i, (was, is_) in enumerate(zip(old.to_pylist(), new.to_pylist(), strict=False)):
            for column, value in was.items():
                if repr(value) != repr(is_[column]):
                    label = column if name == "runs" else f"{name}[{i}].{column}"
                    yield Difference(row, *key, label, value, is_[column])


def _story(study: StudyFolder, key: Key, agents: Agents, found: Outcome, why: int) -> Story:
    return story_again(task_of(study, key, agents), *clash_in(found, why))
