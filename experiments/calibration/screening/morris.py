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
    def ways(self) -> Values:
        """Up (1) or down (-1): how each member moves in each trajectory, once, (trajectories, members)."""
        whole = self.x.reshape(self.trajectories, self.length, -1)
        return np.asarray(np.sign(whole[:, -1] - whole[:, 0]))

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Which group moves in each step of each trajectory, (trajectories, groups)."""
        steps = np.diff(self.x.reshape(self.trajectories, self.length, -1), axis=1)
        return np.asarray(np.abs(np.round(steps[:, :, self._first], 6)).argmax(axis=2))

    @cached_property
    def _first(self) -> NDArray[np.int64]:
        """The first member of each group."""
        return np.cumsum([0, *self.groups.values()])[:-1]

    def members(self, group: int) -> slice:
        """The columns of a group."""
        first = int(self._first[group])
        return slice(first, first + self.groups[self.names[group]])


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
    """What each group's move makes of an output (points,), by the step, (trajectories, groups)."""
    rise = np.diff(y.reshape(design.trajectories, design.length), axis=1) / _STEP
    found = np.zeros_like(rise)
    np.put_along_axis(found, design.order, rise, axis=1)
    return found


def screened(design: Design, first: Values, second: Values, seed: int) -> pd.DataFrame:
    """A row a group, of an output seen twice, (points,) each.

    ``mu_star`` with ``low`` and ``high`` (95%, bootstrap over trajectories), ``mu`` and ``sigma`` (nan of a
    group of several), all of the mean of both; ``luck``: the mu* of half their difference; ``p``: how often
    an input that does nothing would stand out as far; ``share`` of the output's variance, free of luck (below
    0 where luck's part is guessed too high), with the upper end ``share_high`` (95%, one-sided), and
    ``one_way``, the share of what goes one way with the members: a part of it, and surer.
    """
    mean, half = (first + second) / 2.0, (first - second) / 2.0
    of_mean, of_luck = _analysed(design, mean, seed), _analysed(design, half, seed)
    seen = np.stack([effects(design, first), effects(design, second)])
    luck = np.random.default_rng([seed, 17])
    return pd.DataFrame(
        {
            "mu_star": of_mean["mu_star"],
            "low": np.maximum(of_mean["mu_star"] - of_mean["mu_star_conf"], 0.0),
            "high": of_mean["mu_star"] + of_mean["mu_star_conf"],
            "mu": np.where(_single(design), of_mean["mu"], np.nan),
            "sigma": of_mean["sigma"],
            "luck": of_luck["mu_star"],
            "p": np.minimum(2.0 * np.minimum(_one_way(design, seen, luck), _common(seen, luck)), 1.0),
        }
        | _shares(design, seen, _common_variance(first, second), luck),
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


def _shares(design: Design, seen: Values, variance: float, luck: np.random.Generator) -> dict[str, Values]:
    """Shares of the variance by both repeats' effects (2, trajectories, groups), a value a group.

    The product of both repeats' effects is the square of the true one, without luck's; that of any two moves,
    by the ways in which each member went, the square of what goes one way. Each stands for the variance that
    a straight line of its slope has over the levels. nan where the output has no variance.
    """
    groups = seen.shape[2]
    if variance == 0.0:
        return dict.fromkeys(("share", "share_high", "one_way"), np.full(groups, np.nan))
    products = seen[0] * seen[1]
    again = luck.integers(len(products), size=(_RESAMPLES, len(products)))
    high = np.quantile(products[again].mean(axis=1), _INTERVAL, axis=0)
    n, one_way = 2 * len(products), np.zeros(groups)
    for k in range(groups):
        by_member = _by_member(design, seen, k)
        pairs = by_member.sum(axis=0) ** 2 - (by_member**2).sum(axis=0)
        one_way[k] = pairs.sum() / (n * (n - 1))
    scale = _SPREAD / variance
    return {
        "share": scale * products.mean(axis=0),
        "share_high": scale * np.maximum(high, 0.0),
        "one_way": scale * one_way,
    }


def _by_member(design: Design, seen: Values, group: int) -> Values:
    """Effects of a group in either repeat, by the way that each member went, (2 trajectories, members)."""
    ways = design.ways[:, design.members(group)]
    return np.concatenate([each[:, group, None] * ways for each in seen])


def _one_way(design: Design, seen: Values, luck: np.random.Generator) -> Values:
    """How likely what goes one way with the members is as large where luck alone moves an output, (groups,).

    Where an input does nothing, what a move makes is as likely up as down: the test turns the signs of single
    moves by chance. It is exact, and knows nothing of laws; so is ``_common``.
    """
    signs = luck.choice([-1.0, 1.0], size=(_FLIPS, 2 * seen.shape[1]))
    found = []
    for k in range(seen.shape[2]):
        by_member = _by_member(design, seen, k)
        found.append(_chance(((signs @ by_member) ** 2).sum(axis=1), (by_member.sum(axis=0) ** 2).sum()))
    return np.array(found)


def _common(seen: Values, luck: np.random.Generator) -> Values:
    """The same of what both repeats of a trajectory have in common, whichever way it goes, (groups,).

    Its mean is mu* less luck's: the smaller of both sizes, with the sign of their product.
    """
    a, b = seen
    common = np.sign(a * b) * np.minimum(np.abs(a), np.abs(b))
    signs = luck.choice([-1.0, 1.0], size=(_FLIPS, len(common)))
    turned = signs @ common
    return np.array([_chance(turned[:, k], common[:, k].sum()) for k in range(common.shape[1])])


def _chance(turned: Values, found: float) -> float:
    """The share of values under chance that are as large as what was found, itself among them."""
    return float((1.0 + (turned >= found - 1e-9 * abs(found)).sum()) / (1.0 + len(turned)))
