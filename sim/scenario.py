"""Scenarios and policies: what they are, and how files become a case that can be played.

A scenario is the declared defaults, under the files that it extends, under its own file, under
``--set``. A policy is an overlay with the schema's own names. Clauses of an agreement and dated
injects are overlays too, so that everything that changes a rule does so in one way.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

import sim
from sim.documents import (
    BadInput,
    Document,
    Impossible,
    Problem,
    StrictModel,
    merge,
    resolve_extends,
    validate,
    with_value,
)
from sim.parameters import SIDES, Parameters, choice, default_tree, param

Outcome = Literal["none", "ignored", "refused", "accepted", "collapsed"]
Kind = Literal["scenarios", "policies"]
Share = Annotated[float, Field(ge=0, le=1)]


class Talks(StrictModel):
    """What becomes of the offer of talks, and what it costs or brings."""

    decided_by: Literal["scenario", "chance", "governments"] = choice(
        "scenario", "a fixed outcome, a draw from probabilities, or the governments themselves"
    )
    outcome: Outcome = choice("none", "the outcome that the scenario fixes")
    probabilities: dict[Outcome, Share] = choice({}, "outcomes and their chances, summing to 1")
    offer_day: int = param(16, "day", 0, 3650, "day of the offer (17 November 2025)",
                           "FACTS: talk offers", "measured")  # fmt: skip
    answer_days: int = param(14, "day", 0, 365, "days from an offer to its answer",
                             "priors.csv: talks_delay", "measured")  # fmt: skip
    session_day: int = param(30, "day", 0, 3650, "day of the first session", "MODEL: Talks")
    agreed_day: int = param(90, "day", 0, 3650, "day of an agreement, or of a collapse",
                            "MODEL: Talks")  # fmt: skip
    implemented_day: int = param(120, "day", 0, 3650, "day from which works under it begin",
                                 "MODEL: Talks")  # fmt: skip
    next_offer_days: int = param(180, "day", 1, 3650, "days to the next offer after silence")
    refused_offer_days: int = param(365, "day", 1, 3650, "days to the next offer after a refusal")
    ignored_cost: float = param(0.0, "tension", 0, 0.3, "tension added by silence")
    refusal_cost: float = param(0.0, "tension", 0, 0.3, "tension added by a refusal",
                                "priors.csv: refusal_cost")  # fmt: skip
    collapse_cost: float = param(0.1, "tension", 0, 0.5, "tension added by a collapse")
    agreement_relief: float = param(0.0, "tension", 0, 0.3, "tension taken away by an agreement")
    p_collapse: float = param(0.3, "probability", 0, 1, "sessions that the governments hold fail",
                              "priors.csv: p_agreed", "analogue")  # fmt: skip
    suspend_tension: float = param(0.8, "tension", 0, 1, "above it a government suspends what was "
                                   "agreed")  # fmt: skip
    agreed_clauses: tuple[str, ...] = choice(
        ("hotline", "common_line"), "policies in force from the agreement on"
    )
    implemented_clauses: tuple[str, ...] = choice(
        ("survey_1km_week",), "policies in force from the implementation on"
    )

    @model_validator(mode="after")
    def _in_order(self) -> "Talks":
        if self.decided_by == "chance" and abs(sum(self.probabilities.values()) - 1.0) > 1e-6:
            raise Impossible("the probabilities of talks must sum to 1", path=("probabilities",))
        if not self.session_day <= self.agreed_day <= self.implemented_day:
            raise Impossible(
                "session_day, agreed_day and implemented_day must be in this order",
                path=("agreed_day",),
            )
        return self


class Inject(StrictModel):
    """Something that happens on a date: an act at a place, or changed parameters for a while."""

    name: str = Field(min_length=1, max_length=80)
    date: dt.date
    until: dt.date | None = None
    act: Literal["change", "stray_shot", "provocation"] = "change"
    side: Literal["north", "south"] | None = None
    at_km: float | None = Field(None, ge=0)
    hour: float = Field(12.0, ge=0, lt=24)
    set: dict[str, Any] = {}

    @model_validator(mode="after")
    def _complete(self) -> "Inject":
        if self.act == "change" and not self.set:
            raise Impossible("an inject that changes something needs `set`", path=("act",))
        if self.act != "change" and (self.side is None or self.at_km is None):
            raise Impossible("a shot needs `side` and `at_km`", path=("act",))
        if self.until is not None and self.until <= self.date:
            raise Impossible("`until` must be later than `date`", path=("until",))
        return self


class Scenario(Parameters):
    """A situation: parameters, talks and injects over a stretch of time."""

    name: str = Field(min_length=1, max_length=80)
    description: str = Field("", max_length=2000)
    start: dt.date = Field(dt.date(2025, 11, 1), ge=dt.date(1954, 1, 1), le=dt.date(2100, 1, 1))
    days: int = param(365, "day", 1, 3660, "days of exposure")
    ends_at_rung: int | None = Field(
        None, ge=1, le=6, description="a run ends when an incident reaches this rung"
    )
    talks: Talks = Talks()
    injects: tuple[Inject, ...] = ()

    @model_validator(mode="after")
    def _possible(self) -> "Scenario":
        if self.space.area_km > self.space.length_km:
            raise Impossible("an area cannot be longer than the line", path=("space", "area_km"))
        for i, inject in enumerate(self.injects):
            if inject.at_km is not None and inject.at_km > self.space.length_km:
                raise Impossible("the place lies beyond the line", path=("injects", i, "at_km"))
        for name in SIDES:
            watch = getattr(self, name).watch
            if watch.post_distance_m > 1000 * self.space.half_width_km:
                raise Impossible("posts would stand outside the zone",
                                 path=(name, "watch", "post_distance_m"))  # fmt: skip
        return self


class Policy(StrictModel):
    """A named set of changes laid over a scenario, with the sides that it binds."""

    name: str = Field(min_length=1, max_length=80)
    description: str = Field("", max_length=2000)
    binds: tuple[Literal["north", "south"], ...] = Field(min_length=1)
    start: dt.date | None = None
    set: dict[str, Any] = {}
    agents: dict[Literal["CommandPost", "GuardPost", "Government", "Patrol", "WorkParty",
                         "SurveyTeam"], str] = {}  # fmt: skip

    @model_validator(mode="after")
    def _binds_whom_it_changes(self) -> "Policy":
        for group in self.set:
            needed = (group,) if group in SIDES else SIDES
            missing = [side for side in needed if side not in self.binds]
            if missing:
                raise Impossible(
                    f"`{group}` changes the {' and the '.join(missing)}, whom `binds` leaves out",
                    path=("set", group),
                )
        return self


# -- finding files -----------------------------------------------------------------------------------


def scenario_folder() -> Path:
    """Where the shipped scenarios are: in the wheel, or beside the package in a checkout."""
    packaged = Path(str(files("sim"))) / "_scenarios"
    return packaged if packaged.is_dir() else Path(sim.__file__).parent.parent / "scenarios"


def shipped(kind: Kind = "scenarios") -> list[str]:
    """Names of the shipped scenarios or policies."""
    folder = scenario_folder() / ("policies" if kind == "policies" else "")
    return sorted(path.stem for path in folder.glob("*.yaml"))


def find(name: str, kind: Kind, beside: Path | None = None) -> Path:
    """The file that ``name`` means: a path as it stands or beside a file, else a shipped name."""
    bases = [Path(), *([beside.parent] if beside else [])]
    for base in bases:
        for candidate in (base / name, base / f"{name}.yaml"):
            if candidate.is_file():
                return candidate
    folder = scenario_folder() / ("policies" if kind == "policies" else "")
    for candidate in (folder / name, folder / f"{name}.yaml"):
        if candidate.is_file():
            return candidate
    return Path(name)


def _read(name: str, kind: Kind, flaws: list[Problem]) -> Document:
    return resolve_extends(
        name, lambda wanted, by: find(wanted, kind, by), lambda: shipped(kind), flaws
    )


def _below(document: Document, *path: str | int) -> Document:
    """The part of a document under ``path``, as a document with its marks."""
    data: Any = document.data
    for key in path:
        data = data[key] if not isinstance(data, dict) or key in data else {}
    n = len(path)
    marks = {at[n:]: mark for at, mark in document.marks.items() if at[:n] == path}
    keys = {at[n:]: mark for at, mark in document.keys.items() if at[:n] == path}
    return Document(data=data, marks=marks, file=document.file, keys=keys)


# -- cases ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overlay:
    """Changed parameters in force from one day of exposure until another (days may be negative)."""

    name: str
    kind: Literal["policy", "agreed", "implemented", "inject"]
    changes: dict[str, Any]
    from_day: float
    until_day: float = float("inf")


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario under its policies, checked: all that a run needs beside its luck.

    ``overlays`` are laid over the scenario in their order; clauses come into force when talks say
    so, the others by their days. ``tree`` is the scenario's parameters as nested dicts.
    """

    scenario: Scenario
    policies: tuple[Policy, ...]
    overlays: tuple[Overlay, ...]
    tree: Mapping[str, Any]
    lineage: tuple[str, ...] = ()
    _cache: dict[tuple[int, ...], Parameters] = field(default_factory=dict, repr=False)

    def parameters(self, active: tuple[int, ...]) -> Parameters:
        """The parameters with the overlays of these indices in force."""
        if active not in self._cache:
            tree: Any = self.tree
            for i in active:
                tree = laid_over(tree, self.overlays[i].changes)
            self._cache[active] = Parameters.model_validate(tree, strict=False)
        return self._cache[active]

    @cached_property
    def resolved(self) -> dict[str, Any]:
        """Everything that defines the case, as plain values for a manifest."""
        return {
            "scenario": self.scenario.model_dump(mode="json"),
            "policies": [policy.model_dump(mode="json") for policy in self.policies],
        }

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of ``resolved``: the same for the same content, wherever its files lie."""
        return digest(self.resolved)

    @property
    def policy_name(self) -> str:
        """The names of its policies, or ``none``."""
        return " + ".join(policy.name for policy in self.policies) or "none"


def digest(resolved: Any) -> str:
    """SHA-256 of plain values in canonical JSON."""
    return hashlib.sha256(json.dumps(resolved, sort_keys=True).encode()).hexdigest()


def laid_over(tree: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``tree`` with ``changes`` in it: mappings are merged, everything else is replaced."""
    merged = dict(tree)
    for key, value in changes.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = laid_over(old, value) if both else value
    return merged


def load_case(
    scenario: str, policies: Iterable[str] = (), assignments: Iterable[str] = (),
    days: int | None = None,
) -> Case:  # fmt: skip
    """Read and check a scenario and its policies; raises ``BadInput`` with everything wrong.

    ``scenario`` and ``policies`` are paths or shipped names, ``assignments`` are ``key=value``.
    """
    flaws: list[Problem] = []
    document = _read(scenario, "scenarios", flaws)
    for assignment in assignments:
        document = with_value(document, assignment, flaws=flaws)
    if days is not None:
        document = with_value(document, f"days={days}", file="--days", flaws=flaws)
    return _build_case(document, [_read(name, "policies", flaws) for name in policies], flaws)


def _build_case(
    document: Document, policy_documents: list[Document], flaws: list[Problem]
) -> Case:
    defaults = Document(data={**default_tree(), "talks": {}}, marks={}, file="defaults")
    whole = merge(defaults, document)
    problems = list(flaws)
    checked = _collect(problems, lambda: validate(whole, Scenario))
    policies = [_collect(problems, lambda d=d: validate(d, Policy)) for d in policy_documents]
    if checked is None or None in policies:
        raise BadInput(problems)
    base = _parameters_of(whole)
    stacked = base
    overlays: list[Overlay] = []
    for policy, its in zip(policies, policy_documents, strict=True):
        changes = _below(its, "set")
        stacked = merge(stacked, changes)
        day = (policy.start - checked.start).days if policy.start else 0
        overlays.append(Overlay(policy.name, "policy", dict(changes.data), day))
    if overlays:
        _collect(problems, lambda: validate(stacked, Parameters))
    overlays += _clauses(checked, stacked, problems)
    overlays += _changes(checked, whole, stacked, problems)
    if problems:
        raise BadInput(problems)
    return Case(checked, tuple(policies), tuple(overlays), base.data)


def _collect(problems: list[Problem], attempt: Any) -> Any:
    try:
        return attempt()
    except BadInput as bad:
        problems += bad.problems
        return None


def _parameters_of(document: Document) -> Document:
    data = {name: document.data[name] for name in Parameters.model_fields}
    return Document(data=data, marks=document.marks, file=document.file)


def _clauses(scenario: Scenario, base: Document, problems: list[Problem]) -> list[Overlay]:
    """The clauses of an agreement: policies that talks bring into force."""
    talks, overlays = scenario.talks, []
    stages = (("agreed", talks.agreed_clauses), ("implemented", talks.implemented_clauses))
    for stage, name in ((stage, name) for stage, names in stages for name in names):
        its = _collect(problems, lambda name=name: _read(name, "policies", problems))
        if its is None or _collect(problems, lambda its=its: validate(its, Policy)) is None:
            continue
        changes = _below(its, "set")
        _collect(problems, lambda changes=changes: validate(merge(base, changes), Parameters))
        overlays.append(Overlay(name, stage, dict(changes.data), 0))
    return overlays


def _changes(
    scenario: Scenario, document: Document, base: Document, problems: list[Problem]
) -> list[Overlay]:
    """Injects that change parameters for a while."""
    overlays = []
    for i, inject in enumerate(scenario.injects):
        if inject.act != "change":
            continue
        changes = _below(document, "injects", i, "set")
        _collect(problems, lambda changes=changes: validate(merge(base, changes), Parameters))
        first = (inject.date - scenario.start).days
        last = (inject.until - scenario.start).days if inject.until else float("inf")
        overlays.append(Overlay(inject.name, "inject", dict(changes.data), first, last))
    return overlays
