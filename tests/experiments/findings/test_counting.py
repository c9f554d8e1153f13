"""Who counts what: every definition counts what it says, under each line, on runs counted by hand."""

import itertools

import numpy as np
import pytest
from little import run_rows

from experiments.findings.counting import counting
from experiments.findings.counting_words import counting_rows, range_words
from experiments.findings.definitions import RECORDED, cells, columns, definitions
from experiments.statistics.intervals import Pilot, rate_interval, ratio_interval
from sim.outcome.columns import LINES, RUN


def runs_of(**counts):
    """Eight runs of four worlds, a year each; what is not given did not come about."""
    return run_rows("", [0] * 8).assign(**{name: each for name, each in counts.items()})


def of(found, cell):
    return next(each for each in found["counts"] if (each["definition"], each["line"], each["units"]) == cell)


def test_every_definition_counts_columns_of_a_run_and_says_who_counts_so():
    known = {column.name for column in RUN}
    assert set(columns()) <= known
    for each in definitions():
        assert each.says.endswith(".") and each.source and len(set(each.lines)) == len(each.lines)
    assert {line for _, line, _ in cells()} == {"", *LINES}
    assert RECORDED in set(cells())


def test_what_a_side_counts_are_the_other_sides_units_and_both_add_up():
    runs = runs_of(recorded_by_south=[2, 0] * 4, recorded_by_north=[0, 0, 0, 1] * 2)
    found = counting({"a": runs})["a"]
    cells_ = [("recorded crossing", "", units) for units in ("north", "south", "both")]
    assert [of(found, cell)["rate"]["events"] for cell in cells_] == [8, 2, 10]
    for cell, by_world in zip(cells_, ([2, 2, 2, 2], [0, 1, 0, 1], [2, 3, 2, 3]), strict=True):
        exact = rate_interval(by_world, np.full(4, 2.0), pool=Pilot.of(by_world))
        rate = of(found, cell)["rate"]
        assert [rate[end] for end in ("estimate", "low", "high")] == pytest.approx(
            [exact.estimate, exact.low, exact.high]
        )


def test_lines_are_told_apart_and_so_are_what_was_seen_and_what_stood():
    names = [f"{how}_past_{line}_line_north" for how in ("stood", "seen") for line in LINES]
    runs = runs_of(**{name: [i + 1] + [0] * 7 for i, name in enumerate(names)})
    found = counting({"a": runs})["a"]
    for (how, line), n in zip(itertools.product(("found", "seen"), LINES), range(1, 9), strict=True):
        for units, events in (("north", n), ("south", 0), ("both", n)):
            assert of(found, (f"{how} past the line", line, units))["rate"]["events"] == events


def test_the_range_is_that_of_the_first_and_the_last_by_what_they_mean():
    """Not of the least and the most that came about, which would have been chosen by luck."""
    runs = runs_of(
        answered=[1, 0] * 4, clashes=[0] * 8, unit_days_north=[50.0] * 8, unit_days_south=[30.0] * 8
    )
    found = counting({"a": runs})["a"]
    exact = ratio_interval([160] * 4, [1] * 4)
    ratio = found["all"]["ratio"]
    assert (ratio["estimate"], ratio["low"], ratio["high"]) == (160, exact.low, exact.high)
    assert (found["all"]["narrowest"], found["all"]["broadest"]) == (
        "answered fire",
        "day of a unit in the zone",
    )
    assert "counts 160 times as many as “answered fire”" in range_words(found)
    assert "nothing came about that “recorded crossing” counts" in range_words(found)


def test_a_world_alone_has_no_interval_and_the_record_is_once_itself():
    found = counting({"a": run_rows("", [1, 1]).assign(recorded_by_south=[3, 4])})["a"]
    assert of(found, RECORDED)["rate"]["low"] is None and of(found, RECORDED)["times"]["low"] is None
    rows = {(row.definition, row.line): row for row in counting_rows(found)}
    assert rows["recorded crossing", "the watchers' own"].times == "1"
    assert rows["crossing", "the true line"].times == "0 (no interval)"
    assert sum(row.first for row in rows.values()) == len(definitions())


def test_arms_tell_each_other_how_large_a_burst_is():
    quiet, bursts = runs_of(clashes=[0] * 8), runs_of(clashes=[9, 0] * 4)
    alone, beside = counting({"a": quiet})["a"], counting({"a": quiet, "b": bursts})["a"]
    cell = ("accidental clash", "", "both")
    assert of(beside, cell)["rate"]["high"] > of(alone, cell)["rate"]["high"] > 0
