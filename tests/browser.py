"""A real Chromium for the tests of pages; where there is none they are skipped, with that reason."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
)
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")


@contextmanager
def browser() -> Iterator:
    """Chromium, driven by Playwright; no network is asked for anything."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield found
        finally:
            found.close()


def opened(found, page: Path, width: int, height: int = 844):
    """A page in a window of its own, and what its console says, as it says it."""
    window = found.new_page(viewport={"width": width, "height": height})
    said: list[str] = []
    window.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    window.on("pageerror", lambda error: said.append(f"error: {error}"))
    window.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith("file:") else None)
    window.goto(page.as_uri())
    return window, said
