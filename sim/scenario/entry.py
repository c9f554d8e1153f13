"""The shape of what a manifest says of a case, as plain values: what is written, and what is checked."""

from typing import Any, NotRequired  # pydantic takes those of typing from Python 3.12 on

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from sim.documents import Tree
from sim.scenario.overlays import OverlayKind
from sim.scenario.scenario_file import AgentKind

as_written = with_config(ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))


@as_written
class OverlayEntry(TypedDict):
    """An overlay of a case; the day that never comes is not written."""

    name: str
    kind: OverlayKind
    changes: Tree
    from_day: float
    until_day: NotRequired[float]
    policy: str


@as_written
class ReplacedEntry(TypedDict):
    """What was asked of a case and does not hold, and what does instead."""

    path: str
    asked: Any
    by: str
    instead: Any
    instead_by: str


@as_written
class Content(TypedDict):
    """Everything that defines a case, wherever its files lie."""

    scenario: Tree
    policies: list[Tree]
    clauses: list[tuple[OverlayKind, str, Tree]]
    files: dict[str, str]
    held: list[str]


@as_written
class CaseEntry(Content):
    """What ``Case.saved`` gives and ``Case.revived`` takes, and checks."""

    overlays: list[OverlayEntry]
    lineage: list[str]
    agents: list[tuple[AgentKind, str]]
    drawn: list[str]
    assigned: list[str]
    replaced: list[ReplacedEntry]
