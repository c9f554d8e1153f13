"""The page says what the figures say, and nothing by hand."""

import json
import re
from pathlib import Path

import pytest

from experiments.validation.page import BEGIN, END, markdown, publish, put_into
from experiments.validation.words import about, first_lines, p_words, plain, record_words

ROOT = Path(__file__).parents[3]
CHECK = {
    "name": "a",
    "title": "crossings",
    "unit": "crossings",
    "theme": "works",
    "use": "fitted",
    "record": {"low": 14.0, "best": 15.0, "high": 15.0},
    "bound": "told",
    "model": {"low": 1.0, "median": 2.5, "high": 8.0},
    "p": 0.031,
    "p_kindest": 0.2,
    "histories": 150,
    "missed": True,
    "note": "of | some",
}
EVENT = {
    "episode": "fog_of_may_2020",
    "title": "it burns",
    "happened": False,
    "chance": 0.97,
    "low": 0.9,
    "high": 1.0,
    "plays": 1200,
}
FIGURES = {
    "version": "0.4.0",
    "scenario": "baseline",
    "record": "the shipped record",
    "draws": 150,
    "seed": 1,
    "posterior": True,
    "checks": [
        CHECK | {"name": "b", "title": "second", "p": 0.6, "missed": False},
        CHECK,
        CHECK | {"name": "c", "title": "third", "p": None, "missed": False},
    ],
    "not_held": {"x": "for a reason"},
    "scores": {"months": {"n": 17, "scores": {"the model": {"crps": 0.61234, "log": 1.2}}}},
    "events": [EVENT, EVENT | {"chance": None, "low": None, "high": None, "title": "it stops"}],
    "back_tests": [],
    "nested": {
        "draws": 30,
        "worlds": 10,
        "lucks": 2,
        "first": 150,
        "floor": 0.01,
        "at_floor": 0.123,
        "variance": {
            "log": [
                {"level": level, "variance": 1.0, "share": share, "low": share - 0.1, "high": share + 0.1}
                for level, share in (("draw", 0.6), ("world", -0.02), ("luck", 0.42))
            ],
            "raw": [
                {"level": level, "variance": 0.0, "share": None, "low": None, "high": None}
                for level in ("draw", "world", "luck")
            ],
        },
        "policies": [
            {
                "policy": "three_step",
                "draws": list(range(28)),
                "lowers": 0.25,
                "lowers_fitted": {"estimate": 0.3, "low": 0.1, "high": 0.5},
                "surely_lower": 3,
                "surely_higher": 9,
                "fit_agrees": 11,
                "median": 1.2,
                "median_fitted": 1.15,
                "rms": 0.41,
                "rms_of_luck": 0.37,
                "spread": 0.3,
                "spread_fitted": 0.02,
            }
        ],
        "like": {
            "worlds": {"draws": 290, "like": {"straying": 29, "misjudged": 0, "mapmade": 3}, "none": 258},
            "draws": {"draws": 30, "like": {"straying": 1, "misjudged": 0, "mapmade": 0}, "none": 29},
        },
    },
    "pictures": [{"name": "predictive-works", "title": "t", "caption": "a picture"}],
}


def test_misses_come_first():
    lines = first_lines(FIGURES)
    assert (
        lines[1]
        == "Missed (two-sided p < 0.05): 1 of 2 numbers of the record; some 0 would be by chance alone."
    )
    assert "crossings: the record 15 (14 - 15), the model 2.5 (1 - 8) crossings (p .031; p .20 at" in lines[2]
    assert (
        lines[3].startswith("Hardly ever so") and "it burns, 97% (90% - 100%); it did not happen" in lines[4]
    )
    assert lines[-1] == "Too few histories have a value for 1 more."
    assert "all with its point values" in about(FIGURES | {"posterior": False})


def test_the_tables_have_every_number_and_picture():
    page = markdown(FIGURES, "pictures/")
    assert "![a picture](pictures/predictive-works.png)" in page
    assert (
        "| **crossings** | 15 (14 - 15) crossings | 2.5 (1 - 8) | **p .031** | 150 | fitted | of / some |"
        in page
    )
    assert "| months (n = 17) | the model | 0.612 | 1.200 |" in page
    assert "(12% of runs have fewer)" in page
    assert "| ignorance: between draws | 60% (50% to 70%) | unknown |" in page
    assert "| world: between worlds of a draw | -2% (-12% to 8%) | unknown |" in page
    row = (
        "three_step | 1.20 / 1.15 | 25% of 28 / 30% (10% - 50%) | 3 / 9 | 11 of 12 | 0.41 / 0.37 | 0.3 / 0.02"
    )
    assert f"| {row} |" in page
    assert "| straying | 10% (29 of 290) | 3% (1 of 30) |" in page
    assert "| misjudged | none of 290 | none of 30 |" in page
    assert "| x | for a reason |" in page and "never came about" in page
    assert page.index("### Misses") < page.index("### The months of the works")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert all(row.count("|") in (9 - 1, 6, 5, 4, 3) for row in rows), "no cell breaks a row"


@pytest.mark.parametrize(
    ("record", "bound", "said"),
    [
        ((5.0, 5.0, 5.0), "told", "5"),
        ((0.0, 1.5, 3.0), "told", "1.5 (0 - 3)"),
        ((95.0, 95.0, None), "at least", "at least 95"),
        ((0.0, 39.5, 79.0), "at most", "at most 79"),
        ((22.0, 22.0, None), "told", "22 or more"),
    ],
)
def test_what_the_record_leaves_open_is_said(record, bound, said):
    ends = dict(zip(("low", "best", "high"), record, strict=True))
    assert record_words({"record": ends, "bound": bound}) == said


def test_numbers_are_short():
    assert [plain(x) for x in (0.0917, 22.5, 450.0, 1234.5, 0.36)] == [
        "0.0917",
        "22.5",
        "450",
        "1,234",
        "0.36",
    ]
    assert [p_words(p) for p in (None, 0.004, 0.047, 0.5, 1.0)] == [
        "too few",
        "p < .01",
        "p .047",
        "p .50",
        "p 1.00",
    ]


def test_a_page_keeps_what_is_written_about_the_tables(tmp_path):
    text = put_into(f"head\n{BEGIN}\nold\n{END}\ntail\n", "new\n")
    assert text == f"head\n{BEGIN}\n\nnew\n\n{END}\ntail\n"
    with pytest.raises(ValueError, match="marks"):
        put_into("no marks", "new")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "VALIDATION.md").write_text(text)
    results = tmp_path / "results"
    results.mkdir()
    (results / "validation.json").write_text(json.dumps(FIGURES))
    for end in ("png", "csv"):
        (results / f"predictive-works.{end}").write_text("picture")
    publish(results, tmp_path)
    assert (tmp_path / "docs" / "validation" / "predictive-works.png").exists()
    assert "it burns" in (tmp_path / "docs" / "VALIDATION.md").read_text()


def test_the_page_of_the_docs_is_what_the_program_wrote():
    figures = json.loads((ROOT / "docs" / "validation" / "validation.json").read_text())
    page = (ROOT / "docs" / "VALIDATION.md").read_text()
    assert put_into(page, markdown(figures, "validation/")) == page
    drawn = re.findall(r"\]\((validation/[\w-]+\.png)\)", page)
    assert len(drawn) >= 6 and all((ROOT / "docs" / name).is_file() for name in drawn)
    assert figures["draws"] >= 150 and figures["scenario"] == "baseline"
