"""``dmz results``: what a folder holds, and its tables in other places and forms."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from rich.console import Console

from experiments.console import console
from experiments.csv_cells import harmless_table
from experiments.exits import guarded
from experiments.files import write_whole
from experiments.folders import StudyFolder
from experiments.verifying import rows_astray
from experiments.wording import many
from sim.documents import BadInput, Mark, Problem

_KINDS = ("runs", "incidents", "tension", "failures")


def results(folder: Path, csv: Path | None, parquet: Path | None) -> int:
    """Print what is there, and write the tables to folders if asked; the exit code."""

    def do(_: Console) -> int:
        study = StudyFolder(folder)
        study.refuse_changed_inputs()
        astray = list(rows_astray(study)) if study.parts.complete else []
        console().print("\n".join([*_described(study), *astray]))
        for out, ending in ((csv, "csv"), (parquet, "parquet")):
            if out is not None:
                _write(study, out, ending)
        return 1 if astray else 0

    return guarded(do)


def _described(study: StudyFolder) -> Iterator[str]:
    manifest, parts = study.manifest, study.parts
    state = "complete" if parts.complete else "not complete; dmz resume goes on"
    yield f"{manifest['name']} ({manifest['kind']}, version {manifest['version']}): {state}"
    yield f"command: {manifest['command']}"
    yield (f"seed {manifest['seed']}; rule {manifest['rule']}; "
           f"{many(len(manifest['arms']), 'arm')}")  # fmt: skip
    for kind in _KINDS:
        yield f"{kind}: {many(parts.rows(kind), 'row')}"
    counts = parts.table("runs", ["arm"])["arm"].value_counts().to_pylist()
    runs = {each["values"]: each["counts"] for each in counts}
    for name in manifest["arms"]:
        yield f"  {name}: {many(runs.get(name, 0), 'run')}"


def _write(study: StudyFolder, out: Path, ending: str) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput([Problem(Mark(f"--{ending}", 0, 0), "", str(out), "a new or empty folder",
                                None, "is there already")])  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    for kind in _KINDS:
        table = study.parts.table(kind)
        target = out / f"{kind}.{ending}"
        if ending == "parquet":
            write_whole(target, lambda to, t=table: pq.write_table(t, to, compression="zstd"))
        else:
            flat = _flat(table)
            write_whole(target, lambda to, t=flat: pa.csv.write_csv(t, to))
        console().print(str(target))


def _flat(table: pa.Table) -> pa.Table:
    """Lists as text, values parted by blanks: CSV has no lists; and no text that is a formula."""
    for i, field in enumerate(table.schema):
        if pa.types.is_list(field.type):
            text = [" ".join(map(repr, row)) for row in table[field.name].to_pylist()]
            table = table.set_column(i, field.name, pa.array(text, pa.string()))
    return harmless_table(table)
