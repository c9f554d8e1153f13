"""The front door for Python: what a notebook or a script types.

    import dmz

    case = dmz.load("baseline", policies=["hotline"], set={"south.watch.margin_m": 30})
    batch = dmz.run(case, runs=400)
    study = dmz.compare("baseline", policies="shipped", runs=400, out="results/x")
    study = dmz.study("policies_by_talks")
    study = dmz.open("results/x")
    model = dmz.Model(case, world=0, luck=1).run()
    moment = dmz.incident("work_party_at_1047", policies=["hotline"])
    lessons = dmz.learn("results/x")
    anatomy = dmz.explain("results/x", runs=100)
    page = dmz.replay("results/x", run=7).page
    validated = dmz.validate("baseline")
    calibrated = dmz.calibrate("results/fit", quick=True)

It does what the command ``dmz`` does, by the same names and defaults and with the same numbers.
Everything returns objects with tables of pandas, and raises ``BadInput`` with the words of the
command. What is interrupted is kept: the same call goes on. All of it: ``docs/PYTHON.md``.

Nothing is imported before it is used, and nothing else defines behaviour here.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from experiments.commands.anatomy import Anatomy
    from experiments.commands.arguments import Names
    from experiments.commands.audience import Audience
    from experiments.commands.calibrate import Calibrated
    from experiments.commands.exits import Halted
    from experiments.commands.findings import Findings
    from experiments.commands.lessons import Lessons
    from experiments.commands.model import Model
    from experiments.commands.moment import PlayedMoment
    from experiments.commands.replay import Replayed
    from experiments.commands.study import Options
    from experiments.commands.validate import Validated
    from experiments.design.plan import Plan
    from experiments.play.faults import EnvironmentFault, UnlikeWorker, WorkersLost
    from experiments.store.files import Damaged
    from sim.documents import BadInput
    from sim.scenario.case import Case
    from sim.scenario.reading import Name

__all__ = [
    "BadInput",
    "Case",
    "Damaged",
    "EnvironmentFault",
    "Findings",
    "Halted",
    "Model",
    "UnlikeWorker",
    "WorkersLost",
    "calibrate",
    "compare",
    "explain",
    "incident",
    "learn",
    "load",
    "open",
    "replay",
    "run",
    "study",
    "validate",
]
_HOME = {
    "BadInput": "sim.documents",
    "Case": "sim.scenario.case",
    "Damaged": "experiments.store.files",
    "EnvironmentFault": "experiments.play.faults",
    "Findings": "experiments.commands.findings",
    "Halted": "experiments.commands.exits",
    "Model": "experiments.commands.model",
    "UnlikeWorker": "experiments.play.faults",
    "WorkersLost": "experiments.play.faults",
}
_ROOMS = ("sim", "experiments")

_P = ParamSpec("_P")
_T = TypeVar("_T")


def _told(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """The function, which names its arguments where it is given another one."""
    names = [*inspect.signature(function).parameters]

    @functools.wraps(function)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        for name in kwargs:
            if name not in names:
                from experiments.commands.arguments import no_argument

                raise TypeError(no_argument(f"dmz.{function.__name__}", name, names))
        return function(*args, **kwargs)

    return told


@_told
def load(
    scenario: Name, policies: Names = (), *, set: Mapping[str, object] | None = None, days: int | None = None
) -> Case:
    """A scenario under its policies, read and checked.

    ``scenario`` and ``policies`` are files or shipped names; ``set`` changes parameters, by their
    dotted names; ``days`` are those of exposure.
    """
    _refuse_strangers()
    from experiments.commands.arguments import loaded_case

    return loaded_case(scenario, policies, set, days)


@_told
def run(
    scenario: Name | Case,
    *,
    policy: Names = (),
    set: Mapping[str, object] | None = None,
    posterior: bool = True,
    clones: int | None = None,
    clones_from: str | None = None,
    method: str | None = None,
    runs: int | None = None,
    days: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    scheduler: str | None = None,
    out: Name | None = None,
    geojson: bool = False,
    agents: Mapping[str, type] | None = None,
    allow_code: bool = False,
) -> Findings:
    """Play a case, as ``dmz run``: a scenario under all these policies, or what ``load`` returned.

    ``runs``: two a world; without, 100, or 300 under a posterior. ``posterior=False``: all worlds play the
    scenario's own values. ``clones``: how often an incident is played again from ``clones_from`` on, and by
    which ``method``, for what is rare.
    ``workers``: processes, None for one a core. ``out``: a folder of results, which goes on with its
    own. ``agents`` replaces agent classes, by kind: ``{"CommandPost": MyCommandPost}``; those that a
    policy names are loaded with ``allow_code``.
    """
    _refuse_strangers()
    from experiments.commands.arguments import asked_single, with_clones
    from experiments.design.request import single_plan

    set = with_clones(set, clones, clones_from, method)
    plan = single_plan(asked_single(scenario, policy, set, runs, days, seed, geojson, posterior))
    return _played(lambda *_: plan, agents, workers, scheduler, out, allow_code)


@_told
def compare(
    scenario: Name | Case,
    *,
    policies: Names = (),
    policy: Names = (),
    combine: bool = False,
    situations: bool = False,
    set: Mapping[str, object] | None = None,
    posterior: bool = True,
    clones: int | None = None,
    clones_from: str | None = None,
    method: str | None = None,
    runs: int | None = None,
    minutes: float | None = None,
    budget: int | None = None,
    days: int | None = None,
    seed: int = 1,
    workers: int | None = None,
    scheduler: str | None = None,
    out: Name | None = None,
    agents: Mapping[str, type] | None = None,
    allow_code: bool = False,
) -> Findings:
    """Compare policies with the scenario without them, on the same worlds and lucks, as ``dmz compare``.

    ``policies``: files or folders, each file an arm; ``"shipped"`` means all shipped ones, ``"short"``
    six of them. ``policy``: those that make one arm together. ``combine``: all pairs too.
    ``situations``: in all four situations of the record. Without ``runs`` it plays until decided, with
    at most a ``budget`` of runs of each arm, or those that ``minutes`` (3) allow. The rest as ``run``.
    """
    _refuse_strangers()
    from experiments.commands.arguments import asked_several, minutes_or_none, with_clones
    from experiments.commands.budget import several_within

    set = with_clones(set, clones, clones_from, method)
    asked = asked_several(
        scenario, policies, policy, combine, set, (runs, minutes, budget), days, seed, situations, posterior
    )
    most = minutes_or_none(minutes)
    return _played(
        lambda options, audience: several_within(asked, most, options, audience),
        agents,
        workers,
        scheduler,
        out,
        allow_code,
    )


@_told
def study(
    file: Name,
    *,
    set: Mapping[str, object] | None = None,
    posterior: bool = True,
    clones: int | None = None,
    clones_from: str | None = None,
    method: str | None = None,
    runs: int | None = None,
    minutes: float | None = None,
    budget: int | None = None,
    days: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    out: Name | None = None,
    agents: Mapping[str, type] | None = None,
    allow_code: bool = False,
) -> Findings:
    """Play a study file, or a shipped one by its name, as ``dmz study``; the rest as ``compare``."""
    _refuse_strangers()
    from experiments.commands.arguments import asked_changes, assignments, minutes_or_none, named, with_clones
    from experiments.commands.budget import study_within

    name, changes, given = (
        named("file", file),
        asked_changes((runs, minutes, budget), days, seed),
        assignments(with_clones(set, clones, clones_from, method), posterior),
    )
    most = minutes_or_none(minutes)
    return _played(
        lambda options, audience: study_within(name, changes, most, options, audience, given),
        agents,
        workers,
        scheduler,
        out,
        allow_code,
    )


@_told
def open(folder: Name, *, allow_code: bool = False) -> Findings:
    """What a folder of results holds, complete or as far as it goes."""
    _refuse_strangers()
    from experiments.commands.arguments import flag, place
    from experiments.commands.study import opened

    return opened(place("folder", folder), flag("allow_code", allow_code))


@_told
def incident(
    file: Name,
    *,
    policies: Names = (),
    policy: Names = (),
    runs: int = 1000,
    seed: int = 1,
    agents: Mapping[str, type] | None = None,
    allow_code: bool = False,
) -> PlayedMoment:
    """Play one described moment many times, as ``dmz incident``: an incident file, or a shipped name.

    ``policies``: each beside the moment as it is, on the same luck; ``policy``: those that are laid over it
    together. The rest as ``run``.
    """
    _refuse_strangers()
    from experiments.commands.arguments import all_named, flag, named, references, whole
    from experiments.commands.incident import incident as played

    return played(
        named("file", file),
        all_named("policies", policies),
        all_named("policy", policy),
        whole("runs", runs),
        whole("seed", seed),
        flag("allow_code", allow_code),
        references(agents),
    )


@_told
def learn(folder: Name) -> Lessons:
    """Which fact would be worth measuring first, by the draws of a comparison or study, as ``dmz learn``.

    Pictures and figures go to ``learn/`` in its folder.
    """
    _refuse_strangers()
    from experiments.commands.arguments import place
    from experiments.commands.learn import learn as learnt

    return learnt(place("folder", folder))


@_told
def explain(
    folder: Name,
    *,
    arm: str | None = None,
    runs: int = 100,
    orders: int = 2,
    clash: str | int | None = None,
    seed: int = 1,
    workers: int | None = None,
    scheduler: str | None = None,
    allow_code: bool = False,
) -> Anatomy:
    """What accidental clashes of an arm's runs are made of, as ``dmz explain``.

    ``runs``: of the ``arm`` (None: the only one), drawn before looking, and played again with ingredients of
    accidents removed, along so many ``orders`` of each world. ``clash``: a run, or ``"RUN:INCIDENT"``, for
    the tree; without, the first. ``seed``: which runs and orders are drawn. What is found goes to
    ``anatomy/`` in its folder; the same call goes on with what was played.
    """
    _refuse_strangers()
    from experiments.commands.arguments import asked_explanation, whole_or_none
    from experiments.commands.explain import explain as explained
    from experiments.play.workers import Workers

    asked = asked_explanation(folder, arm, runs, orders, seed, clash, allow_code)
    found = explained(asked, Workers(whole_or_none("workers", workers), scheduler))
    assert found is not None  # it is where nothing is played that there is nothing
    return found


@_told
def replay(
    folder: Name,
    *,
    arm: str | None = None,
    run: int,
    against: Name | None = None,
    video: bool = False,
    allow_code: bool = False,
) -> Replayed:
    """Show a run of some results on a map, with its timeline and stories, as ``dmz replay``.

    ``arm``: None where there is one alone; ``against``: an arm or a policy beside it, with the same luck.
    A page, and a film if ``video``, go to ``replay/`` in its folder.
    """
    _refuse_strangers()
    from experiments.commands.arguments import flag, named, place, whole
    from experiments.commands.notebook import Notebook
    from experiments.commands.numbers import RANGES
    from experiments.commands.replay import Asked
    from experiments.commands.replay import replay as replayed

    asked = Asked(
        place("folder", folder),
        None if arm is None else named("arm", arm),
        whole("run", run, RANGES["row"]),
        None if against is None else named("against", against),
        flag("video", video),
        flag("allow_code", allow_code),
    )
    return replayed(asked, Notebook())


@_told
def validate(
    scenario: Name = "baseline",
    *,
    record: Name | None = None,
    out: Name | None = None,
    draws: int = 150,
    calibration: Name | None = None,
    seed: int = 1,
    workers: int | None = None,
) -> Validated:
    """Hold a scenario against the public record, or that of the folder ``record``, as ``dmz validate``.

    ``draws``: histories, each a draw of the posterior in a world of its own. ``calibration``: a folder of
    one, whose table is fitted to earlier days. Without ``out`` it goes where the last one of the scenario is.
    """
    _refuse_strangers()
    from experiments.commands.arguments import named, place_or_none, whole, whole_or_none
    from experiments.commands.validate import validation
    from experiments.play.workers import Workers
    from experiments.validation.validation import Asked

    asked = Asked(
        named("scenario", scenario),
        place_or_none("record", record),
        whole("draws", draws),
        whole("seed", seed),
        place_or_none("calibration", calibration),
    )
    return validation(asked, place_or_none("out", out), Workers(whole_or_none("workers", workers)))


@_told
def calibrate(
    out: Name, *, record: Name | None = None, quick: bool = False, seed: int = 1, workers: int | None = None
) -> Calibrated:
    """Hold the unknowns of the model against the public record, or another, as ``dmz calibrate``.

    ``out``: the folder of its table and posterior; it goes on there. ``quick``: a small table, to see that
    it works. The rest as ``validate``.
    """
    _refuse_strangers()
    from experiments.commands.arguments import flag, place, place_or_none, whole, whole_or_none
    from experiments.commands.calibrate import calibration
    from experiments.play.workers import Workers

    return calibration(
        place_or_none("record", record),
        place("out", out),
        flag("quick", quick),
        whole("seed", seed),
        Workers(whole_or_none("workers", workers)),
    )


def _played(
    ask: Callable[[Options, Audience], Plan],
    agents: Mapping[str, type] | None,
    workers: int | None,
    scheduler: str | None,
    out: Name | None,
    allow_code: bool,
) -> Findings:
    from experiments.commands.arguments import flag, place_or_none, references, whole_or_none
    from experiments.commands.notebook import Notebook
    from experiments.commands.study import Options, play
    from experiments.play.workers import Workers
    from experiments.study.code import with_agents

    who, classes = Workers(whole_or_none("workers", workers), scheduler), references(agents)
    options = Options(who, place_or_none("out", out), flag("allow_code", allow_code))
    audience = Notebook()
    return play(with_agents(ask(options, audience), classes), options, audience)


def __getattr__(name: str) -> Any:
    """What is exported and not written here, when it is asked for first."""
    if name not in _HOME:
        said = f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}"
        raise AttributeError(said, name=name, obj=sys.modules[__name__])  # Python adds the nearest
    _refuse_strangers()
    found = globals()[name] = getattr(importlib.import_module(_HOME[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


# -- the command ----------------------------------------------------------------------------------


def main() -> Any:
    """Entry point of the ``dmz`` command."""
    if stranger := _stranger():
        print(f"dmz: {stranger}", file=sys.stderr)
        return 1
    from experiments.cli import main as command

    return command()


def _refuse_strangers() -> None:
    if stranger := _stranger():
        raise ImportError(stranger)


def _stranger() -> str | None:
    """What is wrong with this system, or if Python finds other packages by the names of ours; else None."""
    if os.name == "nt":  # no locks, no signals that a study could be stopped by
        return "it plays on Linux and macOS; on Windows in WSL 2 (docs/CLUSTER.md)"
    here = Path(__file__).resolve().parent
    for name in _ROOMS:
        spec = getattr(sys.modules.get(name), "__spec__", None) or importlib.util.find_spec(name)
        places = [Path(place).resolve() for place in (spec and spec.submodule_search_locations) or ()]
        if here / name not in places:
            found = f"is {places[0] if places else spec.origin}" if spec else "is not there"
            return (
                f"the package '{name}' of dmz-escalation is {here / name}, but the one that Python finds "
                f"{found}; rename that one, or see that its folder does not come first (the current "
                "folder, PYTHONPATH)"
            )
    return None


if __name__ == "__main__":
    sys.exit(main())
