"""All figures of a study as plain values: rates, verdicts, costs, audit, regret.

What the tables, the pictures and the report show, and nothing else; ``figures.json`` is this.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from experiments.judging import Audit, Comparison, audit, compare
from experiments.looks import looks
from experiments.measures import BOTH_SIDES, LADDER, YEAR, by_world
from experiments.pilots import pilot_for
from experiments.plan import Arm, Plan
from experiments.pools import Pools
from experiments.regret import regrets
from experiments.statistics import FEWEST_CLUSTERS, FEWEST_WORLDS, Floats, Pilot
from experiments.stopping import (
    Look,
    Tally,
    comparisons,
    family,
    last_looks,
    level_at_looks,
    verdict_level,
)
from experiments.summary import ambiguity, any_clash, interval, rates_of
from experiments.wording import many
from sim.parameters import SIDES

Tables = dict[str, tuple[pd.DataFrame, pd.DataFrame]]  # runs and incidents by arm


def by_arm(plan: Plan, runs: pd.DataFrame, incidents: pd.DataFrame) -> Tables:
    """The runs (with totals) and incidents of each arm that has any run, in the plan's order."""
    runs_of = dict(tuple(runs.groupby("arm", sort=False, observed=True)))
    incidents_of = dict(tuple(incidents.groupby("arm", sort=False, observed=True)))
    none = incidents.iloc[:0]
    return {name: (runs_of[name], incidents_of.get(name, none)) for name in plan.arms
            if name in runs_of}  # fmt: skip


def figures_of(
    plan: Plan, tables: Tables, complete: bool, failures: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Every figure of a study with at least one run; see ``docs/STUDIES.md`` for what is where.

    ``complete`` says whether everything was played; ``failures`` hold ``arm`` and ``run`` of those
    that failed.
    """
    pools = Pools({name: runs for name, (runs, _) in tables.items()})
    whole, decides = _with_pilot(plan, pools.at()), plan.estimate[0]
    clusters = whole[decides].effective_clusters
    return {
        "name": plan.name, "kind": plan.kind, "complete": complete,
        "family": {
            "comparisons": comparisons(plan), "level": verdict_level(plan),
            "measures": list(family(plan)),
            "looks": len(looks(plan.rule.budget)) if plan.rule.until == "decided" else None,
        },
        "estimate": list(plan.estimate),
        "clusters": clusters, "too_few_clusters": clusters < FEWEST_CLUSTERS,
        "runs": {name: len(runs) for name, (runs, _) in tables.items()},
        "rates": {name: _rates(runs, whole) for name, (runs, _) in tables.items()},
        "any_clash": {name: any_clash(runs) for name, (runs, _) in tables.items()},
        "ambiguity": {name: ambiguity(runs) for name, (runs, _) in tables.items()},
        "comparisons": _comparisons(plan, tables, pools, _last_looks(plan, tables, failures)),
        "regret": _regret(plan, tables, whole[decides]),
    }  # fmt: skip


def _with_pilot(plan: Plan, whole: dict[str, Pilot]) -> dict[str, Pilot]:
    """A single arm has no others beside it: the shipped pilot says how large bursts are."""
    if plan.kind != "run":
        return whole
    pilots = pilot_for(next(iter(plan.arms.values())).case)
    known = {name: pilots.pilot(name) for name in whole} if pilots else {}
    return {name: pool + known[name] if known.get(name) else pool for name, pool in whole.items()}


def _last_looks(
    plan: Plan, tables: Tables, failures: Iterable[Mapping[str, Any]]
) -> dict[str, Look]:
    """The look by which each arm is judged, of a study whose arms stop when decided."""
    if plan.rule.until != "decided":
        return {}
    tally = Tally(plan.estimate[0])
    sides = [f"{tally.measure}_{side}" for side in SIDES]
    columns = ["run", "days", *(sides if tally.measure in BOTH_SIDES else [tally.measure])]
    for name, (runs, _) in tables.items():
        for row in runs[columns].to_dict("records"):
            tally.add(name, row["run"], row)
    for row in failures:
        tally.add(row["arm"], row["run"], None)
    return last_looks(plan, tally)


def _rates(runs: pd.DataFrame, pools: dict[str, Pilot]) -> dict[str, Any]:
    return {name: interval(rate, pools[name].effective_clusters < FEWEST_CLUSTERS)
            for name, rate in rates_of(runs, pools).items()}  # fmt: skip


# -- policies against the baseline of their future ------------------------------------------------


def _comparisons(
    plan: Plan, tables: Tables, pools: Pools, looked: Mapping[str, Look]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for future, arms in plan.futures.items():
        base = next((arm.name for arm in arms.values() if arm.is_baseline), None)
        for arm in arms.values():
            if not arm.is_baseline and _share_any(tables, arm.name, base):
                found.setdefault(future, {})[arm.policy] = _policy(
                    plan, arm, tables[arm.name], tables[base], pools, looked.get(arm.name)
                )
    return found


def _share_any(tables: Tables, arm: str, base: str | None) -> bool:
    both = arm in tables and base in tables
    return both and bool(np.intersect1d(tables[arm][0]["run"], tables[base][0]["run"]).size)


def _policy(
    plan: Plan, arm: Arm, own: tuple[pd.DataFrame, pd.DataFrame],
    baseline: tuple[pd.DataFrame, pd.DataFrame], pools: Pools, look: Look | None,
) -> dict[str, Any]:  # fmt: skip
    starts = [each.from_day for each in arm.case.overlays if each.kind == "policy"]
    seen = audit(own, baseline, min(starts, default=0.0))
    runs, at = own[0], None
    if plan.rule.until == "decided":
        at = look.runs if look else 0
        runs = runs[runs["run"] < at] if look else runs
    levels = dict.fromkeys(family(plan), verdict_level(plan))
    levels |= {name: 0.95 for name in LADDER if name not in levels}
    known = pools.at(look)
    measures = {
        name: as_data(compare(runs, baseline[0], name, known[name], level, seen, at))
        for name, level in levels.items()
    }
    return {"audit": asdict(seen), "costs": _costs(own[0], baseline[0]), "measures": measures}


def as_data(found: Comparison) -> dict[str, Any]:
    """A comparison as plain values."""
    return {
        "baseline": interval(found.baseline), "policy": interval(found.arm),
        "ratio": interval(found.ratio), "difference": interval(found.difference),
        "level": found.difference.level, "verdict": found.verdict, "runs": found.runs,
        "look": found.look, "runs_to_decide": _finite(found.runs_to_decide),
        "variance_saved": _finite(found.variance_saved), "in_words": in_words(found),
    }  # fmt: skip


def in_words(found: Comparison) -> str:
    """The verdict, at which look and on what it rests, and what it would take to have one."""
    if found.verdict == "identical":
        return f"identical to the baseline: {_never_bound(found.audit)}"
    if found.look == 0:
        return "undecided; the first look is still to come"
    at = "" if found.look is None else f" at the look after {many(found.look, 'run')}"
    if found.verdict != "undecided":
        return f"{found.verdict}{at}"
    if found.runs_to_decide == float("inf"):
        return f"undecided{at}; these worlds show no difference that more runs would decide"
    return f"undecided{at}; about {_rounded(found.runs_to_decide)} runs would decide"


def _never_bound(seen: Audit) -> str:
    runs, days = many(seen.runs, "run"), many(round(seen.days), "exposed day")
    if seen.days_in_force == 0:
        return f"it was in force on none of {days} ({runs})"
    if seen.days_in_force < seen.days:
        days = f"in force on {round(seen.days_in_force):,} of {days}"
    return f"it never bound in {runs} ({days})"


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


def _regret(plan: Plan, tables: Tables, pool: Pilot) -> list[dict[str, Any]] | None:
    """Regret of each policy, and of none (null), where at least two futures have the same ones."""
    sets = [set(arms) for arms in plan.futures.values()
            if all(arm.name in tables for arm in arms.values())]  # fmt: skip
    if len(sets) < 2 or len(sets) < len(plan.futures) or min(map(len, sets)) < 2:
        return None
    counts = {future: _counts(arms, tables, plan.estimate[0])
              for future, arms in plan.futures.items()}  # fmt: skip
    found = regrets(counts, pool, level_at_looks(plan, 0.95))
    known = all(years.size >= FEWEST_WORLDS for its in counts.values() for _, years in its.values())
    return [
        {
            "policy": policy,
            "mean": each.mean, "worst": each.worst, "worst_future": each.worst_future,
            "regret": {"estimate": each.estimate} | (
                {"low": each.low, "high": each.high} if known else {"low": None, "high": None}
            ),
            "regret_future": each.future,
        }
        for policy, each in found.items()
    ]  # fmt: skip


def _counts(
    arms: Mapping[str | None, Arm], tables: Tables, measure: str
) -> dict[str | None, tuple[Floats, Floats]]:
    """Events and exposed years of all runs by world, 0 of both where an arm has not played it."""
    found = {policy: by_world(tables[arm.name][0], measure) for policy, arm in arms.items()}
    worlds = np.unique(np.concatenate([each.index for each in found.values()]))
    found = {policy: each.reindex(worlds, fill_value=0.0) for policy, each in found.items()}
    return {policy: (each[measure].to_numpy(float), each["years"].to_numpy())
            for policy, each in found.items()}  # fmt: skip
