"""The tables of a folder of results, in pandas; DuckDB reads the same files."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa

from experiments.design.manifest_file import Sealed
from experiments.design.plan import Plan
from experiments.measures import with_totals
from experiments.store.by_arm import Brief, as_it_is
from experiments.store.rows import FailedRun
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

    def by_arm(
        self, name: str, columns: Sequence[str] | None, brief: Brief = as_it_is
    ) -> Mapping[str, pd.DataFrame]:
        """What ``brief`` makes of some columns (None: all) of a table, by arm.

        The arms that have any run, in the order of the plan; each is read when it is asked for.
        """
        return self._parts.by_arm(name, self._played, columns, brief)

    @cached_property
    def _played(self) -> list[str]:
        """The arms that have any run, in the order of the plan."""
        batches = self._parts.batches("runs", ["arm"])
        played = {arm for batch in batches for arm in batch["arm"].unique().to_pylist()}
        return [name for name in self.manifest["arms"] if name in played]

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
