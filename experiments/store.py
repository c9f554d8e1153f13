"""Results on disk: what a run of the command leaves behind.

    runs.parquet       one row a run
    incidents.parquet  one row an incident
    manifest.json      what was run: scenario, policies, hashes, seeds, version, command
    figures.json       the figures that the command printed
    summary.png        the picture
    session.json       when, how long, by which versions, the command as typed

All but session.json hold the same bytes whenever the same runs are made, with any number of
workers. Files appear whole or not at all.
"""

import datetime as dt
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.batch import Batch
from sim.documents import BadInput, Mark, Problem
from sim.geography import ATTRIBUTION

_SIDE_COUNTS = ("recorded_by", "crossings", "deep_crossings", "unanswered")
_MORE_SIDE_COUNTS = ("approach_broadcasts", "stray_shots", "casualties")
_COUNTS = (
    "incidents", *(f"rung_{r}" for r in range(1, 7)), "answered", "answered_warning_shots",
    "answered_rounds_at_post", "with_warning_shots", "broadcasts", "warning_volleys", "violations",
    "false_incidents", "mine_strikes", "casualties_mines",
)  # fmt: skip


def _fields_of_side(side: str) -> list[tuple[str, pa.DataType]]:
    return [
        *((f"{name}_{side}", pa.int64()) for name in _SIDE_COUNTS),
        (f"deepest_unanswered_{side}", pa.float64()),
        *((f"{name}_{side}", pa.int64()) for name in _MORE_SIDE_COUNTS),
        (f"workdays_{side}", pa.float64()), (f"workdays_lost_{side}", pa.float64()),
    ]  # fmt: skip


_RUN_FIELDS = [
    ("run", pa.int64()), ("seed", pa.int64()), ("world", pa.int64()), ("luck", pa.int64()),
    ("days", pa.float64()), ("ended", pa.bool_()),
    *((name, pa.int64()) for name in (
        "clashes", "clashes_violation", "clashes_otherwise", "clashes_ordered")),
    ("first_clash_day", pa.float64()), *((name, pa.int64()) for name in _COUNTS),
    *_fields_of_side("north"), *_fields_of_side("south"),
    *((name, pa.float64()) for name in (
        "mean_disagreement_m", "p95_disagreement_m", "map_gap", "contested_area_km2",
        "tension_mean_north", "tension_mean_south", "tension_max")),
    ("talks", pa.string()), ("surveyed_km", pa.float64()),
]  # fmt: skip
RUNS = pa.schema(_RUN_FIELDS)
_INCIDENT_FIELDS = [
    ("run", pa.int64()), ("world", pa.int64()), ("luck", pa.int64()), ("incident", pa.int64()),
    ("opened", pa.string()), ("day", pa.float64()), ("minutes", pa.float64()),
    ("trigger", pa.string()), ("cause", pa.string()), ("accidental", pa.bool_()),
    ("dated", pa.bool_()), ("false", pa.bool_()), ("night", pa.bool_()),
    ("perceived_by", pa.string()), ("recorded_by_north", pa.bool_()),
    ("recorded_by_south", pa.bool_()), ("s_km", pa.float64()), ("lon", pa.float64()),
    ("lat", pa.float64()), ("county", pa.string()), ("sector", pa.string()), ("site", pa.int64()),
    ("persons", pa.int64()), ("rung", pa.int64()), ("answered", pa.bool_()),
    ("depth_m", pa.float64()), ("true_depth_m", pa.float64()), ("map_m", pa.float64()),
    ("navigation_m", pa.float64()), ("fix_m", pa.float64()), ("broadcasts", pa.int64()),
    ("warning_volleys", pa.int64()), ("spells_of_fire", pa.int64()),
    ("casualties_north", pa.int64()), ("casualties_south", pa.int64()),
    ("casualties_mines", pa.int64()),
]  # fmt: skip
INCIDENTS = pa.schema(_INCIDENT_FIELDS)


def run_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Run rows as a table; raises ValueError if a row has a column that the table has not."""
    return table_of(rows, RUNS)


def table_of(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table; raises ValueError if one has a column that the schema has not."""
    unknown = {name for row in rows for name in row} - set(schema.names)
    if unknown:
        raise ValueError(f"no column for {sorted(unknown)}")
    return pa.Table.from_pylist(rows, schema=schema)


def incident_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Incident rows as a table; well-formed also when there are none."""
    return pa.Table.from_pylist(rows, schema=INCIDENTS)


def new_folder(out: Path | None, name: str) -> Path:
    """The folder of results, not yet made: ``out``, else one of ``name`` and the time.

    Raises ``BadInput`` for one that holds something else or cannot be made.
    """
    if out is None:
        stamp = dt.datetime.now().strftime("%Y%m%d-%H%M%S")
        safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
        out = Path("results") / f"{safe}-{stamp}"
    problem = None
    if out.exists() and not out.is_dir():
        problem = "is a file, not a folder"
    elif out.is_dir() and not all(map(_left_by_a_start, out.iterdir())):
        problem = "is not empty; give another folder, or remove it first"
    else:
        parent = next(p for p in (out, *out.parents) if p.exists())
        if not os.access(parent, os.W_OK):
            problem = f"cannot be made: {parent} is not writable"
    if problem:
        raise BadInput([Problem(Mark("--out", 0, 0), "", str(out), message=problem)])
    return out


def _left_by_a_start(path: Path) -> bool:
    """Whether a study killed before its manifest was written may have left this."""
    return path.name == "inputs" or path.name.endswith(".part")


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Have ``write`` make a file beside ``path``, then put it in its place in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(temporary)
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write plain values as JSON, in their order."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    write_whole(path, lambda to: to.write_text(text, encoding="utf-8") and None)


def write_tables(folder: Path, batch: Batch) -> None:
    """Write both tables of a batch."""
    runs, incidents = run_table(batch.run_rows()), incident_table(batch.incident_rows())
    for name, table in (("runs", runs), ("incidents", incidents)):
        write_whole(
            folder / f"{name}.parquet",
            lambda to, table=table: pq.write_table(table, to, compression="zstd"),
        )


def geojson(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Incident rows as a GeoJSON feature collection of points on the line (WGS 84)."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {k: v for k, v in row.items() if k not in ("lon", "lat")},
        }
        for row in rows
    ]
    return {"type": "FeatureCollection", "attribution": ATTRIBUTION, "features": features}
