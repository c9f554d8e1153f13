"""From a study to a plan: every file is read and every arm checked before anything is played."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from experiments.factors import Level, points
from experiments.plan import MOST_ARMS, NO_POLICY, Arm, Plan, Rule
from experiments.sorts import SHIPPED_STUDIES, sorts_wanted
from experiments.study_file import Study
from sim.case import Case, digest
from sim.documents import BadInput, Document, Mark, Problem, read, validate
from sim.documents.problems import nearest, show
from sim.library import documents_in, first_file, shipped_folder
from sim.scenario import load_case

_SHIPPED = "shipped"  # among policies: all of them


class Stack(NamedTuple):
    """The policies of an arm, as files, and which entry of the study's ``policies`` asks for it."""

    files: tuple[str, ...]
    entry: int


class Asked(NamedTuple):
    """What asks for an arm: the scenario's place in the list, a point of the sweep, policies."""

    scenario: int
    point: tuple[Level, ...]
    stack: Stack


_BARE = Stack((), 0)


@dataclass(frozen=True)
class Ask:
    """What was asked: a study, the file that says so if any, and options of the command line."""

    kind: str
    study: Study
    document: Document
    assignments: tuple[str, ...] = ()

    def beside(self, name: str) -> str:
        """A name as a path beside the study file if it means one there, else as it stands."""
        folder = Path(self.document.file).parent
        if self.kind != "study":
            return name
        found = folder / name if (folder / name).is_dir() else first_file(name, [folder])
        return str(found or name)

    def mark(self, *path: str | int) -> Mark:
        """Where the study says something."""
        return self.document.at(path)


def read_study(name: str, changes: Mapping[str, Any]) -> Ask:
    """The study in a file, or of a shipped name, with what the command line changes in it.

    Raises ``BadInput`` with everything wrong with the file itself.
    """
    with sorts_wanted(("study", [name])):
        path = find_study(name)
        problems: list[Problem] = []
        document = read(path, problems)
        document = replace(document, data=document.data | dict(changes))
        return Ask("study", validate(document, Study, problems), document)


def find_study(name: str) -> Path:
    """The file that ``name`` means. Raises ``BadInput`` if there is none."""
    if found := first_file(name, (Path(), SHIPPED_STUDIES)):
        return found
    near = nearest(name, [path.stem for path in documents_in(SHIPPED_STUDIES)])
    raise BadInput([Problem(Mark(name, 0, 0), "", show(name), "a study file, or a shipped name",
                            near, "there is no such file")])  # fmt: skip


def plan_of(ask: Ask, command: str, request: Mapping[str, Any]) -> Plan:
    """The plan of what was asked; raises ``BadInput`` with everything wrong with its arms."""
    study = ask.study
    problems: dict[Problem, None] = {}
    stacks = list(_stacks(ask, problems))
    swept = list(points(study))
    most = len(study.scenarios) * len(swept) * (len(stacks) + 1)
    if most > MOST_ARMS:
        message = "too many arms"
        raise BadInput([Problem(ask.mark("sweep"), "", f"{most:,}", f"at most {MOST_ARMS:,}",
                                None, message)])  # fmt: skip
    arms = _arms(ask, [_BARE, *stacks], swept, problems)
    if ask.kind == "compare" and len(arms) < 2:
        raise BadInput([_refused(ask, "policies", "no policy to compare", "none")])
    factors = {name: tuple(dict.fromkeys(arm.levels[name] for arm in arms.values()))
               for name in next(iter(arms.values())).levels}  # fmt: skip
    until = getattr(study.until, "relative_half_width", study.until)
    rule = Rule(study.runs, until, study.budget)
    return Plan(ask.kind, study.name, study.description, study.seed, rule, study.estimate,
                factors, arms, command, request)  # fmt: skip


def _arms(
    ask: Ask, stacks: Sequence[Stack], swept: Sequence[tuple[Level, ...]],
    problems: dict[Problem, None],
) -> dict[str, Arm]:  # fmt: skip
    arms: dict[str, Arm] = {}
    found: dict[str | tuple[int, str], Asked] = {}
    for i, point, stack in itertools.product(range(len(ask.study.scenarios)), swept, stacks):
        asked = Asked(i, point, stack)
        try:
            arm = _arm(ask, asked, _case(ask, asked))
        except BadInput as bad:
            problems |= dict.fromkeys(bad.problems)
            continue
        arms[arm.name] = arm
        for what, key in (("name", arm.name), ("content", (i, _content(arm.case)))):
            other = found.setdefault(key, asked)
            if other is not asked:
                problems[_twice(ask, asked, other, arm.name, what)] = None
                break
    if problems:
        raise BadInput(problems)
    return arms


def _content(case: Case) -> str:
    """What is the same for arms that differ in the words about their scenario alone."""
    scenario = case.resolved["scenario"] | {"name": "", "description": ""}
    return digest(case.resolved | {"scenario": scenario})


def _twice(ask: Ask, asked: Asked, other: Asked, name: str, what: str) -> Problem:
    """An arm that is there already, at what makes it another one in the study's file."""
    fault = f"another arm has the same {what}"
    pairs = zip(asked.point, other.point, strict=True)
    differing = next((pair for pair in pairs if pair[0] != pair[1]), None)
    if asked.stack == other.stack and differing:
        own, before = differing
        fault += f", by {show(before.label)}"
        mark = ask.document.at_key(own.place)
        path, found = f"sweep.{own.factor}", own.label
        allowed = "levels that each set something else, under labels of their own"
    elif asked.stack == other.stack:
        mark, path, found = ask.mark("scenarios", asked.scenario), "scenarios", name
        allowed = "each scenario once, under a name of its own"
    else:
        return _refused(ask, "policies", fault, name, asked.stack.entry)
    return Problem(mark, path, show(found), allowed, None, fault)


def _case(ask: Ask, asked: Asked) -> Case:
    sets = [text for level in asked.point for text in level.assignments]
    scenario = ask.beside(ask.study.scenarios[asked.scenario])
    try:
        with sorts_wanted(("scenario", [scenario]), ("policy", asked.stack.files)):
            return load_case(scenario, asked.stack.files, (*sets, *ask.assignments),
                             ask.study.days, ask.study.drawn)  # fmt: skip
    except BadInput as bad:
        if ask.kind != "study":
            raise
        raise BadInput([_placed(ask, each, asked) for each in bad.problems]) from None


def _placed(ask: Ask, problem: Problem, asked: Asked) -> Problem:
    """A problem without a line gets that of the study file which brought it about."""
    if problem.mark.line:
        return problem
    point, stack = asked.point, asked.stack
    if problem.mark.file == "--set":
        named = [level.factor for level in point
                 if any(problem.path and text.startswith(problem.path.split(".")[0])
                        for text in level.assignments)]  # fmt: skip
        factor = named[0] if named else point[0].factor if point else ""
        return replace(problem, mark=ask.document.at_key(("sweep", factor)))
    if problem.mark.file == "--days":
        return replace(problem, mark=ask.mark("days"))
    if problem.mark.file in stack.files:
        return replace(problem, mark=ask.mark("policies", stack.entry))
    return replace(problem, mark=ask.mark("scenarios", asked.scenario))


def _arm(ask: Ask, asked: Asked, case: Case) -> Arm:
    several, point = len(ask.study.scenarios) > 1, asked.point
    levels = {"scenario": case.scenario.name} if several else {}
    levels |= {level.factor: level.label for level in point}
    shown = [case.scenario.name] if several or not point else []
    future, policy = ", ".join((*shown, *(level.shown for level in point))), case.policy_name
    if policy == NO_POLICY:
        raise BadInput([_refused(ask, "policies", "a policy cannot be called that", show(policy),
                                 asked.stack.entry)])  # fmt: skip
    name = future if policy is None else f"{future} + {policy}"
    return Arm(name, future, policy, levels, case)


# -- policies -------------------------------------------------------------------------------------


def _stacks(ask: Ask, problems: dict[Problem, None]) -> Iterator[Stack]:
    """The policies of each arm that has some; what is wrong with an entry goes to ``problems``."""
    single: list[Stack] = []
    for i, entry in enumerate(ask.study.policies):
        try:
            found = _files(ask, i, entry)
        except BadInput as bad:
            problems |= dict.fromkeys(bad.problems)
            continue
        single += ([Stack(tuple(found), i)] if isinstance(entry, tuple)
                   else [Stack((file,), i) for file in found])  # fmt: skip
    yield from single
    if ask.study.combine:
        known = {frozenset(each.files) for each in single}  # a policy counts once
        for one, other in itertools.combinations(single, 2):
            both = Stack((*one.files, *other.files), other.entry)
            if frozenset(both.files) not in known:
                known.add(frozenset(both.files))
                yield both


def _files(ask: Ask, i: int, entry: str | tuple[str, ...]) -> list[str]:
    """The policy files that an entry names: itself, those of a folder, or all shipped ones."""
    if isinstance(entry, tuple):
        return [ask.beside(name) for name in entry]
    path = Path(ask.beside(entry))
    if entry == _SHIPPED and path.exists():
        message = f"all shipped policies, or {path}? `./{entry}` is the latter"
        raise BadInput([_refused(ask, "policies", message, show(entry), i)])
    path = shipped_folder("policies") if entry == _SHIPPED else path
    if not path.is_dir():
        return [ask.beside(entry)]
    found = [str(file) for file in documents_in(path)]
    if not found:
        raise BadInput([_refused(ask, "policies", "no policy file in this folder", show(entry), i)])
    return found


def _refused(ask: Ask, key: str, message: str, found: str, *place: int) -> Problem:
    mark = ask.mark(key, *place) if ask.kind == "study" else Mark(f"--{key}", 0, 0)
    allowed = "policy files, folders of them, shipped names, each with a name of its own"
    return Problem(mark, "", found, allowed, None, message)
