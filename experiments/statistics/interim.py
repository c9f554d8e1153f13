"""When a study is analysed while it is played, and what each analysis may claim so that all hold.

A rule that stops when an interval is narrow hardly depends on where the interval lies, and cannot
fire before some hundred effective clusters are there: its intervals need no correction (measured:
``experiments.coverage``). A rule that stops when an interval leaves 0 seeks luck, so the
level of every analysis must be higher: Pocock (1977, Biometrika 64:191), one common level for all.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from experiments.statistics.intervals import Interval
from experiments.worlds import LUCKS, whole_worlds

FIRST, FACTOR = 100, 1.25
_NODES = 160  # of the quadrature; 80 give the same level to 7 digits for analyses 1.25 apart


def interim_runs(budget: int, first: int = FIRST, factor: float = FACTOR) -> list[int]:
    """Numbers of runs at which arms are analysed, ascending up to ``budget``, each ``factor`` times
    the one before, whole worlds, none below ``first`` unless the budget is.
    """
    found, n = [budget], float(budget)
    while (n := n / factor) >= first:
        runs = whole_worlds(n + LUCKS / 2)
        if first <= runs < found[-1]:
            found.append(runs)
    return found[::-1]


@lru_cache
def common_level(alpha: float, analyses: tuple[int, ...]) -> float:
    """The two-sided error of every analysis at which the chance of any error is ``alpha``.

    For a Brownian motion seen at ``analyses`` (information in proportion to runs), by the recursive
    integration of Armitage, McPherson & Rowe (1969, JRSS A 132:235). Raises ValueError for
    analyses that do not rise or an ``alpha`` outside 0..1.
    """
    if not 0 < alpha < 1 or not analyses or any(np.diff(analyses) <= 0) or analyses[0] <= 0:
        raise ValueError("need analyses that rise from above 0, and alpha between 0 and 1")
    one = float(-ndtri(alpha / 2))
    if len(analyses) == 1:
        return alpha
    all_apart = float(-ndtri(alpha / 2 / len(analyses)))  # Bonferroni: never too low
    limit = brentq(lambda c: _any_beyond(c, analyses) - alpha, one, all_apart + 1e-9, xtol=1e-10)
    return float(2 * ndtr(-limit))


def _any_beyond(limit: float, analyses: Sequence[int]) -> float:
    """The chance that a Brownian motion, standardised at each analysis, is ever beyond ``limit``."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    z, weights = limit * nodes, limit * weights
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    beyond = 2 * ndtr(-limit)
    for before, now in pairwise(analyses):
        sd = np.sqrt((now - before) / now)
        centre = z * np.sqrt(before / now)
        leaves = ndtr((-limit - centre) / sd) + ndtr((centre - limit) / sd)
        beyond += float((weights * density * leaves).sum())
        step = (z[:, None] - centre[None, :]) / sd
        kernel = np.exp(-(step**2) / 2) / (np.sqrt(2 * np.pi) * sd)
        density = (kernel * (weights * density)).sum(axis=1)
    return float(beyond)


def precise(found: Interval, relative_half_width: float) -> bool:
    """Whether half the interval's width is at most that share of the estimate; never without one."""
    return bool((found.high - found.low) / 2 <= relative_half_width * found.estimate > 0)
