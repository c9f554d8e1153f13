"""What figures need of a study's tables, arm by arm: of a run its counts, of an incident its moment, and of
both a digest of all that happened, by which twins are told apart in a tenth of the room.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from experiments.findings.costs import COUNTED
from experiments.findings.definitions import columns
from experiments.findings.likeness import COLUMNS as LIKENESS
from experiments.findings.summary import AMBIGUITY
from experiments.measures import EVERY, with_totals
from experiments.study.results import Results
from sim.outcome.columns import RUN

NAMES = ("arm", "policy", "incident")  # what tells a row, and is nothing that happened in it
_KEYS = ("run", "world", "luck", "draw", "days")
_OF_SIDES = (column.name for column in RUN if column.adds)
_NEEDED = (*_KEYS, *EVERY, *_OF_SIDES, *AMBIGUITY, *COUNTED, *LIKENESS, *columns(), "digest")
RUNS = tuple(dict.fromkeys(_NEEDED))
_MOMENT = ["run", "opened", "s_km"]


class Tables(NamedTuple):
    """The arms that have any run, in the order of the plan; each is read when it is asked for."""

    runs: Mapping[str, pd.DataFrame]
    incidents: Mapping[str, pd.DataFrame]

    def of(self, arm: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Both of one arm."""
        return self.runs[arm], self.incidents[arm]


def tables_of(results: Results) -> Tables:
    """What figures need of results."""
    return Tables(
        results.by_arm("runs", None, brief_runs), results.by_arm("incidents", None, brief_incidents)
    )


def brief_runs(runs: pa.Table) -> pd.DataFrame:
    """Rows of runs, with the columns that add both sides."""
    return with_totals(runs.to_pandas().assign(digest=_digest(runs)))[list(RUNS)]


def brief_incidents(incidents: pa.Table) -> pd.DataFrame:
    """Rows of incidents."""
    return incidents.select(_MOMENT).to_pandas().assign(digest=_digest(incidents))


def _digest(table: pa.Table) -> NDArray[np.uint64]:
    """Of each row; of text each word is digested once."""
    happened = table.drop_columns([name for name in NAMES if name in table.column_names])
    frame = happened.to_pandas(strings_to_categorical=True)
    return pd.util.hash_pandas_object(frame, index=False).to_numpy()
