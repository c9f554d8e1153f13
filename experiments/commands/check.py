"""``dmz check``: whether files say what can be played, with everything that is wrong at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from experiments.commands.console import console
from experiments.design.arms import Ask, find_study, plan_of, read_study
from experiments.design.manifest_file import StudyRequest
from experiments.design.plan import Plan
from experiments.design.sorts import Sort, file_of, sort_of, sorts_wanted
from experiments.design.study_file import Study
from experiments.wording import many
from sim.documents import BadInput, Problem, Tree, read, validate
from sim.scenario.described import Described
from sim.scenario.loading import load_case

_RULE = {"runs", "until", "budget"}  # keys that are right or wrong together


def check(files: list[str]) -> int:
    """Validate files of any sort; returns the exit code."""
    code = 0
    for file in files:
        try:
            console().print(_verdict(file))
        except BadInput as bad:
            console(stderr=True).print(str(bad))
            code = 2
    return code


def _verdict(file: str) -> str:
    path = file_of(file)
    sort = sort_of(path) if path else "scenario"
    return f"{file}: {_VERDICTS[sort](file)}"


def _scenario(file: str) -> str:
    with sorts_wanted(("scenario", [file])):
        case = load_case(file)
    return f"scenario {case.scenario.name!r} is valid ({case.content_hash[:12]})"


def _policy(file: str) -> str:
    with sorts_wanted(("policy", [file])):
        policy = load_case("declared", [file]).policies[0]
    return f"policy {policy.name!r} is valid; it binds {' and '.join(policy.binds)}"


def _study(file: str) -> str:
    plan = _plan(file)
    most = "at most " if plan.rule.until else ""
    arms, runs = many(len(plan.arms), "arm"), many(plan.rule.most, "run")
    return f"study {plan.name!r} is valid; {arms} of {most}{runs}"


def _incident(file: str) -> str:
    with sorts_wanted(("incident", [file])):
        described = Described.read(file)
    with described.cases([()]) as cases:
        return f"incident {described.moment.name!r} is valid ({cases[0].scenario.name})"


_VERDICTS: dict[Sort, Callable[[str], str]] = {
    "scenario": _scenario,
    "policy": _policy,
    "study": _study,
    "incident": _incident,
}


def _plan(file: str) -> Plan:
    """The plan of a study; raises ``BadInput`` with what is wrong with its file, and with its arms."""
    try:
        ask = read_study(file, {})
    except BadInput as bad:
        raise BadInput(_all_problems(file, bad.problems)) from None
    return plan_of(ask, "", _request(file))


def _request(file: str) -> StudyRequest:
    return StudyRequest(verb="study", name=file, changes={})


def _all_problems(file: str, known: Sequence[Problem]) -> Sequence[Problem]:
    """What is known to be wrong with a study's file, and what else is as long as that is left out."""
    try:
        document = read(find_study(file), [])
        rest = replace(document, data=_without(document.data, known))
        plan_of(Ask("study", validate(rest, Study), rest), "", _request(file))
    except BadInput as bad:
        fresh = [problem for problem in bad.problems if problem not in known]
        return _all_problems(file, [*known, *fresh]) if fresh else known
    return known


def _without(said: Mapping[str, Any], known: Iterable[Problem]) -> Tree:
    """What a study says without the keys that are wrong; of a sweep, without the factors that are."""
    paths = [problem.path for problem in known]
    wrong = {path.split(".")[0] for path in paths} | (said.keys() - Study.model_fields.keys())
    if wrong & _RULE:
        wrong |= _RULE
    kept: Tree = {key: value for key, value in said.items() if key not in wrong}
    sweep = said.get("sweep")
    if isinstance(sweep, dict) and "design" not in wrong:
        factors = {name for name in sweep if any(path.startswith(f"sweep.{name}") for path in paths)}
        kept["sweep"] = {name: factor for name, factor in sweep.items() if name not in factors}
    if not kept.get("sweep"):
        kept = {key: value for key, value in kept.items() if key not in ("sweep", "design")}
    return {"name": "rest", **({} if kept.keys() & _RULE else {"runs": 2}), **kept}
