"""Tables by arm, out of a file that is sorted by arms: whoever takes them in its order reads it once, and
holds two groups of its rows at most.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.store.files import opened

Brief = Callable[[pa.Table], pd.DataFrame]
_HELD = 2  # groups of rows: that of an arm, and that of its baseline


def as_it_is(table: pa.Table) -> pd.DataFrame:
    """All that was read."""
    return table.to_pandas()


class ByArm(Mapping[str, pd.DataFrame]):
    """Of each of ``arms`` what ``brief`` makes of these ``columns`` (None: all), read when it is asked for;
    no rows of those that the file has not.

    ``place``: where the file lies, if it goes with this object.
    """

    def __init__(
        self,
        arms: Iterable[str],
        path: Path,
        columns: Sequence[str] | None = None,
        brief: Brief = as_it_is,
        place: TemporaryDirectory[str] | None = None,
    ) -> None:
        self._rows: dict[str, list[tuple[int, slice]]] = {arm: [] for arm in arms}
        for arm, group, rows in _places(path):
            if arm in self._rows:
                self._rows[arm].append((group, rows))
        self._place = place

        def read(group: int) -> pd.DataFrame:
            with opened(path) as stream:
                found = pq.ParquetFile(stream).read_row_group(group, columns)
            return brief(found if columns is None else found.select(columns))

        self._group = lru_cache(_HELD)(read)

    def __getitem__(self, arm: str) -> pd.DataFrame:
        found = [self._group(i).iloc[rows] for i, rows in self._rows[arm]] or [self._group(0).iloc[:0]]
        return (found[0] if len(found) == 1 else pd.concat(found)).reset_index(drop=True)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _places(path: Path) -> Iterator[tuple[str, int, slice]]:
    """Where each arm's rows lie: in which group, and there."""
    with opened(path) as stream:
        file = pq.ParquetFile(stream)
        for i in range(file.num_row_groups):
            arms = file.read_row_group(i, ["arm"])["arm"].combine_chunks().dictionary_encode()
            codes = arms.indices.to_numpy()
            if not codes.size:
                continue
            starts = np.flatnonzero(np.diff(codes, prepend=-1))
            for start, end in zip(starts, [*starts[1:], codes.size], strict=True):
                yield arms.dictionary[codes[start]].as_py(), i, slice(start, end)
