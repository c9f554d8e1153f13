"""Rates that hang on one number each: fitted after the table, by exposures of their own.

Each is a posterior of its own, by draws of its prior weighted with the likelihood of its counts: mines at
work, stray rounds and how they are read by side, broadcasts at an approach, and how a volley is read. What
they need of the model (how old cleared ground is, how many approaches, the chances read) comes from the
table's rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from experiments.calibration.record.publication import Filter, crossings
from experiments.calibration.record.record import Record
from experiments.calibration.record.statistic import Statistic
from experiments.calibration.register import FIXED
from experiments.calibration.unknowns import BOTH
from sim.parameters.declare import bounds
from sim.parameters.force import Conduct

Values = NDArray[np.float64]
_PROPOSALS = 100_000
_LAST_DECADE = 2016  # from here on, two decades before it: what the baseline takes is the last one's
_DECADES = (2000, 2010, _LAST_DECADE)
_MOST_READ = 0.995  # keeps a logit finite


@dataclass(frozen=True)
class Exposures:
    """What the rates need of the model.

    ``ages``: weeks since its programme began, of party-days (n,), in the two periods of the mine counts;
    ``approaches``: shifts seen near the line in 11 months of 2014, at each draw (draws,); ``p_read``: mean
    chance that a volley is read as an attack, at each draw (the situation's, where orders decide and there is
    none); ``patrol_strikes``: a year, both sides', for a
    rate of 1 a km.
    """

    ages: tuple[Values, Values]
    approaches: Values
    p_read: Values
    patrol_strikes: float


@dataclass(frozen=True)
class FittedRate:
    """Draws of parameters that one count, or a few, fit: by dotted path, each (draws,)."""

    name: str
    values: Mapping[str, Values]
    prior: str
    counts: str


def rates(record: Record, found: Mapping[str, Statistic], model: Exposures, seed: int) -> list[FittedRate]:
    """All rates of a record, as many draws as the model's exposures have."""
    luck = np.random.default_rng([seed, 7])
    n = model.approaches.size
    return [
        _mines(found, model, n, luck),
        _lanes(model, n, luck),
        *_strays(found, n, luck),
        _approaches(found, model, luck),
        _volleys(record, found, model, luck),
    ]


def weighted(
    propose: Callable[[np.random.Generator, int], Values],
    log_likelihood: Callable[[Values], Values],
    n: int,
    luck: np.random.Generator,
) -> Values:
    """``n`` draws out of proposals from a prior, (n, columns), weighted by their likelihood."""
    proposals = propose(luck, _PROPOSALS)
    log = log_likelihood(proposals)
    weights = np.exp(log - log.max())
    return proposals[luck.choice(len(proposals), n, p=weights / weights.sum())]


def _log_uniform(luck: np.random.Generator, low: float, high: float, n: int) -> Values:
    return np.asarray(np.exp(luck.uniform(np.log(low), np.log(high), n)))


def _log_poisson(count: float, mean: Values) -> Values:
    return np.asarray(count * np.log(np.maximum(mean, 1e-12)) - mean - special.gammaln(count + 1.0))


def _mines(found: Mapping[str, Statistic], model: Exposures, n: int, luck: np.random.Generator) -> FittedRate:
    early, whole = sorted(
        (each for name, each in found.items() if name.startswith("mine_blasts_north")),
        key=lambda each: each.value.best,
    )
    days = early.exposures[0].amount
    later_days = whole.exposures[0].amount.best - days.best
    log_sd = np.log(days.high / days.low) / (2.0 * stats.norm.ppf(0.95))
    counts = np.arange(early.value.low, early.value.high + 1.0)  # "ten-odd"

    def propose(luck: np.random.Generator, n: int) -> Values:
        spread = np.exp(log_sd * luck.normal(size=n))
        weeks = np.clip(np.exp(np.log(16.0) + luck.normal(size=n)), 1.0, 200.0)
        return np.column_stack([_log_uniform(luck, 0.001, 0.2, n), weeks, spread])

    def log_likelihood(x: Values) -> Values:
        cleared = [np.mean(0.5 ** (ages[None, :200] / x[:, 1, None]), axis=1) for ages in model.ages]
        first = x[:, 0] * cleared[0] * days.best * x[:, 2]
        second = x[:, 0] * cleared[1] * later_days * x[:, 2]
        both = [_log_poisson(c, first) + _log_poisson(whole.value.best - c, second) for c in counts]
        return np.asarray(special.logsumexp(both, axis=0))

    drawn = weighted(propose, log_likelihood, n, luck)
    return FittedRate(
        "mines at work",
        {"mines.strikes_per_party_day": drawn[:, 0], "mines.clearing_weeks": drawn[:, 1]},
        "log-uniform on [0.001, 0.2]; log-normal(median 16, log sd 1)",
        f"{early.value} of {whole.value} blasts in {days} of {whole.exposures[0].amount} party-days",
    )


def _lanes(model: Exposures, n: int, luck: np.random.Generator) -> FittedRate:
    """Strikes on both sides' patrols, of which one in years is reported: at most about one a year."""
    a_year = _log_uniform(luck, 0.05, 1.0, n)
    return FittedRate(
        "mines on lanes",
        {"mines.strikes_per_km": np.minimum(a_year / model.patrol_strikes, 0.1)},
        "log-uniform on [0.05, 1] strikes a year",
        "FACTS: casualties (mines); no count",
    )


def _strays(found: Mapping[str, Statistic], n: int, luck: np.random.Generator) -> list[FittedRate]:
    rounds, discharges = found["rounds_at_posts"], found["discharges_south"]
    post_years = rounds.exposures[1].amount.best
    years = np.array([int(ref[1:5]) for ref, _ in rounds.sources if ref[:1] == "M"] or [0])
    ends = (*_DECADES[1:], 9999)
    counts = [int(((years >= a) & (years < b)).sum()) for a, b in zip(_DECADES, ends, strict=True)]
    shares = np.array([10.0, 5.0, 0.0]) / (rounds.exposures[0].amount.best)
    shares[2] = 1.0 - shares[:2].sum()

    def propose(luck: np.random.Generator, n: int) -> Values:
        middle, spread = _log_uniform(luck, 1e-4, 0.02, n), luck.uniform(0.0, 1.5, n)
        decades = middle[:, None] * np.exp(spread[:, None] * luck.normal(size=(n, 3)))
        return np.minimum(decades, 0.1)

    def log_likelihood(x: Values) -> Values:
        each = [_log_poisson(c, x[:, k] * shares[k] * post_years) for k, c in enumerate(counts)]
        return np.asarray(sum(each))

    north = weighted(propose, log_likelihood, n, luck)[:, 2]
    south = luck.gamma(discharges.value.best + 0.5, 1.0 / discharges.exposures[1].amount.best, n)
    read_by_south = _read(found["rounds_at_posts_answered"], n, luck)
    read_by_north = _read(found["discharges_south_answered"], n, luck)
    decades = ", ".join(map(str, counts))
    return [
        FittedRate(
            "stray rounds of the north",
            {"north.stray.per_post_year": north, "south.stray.read_as_attack": read_by_south},
            "log-uniform on [0.0001, 0.02] with a decade effect, the last decade's; share read: Jeffreys",
            f"{decades} rounds at posts by decade in {rounds.exposures[1].amount} post-years, all answered",
        ),
        FittedRate(
            "stray rounds of the south",
            {
                "south.stray.per_post_year": np.minimum(south, 0.1),
                "north.stray.read_as_attack": read_by_north,
            },
            "Jeffreys",
            f"{discharges.value} published in {discharges.exposures[1].amount} post-years, none answered",
        ),
    ]


_P_GRANTED = 0.8  # of the schema: fire.p_grant_reply, one level


def _read(answered: Statistic, n: int, luck: np.random.Generator) -> Values:
    """The logit of reading rounds as an attack at tension 0, from the share that was answered."""
    yes, of = answered.value.best, answered.exposures[0].amount.best
    share = luck.beta(yes + 0.5, of - yes + 0.5, n)
    return np.clip(special.logit(np.clip(share / _P_GRANTED, 1e-4, _MOST_READ)), -9.0, 4.0)


def _approaches(found: Mapping[str, Statistic], model: Exposures, luck: np.random.Generator) -> FittedRate:
    (told,) = (each for name, each in found.items() if name.startswith("warning_broadcasts 2014-01 to"))
    count = luck.gamma(told.value.best + 0.5, 1.0, model.approaches.size)
    share = np.clip(count / np.maximum(model.approaches, 1.0), 0.001, 1.0)
    return FittedRate(
        "broadcasts at an approach",
        {"south.watch.p_approach_broadcast": share, "north.watch.p_approach_broadcast": share},
        "Jeffreys",
        f"{told.value} occasions in 11 months of 2014",
    )


_DECLARED = Conduct()
_P_RETURNED = _DECLARED.p_return_fire * _DECLARED.armed
_MOST_ORDERED = bounds(Conduct.model_fields["attack_share"])[1]


def _volleys(
    record: Record, found: Mapping[str, Statistic], model: Exposures, luck: np.random.Generator
) -> FittedRate:
    """How volleys are read: answered incidents were all told, of the others the share that is published."""
    told = found["warning_shots_answered since 1996"]
    yes, of, n = told.value.best, told.exposures[0].amount.best, model.p_read.size
    ever = crossings(record, within=None)  # cases since 1996 are those told ever, not within days
    published, _ = Filter.fit(ever).published(n, int(luck.integers(2**31)))
    others = (of - yes) / published
    answered = luck.beta(yes + 0.5, others + 0.5)
    read = np.clip(answered / _P_RETURNED, 1e-5, _MOST_READ)
    shift = special.logit(read) - special.logit(np.clip(model.p_read, 1e-5, _MOST_READ))
    intercept = np.clip(FIXED["south.conduct.attack_intercept"] + shift, -9.0, 2.0)
    # by orders: of the parties that have them those answer near whom the rounds strike
    ordered = np.clip(
        read / (1.0 - np.exp(-_DECLARED.near_m / _DECLARED.shot_distance_m)), 0.0, _MOST_ORDERED
    )
    return FittedRate(
        "volleys read as an attack",
        {f"{side}.conduct.attack_intercept": intercept for side in BOTH}
        | {f"{side}.conduct.attack_share": ordered for side in BOTH},
        "Jeffreys; unanswered incidents through the publication filter",
        f"{told.value} of {told.exposures[0].amount} told incidents with warning shots were answered",
    )
