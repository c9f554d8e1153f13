"""Units of measure are named once, and written out nowhere else."""

import ast
from pathlib import Path

import experiments
import sim

UNITS = {1440, 10080}  # minutes; 365 days as a whole number are a scenario's length, too
YEAR = 365.0


def test_minutes_of_a_day_and_days_of_a_year_stand_in_one_place():
    found = []
    for room in (sim, experiments):
        for path in sorted(Path(room.__file__).parent.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                value = node.value if isinstance(node, ast.Constant) else None
                is_year = isinstance(value, float) and value == YEAR
                if isinstance(value, int | float) and (value in UNITS or is_year):
                    found.append((path.name, value))
    assert found == [("constants.py", YEAR)]
