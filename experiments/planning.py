"""From a study to a plan: every file is read and every arm checked before anything is played."""

import datetime as dt
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from experiments.plan import BASELINE, MOST_ARMS, Arm, Plan, Rule
from experiments.study_file import Factor, LatinHypercube, Levels, Range, Study
from sim.case import Case
from sim.documents import BadInput, Document, Mark, Problem, read, validate
from sim.documents.problems import nearest, show
from sim.library import shipped_folder
from sim.scenario import load_case

SHIPPED_STUDIES = Path(str(files("experiments"))) / "studies"


@dataclass(frozen=True)
class Level:
    """One level of a factor: its label, and what it sets, as ``key=value``.

    ``shown`` is how it stands in the name of a future.
    """

    factor: str
    label: str
    assignments: tuple[str, ...]
    shown: str


@dataclass(frozen=True)
class Ask:
    """What was asked: a study, the file that says so if any, and options of the command line."""

    kind: str
    study: Study
    document: Document
    assignments: tuple[str, ...] = ()

    def beside(self, name: str) -> str:
        """A name as a path beside the study file if there is such a file, else as it stands."""
        path = Path(self.document.file).parent / name
        return str(path) if self.kind == "study" and (path.is_dir() or path.is_file()) else name

    def mark(self, *path: str | int) -> Mark:
        """Where the study says something."""
        return self.document.at(path)


def read_study(name: str, changes: Mapping[str, Any]) -> Ask:
    """The study in a file, or of a shipped name, with what the command line changes in it.

    Raises ``BadInput`` with everything wrong with the file itself.
    """
    path = find_study(name)
    problems: list[Problem] = []
    document = read(path, problems)
    document = replace(document, data=document.data | dict(changes))
    return Ask("study", validate(document, Study, problems), document)


def find_study(name: str) -> Path:
    """The file that ``name`` means. Raises ``BadInput`` if there is none."""
    for path in (Path(name), SHIPPED_STUDIES / name, SHIPPED_STUDIES / f"{name}.yaml"):
        if path.is_file():
            return path
    near = nearest(name, sorted(path.stem for path in SHIPPED_STUDIES.glob("*.yaml")))
    raise BadInput([Problem(Mark(name, 0, 0), "", show(name), "a study file, or a shipped name",
                            near, "there is no such file")])  # fmt: skip


def plan_of(ask: Ask, command: str, request: Mapping[str, Any]) -> Plan:
    """The plan of what was asked; raises ``BadInput`` with everything wrong with its arms."""
    study = ask.study
    stacks = list(_stacks(ask))
    points = list(_points(study))
    most = len(study.scenarios) * len(points) * (len(stacks) + 1)
    if most > MOST_ARMS:
        message = "too many arms"
        raise BadInput([Problem(ask.mark("sweep"), "", f"{most:,}", f"at most {MOST_ARMS:,}",
                                None, message)])  # fmt: skip
    arms = _arms(ask, stacks, points)
    if ask.kind == "compare" and len(arms) < 2:
        raise BadInput([_refused(ask, "policies", "no policy to compare", "none")])
    factors = {name: tuple(dict.fromkeys(arm.levels[name] for arm in arms.values()))
               for name in next(iter(arms.values())).levels}  # fmt: skip
    until = getattr(study.until, "relative_half_width", study.until)
    rule = Rule(study.runs, until, study.budget)
    return Plan(ask.kind, study.name, study.description, study.seed, rule, study.estimate,
                factors, arms, command, request)  # fmt: skip


def _arms(
    ask: Ask, stacks: Sequence[tuple[str, ...]], points: Sequence[tuple[Level, ...]]
) -> dict[str, Arm]:
    arms: dict[str, Arm] = {}
    problems: dict[Problem, None] = {}
    several = len(ask.study.scenarios) > 1
    for i, scenario in enumerate(ask.study.scenarios):
        for point in points:
            for stack in ((), *stacks):
                try:
                    case = _case(ask, i, scenario, point, stack)
                except BadInput as bad:
                    problems |= dict.fromkeys(bad.problems)
                    continue
                arm = _arm(case, point, stack, several)
                if arm.name in arms:
                    problems[_refused(ask, "policies", f"another arm is named {arm.name!r}",
                                      " + ".join(stack) or scenario)] = None  # fmt: skip
                arms[arm.name] = arm
    if problems:
        raise BadInput(problems)
    return arms


def _case(
    ask: Ask, i: int, scenario: str, point: Sequence[Level], stack: tuple[str, ...]
) -> Case:
    sets = {text: level.factor for level in point for text in level.assignments}
    try:
        return load_case(ask.beside(scenario), stack, (*sets, *ask.assignments), ask.study.days,
                         ask.study.drawn)  # fmt: skip
    except BadInput as bad:
        if ask.kind != "study":
            raise
        raise BadInput([_placed(ask, each, i, point, stack) for each in bad.problems]) from None


def _placed(
    ask: Ask, problem: Problem, i: int, point: Sequence[Level], stack: tuple[str, ...]
) -> Problem:
    """A problem without a line gets that of the study file which brought it about."""
    if problem.mark.line:
        return problem
    if problem.mark.file == "--set":
        named = [level.factor for level in point
                 if any(problem.path and text.startswith(problem.path.split(".")[0])
                        for text in level.assignments)]  # fmt: skip
        factor = named[0] if named else point[0].factor if point else ""
        return replace(problem, mark=ask.document.at_key(("sweep", factor)))
    if problem.mark.file == "--days":
        return replace(problem, mark=ask.mark("days"))
    if problem.mark.file in stack:
        where = [j for j, each in enumerate(ask.study.policies)
                 if problem.mark.file in _files(ask, each)]  # fmt: skip
        return replace(problem, mark=ask.mark("policies", *where[:1]))
    return replace(problem, mark=ask.mark("scenarios", i))


def _arm(case: Case, point: Sequence[Level], stack: Sequence[str], several: bool) -> Arm:
    levels = {"scenario": case.scenario.name} if several else {}
    levels |= {level.factor: level.label for level in point}
    shown = [case.scenario.name] if several or not point else []
    future = ", ".join((*shown, *(level.shown for level in point)))
    policy = case.policy_name if stack else BASELINE
    return Arm(f"{future} + {policy}" if stack else future, future, policy, levels, case)


# -- policies -------------------------------------------------------------------------------------


def _stacks(ask: Ask) -> Iterator[tuple[str, ...]]:
    """The policies of each arm that has some."""
    single: list[tuple[str, ...]] = []
    for entry in ask.study.policies:
        found = _files(ask, entry)
        single += [tuple(found)] if isinstance(entry, tuple) else [(file,) for file in found]
    yield from single
    if ask.study.combine:
        for one, other in itertools.combinations(single, 2):
            yield (*one, *other)


def _files(ask: Ask, entry: str | tuple[str, ...]) -> list[str]:
    """The policy files that an entry names: itself, those of a folder, or all shipped ones."""
    if isinstance(entry, tuple):
        return [ask.beside(name) for name in entry]
    path = shipped_folder("policies") if entry == "shipped" else Path(ask.beside(entry))
    if not path.is_dir():
        return [ask.beside(entry)]
    found = sorted(str(file) for file in path.glob("*.yaml"))
    if not found:
        raise BadInput([_refused(ask, "policies", "no policy file in this folder", entry)])
    return found


def _refused(ask: Ask, key: str, message: str, found: str) -> Problem:
    mark = ask.mark(key) if ask.kind == "study" else Mark(f"--{key}", 0, 0)
    allowed = "policy files, folders of them, shipped names, each with a name of its own"
    return Problem(mark, "", found, allowed, None, message)


# -- the sweep ------------------------------------------------------------------------------------


def _points(study: Study) -> Iterable[tuple[Level, ...]]:
    """The points of the sweep; one without levels if there is none."""
    if study.design == "grid":
        return itertools.product(*(_levels(name, f) for name, f in study.sweep.items()))
    return _sampled(study)


def _levels(name: str, factor: Factor) -> list[Level]:
    if isinstance(factor, Levels):
        return [
            Level(name, label, tuple(f"{k}={_yaml(v)}" for k, v in changes.items()), label)
            for label, changes in factor.levels.items()
        ]
    return [_level(name, value) for value in _values(factor)]


def _values(factor: Any) -> Sequence[Any]:
    if not isinstance(factor, Range):
        return factor
    spaced = np.geomspace if factor.scale == "log" else np.linspace
    between = spaced(factor.low, factor.high, factor.points)[1:-1]
    return [_whole(factor.low), *map(_short, between), _whole(factor.high)]


def _sampled(study: Study) -> Iterator[tuple[Level, ...]]:
    """Points of the unit cube, stretched to the ranges (Latin hypercube or Sobol, by scipy)."""
    from scipy.stats import qmc

    cube = qmc.LatinHypercube if isinstance(study.design, LatinHypercube) else qmc.Sobol
    points = getattr(study.design, "latin_hypercube", None) or study.design.sobol
    sample = cube(len(study.sweep), rng=np.random.default_rng(study.seed)).random(points)
    for row in sample:
        yield tuple(
            _level(name, _short(_stretched(factor, float(u))))
            for (name, factor), u in zip(study.sweep.items(), row, strict=True)
        )


def _stretched(factor: Range, u: float) -> float:
    if factor.scale == "log":
        return factor.low * (factor.high / factor.low) ** u
    return factor.low + (factor.high - factor.low) * u


def _short(x: float) -> float | int:
    """Four significant digits: it is read in tables."""
    return _whole(float(f"{x:.4g}"))


def _whole(x: float) -> float | int:
    """A whole number as one, as files write it."""
    return int(x) if x.is_integer() else x


def _level(name: str, value: Any) -> Level:
    text = _yaml(value)
    label = text.strip('"')
    return Level(name, label, (f"{name}={text}",), f"{name}={label}")


def _yaml(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return json.dumps(value, default=dt.date.isoformat, ensure_ascii=False)
