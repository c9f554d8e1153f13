"""The shape of what ``manifest.json`` says of a plan, as plain values: what is written, and what is checked.

What a folder adds, and what a manifest must be beside, is in ``experiments.study.manifest``.
"""

from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,  # pydantic takes those of typing from Python 3.12 on
    TypeAlias,
    final,
)

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from experiments.design.study_file import MOST_RUNS, Runs
from experiments.worlds import LUCKS
from sim.scenario.scenario_file import AgentKind

MOST_ARMS = 5_000
Verb = Literal["run", "compare", "study"]
_Agents: TypeAlias = dict[AgentKind, str]  # classes that Python handed over, by the kind that each replaces
_Change: TypeAlias = Annotated[str, Field(pattern="^(runs|budget|days|seed)$")]
_checked = with_config(ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))


@_checked
class SingleRequest(TypedDict):
    """What ``dmz run`` was asked: a ``request.Single``."""

    verb: Literal["run"]
    asked: dict[str, Any]
    agents: NotRequired[_Agents]


@_checked
class SeveralRequest(TypedDict):
    """What ``dmz compare`` was asked: a ``request.Several``."""

    verb: Literal["compare"]
    asked: dict[str, Any]
    agents: NotRequired[_Agents]


@_checked
class StudyRequest(TypedDict):
    """What ``dmz study`` was asked: a file, what options change in it, and what was ``--set``."""

    verb: Literal["study"]
    name: str
    changes: dict[_Change, int]
    assignments: NotRequired[list[str]]
    agents: NotRequired[_Agents]


Request = SingleRequest | SeveralRequest | StudyRequest


@final
@_checked
class FixedRule(TypedDict):
    """So many runs of each arm."""

    runs: Annotated[int, Field(ge=1, le=MOST_RUNS)]


@_checked
class HalfWidth(TypedDict):
    """When an arm is precise."""

    relative_half_width: Annotated[float, Field(ge=0.02, le=1)]


@final
@_checked
class UntilRule(TypedDict):
    """When an arm may stop, and after how many runs at most."""

    until: Literal["decided"] | HalfWidth
    budget: Runs


@_checked
class ColumnEntry(TypedDict):
    """A column of what was asked: a ``columns.AskedColumn``."""

    kind: Literal["set", "level"]
    of: str


@_checked
class OverlayEntry(TypedDict):
    """An overlay of a case; the day that never comes is not written."""

    name: str
    kind: Literal["policy", "agreed", "implemented", "inject"]
    changes: dict[str, Any]
    from_day: float
    until_day: NotRequired[float]
    policy: str


@_checked
class ReplacedEntry(TypedDict):
    """What was asked of a case and does not hold, and what does instead."""

    path: str
    asked: Any
    by: str
    instead: Any
    instead_by: str


@_checked
class CaseEntry(TypedDict):
    """What ``Case.saved`` gives and ``Case.revived`` takes, and checks."""

    scenario: dict[str, Any]
    policies: list[dict[str, Any]]
    clauses: list[tuple[str, str, dict[str, Any]]]
    files: dict[str, str]
    held: list[str]
    overlays: list[OverlayEntry]
    lineage: list[str]
    agents: list[tuple[AgentKind, str]]
    drawn: list[str]
    assigned: list[str]
    replaced: list[ReplacedEntry]


@_checked
class ArmEntry(TypedDict):
    """An arm."""

    future: str
    policy: str | None
    levels: dict[str, str]
    values: dict[str, bool | int | float | str | None]
    content_hash: str
    case: CaseEntry


@_checked
class Manifest(TypedDict):
    """All that ``Plan.of`` needs."""

    kind: Verb
    name: str
    description: str
    version: str
    seed: Annotated[int, Field(ge=0, le=2**62)]
    command: str
    request: Annotated[Request, Field(discriminator="verb")]
    lucks_per_world: Annotated[int, Field(ge=LUCKS, le=LUCKS)]
    rule: FixedRule | UntilRule
    estimate: Annotated[list[str], Field(min_length=1)]
    notes: list[str]
    factors: dict[str, list[str]]
    columns: dict[str, ColumnEntry]
    arms: Annotated[dict[str, ArmEntry], Field(min_length=1, max_length=MOST_ARMS)]


@_checked
class Sealed(Manifest):
    """A manifest in its folder: digests of agents' code and of the files that were read, the versions
    of libraries, and its own seal.
    """

    code: dict[str, str]
    libraries: dict[str, str]
    inputs: dict[str, str]
    sealed: str
