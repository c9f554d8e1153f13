"""When a folder of results was made, how long it took, by which versions: ``session.json``.

Timings live apart from results, which hold the same bytes whenever they are made.
"""

import datetime as dt
import importlib.metadata
import platform
import shlex
import sys
import time
from pathlib import Path
from typing import TypedDict

from experiments.play.workers import Workers
from experiments.store.files import read_json, write_json

FILE = "session.json"
_LIBRARIES = ("mesa", "numpy", "numba", "llvmlite", "scipy", "pandas", "pyarrow", "pydantic", "matplotlib")


def libraries() -> dict[str, str]:
    """The versions of Python and of the libraries on which figures rest."""
    return {"python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in _LIBRARIES
    }


class Session(TypedDict):
    """What is known of a process that worked in a folder."""

    started: str
    seconds: float
    typed: str
    platform: str
    libraries: dict[str, str]


def session(started: float) -> Session:
    """What is known of this process, which began its work at ``started`` (seconds since 1970)."""
    return {
        "started": dt.datetime.fromtimestamp(started, dt.UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 1),
        "typed": shlex.join(sys.argv).encode(errors="backslashreplace").decode(),
        "platform": platform.platform(),
        "libraries": libraries(),
    }


def add_session(folder: Path, started: float, workers: Workers) -> None:
    """Add this process to those that have worked in a folder; a damaged list begins anew."""
    path = folder / FILE
    try:
        before = list(read_json(path)["sessions"])
    except (OSError, ValueError, KeyError, TypeError):
        before = []
    this = session(started) | {"workers": workers.count, "scheduler": workers.scheduler}
    write_json(path, {"sessions": [*before, this]})
