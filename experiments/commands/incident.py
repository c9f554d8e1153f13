"""``dmz incident``: one described moment, played many times: what a wargame's table asks."""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from experiments.commands.console import console
from experiments.commands.exits import Halted, place_in
from experiments.design.sorts import sorts_wanted
from experiments.findings.moment import Changed, Decision, Minutes, Moment, PlayShare, changed, moment_of
from experiments.play.described import MomentTask, Played, play_moments
from experiments.play.task import Failure
from experiments.play.warm_up import compile_once
from experiments.play.workers import apart
from experiments.report.rows import Rows
from experiments.wording import many
from sim.agents.loading import load_agents
from sim.documents import Tree
from sim.documents.problems import escaped
from sim.scenario.case import Case
from sim.scenario.described import Described

_BARE = "as described"
_LEAST = 0.02  # share of the runs that a branch of the tree needs to be shown


def incident(
    name: str,
    policies: Sequence[str],
    policy: Sequence[str],
    runs: int,
    seed: int,
    as_json: bool,
    allow_code: bool,
) -> int:
    """Play a described moment, also under each of ``policies`` and under all of ``policy``; the exit code."""
    with sorts_wanted(("incident", [name]), ("policy", [*policies, *policy])):
        described = Described.read(name)
    stacks = [(), *((each,) for each in policies), *([tuple(policy)] if policy else [])]
    with sorts_wanted(("policy", [*policies, *policy])), described.cases(stacks) as cases:
        agents = [load_agents(case, allow_code) for case in cases]
        compile_once(console(stderr=True).print)
        tasks = [
            MomentTask(_name(case, described), case, described.moment, seed, range(runs), its)
            for case, its in zip(cases, agents, strict=True)
        ]
        arms = {task.name: _plays(task) for task in tasks}
    _print(described, arms, runs, seed, as_json)
    return 0


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
    return " + ".join(names) or _BARE


def _print(
    described: Described, arms: Mapping[str, Sequence[Played]], runs: int, seed: int, as_json: bool
) -> None:
    found = {name: moment_of(plays) for name, plays in arms.items()}
    turned = {name: changed(arms[_BARE], plays) for name, plays in arms.items() if name != _BARE}
    out = console()
    if as_json:
        plain = _plain(described, found, turned, runs, seed)
        out.print(json.dumps(plain, indent=1, ensure_ascii=False))
        return
    out.print("\n".join(_head(described, runs, seed, out.width)), end="\n\n")
    for rows in _tables(found):
        out.print(rows)
        out.print()
    for name, its in turned.items():
        out.print(textwrap.fill(f"{name}, on the same luck: {_turned(its, runs)}", out.width), end="\n\n")
    for name, each in found.items():
        out.print(
            f"decided, {name} (share of all plays; ways in under {_LEAST:.0%} are left out)", style="bold"
        )
        out.print("\n".join(_branches(each.tree, each.runs, out.width)), end="\n\n")


def _head(described: Described, runs: int, seed: int, width: int) -> Iterator[str]:
    moment = described.moment
    minutes = round(60 * moment.hour)
    clock = f"{minutes // 60:02}:{minutes % 60:02}"
    yield f"{moment.name}: {moment.date} {clock}, km {moment.at_km:g}; {moment.scenario}"
    yield from textwrap.wrap(" ".join(moment.description.split()), width)
    yield f"{many(runs, 'play')}, seed {seed}; in brackets 95% intervals of the shares"


def _tables(found: Mapping[str, Moment]) -> Iterator[Rows]:
    first = next(iter(found.values()))
    ends = Rows("it ended at", *found)
    if any(each.begun.count < each.runs for each in found.values()):
        passed = (PlayShare.of(each.runs - each.begun.count, each.runs) for each in found.values())
        ends.add("let pass", *map(_share, passed))
    for rung in first.rungs:
        ends.add(rung, *(_share(each.rungs[rung]) for each in found.values()))
    yield ends
    happened = Rows("there was", *found)
    for name in first.happened:
        happened.add(name, *(_share(each.happened[name]) for each in found.values()))
    yield happened
    minutes = Rows("minutes, 5 / 50 / 95%", *found)
    for name in first.minutes:
        minutes.add(name, *(_quantiles(each.minutes[name]) for each in found.values()))
    yield minutes


def _share(share: PlayShare) -> str:
    return f"{_percent(share.share)}% ({_percent(share.low)} - {_percent(share.high)})"


def _percent(share: float) -> str:
    """A tenth of a percent where it is small; only 1 is shown as 100, and only 0 without a tenth."""
    percent = 100.0 * share
    text = f"{percent:.0f}" if percent >= 10.0 or percent == 0.0 else f"{percent:.1f}"
    return ">99" if text == "100" and share < 1.0 else text


def _quantiles(minutes: Minutes) -> str:
    if minutes.median is None or minutes.low is None or minutes.high is None:
        return "never"
    return f"{minutes.low:.0f} / {minutes.median:.0f} / {minutes.high:.0f}"


def _turned(each: Changed, runs: int) -> str:
    same = runs - sum(each)
    return (
        f"of {many(runs, 'play')} {each.lower:,} end lower, {each.higher:,} higher, "
        f"{each.otherwise:,} as high on another way, {same:,} are the same"
    )


def _branches(node: Decision, runs: int, width: int, depth: int = 0) -> Iterator[str]:
    """The ways that part below a node, each with the steps up to where it parts again."""
    shown = [child for child in node.children() if child.count >= _LEAST * runs]
    for child in shown:
        steps, last = _way(child)
        yield _line(child.count, runs, depth, "; ".join(steps), width)
        yield from _branches(last, runs, width, depth + 1)
    rare = sum(child.count for child in node.children()) - sum(child.count for child in shown)
    if shown and rare >= _LEAST * runs:
        yield _line(rare, runs, depth, f"other ways, each in under {_LEAST:.0%} of the plays", width)


def _way(node: Decision) -> tuple[list[str], Decision]:
    """The steps from a node to the last one before plays part or end, and that one."""
    steps = [node.said]
    while [each.count for each in node.children()] == [node.count]:
        (node,) = node.children()
        steps.append(node.said)
    return steps, node


def _line(count: int, runs: int, depth: int, said: str, width: int) -> str:
    share = PlayShare.of(count, runs)
    head = f"{_percent(share.share) + '%':>5} {f'({_percent(share.low)}-{_percent(share.high)})':<10}"
    indent = " " * (len(head) + 1 + 2 * depth)
    first = head + indent[len(head) :]
    return textwrap.fill(said, width, initial_indent=first, subsequent_indent=indent + "  ")


def _plain(
    described: Described, found: Mapping[str, Moment], turned: Mapping[str, Changed], runs: int, seed: int
) -> Tree:
    return {
        "moment": described.moment.model_dump(mode="json"),
        "file": str(Path(described.document.file).resolve()),
        "runs": runs,
        "seed": seed,
        "arms": {
            name: {
                "begun": asdict(each.begun),
                "rungs": {rung: asdict(share) for rung, share in each.rungs.items()},
                "happened": {what: asdict(share) for what, share in each.happened.items()},
                "minutes": {what: asdict(minutes) for what, minutes in each.minutes.items()},
                "tree": _plain_node(each.tree, each.runs),
            }
            for name, each in found.items()
        },
        "changed": {name: each._asdict() for name, each in turned.items()},
    }


def _plain_node(node: Decision, runs: int) -> Tree:
    return {
        "decided": node.said,
        **asdict(PlayShare.of(node.count, runs)),
        "next": [_plain_node(child, runs) for child in node.children()],
    }
