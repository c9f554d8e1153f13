"""The columns of the tables: declared once, told in docs/COLUMNS.md, safe in SQL, exact."""

import os
from pathlib import Path

import pyarrow as pa
import pytest
from little import SCENARIO, plan

from experiments.design.columns import is_safe
from experiments.design.request import Several, several_plan
from experiments.measures import BOTH_SIDES, EVERY, noun
from experiments.store.dictionary import TABLES, columns_page
from experiments.store.parts import Parts
from experiments.store.rows import SCHEMAS
from experiments.store.tables import ArmColumns
from sim.model import DmzModel
from sim.outcome.columns import INCIDENT, RUN
from sim.outcome.outcome import outcome
from sim.scenario.loading import load_case

PAGE = Path(__file__).parents[3] / "docs" / "COLUMNS.md"


@pytest.fixture(scope="module")
def played():
    """The outcome of a run with incidents."""
    case = load_case("misjudged", assignments=["clock.warmup_days=5"], days=365)
    found = outcome(DmzModel(case, seed=1).run().scene)
    assert found.incidents
    return found


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_safe_in_sql(table):
    names = [column.name for column in TABLES[table][1]]
    assert [name for name in names if not is_safe(name)] == [] and len(set(names)) == len(names)


def test_the_tables_of_the_page_are_those_that_are_kept():
    kept = {"runs.parquet": "runs", "incidents.parquet": "incidents", "tension.parquet": "tension"}
    for table, kind in (kept | {"failures.json": "failures"}).items():
        names = [column.name for column in TABLES[table][1]]
        assert [name for name in names if name not in ("scenario", "policy")] == SCHEMAS[kind].names


def test_rows_follow_the_declaration(played):
    assert list(played.row) == [column.name for column in RUN]
    for row in played.incidents:
        assert list(row) == [column.name for column in INCIDENT]
    for columns, rows in ((RUN, [played.row]), (INCIDENT, played.incidents)):
        for column in columns:
            kinds = {type(row[column.name]) for row in rows} - {type(None)}
            assert kinds <= {column.type}, column.name


def test_measures_follow_the_declaration():
    counted = {column.name for column in RUN if column.section and not column.adds}
    assert set(EVERY) == counted | {*BOTH_SIDES}
    assert all(
        f"{name}_{side}" in {each.name for each in RUN} for name in BOTH_SIDES for side in ("north", "south")
    )
    assert all(noun(name) and noun(name) == noun(name).strip() for name in EVERY)


def test_the_page_of_columns_is_generated():
    if os.environ.get("DMZ_REFRESH"):
        PAGE.write_text(columns_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == columns_page(), "DMZ_REFRESH=1 writes it"


def test_duckdb_reads_every_column_without_quotes(tmp_path, played):
    duckdb = pytest.importorskip("duckdb")
    arms = ArmColumns.of(plan(tmp_path))
    parts = Parts(tmp_path / "out", arms=arms)
    (tmp_path / "out").mkdir()
    parts.open()
    first = next(iter(arms.cells))
    parts.add([(first, 0, played)], 1)
    parts.compact([first])
    for kind in ("runs", "incidents", "tension"):
        names = ", ".join(parts.schemas[kind].names)
        found = duckdb.sql(f"select {names} from '{tmp_path}/out/{kind}.parquet'")
        assert found.columns == parts.schemas[kind].names and len(found.fetchall()) > 0
    file = f"'{tmp_path}/out/incidents.parquet'"
    wrong = sum(row["false_incident"] for row in played.incidents)
    counted = duckdb.sql(f"select count(*) from {file} where false_incident").fetchall()
    assert counted == [(wrong,)] and wrong > 0
    where = "policy is null and scenario = 'short' and border_marker_survival = 0.9"
    assert duckdb.sql(f"select count(*) from '{tmp_path}/out/runs.parquet' where {where}").fetchall() == [
        (1,)
    ]


def test_columns_of_arms_have_the_types_and_values_of_what_was_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SCENARIO)
    given = {
        "south.watch.margin_m": "23.461731234567891",
        "south.watch.posts": "7",
        "hotline.working": "true",
        "north.rules.steps": "[broadcast, aimed_fire]",
        "ends_at_rung": "null",
        "talks.outcome": "ignored",
    }
    asked = Several("short.yaml", ("wider_margin",), assignments=tuple(f"{k}={v}" for k, v in given.items()))
    found = ArmColumns.of(several_plan(asked))
    assert dict(zip(found.schema.names, found.schema.types, strict=True)) == {
        "scenario": pa.string(),
        "policy": pa.string(),
        "south_watch_margin_m": pa.float64(),
        "south_watch_posts": pa.int64(),
        "hotline_working": pa.bool_(),
        "north_rules_steps": pa.string(),
        "ends_at_rung": pa.string(),
        "talks_outcome": pa.string(),
    }
    bare, wider = found.cells.values()
    assert bare == {
        "scenario": "short",
        "policy": None,
        "south_watch_margin_m": 23.461731234567891,
        "south_watch_posts": 7,
        "hotline_working": True,
        "north_rules_steps": '["broadcast", "aimed_fire"]',
        "ends_at_rung": None,
        "talks_outcome": "ignored",
    }
    assert wider == bare | {"policy": "wider response margin"}
