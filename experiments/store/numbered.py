"""Tables that are made piece by piece, in numbered parts that a crash does not lose.

The name of a part holds the digest of its bytes, so that it counts as it was written or not at all; its
folder says of what it holds parts.
"""

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

import sim
from experiments.store.files import read_json, write_json, write_whole
from sim.documents import refuse
from sim.scenario.case import digest

_ASKED = "asked.json"
_DIGITS = 16  # of a digest, in a name


def claim(folder: Path, asked: Mapping[str, object]) -> None:
    """Make a folder for parts of what was ``asked``, as plain values.

    Raises ``BadInput`` for one that holds parts of something else, or those of another version.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, wanted = folder / _ASKED, {"asked": digest({**asked, "version": sim.__version__})}
    if not path.exists():
        write_json(path, wanted)
        return
    try:
        kept = read_json(path)
    except ValueError:
        refuse(path, "is damaged: begin anew in a folder of its own")
    if kept != wanted:
        message = "holds what was played of another scenario, seed or version: name a folder of its own"
        refuse(folder, message)


def keep(folder: Path, name: str, first: int, last: int, table: pd.DataFrame) -> None:
    """Keep a table as the part of ``name`` with the numbers from ``first`` to ``last``."""
    stream = io.BytesIO()
    table.to_parquet(stream)
    content = stream.getvalue()
    file = f"{name}-{first:06d}-{last:06d}-{_digest(content)}.parquet"
    write_whole(folder / file, lambda to: to.write_bytes(content))


def kept(folder: Path, name: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """The parts of ``name``, each with its numbers as its name has them, in the order of these.

    Raises ``BadInput`` naming a part that is not what was written.
    """
    pattern = re.compile(rf"{re.escape(name)}-([0-9]+-[0-9]+)-([0-9a-f]{{{_DIGITS}}})\.parquet")
    for path in sorted(folder.glob(f"{name}-*.parquet")):
        if found := pattern.fullmatch(path.name):
            content = path.read_bytes()
            if _digest(content) != found[2]:
                refuse(path, "is damaged: remove it, and what it held is played again")
            yield found[1], pd.read_parquet(io.BytesIO(content))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGITS]
