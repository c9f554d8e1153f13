"""The live page as ``docs/SEEING.md`` shows it: ``python -m experiments.watch.gallery [--into docs/seeing]``.

A run of the baseline at two sizes of the window: the whole line, the moment of an incident, a slider and a
policy changed; and a duty officer, asked and told what came of it. It needs the extras ``watch``, ``test``.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.live.gallery import SIZES, browser, made
from experiments.watch.visited import Served, Visit, until

_RUN = "6"  # as that of the replays
_SETTLED_MS = 700  # until rings and menus stand as they are meant


def gallery(into: Path) -> Iterator[Path]:
    """Make all pictures in a folder; their paths as they come."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        served = Served(Path(folder), "baseline", "--run", _RUN)
        try:
            for width, height in SIZES.items():
                yield from _watched(Visit(chromium, served, width, height).window, into, width)
        finally:
            served.stop()
        played = ("baseline", "--run", _RUN, "--play", "south", "--days", "210", "--out", "kept")
        served = Served(Path(folder), *played)
        try:
            for width, height in SIZES.items():
                yield from _on_duty(Visit(chromium, served, width, height).window, into, width)
        finally:
            served.stop()


def _watched(window: Any, into: Path, width: int) -> Iterator[Path]:
    def until_told() -> None:
        until(lambda: window.locator(".dmz-watch li.told").count())
        window.wait_for_timeout(_SETTLED_MS)

    window.select_option("#w-pace", "10080")
    window.click("#w-next")
    until_told()
    while "Warm-up" in window.inner_text("#w-now") or "violation" not in window.inner_text("li.told .jump"):
        window.click("#w-next")
        until_told()
    yield kept(window, into / f"watch-line-{width}.png")
    window.click("#w-moment")
    window.wait_for_timeout(_SETTLED_MS)
    yield kept(window, into / f"watch-moment-{width}.png")
    if window.locator(".v-app-bar button").count() and width < 960:
        window.locator(".v-app-bar button").first.click()
        window.wait_for_timeout(_SETTLED_MS)
    slider = window.locator("[role=slider]").nth(6)
    slider.focus()
    for _ in range(20):
        window.keyboard.press("ArrowRight")
    window.wait_for_timeout(_SETTLED_MS)
    yield kept(window, into / f"watch-controls-{width}.png")
    if width < 960:
        window.mouse.click(width - 4, 500)
        window.wait_for_timeout(_SETTLED_MS)
    window.click("#w-reset")
    until(lambda: window.is_visible(".dmz-watch .changed"))
    window.click("#w-whole")
    window.wait_for_timeout(_SETTLED_MS)
    yield kept(window, into / f"watch-changed-{width}.png")
    window.close()


def _on_duty(window: Any, into: Path, width: int) -> Iterator[Path]:
    choices, question = ("wait", "broadcast", "warning shots"), "#w-question:not([hidden])"
    for k in range(300):
        if not window.locator(question).count():
            window.keyboard.press("n")
            until(lambda: window.locator(question).count())
        if window.locator("#w-question.over").count():
            break
        if k == 2:  # something has been decided, and has come of it
            window.wait_for_timeout(_SETTLED_MS)
            yield kept(window, into / f"duty-asked-{width}.png")
        asked = window.inner_text("#w-question h2")
        window.click(f".choice[data-choice='{choices[k % len(choices)]}']")

        def answered(asked: str = asked) -> bool:
            return not window.locator(question).count() or window.inner_text("#w-question h2") != asked

        until(answered)
    window.wait_for_timeout(_SETTLED_MS)
    yield kept(window, into / f"duty-over-{width}.png")
    window.close()


def kept(window: Any, path: Path) -> Path:
    """Keep what a window shows, in all its colours: Mesa's blue would take those of the map."""
    window.screenshot(path=path)
    return path


if __name__ == "__main__":
    sys.exit(made(__doc__, gallery, "docs/seeing"))
