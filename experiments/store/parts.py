"""Results in the making: parts that appear whole or not at all, then three compacted tables.

    parts/000017/           a part: the runs that finished together, in no order
        runs.parquet, incidents.parquet, tension.parquet, failures.parquet
        sealed.json         which of these there are, with their digests
    runs.parquet            one row a run, in the order of the plan
    incidents.parquet       one row an incident
    tension.parquet         one row a run: both tensions at the start of every seventh day, and
                            the days of exposure on which the talks came to stand otherwise
    failures.json           runs that raised an exception, if any
    tables.json             the same for the tables, written when everything has been played

A part is a folder that is filled under another name and then renamed. Only what this program wrote
whole counts: a part that is damaged, foreign, or holds a run that another one has is left out, and
its runs are played again. However the runs were cut into parts, the tables hold the same bytes.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.design.study_file import MOST_RUNS
from experiments.store.by_arm import Brief, ByArm, as_it_is
from experiments.store.files import (
    Damaged,
    count_rows,
    opened,
    read_json,
    read_parquet,
    schema_in,
    sealed,
    sync,
    unfinished,
    write_json,
    write_parquet,
    write_seals,
    write_whole,
)
from experiments.store.in_order import Ranks, cuts_of, in_order, ranks_of
from experiments.store.rows import SCHEMAS, FailedRun, Played, rows_of
from experiments.store.tables import ArmColumns, table_of

TABLES = ("incidents", "tension", "runs")
FAILURES, COMPLETE, _SEALED = "failures.json", "tables.json", "sealed.json"
_PART = re.compile(r"[0-9]{6,}")
_BATCH = 20_000  # rows that are read at a time
_KEYS = ("arm", "run", "incident")  # by which rows are put in order
Key = tuple[str, int]  # arm and run


class Parts:
    """The results in ``folder``, while they are being made and afterwards.

    ``owner`` is the digest of the manifest that asks for them, ``arms`` what it says of each arm.
    Whatever is read was checked against its seal: ``table``, ``rows`` and ``check`` raise ``Damaged`` for
    a file that is not as written.
    """

    def __init__(self, folder: Path, owner: str = "", arms: ArmColumns | None = None) -> None:
        self.folder = folder
        self.arms = arms or ArmColumns()
        self.schemas = SCHEMAS | {"runs": _with_arms(self.arms.schema)}
        self._parts = folder / "parts"
        self._owner = owner
        self._known: dict[Path, set[str]] = {}  # folders that were checked, and their files
        self._runs = Runs()
        self._adding: tuple[Path, set[Key]] | None = None

    @property
    def complete(self) -> bool:
        """Whether everything had been played and the tables were put together."""
        return (self.folder / COMPLETE).exists()

    # -- filling ----------------------------------------------------------------------------------

    def open(self) -> list[Damaged]:
        """Make the folder ready for more parts, and return what was damaged and is left out.

        What a dead process left half-written goes, and so do parts that do not count: the damaged,
        and all of them once the tables hold what they held.
        """
        dropped = self._drop_bad_tables()
        for stray in filter(unfinished, list(self.folder.rglob(".*"))):
            stray.unlink(missing_ok=True)
        if self.complete:
            shutil.rmtree(self._parts, ignore_errors=True)
            return dropped
        self._parts.mkdir(exist_ok=True)
        for stray in self._parts.glob(".*"):
            _remove(stray)
        return dropped + list(self._drop_bad_parts())

    def _drop_bad_tables(self) -> list[Damaged]:
        """Tables of which one is damaged count no more; they stay until new ones replace them."""
        if not self.complete:
            return []
        try:
            self._checked(self.folder, COMPLETE)
        except Damaged as damaged:
            (self.folder / COMPLETE).unlink()
            return [damaged]
        return []

    def _drop_bad_parts(self) -> Iterator[Damaged]:
        self._runs = Runs()
        for part in self._part_folders():
            try:
                runs = self._runs_of(part)
                if twice := sum(run in self._runs for run in runs):
                    raise Damaged(part, f"has {twice} runs that another part has")
            except Damaged as damaged:
                _remove(part)
                yield damaged
            else:
                self._runs.add(runs)

    def add(self, played: Sequence[Played], seed: int) -> None:
        """Keep runs as one part; those that are kept already are left alone.

        Raises OSError where the disk refuses; then nothing is kept. It may be called again with the
        same runs, whatever interrupted it.
        """
        self._settle()
        new = [each for each in played if each[:2] not in self._runs]
        if new:
            self.keep(self.tables_of(new, seed))

    def keep(self, tables: Mapping[str, pa.Table]) -> None:
        """Keep the tables of some runs, by kind, as one part; as ``add``."""
        names = [int(path.name) for path in self._part_folders()]
        part = self._parts / f"{max(names, default=0) + 1:06d}"
        making = part.with_name(f".{part.name}")
        self._adding = part, _keys(tables["runs"])
        try:
            making.mkdir()
            kinds = [kind for kind, table in tables.items() if table.num_rows or kind == "runs"]
            for kind in kinds:
                write_parquet(making / f"{kind}.parquet", [tables[kind]], self.schemas[kind])
            write_seals(making, _SEALED, self._owner, (f"{kind}.parquet" for kind in kinds))
            making.rename(part)
            sync(self._parts)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        self._settle()

    def tables_of(self, played: Sequence[Played], seed: int) -> dict[str, pa.Table]:
        """The tables of some runs, by kind."""
        rows = rows_of(played, seed, self.arms)
        return {kind: table_of(rows[kind], schema) for kind, schema in self.schemas.items()}

    def _settle(self) -> None:
        """An interrupt may have fallen between the renaming of a part and the note of it."""
        if self._adding is not None and self._adding[0].exists():
            self._runs.add(self._adding[1])
        self._adding = None

    # -- reading ----------------------------------------------------------------------------------

    def check(self) -> None:
        """Raise ``Damaged`` naming the first file that is not as it was written."""
        if self.complete:
            self._checked(self.folder, COMPLETE)
        else:
            for part in self._part_folders():
                self._checked(part, _SEALED)

    def rows(self, kind: str) -> int:
        """How many rows a table has; failures of runs that succeeded later count no more."""
        if kind == "failures":
            return self._failures().num_rows
        return sum(map(count_rows, self._files(kind)))

    def table(self, kind: str, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
        """A table as far as it has been made; its rows in no order until it is complete.

        Rows of failed runs are the kind ``failures``. ``filters``: those of ``pyarrow.parquet``, or
        an expression of ``pyarrow.compute``.
        """
        if kind == "failures":
            return self._failures().select(list(columns or self.schemas[kind].names))
        tables = [read_parquet(path, columns, filters) for path in self._files(kind)]
        schema = self.schemas[kind]
        none = schema.empty_table().select(list(columns or schema.names))
        return pa.concat_tables([none, *tables])

    def batches(self, kind: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of a table as far as it has been made, some at a time, in its order."""
        for path in self._files(kind):
            with opened(path) as stream:
                yield from pq.ParquetFile(stream).iter_batches(_BATCH, columns=columns)

    def by_arm(
        self, kind: str, arms: Sequence[str], columns: Sequence[str] | None, brief: Brief = as_it_is
    ) -> ByArm:
        """What ``brief`` makes of some columns (None: all) of a table, by arm, as far as it has been made."""
        if self.complete:
            (path,) = self._files(kind)
            return ByArm(arms, path, columns, brief)
        place = tempfile.TemporaryDirectory()
        path = Path(place.name) / f"{kind}.parquet"
        wanted = None if columns is None else {*_KEYS, *columns}
        schema = pa.schema([each for each in self.schemas[kind] if wanted is None or each.name in wanted])
        write_parquet(path, self._in_order(kind, schema, arms, self._ranks(arms), path.parent), schema)
        return ByArm(arms, path, columns, brief, place)

    def _failures(self) -> pa.Table:
        """A run that failed stands here once, and not at all if it succeeded when played again."""
        schema = SCHEMAS["failures"]
        if self.complete:
            there = FAILURES in self._checked(self.folder, COMPLETE)
            return _failures_in(self.folder / FAILURES) if there else schema.empty_table()
        found: dict[Key, FailedRun] = {}
        for path in self._files("failures"):
            found |= {(row["arm"], row["run"]): row for row in read_parquet(path).to_pylist()}
        if found:
            for key in _keys(self.table("runs", ["arm", "run"])):
                found.pop(key, None)
        return pa.Table.from_pylist(list(found.values()), schema=schema)

    def _part_folders(self) -> list[Path]:
        """Parts by their number; what else lies there is not ours."""
        if not self._parts.is_dir():
            return []
        found = [each for each in self._parts.iterdir() if _PART.fullmatch(each.name)]
        return sorted(found, key=lambda each: int(each.name))

    def _files(self, kind: str) -> list[Path]:
        """The Parquet files that hold rows of a kind."""
        file = f"{kind}.parquet"
        if self.complete:
            self._checked(self.folder, COMPLETE)
            return [self.folder / file]
        return [part / file for part in self._part_folders() if file in self._checked(part, _SEALED)]

    def _runs_of(self, part: Path) -> set[Key]:
        self._checked(part, _SEALED)
        return _keys(read_parquet(part / "runs.parquet", ["arm", "run"]))

    def _checked(self, folder: Path, seals: str) -> set[str]:
        """The sealed files of a folder, read and compared once.

        Seals that fit may still be another's: the tables that must be there are, and are tables.
        """
        if folder not in self._known:
            found = sealed(folder, seals, self._owner)
            needed = TABLES if seals == COMPLETE else ("runs",)
            if not found >= {f"{kind}.parquet" for kind in needed}:
                raise Damaged(folder / seals, "is damaged: it lacks a table")
            for kind, schema in self.schemas.items():
                path = folder / f"{kind}.parquet"
                if path.name in found and schema_in(path) != schema:
                    raise Damaged(path, "is damaged: it has not the columns of this table")
            if not _are_runs(read_parquet(folder / "runs.parquet", ["arm", "run", "days"])):
                raise Damaged(folder / "runs.parquet", "is damaged: it has rows that no run has")
            if FAILURES in found:
                _failures_in(folder / FAILURES)
            self._known[folder] = found
        return self._known[folder]

    # -- putting together -------------------------------------------------------------------------

    def compact(self, arms: Sequence[str]) -> None:
        """Put all parts into the tables, sorted by ``arms``, run and incident; parts go.

        Raises ValueError should a run stand there twice, OSError where the disk refuses.
        """
        if not self.complete:
            order = {arm: i for i, arm in enumerate(arms)}
            rows = sorted(self._failures().to_pylist(), key=lambda r: (order[r["arm"]], r["run"]))
            ranks = self._ranks(arms)
            if twice := ranks.size - np.unique(ranks).size:
                raise ValueError(f"{twice} runs stand in two parts")
            for kind in TABLES:
                self._compact(kind, arms, ranks)
            written = [f"{kind}.parquet" for kind in TABLES]
            if rows:
                write_json(self.folder / FAILURES, {"failures": rows})
                written.append(FAILURES)
            else:
                (self.folder / FAILURES).unlink(missing_ok=True)
            write_seals(self.folder, COMPLETE, self._owner, written)
        self._known.clear()
        shutil.rmtree(self._parts, ignore_errors=True)
        pa.default_memory_pool().release_unused()  # hundreds of megabytes that it would keep

    def _compact(self, kind: str, arms: Sequence[str], ranks: Ranks) -> None:
        schema = self.schemas[kind]
        tables = self._in_order(kind, schema, arms, ranks, self._parts)
        write_whole(self.folder / f"{kind}.parquet", lambda to: write_parquet(to, tables, schema))

    def _ranks(self, arms: Sequence[str]) -> Ranks:
        """Of all runs, in order."""
        found = [ranks_of(batch, arms) for batch in self.batches("runs", ["arm", "run"])]
        return np.sort(np.concatenate([np.zeros(0, np.int64), *found]))

    def _in_order(
        self, kind: str, schema: pa.Schema, arms: Sequence[str], ranks: Ranks, place: Path
    ) -> Iterator[pa.Table]:
        cuts = cuts_of(ranks, self.rows(kind))
        return in_order(self.batches(kind, schema.names), schema, arms, cuts, place)

    def reopen(self) -> None:
        """Make one part of the tables of complete results, so that more can be played."""
        if not self.complete:
            return
        self._parts.mkdir(exist_ok=True)
        making, part = self._parts / ".000001", self._parts / "000001"
        shutil.rmtree(making, ignore_errors=True)
        failures = self._failures()
        making.mkdir()
        for kind in TABLES:
            _linked(self.folder / f"{kind}.parquet", making / f"{kind}.parquet")
        write_parquet(making / "failures.parquet", [failures], SCHEMAS["failures"])
        write_seals(making, _SEALED, self._owner, (f"{kind}.parquet" for kind in SCHEMAS))
        shutil.rmtree(part, ignore_errors=True)
        making.rename(part)
        (self.folder / COMPLETE).unlink()
        self._known.clear()
        self._runs = Runs()
        self._runs.add(self._runs_of(part))


def _with_arms(columns: pa.Schema) -> pa.Schema:
    """The schema of runs with the columns that are the same for all runs of an arm."""
    arm, *runs = SCHEMAS["runs"]
    return pa.schema([arm, *columns, *runs])


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class Runs:
    """Runs by arm and number, a byte each."""

    def __init__(self) -> None:
        self._of: dict[str, bytearray] = {}

    def __contains__(self, key: Key) -> bool:
        arm, run = key
        return self._of.get(arm, b"")[run : run + 1] == b"1"

    def add(self, keys: Iterable[Key]) -> None:
        """Note these."""
        for arm, run in keys:
            its = self._of.setdefault(arm, bytearray())
            its.extend(bytes(max(0, run + 1 - len(its))))
            its[run : run + 1] = b"1"


def _keys(table: pa.Table) -> set[Key]:
    arms = table["arm"].combine_chunks().dictionary_encode()  # so that each name is there once
    names = map(arms.dictionary.to_pylist().__getitem__, arms.indices.to_pylist())
    return set(zip(names, table["run"].to_pylist(), strict=True))


def _are_runs(keys: pa.Table) -> bool:
    """Whether every row names another run of an arm, played for some days."""
    run, days = keys["run"], keys["days"]
    numbered = pc.and_(pc.greater_equal(run, 0), pc.less(run, MOST_RUNS))
    sound = pc.and_(numbered, pc.and_(pc.greater(days, 0), pc.is_finite(days)))
    whole = sound.null_count == 0 and keys["arm"].null_count == 0
    once = np.unique(ranks_of(keys, keys["arm"].unique().to_pylist())).size == keys.num_rows
    return whole and once and pc.all(sound, min_count=0).as_py()


def _failures_in(path: Path) -> pa.Table:
    try:
        return table_of(read_json(path)["failures"], SCHEMAS["failures"])
    except (ValueError, TypeError, KeyError, AttributeError, pa.ArrowException):
        raise Damaged(path, "is damaged") from None


def _linked(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copyfile(source, target)
