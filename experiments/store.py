"""The tables of results: which columns a run and an incident have; incidents as GeoJSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

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


def table_of(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table; raises ValueError if one has a column that the schema has not."""
    unknown = {name for row in rows for name in row} - set(schema.names)
    if unknown:
        raise ValueError(f"no column for {sorted(unknown)}")
    return pa.Table.from_pylist(rows, schema=schema)


def incident_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Incident rows as a table; well-formed also when there are none."""
    return pa.Table.from_pylist(rows, schema=INCIDENTS)


def geojson(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Incident rows as a GeoJSON feature collection of points on the line (WGS 84), line by line.
    """
    head = json.dumps({"type": "FeatureCollection", "attribution": ATTRIBUTION})
    yield f'{head[:-1]}, "features": ['
    between = "\n"
    for row in rows:
        yield between + json.dumps({
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {k: v for k, v in row.items() if k not in ("lon", "lat")},
        }, ensure_ascii=False)  # fmt: skip
        between = ",\n"
    yield "\n]}\n"
