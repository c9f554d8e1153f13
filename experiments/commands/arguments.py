"""What Python hands over, made what the command would have been told: names, numbers, assignments.

All of it is checked before anything is read or written; ``BadInput`` says what is of the wrong kind.
"""

import json
import os
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, cast

from experiments.commands.case import LoadedCase, asked_of, loaded
from experiments.commands.numbers import (
    EXPLAINED_RUNS,
    ORDERS,
    POINT_VALUES,
    RANGES,
    RUNS_OF_AN_ARM,
    WholeNumber,
    clash_of,
    clone_values,
    minutes_of,
    refuse_two_sizes,
)
from experiments.design.explanation import Explanation, WhichClash
from experiments.design.request import Several, Single
from sim.agents.loading import fit_agents
from sim.documents import BadInput, Mark, Problem, parse, refuse
from sim.documents.problems import nearest, show
from sim.scenario.case import Case
from sim.scenario.reading import Name
from sim.scenario.scenario_file import AgentKind

Names = Name | Iterable[Name] | None
Values = Mapping[str, object] | None  # by parameter
Sizes = tuple[int | None, float | None, int | None]  # runs, minutes, budget
_NO_OPTIONS = ("scenario", "file", "folder", "picture", "agents")  # so called on the command line too
_SHOWN = (str, bool, int, float, date, list, dict)  # what is found as it is; else by its type


def named(argument: str, given: object) -> str:
    """A name or a path; raises ``BadInput`` for anything else."""
    if isinstance(given, str | os.PathLike):
        path = os.fspath(given)
        if isinstance(path, str):
            return path
    _refuse(argument, given, "a name or a path", "a value of the wrong kind")


def all_named(argument: str, given: object) -> tuple[str, ...]:
    """Names or paths in their order: one, a list of them, or none; raises ``BadInput`` for anything else."""
    if given is None:
        return ()
    if isinstance(given, str | os.PathLike):
        return (named(argument, given),)
    if isinstance(given, Mapping | Set) or not isinstance(given, Iterable):  # a set has no order
        _refuse(argument, given, "a name, or a list of names", "a value of the wrong kind")
    return tuple(named(argument, each) for each in given)


def place(argument: str, given: object) -> Path:
    """A path that is not empty; raises ``BadInput`` for anything else."""
    path = named(argument, given)
    return Path(path) if path else _refuse(argument, given, "the name of a folder", "no folder is named")


def place_or_none(argument: str, given: object) -> Path | None:
    """The same where nothing may be said."""
    return None if given is None else place(argument, given)


def flag(argument: str, given: object) -> bool:
    """A truth value; raises ``BadInput`` for what is only like one, such as a text."""
    if isinstance(given, bool) or type(given).__name__ == "bool_":  # NumPy's
        return bool(given)
    _refuse(argument, given, "True or False", "a value of the wrong kind")


def _refuse(argument: str, given: object, allowed: str, message: str) -> NoReturn:
    if given is None or isinstance(given, _SHOWN):
        found = show(given)
    else:
        found = f"the class {given.__name__}" if isinstance(given, type) else f"a {type(given).__name__}"
    refuse(_mark(argument), message, found=found, allowed=allowed)


def _mark(argument: str) -> Mark:
    return Mark(argument if argument in _NO_OPTIONS else f"--{argument.replace('_', '-')}", 0, 0)


def no_argument(function: str, name: str, names: Iterable[str]) -> str:
    """What is said of an argument that a function has not."""
    allowed, near = ", ".join(names), nearest(name, names)
    meant = f"; did you mean {near}?" if near else ""
    return f"{function}() has no argument '{name}'; allowed {allowed}{meant}"


def loaded_case(scenario: object, policies: object, values: Values, days: object) -> LoadedCase:
    """A scenario under its policies, read and checked."""
    told = named("scenario", scenario), all_named("policy", policies)
    return loaded(Single(*told, days=whole_or_none("days", days), assignments=assignments(values)))


def asked_single(
    scenario: Name | Case,
    policy: Names,
    values: Values,
    runs: int | None,
    days: int | None,
    seed: int,
    geojson: bool,
    posterior: bool,
) -> Single:
    """What ``dmz run`` would have been asked; a loaded case says by itself what is laid over it."""
    runs, seed, geojson = whole_or_none("runs", runs), whole("seed", seed), flag("geojson", geojson)
    policies = all_named("policy", policy)
    if isinstance(scenario, Case):
        refuse_beside_case(policy=policies, set=values, days=days, no_posterior=not posterior)
        return replace(asked_of(scenario), runs=runs, seed=seed, geojson=geojson)
    days, given = whole_or_none("days", days), assignments(values, posterior)
    return Single(named("scenario", scenario), policies, runs, days, seed, given, geojson)


def asked_several(
    scenario: Name | Case,
    policies: Names,
    policy: Names,
    combine: bool,
    values: Values,
    sizes: Sizes,
    days: int | None,
    seed: int,
    situations: bool,
    posterior: bool,
) -> Several:
    """What ``dmz compare`` would have been asked; so does a case without policies."""
    (runs, budget), seed = _sizes(sizes), whole("seed", seed)
    combine, situations = flag("combine", combine), flag("situations", situations)
    lists = all_named("policies", policies), all_named("policy", policy)
    given = assignments(values, posterior)
    if isinstance(scenario, Case):
        refuse_beside_case(set=values, days=days, no_posterior=not posterior)
        asked = asked_of(scenario, bare=True)
        scenario, days, given = asked.scenario, asked.days, asked.assignments
    days, name = whole_or_none("days", days), named("scenario", scenario)
    return Several(name, *lists, combine, runs, days, seed, given, budget, situations)


def asked_changes(sizes: Sizes, days: int | None, seed: int | None) -> dict[str, int]:
    """What ``dmz study`` would change in its file."""
    runs, budget = _sizes(sizes)
    given = {"runs": runs, "budget": budget}
    given |= {name: whole_or_none(name, value) for name, value in (("days", days), ("seed", seed))}
    return {name: value for name, value in given.items() if value is not None}


def asked_explanation(
    folder: object, arm: object, runs: object, orders: object, seed: object, clash: object, allow_code: object
) -> Explanation:
    """What ``dmz explain`` would have been asked."""
    return Explanation(
        place("folder", folder),
        None if arm is None else named("arm", arm),
        whole("runs", runs, EXPLAINED_RUNS),
        whole("orders", orders, ORDERS),
        whole("seed", seed),
        None if clash is None else _clash(clash),
        flag("allow_code", allow_code),
    )


def _clash(given: object) -> WhichClash:
    try:
        return clash_of(str(given))
    except ValueError as error:
        refuse(_mark("clash"), str(error))


def _sizes(sizes: Sizes) -> tuple[int | None, int | None]:
    """Runs and budget; raises ``BadInput`` where more than one says how many runs, or none can be."""
    runs, minutes, budget = sizes
    try:
        refuse_two_sizes(*sizes)
    except ValueError as error:
        refuse(_mark("runs"), str(error))
    minutes_or_none(minutes)
    return whole_or_none("runs", runs, RUNS_OF_AN_ARM), whole_or_none("budget", budget, RUNS_OF_AN_ARM)


def with_clones(values: Values, clones: int | None, clones_from: str | None, method: str | None) -> Values:
    """What is set, with the clones that are asked for."""
    number = whole_or_none("clones", clones)
    try:
        asked = clone_values(number, clones_from, method)
    except ValueError as error:
        refuse(_mark("clones_from"), str(error))
    if not asked or not isinstance(values, Mapping | None):  # what is no mapping is refused where it is read
        return values
    return {**(values or {}), **asked}


def refuse_beside_case(**given: Any) -> None:
    """Refuse what was said beside a loaded case, which says it by itself."""
    allowed = "as arguments of dmz.load"
    problems = [
        Problem(_mark(name), "", show(value), allowed, None, "the case is loaded already")
        for name, value in given.items()
        if value
    ]
    if problems:
        raise BadInput(problems)


def whole(option: str, value: object, allowed: WholeNumber | None = None) -> int:
    """A whole number that the command would take for ``--option``; raises ``BadInput`` as it would."""
    allowed = allowed or RANGES[option]
    try:
        return allowed(str(value))
    except ValueError as error:
        refuse(f"--{option}", str(error))


def minutes_or_none(given: object) -> float | None:
    """Minutes that the command would take, or nothing."""
    try:
        return None if given is None else minutes_of(str(given))
    except ValueError as error:
        refuse(_mark("minutes"), str(error))


def whole_or_none(option: str, value: object, allowed: WholeNumber | None = None) -> int | None:
    """The same where nothing may be said."""
    return None if value is None else whole(option, value, allowed)


def assignments(given: Mapping[str, object] | None, posterior: object = True) -> tuple[str, ...]:
    """``KEY=VALUE`` for each parameter and its value, as after ``--set``; and what ``--no-posterior`` is."""
    if given is not None and not isinstance(given, Mapping):
        message = "a mapping from parameters to values is wanted"
        example = '{"south.watch.margin_m": 30}'
        refuse("--set", message, found=show(given), allowed=example)
    without = () if flag("posterior", posterior) else (POINT_VALUES,)
    return (*(f"{key}={_written(value)}" for key, value in (given or {}).items()), *without)


def _written(value: object) -> str:
    """A value as YAML that is read as this value."""
    if hasattr(value, "tolist"):  # of NumPy or pandas
        value = value.tolist()
    if isinstance(value, str):
        return value if _read_back(value) == value else json.dumps(value)
    return json.dumps(value, default=str)


def _read_back(text: str) -> object:
    try:
        return parse(f"value: {text}", "--set").data.get("value")
    except BadInput:
        return None


def references(agents: Mapping[str, type] | None) -> dict[AgentKind, str]:
    """``module:Class`` of each class that replaces a kind of agent.

    Raises ``BadInput`` for what cannot replace it, and for a class that workers cannot find again.
    """
    fit = fit_agents(agents)
    allowed, message = "a class at the top of a module or of a notebook", "workers could not find it"
    hidden = [
        Problem(_mark("agents"), kind, its.__qualname__, allowed, None, message)
        for kind, its in fit.items()
        if "." in its.__qualname__
    ]
    if hidden:
        raise BadInput(hidden)
    return {cast(AgentKind, kind): f"{its.__module__}:{its.__qualname__}" for kind, its in fit.items()}
