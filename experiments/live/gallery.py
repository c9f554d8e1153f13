"""What ``docs/SEEING.md`` shows: ``python -m experiments.live.gallery [--into docs/seeing]``.

One run of the baseline and its twin under a wider margin, as pages in a real Chromium at two sizes, and as a
film. It needs the extra ``test`` (Playwright) and a Chromium that is installed.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image

from experiments.live.film import save_film
from experiments.live.map_page import Shown, replay_html
from experiments.live.recording import Recording, partings, record, spans
from experiments.play.task import model_of
from sim.codes import Trigger
from sim.documents import BadInput, refuse
from sim.scenario.loading import load_case

_SEED, _RUN, _POLICY = 1, 6, "wider_margin"  # a run with a clash that the policy prevents
SIZES = {1280: 900, 390: 844}  # windows: a desk, a telephone
_COLOURS = 200  # of a kept picture, which then takes little room
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def gallery(into: Path) -> Iterator[Path]:
    """Make all pictures in a folder; their paths as they come."""
    into.mkdir(parents=True, exist_ok=True)
    cases = [load_case("baseline"), load_case("baseline", [_POLICY])]
    makes = [partial(model_of, case, _RUN, _SEED) for case in cases]
    one = record(makes[0], spans(makes[0]))
    both = [span for make in makes for span in spans(make)]
    names = ["baseline", f"baseline + {cases[1].policy_name}"]
    pair = [Shown(name, "", record(make, both)) for name, make in zip(names, makes, strict=True)]
    about = f"Run {_RUN} of seed {_SEED}."
    pages = {
        "replay": replay_html("Replay", about, "", [Shown(names[0], "", one)], []),
        "pair": replay_html("The same luck twice", about, "", pair, partings(*makes)),
    }
    told = _gravest(one)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        for name, page in pages.items():
            (Path(folder) / f"{name}.html").write_text(page, encoding="utf-8")
        for width, height in SIZES.items():
            for name in pages:
                window = chromium.new_page(viewport={"width": width, "height": height})
                window.goto((Path(folder) / f"{name}.html").as_uri())
                window.wait_for_selector("#stage.ready")
                window.evaluate(f"document.querySelector('#incident-0-{told} button').click()")
                yield kept(window, into / f"{name}-moment-{width}.png")
                window.keyboard.press("0")
                yield kept(window, into / f"{name}-line-{width}.png")
                window.close()
    save_film(one, f"Run {_RUN} of the baseline", into / "replay.gif")
    yield into / "replay.gif"


def _gravest(recording: Recording) -> int:
    """The row of the violation that climbed highest after the warm-up."""
    judged = [
        each.seen
        for each in recording.incidents
        if each.seen.trigger == Trigger.VIOLATION and each.seen.opened > recording.ground.begins
    ]
    return max(judged, key=lambda each: each.rung).row


def refuse_no_browser() -> None:
    """Raise ``BadInput`` where no page can be looked at."""
    if find_spec("playwright") is None:
        refuse("playwright", "is not installed: pip install 'dmz-escalation[test]'")
    if CHROMIUM is None:
        refuse("chromium", "is not installed")


@contextmanager
def browser() -> Iterator[Any]:
    """A Chromium that is installed, driven by Playwright, which asks no network for anything."""
    refuse_no_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield found
        finally:
            found.close()


def kept(window: Any, path: Path) -> Path:
    """Keep what a window shows, in few colours."""
    window.screenshot(path=path)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    return path


def made(about: str | None, make: Callable[[Path], Iterable[Path]], into: str) -> int:
    """Make pictures into a folder, ``into`` unless the command line of the program says another."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--into", type=Path, default=Path(into))
    try:
        into_folder = parser.parse_args().into
        refuse_no_browser()  # before what takes minutes
        for path in make(into_folder):
            print(path)
    except BadInput as bad:
        print(bad, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(made(__doc__, gallery, "docs/seeing"))
