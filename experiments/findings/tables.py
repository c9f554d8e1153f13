"""What figures need of a study's tables, arm by arm: of a run its counts, of an incident its moment, and of
both a digest of all that happened, by which twins are told apart in a tenth of the room.
"""

from collections.abc import Iterator, Mapping

import pandas as pd
import pyarrow as pa

from experiments.findings.costs import COUNTED
from experiments.findings.likeness import COLUMNS as LIKENESS
from experiments.findings.summary import AMBIGUITY
from experiments.measures import EVERY, with_totals
from experiments.study.results import Results
from sim.outcome.columns import RUN

Tables = Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]  # runs and incidents by arm
NAMES = ("arm", "policy", "incident")  # what tells a row, and is nothing that happened in it
_KEYS = ("run", "world", "luck", "draw", "days")
_OF_SIDES = (column.name for column in RUN if column.adds)
RUNS = tuple(dict.fromkeys((*_KEYS, *EVERY, *_OF_SIDES, *AMBIGUITY, *COUNTED, *LIKENESS, "digest")))
INCIDENTS = ("run", "opened", "s_km", "digest")


class ByArm(Tables):
    """The arms of results that have any run, in the order of the plan; each is read when it is asked for."""

    def __init__(self, results: Results) -> None:
        self._runs = results.by_arm("runs", None, brief_runs)
        self._incidents = results.by_arm("incidents", None, brief_incidents)

    def __getitem__(self, arm: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        return self._runs[arm], self._incidents[arm]

    def __iter__(self) -> Iterator[str]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)


def brief_runs(runs: pa.Table) -> pd.DataFrame:
    """Rows of runs, with the columns that add both sides."""
    return with_totals(_digested(runs))[list(RUNS)]


def brief_incidents(incidents: pa.Table) -> pd.DataFrame:
    """Rows of incidents."""
    return _digested(incidents)[list(INCIDENTS)]


def _digested(table: pa.Table) -> pd.DataFrame:
    frame = table.to_pandas()
    happened = frame.drop(columns=[name for name in NAMES if name in frame])
    return frame.assign(digest=pd.util.hash_pandas_object(happened, index=False).to_numpy())
