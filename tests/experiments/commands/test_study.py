"""What is said of runs that failed: where somebody's own code stood, and no traceback."""

import traceback

import pytest

from experiments.commands.study import _place_in
from sim.arithmetic import mean


def whole(code: str, file: str) -> str:
    """The traceback of a code that raises, as if it stood in a file."""
    try:
        exec(compile(code, file, "exec"), {"mean": mean})
    except Exception:
        return traceback.format_exc()
    pytest.fail("it raises nothing")


def test_the_place_is_the_last_in_somebodys_own_code():
    text = whole("def mine():\n    mean([])\nmine()", "/home/a b/mine.py")
    assert text.count("  File ") == 4 and _place_in(text) == ", at /home/a b/mine.py:2 in mine"


def test_without_own_code_the_place_is_the_last_of_all():
    ours = mean.__code__.co_filename
    frames = "".join(f'  File "{ours}", line {n}, in mean\n    return\n' for n in (1, 79))
    assert _place_in(f"Traceback (most recent call last):\n{frames}") == f", at {ours}:79 in mean"
    assert _place_in("") == ""
