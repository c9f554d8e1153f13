"""The shape of what ``manifest.json`` says of a plan, as plain values.

What a folder adds, and what a manifest must be to be read, is in ``experiments.study.manifest``.
"""

from typing import Any, Literal, NotRequired, TypedDict, final

from sim.scenario.scenario_file import AgentKind

Verb = Literal["run", "compare", "study"]


class SingleRequest(TypedDict):
    """What ``dmz run`` was asked: a ``request.Single``, and classes of agents that Python handed over."""

    verb: Literal["run"]
    asked: dict[str, Any]
    agents: NotRequired[dict[AgentKind, str]]


class SeveralRequest(TypedDict):
    """What ``dmz compare`` was asked: a ``request.Several``."""

    verb: Literal["compare"]
    asked: dict[str, Any]
    agents: NotRequired[dict[AgentKind, str]]


class StudyRequest(TypedDict):
    """What ``dmz study`` was asked: a file, what options change in it, and what was ``--set``."""

    verb: Literal["study"]
    name: str
    changes: dict[str, int]
    assignments: NotRequired[list[str]]
    agents: NotRequired[dict[AgentKind, str]]


Request = SingleRequest | SeveralRequest | StudyRequest


@final
class FixedRule(TypedDict):
    """So many runs of each arm."""

    runs: int


class HalfWidth(TypedDict):
    """When an arm is precise."""

    relative_half_width: float


@final
class UntilRule(TypedDict):
    """When an arm may stop, and after how many runs at most."""

    until: Literal["decided"] | HalfWidth
    budget: int


class ColumnEntry(TypedDict):
    """A column of what was asked: a ``columns.AskedColumn``."""

    kind: Literal["set", "level"]
    of: str


class ArmEntry(TypedDict):
    """An arm; ``case`` is what ``Case.saved`` gives and ``Case.revived`` takes."""

    future: str
    policy: str | None
    levels: dict[str, str]
    values: dict[str, bool | int | float | str | None]
    content_hash: str
    case: dict[str, Any]


class Manifest(TypedDict):
    """All that ``Plan.of`` needs."""

    kind: Verb
    name: str
    description: str
    version: str
    seed: int
    command: str
    request: Request
    lucks_per_world: int
    rule: FixedRule | UntilRule
    estimate: list[str]
    notes: list[str]
    factors: dict[str, list[str]]
    columns: dict[str, ColumnEntry]
    arms: dict[str, ArmEntry]
