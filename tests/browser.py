"""A real Chromium for the tests of pages; where there is none they are skipped, with that reason."""

from pathlib import Path

import pytest

from experiments.live.gallery import CHROMIUM, FLAGS, browser

__all__ = ["CHROMIUM", "FLAGS", "browser", "in_a_browser", "opened"]
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")


def opened(found, page: Path, width: int, height: int = 844):
    """A page in a window of its own, and what its console says or it asks of a network, as it comes."""
    window = found.new_page(viewport={"width": width, "height": height})
    said: list[str] = []
    window.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    window.on("pageerror", lambda error: said.append(f"error: {error}"))
    window.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith("file:") else None)
    window.goto(page.as_uri())
    return window, said
