"""A calibration from its first row to its posterior: two waves, an emulator, MCMC, and whether to accept it.

Wave 1 covers the prior. Wave 2 covers the region that the record leaves of it: where all but a
thousandth of what the likelihood of wave 1's emulator weighs lies. What is accepted and what not stands
in ``Acceptance``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from experiments.calibration import posterior as mcmc
from experiments.calibration.basis import Basis
from experiments.calibration.checks import Checked, checked, local_linear, quantile, weighted_prior
from experiments.calibration.emulator import Emulator, fit
from experiments.calibration.from_priors import from_priors
from experiments.calibration.posterior import YEARS, Sampled, Target, log_likelihood
from experiments.calibration.rates import Exposures, FittedRate, rates
from experiments.calibration.record.catalogue import statistics
from experiments.calibration.record.record import Record
from experiments.calibration.register import (
    FITTED_INPUTS,
    MATTERING,
    READING,
    RULES,
    UNKNOWNS,
    basis,
    settings,
)
from experiments.calibration.rivals import Weighed, refitted, weigh
from experiments.calibration.simulate import WORKS_DAYS, ground_ages
from experiments.calibration.table import design, deviates_of, played
from experiments.calibration.unknowns import DIGITS
from experiments.store.files import write_json, write_whole
from sim.constants import DAYS_A_YEAR
from sim.parameters.place import Mines

Values = NDArray[np.float64]
_LEFT_OUT = 1e-3  # share of the likelihood's weight that wave 2 may leave out
_CANDIDATES = 1 << 15
_HELD_OUT = 200
_COVERED = (0.86, 0.93)  # what 90% intervals may cover of held-out rows
_SKEWED_OF = 12  # one unknown in so many may have uneven ranks
_AGREE = 0.35  # rms distance of both methods' means, in posterior sd
_APART = 0.5  # an unknown on which they differ by more is named
_RHAT, _TIMES = 1.01, 50.0
_WORLDS_FOR_AGES = 40  # of which the age of cleared ground is taken
_LEAST_STRIKES = 0.01  # a year on lanes: where the table had none
_UNIDENTIFIED = 0.9  # posterior sd over prior sd, above which the record says next to nothing


@dataclass(frozen=True)
class Size:
    """Rows of both waves, steps of the chains, draws that are kept."""

    first: int = 800
    second: int = 2500
    steps: int = 10_000
    draws: int = 2000


@dataclass(frozen=True)
class Acceptance:
    """Each demand on a calibration, and whether it is met."""

    demands: dict[str, tuple[float, bool]]

    @property
    def accepted(self) -> bool:
        """Whether all are."""
        return all(met for _, met in self.demands.values())


@dataclass(frozen=True)
class Calibration:
    """What came of it: draws (n, width + 1) as deviates, and the ways in which they were checked.

    ``weighed``: by factor, what the record says between its levels.
    """

    target: Target
    draws: Values
    sampled: Sampled
    emulator: Emulator
    emulated: Checked
    nearest: Checked
    second_means: Values
    region: float
    rows: tuple[int, int]
    patrol_strikes: float  # of both sides, in a row of the table
    weighed: Sequence[Weighed]

    @property
    def of_unknowns(self) -> Values:
        """The draws of the unknowns alone, those of the table and the years', (n, unknowns + 1)."""
        return np.delete(self.draws, range(self._unknowns, self.draws.shape[1] - 1), axis=1)

    @property
    def _unknowns(self) -> int:
        return self.emulator.basis.unknowns

    @property
    def ratios(self) -> Values:
        """Posterior over prior standard deviation of each unknown."""
        return self.of_unknowns.std(axis=0)

    @property
    def apart(self) -> Values:
        """Distance of both methods' means of each unknown of the table, in posterior standard deviations."""
        of_table = self.draws[:, : self._unknowns]
        return np.asarray((of_table.mean(axis=0) - self.second_means) / of_table.std(axis=0))

    @property
    def verdict(self) -> Acceptance:
        """Whether it is accepted, demand by demand."""
        coverage, skewed = self.emulated.coverage, self.emulated.skewed
        rms, rhat = float(np.sqrt(np.mean(self.apart**2))), float(self.sampled.rhat.max())
        times = float(self.sampled.times.min())
        return Acceptance(
            {
                "share of held-out rows in 90% intervals": (coverage, _COVERED[0] <= coverage <= _COVERED[1]),
                "unknowns with uneven ranks": (float(skewed), skewed <= len(self.apart) / _SKEWED_OF),
                "both methods apart, rms of posterior sd": (rms, rms <= _AGREE),
                "largest R-hat": (rhat, rhat < _RHAT),
                "autocorrelation times in a chain, at least": (times, times > _TIMES),
            }
        )


Show = Callable[[int, int], None]


def calibrate(folder: Path, target: Target, size: Size, seed: int, workers: int, show: Show) -> Calibration:
    """Play what is missing of the table in ``folder``, then fit, sample and check."""
    first = design(size.first, seed)
    whole = size.first + size.second
    rows = played(folder, seed, _numbered(first, 0), workers, lambda done, _: show(done, whole))
    before = fit(rows, deviates_of(rows), basis())
    candidates = design(_CANDIDATES, seed, skip=size.first)
    inside, cut = _region(before, target, candidates)
    second = candidates[inside][: size.second]

    later = _numbered(second, size.first)
    more = played(folder, seed, later, workers, lambda done, _: show(size.first + done, whole))
    x_first = deviates_of(rows)
    kept = _weight(before, target, x_first) >= cut
    table = pd.concat([rows[kept], more], ignore_index=True)
    share = float(inside.mean())
    return fitted(table, deviates_of(table), basis(), candidates[inside], target, size, seed, share)


def fitted(
    table: pd.DataFrame,
    x: Values,
    of: Basis,
    prior: Values,
    target: Target,
    size: Size,
    seed: int,
    region: float,
) -> Calibration:
    """The calibration by a table of rows at ``x`` (rows, width), drawn as ``prior`` (n, width) is."""
    held = np.random.default_rng(seed).permutation(len(table))[: min(_HELD_OUT, len(table) // 5)]
    seen = np.setdiff1d(np.arange(len(table)), held)
    learned = fit(table.iloc[seen], x[seen], of)
    out = table.iloc[held].reset_index(drop=True)
    emulated = checked(weighted_prior(learned, prior), out, x[held], seed, of)
    near = local_linear(table.iloc[seen].reset_index(drop=True), x[seen], of)
    nearest = checked(near, out, x[held], seed, of)
    whole = fit(table, x, of)
    sampled = mcmc.sample(whole, target, seed, size.steps)
    draws = sampled.draws(size.draws, seed)
    others, weights = local_linear(table, x, of)(pd.Series(_as_row(target, whole)))
    means = (others[:, : of.unknowns] * weights[:, None]).sum(axis=0)
    refits = list(refitted(table, x, whole, seed)) if of.levels else []
    return Calibration(
        target,
        draws,
        sampled,
        whole,
        emulated,
        nearest,
        means,
        region,
        (len(table), len(held)),
        float(table["strikes_patrol_works"].mean()),
        weigh(target, whole, refits, draws, (others, weights), seed),
    )


def _as_row(target: Target, emulator: Emulator) -> dict[str, float]:
    row = dict.fromkeys((*emulator.counts, *emulator.numbers), np.nan)
    row |= {name: value for name, value in target.summaries.items() if name in row}
    busy = [year.count / year.exposure for year in target.years]
    row["total_2014"] = float(np.mean(busy)) if busy else np.nan
    return row


def _numbered(x: Values, first: int) -> dict[int, tuple[float, ...]]:
    return {first + k: tuple(map(float, row)) for k, row in enumerate(x)}


def _weight(emulator: Emulator, target: Target, x: Values) -> Values:
    """Log likelihood of the record with the year effect where its prior has its middle."""
    return log_likelihood(emulator, target, np.column_stack([x, np.zeros(len(x))]))


def _region(emulator: Emulator, target: Target, x: Values) -> tuple[NDArray[np.bool_], float]:
    """Which points are not yet ruled out, and the log likelihood from which they are not."""
    log = _weight(emulator, target, x)
    weights = np.exp(log - log.max())
    cut = float(quantile(log[:, None], weights / weights.sum(), _LEFT_OUT)[0])
    return log >= cut, cut


# -- what is kept ---------------------------------------------------------------------------------

POSTERIOR = "posterior.csv"  # in the folder of a calibration
NAMES = tuple(unknown.name for unknown in (*UNKNOWNS, YEARS))
_DEVIATES = (*NAMES[:-1], *(rule.name for rule in RULES), YEARS.name)  # in the order of a draw


def rates_of(calibration: Calibration, record: Record, seed: int) -> list[FittedRate]:
    """The rates that are fitted after the table, a draw of each for every draw of the posterior."""
    emulator, draws = calibration.emulator, calibration.draws
    luck = np.random.default_rng([seed, 3])
    x = draws[:, :-1]
    approaches = np.expm1(emulator.predict("approaches_2014", x))
    busy = [year for year in calibration.target.years if year.count]
    if busy:
        approaches = approaches * mcmc.year_effect(emulator, draws, busy[0], luck)
    situation = emulator.basis.at_level(x, RULES.index(READING), READING.levels.index("situation"))
    by_orders = emulator.basis.levels_of(x, RULES.index(READING)) == READING.levels.index("orders")
    a_year = calibration.patrol_strikes / (WORKS_DAYS / DAYS_A_YEAR)
    exposures = Exposures(
        ground_ages(seed, _WORLDS_FOR_AGES, settings(np.median(x, axis=0).tolist())),
        approaches,
        special.expit(emulator.predict("p_read_works", np.where(by_orders[:, None], situation, x))),
        max(a_year, _LEAST_STRIKES) / Mines.model_fields["strikes_per_km"].default,
    )
    return rates(record, statistics(record), exposures, seed)


def keep(calibration: Calibration, rates_: Sequence[FittedRate], folder: Path, seed: int) -> None:
    """``posterior.csv``, a draw a row with the values by dotted path; ``chains.nc``; ``calibration.json``."""
    values = [settings(draw[:-1].tolist()) | YEARS.settings(float(draw[-1])) for draw in calibration.draws]
    fitted = pd.DataFrame(values).assign(
        **{path: its for rate in rates_ for path, its in rate.values.items()}
    )
    table = pd.concat([fitted, from_priors(len(fitted), seed)], axis=1)
    write_whole(
        folder / POSTERIOR, lambda to: table.to_csv(to, index=False, float_format=DIGITS, lineterminator="\n")
    )
    write_whole(folder / "chains.nc", lambda to: mcmc.keep_chains(calibration.sampled, _DEVIATES, to))
    write_json(folder / "calibration.json", as_figures(calibration) | {"rates": rate_figures(rates_)})


def as_figures(calibration: Calibration) -> dict[str, Any]:
    """The diagnostics as plain values."""
    prior, draws = (0.05, 0.5, 0.95), calibration.of_unknowns
    rhat = dict(zip(_DEVIATES, calibration.sampled.rhat.tolist(), strict=True))
    unknowns = {
        unknown.name: {
            "paths": list(unknown.paths),
            "prior": unknown.prior.words,
            "source": unknown.reason,
            "posterior": [unknown.value(float(q)) for q in np.quantile(draws[:, i], prior)],
            "sd_ratio": float(calibration.ratios[i]),
            "identified": bool(calibration.ratios[i] <= _UNIDENTIFIED),
            "rhat": rhat[unknown.name],
        }
        for i, unknown in enumerate((*UNKNOWNS, YEARS))
    }
    return {
        "target": dict(calibration.target.summaries),
        "rows": calibration.rows[0],
        "held_out": calibration.rows[1],
        "region": calibration.region,
        "demands": {
            name: {"value": value, "met": met} for name, (value, met) in calibration.verdict.demands.items()
        },
        "accepted": calibration.verdict.accepted,
        "apart": {
            name: float(value)
            for name, value in zip(NAMES, calibration.apart, strict=False)
            if abs(value) > _APART
        },
        "second_method": {
            "coverage": calibration.nearest.coverage,
            "skewed": calibration.nearest.skewed,
            "gain": float(calibration.nearest.gain.mean()),
        },
        "gain": float(calibration.emulated.gain.mean()),
        "explained": {
            name: law.explained
            for laws in (calibration.emulator.counts, calibration.emulator.numbers)
            for name, law in laws.items()
        },
        "unknowns": unknowns,
        "rules": {
            rule.name: {
                "paths": list(rule.paths),
                "source": rule.reason,
                "prior": 1.0 / len(rule.levels),
                "levels": {
                    level: {
                        "weight": float(its.weights[i]),
                        "interval": [float(its.low[i]), float(its.high[i])],
                        "nearest": float(its.nearest[i]),
                    }
                    for i, level in enumerate(rule.levels)
                },
                "outweighs": its.outweighs,
                "told_apart": its.told_apart,
                "held_out": [float(by.told[k]) for by in (calibration.emulated, calibration.nearest)],
                "rhat": rhat[rule.name],
            }
            for k, (rule, its) in enumerate(zip(RULES, calibration.weighed, strict=True))
        },
    }


def rate_figures(rates_: Sequence[FittedRate]) -> dict[str, Any]:
    """Rates that are fitted after the table, as plain values."""
    return {
        rate.name: {
            "prior": rate.prior,
            "counts": rate.counts,
            "posterior": {
                path: np.quantile(values, (0.05, 0.5, 0.95)).tolist() for path, values in rate.values.items()
            },
        }
        for rate in rates_
    }


def first_lines(calibration: Calibration) -> list[str]:
    """What the record identifies and what not, and whether the calibration is accepted, in words."""
    ratios = dict(zip(NAMES, calibration.ratios, strict=True))
    narrowed = sorted((name for name in NAMES if ratios[name] <= _UNIDENTIFIED), key=ratios.__getitem__)
    told = ", ".join(f"{name} ({ratios[name]:.2f})" for name in narrowed) or "nothing"
    rest = ", ".join(name for name in NAMES if ratios[name] > _UNIDENTIFIED) or "nothing"
    lines = [
        f"The record narrows (posterior sd over the prior's): {told}.",
        f"It says next to nothing on: {rest}.",
    ]
    lines += rule_lines(calibration.weighed)
    lone = [name for name in MATTERING if name not in FITTED_INPUTS]
    lines.append(f"Drawn from priors, and not fitted: {', '.join(lone)}.")
    failed = [name for name, (_, met) in calibration.verdict.demands.items() if not met]
    lines.append(f"Not accepted: {'; '.join(failed)}." if failed else "Accepted.")
    return lines


def rule_lines(weighed: Sequence[Weighed]) -> list[str]:
    """What the record says between rival rules, in words: a line a rule."""
    lines = []
    for rule, its in zip(RULES, weighed, strict=True):
        told = ", ".join(
            f"{level} {its.weights[i]:.2f} ({its.low[i]:.2f}-{its.high[i]:.2f})"
            for i, level in enumerate(rule.levels)
        )
        verdict = "" if its.told_apart else "; the record does not tell them apart"
        lines.append(
            f"Of {rule.name}, weight of each rule ({1 / len(rule.levels):.2f} before): {told}{verdict}."
        )
    return lines
