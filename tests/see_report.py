"""``python tests/see_report.py OVER_DRAWS FUTURES``: what was looked at in two reports, for docs/SEEING.md.

The folders hold results of a comparison over draws and of a study of several futures of fixed values. Each
picture is taken in Chromium after what its line there says was done by keys and clicks.
"""

import sys
from io import BytesIO
from pathlib import Path

from browser import browser, opened
from PIL import Image

_COLOURS = 64  # of a kept picture, which then takes little room
INTO = Path(__file__).parents[1] / "docs" / "seeing"


def counting(window):
    """The slider at crossings."""
    place = window.locator("[data-live=counting]")
    place.locator("input[type=range]").focus()
    for _ in range(9):
        window.keyboard.press("ArrowRight")
    return place


def weighed(window, kind):
    """The last part four times as heavy."""
    place = window.locator(f"[data-live={kind}]").first
    place.locator("input[type=range]").last.focus()
    window.keyboard.press("End")
    return place


def clashes(window):
    """The map, with the keys at its second circle."""
    window.locator("svg.map a.told-of").nth(1).focus()
    return window.locator("#clashes")


def story(window):
    """What the second circle opens."""
    window.locator("svg.map a.told-of").nth(1).click()
    return window.locator("details.place[open]")


def sorted_table(window):
    """Rates, the highest on top, of which only some words are kept."""
    table = window.locator("#counting table").first
    for _ in range(2):
        table.get_by_role("button", name="Sort by A year").click()
    window.locator("#counting input[type=search]").first.fill("past")
    return window.locator("#counting .filter").first


def main(over_draws, futures):
    """Take all of them."""
    INTO.mkdir(exist_ok=True)
    scenes = (
        ("counting", over_draws, counting),
        ("draws", over_draws, lambda window: weighed(window, "regions")),
        ("map", over_draws, clashes),
        ("story", over_draws, story),
        ("table", over_draws, sorted_table),
        ("futures", futures, lambda window: weighed(window, "futures")),
    )
    with browser() as chromium:
        for name, folder, scene in scenes:
            for width in (1280, 390):
                window, said = opened(chromium, Path(folder).resolve() / "report.html", width)
                place = scene(window)
                top = place.evaluate("e => e.getBoundingClientRect().top + scrollY") - 20
                window.evaluate(f"scrollTo(0, {top})")
                shot = Image.open(BytesIO(window.screenshot()))
                shot.convert("RGB").quantize(_COLOURS).save(
                    INTO / f"report-{name}-{width}.png", optimize=True
                )
                if said:
                    sys.exit(f"{name}: {said}")
                window.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
