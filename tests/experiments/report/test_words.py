"""One file of words: the page in docs, the glossary of reports, and every link between them."""

import re
from pathlib import Path

import pytest

from experiments.report.sources import sources
from experiments.report.words import PAGE, anchor, as_markdown, words
from sim.scenario.parameter_table import parameter_table

ROOT = Path(__file__).parents[3]


def test_the_page_is_made_of_the_file():
    assert (ROOT / PAGE).read_text("utf-8") == as_markdown()


@pytest.mark.parametrize(
    "word", ["fix", "joint", "luck saved", "moments", "effective clusters", "first luck"]
)
def test_what_tables_say_without_a_word_is_explained(word):
    assert anchor(word) in as_markdown()


def test_a_word_that_is_linked_has_a_meaning_and_each_has_one_place():
    said = "".join(path.read_text("utf-8") for path in (ROOT / "experiments/templates").glob("*.html"))
    linked = set(re.findall(r"word\(\"([^\"]+)\"", said))
    assert len(linked) > 15
    for word in linked:
        anchor(word)
    every = [word for group in words().values() for word in group]
    assert len(set(map(anchor, every))) == len(every)
    assert all(meaning.endswith((".", '".')) for group in words().values() for meaning in group.values())
    with pytest.raises(KeyError):
        anchor("no such word")


def test_every_source_that_a_report_names_is_quoted():
    found = list(sources())
    assert len(found) > 20 and all(source.passages for source in found)
    resting = {path for source in found for path in source.parameters}
    assert resting >= {row.path for row in parameter_table() if row.grade != "assumption"}
    for source in found:
        for passage in source.passages:
            assert (ROOT / passage.address.partition("#")[0]).is_file() and passage.text
