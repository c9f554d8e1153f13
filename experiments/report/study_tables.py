"""The tables that ``dmz compare`` and ``dmz study`` print, of ``figures.json``."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from experiments.design.plan import Plan, policy_words
from experiments.findings.alike import Firsts, again_words, distinct_futures, firsts, joined, with_own_costs
from experiments.findings.costs import deepest
from experiments.findings.figures_file import Figures, PolicyFound, RegretFound, by_difference
from experiments.findings.verdict_words import UNADJUSTED, counted_words
from experiments.measures import HAPPENED, LADDER, counted_of, headlines, noun
from experiments.report.draws import draws_parts
from experiments.report.notes import notes
from experiments.report.rows import Rows
from experiments.report.talks_table import talks_parts
from experiments.wording import effect, figure, many, number, rate_words, share_figure, signed, span

_SHARES = (*(name for name in LADDER if name not in ("incidents", "rung_1")), *HAPPENED)


def verdict_parts(plan: Plan, figures: Figures) -> Iterator[RenderableType]:
    """Rates, verdicts with audit and costs, regret, and what became of the talks, to be printed."""
    runs = sum(figures["runs"].values())
    yield Text(
        f"\n{plan.name}: {many(len(plan.arms), 'arm')} on the same worlds and lucks, {many(runs, 'run')}",
        style="bold",
    )
    if len(plan.futures) > 1 or not figures["comparisons"]:
        yield from (_rates(plan, figures, name) for name in dict.fromkeys(map(counted_of, plan.estimate)))
    yield _shares(plan, figures)
    again = firsts(figures["alike"])
    for first, futures in distinct_futures(figures).items():
        if first in figures["comparisons"]:
            yield from _future(plan, figures, first, futures, again)
    if figures["comparisons"] and not plan.draws:
        yield _family(figures)
    if figures["regret"]:
        yield _regret(figures["regret"], noun(plan.estimate[0]))
    yield from talks_parts(plan, figures)
    yield from notes(figures)


def _future(
    plan: Plan, figures: Figures, first: str, futures: list[str], again: Firsts
) -> Iterator[str | Rows]:
    """The tables of a future, or of several that are alike."""
    policies, decides = figures["comparisons"][first], plan.estimate[0]
    arm = plan.futures[first][None].name
    rate, any_clash = figures["rates"][arm][plan.rated], figures["any_clash"][arm]
    order = by_difference(policies, decides)
    yield (
        f"\n{joined(futures)}: {rate_words(rate, noun(plan.rated))}, effective clusters "
        f"{number(rate['effective_clusters'])}; any accidental clash in a run: "
        f"{figure(any_clash['estimate'])} ({span(any_clash)}; n = "
        f"{many(any_clash['n'], 'world')})"
    )
    if first in figures["over_draws"]:
        yield from draws_parts(figures["over_draws"][first])
    else:
        for measure in dict.fromkeys((*headlines(plan.estimate), *plan.cloned)):
            yield _verdicts(figures, first, order, measure, again)
    for future in with_own_costs(figures, futures):
        where = f"{future}: " if len(futures) > 1 else ""
        yield _beside({name: figures["comparisons"][future][name] for name in order}, decides, where)


def _rates(plan: Plan, figures: Figures, measure: str) -> Rows:
    rows = Rows(
        f"{noun(measure)} a year",
        "runs",
        "n",
        "a year",
        "95% interval",
        "effective clusters",
        "contested area, km²",
    )
    groups = {each["futures"][0]: each["futures"] for each in figures["alike"] if each["policy"] is None}
    again = {future for group in groups.values() for future in group} - groups.keys()
    for name in figures["rates"]:
        future = plan.arms[name].future
        if plan.arms[name].is_baseline and future not in again:
            futures = groups.get(future, [future])
            rate = figures["rates"][name][measure]
            rows.add(
                joined(futures) if len(futures) > 1 else name,
                number(figures["runs"][name]),
                number(rate["events"]),
                figure(rate["estimate"]),
                span(rate),
                figure(rate["effective_clusters"]),
                figure(figures["ambiguity"][name]["contested_area_km2"]["mean"]),
            )
    rows.add()
    return rows


def _shares(plan: Plan, figures: Figures) -> Rows:
    """How far incidents came, and what happened in them whatever their highest rung."""
    heads = (name.replace("_", " ") for name in _SHARES)
    rows = Rows("share of incidents, without a policy", "incidents", *heads)
    for name, shares in figures["per_incident"].items():
        if plan.arms[name].is_baseline or len(plan.arms) == 1:
            told = (_percent(shares[measure]["estimate"]) for measure in _SHARES)
            rows.add(name, number(shares["rung_1"]["n"]), *told)
    rows.add()
    return rows


def _percent(share: float | None) -> str:
    """To two digits, for most of what is high on the ladder is rare."""
    return "-" if share is None else f"{100 * share:.2g}%" if share < 0.995 else "100%"


def _verdicts(figures: Figures, future: str, order: Sequence[str], measure: str, first: Firsts) -> Rows:
    policies = figures["comparisons"][future]
    adjusted = measure in figures["family"]["measures"]
    rows = Rows(
        noun(measure) if adjusted else f"{noun(measure)}, {UNADJUSTED}",
        "runs",
        "n, policy v none",
        "ratio",
        "interval",
        "difference a year",
        "interval",
        words="verdict",
    )
    for name in order:
        found = policies[name]["measures"][measure]
        n = f"{number(found['policy']['events'])} v {number(found['baseline']['events'])}"
        again = again_words(first, name, future)
        rows.add(
            name,
            number(found["runs"]),
            n,
            *effect(found),
            found["in_words"] + counted_words(policies[name]["measures"], measure) + again,
        )
    rows.add()
    return rows


def _beside(policies: Mapping[str, PolicyFound], measure: str, where: str) -> Rows:
    rows = Rows(
        f"{where}audit, and costs a year (+ is a cost)",
        "bound in runs",
        "moments",
        "luck saved",
        "unanswered north",
        "unanswered south",
        "deepest, m",
        "work-days lost",
    )
    for name, policy in policies.items():
        audit, costs = policy["audit"], policy["costs"]
        saved = policy["measures"][measure]["variance_saved"]
        rows.add(
            name,
            f"{number(audit['bound'])} of {number(audit['runs'])}",
            number(audit["moments"]),
            share_figure(saved),
            signed(costs["unanswered_north"]),
            signed(costs["unanswered_south"]),
            number(deepest(costs)),
            signed(costs["workdays_lost_north"] + costs["workdays_lost_south"]),
        )
    rows.add()
    return rows


def _family(figures: Figures) -> str:
    family = figures["family"]
    text = f"Verdict intervals hold together at 95% over {many(family['comparisons'], 'comparison')}"
    if family["interim"]:
        text += f" and {many(family['interim'], 'interim analysis')}"
    return (
        f"{text} ({'; '.join(map(noun, family['measures']))}): {family['level']:.3%} each.\n"
        f"All other measures are at 95% each, {UNADJUSTED} for their number; those of rungs and of what "
        "happened stand in figures.json.\n"
        "Luck saved: the share of the difference's variance that the same luck took away."
    )


def _regret(regret: Sequence[RegretFound], what: str) -> Rows:
    rows = Rows(
        f"across futures: {what} a year", "mean", "worst", "largest regret", "95% interval", words="where"
    )
    for each in sorted(regret, key=lambda each: each["regret"]["estimate"]):
        rows.add(
            policy_words(each["policy"]),
            figure(each["mean"]),
            figure(each["worst"]),
            figure(each["regret"]["estimate"]),
            span(each["regret"]),
            each["regret_future"],
        )
    return rows
