"""The figures of one arm: every rate with its interval, from run and incident rows.

The world is the cluster of every interval: a world's counts are summed over its lucks.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from experiments.measures import (
    HEADLINE,
    LADDER,
    MEASURES,
    YEAR,
    accidental_clashes,
    by_world,
)
from experiments.pilots import PilotTable, pool_with
from experiments.statistics import (
    FEWEST_CLUSTERS,
    Interval,
    Pilot,
    proportion_interval,
    rate_interval,
    ratio_interval,
    with_limits,
)
from experiments.survival import survival
from experiments.variance import variance_between_worlds
from experiments.wording import figure, limits, many, number
from sim.outcome import CLASH_RUNG
from sim.scenario import Case

AMBIGUITY = {
    "mean_disagreement_m": ("mean disagreement of the two belief lines", "m"),
    "p95_disagreement_m": ("95th percentile of the disagreement", "m"),
    "map_gap": ("map gap", "share of the line"),
    "contested_area_km2": ("contested area", "km²"),
}


@dataclass(frozen=True)
class Summary:
    """All figures of one arm; ``data`` is what ``--json`` prints."""

    data: dict[str, Any]
    rates: dict[str, Interval]
    shares: dict[str, Interval]


def summarise(
    case: Case, runs: pd.DataFrame, incidents: pd.DataFrame, pilots: PilotTable | None
) -> Summary:
    """Every figure that ``dmz run`` shows, from at least one run."""
    worlds = by_world(runs, *MEASURES)
    years = float(runs["days"].sum()) / YEAR
    pools = {name: pool_with(pilots, name, worlds[name], len(runs)) for name in MEASURES}
    few = [name for name, pool in pools.items() if pool.effective_clusters < FEWEST_CLUSTERS]
    rates, shares = rates_of(runs, pools), {}
    for name in MEASURES:
        if name in LADDER or name in HEADLINE or name in ("answered", "false_incidents"):
            shares[name] = with_limits(ratio_interval(
                worlds[name].to_numpy(), worlds["incidents"].to_numpy(), share=True,
                numerator_pool=pools[name], denominator_pool=pools["incidents"],
            ), len(worlds))  # fmt: skip
    data = {
        "exposed_years": years, "runs": len(runs), "worlds": len(worlds),
        "ended_runs": int(runs["ended"].sum()),
        "per_year": {name: interval(rates[name], name in few) for name in MEASURES},
        "per_incident": {name: interval(share, name in few) for name, share in shares.items()},
        "deepest_unanswered_m": {
            side: float(runs[f"deepest_unanswered_{side}"].max()) for side in ("north", "south")
        },
        "ambiguity": ambiguity(runs),
        "first_clash": _first_clash(runs),
        "any_clash_in_a_run": any_clash(runs),
        "clashes_by": _clashes_by(incidents, years),
        "variance_between_worlds": _between_worlds(runs),
        "feedback": _feedback(case, runs, incidents),
        "pilot": pilots.describe() if pilots else None,
    }  # fmt: skip
    return Summary(data, rates, shares)


def rates_of(runs: pd.DataFrame, pools: Mapping[str, Pilot]) -> dict[str, Interval]:
    """Every measure a year, with its interval; ``pools`` hold these runs too."""
    worlds = by_world(runs, *MEASURES)
    return {name: with_limits(rate_interval(worlds[name], worlds["years"], pool=pools[name]),
                              len(worlds)) for name in MEASURES}  # fmt: skip


def interval(value: Interval, few: bool = False) -> dict[str, Any]:
    """An interval as plain values; ``too_few_clusters`` says that its width cannot be trusted."""
    plain = {
        "estimate": value.estimate, "low": value.low, "high": value.high, "n": value.n,
        "events": value.events, "effective_clusters": value.effective_clusters,
    }  # fmt: skip
    plain = {k: v if math.isfinite(v) else None for k, v in plain.items()}
    return plain | ({"too_few_clusters": True} if few else {})


def interval_of(plain: Mapping[str, Any]) -> Interval:
    """The interval that ``interval`` made plain; nan for what it had not."""
    values = {field.name: plain.get(field.name) for field in fields(Interval)}
    values = {name: math.nan if value is None else value for name, value in values.items()}
    return Interval(**values | {"level": 0.95})


def ambiguity(runs: pd.DataFrame) -> dict[str, Any]:
    """The measured ambiguity of the border: the mean over worlds, and 5 to 95% of them."""
    worlds = runs.groupby("world")[list(AMBIGUITY)].mean()
    return {
        name: {
            "mean": float(worlds[name].mean()),
            "low": float(worlds[name].quantile(0.05)),
            "high": float(worlds[name].quantile(0.95)),
        }
        for name in AMBIGUITY
    }


def _first_clash(runs: pd.DataFrame) -> dict[str, Any]:
    """Kaplan-Meier: runs that end at a rung or at the horizon without a clash are cut off."""
    happened = runs["first_clash_day"].notna()
    times = runs["first_clash_day"].astype(float).where(happened, runs["days"])
    curve = survival(times.to_numpy(), happened.to_numpy(), runs["world"].to_numpy())
    median = curve.times[curve.survival <= 0.5]
    return {
        "runs_with_clash": int(happened.sum()), "runs_cut_off": int((~happened).sum()),
        "median_day": float(median[0]) if median.size else None,
        "free_at_end": float(curve.survival[-1]), "low": float(curve.low[-1]),
        "high": float(curve.high[-1]), "days": float(curve.times[-1]),
    }  # fmt: skip


def any_clash(runs: pd.DataFrame) -> dict[str, Any]:
    """Exact binomial on the first luck of each world, so that trials are independent."""
    first = runs[runs["luck"] == 0]
    found = proportion_interval(int((first["clashes"] > 0).sum()), len(first))
    return interval(with_limits(found, len(first)))


def _clashes_by(incidents: pd.DataFrame, years: float) -> dict[str, dict[str, dict[str, float]]]:
    if incidents.empty:
        return {key: {} for key in ("trigger", "cause", "county")}
    clashes = incidents[accidental_clashes(incidents)]
    return {
        key: {
            str(value): {"clashes": int(n), "per_year": n / years}
            for value, n in clashes[key].value_counts().items()
        }
        for key in ("trigger", "cause", "county")
    }


def _between_worlds(runs: pd.DataFrame) -> dict[str, Any]:
    """Share of the variance of a run's count that lies between worlds; needs two lucks in each."""
    shares = {}
    for name in ("recorded_by_south", "clashes"):
        table = runs.pivot(index="world", columns="luck", values=name).dropna()
        if table.shape[0] < 2 or table.shape[1] < 2:
            shares[name] = None
        else:
            shares[name] = interval(variance_between_worlds(table.to_numpy()))
    return shares


def _feedback(case: Case, runs: pd.DataFrame, incidents: pd.DataFrame) -> dict[str, Any]:
    """``k + n``: reciprocity, and incidents that the tension of one incident brings about.

    ``n = sum_r R_r J_r (d ln R_r / dT) / a`` (TRIAL.md, section 6) with the rates seen, the slopes
    declared, and an interval from the weighted counts by world.
    """
    parameters = case.parameters(())
    decay = math.log(2.0) / parameters.feedback.half_life_days
    days = runs.groupby("world")["days"].sum()
    gain = pd.Series(0.0, days.index)
    if not incidents.empty:
        weights = [_push(parameters, row) for row in incidents[_PUSH].itertuples(index=False)]
        gain = incidents["world"].to_frame().assign(w=weights).groupby("world")["w"].sum()
        gain = gain.reindex(days.index, fill_value=0.0)
    n, k = rate_interval(gain, decay * days), parameters.feedback.k
    found = Interval(k + n.estimate, k + n.low, k + n.high, n.n, n.events, n.effective_clusters)
    found = with_limits(found, len(days))
    return {"k": k, "k_plus_n": found.estimate, "warning": found.high > 0.8} | {
        end: value if math.isfinite(value) else None
        for end, value in (("low", found.low), ("high", found.high))
    }


_PUSH = ["rung", "trigger", "perceived_by"]


def _push(parameters: Any, row: Any) -> float:
    """Tension that an incident adds, times the relative growth of its kind per tension."""
    watcher = getattr(parameters, row.perceived_by)
    subject = parameters.south if row.perceived_by == "north" else parameters.north
    slope = max(0.0, subject.politics.work_response) if row.trigger == "violation" else 0.0
    if row.rung >= CLASH_RUNG:
        stray = row.trigger == "stray_shot"
        slope += watcher.stray.attack_tension if stray else subject.conduct.attack_tension
    return watcher.politics.jumps[row.rung] * slope


def headline(data: Mapping[str, Any]) -> str:
    """The answer in one sentence."""
    rate = data["per_year"]["clashes"]
    return (
        f"{figure(rate['estimate'])} accidental clashes a year ({limits(rate)}; "
        f"{number(rate['events'])} in {many(data['exposed_years'], 'exposed year')})"
    )
