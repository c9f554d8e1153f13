"""Overlays: what policies, clauses of an agreement and dated injects change, and when.

An overlay is a partial tree of parameters with the schema's own names, laid over a scenario; in the
place of a value it may have an operation on the value below (``sim.scenario.operations``). What is drawn
once for a world, before any policy, no overlay may change: runs of one world under different
policies would no longer share it.
"""

import itertools
import json
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar

from sim.documents import BadInput, Document, Mark, Problem, Tree, laid_over, validate
from sim.documents.laying import at_path
from sim.documents.problems import KeyPath, dotted, show
from sim.parameters.whole import Parameters, world_paths
from sim.scenario.operations import Clip, clipping, operation_at

DEFAULTS = "defaults"  # the file that marks of declared defaults name

_WORLD = frozenset(world_paths())

T = TypeVar("T")


OverlayKind = Literal["policy", "agreed", "implemented", "inject"]


@dataclass(frozen=True)
class Overlay:
    """Changed parameters in force from one day of exposure until another (days may be negative).

    Clauses have no days of their own: they are in force while talks say so. ``policy`` is the name
    that a policy or clause has in its file, empty for an inject.
    """

    name: str
    kind: OverlayKind
    changes: Tree
    from_day: float = 0.0
    until_day: float = float("inf")
    policy: str = ""

    def in_force(self, day: float, clauses: frozenset[str]) -> bool:
        """Whether it is in force on a day of exposure; policies never are in the warm-up.

        ``clauses``: the stages of an agreement reached, of ``agreed`` and ``implemented``.
        """
        if self.kind in ("agreed", "implemented"):
            return self.kind in clauses
        dated = self.from_day <= day < self.until_day
        return dated and (self.kind == "inject" or day >= 0.0)

    @property
    def identity(self) -> tuple[str, str] | None:
        """What tells its policy from others: name and content; None for an inject."""
        content = json.dumps(self.changes, sort_keys=True, default=str)
        return (self.policy, content) if self.policy else None


@dataclass(frozen=True)
class MarkedOverlay:
    """An overlay with the places of its changes, which stand under ``prefix`` in their file."""

    overlay: Overlay
    document: Document
    prefix: KeyPath


class Layers(Generic[T]):
    """What any regime makes of a base: ``lay(below, i)`` lays the overlay of index ``i`` over it.

    A policy that is named several times, as a clause too, counts once, where it is named last.
    Regimes that begin alike share their beginning, so that a thousand events take no million steps.
    """

    def __init__(self, base: T, overlays: Sequence[Overlay], lay: Callable[[T, int], T]) -> None:
        self._identities = [overlay.identity for overlay in overlays]
        self._known: dict[tuple[int, ...], T] = {(): base}
        self._lay = lay

    def under(self, active: Iterable[int]) -> T:
        """The base under the overlays of these indices, in order."""
        last = {self._identities[i] or i: i for i in active}
        chain = tuple(sorted(last.values()))
        known = next(n for n in range(len(chain), -1, -1) if chain[:n] in self._known)
        for n in range(known, len(chain)):
            self._known[chain[: n + 1]] = self._lay(self._known[chain[:n]], chain[n])
        return self._known[chain]


Layer = tuple[Tree, tuple[Clip, ...]]


def trees(base: Mapping[str, Any], overlays: Sequence[Overlay], drawn: frozenset[str]) -> Layers[Layer]:
    """The trees of parameters of regimes, each with what was clipped on the way.

    ``drawn``: the dotted paths of parameters whose values were drawn (see ``clipping``).
    """

    def lay(below: Layer, i: int) -> Layer:
        clips = list(below[1])
        operate = clipping(overlays[i].name, drawn, clips)
        return laid_over(below[0], overlays[i].changes, operate), tuple(clips)

    return Layers((dict(base), ()), overlays, lay)


def marked_overlay(
    document: Document,
    prefix: KeyPath,
    problems: list[Problem],
    name: str,
    kind: OverlayKind,
    from_day: float = 0.0,
    until_day: float = float("inf"),
    policy: str = "",
) -> MarkedOverlay:
    """The overlay under ``prefix``, without what no overlay can change, or not in such a way."""
    changes = below(document, prefix)
    wrong = {path: _impossible(document, prefix, path, value) for path, value in _inside(changes.data)}
    problems += itertools.chain(*wrong.values())
    data = _without(changes.data, [path for path, said in wrong.items() if said])
    overlay = Overlay(name, kind, data, from_day, until_day, policy)
    return MarkedOverlay(overlay, replace(changes, data=data), prefix)


def _impossible(document: Document, prefix: KeyPath, path: KeyPath, value: Any) -> tuple[Problem, ...]:
    """What is wrong with a change whatever it falls on: it is the world's, or no operation."""
    whole = (*prefix, *path)
    if path in _WORLD:
        return (
            Problem(
                document.at_key(whole),
                dotted(whole),
                f"'{path[-1]}'",
                "in scenarios only",
                message="drawn once for a world, before any policy",
            ),
        )
    kind = operation_at(path) if isinstance(value, dict) else None
    try:
        if kind is not None:
            validate(below(document, whole), kind)
    except BadInput as bad:
        return tuple(replace(each, path=f"{dotted(whole)}.{each.path}".rstrip(".")) for each in bad.problems)
    return ()


def below(document: Document, prefix: KeyPath) -> Document:
    """The mapping under ``prefix``, empty if there is none, as a document with its marks."""
    part = document.part(prefix)
    return part if isinstance(part.data, dict) else replace(part, data={})


def _inside(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Everything inside nested mappings, with its path."""
    for key, child in value.items() if isinstance(value, dict) else ():
        yield (*path, key), child
        yield from _inside(child, (*path, key))


def _without(data: Tree, paths: Iterable[KeyPath]) -> Tree:
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
    base: Document,
    marked: Sequence[MarkedOverlay],
    may_agree: bool,
    problems: list[Problem],
    drawn: frozenset[str],
) -> dict[tuple[int, ...], Parameters]:
    """The parameters of every regime; what is wrong with any is added to ``problems``."""
    parameters, known = {}, {(problem.mark, problem.path) for problem in problems}
    wrong_below = {problem.path for problem in problems}
    overlays = [each.overlay for each in marked]
    layered = trees(base.data, overlays, drawn)
    for active in regimes(overlays, may_agree):
        together = [marked[i] for i in active]
        whole = _marked(layered.under(active)[0], base, together)
        try:
            parameters[active] = validate(whole, Parameters)
        except BadInput as bad:
            said = [
                problem
                for problem in bad.problems
                if problem.path not in wrong_below or not _operation(problem, together)
            ]
            placed = [_placed(problem, whole, together) for problem in said]
            problems += [each for each in placed if (each.mark, each.path) not in known]
    return parameters


def _marked(tree: Tree, base: Document, together: Sequence[MarkedOverlay]) -> Document:
    """A regime's tree with the place of each value, in the overlay that had the last word."""
    documents = [*(each.document for each in reversed(together)), base]
    marks, keys = (_chained(each) for each in zip(*((d.marks, d.keys) for d in documents), strict=True))
    return Document(tree, marks, base.file, keys)


def _chained(marks: Iterable[Mapping[KeyPath, Mark]]) -> Mapping[KeyPath, Mark]:
    """The first of them that has a path has the word."""
    return ChainMap(*marks)  # type: ignore[arg-type]  # a ChainMap may be written to; nobody does


def _placed(problem: Problem, whole: Document, together: Sequence[MarkedOverlay]) -> Problem:
    """The problem at a place that the user wrote, its path as it stands in that file.

    What came out of an operation depends on all that are in force, so they are named.
    """
    problem = at_the_writer(problem, whole)
    if change := _operation(problem, together):
        done = ", ".join(f"{name} {show(by)}" for name, by in change.items())
        names = " + ".join(each.overlay.name for each in together)
        problem = replace(
            problem, found=f"{problem.found} ({done})", message=f"{problem.message} under {names}"
        )
    path = _steps(problem)
    for each in together:
        if problem.mark in (each.document.marks.get(path), each.document.keys.get(path)):
            return replace(problem, path=dotted((*each.prefix, *path)))
    return problem


def _operation(problem: Problem, together: Sequence[MarkedOverlay]) -> Tree | None:
    """The operation from which the offending value came, if it came from one."""
    changes = [at_path(each.document.data, _steps(problem)) for each in together]
    last = next((change for change in reversed(changes) if change is not None), None)
    return last if isinstance(last, dict) and operation_at(_steps(problem)) else None


def _steps(problem: Problem) -> KeyPath:
    return tuple(int(step) if step.isdigit() else step for step in problem.path.split("."))


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
