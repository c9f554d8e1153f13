"""The figures of one arm: every rate with its interval, from run and incident rows.

The world is the cluster of every interval: a world's counts are summed over its lucks.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar

import pandas as pd

from experiments.findings.pilots import PilotNote, PilotTable, pool_with
from experiments.measures import (
    CLASHES,
    CLONED,
    HAPPENED,
    LADDER,
    MEASURES,
    YEAR,
    accidental_clashes,
    by_world,
    events_of,
)
from experiments.statistics.intervals import (
    FEWEST_CLUSTERS,
    Interval,
    Pilot,
    proportion_interval,
    rate_interval,
    ratio_interval,
    with_limits,
)
from experiments.statistics.summed import summed_rate
from experiments.statistics.survival import survival
from experiments.statistics.variance import variance_between_worlds
from experiments.wording import Ends, Rate, Ratio
from sim.outcome.outcome import CLASH_RUNG
from sim.scenario.loading import Case

AMBIGUITY = {
    "mean_disagreement_m": ("mean disagreement of the two belief lines", "m"),
    "p95_disagreement_m": ("95th percentile of the disagreement", "m"),
    "map_gap": ("map gap", "share of the line"),
    "contested_area_km2": ("contested area", "km²"),
}


Plain = TypeVar("Plain", Rate, Ratio)
# of incidents, in percent
SHARES = (*CLASHES, *LADDER, *HAPPENED, "answered", "false_incidents")


class Mean(Ends):
    """A mean over worlds, and 5 to 95% of them."""

    mean: float


class FirstClash(Ends):
    """Runs with a clash and without; the day by which half have one, if half do; and the share that is
    free of any after ``days``, with its limits.
    """

    runs_with_clash: int
    runs_cut_off: int
    median_day: float | None
    free_at_end: float
    days: float


class Clashes(TypedDict):
    """Accidental clashes of one kind, in all and a year."""

    clashes: int
    per_year: float


class FeedbackFigures(Ends):
    """``k + n`` with its limits; ``warning``: it may be above ``limit``."""

    k: float
    k_plus_n: float
    warning: bool
    limit: float


class ArmFigures(TypedDict):
    """Every figure of one arm: what ``--json`` prints, and figures.json of a run has as ``summary``.

    ``drawn``: its worlds play draws of a posterior, so that what lies between them holds what is not known.
    """

    exposed_years: float
    runs: int
    worlds: int
    ended_runs: int
    per_year: dict[str, Rate]
    per_incident: dict[str, Ratio]
    deepest_unanswered_m: dict[str, float]
    ambiguity: dict[str, Mean]
    first_clash: FirstClash
    any_clash_in_a_run: Ratio
    clashes_by: dict[str, dict[str, Clashes]]
    drawn: bool
    variance_between_worlds: dict[str, Ratio | None]
    feedback: FeedbackFigures
    pilot: PilotNote | None


@dataclass(frozen=True)
class ArmSummary:
    """All figures of one arm, as plain values and as intervals."""

    data: ArmFigures
    rates: dict[str, Interval]
    shares: dict[str, Interval]


def summarise(
    case: Case, runs: pd.DataFrame, incidents: pd.DataFrame, pilots: PilotTable | None
) -> ArmSummary:
    """Every figure that ``dmz run`` shows, from at least one run."""
    measured = (*MEASURES, *(CLONED if case.scenario.clones.number else ()))
    worlds = by_world(runs, *measured)
    years = float(runs["days"].sum()) / YEAR
    pools = {name: pool_with(pilots, name, worlds[name], len(runs)) for name in measured}
    rates, shares = rates_of(worlds, pools, measured), shares_of(worlds, pools)
    data: ArmFigures = {
        "exposed_years": years,
        "runs": len(runs),
        "worlds": len(worlds),
        "ended_runs": int(runs["ended"].sum()),
        "per_year": marked(rates, pools, rate),
        "per_incident": marked(shares, pools, interval),
        "deepest_unanswered_m": {
            side: float(runs[f"deepest_unanswered_{side}"].max()) for side in ("north", "south")
        },
        "ambiguity": ambiguity(runs),
        "first_clash": _first_clash(runs),
        "any_clash_in_a_run": any_clash(runs),
        "clashes_by": _clashes_by(incidents, years),
        "drawn": case.posterior is not None,
        "variance_between_worlds": _between_worlds(runs),
        "feedback": _feedback(case, runs, incidents),
        "pilot": pilots.describe() if pilots else None,
    }
    return ArmSummary(data, rates, shares)


def rates_of(
    worlds: pd.DataFrame, pools: Mapping[str, Pilot], measures: Iterable[str] = MEASURES
) -> dict[str, Interval]:
    """Every measure a year, with its interval, of events and years ``by_world``; ``pools`` hold them too."""
    return {name: with_limits(_rate_of(worlds, name, pools[name]), len(worlds)) for name in measures}


def _rate_of(worlds: pd.DataFrame, name: str, pool: Pilot) -> Interval:
    if name in CLONED:
        return summed_rate(worlds[name], worlds["years"])
    return rate_interval(worlds[name], worlds["years"], pool=pool, events=events_of(name))


def shares_of(worlds: pd.DataFrame, pools: Mapping[str, Pilot]) -> dict[str, Interval]:
    """Of all incidents, the shares that came to a rung, and in which something happened; as ``rates_of``."""
    return {
        name: with_limits(
            ratio_interval(
                worlds[name].to_numpy(),
                worlds["incidents"].to_numpy(),
                share=True,
                numerator_pool=pools[name],
                denominator_pool=pools["incidents"],
            ),
            len(worlds),
        )
        for name in SHARES
    }


def marked(
    found: Mapping[str, Interval], pools: Mapping[str, Pilot] | None, plain: Callable[[Interval, bool], Plain]
) -> dict[str, Plain]:
    """Rates or shares as ``plain`` values; marked where they rest on too few clusters.

    None at all is no such thing where all arms together know how large a cluster is: a strong
    measure may leave no events, and its upper limit is then as sound as any.
    """
    return {name: plain(each, _few(each, pools[name] if pools else None)) for name, each in found.items()}


def _few(rate: Interval, pool: Pilot | None) -> bool:
    if pool is not None and pool.effective_clusters < FEWEST_CLUSTERS:
        return True
    return 0.0 < rate.effective_clusters < FEWEST_CLUSTERS


def interval(value: Interval, few: bool = False) -> Ratio:
    """An interval as plain values; ``too_few_clusters`` says that it rests on under 10."""
    plain = Ratio(
        estimate=finite(value.estimate),
        low=finite(value.low),
        high=finite(value.high),
        n=value.n,
        events=value.events,
        effective_clusters=value.effective_clusters,
    )
    if few:
        plain["too_few_clusters"] = True
    return plain


def rate(value: Interval, few: bool = False) -> Rate:
    """As ``interval``, of what has an estimate wherever there was any exposure."""
    return {**interval(value, few), "estimate": value.estimate}


def finite(value: float) -> float | None:
    """A number as JSON can have it: None for nan and for what has no end."""
    return value if math.isfinite(value) else None


def interval_of(plain: Rate) -> Interval:
    """The interval that ``interval`` made plain; nan for what it had not."""
    low, high = (math.nan if end is None else end for end in (plain["low"], plain["high"]))
    return Interval(plain["estimate"], low, high, plain["n"], plain["events"], plain["effective_clusters"])


def ambiguity(runs: pd.DataFrame) -> dict[str, Mean]:
    """The measured ambiguity of the border: the mean over worlds, and 5 to 95% of them."""
    worlds = runs.groupby("world")[list(AMBIGUITY)].mean()
    return {
        name: Mean(
            mean=float(worlds[name].mean()),
            low=float(worlds[name].quantile(0.05)),
            high=float(worlds[name].quantile(0.95)),
        )
        for name in AMBIGUITY
    }


def _first_clash(runs: pd.DataFrame) -> FirstClash:
    """Kaplan-Meier: runs that end at a rung or at the horizon without a clash are cut off."""
    happened = runs["first_clash_day"].notna()
    times = runs["first_clash_day"].astype(float).where(happened, runs["days"])
    curve = survival(times.to_numpy(), happened.to_numpy(), runs["world"].to_numpy())
    median = curve.times[curve.survival <= 0.5]
    return {
        "runs_with_clash": int(happened.sum()),
        "runs_cut_off": int((~happened).sum()),
        "median_day": float(median[0]) if median.size else None,
        "free_at_end": float(curve.survival[-1]),
        "low": float(curve.low[-1]),
        "high": float(curve.high[-1]),
        "days": float(curve.times[-1]),
    }


def any_clash(runs: pd.DataFrame) -> Ratio:
    """Exact binomial on the first luck of each world, so that trials are independent."""
    first = runs[runs["luck"] == 0]
    found = proportion_interval(int((first["clashes"] > 0).sum()), len(first))
    return interval(with_limits(found, len(first)))


_CLASHES_BY = {"trigger": "begun_by", "cause": "cause", "county": "county"}  # and in which column


def _clashes_by(incidents: pd.DataFrame, years: float) -> dict[str, dict[str, Clashes]]:
    if incidents.empty:
        return {key: {} for key in _CLASHES_BY}
    clashes = incidents[accidental_clashes(incidents)]
    return {
        key: {
            str(value): {"clashes": int(n), "per_year": n / years}
            for value, n in clashes[column].value_counts().items()
        }
        for key, column in _CLASHES_BY.items()
    }


def _between_worlds(runs: pd.DataFrame) -> dict[str, Ratio | None]:
    """Share of the variance of a run's count that lies between worlds; needs two lucks in each."""
    shares: dict[str, Ratio | None] = {}
    for name in ("recorded_by_south", "clashes", "expected_clashes"):
        table = runs.pivot(index="world", columns="luck", values=name).dropna()
        if table.shape[0] < 2 or table.shape[1] < 2:
            shares[name] = None
        else:
            shares[name] = interval(variance_between_worlds(table.to_numpy()))
    return shares


def _feedback(case: Case, runs: pd.DataFrame, incidents: pd.DataFrame) -> FeedbackFigures:
    """``k + n``: reciprocity, and incidents that the tension of one incident brings about.

    ``n = sum_r R_r J_r (d ln R_r / dT) / a`` (TRIAL.md, section 6) with the rates seen, the slopes
    declared, and an interval from the weighted counts by world. Where tension stays local it is that of
    the mean area, which only its own incidents move.
    """
    parameters = case.parameters(())
    decay = math.log(2.0) / parameters.feedback.half_life_days
    decay *= parameters.space.areas if parameters.feedback.by_area else 1
    days = runs.groupby("world")["days"].sum()
    gain = pd.Series(0.0, days.index)
    if not incidents.empty:
        weights = [_push(parameters, row) for row in incidents[_PUSH].itertuples(index=False)]
        gain = incidents["world"].to_frame().assign(w=weights).groupby("world")["w"].sum()
        gain = gain.reindex(days.index, fill_value=0.0)
    n, k = rate_interval(gain, decay * days), parameters.feedback.k
    limit = parameters.counting.runaway
    found = Interval(k + n.estimate, k + n.low, k + n.high, n.n, n.events, n.effective_clusters)
    found = with_limits(found, len(days))
    return FeedbackFigures(
        k=k,
        k_plus_n=found.estimate,
        warning=found.high > limit,
        limit=limit,
        low=finite(found.low),
        high=finite(found.high),
    )


_PUSH = ["rung", "begun_by", "perceived_by"]


def _push(parameters: Any, row: Any) -> float:
    """Tension that an incident adds, times the relative growth of its kind per tension."""
    watcher = getattr(parameters, row.perceived_by)
    subject = parameters.south if row.perceived_by == "north" else parameters.north
    heard = parameters.feedback.moves_work and not parameters.feedback.by_area  # by those who order works
    slope = max(0.0, subject.politics.work_response) if heard and row.begun_by == "violation" else 0.0
    if row.rung >= CLASH_RUNG:
        stray = row.begun_by == "stray_shot"
        slope += watcher.stray.attack_tension if stray else subject.conduct.reads_tension
    return watcher.politics.jumps[row.rung] * slope
