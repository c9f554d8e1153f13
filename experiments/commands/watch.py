"""``dmz watch``: a run that is played live, on a page in the browser of this machine."""

import importlib.util

from experiments.commands.audience import Audience
from experiments.play.warm_up import compile_once
from experiments.watch.server import listening, serve, show_in_browser
from experiments.watch.watched import Asked, Show
from sim.documents import refuse

NEEDED = ("solara", "solara_assets", "ipyvuetify", "anywidget", "altair")  # the extra `watch`


def watch(asked: Asked, host: str, port: int, browser: bool, audience: Audience) -> None:
    """Serve the page until somebody stops it; raises ``BadInput`` for what cannot be watched or served."""
    refuse_without_extra()
    show = Show(asked)
    where = listening(host, port)
    with where:
        compile_once(audience.say)

        def opened(url: str) -> None:
            print(f"{url} (Ctrl-C ends it)", flush=True)
            if browser:
                show_in_browser(url)

        serve(show, where, opened)


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
