"""From what was typed to a plan; and again later, from the files as they are then."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from experiments.plan import NO_POLICY, Arm, Plan, Rule
from experiments.planning import Ask, plan_of, read_study
from experiments.sorts import sorts_wanted
from experiments.study_file import MOST_RUNS, Study
from sim.documents import BadInput, Document, Mark, Problem, validate
from sim.documents.problems import show
from sim.scenario import load_case


@dataclass(frozen=True)
class Single:
    """What ``dmz run`` was asked: one arm, the scenario under all these policies."""

    scenario: str
    policies: tuple[str, ...] = ()
    runs: int = 100
    days: int | None = None
    seed: int = 1
    assignments: tuple[str, ...] = ()
    geojson: bool = False


@dataclass(frozen=True)
class Comparison:
    """What ``dmz compare`` was asked."""

    scenario: str
    policies: tuple[str, ...] = ()
    stacked: tuple[str, ...] = ()
    combine: bool = False
    runs: int = 100
    days: int | None = None
    seed: int = 1
    assignments: tuple[str, ...] = ()


def single_plan(asked: Single) -> Plan:
    """The plan of a single arm. Raises ``BadInput`` with everything wrong with its files."""
    if not 1 <= asked.runs <= MOST_RUNS:
        raise BadInput([Problem(Mark("--runs", 0, 0), "", str(asked.runs), f"1 to {MOST_RUNS:,}",
                                None, "so many runs are not played")])  # fmt: skip
    with sorts_wanted(("scenario", [asked.scenario]), ("policy", asked.policies)):
        case = load_case(asked.scenario, asked.policies, asked.assignments, asked.days)
    scenario = case.scenario
    policy = case.policy_name if asked.policies else None
    if policy == NO_POLICY:
        raise BadInput([Problem(Mark("--policy", 0, 0), "", show(policy), "another name", None,
                                "a policy cannot be called that")])  # fmt: skip
    name = scenario.name if policy is None else f"{scenario.name} + {policy}"
    arm = Arm(name, scenario.name, policy, {}, case)
    words = _typed("run", asked, [("--policy", asked.policies)])
    return Plan("run", name, scenario.description, asked.seed, Rule(asked.runs), ("clashes",), {},
                {name: arm}, words, _request("run", asked))  # fmt: skip


def comparison_plan(asked: Comparison) -> Plan:
    """The plan of a comparison. Raises ``BadInput`` with everything wrong with its files."""
    said = {
        "name": Path(asked.scenario).stem[:80] or "comparison", "scenarios": [asked.scenario],
        "policies": [*asked.policies, *([list(asked.stacked)] if asked.stacked else [])],
        "combine": asked.combine, "days": asked.days, "seed": asked.seed, "runs": asked.runs,
    }  # fmt: skip
    document = Document(said, {}, "dmz compare")
    ask = Ask("compare", validate(document, Study), document, asked.assignments)
    lists = [("--policies", asked.policies), ("--policy", asked.stacked)]
    words = _typed("compare", asked, lists, ["--combine"] if asked.combine else [])
    plan = plan_of(ask, words, _request("compare", asked))
    return replace(plan, name=next(iter(plan.arms.values())).case.scenario.name)


def study_plan(name: str, changes: Mapping[str, Any]) -> Plan:
    """The plan of a study file or a shipped name, with what the command line changes in it."""
    ask = read_study(name, changes)
    words = ["dmz", "study", name]
    for key, value in changes.items():
        words += [f"--{key}", str(value)]
    request = {"verb": "study", "name": name, "changes": dict(changes)}
    return plan_of(ask, shlex.join(words), request)


def _typed(
    verb: str, asked: Single | Comparison, lists: Sequence[tuple[str, Sequence[str]]],
    flags: Sequence[str] = (),
) -> str:  # fmt: skip
    """The command that asks for the same results, without options on which none depends."""
    words = ["dmz", verb, asked.scenario]
    words += [word for option, values in lists for value in values for word in (option, value)]
    words += [*flags, "--runs", str(asked.runs), "--seed", str(asked.seed)]
    words += ["--days", str(asked.days)] if asked.days is not None else []
    words += [word for text in asked.assignments for word in ("--set", text)]
    return shlex.join(words)


def _request(verb: str, asked: Single | Comparison) -> dict[str, Any]:
    return json.loads(json.dumps({"verb": verb, "asked": asdict(asked)}))


def asked_again(request: Mapping[str, Any]) -> Plan:
    """The plan of a request, from the files as they are now."""
    if request["verb"] == "study":
        return study_plan(request["name"], request["changes"])
    kind, plan = {"run": (Single, single_plan), "compare": (Comparison, comparison_plan)}[
        request["verb"]
    ]
    tuples = {key: tuple(value) for key, value in request["asked"].items()
              if isinstance(value, list)}  # fmt: skip
    return plan(kind(**request["asked"] | tuples))
