"""The tables of a folder of results, in pandas; DuckDB reads the same files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from experiments.design.manifest_file import Sealed
from experiments.design.plan import Plan
from experiments.measures import with_totals
from experiments.store.rows import SCHEMAS, FailedRun
from experiments.study.draws import draws_of
from experiments.study.folder import StudyFolder


class Results:
    """The results of a study, complete or as far as they go; tables are read when asked for."""

    def __init__(self, study: StudyFolder) -> None:
        self._study, self._parts = study, study.parts

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self._study.path

    @property
    def plan(self) -> Plan:
        """The plan that asks for them."""
        return self._study.plan

    @property
    def complete(self) -> bool:
        """Whether everything was played."""
        return self._parts.complete

    @property
    def manifest(self) -> Sealed:
        """What was asked."""
        return self._study.manifest

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row a run, with the columns that add both sides, in the order of the plan."""
        return with_totals(self._frame("runs", "run"))

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """One row an incident."""
        return self._frame("incidents", "run", "incident")

    @cached_property
    def draws(self) -> pd.DataFrame:
        """One row a draw of a posterior that was played, with the values of its parameters."""
        return draws_of(self.plan, self._parts)

    @cached_property
    def fingerprints(self) -> pd.DataFrame:
        """One row an incident: arm, run, when and where, and a digest of all that happened.

        It tells the incidents of two arms apart in a tenth of the room; read some at a time.
        """
        found = [_fingerprints(batch) for batch in self._parts.batches("incidents")]
        none = _fingerprints(pa.RecordBatch.from_pylist([], SCHEMAS["incidents"]))
        whole = pa.concat_tables([none, *found]).unify_dictionaries()
        return whole.to_pandas(split_blocks=True, self_destruct=True)

    def by_arm(self, name: str, columns: Sequence[str]) -> Mapping[str, pd.DataFrame]:
        """Some columns of a table, arm by arm; each arm is read when it is asked for first.

        The arms that have any run, in the order of the plan; rows in no order.
        """
        played = set(self._parts.table("runs", ["arm"])["arm"].unique().to_pylist())
        arms = [name for name in self.manifest["arms"] if name in played]
        return _ByArm(arms, partial(self._of_arm, name, list(columns)))

    def _of_arm(self, name: str, columns: list[str], arm: str) -> pd.DataFrame:
        return self._parts.table(name, columns, pc.field("arm") == arm).to_pandas()

    @cached_property
    def tension(self) -> pd.DataFrame:
        """One row a run: lists of both governments' tension at the start of every seventh day."""
        return self._frame("tension", "run")

    @cached_property
    def failures(self) -> list[FailedRun]:
        """The runs that raised an exception."""
        found: list[FailedRun] = self._parts.table("failures").to_pylist()
        return found

    def batches(self, name: str) -> Iterator[pa.RecordBatch]:
        """The rows of a table, some at a time."""
        return self._parts.batches(name)

    def _frame(self, name: str, *keys: str) -> pd.DataFrame:
        table = self._parts.table(name).to_pandas(split_blocks=True, self_destruct=True)
        if self.complete:
            return table
        order = {name: i for i, name in enumerate(self.manifest["arms"])}
        return table.sort_values(
            ["arm", *keys], key=lambda c: c.map(order) if c.name == "arm" else c, ignore_index=True
        )


class _ByArm(Mapping[str, pd.DataFrame]):
    """Tables by arm, each read once."""

    def __init__(self, arms: Sequence[str], read: Callable[[str], pd.DataFrame]) -> None:
        self._arms, self._read = dict.fromkeys(arms), cache(read)

    def __getitem__(self, arm: str) -> pd.DataFrame:
        if arm not in self._arms:
            raise KeyError(arm)
        return self._read(arm)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arms)

    def __len__(self) -> int:
        return len(self._arms)


def _fingerprints(incidents: pa.RecordBatch) -> pa.Table:
    # neither a name, nor a number in the run, is anything that happened
    happened = [name for name in incidents.schema.names if name not in ("arm", "incident")]
    frame = incidents.select(happened).to_pandas(split_blocks=True)
    digest = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    words = {name: incidents[name].dictionary_encode() for name in ("arm", "opened")}
    return pa.table(
        words | {"run": incidents["run"], "s_km": incidents["s_km"], "digest": pa.array(digest, pa.uint64())}
    )
