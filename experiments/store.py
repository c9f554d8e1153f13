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

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.batch import Batch
from sim.geography import ATTRIBUTION

RUN_FIELDS = {"ended": pa.bool_(), "first_clash_day": pa.float64(), "talks": pa.string()}
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
    """Run rows as a table; the types do not depend on which values happened to be missing."""
    types = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}
    first = rows[0]
    schema = pa.schema(
        [(name, RUN_FIELDS.get(name) or types[type(value)]) for name, value in first.items()]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def incident_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Incident rows as a table; well-formed also when there are none."""
    return pa.Table.from_pylist(rows, schema=INCIDENTS)


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
    """Write plain values as JSON, keys in order."""
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
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
