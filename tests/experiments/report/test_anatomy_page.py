"""The page of an anatomy in a real browser: quiet, readable on a telephone, and its names are only text."""

from dataclasses import replace

import numpy as np
import pytest
from browser import browser, in_a_browser, opened

from experiments.design.anatomy import AnatomyDesign
from experiments.design.ingredients import ingredients
from experiments.findings.anatomy import Removals, anatomy_of
from experiments.findings.clash_tree import ClashTree, OtherWay, Turn
from experiments.findings.moment import PlayShare
from experiments.pictures.anatomy import anatomy_picture
from experiments.report.anatomy_page import Told, anatomy_html

EVIL = '<img src=x onerror="document.title=1">' + "한 name that is long " * 4
PLAYED = "All 12 runs, in 6 worlds."


def figures():
    """Of clashes that are drawn: what they are does not matter here."""
    design = AnatomyDesign.drawn(range(6), 12, len(ingredients()), 2, 1)
    luck = np.random.default_rng(1)

    def drawn():
        return {events: luck.poisson(3.0, 2).astype(float) for events in ("expected", "counted")}

    values = tuple({each: drawn() for each in coalitions} for coalitions in design.coalitions)
    return anatomy_of(Removals(design, values, frozenset()), ingredients(), 12.0)


def tree():
    """Two turns, from the second of which all replays come to a clash."""
    half, whole = PlayShare.of(100, 200), PlayShare.of(200, 200)
    other = OtherWay("the north's unit withdraws", half, 0)
    turns = (
        Turn("14:58", 22.0, ("the south's post fires warning shots",), (), half, half, (other,)),
        Turn("14:59", 23.0, ("the north's post opens aimed fire",), ("fires: chance 0.900",), whole, whole),
    )
    return ClashTree(("2025-11-02 14:36, Paju.",), ("without the fix error: let pass",), turns, "Over.", 200)


@pytest.fixture(scope="module")
def told():
    return Told(EVIL, 1, PLAYED, figures(), ingredients(), {"mines": "all is as if"}, "Clash 1 of 1", tree())


@pytest.fixture(scope="module")
def page(told, tmp_path_factory):
    path = tmp_path_factory.mktemp("anatomy") / "anatomy.html"
    path.write_text(anatomy_html(told, anatomy_picture(told.arm, told.figures, [PLAYED])))
    return path


@in_a_browser
def test_it_is_quiet_readable_on_a_telephone_and_all_there(page, told):
    with browser() as chromium:
        for width in (1280, 390):
            window, said = opened(chromium, page, width)
            assert (
                window.title() == f"Anatomy of accidents: {EVIL}".strip()
                and window.query_selector("img") is None
            )
            assert window.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
            cut = "e => e.getBoundingClientRect().right > innerWidth + 0.5 && !e.closest('.wide')"
            assert window.evaluate(f"[...document.querySelectorAll('main *')].filter({cut}).length") == 0
            sizes = "[...document.querySelectorAll('main p, main li, main td')].map(fontSize)"
            size = "const fontSize = (e) => parseFloat(getComputedStyle(e).fontSize)"
            assert min(window.evaluate(f"() => {{ {size}; return {sizes}; }}")) >= 12
            rows = window.locator("#table tbody tr")
            assert rows.count() == len(ingredients()) and window.locator(".tree > li").count() == 2
            assert rows.first.inner_text().startswith(told.figures["ingredients"][0]["name"])
            wide = window.locator(".wide").first  # what is wider scrolls by itself, by keys too
            wide.focus()
            assert wide.evaluate("e => e === document.activeElement || e.scrollWidth <= e.clientWidth")
            for link in window.locator("nav a").all():
                assert window.locator(link.get_attribute("href")).count() == 1
            share = "(e) => e.firstChild.clientWidth / e.clientWidth"
            bars = window.evaluate(f"[...document.querySelectorAll('.bar')].map({share})")
            assert bars == pytest.approx([0.5, 0.5, 1.0], abs=0.01)
            assert said == []
            window.close()


def test_without_any_clash_it_says_so(told):
    text = anatomy_html(replace(told, tree=None, title=""), anatomy_picture(told.arm, told.figures, [PLAYED]))
    assert "No clash to tell: none of the arm" in text and "<ol" not in text and EVIL not in text
