"""The live page in a real Chromium, served by the command as it is typed: watching, and being on duty."""

import json

import pytest
from browser import browser, in_a_browser

from experiments.commands.watch import NEEDED
from experiments.watch.visited import Served, Visit, until

for each in NEEDED:
    pytest.importorskip(
        each, reason="the extra `watch` is not installed (240 MB): .ci/run has a stage that has it"
    )

pytestmark = in_a_browser
NAME = "<img src=x onerror=alert(1)></script>&amp;"
SCENARIO = f"""\
extends: declared
name: "{NAME}"
days: 30
clock: {{warmup_days: 5}}
space: {{length_km: 60}}
north:
  works: {{slots: 30, share: 1, weeks: 30, first_month: 1, last_month: 12}}
  patrols: {{slots: 0}}
  watch: {{posts: 40}}
south:
  patrols: {{slots: 0}}
  watch: {{posts: 20, margin_m: 5}}
"""


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


def picture(window):
    return window.evaluate("document.getElementById('w-map').toDataURL()")


def test_it_plays_jumps_zooms_and_is_changed_in_silence(chromium, tmp_path):
    (tmp_path / "own.yaml").write_text(SCENARIO)
    served = Served(tmp_path, "own.yaml")
    assert served.url.startswith("http://127.0.0.1:")
    visit = Visit(chromium, served)
    window = visit.window
    # what is played; a name is only text
    assert window.inner_text(".dmz-watch h1") == NAME and not window.locator(".dmz-watch img").count()
    assert not window.is_visible(".dmz-watch .changed")
    # Mesa's drawer has its buttons and what can be changed, which says when that acts; no count of frames
    cards = window.locator(".v-navigation-drawer .v-card__title")
    assert [cards.nth(k).is_visible() for k in range(4)] == [True, True, False, True]
    when = "el => getComputedStyle(el, '::after').content"
    assert "when reset is pressed" in cards.nth(1).evaluate(when)
    # step, play, pause
    window.click("#w-step")
    until(lambda: visit.minute == 1440.0 or visit.minute % 1440.0)
    window.select_option("#w-pace", "60")
    window.keyboard.press("Escape")
    before, drawn = visit.minute, visit.redraws
    window.click("#w-play")
    until(lambda: visit.redraws > drawn + 10 and visit.minute > before)
    assert "pause" in window.inner_text("#w-play")
    window.click("#w-play")
    until(lambda: "play" in window.inner_text("#w-play"))
    # the next incident, its story, the moment to scale
    whole = picture(window)
    window.click("#w-map")
    window.keyboard.press("n")
    until(lambda: window.locator(".dmz-watch li.told").count() == 1)
    stories = window.locator(".dmz-watch .stories > li").count()
    window.keyboard.press("n")
    until(lambda: window.locator(".dmz-watch .stories > li").count() > stories)
    window.keyboard.press("m")
    until(lambda: window.inner_text("#w-widths") == "All is to scale.")
    close = picture(window)
    window.keyboard.press("0")
    until(lambda: "not to scale" in window.inner_text("#w-widths"))
    assert len({whole, close, picture(window)}) == 3
    # a slider, a policy: they act on reset, and the page says what is no longer as it was
    margin = window.locator("[role=slider]").nth(6)
    assert "depth" in window.locator(".v-input__slider").nth(6).inner_text()
    margin.focus()
    for _ in range(3):
        window.keyboard.press("ArrowRight")
    window.locator(".v-select__slot").nth(0).click()
    window.locator(".menuable__content__active .v-list-item", has_text="common_line").click()
    assert not window.is_visible(".dmz-watch .changed")
    window.click("#w-reset")
    until(lambda: window.is_visible(".dmz-watch .changed"))
    changed = window.inner_text(".dmz-watch .changed")
    assert "watch.margin_m" in changed and "policy: common line" in changed and "survival" not in changed
    assert window.inner_text(".dmz-watch h1") == f"{NAME} + common line" and visit.minute == 0.0
    assert window.input_value("#w-pace") == "60", "a pace outlives a reset"
    assert visit.said == []
    window.close()
    # a telephone: the drawer is shut, nothing scrolls sideways
    visit = Visit(chromium, served, 390)
    window = visit.window
    assert window.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    box = window.locator("#w-map").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["width"] > 300
    window.click("#w-next")
    until(lambda: window.locator(".dmz-watch li.told").count() == 1)
    assert visit.said == []
    # Ctrl-C ends it, also while it plays
    window.select_option("#w-pace", "0")
    window.click("#w-play")
    until(lambda: "pause" in window.inner_text("#w-play"))
    code, told = served.stop()
    window.close()
    assert (code, told.strip()) == (130, "interrupted")


def test_a_duty_officer_decides_and_is_told_what_came_of_it(chromium, tmp_path):
    (tmp_path / "own.yaml").write_text(SCENARIO)
    served = Served(tmp_path, "own.yaml", "--days", "6", "--play", "south", "--out", "kept")
    visit = Visit(chromium, served)
    window = visit.window
    question = "#w-question:not([hidden])"
    cards = window.locator(".v-navigation-drawer .v-card__title")
    assert [cards.nth(k).is_visible() for k in range(cards.count())] == [True, False, False], "an empty card"
    choices = ["wait", "broadcast", "warning shots", "ask"]
    for k in range(200):
        if not window.locator(question).count():
            window.keyboard.press("n")
            until(lambda: window.locator(question).count())
        if window.locator("#w-question.over").count():
            break
        asked = window.inner_text("#w-question h2")
        assert window.is_disabled(".choice[data-choice=call]"), "the line is dead"
        window.dblclick(f".choice[data-choice='{choices[k % 4]}']")  # which decides once
        until(
            lambda asked=asked: (
                not window.locator(question).count() or window.inner_text("#w-question h2") != asked
            )
        )
    verdict = window.inner_text("#w-question")
    assert "yours" in verdict and "They first part on" in verdict
    assert ": by your decisions " in verdict and ", by the rules " in verdict
    kept = json.loads((tmp_path / "kept" / "decisions.json").read_text())
    assert kept["ended"]["bits"] and [each["choice"] for each in kept["decisions"][:4]] == choices
    assert visit.said == []
    window.close()
    assert served.stop()[0] == 130
