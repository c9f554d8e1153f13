"""Results in the making: parts that appear whole or not at all, then three compacted tables.

    parts/000017/           a part: the runs that finished together, in no order
        runs.parquet, incidents.parquet, tension.parquet, failures.parquet
    runs.parquet            one row a run, in the order of the plan
    incidents.parquet       one row an incident
    tension.parquet         one row a run: both tensions at the start of every seventh day
    failures.json           runs that raised an exception, if any

A part is a folder that is filled under another name and then renamed. The tables are written when
everything has been played; ``runs.parquet`` is the last, so where it is, all are. However the runs
were cut into parts, the tables hold the same bytes.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from experiments.playing import LUCKS, Failure
from experiments.store import INCIDENTS, RUNS, table_of, write_json, write_whole
from sim.documents import BadInput, Mark, Problem
from sim.outcome import Outcome

_ARM = pa.field("arm", pa.string())
_RUN = [_ARM, pa.field("run", pa.int64())]
_CURVE = pa.list_(pa.float32())
SCHEMAS = {
    "incidents": pa.schema([_ARM, *INCIDENTS]),
    "tension": pa.schema([*_RUN, ("north", _CURVE), ("south", _CURVE)]),
    "failures": pa.schema([*_RUN, ("seed", pa.int64()), ("error", pa.string()),
                           ("traceback", pa.string())]),
    "runs": pa.schema([_ARM, *RUNS]),
}  # fmt: skip
WEEK = 7  # days from one kept tension to the next
_ROWS_AT_ONCE = 3_000_000  # rows in memory while a table is compacted
_ROW_GROUP = 100_000
_BATCH = 20_000  # rows that are read at a time

Played = tuple[str, int, Outcome | Failure]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have the folder alone; the lock goes with the process. Raises ``BadInput`` if it is taken."""
    with (folder / ".lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = "another process is filling this folder"
            raise BadInput([Problem(Mark(str(folder), 0, 0), "", message=message)]) from None
        yield


class Parts:
    """The results in ``folder``, while they are being made and afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = folder / "parts"

    @property
    def complete(self) -> bool:
        """Whether everything has been played and the tables are there."""
        return (self.folder / "runs.parquet").exists()

    def open(self) -> None:
        """Make the folder ready for more parts; what a dead process left half-written goes."""
        self._parts.mkdir(parents=True, exist_ok=True)
        for stray in self._parts.glob(".*"):
            shutil.rmtree(stray, ignore_errors=True)
        for stray in (*self.folder.glob(".*.part"), *self.folder.glob("figures/.*.part")):
            stray.unlink(missing_ok=True)

    def add(self, played: Sequence[Played], seed: int) -> None:
        """Keep runs as one part. Raises OSError where the disk refuses; then nothing is kept."""
        names = [int(path.name) for path in self._parts.glob("[0-9]*")]
        name = f"{max(names, default=0) + 1:06d}"
        making = self._parts / f".{name}"
        try:
            making.mkdir()
            for kind, table in rows_of(played, seed).items():
                if table.num_rows or kind == "runs":
                    _write(making / f"{kind}.parquet", [table], SCHEMAS[kind])
            _sync(making)
            making.rename(self._parts / name)
            _sync(self._parts)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise

    def table(
        self, kind: str, columns: Sequence[str] | None = None, filters: Any = None
    ) -> pa.Table:
        """A table as far as it has been made; its rows in no order until it is complete.

        Rows of failed runs are the kind ``failures``. Columns that were not written are null.
        ``filters``: an expression of ``pyarrow.compute``.
        """
        if self.complete and kind != "failures":
            return pq.read_table(self.folder / f"{kind}.parquet", columns=columns, filters=filters)
        if self.complete:
            kept = self.folder / "failures.json"
            rows = json.loads(kept.read_text("utf-8"))["failures"] if kept.exists() else []
            return pa.Table.from_pylist(rows, schema=SCHEMAS[kind]).select(
                list(columns or SCHEMAS[kind].names))  # fmt: skip
        return self._dataset(kind).to_table(columns=columns, filter=filters)

    def batches(self, kind: str) -> Iterator[pa.RecordBatch]:
        """The rows of a table as far as it has been made, some at a time, in its order."""
        files = sorted(self._parts.glob(f"[0-9]*/{kind}.parquet"))
        for path in [self.folder / f"{kind}.parquet"] if self.complete else files:
            yield from pq.ParquetFile(path).iter_batches(_BATCH)

    def _dataset(self, kind: str) -> ds.Dataset:
        files = sorted(str(path) for path in self._parts.glob(f"[0-9]*/{kind}.parquet"))
        return ds.dataset(files, schema=SCHEMAS[kind], format="parquet")

    def compact(self, arms: Sequence[str]) -> None:
        """Put all parts into the tables, sorted by ``arms``, run and incident; parts go.

        Raises ValueError should a run stand there twice, OSError where the disk refuses.
        """
        if not self.complete:
            failures = self._dataset("failures").to_table()
            rows = sorted(failures.to_pylist(), key=lambda r: (arms.index(r["arm"]), r["run"]))
            if rows:
                write_json(self.folder / "failures.json", {"failures": rows})
            for kind in ("incidents", "tension", "runs"):
                self._compact(kind, arms)
        shutil.rmtree(self._parts, ignore_errors=True)

    def _compact(self, kind: str, arms: Sequence[str]) -> None:
        dataset, schema = self._dataset(kind), SCHEMAS[kind]
        passes = 1 + dataset.count_rows() // _ROWS_AT_ONCE
        size = -(-len(arms) // passes)
        groups = [list(arms[i : i + size]) for i in range(0, len(arms), size)]
        chunks = (_sorted(dataset, kind, group) for group in groups)
        write_whole(self.folder / f"{kind}.parquet", lambda to: _write(to, chunks, schema))


def _sorted(dataset: ds.Dataset, kind: str, arms: list[str]) -> pa.Table:
    table = dataset.to_table(filter=ds.field("arm").isin(arms))
    order = pa.array([arms.index(name) for name in table["arm"].to_pylist()], pa.int64())
    keys = [("_order", "ascending"), ("run", "ascending")]
    keys += [("incident", "ascending")] if kind == "incidents" else []
    table = table.append_column("_order", order).sort_by(keys).drop_columns("_order")
    if kind == "runs":
        twice = table.select(["arm", "run"]).group_by(["arm", "run"]).aggregate([]).num_rows
        if twice != table.num_rows:
            raise ValueError(f"{table.num_rows - twice} runs stand in two parts")
    return table.combine_chunks()


def rows_of(played: Sequence[Played], seed: int) -> dict[str, pa.Table]:
    """The tables of some runs, by kind."""
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in SCHEMAS}
    for arm, k, result in played:
        key = {"arm": arm, "run": k}
        if isinstance(result, Failure):
            rows["failures"].append(key | {"seed": seed} | vars(result))
            continue
        rows["runs"].append(key | result.row)
        place = key | {"world": k // LUCKS, "luck": k % LUCKS}
        rows["incidents"] += [place | incident for incident in result.incidents]
        north, south = result.tension[::WEEK].T.tolist()
        rows["tension"].append(key | {"north": north, "south": south})
    return {kind: table_of(rows[kind], SCHEMAS[kind]) for kind in SCHEMAS}


def _write(path: Path, tables: Iterable[pa.Table], schema: pa.Schema) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table, row_group_size=_ROW_GROUP)
    _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
