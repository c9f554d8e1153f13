"""The tables of results: which columns a run and an incident have; incidents as GeoJSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from experiments.design.manifest_file import Values
from experiments.design.plan import Plan
from sim.outcome.columns import INCIDENT, RUN, Column, Row
from sim.sides import SIDES
from sim.world.geography import ATTRIBUTION

_TYPES = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}


class Stored(NamedTuple):
    """A column of a table: its name needs no quotes in SQL."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str


def _stored(columns: Iterable[Column]) -> list[Stored]:
    return [Stored(each.name, _TYPES[each.type], each.unit, each.meaning) for each in columns]


def schema_of(columns: Iterable[Stored]) -> pa.Schema:
    """The Arrow schema of these columns."""
    return pa.schema([(each.name, each.type) for each in columns])


ARM = Stored("arm", pa.string(), "", "name of the arm")
_RUN = Stored(
    "run", pa.int64(), "", "number of the run in its arm, from 0; the same one of two arms is a pair"
)
_WHERE = [
    Stored("world", pa.int64(), "", "number of the world"),
    Stored("luck", pa.int64(), "", "number of the luck in its world"),
]
_CURVE = pa.list_(pa.float32())
OF_ARMS = [
    Stored("scenario", pa.string(), "", "name of the scenario"),
    Stored("policy", pa.string(), "", "names of the policies; nothing (null) without any"),
]
OF_RUNS = [_RUN, *_stored(RUN)]
OF_INCIDENTS = [_RUN, *_WHERE, *_stored(INCIDENT)]
OF_TENSION = [
    _RUN,
    *(Stored(side, _CURVE, "tension", f"of the {side}, at the start of every seventh day") for side in SIDES),
    Stored("talks_day", pa.list_(pa.int32()), "day", "days on which the talks came to stand otherwise"),
    Stored("talks", pa.list_(pa.string()), "", "where they stood from each of these days on"),
]
OF_FAILURES = [
    _RUN,
    Stored("seed", pa.int64(), "", "seed of all worlds and lucks"),
    Stored("error", pa.string(), "", "what the run raised, in a line"),
    Stored("traceback", pa.string(), "", "where in the code"),
]
RUNS, INCIDENTS = schema_of(OF_RUNS), schema_of(OF_INCIDENTS)


@dataclass(frozen=True)
class ArmColumns:
    """Columns of runs that are the same for all runs of an arm: their types, and their cells by arm."""

    schema: pa.Schema = field(default_factory=lambda: pa.schema([]))
    cells: Mapping[str, Values] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> "ArmColumns":
        """Scenario, policies (null for none), and what a plan sweeps and sets, with exact values."""
        cells = {
            name: {"scenario": arm.case.scenario.name, "policy": arm.policy, **plan.asked(arm)}
            for name, arm in plan.arms.items()
        }
        types = {each.name: each.type for each in OF_ARMS}
        types |= {name: _type_of(each[name] for each in cells.values()) for name in plan.columns}
        return cls(pa.schema(list(types.items())), cells)


def _type_of(values: Iterable[Any]) -> pa.DataType:
    """The type of a column with these cells: numbers are numbers, everything else is text."""
    kinds = {type(value) for value in values if value is not None}
    if not kinds or not kinds <= {bool, int, float} or (bool in kinds and len(kinds) > 1):
        return pa.string()
    return pa.float64() if float in kinds else pa.bool_() if bool in kinds else pa.int64()


def table_of(rows: list[Row], schema: pa.Schema) -> pa.Table:
    """Rows as a table; raises ValueError if one has a column that the schema has not."""
    unknown = {name for row in rows for name in row} - set(schema.names)
    if unknown:
        raise ValueError(f"no column for {sorted(unknown)}")
    return pa.Table.from_pylist(rows, schema=schema)


def incident_table(rows: list[Row]) -> pa.Table:
    """Incident rows as a table; well-formed also when there are none."""
    return pa.Table.from_pylist(rows, schema=INCIDENTS)


def geojson(rows: Iterable[Row]) -> Iterator[str]:
    """Incident rows as a GeoJSON feature collection of points on the line (WGS 84), line by line."""
    head = json.dumps({"type": "FeatureCollection", "attribution": ATTRIBUTION})
    yield f'{head[:-1]}, "features": ['
    between = "\n"
    for row in rows:
        yield between + json.dumps(
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
                "properties": {k: v for k, v in row.items() if k not in ("lon", "lat")},
            },
            ensure_ascii=False,
        )
        between = ",\n"
    yield "\n]}\n"
