"""The posterior of the unknowns: the emulator's likelihood of the record, under the prior, by MCMC.

Beside the unknowns and rules of the table it has one more unknown, how far years differ, which the table
does not need: rows play 2014 with a year effect of 1, and the years of the record without works are a mixture
over it.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from experiments.calibration.emulator import CountLaw, Emulator
from experiments.calibration.unknowns import Prior, Unknown

Values = NDArray[np.float64]
YEARS = Unknown(
    "year spread",
    ("north.patrols.year_log_sd", "south.patrols.year_log_sd"),
    Prior("uniform", 0, 2.5),
    "assumption: 2010-13 without a crossing, five in 2014",
    "patrols",
)
_NODES, _WORLDS = 15, 24  # of a year's effect, by Gauss and Hermite; of what differs between worlds
_ENSEMBLES, _WALKERS = 4, 96  # more than twice as many walkers as deviates, as emcee asks
_TRIED = 400  # effects of a year out of which one is drawn
_LEAST = 1e-300
_EXPORTED = 1000  # draws of an ensemble


@dataclass(frozen=True)
class YearCount:
    """Crossings recorded in a year without works, and its length in lengths of the table's year."""

    count: int
    exposure: float


@dataclass(frozen=True)
class Target:
    """What the record has: ``summaries`` as a row of the table has them, and years without works."""

    summaries: Mapping[str, float]
    years: Sequence[YearCount]


def log_likelihood(emulator: Emulator, target: Target, x: Values, total: Values | None = None) -> Values:
    """Log likelihood of the record at deviates (n, width + 1), the last of how far years differ.

    ``total`` (n,): a count of crossings for each, where the record knows none.
    """
    table = x[:, :-1]
    found = emulator.log_likelihood(target.summaries, table, ("total_2014",), total)
    law = emulator.counts["total_2014"]
    spread = YEARS.prior.quantile(stats.norm.cdf(x[:, -1]))
    return found + log_years(law, emulator.basis.features(table), spread, target.years)


def log_years(law: CountLaw, phi: Values, spread: Values, years: Sequence[YearCount]) -> Values:
    """Log probability of years without works, one world's: what differs between worlds is common to them.

    The mean is the law's at each row of ``phi``; a year's effect is log-normal of mean 1, log sd ``spread``.
    """
    shape = 1.0 / law.dispersion
    worlds = stats.gamma.ppf((np.arange(_WORLDS) + 0.5) / _WORLDS, shape, scale=1.0 / shape)
    deviates, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    effect = np.exp(spread[:, None] * deviates - 0.5 * spread[:, None] ** 2)
    mean = law.mean(phi)
    whole = np.zeros((len(phi), _WORLDS))
    kinds = {(year.count, year.exposure): 0 for year in years}
    for year in years:
        kinds[year.count, year.exposure] += 1
    for (count, exposure), times in kinds.items():
        rate = exposure * mean[:, None, None] * worlds[None, :, None] * effect[:, None, :]
        chance = np.exp(count * np.log(rate + _LEAST) - rate - special.gammaln(count + 1.0)) @ weights
        whole += times * np.log(chance + _LEAST)
    return np.asarray(special.logsumexp(whole, axis=1) - np.log(_WORLDS))


def year_effect(emulator: Emulator, x: Values, year: YearCount, luck: np.random.Generator) -> Values:
    """A draw of the effect of a year with this count, at each draw of the posterior (n, width + 1)."""
    spread = YEARS.prior.quantile(stats.norm.cdf(x[:, -1]))
    mean = year.exposure * emulator.counts["total_2014"].mean(emulator.basis.features(x[:, :-1]))
    deviates = luck.normal(size=(len(x), _TRIED))
    effect = np.exp(spread[:, None] * deviates - 0.5 * spread[:, None] ** 2)
    rate = mean[:, None] * effect
    log = year.count * np.log(rate + _LEAST) - rate
    chosen = np.argmax(log + luck.gumbel(size=log.shape), axis=1)  # a draw by these weights
    return np.asarray(effect[np.arange(len(x)), chosen])


def log_posterior(emulator: Emulator, target: Target, x: Values) -> Values:
    """Up to a constant, at deviates (n, width + 1)."""
    return log_likelihood(emulator, target, x) - 0.5 * (x * x).sum(axis=1)


@dataclass(frozen=True)
class Sampled:
    """Draws (ensembles, steps, walkers, width + 1); R-hat, and autocorrelation times run, by deviate."""

    chains: Values
    rhat: Values
    times: Values

    def draws(self, n: int, seed: int) -> Values:
        """``n`` draws (n, width + 1), evenly out of all chains, in an order of no meaning."""
        flat = self.chains.reshape(-1, self.chains.shape[-1])
        even = flat[np.linspace(0, len(flat) - 1, n).round().astype(int)]
        return np.random.default_rng([seed, 11]).permutation(even)


def sample(emulator: Emulator, target: Target, seed: int, steps: int = 4000) -> Sampled:
    """Draws of the posterior, by four ensembles of their own, each from the prior's own law."""
    import emcee

    n = emulator.basis.width + 1
    chains, times = [], []
    for k in range(_ENSEMBLES):
        luck = np.random.default_rng([seed, k])
        start = luck.normal(size=(4 * _WALKERS, n))
        start = start[np.argsort(-log_posterior(emulator, target, start))[:_WALKERS]]
        sampler = emcee.EnsembleSampler(
            _WALKERS,
            n,
            lambda x: log_posterior(emulator, target, x),
            vectorize=True,
            moves=[(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)],
        )
        sampler.random_state = np.random.RandomState(int(luck.integers(2**31))).get_state()
        sampler.run_mcmc(start, steps)
        kept = sampler.get_chain(discard=steps // 4)
        chains.append(kept)
        times.append(len(kept) / np.maximum(emcee.autocorr.integrated_time(kept, tol=0), 1.0))
    return Sampled(np.stack(chains), _rhat(np.stack(chains)), np.min(times, axis=0))


def keep_chains(sampled: Sampled, names: Sequence[str], to: Path) -> None:
    """Some of each ensemble's draws as ArviZ exports them: deviates by unknown, in netCDF."""
    arviz = _arviz()
    of_ensembles = sampled.chains.reshape(_ENSEMBLES, -1, len(names))
    some = of_ensembles[:, :: max(1, of_ensembles.shape[1] // _EXPORTED)]
    arviz.from_dict(posterior={name: some[:, :, i] for i, name in enumerate(names)}).to_netcdf(str(to))


def _arviz() -> Any:
    with warnings.catch_warnings():  # it announces its next series at each import
        warnings.simplefilter("ignore", FutureWarning)
        import arviz
    return arviz


def _rhat(chains: Values) -> Values:
    """R-hat over ensembles, of rank-normalised draws (Vehtari et al. 2021, doi:10.1214/20-BA1221)."""
    arviz = _arviz()
    pooled = chains.reshape(chains.shape[0], -1, chains.shape[-1])
    return np.array([float(arviz.rhat(pooled[:, :, i])) for i in range(pooled.shape[-1])])
