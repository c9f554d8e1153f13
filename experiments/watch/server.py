"""The server of the page: on one address and port, until it is stopped."""

import contextlib
import errno
import logging
import os
import socket
import threading
import warnings
import webbrowser
from collections.abc import Callable
from typing import NamedTuple

from experiments.watch.seen import Eye
from experiments.watch.watched import Watched
from sim.documents import refuse
from sim.documents.problems import show as shown

LOOPBACK = "127.0.0.1"
_WAITING = 128  # that connect before they are served


class Exhibit(NamedTuple):
    """What a page shows: how its run begins, and through whose eyes it is seen. Each page has its own."""

    begin: Callable[[], Watched]
    eye: Callable[[Watched], Eye]


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens on an address; port 0 is any that is free. Raises ``BadInput`` for none."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except (OSError, UnicodeError) as error:
        refuse("--host", f"no address of this machine ({error})", found=shown(host), allowed=LOOPBACK)
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(_WAITING)  # at once: two that are only bound would both have it
    except OSError as error:
        found.close()
        what = error.strerror or str(error)
        if error.errno == errno.EADDRNOTAVAIL:
            refuse("--host", f"no address of this machine ({what})", found=shown(host), allowed=LOOPBACK)
        refuse("--port", f"cannot listen at {host} ({what})", found=str(port), allowed="a port that is free")
    return found


def serve(exhibit: Exhibit, where: socket.socket, opened: Callable[[str], None]) -> None:
    """Serve the page until somebody stops this process; ``opened`` is told its address once it is there."""
    _prepare()
    from experiments.watch.page import put_on_show  # needs the extra

    stopping = threading.Event()

    def begun() -> Watched:
        model = exhibit.begin()
        model.show.stopping = stopping  # Mesa begins a run anew with the same show
        return model

    put_on_show(begun, exhibit.eye)
    import uvicorn
    from solara.server.starlette import app

    host, port = where.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1)

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Whoever stops it wants silence: a page that still plays is let go, not an error."""
            logging.disable(logging.CRITICAL)
            stopping.set()
            await super().shutdown(sockets)

    server = Server(config)

    def tell() -> None:
        while not server.started:
            if over.wait(0.05):
                return
        opened(url)

    over = threading.Event()
    threading.Thread(target=tell, daemon=True).start()
    try:
        server.run(sockets=[where])
    finally:
        over.set()
        logging.disable(logging.NOTSET)


def show_in_browser(url: str) -> None:
    """Open the page in the browser of this machine, if it has one."""
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(url)


def _prepare() -> None:
    """Have Solara ask no network for anything, and write nothing into the home folder."""
    os.environ["SOLARA_APP"] = "experiments.watch.page:Page"
    os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] = "False"
    os.environ["SOLARA_THEME_LOADER"] = "plain"
    os.environ["SOLARA_TELEMETRY_SERVER_USER_ID"] = "nobody"
    # what Solara holds against Mesa's code, and against pages without https, no viewer can mend
    warnings.filterwarnings("ignore", module=r"solara\.")
