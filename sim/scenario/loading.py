"""From files to a case: scenarios and policies are read (``sim.scenario.reading``) and checked.

A scenario is the declared defaults, under the files that it extends, under its own file, under levels of
a study, under ``--set`` (the whole order: ``sim.scenario.settings``). A policy is an overlay with the
schema's own names. Clauses of an agreement and dated injects are overlays too, so that everything that
changes a rule does so in one way.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from sim.documents import BadInput, Document, Tree, laid_over, merge, validate
from sim.documents.laying import at_path, nested
from sim.documents.problems import KeyPath, dotted, nearest, show
from sim.parameters.place import Border, both_say_which_stand
from sim.parameters.whole import Parameters, default_tree
from sim.scenario.case import AgentChoice, Case, digest
from sim.scenario.library import find, is_file, is_utf_8, nameable, scenario_folder, shipped
from sim.scenario.operations import no_operation
from sim.scenario.overlays import DEFAULTS, MarkedOverlay, at_the_writer, checked_regimes, marked_overlay
from sim.scenario.own_tables import READERS, fingerprint
from sim.scenario.posterior import KEY, Posterior, read_posterior
from sim.scenario.reading import Reading, names
from sim.scenario.scenario_file import Policy, Scenario, Talks
from sim.scenario.settings import SET, replaced


def load_case(
    scenario: str,
    policies: str | Iterable[str] = (),
    assignments: str | Iterable[str] = (),
    days: int | None = None,
    drawn: str | Iterable[str] = (),
    levels: Iterable[Document] = (),
    under: str | None = None,
) -> Case:
    """Read and check a scenario and its policies; raises ``BadInput`` with everything wrong.

    ``scenario`` and ``policies`` are paths or shipped names, ``assignments`` are ``key=value``, laid over
    ``levels``, which a study lays over the scenario's files; ``days`` replaces the scenario's: what it
    dates beyond them does not happen. What of this something above replaces, ``Case.replaced`` tells.
    ``drawn`` names the parameters, dotted, whose values were drawn from a range: what policies make of
    them is clipped to the declared range and told by ``Case.clipped``, where else it would be refused.
    ``under``: another scenario that lies under it, as in ``extends: [UNDER, SCENARIO]``.
    """
    loader = _Loader(frozenset(names(drawn)))
    document = loader.scenario(scenario, levels, names(assignments), days, under)
    overlays = [loader.read(name, "policies") for name in names(policies)]
    if document is None:
        raise BadInput(loader.problems)
    return loader.case(document, [overlay for overlay in overlays if overlay is not None])


def under_policies(case: Case, policies: str | Iterable[str]) -> Case:
    """The scenario of a case, as it was read then, under these policies instead of its own.

    The same case as if they had been named at the beginning. Raises ``BadInput`` with everything wrong.
    """
    loader = _Loader(case.drawn)
    read = [loader.read(name, "policies") for name in names(policies)]
    return loader.anew(case, [document for document in read if document is not None])


class _Loader(Reading):
    """One loading of what was read."""

    def __init__(self, drawn: frozenset[str]) -> None:
        super().__init__()
        self._drawn = drawn

    def case(self, document: Document, policy_documents: Sequence[Document]) -> Case:
        """The case that the documents describe."""
        defaults = Document({**default_tree(), "talks": {}, "clones": {}}, {}, DEFAULTS)
        whole = replace(merge(defaults, document), file=document.file)
        self._refuse_two_words_on_markers(document)
        scenario = self._attempt(lambda: validate(whole, Scenario))
        self.problems = [at_the_writer(no_operation(each, whole.data), whole) for each in self.problems]
        policies = [self._attempt(partial(validate, d, Policy)) for d in policy_documents]
        base, fingerprints = self._with_files(_parameters_of(whole), scenario)
        posterior, held = self._posterior(whole, scenario)
        if posterior is not None:
            fingerprints |= {KEY: fingerprint(posterior.path)}
        pairs = list(zip(policies, policy_documents, strict=True))
        marked = [*self._injects(scenario, whole)]  # a policy's word stands above an event's
        marked += [self._policy(scenario, *pair) for pair in pairs]
        marked += self._clauses(scenario, whole)
        may_agree = scenario is not None and scenario.talks.may_agree
        checked = checked_regimes(base, marked, may_agree, self.problems, self._drawn)
        agents = self._agents(pairs)
        if self.problems or scenario is None:
            raise BadInput(self.problems)
        return Case(
            scenario,
            tuple(policy for policy in policies if policy is not None),
            tuple(each.overlay for each in marked),
            base.data,
            tuple(self._lineage),
            fingerprints,
            agents,
            checked,
            tuple(dict.fromkeys(self._sources)),
            self._drawn,
            tuple(dict.fromkeys(each.path for each in self._settings if each.by == SET)),
            replaced(self._settings, marked, range(-scenario.clock.warmup_days, scenario.days)),
            posterior,
            held,
        )

    def anew(self, case: Case, documents: Sequence[Document]) -> Case:
        """A case under the policies of these documents instead of its own."""
        pairs = [(self._attempt(partial(validate, each, Policy)), each) for each in documents]
        laid = [self._policy(case.scenario, *pair) for pair in pairs]
        stays = [
            MarkedOverlay(each, Document(each.changes, {}, each.name), ())
            for each in case.overlays
            if each.kind != "policy"
        ]
        before = [each for each in stays if each.overlay.kind == "inject"]
        marked = [*before, *laid, *(each for each in stays if each.overlay.kind != "inject")]
        base = Document(dict(case.tree), {}, case.scenario.name)
        may_agree = case.scenario.talks.may_agree
        checked = checked_regimes(base, marked, may_agree, self.problems, self._drawn)
        agents = self._agents(pairs)
        if self.problems:
            raise BadInput(self.problems)
        return replace(
            case,
            policies=tuple(policy for policy, _ in pairs if policy is not None),
            overlays=tuple(each.overlay for each in marked),
            agents=agents,
            checked=checked,
            sources=(*case.sources, *self._sources),
        )

    def _refuse_two_words_on_markers(self, document: Document) -> None:
        """The declared default too is one of two where a file writes it beside a count."""
        border, path = at_path(document.data, ("border",)), ("border", "marker_survival")
        given = border if isinstance(border, dict) else {}
        declared = Border.model_fields["marker_survival"].default
        if given.get("markers_standing") is not None and given.get("marker_survival") == declared:
            both = both_say_which_stand(dotted(path))
            self._refuse(document.at(path), path, str(both), found=show(declared), allowed=both.allowed)

    def _refuse_more_than(self, markers: int, standing: int | None, base: Document) -> None:
        """Of a scenario's own markers no more can stand than its file has."""
        path = ("border", "markers_standing")
        if standing is not None and standing > markers:
            self._refuse(
                base.at(path),
                path,
                "more than the file of markers has",
                found=show(standing),
                allowed=f"at most {markers:,}",
            )

    def _with_files(self, base: Document, scenario: Scenario | None) -> tuple[Document, dict[str, str]]:
        """The parameters with the scenario's own files, now checked, as absolute paths."""
        paths: dict[str, Path] = {}
        if scenario is None:
            return base, {}
        for key in READERS:
            name, mark = getattr(scenario.border, key), base.at(("border", key))
            if name is None:
                continue
            if not name.strip():
                self._refuse(mark, ("border", key), "no file is named", found=show(name))
                continue
            path = Path(mark.file).parent / name if mark.line else Path(name)
            with self._named_at(mark, ("border", key), name):
                read = self._attempt(partial(READERS[key], path, scenario.space))
            if key == "markers_file" and read is not None:
                self._refuse_more_than(len(read), scenario.border.markers_standing, base)
            if read is not None and not is_utf_8(path.resolve()):
                self._refuse(
                    mark,
                    ("border", key),
                    "the way to this file is not UTF-8",
                    found=show(str(path.resolve())),
                )
            elif read is not None:
                paths[key] = path
        border = {key: str(path.resolve()) for key, path in paths.items()}
        data = laid_over(base.data, {"border": border})
        return replace(base, data=data), {key: fingerprint(path) for key, path in paths.items()}

    def _posterior(
        self, document: Document, scenario: Scenario | None
    ) -> tuple[Posterior | None, frozenset[str]]:
        """What a scenario's worlds draw of, and which of its parameters something above it holds."""
        if scenario is None or scenario.posterior is None:
            return None, frozenset()
        name, mark = scenario.posterior, document.at((KEY,))
        path = Path(mark.file).parent / name if mark.line else Path(name)
        with self._named_at(mark, (KEY,), name):
            found = self._attempt(partial(read_posterior, path))
        if found is None:
            return None, frozenset()
        held = self._above(document, mark.file, found.paths)
        for end in found.ends():
            drawn = {path: value for path, value in end.items() if path not in held}
            whole = laid_over(scenario.model_dump(mode="json"), nested(drawn))
            with self._named_at(mark, (KEY,), name):
                self._attempt(partial(validate, Document(whole, {}, str(path)), Scenario))
        return found, held

    def _above(self, document: Document, naming: str, paths: Iterable[str]) -> frozenset[str]:
        """Of these parameters those that a file sets which extends the one that names a posterior, or more.

        Named by a level or by ``--set``, it lies above all files.
        """
        below = {mark.file for mark in (self._files or document).marks.values()}
        if naming in below:
            its = Reading().read(naming, "scenarios")
            below = {mark.file for mark in its.marks.values()} if its else below
        marks = ((path, document.marks.get(tuple(path.split(".")))) for path in paths)
        return frozenset(path for path, mark in marks if mark and mark.file not in {*below, DEFAULTS})

    def _policy(self, scenario: Scenario | None, policy: Policy | None, document: Document) -> MarkedOverlay:
        name, day = (policy.name if policy else document.file), 0
        if scenario is not None and policy is not None and policy.start is not None:
            day = (policy.start - scenario.start).days
            self._within_the_run(scenario, document, ("start",), policy.start, min(day, 0))
        return marked_overlay(document, ("set",), self.problems, name, "policy", day, policy=name)

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
            if act not in (None, "change"):
                continue
            its: Document | None = document
            prefix: KeyPath = (*at, "set")
            policy = ""
            if isinstance(named := at_path(document.data, (*at, "policy")), str):
                its, prefix = self._clause(named, document, (*at, "policy")), ("set",)
                policy = its.data["name"] if its is not None else ""
            if its is not None:
                yield marked_overlay(its, prefix, self.problems, name, "inject", first, last, policy=policy)

    def _within_the_run(
        self, scenario: Scenario, document: Document, path: KeyPath, date: dt.date, first: int = 0
    ) -> None:
        """Refuse a date before day ``first`` of exposure or after the last."""
        days = max(scenario.days, self._declared_days)
        earliest, latest = (scenario.start + dt.timedelta(days=day) for day in (first, days - 1))
        if not earliest <= date <= latest:
            self._refuse(
                document.at(path),
                path,
                "outside the run",
                found=show(date),
                allowed=f"{scenario.start} to {latest}",
            )

    def _clauses(self, scenario: Scenario | None, document: Document) -> list[MarkedOverlay]:
        """The clauses of an agreement; where talks cannot agree they are checked alone."""
        marked = []
        talks = scenario.talks if scenario is not None else Talks()
        for stage in ("agreed", "implemented"):
            key = f"{stage}_clauses"
            for i, name in enumerate(getattr(talks, key)):
                its = self._clause(name, document, ("talks", key, i))
                if its is not None:
                    marked.append(
                        marked_overlay(its, ("set",), self.problems, name, stage, policy=its.data["name"])
                    )
        return marked if talks.may_agree else []

    def _clause(self, name: str, document: Document, path: KeyPath) -> Document | None:
        mark = document.at(path)
        beside = Path(mark.file) if mark.line else None
        if mark.file == DEFAULTS:
            beside = scenario_folder() / DEFAULTS
        if not is_file(find(name, "policies", beside)):
            self._refuse(
                mark,
                path,
                "there is no such policy",
                absent=True,
                found=show(name),
                allowed=nameable("policies"),
                nearest=nearest(name, shipped("policies")),
            )
            return None
        with self._named_at(mark, path, name):
            its = self.read(name, "policies", beside)
        if its is None or self._attempt(lambda: validate(its, Policy)) is None:
            return None
        for foreign in {"start", "agents"} & its.data.keys():
            self._refuse(
                its.at_key((foreign,)),
                (foreign,),
                "a policy that talks or a date put in force cannot have this key",
            )
        return its

    def _agents(self, pairs: Sequence[tuple[Policy | None, Document]]) -> tuple[AgentChoice, ...]:
        chosen: dict[str, AgentChoice] = {}
        for policy, its in pairs:
            for kind, reference in (policy.agents if policy else {}).items():
                mark = its.at_key(("agents", kind))
                if kind in chosen:
                    self._refuse(
                        mark, ("agents", kind), "another policy replaces it already", found=show(reference)
                    )
                chosen[kind] = AgentChoice(kind, reference, mark)
        return tuple(chosen.values())


def _parameters_of(document: Document) -> Document:
    data: Tree = {name: document.data[name] for name in Parameters.model_fields}
    return replace(document, data=data)


__all__ = ["Case", "Policy", "Scenario", "digest", "load_case", "shipped"]
