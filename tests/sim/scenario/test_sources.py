"""Every source that a parameter cites leads to something, in the package and in the documents."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from sim.parameters.whole import walk
from sim.scenario.parameter_table import as_markdown, parameter_table
from sim.scenario.scenario_file import Scenario
from sim.scenario.sources import Citation

ROOT = Path(__file__).parents[3]
SOURCES = sorted({field.json_schema_extra["source"] for _, field in walk(Scenario)} - {"assumption"})
DATA = files("sim") / "data"


@pytest.mark.parametrize("source", SOURCES)
def test_every_citation_can_be_followed(source):
    cited = Citation.of(source)
    assert cited is not None and cited.place, "a file of sim/data, and a place in it"
    passages = cited.passages()
    assert passages and all(passage.text for passage in passages)


@pytest.mark.parametrize("source", [each for each in SOURCES if "(" in each])
def test_the_figures_that_we_took_stand_where_they_are_cited(source):
    """The passage, or for a section of the trial all of it, has each number that is repeated."""
    cited = Citation.of(source)
    text = " ".join(passage.text for passage in cited.passages())
    if cited.file == "TRIAL.md":
        text = (DATA / cited.file).read_text("utf-8")
    numbers = set(re.findall(r"\d[\d.,]*\d|\d", cited.taken))
    assert {number for number in numbers if number not in text} == set()


@pytest.mark.parametrize(
    "source", ["priors.csv: no_such", "FACTS: no such", "TRIAL 99", "NOTHING.md: x", "incidents.csv: M1"]
)
def test_a_citation_of_nothing_leads_nowhere(source):
    assert Citation.of(source).passages() == ()


def test_a_judgement_cites_nothing():
    assert Citation.of("assumption") is None


def test_each_kind_of_place_is_found():
    (row,) = Citation.of("FACTS: group size (2-14)").passages()
    assert row.address == "sim/data/FACTS.md#crossings-by-the-norths-soldiers"
    assert row.text.startswith("group size: patrols that check markers 2-14")
    (section,) = Citation.of("TRIAL 2.4").passages()
    assert section.text.startswith("2.4 Tick and cell")
    assert len(Citation.of("priors.csv: fix_instrument").passages()) > 1
    (column,) = Citation.of("incidents.csv: warning_shots").passages()
    assert column.file == "README.md"


def test_the_table_links_each_citation_to_its_place():
    """Anchors are held against headings by the test of links in tests/test_docs.py."""
    table = as_markdown(parameter_table())
    for source in SOURCES:
        assert f"[{source}](../sim/data/" in table
    for target in re.findall(r"\]\(\.\./([^)#]+)", table):
        assert (ROOT / target).is_file()


@pytest.mark.parametrize("page", ["FACTS.md", "PRIORS.md", "GEOGRAPHY.md", "README.md", "TRIAL.md"])
def test_the_notes_name_no_file_that_is_not_there(page):
    """Of the fallback line, which is not shipped, GEOGRAPHY.md says how it was made."""
    named = set(re.findall(r"\b[\w/]+\.(?:csv|md)\b", (DATA / page).read_text("utf-8")))
    known = {"MODEL.md", "mdl_line.csv", "terrain.csv", "sectors.csv"}
    missing = {name for name in named - known if not ((DATA / name).is_file() or (ROOT / name).is_file())}
    assert missing == set()
