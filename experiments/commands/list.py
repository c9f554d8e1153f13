"""``dmz list``: what is shipped and can be named, with a line each."""

import json
import textwrap
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from experiments.commands.console import console
from experiments.design.sorts import SHIPPED_STUDIES
from experiments.measures import EVERY, noun
from sim.documents import BadInput, Mark, Problem, read
from sim.documents.problems import nearest, show
from sim.scenario.described import incident_folder
from sim.scenario.library import documents_in, shipped_folder

_GAP = 2  # columns around a name
_USES = {
    "scenarios": "dmz run SCENARIO, dmz compare SCENARIO",
    "policies": "--policy POLICY, --policies POLICY",
    "studies": "dmz study STUDY",
    "incidents": "dmz incident INCIDENT",
    "measures": "a study may `estimate` them; rates a year in figures.json",
}


class Listed(NamedTuple):
    """Something that can be named: what it is called in pictures, what it is, its file if any."""

    name: str
    title: str
    description: str
    file: str


def _of_files(folder: Path) -> list[Listed]:
    found = ((path, read(path).data) for path in documents_in(folder))
    return [
        Listed(path.stem, data["name"], " ".join(data.get("description", "").split()), str(path))
        for path, data in found
    ]


KINDS: dict[str, Callable[[], list[Listed]]] = {
    "scenarios": lambda: _of_files(shipped_folder("scenarios")),
    "policies": lambda: _of_files(shipped_folder("policies")),
    "studies": lambda: _of_files(SHIPPED_STUDIES),
    "incidents": lambda: _of_files(incident_folder()),
    "measures": lambda: [Listed(name, noun(name), noun(name), "") for name in EVERY],
}


def listed(kinds: Sequence[str]) -> dict[str, list[Listed]]:
    """Everything of these kinds, of all without any, by kind."""
    return {kind: KINDS[kind]() for kind in kinds or KINDS}


def print_list(kinds: Sequence[str], as_json: bool) -> int:
    """Print what can be named; the exit code. Raises ``BadInput`` for what cannot be listed."""
    _refuse_others(kinds)
    found, out = listed(kinds), console()
    if as_json:
        plain = {kind: [each._asdict() for each in its] for kind, its in found.items()}
        out.print(json.dumps(plain, indent=1, ensure_ascii=False))
        return 0
    for kind, its in found.items():
        out.print(f"{kind} ({_USES[kind]})")
        out.print("\n".join(_lines(its, out.width)), end="\n\n")
    out.print("`dmz params WORD...` finds parameters; --json has descriptions in full")
    return 0


def _refuse_others(kinds: Iterable[str]) -> None:
    where, allowed = Mark("dmz list", 0, 0), ", ".join(KINDS)
    others = [kind for kind in kinds if kind not in KINDS]
    if others:
        message = "nothing of this kind can be listed"
        raise BadInput(
            Problem(where, "", show(kind), allowed, nearest(kind, KINDS), message) for kind in others
        )


def _lines(its: Iterable[Listed], width: int) -> list[str]:
    """A line each, cut at a word where a description is longer."""
    its = list(its)
    column = max(len(each.name) for each in its) + _GAP
    room = width - column - _GAP - 1
    return [
        f"{'':{_GAP}}{each.name:{column}}{textwrap.shorten(each.description, room, placeholder=' ...')}"
        for each in its
    ]
