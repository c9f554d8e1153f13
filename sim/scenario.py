"""From files to a case: scenarios and policies are read, laid over each other, and checked.

A scenario is the declared defaults, under the files that it extends, under its own file, under
``--set``. A policy is an overlay with the schema's own names. Clauses of an agreement and dated
injects are overlays too, so that everything that changes a rule does so in one way.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from sim.case import AgentChoice, Case, digest
from sim.documents import (
    BadInput,
    Document,
    Mark,
    Problem,
    merge,
    resolve_extends,
    validate,
    with_value,
)
from sim.documents.problems import KeyPath, dotted, nearest, show, where_named
from sim.library import Kind, find, is_file, is_utf_8, scenario_folder, shipped
from sim.overlays import (
    DEFAULTS,
    MarkedOverlay,
    at_path,
    at_the_writer,
    checked_regimes,
    laid_over,
    marked_overlay,
)
from sim.parameters import Parameters, default_tree
from sim.sites import READERS, fingerprint
from sim.situation import MOST_DAYS, Policy, Scenario, Talks

T = TypeVar("T")


def load_case(
    scenario: str, policies: Iterable[str] = (), assignments: Iterable[str] = (),
    days: int | None = None, drawn: Iterable[str] = (),
) -> Case:  # fmt: skip
    """Read and check a scenario and its policies; raises ``BadInput`` with everything wrong.

    ``scenario`` and ``policies`` are paths or shipped names, ``assignments`` are ``key=value``,
    ``days`` replaces the scenario's: what it dates beyond them does not happen. ``drawn`` names the
    parameters, dotted, whose assigned values were drawn from a range: what policies make of them is
    clipped to the declared range and told by ``Case.clipped``, where else it would be refused.
    """
    loader = _Loader(frozenset(drawn))
    loader.refuse_texts(policies=policies, assignments=assignments, drawn=drawn)
    document = loader.scenario(scenario, assignments, days)
    overlays = [loader.read(name, "policies") for name in policies]
    if document is None:
        raise BadInput(loader.problems)
    return loader.case(document, [overlay for overlay in overlays if overlay is not None])


class _Loader:
    """One loading: every method adds what it finds wrong to ``problems`` and goes on."""

    def __init__(self, drawn: frozenset[str]) -> None:
        self.problems: list[Problem] = []
        self._drawn = drawn
        self._lineage: list[str] = []
        self._sources: list[Path] = []
        self._declared_days = 0

    def refuse_texts(self, **lists: Iterable[str]) -> None:
        """Raise ``BadInput`` for a text where texts are wanted: its letters are not what is meant.
        """
        for name, given in lists.items():
            if isinstance(given, str):
                self._refuse(Mark(name, 0, 0), (), "a text where a list of texts is wanted",
                             found=show(given), nearest=f"[{given!r}]")  # fmt: skip
        if self.problems:
            raise BadInput(self.problems)

    def _attempt(self, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except BadInput as bad:
            self.problems += bad.problems
            return None

    def _refuse(self, mark: Mark, path: KeyPath, message: str, **details: str | None) -> None:
        self.problems.append(Problem(mark, dotted(path), message=message, **details))

    @contextmanager
    def _named_at(self, mark: Mark, path: KeyPath, name: str) -> Iterator[None]:
        """What is wrong with a whole file is said where it is named."""
        known = len(self.problems)
        yield
        self.problems[known:] = where_named(self.problems[known:], mark, path, name)

    # -- reading ----------------------------------------------------------------------------------

    def read(self, name: str, kind: Kind, beside: Path | None = None) -> Document | None:
        """The document that a name stands for, laid over those that it extends."""

        def look(wanted: str, by: Path | None) -> Path:
            path = find(wanted, kind, by or beside)
            self._sources.append(path)
            if kind == "scenarios" and path.parent == scenario_folder():
                self._lineage.append(path.stem)
            return path

        document = self._attempt(
            lambda: resolve_extends(name, look, lambda: shipped(kind), self.problems)
        )
        if document is not None and document.at_key(("name",)).file != document.file:
            self._refuse(Mark(document.file, 1, 1), ("name",), "missing key",
                         allowed="a name of its own beside `extends`")  # fmt: skip
        return document

    def scenario(self, name: str, assignments: Iterable[str], days: int | None) -> Document | None:
        """The scenario's document with what the command line changes in it."""
        document = self.read(name, "scenarios")
        if document is None:
            return None
        declared = document.data.get("days", Scenario.model_fields["days"].default)
        self._declared_days = min(declared, MOST_DAYS) if isinstance(declared, int) else 0
        changes = [(each, "--set") for each in assignments]
        set_too = any(each.partition("=")[0].strip() == "days" for each, _ in changes)
        if days is not None and set_too:
            self._refuse(Mark("--days", 0, 0), ("days",), "--set says how many days too",
                         found=str(days), allowed="one of the two")  # fmt: skip
        changes += [(f"days={days}", "--days")] if days is not None else []
        for change in changes:
            document = self._attempt(
                lambda d=document, c=change: with_value(d, *c, self.problems)
            ) or document  # fmt: skip
        return document

    # -- checking ---------------------------------------------------------------------------------

    def case(self, document: Document, policy_documents: Sequence[Document]) -> Case:
        """The case that the documents describe."""
        defaults = Document({**default_tree(), "talks": {}}, {}, DEFAULTS)
        whole = replace(merge(defaults, document), file=document.file)
        scenario = self._attempt(lambda: validate(whole, Scenario))
        self.problems = [at_the_writer(problem, whole) for problem in self.problems]
        policies = [self._attempt(lambda d=d: validate(d, Policy)) for d in policy_documents]
        base, fingerprints = self._with_files(_parameters_of(whole), scenario)
        pairs = list(zip(policies, policy_documents, strict=True))
        marked = [*self._injects(scenario, whole)]  # a policy's word stands above an event's
        marked += [self._policy(scenario, *pair) for pair in pairs]
        marked += self._clauses(scenario, whole)
        may_agree = scenario is not None and scenario.talks.may_agree
        checked = checked_regimes(base, marked, may_agree, self.problems, self._drawn)
        agents = self._agents(pairs)
        if self.problems:
            raise BadInput(self.problems)
        return Case(
            scenario, tuple(policies), tuple(each.overlay for each in marked), base.data,
            tuple(self._lineage), fingerprints, agents, checked,
            tuple(dict.fromkeys(self._sources)), self._drawn,
        )  # fmt: skip

    def _with_files(
        self, base: Document, scenario: Scenario | None
    ) -> tuple[Document, dict[str, str]]:
        """The parameters with the scenario's own files, now checked, as absolute paths."""
        paths: dict[str, Path] = {}
        for key in READERS if scenario is not None else ():
            name, mark = getattr(scenario.border, key), base.at(("border", key))
            if name is None:
                continue
            path = Path(mark.file).parent / name if mark.line else Path(name)
            with self._named_at(mark, ("border", key), name):
                read = self._attempt(lambda k=key, p=path: READERS[k](p, scenario.space))
            if read is not None and not is_utf_8(path.resolve()):
                self._refuse(mark, ("border", key), "the way to this file is not UTF-8",
                             found=show(str(path.resolve())))  # fmt: skip
            elif read is not None:
                paths[key] = path
        border = {key: str(path.resolve()) for key, path in paths.items()}
        data = laid_over(base.data, {"border": border})
        return replace(base, data=data), {key: fingerprint(path) for key, path in paths.items()}

    def _policy(
        self, scenario: Scenario | None, policy: Policy | None, document: Document
    ) -> MarkedOverlay:
        name, day = (policy.name if policy else document.file), 0
        if scenario is not None and policy is not None and policy.start is not None:
            day = (policy.start - scenario.start).days
            self._within_the_run(scenario, document, ("start",), policy.start, min(day, 0))
        return marked_overlay(
            document, ("set",), self.problems, name, "policy", day, policy=name
        )

    def _injects(self, scenario: Scenario | None, document: Document) -> Iterator[MarkedOverlay]:
        """Injects that change parameters for a while."""
        raw = at_path(document.data, ("injects",))
        for i in range(len(raw) if isinstance(raw, list) else 0):
            name, first, last, at = f"inject {i}", 0, float("inf"), ("injects", i)
            if scenario is not None:
                inject = scenario.injects[i]
                self._within_the_run(scenario, document, (*at, "date"), inject.date)
                name, first = inject.name, (inject.date - scenario.start).days
                last = (inject.until - scenario.start).days if inject.until else last
            act = at_path(document.data, (*at, "act"))
            if act in (None, "change"):
                yield marked_overlay(
                    document, (*at, "set"), self.problems, name, "inject", first, last
                )

    def _within_the_run(
        self, scenario: Scenario, document: Document, path: KeyPath, date: dt.date, first: int = 0
    ) -> None:
        """Refuse a date before day ``first`` of exposure or after the last."""
        days = max(scenario.days, self._declared_days)
        earliest, latest = (scenario.start + dt.timedelta(days=day) for day in (first, days - 1))
        if not earliest <= date <= latest:
            self._refuse(document.at(path), path, "outside the run", found=show(date),
                         allowed=f"{scenario.start} to {latest}")  # fmt: skip

    def _clauses(self, scenario: Scenario | None, document: Document) -> list[MarkedOverlay]:
        """The clauses of an agreement; where talks cannot agree they are checked alone."""
        marked = []
        talks = scenario.talks if scenario is not None else Talks()
        for stage in ("agreed", "implemented"):
            key = f"{stage}_clauses"
            for i, name in enumerate(getattr(talks, key)):
                its = self._clause(name, document, ("talks", key, i))
                if its is not None:
                    marked.append(marked_overlay(
                        its, ("set",), self.problems, name, stage, policy=its.data["name"]
                    ))  # fmt: skip
        return marked if talks.may_agree else []

    def _clause(self, name: str, document: Document, path: KeyPath) -> Document | None:
        mark = document.at(path)
        beside = Path(mark.file) if mark.line else None
        if mark.file == DEFAULTS:
            beside = scenario_folder() / DEFAULTS
        if not is_file(find(name, "policies", beside)):
            self._refuse(mark, path, "there is no such policy", found=show(name),
                         nearest=nearest(name, shipped("policies")))  # fmt: skip
            return None
        with self._named_at(mark, path, name):
            its = self.read(name, "policies", beside)
        if its is None or self._attempt(lambda: validate(its, Policy)) is None:
            return None
        for foreign in {"start", "agents"} & its.data.keys():
            self._refuse(its.at_key((foreign,)), (foreign,), "a clause of an agreement cannot "
                         "have this key: it is in force while talks say so")  # fmt: skip
        return its

    def _agents(self, pairs: Sequence[tuple[Policy | None, Document]]) -> tuple[AgentChoice, ...]:
        chosen: dict[str, AgentChoice] = {}
        for policy, its in pairs:
            for kind, reference in (policy.agents if policy else {}).items():
                mark = its.at_key(("agents", kind))
                if kind in chosen:
                    self._refuse(mark, ("agents", kind), "another policy replaces it already",
                                 found=show(reference))  # fmt: skip
                chosen[kind] = AgentChoice(kind, reference, mark)
        return tuple(chosen.values())


def _parameters_of(document: Document) -> Document:
    data: dict[str, Any] = {name: document.data[name] for name in Parameters.model_fields}
    return replace(document, data=data)


__all__ = ["Case", "Policy", "Scenario", "digest", "load_case", "shipped"]
