"""What is printed is there in full: on any stream, at any width, whatever a name looks like."""

import io
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.commands.console import console
from experiments.report.rows import Rows

WIDTHS = ("", "0", "1", "20", "40", "60", "80", "200", "x", "-5")
NAMES = ("[/b]", "res[old]", "[red]x", "[/]", ":smile:", "[link=x]y[/link]", "\\[a]")
NUMBERS = ("1,234,567", "0.046 - 2.98", "-0.29", "99.167%")
SHOW = r"""
from experiments.commands.console import console
from experiments.report.rows import Rows
rows = Rows("area, km\u00b2", "n", words="verdict")
rows.add("names \u2013 \u201codd\u201d \ube44", "\u22121.5 \u2013 \u221e", "lower \udcff")
for stderr in (False, True):
    console(stderr).print(rows)
print("0.3 km\u00b2 \u2013 \u221e \udcfe")
"""


@pytest.mark.parametrize("columns", WIDTHS)
def test_every_number_is_in_full_at_any_width(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", columns)
    rows = Rows("policy", *(f"head {i}" for i in range(len(NUMBERS))), words="verdict")
    for name in NAMES:
        rows.add(name, *NUMBERS, "undecided; about 19 runs would decide")
    console().print(rows)
    console().print(f"{' '.join(NAMES)}: {' and '.join(NUMBERS)}")
    text = capsys.readouterr().out
    for number in NUMBERS:
        assert text.count(number) == len(NAMES) + 1
    for name in NAMES:
        assert text.count(name) >= 2
    assert " ".join(text.split()).count("verdict") in (1, len(NAMES)), "a head, or one each"


@pytest.mark.parametrize("columns", ["100", "200"])
def test_a_row_is_a_line_where_there_is_room(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", columns)
    rows = Rows("policy", "n", "ratio", words="verdict")
    rows.add("w" * 60, "12", "0.5", "lower " * 12)
    rows.add("b", "7", "1.5", "higher")
    console().print(rows)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["policy", "n", "ratio", "verdict"] and ["b", "7", "1.5", "higher"] in lines
    assert max(map(len, lines[1:])) >= 4, "a number stands in its row"
    assert "".join(word for line in lines for word in line if set(word) == {"w"}) == "w" * 60


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 150), st.lists(st.integers(0, 10**12), min_size=1, max_size=6), st.text("ab ", max_size=50)
)
def test_no_width_cuts_a_number(width, numbers, name):
    rows = Rows("name", *map(str, range(len(numbers))), words="in words")
    told = [f"{number:,}" for number in numbers]
    rows.add(name, *told, name)
    stream = io.StringIO()
    one = console()
    one.file, one.width = stream, width
    one.print(rows)
    words = stream.getvalue().split()
    for number in told:
        assert number in words


@pytest.mark.parametrize(
    "more",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {},
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "C", "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_what_a_stream_cannot_write_is_written_otherwise(more):
    done = subprocess.run([sys.executable, "-c", SHOW], capture_output=True, env=os.environ | more)
    assert done.returncode == 0, done.stderr
    for text in (done.stdout, done.stderr):
        assert (b"area, km2" in text) == ("ascii" in more.values() or "LANG" in more)
        assert (b'names - "odd" ?' in text and b"-1.5 - inf" in text) == bool(more)
        assert b"lower \\xff" in text
    assert b"\\xfe" in done.stdout
