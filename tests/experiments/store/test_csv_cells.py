"""CSVs that a spreadsheet may open: no cell is a formula, no number is changed."""

import csv
import io

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.store.csv_cells import csv_text, harmless, harmless_table
from sim.scenario.parameter_table import as_csv, parameter_table

FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\n=1", "-", "=", "--1", "＝1+1")
NUMBERS = ("-5", "+1.5", "-1e-05", "-.5", "+2.", "7", "-0.0")
WORDS = ("", "a-b", "hotline", "1=2", "'=1", " =1")


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_becomes_text(cell):
    assert harmless(cell) == f"'{cell}"


def test_a_lone_carriage_return_is_a_line_break():
    assert harmless("\r=1") == "'\n=1" and harmless("a\r\nb\rc") == "a\nb\nc"


@pytest.mark.parametrize("cell", [*NUMBERS, *WORDS, -5, 1.5, None, True])
def test_everything_else_stays(cell):
    assert harmless(cell) == cell and type(harmless(cell)) is type(cell)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_number_is_changed_even_as_text(value):
    assert harmless(repr(value)) == repr(value) and harmless(f"{value:+g}") == f"{value:+g}"


def test_tables_of_either_kind_follow_the_rule():
    data = {"name": list(FORMULAS), "=n": [-1.5] * len(FORMULAS)}
    rows = list(csv.reader(io.StringIO(csv_text(pd.DataFrame(data)))))
    assert rows[0] == ["name", "'=n"]
    assert rows[1:] == [[f"'{cell}", "-1.5"] for cell in FORMULAS]
    made = harmless_table(
        pa.table({"name": pa.chunked_array([[*FORMULAS, None], ["-5"]]), "n": [-1] * (len(FORMULAS) + 2)})
    )
    assert made["name"].to_pylist() == [*(f"'{cell}" for cell in FORMULAS), None, "-5"]
    assert set(made["n"].to_pylist()) == {-1}
    categories = pd.DataFrame({"arm": pd.Categorical(["=1", "x"])})
    assert csv_text(categories) == "arm\n'=1\nx\n"


def test_the_table_of_parameters_holds_no_formula():
    rows = list(csv.reader(io.StringIO(as_csv(parameter_table()))))
    assert len(rows) > 100
    assert [cell for row in rows for cell in row if harmless(cell) != cell] == []
