"""``dmz watch``: a run that is played live, on a page in the browser of this machine."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from experiments.commands.audience import Audience
from experiments.commands.exits import Halted
from experiments.duty.again import Otherwise, case_again, played_again
from experiments.duty.eye import DutyEye
from experiments.duty.kept import new_place, read_kept
from experiments.duty.on_duty import OnDuty, duty_of, refuse_what_cannot_be_played
from experiments.play.warm_up import compile_once
from experiments.store.files import write_whole
from experiments.watch.seen import Eye
from experiments.watch.server import LOOPBACK, Exhibit, listening, serve, show_in_browser
from experiments.watch.watched import Asked, Show, Watched
from sim.documents import refuse

PAGE = "again.html"  # in the folder of decisions
NEEDED = ("solara", "solara_assets", "ipyvuetify", "anywidget", "altair")  # the extra `watch`


@dataclass(frozen=True)
class Served:
    """Where the page is served, and whether the browser is opened."""

    host: str = LOOPBACK
    port: int = 0
    browser: bool = True


def watch(asked: Asked, served: Served, audience: Audience) -> None:
    """Serve the page until somebody stops it; raises ``BadInput`` for what cannot be watched or served."""
    Show(asked)  # what is wrong is said before a page opens
    _serve(lambda: Exhibit(lambda: Watched(Show(asked)), Eye), served, audience)


@dataclass(frozen=True)
class Duty:
    """For which side a viewer decides, in which area (from the west; None: whichever has to), kept where."""

    side: str
    area: int | None = None
    out: Path | None = None


def play(asked: Asked, duty: Duty, served: Served, audience: Audience) -> None:
    """The same for a duty officer, whose decisions are kept."""
    refuse_what_cannot_be_played(asked, duty.area)

    def exhibit() -> Exhibit:
        place = new_place(duty.out, asked.scenario, duty.side)
        begin = duty_of(asked, duty.side, duty.area, place)
        return Exhibit(lambda: OnDuty(begin()), DutyEye)

    _serve(exhibit, served, audience)


def again(folder: Path, allow_code: bool, audience: Audience) -> Path:
    """Play the decisions of a folder again, and write the page of that run beside its twin by the rules.

    Raises ``BadInput`` for a folder that keeps none, and ``Halted`` where they play otherwise.
    """
    kept = read_kept(folder, allow_code)
    case = case_again(kept)
    compile_once(audience.say)
    try:
        text = played_again(kept, case)
    except Otherwise as error:
        raise Halted(str(error)) from None
    page = folder / PAGE
    write_whole(page, lambda to: to.write_text(text, encoding="utf-8"))
    return page


def _serve(exhibit: Callable[[], Exhibit], served: Served, audience: Audience) -> None:
    """Serve what is on show; nothing is made before the place to listen at is had."""
    refuse_without_extra()
    with listening(served.host, served.port) as where:
        shown = exhibit()
        compile_once(audience.say)

        def opened(url: str) -> None:
            print(f"{url} (Ctrl-C ends it)", flush=True)
            if served.browser:
                show_in_browser(url)

        serve(shown, where, opened)


def refuse_without_extra() -> None:
    """Say what to install where the page cannot be made."""
    missing = [name for name in NEEDED if not _is_there(name)]
    if missing:
        refuse(
            "dmz watch",
            "needs the extra `watch`: pip install 'dmz-escalation[watch]'",
            found=f"no {', no '.join(missing)}",
        )


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # it was put out of reach
        return False
