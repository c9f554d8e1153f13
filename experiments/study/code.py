"""Code of somebody's own agents: loaded when that is allowed, and fingerprinted as what was played."""

import ast
import hashlib
import inspect
import linecache
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from experiments.design.plan import Plan, estimated
from sim.agents.loading import load_agents
from sim.documents import BadInput, Mark, Problem
from sim.documents.problems import show
from sim.scenario.case import AgentChoice, Case
from sim.scenario.scenario_file import AgentKind

Agents = Mapping[str, Mapping[str, type]]  # by arm, and by the kind of agent that is replaced
_HANDED = Mark("agents", 0, 0)  # where Python hands over a class


def with_agents(plan: Plan, references: Mapping[AgentKind, str]) -> Plan:
    """The plan with agent classes that Python handed over, ``module:Class`` by kind, in every arm."""
    if not references:
        return plan
    arms = {name: replace(arm, case=with_handed(arm.case, references)) for name, arm in plan.arms.items()}
    command = f"{plan.command}  # in Python, with agents={dict(references)}"
    request = plan.request.copy()
    request["agents"] = dict(references)
    estimate = estimated(plan.estimate, arms.values())
    return replace(plan, arms=arms, estimate=estimate, command=command, request=request)


def with_handed(case: Case, references: Mapping[AgentKind, str]) -> Case:
    """A case with agent classes that Python handed over; refused where a policy replaces one already."""
    taken = [choice for choice in case.agents if choice.kind in references]
    if taken:
        message = "another policy replaces it already"
        found = [(choice.kind, references[choice.kind]) for choice in taken]
        raise BadInput([Problem(_HANDED, kind, show(name), message=message) for kind, name in found])
    handed = tuple(AgentChoice(kind, name, _HANDED) for kind, name in references.items())
    return replace(case, agents=(*case.agents, *handed))


def agents_by_arm(plan: Plan, allow_code: bool) -> Agents:
    """The classes that the cases of a plan name; raises ``BadInput`` where they may not be loaded.

    Whoever hands over a class allows it.
    """
    return {name: agents_of(arm.case, allow_code) for name, arm in plan.arms.items() if arm.case.agents}


def agents_of(case: Case, allow_code: bool) -> dict[str, type]:
    """The classes that a case names, by the kind of agent that each replaces; the same of one case."""
    handed = [choice for choice in case.agents if choice.mark == _HANDED]
    named = [choice for choice in case.agents if choice.mark != _HANDED]
    pairs = ((named, allow_code), (handed, True))
    one, other = (load_agents(replace(case, agents=tuple(its)), allowed) for its, allowed in pairs)
    return one | other


def sources(plan: Plan) -> dict[str, bytes]:
    """The source of the modules of the plan's agents, which are loaded, by the module's name.

    Of a module without a file, such as a notebook, only the classes themselves.
    """
    chosen: dict[str, list[AgentChoice]] = {}
    for choice in _choices(plan):
        chosen.setdefault(choice.reference.partition(":")[0], []).append(choice)
    return {name: _source(name, chosen[name]) for name in sorted(chosen)}


def code_digests(plan: Plan) -> dict[str, str]:
    """SHA-256 of each source: no content hash of a scenario knows it."""
    return {name: hashlib.sha256(source).hexdigest() for name, source in sources(plan).items()}


def _choices(plan: Plan) -> Iterator[AgentChoice]:
    found = (choice for arm in plan.arms.values() for choice in arm.case.agents)
    yield from {(choice.kind, choice.reference): choice for choice in found}.values()


def _source(name: str, choices: list[AgentChoice]) -> bytes:
    module = sys.modules[name]
    file = getattr(module, "__file__", None)
    if file is not None and Path(file).is_file():
        return Path(file).read_bytes()
    classes = [getattr(module, each.reference.partition(":")[2]) for each in choices]
    texts = {choice: _in_its_cell(its) for choice, its in zip(choices, classes, strict=True)}
    if lost := [choice for choice, text in texts.items() if text is None]:
        allowed, message = "a class written in a file, or in a cell of a notebook", "has no source"
        raise BadInput([Problem(_HANDED, x.kind, show(x.reference), allowed, None, message) for x in lost])
    return "\n\n\n".join(filter(None, texts.values())).encode()


def _in_its_cell(its: type) -> str | None:
    """The source of a class that a notebook keeps in memory, found by the file of its functions."""
    files = {each.__code__.co_filename for each in vars(its).values() if inspect.isfunction(each)}
    for text in ("".join(linecache.getlines(file)) for file in sorted(files)):
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and node.name == its.__name__:
                return ast.get_source_segment(text, node)
    return None
