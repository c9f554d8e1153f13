"""From a study to a plan: every file is read and every arm checked before anything is played."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from experiments.design.columns import RUN_NAMES, asked_columns
from experiments.design.factors import Point, number_of_points, points
from experiments.design.levels import Level, assigned_words
from experiments.design.manifest_file import MOST_ARMS, Request, Verb
from experiments.design.plan import NO_POLICY, Arm, Plan, StoppingRule, Until, arm_name, estimated
from experiments.design.policy_lists import listed
from experiments.design.situations import STRESS_TEST, Situated, set_again_words, situated
from experiments.design.sorts import SHIPPED_STUDIES, sorts_wanted
from experiments.design.study_file import Levels, Precise, Study
from sim.documents import BadInput, Document, Mark, Problem, Tree, read, validate
from sim.documents.composing import scalar
from sim.documents.problems import show
from sim.scenario.case import Case, digest
from sim.scenario.library import documents_in, first_file, named_file
from sim.scenario.loading import load_case
from sim.scenario.sections import Sections
from sim.scenario.settings import SET, SetValue


class Stack(NamedTuple):
    """The policies of an arm, as files, and which entry of the study's ``policies`` asks for it."""

    files: tuple[str, ...]
    entry: int


class ArmOrigin(NamedTuple):
    """What asks for an arm: the place of its scenario, a point of the sweep, policies."""

    scenario: int
    point: Point
    stack: Stack


_BARE = Stack((), 0)


@dataclass(frozen=True)
class Ask:
    """What was asked: a study, the file that says so if any, and options of the command line."""

    kind: Verb
    study: Study
    document: Document
    assignments: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()  # keys of the study that an option has the word on

    @cached_property
    def assigned(self) -> frozenset[str]:
        """The parameters that ``--set`` changes, dotted."""
        return frozenset(text.partition("=")[0].strip() for text in self.assignments)

    @cached_property
    def situated(self) -> list[Situated]:
        """The scenarios, each in all situations if that was asked."""
        names = [self.beside(name) for name in self.study.scenarios]
        return situated(names, self.study.situations, "posterior" not in self.assigned)

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


def read_study(name: str, changes: Mapping[str, int], assignments: Sequence[str] = ()) -> Ask:
    """The study in a file, or of a shipped name, with what the command line changes in it.

    ``assignments``: ``key=value`` for all its scenarios.

    Raises ``BadInput`` with everything wrong with the file itself.
    """
    with sorts_wanted(("study", [name])):
        path = find_study(name)
        problems: list[Problem] = []
        document = read(path, problems)
        document = replace(document, data=_changed(document.data, changes))
        study = validate(document, Study, problems)
    return Ask("study", study, document, tuple(assignments), frozenset(changes))


def _changed(data: Mapping[str, Any], changes: Mapping[str, Any]) -> Tree:
    """The study as it is asked for: a rule of the command line takes the place of the file's."""
    kept = dict(data)
    if "runs" in changes:
        kept = {key: value for key, value in kept.items() if key not in ("until", "budget")}
    if "budget" in changes:
        kept.pop("runs", None)
        kept.setdefault("until", "decided")
    return kept | dict(changes)


def find_study(name: str) -> Path:
    """The file that ``name`` means. Raises ``BadInput`` if there is none."""
    return named_file(name, SHIPPED_STUDIES, "a study file, or a shipped name (`dmz list studies`)")


def plan_of(ask: Ask, command: str, request: Request) -> Plan:
    """The plan of what was asked; raises ``BadInput`` with everything wrong with its arms."""
    study = ask.study
    problems: dict[Problem, None] = {}
    stacks = list(_stacks(ask, problems))
    most = len(ask.situated) * number_of_points(study) * (len(stacks) + 1)
    if most > MOST_ARMS:
        many = Problem(ask.mark("sweep"), "", f"{most:,}", f"at most {MOST_ARMS:,}", None, "too many arms")
        raise BadInput([*problems, many])
    swept = list(points(study, ask.document))
    if wrong := [*_level_problems(ask, swept)]:
        raise BadInput([*problems, *wrong])
    arms = _arms(ask, [_BARE, *stacks], swept, problems)
    if ask.kind == "compare" and len(arms) < 2:
        raise BadInput([_refused(ask, "policies", "no policy to compare", "none")])
    factors = {
        name: tuple(dict.fromkeys(arm.levels[name] for arm in arms.values()))
        for name in next(iter(arms.values())).levels
    }
    rule = _rule(study, any(arm.case.posterior is not None for arm in arms.values()))
    first = next(iter(arms.values())).case
    named = [name for name, factor in study.sweep.items() if isinstance(factor, Levels)]
    set_by_levels = (setting.path for point in swept for level in point for setting in level.settings)
    again = filter(None, map(set_again_words, ask.situated))
    return Plan(
        ask.kind,
        ", ".join([study.name, *assigned_words(first)]),
        ". ".join(filter(None, [study.description.rstrip().rstrip("."), *again])),
        study.seed,
        rule,
        estimated(study.estimate, arms.values()),
        factors,
        asked_columns(named, dict.fromkeys((*set_by_levels, *first.assigned)), RUN_NAMES),
        arms,
        command,
        request,
    )


def _rule(study: Study, draws: bool) -> StoppingRule:
    """How many runs an arm gets: over draws of a posterior nothing is decided early, it gets its budget."""
    until = _until(study)
    if draws and until == "decided" and study.budget is not None:
        return StoppingRule(study.budget)
    return StoppingRule(study.runs, until, study.budget)


def _until(study: Study) -> Until | None:
    """When an arm stops; a study of policies that does not say plays until decided."""
    if isinstance(study.until, Precise):
        return study.until.relative_half_width
    return "decided" if study.runs is None and study.policies else study.until


def _level_problems(ask: Ask, swept: Sequence[Point]) -> Iterator[Problem]:
    """Parameters that two factors set, days that an option sets too, factors that ``--set`` undoes."""
    options = [SET] if "days" in ask.assigned else []
    options += ["--days"] if "days" in ask.changed else []
    setters: dict[str, SetValue] = {}
    for factor, levels in _by_factor(swept).items():
        own = {setting.path: setting for level in reversed(levels) for setting in level.settings}
        for path, setting in own.items():
            if path in setters:
                first = setters[path]
                yield Problem(
                    setting.mark,
                    f"sweep.{factor}",
                    path,
                    "a parameter in one factor",
                    None,
                    f"the factor {first.by!r} ({first.mark}) sets this parameter too",
                )
            setters.setdefault(path, replace(setting, by=factor))
        if "days" in own:
            for option in options:
                message = f"the factor {factor!r} ({own['days'].mark}) says how many days too"
                yield Problem(Mark(option, 0, 0), "days", "", "one of the two", None, message)
        elif own and own.keys() <= ask.assigned:
            message = f"would undo the factor {factor!r} ({next(iter(own.values())).mark})"
            yield Problem(Mark(SET, 0, 0), ", ".join(own), "", "one of the two", None, message)


def _by_factor(swept: Sequence[Point]) -> dict[str, list[Level]]:
    """The levels of each factor, each once."""
    found: dict[str, dict[str, Level]] = {}
    for point in swept:
        for level in point:
            found.setdefault(level.factor, {})[level.label] = level
    return {factor: list(levels.values()) for factor, levels in found.items()}


def _arms(
    ask: Ask, stacks: Sequence[Stack], swept: Sequence[Point], problems: dict[Problem, None]
) -> dict[str, Arm]:
    arms: dict[str, Arm] = {}
    found: dict[str | tuple[int, str], ArmOrigin] = {}
    sections = Sections()
    for i, point, stack in itertools.product(range(len(ask.situated)), swept, stacks):
        asked = ArmOrigin(i, point, stack)
        try:
            arm = _arm(ask, asked, sections.shared(_case(ask, asked)))
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


def _twice(ask: Ask, asked: ArmOrigin, other: ArmOrigin, name: str, what: str) -> Problem:
    """An arm that is there already, at what makes it another one in the study's file."""
    fault = f"another arm has the same {what}"
    pairs = zip(asked.point, other.point, strict=True)
    differing = next((pair for pair in pairs if pair[0] != pair[1]), None)
    if asked.stack == other.stack and differing and ask.study.drawn:
        fault = "a point comes twice: whole numbers have too few values for so many points"
        return Problem(ask.mark("design"), "design", show(name), "fewer points, or a grid", None, fault)
    if asked.stack == other.stack and differing:
        own, before = differing
        fault += f", by {show(scalar(before.label))}"
        mark = ask.document.at_key(own.place)
        path, found = f"sweep.{own.factor}", scalar(own.label)
        allowed = "levels that each set something else, under labels of their own"
    elif asked.stack == other.stack:
        mark, path, found = ask.mark("scenarios", ask.situated[asked.scenario].place), "scenarios", name
        allowed = "each scenario once, under a name of its own"
    else:
        return _refused(ask, "policies", fault, name, asked.stack.entry)
    return Problem(mark, path, show(found), allowed, None, fault)


def _days(ask: Ask, point: Point) -> int | None:
    """The days of the study, or of ``--days``, unless a level or ``--set`` says others."""
    said = any(setting.path == "days" for level in point for setting in level.settings)
    above = said or ("days" in ask.assigned and ask.kind == "study" and "days" not in ask.changed)
    return None if above else ask.study.days


def _case(ask: Ask, asked: ArmOrigin) -> Case:
    _, scenario, under, _ = ask.situated[asked.scenario]
    try:
        with sorts_wanted(("scenario", [scenario]), ("policy", asked.stack.files)):
            return load_case(
                scenario,
                asked.stack.files,
                ask.assignments,
                _days(ask, asked.point),
                ask.study.drawn,
                [level.document for level in asked.point],
                under,
            )
    except BadInput as bad:
        if ask.kind != "study":
            raise
        raise BadInput([_placed(ask, each, asked) for each in bad.problems]) from None


def _placed(ask: Ask, problem: Problem, asked: ArmOrigin) -> Problem:
    """A problem without a line gets that of the study file which brought it about."""
    if problem.mark.line or problem.mark.file == SET:
        return problem
    stack = asked.stack
    if problem.mark.file == "--days":
        return problem if "days" in ask.changed else replace(problem, mark=ask.mark("days"))
    if problem.mark.file in stack.files:
        return replace(problem, mark=ask.mark("policies", stack.entry))
    return replace(problem, mark=ask.mark("scenarios", ask.situated[asked.scenario].place))


def _arm(ask: Ask, asked: ArmOrigin, case: Case) -> Arm:
    several, point = len(ask.situated) > 1, asked.point
    levels = {"scenario": case.scenario.name} if several else {}
    levels |= {level.factor: level.label for level in point}
    shown = [case.scenario.name] if several or not point else []
    if ask.situated[asked.scenario].stress and case.posterior is None:
        shown[0] += f" ({STRESS_TEST})"
    future = ", ".join((*shown, *(level.shown for level in point), *assigned_words(case)))
    policy = case.policy_name
    if policy == NO_POLICY:
        raise BadInput(
            [_refused(ask, "policies", "a policy cannot be called that", show(policy), asked.stack.entry)]
        )
    return Arm(arm_name(future, case), future, policy, levels, case)


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
        single += (
            [Stack(tuple(found), i)] if isinstance(entry, tuple) else [Stack((file,), i) for file in found]
        )
    yield from single
    if ask.study.combine:
        known = {frozenset(each.files) for each in single}  # a policy counts once
        for one, other in itertools.combinations(single, 2):
            both = Stack((*one.files, *other.files), other.entry)
            if frozenset(both.files) not in known:
                known.add(frozenset(both.files))
                yield both


def _files(ask: Ask, i: int, entry: str | tuple[str, ...]) -> list[str]:
    """The policy files that an entry names: itself, those of a folder or of a list."""
    if isinstance(entry, tuple):
        return [ask.beside(name) for name in entry]
    path = Path(ask.beside(entry))
    if (its := listed(entry)) is not None:
        if path.exists():
            message = f"the list of policies, or {path}? `./{entry}` is the latter"
            raise BadInput([_refused(ask, "policies", message, show(entry), i)])
        return [str(file) for file in its]
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
