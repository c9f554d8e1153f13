"""The shape of a manifest: what any verb may rely on, wherever the file comes from.

A seal tells that a manifest is what somebody wrote, not that this program did. What a case holds is
checked where it is revived (``sim.scenario.case``).
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from experiments.design.columns import AskedColumn
from experiments.design.manifest_file import Manifest
from experiments.design.plan import MOST_ARMS
from experiments.design.request import Several, Single
from experiments.design.study_file import MOST_RUNS, Precise, Runs
from experiments.measures import MEASURES
from experiments.worlds import LUCKS
from sim.documents import Impossible, StrictModel
from sim.documents.problems import printable
from sim.scenario.scenario_file import AgentKind


class Sealed(Manifest):
    """A manifest in its folder: digests of agents' code and of the files that were read, the versions
    of libraries, and its own seal.
    """

    code: dict[str, str]
    libraries: dict[str, str]
    inputs: dict[str, str]
    sealed: str


_HandedOver = Annotated[dict[AgentKind, str], Field(default_factory=dict)]  # classes, by Python


class _SingleAsked(StrictModel):
    verb: Literal["run"]
    asked: Single
    agents: _HandedOver


class _ComparisonAsked(StrictModel):
    verb: Literal["compare"]
    asked: Several
    agents: _HandedOver


class _StudyAsked(StrictModel):
    verb: Literal["study"]
    name: str
    changes: dict[Literal["runs", "budget", "days", "seed"], int]
    assignments: tuple[str, ...] = ()
    agents: _HandedOver


class _Fixed(StrictModel):
    runs: int = Field(ge=1, le=MOST_RUNS)


class _Until(StrictModel):
    until: Literal["decided"] | Precise
    budget: Runs


class _Overlay(StrictModel):
    name: str
    kind: Literal["policy", "agreed", "implemented", "inject"]
    changes: dict[str, Any]
    from_day: float
    until_day: float | None = None  # the day that never comes is not written
    policy: str


class _Replaced(StrictModel):
    path: str
    asked: Any
    by: str
    instead: Any
    instead_by: str


class _Case(StrictModel):
    scenario: dict[str, Any]
    policies: tuple[dict[str, Any], ...]
    clauses: tuple[tuple[str, str, dict[str, Any]], ...]
    files: dict[str, str]
    held: tuple[str, ...]
    overlays: tuple[_Overlay, ...]
    lineage: tuple[str, ...]
    agents: tuple[tuple[AgentKind, str], ...]
    drawn: tuple[str, ...]
    assigned: tuple[str, ...]
    replaced: tuple[_Replaced, ...]


class _Arm(StrictModel):
    future: str
    policy: str | None
    levels: dict[str, str]
    values: dict[str, bool | int | float | str | None]
    content_hash: str
    case: _Case


class _Manifest(StrictModel):
    kind: Literal["run", "compare", "study"]
    name: str
    description: str
    version: str
    seed: int = Field(ge=0, le=2**62)
    command: str
    request: Annotated[_SingleAsked | _ComparisonAsked | _StudyAsked, Field(discriminator="verb")]
    lucks_per_world: int = Field(ge=LUCKS, le=LUCKS)
    rule: _Fixed | _Until
    estimate: tuple[str, ...] = Field(min_length=1)
    notes: tuple[str, ...]
    factors: dict[str, tuple[str, ...]]
    columns: dict[str, AskedColumn]
    arms: dict[str, _Arm] = Field(min_length=1, max_length=MOST_ARMS)
    code: dict[str, str]
    libraries: dict[str, str]
    inputs: dict[str, str]
    sealed: str

    def conflicts(self) -> Iterator[Impossible]:
        """What no plan is: of another kind than its request, arms that are one, no level."""
        if self.kind != self.request.verb or (self.kind == "run" and len(self.arms) > 1):
            yield Impossible("kind", "is not what was asked")
        if not set(self.estimate) <= set(MEASURES):
            yield Impossible("estimate", "has a measure that there is not")
        if len({(arm.future, arm.policy) for arm in self.arms.values()}) < len(self.arms):
            yield Impossible("arms", "two have the same future and policy")
        for arm in self.arms.values():
            known = all(label in self.factors.get(name, ()) for name, label in arm.levels.items())
            if not known or len(arm.levels) != len(self.factors):
                yield Impossible("arms", "one has other levels than the factors")


def misshapen(text: str) -> str | None:
    """What in the JSON of a manifest no manifest has, in a line; None if it is sound."""
    try:
        _Manifest.model_validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = printable(".".join(map(str, first["loc"])))
        return f"{place}: {first['msg']}" if place else first["msg"]
    return None
