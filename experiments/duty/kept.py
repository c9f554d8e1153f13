"""Decisions of a duty officer in a folder: what was played, what was decided, what came of it."""

import contextlib
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sim
from experiments.duty.officer import Choice, Orders
from experiments.store.files import read_json, write_json
from experiments.study.place import make, make_new
from experiments.watch.watched import Asked
from sim.documents import Tree, refuse
from sim.documents.problems import show
from sim.sides import SIDES

FILE = "decisions.json"
_RESULTS = Path("results")
_NAMED = "--again"
_SEAL = "seal"


@dataclass(frozen=True)
class Kept:
    """What a folder keeps: what was asked, its case's hash, the decisions, and how it ended, if so."""

    asked: Asked
    content_hash: str
    orders: Orders
    ended: Tree | None

    def write(self, folder: Path) -> None:
        """Write it, whole."""
        asked, orders = self.asked, self.orders
        decided = [
            {"incident": row, "minute": minute, "choice": choice.value}
            for (row, minute), choice in orders.decided.items()
        ]
        found = {
            "version": sim.__version__,
            "scenario": _lasting(asked.scenario),
            "policies": [_lasting(each) for each in asked.policies],
            "days": asked.days,
            "seed": asked.seed,
            "run": asked.run,
            "assignments": list(asked.assignments),
            "case": self.content_hash,
            "side": SIDES[orders.side],
            "area": orders.area,
            "since": orders.since,
            "decisions": decided,
            "ended": self.ended,
        }
        write_json(folder / FILE, sealed(found))


def sealed(found: Tree) -> Tree:
    """What is kept, with the digest of it: who changes a word of it by hand is told, and not believed."""
    bare = {key: its for key, its in found.items() if key != _SEAL}
    text = json.dumps(bare, sort_keys=True, ensure_ascii=True)
    return bare | {_SEAL: hashlib.sha256(text.encode()).hexdigest()}


def read_kept(folder: Path, allow_code: bool) -> Kept:
    """What a folder keeps; raises ``BadInput`` for one without any, or with those of another version."""
    path = folder / FILE
    if not path.is_file():
        refuse(_NAMED, f"there is no {FILE} in it", found=show(str(folder)), allowed="a folder of decisions")
    try:
        found = read_json(path)
        version = found["version"]
    except (ValueError, TypeError, KeyError):
        refuse(path, "is damaged: it cannot be read")
    if version != sim.__version__:
        allowed = f"version {sim.__version__}"
        refuse(
            path,
            "was made by another version, which may play otherwise",
            found=show(version),
            allowed=allowed,
        )
    if sealed(found) != found:
        refuse(path, "is not as it was written: a word of it was changed")
    try:
        return _read(found, allow_code)
    except (ValueError, TypeError, KeyError, OverflowError):
        refuse(path, "is damaged: something is missing in it, or is not what it should be")


def _read(found: Any, allow_code: bool) -> Kept:
    asked = Asked(
        str(found["scenario"]),
        tuple(map(str, found["policies"])),
        found["days"],
        int(found["seed"]),
        int(found["run"]),
        tuple(map(str, found["assignments"])),
        allow_code,
    )
    decided = {
        (int(each["incident"]), float(each["minute"])): Choice(each["choice"]) for each in found["decisions"]
    }
    orders = Orders(SIDES.index(found["side"]), found["area"], float(found["since"]), decided)
    return Kept(asked, str(found["case"]), orders, found["ended"])


def _lasting(name: str) -> str:
    """A name by which it is found from anywhere: a file's whole path."""
    path = Path(name)
    return str(path.resolve()) if path.is_file() else name


def new_place(out: Path | None, scenario: str, side: str) -> Path:
    """Where decisions are to be kept: in ``out``, new or empty, or in a folder of ``results``."""
    if out is None:
        return _RESULTS / f"duty-{Path(scenario).stem}-{side}-{time.strftime('%Y%m%d-%H%M%S')}"
    make(out, lambda: False)
    return out


def kept_in(place: Path) -> Path:
    """A folder for the decisions of one run: ``place`` while it holds none, else one numbered.

    Two pages may ask at once: who makes the file has the folder.
    """
    if place.is_dir():
        with contextlib.suppress(FileExistsError):
            (place / FILE).touch(exist_ok=False)
            return place
    return make_new(place)
