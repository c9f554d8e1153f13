"""The parameters that are only assumptions, with what a study gave them: those it set stand first.

A study can be no better than these; whoever reads its report should see them all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.design.manifest_file import Manifest
from sim.scenario.parameter_table import parameter_table
from sim.sides import SIDES

_SIDE = "<side>"


@dataclass(frozen=True)
class Assumption:
    """One parameter: its values in the arms, before anything that begins later, and its default.

    ``policies`` are the values that policies and talks lay over it; ``was_set`` is whether any
    value is not the default.
    """

    path: str
    description: str
    unit: str
    values: tuple[Any, ...]
    default: Any
    policies: tuple[Any, ...]

    @property
    def was_set(self) -> bool:
        """Whether the study gave it any value of its own."""
        return self.values != (self.default,) or bool(self.policies)


def assumptions(manifest: Manifest) -> list[Assumption]:
    """All of them; those that the study set first, otherwise in the order of the schema."""
    cases = [arm["case"] for arm in manifest["arms"].values()]
    found = [
        Assumption(
            path,
            row.description,
            row.unit,
            _distinct(_at(case["scenario"], path) for case in cases),
            _plain(default),
            _distinct(
                value
                for case in cases
                for overlay in case["overlays"]
                if (value := _at(overlay["changes"], path)) is not None
            ),
        )
        for row in parameter_table()
        if row.grade == "assumption"
        for path, default in _paths(row)
    ]
    return sorted(found, key=lambda each: not each.was_set)


def _paths(row: Any) -> Iterator[tuple[str, Any]]:
    if _SIDE not in row.path:
        yield row.path, row.default
        return
    for side, default in zip(SIDES, (row.default, row.south), strict=True):
        yield row.path.replace(_SIDE, side), default


def _at(tree: Any, path: str) -> Any:
    for key in path.split("."):
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _distinct(values: Iterator[Any]) -> tuple[Any, ...]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return tuple(found)
