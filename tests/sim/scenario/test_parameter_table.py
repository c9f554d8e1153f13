"""The table of parameters has all there is, in CSV and Markdown, and is found by words."""

import csv
import io

import pytest

from sim.parameters.whole import walk, world_paths
from sim.scenario.parameter_table import as_csv, as_markdown, found, nearest_word, parameter_table
from sim.scenario.scenario_file import Scenario
from sim.sides import SIDES


def test_the_table_has_every_parameter_once():
    rows = parameter_table()
    wanted = [".".join(("<side>", *path[1:]) if path[0] in SIDES else path) for path, _ in walk(Scenario)]
    assert [row.path for row in rows] == list(dict.fromkeys(wanted))
    for row in rows:
        assert row.unit and row.grade and row.source and row.range and row.defaults
        assert (row.low is None) == (row.high is None)


def test_it_marks_what_belongs_to_the_world():
    world = {".".join(("<side>", *path[1:]) if path[0] in SIDES else path) for path in world_paths()}
    assert {row.path for row in parameter_table() if row.world} == world


def test_defaults_and_ranges_in_words():
    rows = {row.path: row for row in parameter_table()}
    line = rows["<side>.response.line"]
    assert line.defaults == "north own, south favour_other"
    assert line.range == "own or commission or favour_other"
    assert rows["hotline.working"].range == "true or false"
    assert rows["border.marker_spacing_m"].range == "20 to 2000"
    assert rows["<side>.rules.steps"].range.startswith("a list of broadcast, ")
    assert rows["border.markers_file"].defaults == "none"
    jumps = rows["<side>.politics.jumps"].defaults
    assert jumps.startswith("[") and jumps.count(",") == 6


def test_the_csv_holds_the_table():
    rows = parameter_table()
    read_back = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [each["path"] for each in read_back] == [row.path for row in rows]
    assert [each["source"] for each in read_back] == [row.source for row in rows]
    for each, row in zip(read_back, rows, strict=True):
        assert each["low"] == "" if row.low is None else float(each["low"]) == row.low
        assert each["world"] == str(row.world).lower()


def test_the_markdown_has_a_line_for_each_parameter_and_a_section_for_each_group():
    rows = parameter_table()
    lines = as_markdown(rows).splitlines()
    table = [line for line in lines if line.startswith("| `")]
    assert len(table) == len(rows)
    assert all(line.count("|") == 7 for line in table)
    sections = [line for line in lines if line.startswith("## ")]
    assert "## `<side>.watch`: Posts that look: how often, how far and how well" in sections
    assert len(sections) == len({row.path.rpartition(".")[0] for row in rows})


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (["south.watch.margin_m"], "<side>.watch.margin_m"),
        (["Markers", "exactly"], "border.markers_standing"),
        (["analogue", "hotline", "effect"], "hotline.call_minutes"),
        (["TRIAL 2.4"], "<side>.navigation.tau_minutes"),
    ],
)
def test_a_parameter_is_found_by_words_of_its_path_meaning_source_and_grade(words, path):
    assert [row.path for row in found(parameter_table(), words)] == [path]


def test_every_word_must_occur_and_a_word_that_nothing_has_is_answered_by_the_nearest():
    rows = parameter_table()
    assert len(found(rows, ["margin"])) > len(found(rows, ["margin", "confirm"])) == 0
    assert nearest_word(rows, "margni_m") == "margin_m" and nearest_word(rows, "xyzzyx") is None
