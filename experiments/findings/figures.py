"""All figures of a study as plain values: rates, verdicts, costs, audit, regret, talks.

What the tables, the pictures and the report show, and nothing else; ``figures.json`` is this.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.design.plan import Arm, Plan
from experiments.findings.alike import alike, distinct_futures, joined
from experiments.findings.best import Best, best_of
from experiments.findings.comparison import Audit, Comparison, Shared, audit, compare, paired
from experiments.findings.costs import costs_of
from experiments.findings.counting import counting
from experiments.findings.drivers import drivers
from experiments.findings.figures_file import (
    Audited,
    Cells,
    Figures,
    Largest,
    Measured,
    PolicyFound,
    RegretFound,
    RunsToDecide,
)
from experiments.findings.mixture import Mixture, mixture_of
from experiments.findings.over_draws import over_draws
from experiments.findings.pilots import pilot_for
from experiments.findings.pools import Pools
from experiments.findings.regret import all_pairs_level, regrets
from experiments.findings.summary import (
    Mean,
    ambiguity,
    any_clash,
    finite,
    interval,
    marked,
    rate,
    rates_of,
    shares_of,
)
from experiments.findings.tables import Tables
from experiments.findings.talks import standings
from experiments.findings.verdict_words import in_words
from experiments.measures import BOTH_SIDES, MEASURES, by_world, events_of, told
from experiments.statistics.interim import interim_runs
from experiments.statistics.intervals import FEWEST_CLUSTERS, FEWEST_WORLDS, Floats, Pilot
from experiments.store.rows import FailedRun
from experiments.study.stopping import (
    Interim,
    Tally,
    comparisons,
    last_interims,
    level_at_interims,
    verdict_level,
)
from experiments.wording import Ratio
from sim.sides import SIDES

By = dict[str | None, tuple[Floats, Floats]]  # by policy: events and exposed years by world
Worlds = Mapping[str, pd.DataFrame]  # by arm: events and exposed years by world
_MOST_COUNTED = 12  # arms of which every definition is counted


def figures_of(
    plan: Plan,
    tables: Tables,
    complete: bool,
    failures: Iterable[FailedRun] = (),
    talks: Mapping[str, pd.DataFrame] | None = None,
) -> Figures:
    """Every figure of a study with at least one run; see ``docs/STUDIES.md`` for what is where.

    ``complete`` says whether everything was played; ``failures`` hold ``arm`` and ``run`` of those
    that failed; ``talks`` where talks stood (``TALKS_COLUMNS``) by arm.
    """
    measured = (*MEASURES, *plan.cloned)
    alone = {name: _Alone.of(runs, measured) for name, runs in tables.runs.items()}
    worlds_of = {name: each.worlds for name, each in alone.items()}
    pools = Pools(worlds_of, measured)
    whole, decides = _with_pilot(plan, pools.at()), plan.estimate[0]
    clusters = whole[decides].effective_clusters
    shares = {name: marked(shares_of(worlds, whole), whole, interval) for name, worlds in worlds_of.items()}
    rates = {
        name: marked(rates_of(worlds, whole, measured), whole, rate) for name, worlds in worlds_of.items()
    }
    compared = _comparisons(plan, tables, pools, _last_interims(plan, tables, failures))
    cells = Cells(comparisons=compared, alike=alike(compared, rates, _baselines(plan)))
    counts = _by_future(plan, worlds_of, distinct_futures(cells))
    return {
        "name": plan.name,
        "kind": plan.kind,
        "complete": complete,
        "family": {
            "comparisons": comparisons(plan),
            "level": verdict_level(plan),
            "measures": list(plan.estimate),
            "interim": len(interim_runs(plan.rule.most)) if plan.rule.until == "decided" else None,
        },
        "estimate": list(plan.estimate),
        "clusters": clusters,
        "too_few_clusters": clusters < FEWEST_CLUSTERS,
        "runs": {name: each.days.size for name, each in alone.items()},
        "days": {name: plan.arms[name].case.scenario.days for name in alone},
        "rates": rates,
        "per_incident": shares,
        "any_clash": {name: each.any_clash for name, each in alone.items()},
        "ambiguity": {name: each.ambiguity for name, each in alone.items()},
        "counting": counting({name: tables.runs[name] for name in _counted(plan, alone)}),
        **cells,
        "over_draws": over_draws(plan, tables.runs),
        "talks": standings(plan, talks or {}, {name: each.days for name, each in alone.items()}),
        "drivers": drivers(plan, worlds_of, whole[plan.rated]),
        "regret": None if plan.draws else _regret(plan, worlds_of, counts, whole[decides]),
        "mixture": None if plan.draws else _mixture(plan, worlds_of, counts, whole[decides]),
        "best": {} if plan.draws else _best(plan, counts, whole[decides]),
    }


@dataclass(frozen=True)
class _Alone:
    """What is told of one arm by itself: events and years by world, exposed ``days`` by run."""

    worlds: pd.DataFrame
    days: Floats
    any_clash: Ratio
    ambiguity: dict[str, Mean]

    @classmethod
    def of(cls, runs: pd.DataFrame, measures: Iterable[str]) -> "_Alone":
        days = runs["days"].to_numpy(float, copy=True)  # of a part of a table, which is not to stay for it
        return cls(by_world(runs, *measures), days, any_clash(runs), ambiguity(runs))


def _baselines(plan: Plan) -> dict[str, str]:
    return {future: arms[None].name for future, arms in plan.futures.items() if None in arms}


def _counted(plan: Plan, played: Iterable[str]) -> list[str]:
    """The arms whose runs are counted by every definition: those without a policy, or else the first."""
    names = list(played)
    return [name for name in names if plan.arms[name].is_baseline][:_MOST_COUNTED] or names[:1]


def _with_pilot(plan: Plan, whole: dict[str, Pilot]) -> dict[str, Pilot]:
    """A single arm has no others beside it: the shipped pilot says how large bursts are."""
    if plan.kind != "run":
        return whole
    pilots = pilot_for(next(iter(plan.arms.values())).case)
    known = {name: pilots.pilot(name) for name in whole} if pilots else {}
    return {name: pool + its if (its := known.get(name)) else pool for name, pool in whole.items()}


def _last_interims(plan: Plan, tables: Tables, failures: Iterable[FailedRun]) -> dict[str, Interim]:
    """The interim analysis by which each arm is judged, of a study whose arms stop when decided."""
    if plan.rule.until != "decided":
        return {}
    tally = Tally(plan.stops_by)
    sides = [f"{tally.measure}_{side}" for side in SIDES]
    columns = ["run", "days", *(sides if tally.measure in BOTH_SIDES else [tally.measure])]
    for name, runs in tables.runs.items():
        for row in runs[columns].to_dict("records"):
            tally.add(name, row["run"], row)
    for row in failures:
        tally.add(row["arm"], row["run"], None)
    return last_interims(plan, tally)


# -- policies against the baseline of their future ------------------------------------------------


def _comparisons(
    plan: Plan, tables: Tables, pools: Pools, seen: Mapping[str, Interim]
) -> dict[str, dict[str, PolicyFound]]:
    found: dict[str, dict[str, PolicyFound]] = {}
    for future, arms in plan.futures.items():
        if None not in arms or arms[None].name not in tables.runs:
            continue
        baseline = tables.of(arms[None].name)
        for policy, arm in arms.items():
            if policy is None or arm.name not in tables.runs:
                continue
            own = tables.of(arm.name)
            if np.intersect1d(own[0]["run"], baseline[0]["run"]).size:
                interim = seen.get(arm.name)
                found.setdefault(future, {})[policy] = _policy(plan, arm, own, baseline, pools, interim)
    return found


def _policy(
    plan: Plan,
    arm: Arm,
    own: tuple[pd.DataFrame, pd.DataFrame],
    baseline: tuple[pd.DataFrame, pd.DataFrame],
    pools: Pools,
    interim: Interim | None,
) -> PolicyFound:
    starts = [each.from_day for each in arm.case.overlays if each.kind == "policy"]
    seen = audit(own, baseline, min(starts, default=0.0))
    runs, bare = paired(own[0], baseline[0])
    costs, at = costs_of(runs, bare), None
    if plan.rule.until == "decided":
        at = interim.runs if interim else 0
    if interim:
        runs, bare = (table[table.index < interim.runs] for table in (runs, bare))
    both = Shared.of(runs, bare, (*MEASURES, *plan.cloned))
    levels = dict.fromkeys((*told(plan.estimate), *plan.cloned), 0.95) | dict.fromkeys(
        plan.estimate, verdict_level(plan)
    )
    known = pools.at(interim)
    measures = {
        name: as_data(compare(both, name, known[name], level, seen, at, name in plan.estimate), known[name])
        for name, level in levels.items()
    }
    return PolicyFound(audit=_audited(seen), costs=costs, measures=measures)


def _audited(seen: Audit) -> Audited:
    return Audited(
        runs=seen.runs,
        bound=seen.bound,
        moments=seen.moments,
        days=seen.days,
        days_in_force=seen.days_in_force,
    )


def as_data(found: Comparison, pool: Pilot | None = None) -> Measured:
    """A comparison as plain values; ``pool`` is that of all arms."""
    arms = marked(
        {"baseline": found.baseline, "policy": found.arm},
        None if pool is None else dict.fromkeys(("baseline", "policy"), pool),
        rate,
    )
    return {
        "baseline": arms["baseline"],
        "policy": arms["policy"],
        "ratio": interval(found.ratio),
        "difference": rate(found.difference),
        "level": found.difference.level,
        "adjusted": found.adjusted,
        "verdict": found.verdict,
        "runs": found.runs,
        "interim": found.interim,
        "runs_to_decide": _range(found),
        "variance_saved": finite(found.variance_saved),
        "in_words": in_words(found),
    }


def _range(found: Comparison) -> RunsToDecide | None:
    """The runs of each arm that would decide; None where nothing is projected."""
    if found.to_decide is None or math.isnan(found.to_decide.low):
        return None
    low, high = found.to_decide.low, found.to_decide.high
    return RunsToDecide(low=finite(found.runs * low), high=finite(found.runs * high))


# -- across futures -------------------------------------------------------------------------------


def _by_future(plan: Plan, worlds_of: Worlds, groups: Mapping[str, list[str]]) -> dict[str, By]:
    """What decides, in the futures that are not alike; those that are under one name."""
    again = {future for group in groups.values() for future in group} - groups.keys()
    return {
        joined(groups.get(future, [future])): _counts(arms, worlds_of, plan.estimate[0])
        for future, arms in plan.futures.items()
        if future not in again
    }


def _best(plan: Plan, counts: Mapping[str, By], pool: Pilot) -> dict[str, Best]:
    """By future with two options or more."""
    several = {future: found for future, found in counts.items() if len(found) > 1}
    level = all_pairs_level(
        len(several), max(map(len, several.values()), default=0), level_at_interims(plan, 0.95)
    )
    of = events_of(plan.estimate[0])
    return {future: best_of(found, pool, level, of) for future, found in several.items()}


def _are_comparable(plan: Plan, worlds_of: Worlds) -> bool:
    """Whether at least two futures have been played, and have the same policies."""
    sets = [
        set(arms) for arms in plan.futures.values() if all(arm.name in worlds_of for arm in arms.values())
    ]
    return len(sets) >= 2 and len(sets) == len(plan.futures) and min(map(len, sets)) >= 2


def _mixture(plan: Plan, worlds_of: Worlds, counts: Mapping[str, By], pool: Pilot) -> Mixture | None:
    """What it takes to weigh futures, where there are several to be compared and weighed."""
    if len(counts) < 2 or not _are_comparable(plan, worlds_of):
        return None
    return mixture_of(counts, pool, level_at_interims(plan, 0.95), events_of(plan.estimate[0]))


def _regret(plan: Plan, worlds_of: Worlds, counts: Mapping[str, By], pool: Pilot) -> list[RegretFound] | None:
    """Regret of each policy, and of none (null), where at least two futures have the same ones."""
    if not _are_comparable(plan, worlds_of):
        return None
    found = regrets(counts, pool, level_at_interims(plan, 0.95), events_of(plan.estimate[0]))
    known = all(years.size >= FEWEST_WORLDS for its in counts.values() for _, years in its.values())
    return [
        RegretFound(
            policy=policy,
            mean=each.mean,
            worst=each.worst,
            worst_future=each.worst_future,
            regret=Largest(
                estimate=each.estimate, low=each.low if known else None, high=each.high if known else None
            ),
            regret_future=each.future,
        )
        for policy, each in found.items()
    ]


def _counts(arms: Mapping[str | None, Arm], worlds_of: Worlds, measure: str) -> By:
    """Events and exposed years of all runs by world, 0 of both where an arm has not played it."""
    found = {policy: worlds_of[arm.name] for policy, arm in arms.items() if arm.name in worlds_of}
    if not found:
        return {}
    worlds = np.unique(np.concatenate([each.index for each in found.values()]))
    found = {
        policy: each[[measure, "years"]].reindex(worlds, fill_value=0.0) for policy, each in found.items()
    }
    return {
        policy: (each[measure].to_numpy(float), each["years"].to_numpy()) for policy, each in found.items()
    }
