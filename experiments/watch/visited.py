"""The page served by a process of its own, for programs that visit it: pictures, measurements, tests."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WAIT_S = 200.0  # a busy machine gives a page little


class Served:
    """``dmz watch WORDS`` in a process of its own; ``url`` is where it listens."""

    def __init__(self, folder: Path, *words: str) -> None:
        command = [sys.executable, "-m", "dmz", "watch", *words, "--no-browser"]
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().partition(" ")[0]

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C; its exit code, and what it said on stderr."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=_WAIT_S)
        return self.process.returncode, said


class Visit:
    """A page of it in a browser of Playwright; ``said``: errors of its console, what it asks of others."""

    def __init__(self, chromium: Any, served: Served, width: int = 1280, height: int = 900) -> None:
        self.said: list[str] = []
        self.window = chromium.new_page(viewport={"width": width, "height": height})
        self.window.set_default_timeout(1000.0 * _WAIT_S)
        self.own = (served.url, served.url.replace("http", "ws", 1), "data:", "blob:")
        self.window.on("console", self._heard)
        self.window.on("pageerror", lambda error: self.said.append(str(error)))
        self.window.on("request", self._asked)
        self.window.goto(served.url)
        self.window.wait_for_selector(".dmz-watch #w-map")
        until(lambda: self.redraws > 0)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.said.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.own):
            self.said.append(request.url)

    def _noted(self, name: str, otherwise: str) -> Any:
        """What the page notes of its drawing; where a run begins anew it is not there for a moment."""
        return self.window.evaluate(f"document.querySelector('.dmz-watch')?.dataset.{name} ?? {otherwise}")

    @property
    def redraws(self) -> int:
        """How often the map was drawn."""
        return int(self._noted("redraws", "0"))

    @property
    def minute(self) -> float:
        """The minute that is drawn."""
        return float(self._noted("minute", "NaN"))


def until(true: Callable[[], object]) -> None:
    """Wait for it: a word to the server and back takes its time. Raises ``TimeoutError``."""
    end = time.monotonic() + _WAIT_S
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("it never came")
        time.sleep(0.05)
