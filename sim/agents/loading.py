"""Agent classes that a policy names: code, so loaded only when the user allows it.

A class is named ``package.module:Class`` and found where Python finds modules: an installed
package, or a folder in PYTHONPATH.
"""

import importlib
from types import ModuleType

from sim import agents as shipped_agents
from sim.case import AgentChoice, Case
from sim.documents import BadInput, Problem
from sim.documents.problems import nearest, said, show


def load_agents(case: Case, allow_code: bool) -> dict[str, type]:
    """The classes that a case's policies name, by the kind of agent that they replace.

    Imports them only with ``allow_code``. Raises ``BadInput`` at the places that name them: for
    code that is not allowed, cannot be imported, or is no subclass of the agent it replaces.
    """
    loaded, problems = {}, []
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

    def __init__(
        self, choice: AgentChoice, message: str, allowed: str = "", near: str | None = None
    ) -> None:
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
    found, wanted = getattr(module, name), getattr(shipped_agents, choice.kind)
    if not (isinstance(found, type) and issubclass(found, wanted)):
        raise _Refused(
            choice, "no class that can stand in", f"a subclass of sim.agents.{choice.kind}"
        )
    return found


def _module(choice: AgentChoice) -> ModuleType:
    name = choice.reference.partition(":")[0]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        place = "a module of an installed package, or in a folder of PYTHONPATH"
        raise _Refused(choice, f"there is no module '{error.name}'", place) from None
    except (Exception, SystemExit) as error:  # whatever it does while it is imported
        raise _Refused(choice, f"the module fails when imported: {said(error)}") from None
