"""From minutes to a budget of runs, before the first run: results never depend on a clock.

``compare`` and ``study`` that do not say how many runs play until decided. The time that they may
take is turned into runs of each arm by a forecast; from then on that number is what was asked: it
stands in the request, the manifest, the interim analyses and the command that repeats it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from experiments.commands.audience import Audience
from experiments.commands.study import Options
from experiments.design.manifest_file import Request
from experiments.design.plan import Plan
from experiments.design.policy_lists import SHIPPED, SHORT
from experiments.design.request import FEWEST_DRAWS, Several, asked_again, several_plan, study_plan
from experiments.play.warm_up import compile_once
from experiments.store.files import read_json
from experiments.study.code import agents_by_arm
from experiments.study.folder import MANIFEST, left_undone
from experiments.study.forecast import Pace, pace_of, time_words
from experiments.wording import many, number
from experiments.worlds import LUCKS

MINUTES = 3.0
_ENOUGH = 200  # runs of an arm; where time allows fewer, the default policies are a short list
_LONG = 2_000  # runs; a study of more says its time first

Changes = Mapping[str, int]


def several_within(asked: Several, minutes: float | None, options: Options, audience: Audience) -> Plan:
    """The plan of a comparison; where it is open, what so many minutes allow, or what its folder holds.

    Without policies it compares all shipped ones where time allows enough runs of each, else the
    short list.
    """
    named = asked if asked.names_policies else replace(asked, policies=(SHIPPED if asked.is_open else SHORT,))
    plan = several_plan(named)
    if asked.is_open and (kept := _kept(options.out, plan, lambda kept: _same_question(asked, kept))):
        return asked_again(kept)
    if not plan.rule.is_open:
        return _told(plan, options, audience)
    minutes = minutes or MINUTES
    pace = _pace(plan, minutes, options, audience)
    runs = pace.runs_in(minutes, len(plan.arms), options.workers.count)
    if runs < _enough(plan) and not asked.names_policies:
        named = replace(asked, policies=(SHORT,))
        runs = pace.runs_in(minutes, len(several_plan(named).arms), options.workers.count)
    plan = several_plan(replace(named, budget=runs))
    _say(plan, pace, options, audience)
    return plan


def study_within(
    name: str,
    changes: Changes,
    minutes: float | None,
    options: Options,
    audience: Audience,
    assignments: tuple[str, ...] = (),
) -> Plan:
    """The plan of a study; where it is open or ``minutes`` are asked for, what they allow."""

    def plan_with(its: Changes) -> Plan:
        return study_plan(name, its, assignments)

    def is_same(kept: Request) -> bool:
        if kept["verb"] != "study" or kept["name"] != name:
            return False
        return tuple(kept.get("assignments", ())) == assignments and _without_size(kept["changes"]) == changes

    plan = plan_with(changes)
    may_hold = options.out is not None or plan.rule.is_open
    if may_hold and (kept := _kept(options.out, plan, is_same)) and kept["verb"] == "study":
        changes = kept["changes"]
        plan = plan_with(changes)
    sized = changes.keys() & {"runs", "budget"}
    if not plan.rule.is_open and (minutes is None or sized):
        return _told(plan, options, audience)
    minutes = minutes or MINUTES
    pace = _pace(plan, minutes, options, audience)
    runs = pace.runs_in(minutes, len(plan.arms), options.workers.count)
    size = "budget" if plan.pairs or plan.rule.until else "runs"
    plan = plan_with({**changes, size: runs})
    _say(plan, pace, options, audience)
    return plan


def _kept(out: Path | None, plan: Plan, is_same: Callable[[Request], bool]) -> Request | None:
    """The request of the same question that the folder holds, or, without one, that was left undone.

    Claiming a folder says what is wrong with it.
    """
    folder = left_undone(plan, is_same) if out is None else out
    try:
        request: Request | None = read_json(folder / MANIFEST)["request"] if folder is not None else None
        same = request is not None and request["verb"] == plan.kind and is_same(request)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return request if same else None


def _same_question(asked: Several, kept: Request) -> bool:
    if kept["verb"] != "compare":
        return False
    before = Several.of(kept["asked"])
    if not before.budget:
        return False
    default = not asked.names_policies and before.policies in ((SHIPPED,), (SHORT,))
    return replace(before, budget=None, policies=() if default else before.policies) == asked


def _without_size(changes: Changes) -> dict[str, int]:
    return {key: value for key, value in changes.items() if key not in ("runs", "budget")}


def _pace(plan: Plan, minutes: float | None, options: Options, audience: Audience) -> Pace:
    compile_once(audience.say)
    return pace_of(plan, agents_by_arm(plan, options.allow_code), minutes)


def _say(plan: Plan, pace: Pace, options: Options, audience: Audience) -> None:
    """How many runs, how long, and what would be enough where it is not."""
    workers, arms = options.workers.count, len(plan.arms)
    most, until = ("at most ", ", until decided") if plan.rule.until else ("", "")
    seconds = pace.seconds_of(plan.rule.most * arms, workers)
    audience.say(
        f"{plan.name}: {many(arms, 'arm')}, {most}{many(plan.rule.most, 'run')} of each{until}: {most}"
        f"{time_words(seconds)}"
    )
    if plan.rule.most < _enough(plan):
        enough = pace.seconds_of(_enough(plan) * arms, workers)
        little = "shares of so few draws are rough" if plan.draws else "so few runs decide little"
        audience.say(
            f"{little}; {number(_enough(plan))} of each would take {time_words(enough)} "
            f"(--minutes {-(-enough // 60):.0f})"
        )


def _enough(plan: Plan) -> int:
    """Runs of an arm that are not few."""
    return LUCKS * FEWEST_DRAWS if plan.draws else _ENOUGH


def _told(plan: Plan, options: Options, audience: Audience) -> Plan:
    """A plan that says by itself how many runs, after its time if it is long."""
    if plan.rule.most * len(plan.arms) >= _LONG and not options.dry_run:
        _say(plan, _pace(plan, None, options, audience), options, audience)
    return plan
