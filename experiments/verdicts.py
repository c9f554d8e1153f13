"""The tables that ``dmz compare`` and ``dmz study`` print, of ``figures.json``."""

from typing import Any

from rich.console import Console
from rich.table import Table

from experiments.judging import FAMILY
from experiments.plan import TALKS, Plan, has_talks, policy_words
from experiments.tables import figure, many, ratio_figure, ratio_span, share_figure, signed, span


def print_verdicts(plan: Plan, figures: dict[str, Any]) -> None:
    """Print rates, verdicts with audit and costs, and regret."""
    console = Console(highlight=False, width=max(118, Console().width))
    runs = sum(figures["runs"].values())
    console.print(f"\n{plan.name}: {many(len(plan.arms), 'arm')} on the same worlds and lucks, "
                  f"{runs:,} runs", style="bold", markup=False)  # fmt: skip
    if len(plan.futures) > 1 or not figures["comparisons"]:
        console.print(_rates(plan, figures))
    for future, policies in figures["comparisons"].items():
        _print_future(console, plan, figures, future, policies)
    if figures["comparisons"]:
        console.print(_family(figures))
    if figures["regret"]:
        console.print(_regret(figures["regret"]))
    if figures["too_few_clusters"]:
        console.print("Too few clusters in the whole study to know the size of a burst: the "
                      "intervals may be too narrow.")  # fmt: skip
    if any(has_talks(arm.case.saved["scenario"]) for arm in plan.arms.values()):
        console.print(TALKS)


def _print_future(
    console: Console, plan: Plan, figures: dict, future: str, policies: dict
) -> None:
    arm = plan.futures[future][None].name
    base, any_ = figures["rates"][arm]["clashes"], figures["any_clash"][arm]
    console.print(f"\n{future}: {figure(base['estimate'])} accidental clashes a year "
                  f"({span(base)}; n = {base['events']:.0f} in {base['n']:.0f} years, effective "
                  f"clusters {base['effective_clusters']:.0f}); any in a run: "
                  f"{figure(any_['estimate'])} ({span(any_)}; n = {any_['n']:.0f} worlds)",
                  markup=False)  # fmt: skip
    order = sorted(policies, key=lambda p: _headline(policies[p])["difference"]["estimate"] or 0)
    console.print(_verdicts({policy: policies[policy] for policy in order}))
    console.print(_parts({policy: policies[policy] for policy in order}))
    console.print(_beside({policy: policies[policy] for policy in order}))


def _headline(policy: dict[str, Any]) -> dict[str, Any]:
    return policy["measures"]["clashes"]


def _rates(plan: Plan, figures: dict[str, Any]) -> Table:
    table = _table("accidental clashes a year", "runs", "n", "a year", "95% interval",
                   "effective clusters", "contested area, km²")  # fmt: skip
    for name in figures["rates"]:
        if plan.arms[name].is_baseline:
            rate = figures["rates"][name]["clashes"]
            table.add_row(
                name, f"{figures['runs'][name]:,}", f"{rate['events']:.0f}",
                figure(rate["estimate"]), span(rate), figure(rate["effective_clusters"]),
                figure(figures["ambiguity"][name]["contested_area_km2"]["mean"]),
            )  # fmt: skip
    return table


def _verdicts(policies: dict[str, Any]) -> Table:
    table = _table("accidental clashes", "runs", "n", "ratio", "interval", "difference a year",
                   "interval")  # fmt: skip
    table.add_column("verdict")
    for name, policy in policies.items():
        found = _headline(policy)
        difference = found["difference"]
        gap = signed(difference["estimate"])
        gaps = f"{signed(difference['low'])} to {signed(difference['high'])}"
        times, limits = ratio_figure(found["ratio"]["estimate"]), ratio_span(found["ratio"])
        if found["verdict"] == "identical":
            times, limits, gap, gaps = "1", "exactly", "0", "exactly"
        table.add_row(
            name, f"{found['runs']:,}", f"{found['policy']['events']:.0f}",
            times, limits, gap, gaps, found["in_words"],
        )  # fmt: skip
    return table


def _beside(policies: dict[str, Any]) -> Table:
    table = _table("audit and costs, a year", "bound in runs", "moments", "luck saved",
                   "unanswered north", "south", "deepest, m", "work-days lost")  # fmt: skip
    for name, policy in policies.items():
        audit, costs = policy["audit"], policy["costs"]
        saved = _headline(policy)["variance_saved"]
        deepest = max(costs[f"deepest_unanswered_{side}"] for side in ("north", "south"))
        table.add_row(
            name, f"{audit['bound']:,} of {audit['runs']:,}", f"{audit['moments']:,}",
            share_figure(saved),
            signed(costs["unanswered_north"]), signed(costs["unanswered_south"]),
            f"{deepest:.0f}",
            signed(costs["workdays_lost_north"] + costs["workdays_lost_south"]),
        )  # fmt: skip
    return table


def _parts(policies: dict[str, Any]) -> Table:
    table = _table("parts: begun by a violation", "ratio", "interval", "verdict", "otherwise",
                   "interval", "verdict")  # fmt: skip
    for name, policy in policies.items():
        cells: list[str] = []
        for part in FAMILY[1:]:
            found = policy["measures"][part]
            times, limits = ratio_figure(found["ratio"]["estimate"]), ratio_span(found["ratio"])
            identical = found["verdict"] == "identical"
            cells += ["1", "exactly"] if identical else [times, limits]
            cells.append(found["verdict"])
        table.add_row(name, *cells)
    return table


def _family(figures: dict[str, Any]) -> str:
    family = figures["family"]
    text = (
        f"Verdict intervals hold together at 95% over {family['comparisons']} comparisons "
        f"({', '.join(family['measures'])})"
    )
    if family["looks"]:
        text += f" and {family['looks']} looks"
    return (f"{text}: {family['level']:.3%} each.\nFigures of rungs, in figures.json, are at 95% "
            "each and not adjusted.\n"
            "Luck saved: the share of the difference's variance that the same luck took "
            "away.")  # fmt: skip


def _regret(regret: list[dict[str, Any]]) -> Table:
    table = _table("across futures: clashes a year", "mean", "worst", "largest regret",
                   "95% interval")  # fmt: skip
    table.add_column("where")
    for each in sorted(regret, key=lambda each: each["regret"]["estimate"]):
        table.add_row(policy_words(each["policy"]), figure(each["mean"]), figure(each["worst"]),
                      figure(each["regret"]["estimate"]), span(each["regret"]),
                      each["regret_future"])  # fmt: skip
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table
