"""Morris screening by SALib: a design of trajectories, and what of an output moves with each group of inputs.

An output is seen twice at each point, under luck of its own each time. The mean of both has effects of the
inputs and of luck; half their difference has those of luck alone, as large. So the same analysis of the
second says what luck makes of an input that does nothing, and both together what is told from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Values = NDArray[np.float64]
_LEVELS = 4
_STEP = _LEVELS / (2 * (_LEVELS - 1))  # by which a member moves in [0, 1]
_RESAMPLES, _FLIPS = 1000, 20_000
_INTERVAL = 0.95
_SPREAD = (_LEVELS + 1) / (12 * (_LEVELS - 1))  # variance of a place among the levels


@dataclass(frozen=True)
class Design:
    """Trajectories: ``x`` (trajectories * (groups + 1), members) in [0, 1]; ``groups``: members of each."""

    groups: Mapping[str, int]
    x: Values

    @property
    def names(self) -> tuple[str, ...]:
        """The groups, in the order of their members."""
        return tuple(self.groups)

    @property
    def length(self) -> int:
        """Points of a trajectory."""
        return len(self.groups) + 1

    @property
    def trajectories(self) -> int:
        """How many there are."""
        return len(self.x) // self.length

    def first(self, trajectories: int) -> "Design":
        """The first of them alone."""
        return Design(self.groups, self.x[: trajectories * self.length])

    @cached_property
    def problem(self) -> dict[str, Any]:
        """As SALib wants it."""
        return _problem(self.groups)

    @cached_property
    def moves(self) -> tuple[NDArray[np.int64], Values]:
        """Which group moves in each step of each trajectory, and up or down its first member, both
        (trajectories, groups)."""
        steps = np.diff(self.x.reshape(self.trajectories, self.length, -1), axis=1)
        first = np.cumsum([0, *self.groups.values()])[:-1]
        of_first = np.sign(np.round(steps[:, :, first], 6))
        which = np.abs(of_first).argmax(axis=2)
        return which, np.take_along_axis(of_first, which[:, :, None], axis=2)[:, :, 0]


def design(groups: Mapping[str, int], trajectories: int, seed: int) -> Design:
    """Trajectories in which each group of so many members moves once, each member up or down by chance."""
    from SALib.sample import morris

    return Design(groups, morris.sample(_problem(groups), trajectories, num_levels=_LEVELS, seed=seed))


def _problem(groups: Mapping[str, int]) -> dict[str, Any]:
    n = sum(groups.values())
    return {
        "num_vars": n,
        "names": [f"x{i}" for i in range(n)],
        "bounds": [[0.0, 1.0]] * n,
        "groups": [name for name, size in groups.items() for _ in range(size)],
    }


def effects(design: Design, y: Values) -> Values:
    """Elementary effects of each group in each trajectory, (trajectories, groups), of an output (points,).

    Signed by the first member's way; of a group of several the sign says nothing.
    """
    which, up = design.moves
    rise = np.diff(y.reshape(design.trajectories, design.length), axis=1) * up / _STEP
    found = np.zeros_like(rise)
    np.put_along_axis(found, which, rise, axis=1)
    return found


def screened(design: Design, first: Values, second: Values, seed: int) -> pd.DataFrame:
    """A row a group, of an output seen twice, (points,) each.

    ``mu_star`` with ``low`` and ``high`` (95%, bootstrap over trajectories), ``mu`` and ``sigma`` (nan of a
    group of several), all of the mean of both; ``luck``: the mu* of half their difference; ``p``: how often
    an input that does nothing would stand out as far; ``share`` of the output's variance, free of luck (below
    0 where luck's part is guessed too high), with the upper end ``share_high`` (95%, one-sided).
    """
    mean, half = (first + second) / 2.0, (first - second) / 2.0
    of_mean, of_luck = _analysed(design, mean, seed), _analysed(design, half, seed)
    a, b = effects(design, first), effects(design, second)
    luck = np.random.default_rng([seed, 17])
    variance = _common_variance(first, second)
    share, share_high = _shares(a * b, variance, luck)
    return pd.DataFrame(
        {
            "mu_star": of_mean["mu_star"],
            "low": np.maximum(of_mean["mu_star"] - of_mean["mu_star_conf"], 0.0),
            "high": of_mean["mu_star"] + of_mean["mu_star_conf"],
            "mu": np.where(_single(design), of_mean["mu"], np.nan),
            "sigma": of_mean["sigma"],
            "luck": of_luck["mu_star"],
            "p": _chances(np.sign(a * b) * np.minimum(np.abs(a), np.abs(b)), luck),
            "share": share,
            "share_high": share_high,
        },
        index=pd.Index(design.names, name="input"),
    )


def _analysed(design: Design, y: Values, seed: int) -> dict[str, Values]:
    """SALib's own figures, a value a group in the order of the design."""
    from SALib.analyze import morris

    found = morris.analyze(design.problem, design.x, y, _RESAMPLES, _INTERVAL, num_levels=_LEVELS, seed=seed)
    order = [list(found["names"]).index(name) for name in design.names]
    wanted = ("mu", "mu_star", "sigma", "mu_star_conf")
    return {name: np.ma.filled(np.ma.asarray(found[name], float), np.nan)[order] for name in wanted}


def _single(design: Design) -> NDArray[np.bool_]:
    return np.array(list(design.groups.values())) == 1


def _common_variance(first: Values, second: Values) -> float:
    """The variance over points that both repeats have in common: what no luck makes; at least 0."""
    return max(float(np.mean((first - first.mean()) * (second - second.mean()))), 0.0)


def _shares(products: Values, variance: float, luck: np.random.Generator) -> tuple[Values, Values]:
    """Share of the variance by products of both repeats' effects (trajectories, groups), and its upper end.

    Their mean is the mean square of the true effects, without luck's, and stands for the variance that a
    straight line of this slope has over the levels. nan where the output has no variance.
    """
    if variance == 0.0:
        return np.full(products.shape[1], np.nan), np.full(products.shape[1], np.nan)
    again = luck.integers(len(products), size=(_RESAMPLES, len(products)))
    scale = _SPREAD / variance
    high = np.quantile(products[again].mean(axis=1), _INTERVAL, axis=0)
    return np.asarray(scale * products.mean(axis=0)), np.asarray(scale * np.maximum(high, 0.0))


def _chances(excess: Values, luck: np.random.Generator) -> Values:
    """How likely the mean of each column, (trajectories, groups), is as large where its signs are chance's.

    Where an input does nothing, both repeats' effects are luck's, each as likely up as down, so that the
    sign of what they have in common is a coin's: the test is exact, and knows nothing of laws.
    """
    signs = luck.choice([-1.0, 1.0], size=(_FLIPS, len(excess)))
    as_large = (signs @ excess >= excess.sum(axis=0) - 1e-12).sum(axis=0)
    return np.asarray((1.0 + as_large) / (1.0 + _FLIPS))
