"""From what was typed to a plan; and again later, from the files as they are then."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.plan import Plan
from experiments.planning import Ask, plan_of, read_study
from experiments.study_file import Study
from sim.documents import Document, validate


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
    assignments: tuple[str, ...] = field(default=())


def comparison_plan(asked: Comparison) -> Plan:
    """The plan of a comparison. Raises ``BadInput`` with everything wrong with its files."""
    said = {
        "name": Path(asked.scenario).stem[:80] or "comparison", "scenarios": [asked.scenario],
        "policies": [*asked.policies, *([list(asked.stacked)] if asked.stacked else [])],
        "combine": asked.combine, "days": asked.days, "seed": asked.seed, "runs": asked.runs,
    }  # fmt: skip
    document = Document(said, {}, "dmz compare")
    ask = Ask("compare", validate(document, Study), document, asked.assignments)
    request = {"verb": "compare", "asked": vars(asked)}
    plan = plan_of(ask, _comparison_command(asked), json.loads(json.dumps(request)))
    return replace(plan, name=next(iter(plan.arms.values())).case.scenario.name)


def _comparison_command(asked: Comparison) -> str:
    words = ["dmz", "compare", asked.scenario]
    words += [word for path in asked.policies for word in ("--policies", path)]
    words += [word for path in asked.stacked for word in ("--policy", path)]
    words += ["--combine"] if asked.combine else []
    words += ["--runs", str(asked.runs), "--seed", str(asked.seed)]
    words += ["--days", str(asked.days)] if asked.days is not None else []
    words += [word for text in asked.assignments for word in ("--set", text)]
    return shlex.join(words)


def study_plan(name: str, changes: Mapping[str, Any]) -> Plan:
    """The plan of a study file or a shipped name, with what the command line changes in it."""
    ask = read_study(name, changes)
    words = ["dmz", "study", name]
    for key, value in changes.items():
        words += [f"--{key}", str(value)]
    request = {"verb": "study", "name": name, "changes": dict(changes)}
    return plan_of(ask, shlex.join(words), request)


def asked_again(request: Mapping[str, Any]) -> Plan:
    """The plan of a request, from the files as they are now."""
    if request["verb"] == "study":
        return study_plan(request["name"], request["changes"])
    asked = request["asked"]
    tuples = {key: tuple(value) for key, value in asked.items() if isinstance(value, list)}
    return comparison_plan(Comparison(**asked | tuples))
