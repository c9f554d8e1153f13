"""Reading a folder of results back: one call, into pandas.

    from experiments.results import Results
    found = Results("results/study-ambiguity")
    found.runs.groupby("arm")["clashes"].mean()

DuckDB reads the same files: ``duckdb.sql("from 'results/…/runs.parquet'")``.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.folders import StudyFolder
from experiments.measures import with_totals


class Results:
    """The results of a study, complete or as far as they go; tables are read when asked for."""

    def __init__(self, folder: StudyFolder | Path | str) -> None:
        self._study = folder if isinstance(folder, StudyFolder) else StudyFolder(Path(folder))
        self.folder, self._parts = self._study.path, self._study.parts

    @property
    def complete(self) -> bool:
        """Whether everything was played."""
        return self._parts.complete

    @property
    def manifest(self) -> dict[str, Any]:
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
    def tension(self) -> pd.DataFrame:
        """One row a run: lists of both governments' tension at the start of every seventh day."""
        return self._frame("tension", "run")

    @cached_property
    def failures(self) -> list[dict[str, Any]]:
        """The runs that raised an exception."""
        return self._parts.table("failures").to_pylist()

    def _frame(self, kind: str, *keys: str) -> pd.DataFrame:
        table = self._parts.table(kind).to_pandas()
        if self.complete:
            return table
        order = {name: i for i, name in enumerate(self.manifest["arms"])}
        return table.sort_values(["arm", *keys], key=lambda c: c.map(order) if c.name == "arm"
                                 else c, ignore_index=True)  # fmt: skip
