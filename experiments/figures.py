"""All figures of a study as plain values: rates, verdicts, costs, audit, regret.

What the tables, the pictures and the report show, and nothing else; ``figures.json`` is this.
"""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from experiments.judging import Comparison, audit, compare, pooled
from experiments.looks import looks
from experiments.measures import LADDER, MEASURES, YEAR
from experiments.plan import Plan
from experiments.regret import regrets
from experiments.statistics import FEWEST_CLUSTERS, Pilot
from experiments.stopping import comparisons, family, level_at_looks, verdict_level
from experiments.summary import ambiguity, any_clash, interval, rates_of
from sim.parameters import SIDES

Tables = dict[str, tuple[pd.DataFrame, pd.DataFrame]]  # runs and incidents by arm


def by_arm(plan: Plan, runs: pd.DataFrame, incidents: pd.DataFrame) -> Tables:
    """The runs (with totals) and incidents of each arm that has any run, in the plan's order."""
    runs_of = dict(tuple(runs.groupby("arm", sort=False, observed=True)))
    incidents_of = dict(tuple(incidents.groupby("arm", sort=False, observed=True)))
    none = incidents.iloc[:0]
    return {name: (runs_of[name], incidents_of.get(name, none)) for name in plan.arms
            if name in runs_of}  # fmt: skip


def figures_of(plan: Plan, tables: Tables, complete: bool) -> dict[str, Any]:
    """Every figure of a study with at least one run; see ``docs/STUDIES.md`` for what is where.

    ``complete`` says whether everything was played.
    """
    pilots = {name: pooled((runs for runs, _ in tables.values()), name) for name in MEASURES}
    decides = plan.estimate[0]
    clusters = pilots[decides].effective_clusters
    return {
        "name": plan.name, "kind": plan.kind, "complete": complete,
        "family": {
            "comparisons": comparisons(plan), "level": verdict_level(plan),
            "measures": list(family(plan)),
            "looks": len(looks(plan.rule.budget)) if plan.rule.until else None,
        },
        "clusters": clusters, "too_few_clusters": clusters < FEWEST_CLUSTERS,
        "runs": {name: len(runs) for name, (runs, _) in tables.items()},
        "rates": {name: _rates(runs, pilots) for name, (runs, _) in tables.items()},
        "any_clash": {name: any_clash(runs) for name, (runs, _) in tables.items()},
        "ambiguity": {name: ambiguity(runs) for name, (runs, _) in tables.items()},
        "comparisons": _comparisons(plan, tables, pilots),
        "regret": _regret(plan, tables, pilots[decides]),
    }  # fmt: skip


def _rates(runs: pd.DataFrame, pilots: dict[str, Pilot]) -> dict[str, Any]:
    return {name: interval(rate, pilots[name].effective_clusters < FEWEST_CLUSTERS)
            for name, rate in rates_of(runs, pilots).items()}  # fmt: skip


# -- policies against the baseline of their future ------------------------------------------------


def _comparisons(plan: Plan, tables: Tables, pilots: dict[str, Pilot]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for future, arms in plan.futures.items():
        played = [arm for arm in arms.values() if arm.name in tables and not arm.is_baseline]
        if played and None in arms and arms[None].name in tables:
            baseline = tables[arms[None].name]
            found[future] = {
                arm.policy: _policy(plan, tables[arm.name], baseline, pilots) for arm in played
            }
    return found


def _policy(
    plan: Plan, arm: tuple[pd.DataFrame, pd.DataFrame],
    baseline: tuple[pd.DataFrame, pd.DataFrame], pilots: dict[str, Pilot],
) -> dict[str, Any]:  # fmt: skip
    seen = audit(arm, baseline)
    level = verdict_level(plan)
    levels = {**dict.fromkeys(family(plan), level)}
    levels |= {name: 0.95 for name in LADDER if name not in levels}
    measures = {
        name: as_data(compare(arm[0], baseline[0], name, pilots[name], at, seen.never_bound))
        for name, at in levels.items()
    }
    return {"audit": asdict(seen), "costs": _costs(arm[0], baseline[0]), "measures": measures}


def as_data(found: Comparison) -> dict[str, Any]:
    """A comparison as plain values."""
    return {
        "baseline": interval(found.baseline), "policy": interval(found.arm),
        "ratio": interval(found.ratio), "difference": interval(found.difference),
        "level": found.difference.level, "verdict": found.verdict, "runs": found.runs,
        "runs_to_decide": _finite(found.runs_to_decide),
        "variance_saved": _finite(found.variance_saved), "in_words": in_words(found),
    }  # fmt: skip


def in_words(found: Comparison) -> str:
    """The verdict, and what it would take to have one."""
    if found.verdict == "identical":
        return "identical to the baseline: it never bound"
    if found.verdict != "undecided":
        return found.verdict
    if found.runs_to_decide == float("inf"):
        return "undecided; these worlds show no difference that more runs would decide"
    return f"undecided; about {_rounded(found.runs_to_decide)} runs would decide"


def _rounded(runs: float) -> str:
    """Two significant digits: it is a projection."""
    return f"{float(f'{runs:.2g}'):,.0f}"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _costs(runs: pd.DataFrame, baseline: pd.DataFrame) -> dict[str, float]:
    """What a policy costs beside the baseline, a year of one run each; deepest crossings in m."""
    shared = np.intersect1d(runs["run"], baseline["run"])
    runs, baseline = (table[table["run"].isin(shared)] for table in (runs, baseline))
    years, base_years = runs["days"].sum() / YEAR, baseline["days"].sum() / YEAR
    costs = {}
    for side in SIDES:
        name = f"unanswered_{side}"
        costs[name] = runs[name].sum() / years - baseline[name].sum() / base_years
        done = [table[f"workdays_{side}"].sum() - table[f"workdays_lost_{side}"].sum()
                for table in (runs, baseline)]  # fmt: skip
        costs[f"workdays_lost_{side}"] = done[1] / base_years - done[0] / years
        deepest = f"deepest_{name}"
        costs[deepest] = runs[deepest].max()
        costs[f"{deepest}_baseline"] = baseline[deepest].max()
    return {name: float(value) for name, value in costs.items()}


# -- across futures -------------------------------------------------------------------------------


def _regret(plan: Plan, tables: Tables, pilot: Pilot) -> list[dict[str, Any]] | None:
    """Regret of each policy, and of none (null), where at least two futures have the same ones."""
    sets = [set(arms) for arms in plan.futures.values()
            if all(arm.name in tables for arm in arms.values())]  # fmt: skip
    if len(sets) < 2 or len(sets) < len(plan.futures) or min(map(len, sets)) < 2:
        return None
    counts = {future: _counts(arms, tables, plan.estimate[0])
              for future, arms in plan.futures.items()}  # fmt: skip
    found = regrets(counts, pilot, level_at_looks(plan, 0.95))
    return [
        {
            "policy": policy,
            "mean": each.mean, "worst": each.worst, "worst_future": each.worst_future,
            "regret": {"estimate": each.estimate, "low": each.low, "high": each.high},
            "regret_future": each.future,
        }
        for policy, each in found.items()
    ]  # fmt: skip


def _counts(
    arms: dict[str | None, Any], tables: Tables, measure: str
) -> dict[str | None, tuple[np.ndarray, float]]:
    """Events by world, and exposed years, of the runs that all arms of a future share."""
    shared = set.intersection(*(set(tables[arm.name][0]["run"]) for arm in arms.values()))
    found = {}
    for policy, arm in arms.items():
        runs = tables[arm.name][0]
        runs = runs[runs["run"].isin(shared)]
        counts = runs.groupby("world")[measure].sum().sort_index().to_numpy(float)
        found[policy] = counts, float(runs["days"].sum()) / YEAR
    return found
