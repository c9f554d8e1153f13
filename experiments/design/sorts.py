"""Which sort of file a name stands for, and what is said where another sort is wanted."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Literal

from experiments.design.study_file import Study
from sim.documents import EXTENDS, BadInput, Document, Mark, Problem, StrictModel, read
from sim.documents.problems import dotted, show
from sim.scenario.described import incident_folder
from sim.scenario.incident_file import IncidentFile
from sim.scenario.library import Kind, find, first_file, is_file, scenario_folder, shipped, shipped_folder
from sim.scenario.scenario_file import Policy, Scenario

Sort = Literal["scenario", "policy", "study", "incident"]
SHIPPED_STUDIES = Path(str(files("experiments"))) / "studies"
_MODELS: dict[Sort, type[StrictModel]] = {
    "scenario": Scenario,
    "policy": Policy,
    "study": Study,
    "incident": IncidentFile,
}
USES: dict[Sort, str] = {
    "scenario": "dmz run SCENARIO",
    "policy": "dmz run SCENARIO --policy POLICY",
    "study": "dmz study STUDY",
    "incident": "dmz incident INCIDENT",
}
_PLURALS: dict[Sort, str] = {
    "scenario": "scenarios",
    "policy": "policies",
    "study": "studies",
    "incident": "incident files",
}
_KINDS: dict[Sort, Kind] = {"scenario": "scenarios", "policy": "policies"}  # that may extend others


def file_of(name: str) -> Path | None:
    """The file that a name means: one at that path, or a shipped file of any sort."""
    folders = [scenario_folder(), shipped_folder("policies"), SHIPPED_STUDIES, incident_folder()]
    return first_file(name, [Path(), *folders])


def sort_of(path: Path, wanted: Sort | None = None) -> Sort:
    """The sort that knows most of a file's keys; where two know as many, the one ``wanted``.

    Where none is wanted what binds sides is a policy; what binds none and extends a shipped scenario
    is a scenario. Raises ``BadInput`` for a file that cannot be read.
    """
    data = read(path, []).data
    keys = data.keys()
    wanted = wanted or ("policy" if "binds" in keys else "scenario")
    if "binds" not in keys and data.get(EXTENDS) in shipped("scenarios"):
        return "scenario"
    known = {sort: len(keys & _keys(sort)) for sort in _MODELS}
    return max(_MODELS, key=lambda sort: (known[sort], sort == wanted))


def _keys(sort: Sort) -> set[str]:
    return {*_MODELS[sort].model_fields, *_MODELS[sort].beside}


@contextmanager
def sorts_wanted(*wanted: tuple[Sort, Iterable[str]]) -> Iterator[None]:
    """Where these names are refused, say first of which of them another sort was wanted.

    The files that they extend are looked at too; and a key that another sort has is called one.
    """
    try:
        yield
    except BadInput as bad:
        pairs = [(name, sort) for sort, names in wanted for name in names]
        others = [problem for pair in pairs for problem in _others(*pair)]
        raise BadInput(others or _keys_of_others(bad.problems, pairs)) from None


def _others(name: str, wanted: Sort) -> Iterator[Problem]:
    """A name of another sort than the one wanted, or such names among those that its file extends."""
    path = file_of(name)
    try:
        found = sort_of(path, wanted) if path else wanted
    except BadInput:
        return
    if found == wanted:
        yield from _extended(path, wanted, set())
        return
    here = first_file(name, [Path()]) is not None
    yield _another(Mark(name, 0, 0), "", name, wanted, found, here)


def _extended(path: Path | None, wanted: Sort, seen: set[Path]) -> Iterator[Problem]:
    """The bases of a file that are of another sort, each where it is named."""
    if path is None or path.resolve() in seen or wanted not in _KINDS:
        return
    seen.add(path.resolve())
    for place, name, document in _bases(path):
        base = find(name, _KINDS[wanted], path)
        here = is_file(base)
        other = base if here else file_of(name)
        try:
            found = sort_of(other, wanted) if other else wanted
        except BadInput:
            continue
        if found == wanted:
            yield from _extended(other, wanted, seen)
        else:
            yield _another(document.at(place), dotted(place), name, wanted, found, here)


def _bases(path: Path) -> Iterator[tuple[tuple[str | int, ...], str, Document]]:
    try:
        document = read(path, [])
    except BadInput:
        return
    named = document.data.get(EXTENDS, [])
    for i, name in enumerate(named if isinstance(named, list) else [named]):
        if isinstance(name, str):
            yield ((EXTENDS, i) if isinstance(named, list) else (EXTENDS,)), name, document


def _another(mark: Mark, path: str, name: str, wanted: Sort, found: Sort, here: bool) -> Problem:
    said = f"this is {_a(found)}" if here else f"there is no such {wanted}, but {_a(found)} of this name"
    allowed = f"{_a(wanted)} here; {_a(found)} is used as in `{USES[found]}`"
    return Problem(mark, path, show(name), allowed, None, said, absent=not here)


def _a(sort: Sort) -> str:
    return f"an {sort}" if sort.startswith("i") else f"a {sort}"


def _keys_of_others(problems: Iterable[Problem], pairs: Iterable[tuple[str, Sort]]) -> Iterator[Problem]:
    """The problems, of which those with a key that only another sort of file has say so."""
    foreign = {key: sort for _, wanted in pairs for key, sort in _foreign(wanted).items()}
    own = {key for _, wanted in pairs for key in _keys(wanted)}
    for problem in problems:
        sort = foreign.get(problem.path) if problem.unknown else None
        if sort is None or own & {f"{problem.path}s", problem.path.removesuffix("s")}:
            yield problem
        else:
            said = f"a key of {_PLURALS[sort]}, which are used as in `{USES[sort]}`"
            yield replace(problem, message=said, allowed="", nearest=None)


def _foreign(wanted: Sort) -> Mapping[str, Sort]:
    """Keys that this sort has not, and of which other they are.

    Of several that have it the first of the sorts is named. What a scenario has and a policy has not
    belongs under its ``set``, and the schema says so.
    """
    others = [sort for sort in _MODELS if sort != wanted and (wanted, sort) != ("policy", "scenario")]
    return {key: sort for sort in reversed(others) for key in _keys(sort) - _keys(wanted)}
