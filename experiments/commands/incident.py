"""``dmz incident``: one described moment, played many times: what a wargame's table asks."""

from collections.abc import Mapping, Sequence

from experiments.commands.console import console
from experiments.commands.exits import Halted, place_in
from experiments.commands.moment import BARE, PlayedMoment
from experiments.design.sorts import sorts_wanted
from experiments.findings.moment import changed, moment_of
from experiments.play.described import MomentTask, Played, play_moments
from experiments.play.task import Failure
from experiments.play.warm_up import compile_once
from experiments.play.workers import apart
from experiments.study.code import agents_of, with_handed
from sim.documents.problems import escaped
from sim.scenario.case import Case
from sim.scenario.described import Described
from sim.scenario.scenario_file import AgentKind


def incident(
    name: str,
    policies: Sequence[str],
    policy: Sequence[str],
    runs: int,
    seed: int,
    allow_code: bool,
    handed: Mapping[AgentKind, str] | None = None,
) -> PlayedMoment:
    """Play a described moment, also under each of ``policies`` and under all of ``policy``.

    ``handed``: agent classes that Python handed over, ``module:Class`` by kind, in every arm.
    """
    with sorts_wanted(("incident", [name]), ("policy", [*policies, *policy])):
        described = Described.read(name)
    stacks = [(), *((each,) for each in policies), *([tuple(policy)] if policy else [])]
    with sorts_wanted(("policy", [*policies, *policy])), described.cases(stacks) as bare:
        cases = [with_handed(case, handed or {}) for case in bare]
        agents = [agents_of(case, allow_code) for case in cases]
        compile_once(console(stderr=True).print)
        tasks = [
            MomentTask(_name(case, described), case, described.moment, seed, range(runs), its)
            for case, its in zip(cases, agents, strict=True)
        ]
        arms = {task.name: _plays(task) for task in tasks}
    return PlayedMoment(
        described,
        runs,
        seed,
        {name: moment_of(plays) for name, plays in arms.items()},
        {name: changed(arms[BARE], plays) for name, plays in arms.items() if name != BARE},
    )


def _plays(task: MomentTask) -> list[Played]:
    """The plays of a task by their lucks; raises ``Halted`` where an agent raised something in one."""
    parts = apart(task, play_moments) if task.agents else [(task, play_moments(task))]
    found = {luck: played for _, some in parts for luck, played in some.items()}
    plays = []
    for luck, played in sorted(found.items()):
        if isinstance(played, Failure):
            why = escaped(played.error + place_in(played.traceback))
            raise Halted(f"play {luck} of {escaped(task.name)} failed: {why}")
        plays.append(played)
    return plays


def _name(case: Case, described: Described) -> str:
    """An arm by what is laid over the file: policies that the file names itself are part of it."""
    names = [each.name for each in case.policies[len(described.moment.policies) :]]
    return " + ".join(names) or BARE
