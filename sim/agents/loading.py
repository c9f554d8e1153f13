"""Agent classes that a policy names, or that Python hands over, in the place of the shipped ones.

What a policy names is code, so it is loaded only when the user allows it. A class is named
``package.module:Class`` and found where Python finds modules: an installed package, or a folder in
PYTHONPATH.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import get_args

from sim import agents as shipped_agents
from sim.documents import BadInput, Mark, Problem, refuse
from sim.documents.problems import nearest, said, show
from sim.scenario.case import AgentChoice, Case
from sim.scenario.scenario_file import AgentKind

AGENT_KINDS: tuple[str, ...] = get_args(AgentKind)
_HANDED = Mark("agents", 0, 0)  # where Python hands over classes
_NO_CLASS = "no class that can stand in"


def fit_agents(agents: Mapping[str, type] | None) -> dict[str, type]:
    """Classes handed over, by the kind of agent that each replaces.

    Raises ``BadInput`` for what is no mapping, a kind that there is not, and a class that is not of it.
    """
    if agents is not None and not isinstance(agents, Mapping):
        message, allowed = "a mapping from kinds to classes is wanted", '{"CommandPost": MyCommandPost}'
        refuse(_HANDED, message, found=show(agents), allowed=allowed)
    problems = [_unfit(kind, its) for kind, its in (agents or {}).items()]
    if wrong := [each for each in problems if each is not None]:
        raise BadInput(wrong)
    return dict(agents or {})


def _unfit(kind: str, its: type) -> Problem | None:
    path, message = str(kind), "there is no such kind of agent"
    if kind not in AGENT_KINDS:
        near = nearest(path, AGENT_KINDS)
        return Problem(_HANDED, path, show(kind), ", ".join(AGENT_KINDS), near, message)
    if _stands_in(its, kind):
        return None
    return Problem(_HANDED, path, repr(its), f"a subclass of sim.agents.{kind}", None, _NO_CLASS)


def _stands_in(its: object, kind: str) -> bool:
    return isinstance(its, type) and issubclass(its, getattr(shipped_agents, kind))


def load_agents(case: Case, allow_code: bool) -> dict[str, type]:
    """The classes that a case's policies name, by the kind of agent that they replace.

    Imports them only with ``allow_code``. Raises ``BadInput`` at the places that name them: for
    code that is not allowed, cannot be imported, or is no subclass of the agent it replaces.
    """
    loaded: dict[str, type] = {}
    problems = []
    for choice in case.agents:
        try:
            loaded[choice.kind] = _load(choice, allow_code)
        except _Refused as refused:
            problems.append(refused.problem)
    if problems:
        raise BadInput(problems)
    return loaded


class _Refused(Exception):  # noqa: N818
    """A choice of class is refused."""

    def __init__(self, choice: AgentChoice, message: str, allowed: str = "", near: str | None = None) -> None:
        found = show(choice.reference)
        path = f"agents.{choice.kind}"
        self.problem = Problem(choice.mark, path, found, allowed, near, message)


def _load(choice: AgentChoice, allow_code: bool) -> type:
    if not allow_code:
        raise _Refused(choice, "it names code to run, which needs --allow-code")
    module = _module(choice)
    name = choice.reference.partition(":")[2]
    if not hasattr(module, name):
        near = nearest(name, vars(module))
        raise _Refused(choice, f"the module has no '{name}'", near=near)
    found: type = getattr(module, name)
    if not _stands_in(found, choice.kind):
        raise _Refused(choice, _NO_CLASS, f"a subclass of sim.agents.{choice.kind}")
    return found


def _module(choice: AgentChoice) -> ModuleType:
    name = choice.reference.partition(":")[0]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in (name, name.partition(".")[0]):
            raise _Refused(choice, f"the module needs '{error.name}', which is not there") from None
        place = "a module of an installed package, or in a folder of PYTHONPATH"
        raise _Refused(choice, f"there is no module '{name}'", place, _lying_near(choice)) from None
    except (Exception, SystemExit) as error:  # whatever it does while it is imported
        raise _Refused(choice, f"the module fails when imported: {said(error)}") from None


def _lying_near(choice: AgentChoice) -> str | None:
    """How a file is named that lies here or beside the policy, where Python does not look."""
    module, _, its = choice.reference.partition(":")
    file = Path(*module.removesuffix(".py").split(".")).with_suffix(".py")
    if module.endswith(".py"):
        return f"{module.removesuffix('.py')}:{its}"
    for folder in (Path(), Path(choice.mark.file).parent):
        if (folder / file).is_file():
            return f"PYTHONPATH={folder} before the command, where {file} lies"
    return None
