"""The shape of what ``manifest.json`` says of a plan, as plain values: what is written, and what is checked.

What a folder adds, and what a manifest must be beside, is in ``experiments.study.manifest``.
"""

from typing import Annotated, Literal, NotRequired, TypeAlias, final

from pydantic import Field
from typing_extensions import TypedDict

from experiments.design.study_file import MOST_RUNS, Runs
from experiments.worlds import LUCKS
from sim.documents import Tree
from sim.scenario.entry import CaseEntry, as_written
from sim.scenario.scenario_file import AgentKind

MOST_ARMS = 5_000
Values: TypeAlias = dict[str, bool | int | float | str | None]  # of columns that tell what was asked, by name
Verb = Literal["run", "compare", "study"]
_Agents: TypeAlias = dict[AgentKind, str]  # classes that Python handed over, by the kind that each replaces
_Change: TypeAlias = Annotated[str, Field(pattern="^(runs|budget|days|seed)$")]


@as_written
class SingleRequest(TypedDict):
    """What ``dmz run`` was asked: a ``request.Single``."""

    verb: Literal["run"]
    asked: Tree
    agents: NotRequired[_Agents]


@as_written
class SeveralRequest(TypedDict):
    """What ``dmz compare`` was asked: a ``request.Several``."""

    verb: Literal["compare"]
    asked: Tree
    agents: NotRequired[_Agents]


@as_written
class StudyRequest(TypedDict):
    """What ``dmz study`` was asked: a file, what options change in it, and what was ``--set``."""

    verb: Literal["study"]
    name: str
    changes: dict[_Change, int]
    assignments: NotRequired[list[str]]
    agents: NotRequired[_Agents]


Request = SingleRequest | SeveralRequest | StudyRequest


@final
@as_written
class FixedRule(TypedDict):
    """So many runs of each arm."""

    runs: Annotated[int, Field(ge=1, le=MOST_RUNS)]


@as_written
class HalfWidth(TypedDict):
    """When an arm is precise."""

    relative_half_width: Annotated[float, Field(ge=0.02, le=1)]


@final
@as_written
class UntilRule(TypedDict):
    """When an arm may stop, and after how many runs at most."""

    until: Literal["decided"] | HalfWidth
    budget: Runs


@as_written
class ColumnEntry(TypedDict):
    """A column of what was asked: a ``columns.AskedColumn``."""

    kind: Literal["set", "level"]
    of: str


@as_written
class ArmEntry(TypedDict):
    """An arm."""

    future: str
    policy: str | None
    levels: dict[str, str]
    values: Values
    content_hash: str
    case: CaseEntry


@as_written
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


@as_written
class Sealed(Manifest):
    """A manifest in its folder: digests of agents' code and of the files that were read, the versions
    of libraries, and its own seal.
    """

    code: dict[str, str]
    libraries: dict[str, str]
    inputs: dict[str, str]
    sealed: str
