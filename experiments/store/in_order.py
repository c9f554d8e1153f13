"""Rows in the order of arms and runs, however many there are: dealt out to files of neighbours, of which one
after the other is sorted in memory.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from experiments.design.study_file import MOST_RUNS
from experiments.store.files import opened

_ROWS_AT_ONCE = 100_000
_MOST_FILES = 250  # that are open at once
_SPARING = pa.ipc.IpcWriteOptions(compression="zstd")
Ranks = NDArray[np.int64]  # of rows: one number for arm and run, in their order


def in_order(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, arms: Sequence[str], cuts: Ranks, place: Path
) -> Iterator[pa.Table]:
    """The rows of some columns (``arm`` and ``run`` among them), as tables that are cut at these ranks.

    Rows of other arms are left out; incidents of a run come in their own order. Files that are needed
    meanwhile lie in a folder of their own in ``place``.
    """
    tables = (_with_ranks(table, arms) for table in _gathered(batches, schema))
    if not cuts.size:
        yield _sorted(pa.concat_tables([_with_ranks(schema.empty_table(), arms), *tables]))
        return
    with tempfile.TemporaryDirectory(dir=place, prefix=".") as folder:
        paths = [Path(folder) / str(i) for i in range(cuts.size + 1)]
        _deal(tables, schema.append(_RANK), cuts, paths)
        for path in paths:
            with opened(path) as stream:
                yield _sorted(pa.ipc.open_file(stream).read_all())


def cuts_of(ranks: Ranks, rows: int) -> Ranks:
    """At which ranks of runs, given in order, a table of so many rows of them is cut: by these alone,
    whatever order anything lies in.
    """
    pieces = min(1 + rows // _ROWS_AT_ONCE, _MOST_FILES)
    return ranks[:: max(1, -(-ranks.size // pieces))][1:] if pieces > 1 else ranks[:0]


def ranks_of(table: pa.Table | pa.RecordBatch, arms: Sequence[str]) -> Ranks:
    """Of the rows of these arms."""
    return _ranks(table, arms).drop_null().to_numpy()


def _ranks(table: pa.Table | pa.RecordBatch, arms: Sequence[str]) -> pa.ChunkedArray | pa.Array:
    """Of each row, null for one of another arm."""
    arm = pc.index_in(table["arm"], value_set=pa.array(arms, pa.string()))
    return pc.add(pc.multiply(arm.cast(pa.int64()), MOST_RUNS), table["run"])


_RANK = pa.field("_rank", pa.int64())


def _with_ranks(table: pa.Table, arms: Sequence[str]) -> pa.Table:
    ranked = table.append_column(_RANK, _ranks(table, arms))
    return ranked.filter(pc.is_valid(ranked[_RANK.name]))


def _sorted(ranked: pa.Table) -> pa.Table:
    keys = [(_RANK.name, "ascending")]
    keys += [("incident", "ascending")] if "incident" in ranked.column_names else []
    return ranked.sort_by(keys).drop_columns(_RANK.name).combine_chunks()


def _gathered(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables of about as many rows as may be held: batches may be small."""
    some, rows = list[pa.RecordBatch](), 0
    for batch in batches:
        some.append(batch)
        rows += batch.num_rows
        if rows >= _ROWS_AT_ONCE:
            yield pa.Table.from_batches(some, schema)
            some, rows = [], 0
    yield pa.Table.from_batches(some, schema)


def _deal(tables: Iterable[pa.Table], schema: pa.Schema, cuts: Ranks, paths: Sequence[Path]) -> None:
    """Write each row to the file of its rank: up to the first cut to the first, and so on."""
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("wb")) for path in paths]
        writers = [stack.enter_context(pa.ipc.new_file(each, schema, options=_SPARING)) for each in streams]
        for table in tables:
            ordered = table.sort_by(_RANK.name)
            ends = np.searchsorted(ordered[_RANK.name].to_numpy(), cuts)
            for writer, first, last in zip(writers, [0, *ends], [*ends, len(ordered)], strict=True):
                if last > first:
                    writer.write_table(ordered.slice(first, last - first))
