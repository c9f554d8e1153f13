"""``dmz results``: what a folder holds, and its tables in other places and forms."""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from experiments.commands import verify
from experiments.commands.exits import resume_command
from experiments.design.plan import StoppingRule
from experiments.store.csv_cells import harmless_table
from experiments.store.files import write_parquet, write_whole
from experiments.store.parts import Parts
from experiments.study.draws import draws_of
from experiments.study.folder import StudyFolder
from experiments.wording import many
from sim.documents import BadInput, Mark, Problem, refuse

_NAMES = ("runs", "incidents", "tension", "failures")


@dataclass(frozen=True)
class Holdings:
    """What a folder holds, in lines; what should be there and is not; the files that were written."""

    lines: tuple[str, ...]
    astray: tuple[str, ...]
    written: tuple[Path, ...]

    def __str__(self) -> str:
        return "\n".join([*self.lines, *self.astray, *map(str, self.written)])


def results(folder: Path, csv: Path | None, parquet: Path | None, excel: bool = False) -> Holdings:
    """Say what is there, and write the tables to new or empty folders if asked.

    ``excel``: the CSV begins with a byte order mark, by which Excel knows UTF-8.
    """
    outs = [(out, ending) for out, ending in ((csv, "csv"), (parquet, "parquet")) if out]
    _refuse_places(outs)
    study = StudyFolder(folder)
    study.refuse_changed_inputs()
    for out, ending in outs:
        _make(out, ending)
    astray = tuple(verify.astray(study)) if study.parts.complete else ()
    described = tuple(_described(study))
    written = tuple(target for out, ending in outs for target in _write(study, out, ending, excel))
    return Holdings(described, astray, written)


def _described(study: StudyFolder) -> Iterator[str]:
    manifest, parts = study.manifest, study.parts
    go_on = f"not complete; {resume_command(study.path)} goes on"
    state = "complete" if parts.complete else go_on
    yield f"{manifest['name']} ({manifest['kind']}, version {manifest['version']}): {state}"
    yield f"command: {manifest['command']}"
    rule = StoppingRule.of(manifest["rule"])
    yield f"seed {manifest['seed']}; {many(len(manifest['arms']), 'arm')}; {rule.words}"
    for name in _NAMES:
        yield f"{name}: {many(parts.rows(name), 'row')}"
    counts = parts.table("runs", ["arm"])["arm"].value_counts().to_pylist()
    runs = {each["values"]: each["counts"] for each in counts}
    for name in manifest["arms"]:
        yield f"  {name}: {many(runs.get(name, 0), 'run')}"


def _refuse_places(outs: Sequence[tuple[Path, str]]) -> None:
    """Refuse folders that hold something, or that would, before anything is written."""
    taken: set[Path] = set()
    problems = []
    for out, ending in outs:
        holds = out.exists() and (not out.is_dir() or any(out.iterdir()))
        if holds or out.resolve() in taken:
            problems.append(
                Problem(
                    Mark(f"--{ending}", 0, 0),
                    "",
                    str(out),
                    "a new or empty folder",
                    None,
                    "is there already" if holds else "the other tables are to go there",
                )
            )
        taken.add(out.resolve())
    if problems:
        raise BadInput(problems)


def _write(study: StudyFolder, out: Path, ending: str, excel: bool) -> Iterator[Path]:
    as_csv = partial(_write_csv, mark=codecs.BOM_UTF8 if excel else b"")
    parts, write = study.parts, _write_parquet if ending == "parquet" else as_csv
    for name in _NAMES:
        target = out / f"{name}.{ending}"
        write_whole(target, partial(write, batches=_batches(parts, name), schema=parts.schemas[name]))
        yield target
    draws = draws_of(study.plan, parts)
    if len(draws):
        target, table = out / f"draws.{ending}", pa.Table.from_pandas(draws, preserve_index=False)
        write_whole(target, partial(write, batches=table.to_batches(), schema=table.schema))
        yield target


def _make(out: Path, ending: str) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message, allowed = f"cannot be a folder of tables: {error.strerror}", "a place that can be written to"
        refuse(f"--{ending}", message, found=str(out), allowed=allowed)


def _batches(parts: Parts, name: str) -> Iterator[pa.RecordBatch]:
    """Some rows at a time: a table may be larger than the memory."""
    return iter(parts.table(name).to_batches()) if name == "failures" else parts.batches(name)


def _write_parquet(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    write_parquet(path, map(pa.table, batches), schema)


def _write_csv(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema, mark: bytes) -> None:
    flat = _flat(schema.empty_table()).schema
    with path.open("wb") as stream:
        stream.write(mark)
        with pa.csv.CSVWriter(stream, flat) as writer:
            for batch in batches:
                writer.write_table(harmless_table(_flat(pa.table(batch))))


def _flat(table: pa.Table) -> pa.Table:
    """Lists as text, values parted by blanks: CSV has no lists."""
    for i, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            text = [" ".join(map(repr, row)) for row in table[field.name].to_pylist()]
            table = table.set_column(i, field.name, pa.array(text, pa.string()))
    return table
