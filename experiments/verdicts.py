"""The tables that ``dmz compare`` and ``dmz study`` print, of ``figures.json``."""

from collections.abc import Sequence
from typing import Any

from experiments.console import Rows, console
from experiments.measures import noun
from experiments.plan import TALKS, Plan, has_talks, policy_words
from experiments.wording import (
    effect,
    figure,
    many,
    number,
    rate_words,
    share_figure,
    signed,
    span,
)


def print_verdicts(plan: Plan, figures: dict[str, Any]) -> None:
    """Print rates, verdicts on every judged measure with audit and costs, and regret."""
    out = console()
    runs = sum(figures["runs"].values())
    out.print(f"\n{plan.name}: {many(len(plan.arms), 'arm')} on the same worlds and lucks, "
              f"{many(runs, 'run')}", style="bold")  # fmt: skip
    if len(plan.futures) > 1 or not figures["comparisons"]:
        for measure in plan.estimate:
            out.print(_rates(plan, figures, measure))
    for future, policies in figures["comparisons"].items():
        for part in _future(plan, figures, future, policies):
            out.print(part)
    if figures["comparisons"]:
        out.print(_family(figures))
    if figures["regret"]:
        out.print(_regret(figures["regret"], noun(plan.estimate[0])))
    if figures["too_few_clusters"]:
        out.print("Too few clusters in the whole study to know the size of a burst: the "
                  "intervals may be too narrow.")  # fmt: skip
    if any(has_talks(arm.case.saved["scenario"]) for arm in plan.arms.values()):
        out.print(TALKS)


def _future(
    plan: Plan, figures: dict[str, Any], future: str, policies: dict[str, Any]
) -> Sequence[str | Rows]:
    decides, arm = plan.estimate[0], plan.futures[future][None].name
    rate, any_clash = figures["rates"][arm][decides], figures["any_clash"][arm]
    order = sorted(policies, key=lambda name: _difference(policies[name], decides))
    policies = {name: policies[name] for name in order}
    measures = dict.fromkeys((*plan.estimate, *figures["family"]["measures"]))
    return [
        f"\n{future}: {rate_words(rate, noun(decides))}, effective clusters "
        f"{number(rate['effective_clusters'])}; any accidental clash in a run: "
        f"{figure(any_clash['estimate'])} ({span(any_clash)}; n = "
        f"{many(any_clash['n'], 'world')})",
        *(_verdicts(policies, measure) for measure in measures), _beside(policies, decides),
    ]  # fmt: skip


def _difference(policy: dict[str, Any], measure: str) -> float:
    return policy["measures"][measure]["difference"]["estimate"] or 0.0


def _rates(plan: Plan, figures: dict[str, Any], measure: str) -> Rows:
    rows = Rows(f"{noun(measure)} a year", "runs", "n", "a year", "95% interval",
                "effective clusters", "contested area, km²")  # fmt: skip
    for name in figures["rates"]:
        if plan.arms[name].is_baseline:
            rate = figures["rates"][name][measure]
            rows.add(
                name, number(figures["runs"][name]), number(rate["events"]),
                figure(rate["estimate"]), span(rate), figure(rate["effective_clusters"]),
                figure(figures["ambiguity"][name]["contested_area_km2"]["mean"]),
            )  # fmt: skip
    rows.add()
    return rows


def _verdicts(policies: dict[str, Any], measure: str) -> Rows:
    rows = Rows(noun(measure), "runs", "n, policy v none", "ratio", "interval", "difference a year",
                "interval", words="verdict")  # fmt: skip
    for name, policy in policies.items():
        found = policy["measures"][measure]
        n = f"{number(found['policy']['events'])} v {number(found['baseline']['events'])}"
        rows.add(name, number(found["runs"]), n, *effect(found), found["in_words"])
    rows.add()
    return rows


def _beside(policies: dict[str, Any], measure: str) -> Rows:
    rows = Rows("audit and costs, a year", "bound in runs", "moments", "luck saved",
                "unanswered north", "unanswered south", "deepest, m", "work-days lost")  # fmt: skip
    for name, policy in policies.items():
        audit, costs = policy["audit"], policy["costs"]
        saved = policy["measures"][measure]["variance_saved"]
        deepest = max(costs[f"deepest_unanswered_{side}"] for side in ("north", "south"))
        rows.add(
            name, f"{number(audit['bound'])} of {number(audit['runs'])}", number(audit["moments"]),
            share_figure(saved),
            signed(costs["unanswered_north"]), signed(costs["unanswered_south"]),
            number(deepest),
            signed(costs["workdays_lost_north"] + costs["workdays_lost_south"]),
        )  # fmt: skip
    rows.add()
    return rows


def _family(figures: dict[str, Any]) -> str:
    family = figures["family"]
    over = many(family["comparisons"], "comparison")
    text = f"Verdict intervals hold together at 95% over {over}"
    if family["looks"]:
        text += f" and {many(family['looks'], 'look')}"
    return (f"{text} ({'; '.join(map(noun, family['measures']))}): {family['level']:.3%} each.\n"
            "Figures of rungs, in figures.json, are at 95% each and not adjusted.\n"
            "Luck saved: the share of the difference's variance that the same luck took "
            "away.")  # fmt: skip


def _regret(regret: list[dict[str, Any]], what: str) -> Rows:
    rows = Rows(f"across futures: {what} a year", "mean", "worst", "largest regret",
                "95% interval", words="where")  # fmt: skip
    for each in sorted(regret, key=lambda each: each["regret"]["estimate"]):
        rows.add(policy_words(each["policy"]), figure(each["mean"]), figure(each["worst"]),
                 figure(each["regret"]["estimate"]), span(each["regret"]),
                 each["regret_future"])  # fmt: skip
    return rows
