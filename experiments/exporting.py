"""``dmz results``: what a folder holds, and its tables in other places and forms."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
from rich.console import Console

from experiments.console import console
from experiments.csv_cells import harmless_table
from experiments.exits import guarded, resume_command
from experiments.files import write_parquet, write_whole
from experiments.folders import StudyFolder
from experiments.parts import SCHEMAS, Parts
from experiments.plan import Rule
from experiments.verifying import rows_astray
from experiments.wording import many
from sim.documents import BadInput, Mark, Problem

_KINDS = ("runs", "incidents", "tension", "failures")


def results(folder: Path, csv: Path | None, parquet: Path | None) -> int:
    """Print what is there, and write the tables to folders if asked; the exit code."""

    def do(_: Console) -> int:
        outs = [(out, ending) for out, ending in ((csv, "csv"), (parquet, "parquet")) if out]
        _refuse_places(outs)
        study = StudyFolder(folder)
        study.refuse_changed_inputs()
        astray = list(rows_astray(study)) if study.parts.complete else []
        console().print("\n".join([*_described(study), *astray]))
        for out, ending in outs:
            _write(study, out, ending)
        return 1 if astray else 0

    return guarded(do)


def _described(study: StudyFolder) -> Iterator[str]:
    manifest, parts = study.manifest, study.parts
    go_on = f"not complete; {resume_command(study.path)} goes on"
    state = "complete" if parts.complete else go_on
    yield f"{manifest['name']} ({manifest['kind']}, version {manifest['version']}): {state}"
    yield f"command: {manifest['command']}"
    yield (f"seed {manifest['seed']}; {many(len(manifest['arms']), 'arm')}; "
           f"{Rule.of(manifest['rule']).words}")  # fmt: skip
    for kind in _KINDS:
        yield f"{kind}: {many(parts.rows(kind), 'row')}"
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
            problems.append(Problem(
                Mark(f"--{ending}", 0, 0), "", str(out), "a new or empty folder", None,
                "is there already" if holds else "the other tables are to go there",
            ))  # fmt: skip
        taken.add(out.resolve())
    if problems:
        raise BadInput(problems)


def _write(study: StudyFolder, out: Path, ending: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    parts, write = study.parts, _write_parquet if ending == "parquet" else _write_csv
    for kind in _KINDS:
        target = out / f"{kind}.{ending}"
        write_whole(target, lambda to, kind=kind: write(to, _batches(parts, kind), SCHEMAS[kind]))
        console().print(str(target))


def _batches(parts: Parts, kind: str) -> Iterator[pa.RecordBatch]:
    """Some rows at a time: a table may be larger than the memory."""
    return iter(parts.table(kind).to_batches()) if kind == "failures" else parts.batches(kind)


def _write_parquet(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    write_parquet(path, map(pa.table, batches), schema)


def _write_csv(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    flat = _flat(schema.empty_table()).schema
    with path.open("wb") as stream, pa.csv.CSVWriter(stream, flat) as writer:
        for batch in batches:
            writer.write_table(harmless_table(_flat(pa.table(batch))))


def _flat(table: pa.Table) -> pa.Table:
    """Lists as text, values parted by blanks: CSV has no lists."""
    for i, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            text = [" ".join(map(repr, row)) for row in table[field.name].to_pylist()]
            table = table.set_column(i, field.name, pa.array(text, pa.string()))
    return table
