"""Overlays: what policies, clauses of an agreement and dated injects change, and when.

An overlay is a partial tree of parameters with the schema's own names, laid over a scenario. What
is drawn once for a world, before any policy, no overlay may change: runs of one world under
different policies would no longer share it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sim.documents import BadInput, Document, Problem, merge, validate
from sim.documents.problems import KeyPath, dotted
from sim.parameters import Parameters, world_paths

DEFAULTS = "defaults"  # the file that marks of declared defaults name

_WORLD = frozenset(world_paths())


@dataclass(frozen=True)
class Overlay:
    """Changed parameters in force from one day of exposure until another (days may be negative).

    Clauses have no days of their own: they are in force while talks say so.
    """

    name: str
    kind: Literal["policy", "agreed", "implemented", "inject"]
    changes: dict[str, Any]
    from_day: float = 0.0
    until_day: float = float("inf")

    def in_force(self, day: float, clauses: frozenset[str]) -> bool:
        """Whether it is in force on a day of exposure; policies never are in the warm-up.

        ``clauses``: the stages of an agreement reached, of ``agreed`` and ``implemented``.
        """
        if self.kind in ("agreed", "implemented"):
            return self.kind in clauses
        dated = self.from_day <= day < self.until_day
        return dated and (self.kind == "inject" or day >= 0.0)


@dataclass(frozen=True)
class MarkedOverlay:
    """An overlay with the places of its changes, which stand under ``prefix`` in their file."""

    overlay: Overlay
    document: Document
    prefix: KeyPath


def laid_over(tree: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``tree`` with ``changes`` in it: mappings are merged, everything else is replaced."""
    merged = dict(tree)
    for key, value in changes.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = laid_over(old, value) if both else value
    return merged


def marked_overlay(
    document: Document, prefix: KeyPath, problems: list[Problem], name: str, kind: str,
    from_day: float = 0.0, until_day: float = float("inf"),
) -> MarkedOverlay:  # fmt: skip
    """The overlay under ``prefix``; what belongs to the world is refused and left out."""
    changes = below(document, prefix)
    refused = [path for path, _ in _leaves(changes.data) if path in _WORLD]
    for path in refused:
        whole = (*prefix, *path)
        problems.append(Problem(
            document.at_key(whole), dotted(whole), f"'{path[-1]}'", "in scenarios only",
            message="drawn once for a world, before any policy",
        ))  # fmt: skip
    data = _without(changes.data, refused)
    overlay = Overlay(name, kind, data, from_day, until_day)
    return MarkedOverlay(overlay, replace(changes, data=data), prefix)


def below(document: Document, prefix: KeyPath) -> Document:
    """The mapping under ``prefix``, empty if there is none, as a document with its marks."""
    data, n = at_path(document.data, prefix), len(prefix)
    marks = {at[n:]: mark for at, mark in document.marks.items() if at[:n] == prefix}
    keys = {at[n:]: mark for at, mark in document.keys.items() if at[:n] == prefix}
    return Document(data if isinstance(data, dict) else {}, marks, document.file, keys)


def at_path(value: Any, path: KeyPath) -> Any:
    """What stands at a path of nested mappings and lists, None if nothing does."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step in range(len(value)):
            value = value[step]
        else:
            return None
    return value


def _leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    if not isinstance(value, dict):
        yield path, value
        return
    for key, child in value.items():
        yield from _leaves(child, (*path, key))


def _without(data: dict[str, Any], paths: Iterable[KeyPath]) -> dict[str, Any]:
    heads = {path[0] for path in paths if len(path) == 1}
    tails = {key: [path[1:] for path in paths if path[0] == key and len(path) > 1] for key in data}
    return {
        key: _without(value, tails[key]) if tails[key] else value
        for key, value in data.items()
        if key not in heads
    }


# -- what may be in force together ----------------------------------------------------------------


def regimes(overlays: Sequence[Overlay], may_agree: bool) -> list[tuple[int, ...]]:
    """Every set of overlays, as sorted indices, that may be in force on one day of a run."""
    days = {0.0, *(overlay.from_day for overlay in overlays)}
    days |= {overlay.until_day for overlay in overlays if overlay.until_day != float("inf")}
    stages = [(), ("agreed",), ("agreed", "implemented")] if may_agree else [()]
    found = {
        tuple(i for i, each in enumerate(overlays) if each.in_force(day, frozenset(stage)))
        for day in days
        for stage in stages
    }
    return sorted(found)


def checked_regimes(
    base: Document, marked: Sequence[MarkedOverlay], may_agree: bool, problems: list[Problem]
) -> dict[tuple[int, ...], Parameters]:
    """The parameters of every regime; what is wrong with any is added to ``problems``."""
    parameters, known = {}, {(problem.mark, problem.path) for problem in problems}
    for active in regimes([each.overlay for each in marked], may_agree):
        whole = base
        for i in active:
            whole = merge(whole, marked[i].document)
        try:
            parameters[active] = validate(whole, Parameters)
        except BadInput as bad:
            placed = [_placed(problem, whole, marked) for problem in bad.problems]
            problems += [each for each in placed if (each.mark, each.path) not in known]
    return parameters


def _placed(problem: Problem, whole: Document, marked: Sequence[MarkedOverlay]) -> Problem:
    """The problem at a place that the user wrote, its path as it stands in that file."""
    problem = at_the_writer(problem, whole)
    path = tuple(int(s) if s.isdigit() else s for s in problem.path.split("."))
    for each in marked:
        if problem.mark in (each.document.marks.get(path), each.document.keys.get(path)):
            return replace(problem, path=dotted((*each.prefix, *path)))
    return problem


def at_the_writer(problem: Problem, document: Document) -> Problem:
    """A problem with a default is put at the nearest value that a file sets beside it."""
    if problem.mark.file != DEFAULTS:
        return problem
    path = tuple(problem.path.split("."))
    written = [(at, mark) for at, mark in document.keys.items() if mark.file != DEFAULTS]
    while path:
        path = path[:-1]
        near = [mark for at, mark in written if at[: len(path)] == path]
        if near:
            return replace(problem, mark=max(near, key=lambda mark: (mark.line, mark.column)))
    return problem
