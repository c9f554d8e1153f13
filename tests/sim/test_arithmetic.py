"""Sums whose bits no release changes; and that ``sim`` adds up floats nowhere else."""

import ast
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.arithmetic import count, mean, quantile, total

# Names under which NumPy, Python or linear algebra add numbers up in an order of their own.
REDUCTIONS = {
    "sum",
    "nansum",
    "mean",
    "nanmean",
    "average",
    "std",
    "nanstd",
    "var",
    "nanvar",
    "median",
    "nanmedian",
    "quantile",
    "nanquantile",
    "percentile",
    "nanpercentile",
    "prod",
    "nanprod",
    "cumprod",
    "trapezoid",
    "trapz",
    "dot",
    "vdot",
    "inner",
    "matmul",
    "einsum",
    "tensordot",
    "vecdot",
    "convolve",
    "correlate",
    "cov",
    "corrcoef",
    "polyfit",
    "gradient",
    "histogram",
    "norm",
    "linalg",
    "fft",
    "reduce",
    "reduceat",
    "sumprod",
    "trace",
}
WHOLE = {  # (file, function, name): why no float is added up there
    ("arithmetic.py", "count", "reduce"): "whole numbers and truth values; others raise",
    ("cloning.py", "counts_of", "sum"): "counts casualties",
    ("documents/checking.py", "_closest", "sum"): "counts faults",
    ("documents/checking.py", "shared", "sum"): "counts steps of a path",
    ("documents/composing.py", "_measure", "sum"): "counts values",
    ("world/draw.py", "_posts", "sum"): "counts posts",
    ("world/draw.py", "_units", "sum"): "counts units",
}


def reductions(node: ast.AST, function: str = "") -> Iterator[tuple[str, str]]:
    """(function, name) wherever a reduction is named below a node, called or handed on."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield from reductions(child, child.name)
            continue
        if isinstance(child, ast.Attribute) and child.attr in REDUCTIONS:
            yield function, child.attr
        if isinstance(child, ast.Name) and child.id in ("sum", "reduce"):
            yield function, child.id
        if isinstance(child, ast.MatMult):
            yield function, "@"
        if isinstance(child, ast.ImportFrom) and (child.module or "").split(".")[0] == "numpy":
            yield from ((function, each.name) for each in child.names if each.name in REDUCTIONS)
        yield from reductions(child, function)


def test_sim_adds_floats_up_in_one_place_only():
    root = Path(sim.__file__).parent
    found = {
        (str(file.relative_to(root)), *place)
        for file in root.rglob("*.py")
        for place in reductions(ast.parse(file.read_text("utf-8")))
    }
    assert found == WHOLE.keys()


@pytest.mark.parametrize(
    "text",
    [
        "np.sum(x)",
        "x.mean(axis=0)",
        "a @ b",
        "map(np.std, x)",
        "np.add.reduce(x)",
        "sum(x)",
        "np.linalg.solve(a, b)",
        "from numpy import quantile",
        "np.quantile(x, 0.5)",
    ],
)
def test_every_way_to_add_up_is_seen(text):
    assert list(reductions(ast.parse(f"def f():\n    {text}\n")))


NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@given(NUMBERS)
def test_a_total_goes_from_the_first_to_the_last(values):
    whole = 0.0
    for value in values:
        whole += value
    assert total(values) == total(np.array(values)) == whole
    assert mean(values) == whole / len(values)
    assert total(np.repeat(values, 2)[::2]) == whole  # whatever its strides


def test_a_total_is_near_the_exact_one():
    values = np.arange(1, 10_001) / 7.0
    assert total(values) == pytest.approx(math.fsum(values), rel=1e-12)


@given(NUMBERS, st.floats(0, 1))
def test_a_quantile_is_the_linear_one(values, share):
    found = quantile(np.array(values), share)
    assert found == pytest.approx(np.quantile(values, share), rel=1e-9, abs=1e-6)
    assert min(values) <= found <= max(values)


def test_quantiles_at_the_ends_and_between():
    values = np.array([3.0, 1.0, 2.0, 5.0])
    assert [quantile(values, q) for q in (0, 1 / 3, 0.5, 1)] == [1, 2, 2.5, 5]
    assert quantile(np.array([4.0]), 0.95) == 4.0


def test_whole_numbers_are_counted_and_others_refused():
    assert count(np.array([True, False, True])) == 2
    assert count(np.array([[1, 2], [3, 4]], np.int32)) == 10
    assert count(np.zeros(0, bool)) == 0
    with pytest.raises(TypeError):
        count(np.array([1.0, 2.0]))
