"""From what was typed to a plan; and again later, from the files as they are then."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from experiments.design.arms import Ask, plan_of, read_study
from experiments.design.columns import RUN_NAMES, asked_columns
from experiments.design.levels import assigned_words
from experiments.design.manifest_file import Request, SeveralRequest, SingleRequest, StudyRequest
from experiments.design.plan import NO_POLICY, Arm, Plan, StoppingRule, arm_name
from experiments.design.sorts import sorts_wanted
from experiments.design.study_file import MOST_RUNS, Study
from experiments.worlds import LUCKS
from sim.documents import BadInput, Document, Tree, refuse, validate
from sim.documents.problems import show
from sim.scenario.case import Case
from sim.scenario.loading import load_case

RUNS = 100  # of a single arm, for whom nobody says how many
FEWEST_DRAWS = 150  # from which on shares of draws are more than rough


class _Asked:
    """What was asked, which a manifest keeps as plain values."""

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """What ``asdict`` made plain, lists for tuples."""
        return cls(**{key: tuple(its) if isinstance(its, list) else its for key, its in plain.items()})


@dataclass(frozen=True)
class Single(_Asked):
    """What ``dmz run`` was asked: one arm, the scenario under all these policies."""

    scenario: str
    policies: tuple[str, ...] = ()
    runs: int | None = None
    days: int | None = None
    seed: int = 1
    assignments: tuple[str, ...] = ()
    geojson: bool = False


@dataclass(frozen=True)
class Several(_Asked):
    """What ``dmz compare`` was asked: so many ``runs`` of each arm, or until decided with at most a
    ``budget`` of them; with neither its plan is open.
    """

    scenario: str
    policies: tuple[str, ...] = ()
    stacked: tuple[str, ...] = ()
    combine: bool = False
    runs: int | None = None
    days: int | None = None
    seed: int = 1
    assignments: tuple[str, ...] = ()
    budget: int | None = None
    situations: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it does not say how many runs."""
        return self.runs is None and self.budget is None

    @property
    def names_policies(self) -> bool:
        """Whether it says which policies are compared."""
        return bool(self.policies or self.stacked)


def case_of(asked: Single) -> Case:
    """The case of a single arm, checked. Raises ``BadInput`` with everything wrong with its files."""
    with sorts_wanted(("scenario", [asked.scenario]), ("policy", asked.policies)):
        return load_case(asked.scenario, asked.policies, asked.assignments, asked.days)


def consistent_case_of(asked: Single) -> Case:
    """The same; refused too where something that was asked for is replaced by something else."""
    case = case_of(asked)
    if case.replaced:
        raise BadInput(each.problem for each in case.replaced)
    return case


def single_plan(asked: Single) -> Plan:
    """The plan of a single arm. Raises ``BadInput`` with everything wrong with its files."""
    if asked.runs is not None and not 1 <= asked.runs <= MOST_RUNS:
        refuse("--runs", "so many runs are not played", found=str(asked.runs), allowed=f"1 to {MOST_RUNS:,}")
    case = consistent_case_of(asked)
    scenario = case.scenario
    runs = asked.runs or (RUNS if case.posterior is None else LUCKS * FEWEST_DRAWS)
    asked = replace(asked, runs=runs)
    policy = case.policy_name if asked.policies else None
    if policy == NO_POLICY:
        refuse("--policy", "a policy cannot be called that", found=show(policy), allowed="another name")
    future = ", ".join([scenario.name, *assigned_words(case)])
    arm = Arm(arm_name(future, case), future, policy, {}, case)
    words = _typed("run", asked, [("--policy", asked.policies)])
    return Plan(
        "run",
        arm.name,
        scenario.description,
        asked.seed,
        StoppingRule(runs),
        ("clashes",),
        {},
        asked_columns((), case.assigned, RUN_NAMES),
        {arm.name: arm},
        words,
        SingleRequest(verb="run", asked=_plain(asked)),
    )


def several_plan(asked: Several) -> Plan:
    """The plan of a comparison. Raises ``BadInput`` with everything wrong with its files."""
    said = {
        "name": (Path(asked.scenario).stem[:80] or "comparison") + " in four situations" * asked.situations,
        "scenarios": [asked.scenario],
        "policies": [*asked.policies, *([list(asked.stacked)] if asked.stacked else [])],
        "combine": asked.combine,
        "days": asked.days,
        "seed": asked.seed,
        "runs": asked.runs,
        "situations": asked.situations,
    }
    said |= {"until": "decided", "budget": asked.budget} if asked.runs is None else {}
    document = Document(said, {}, "dmz compare")
    ask = Ask("compare", validate(document, Study), document, asked.assignments)
    lists = [("--policies", asked.policies), ("--policy", asked.stacked)]
    words = _typed("compare", asked, lists, _flags(asked))
    plan = plan_of(ask, words, SeveralRequest(verb="compare", asked=_plain(asked)))
    if asked.situations:
        return plan
    return replace(plan, name=next(iter(plan.futures)))


def _flags(asked: Several) -> list[str]:
    flags = {"--combine": asked.combine, "--situations": asked.situations}
    return [flag for flag, given in flags.items() if given]


def study_plan(name: str, changes: Mapping[str, int], assignments: Sequence[str] = ()) -> Plan:
    """The plan of a study file or a shipped name, with what the command line changes in it.

    ``assignments``: ``key=value`` for all its scenarios, above its levels.
    """
    ask = read_study(name, changes, assignments)
    words = ["dmz", "study", name]
    for key, value in changes.items():
        words += [f"--{key}", str(value)]
    words += [word for text in assignments for word in ("--set", text)]
    request = StudyRequest(verb="study", name=name, changes=dict(changes), assignments=list(assignments))
    return plan_of(ask, shlex.join(words), request)


def _typed(
    verb: str, asked: Single | Several, lists: Sequence[tuple[str, Sequence[str]]], flags: Sequence[str] = ()
) -> str:
    """The command that asks for the same results, without options on which none depends."""
    words = ["dmz", verb, asked.scenario]
    words += [word for option, values in lists for value in values for word in (option, value)]
    sizes = {"--runs": asked.runs, "--budget": getattr(asked, "budget", None), "--seed": asked.seed}
    words += [*flags, *(word for key, n in sizes.items() if n is not None for word in (key, str(n)))]
    words += ["--days", str(asked.days)] if asked.days is not None else []
    words += [word for text in asked.assignments for word in ("--set", text)]
    return shlex.join(words)


def _plain(asked: Single | Several) -> Tree:
    return {key: list(its) if isinstance(its, tuple) else its for key, its in asdict(asked).items()}


def asked_again(request: Request) -> Plan:
    """The plan of a request, from the files as they are now."""
    if request["verb"] == "study":
        return study_plan(request["name"], request["changes"], request.get("assignments", ()))
    if request["verb"] == "compare":
        return several_plan(Several.of(request["asked"]))
    return single_plan(Single.of(request["asked"]))
