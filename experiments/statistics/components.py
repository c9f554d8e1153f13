"""How much of a variance lies between draws, between worlds of a draw, and between lucks of a world."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

Values = NDArray[np.float64]
LEVELS = ("draw", "world", "luck")
_BOOTSTRAPS = 2000


@dataclass(frozen=True)
class Component:
    """One level's part of a variance: the ``variance`` itself, and its ``share`` of the whole with limits."""

    level: str
    variance: float
    share: float
    low: float
    high: float


def components(values: Values, luck: np.random.Generator, level: float = 0.95) -> tuple[Component, ...]:
    """The variance of ``values`` (draws, worlds, lucks), 2 or more of each, by ``LEVELS``; shares add to 1.

    The worlds of a draw are its own. Estimates are those of the nested random-effects ANOVA, unbiased and
    shown as they are where chance makes one negative; shares are nan where nothing varies. Limits are
    quantiles of 2,000 bootstraps over whole draws, as far out as so few draws ask for: measured, of 30
    draws, 95% cover 91-95% where levels are normal and 86-92% where log-normal. Raises ``ValueError`` for
    another shape.
    """
    if values.ndim != 3 or min(values.shape) < 2 or not np.isfinite(values).all():
        raise ValueError("values must be finite (draws, worlds, lucks) with at least 2 of each")
    draws = len(values)
    found = _variances(values, np.arange(draws)[None], 1.0)
    # draws taken twice differ less than draws do, by one part in so many
    again = _variances(values, luck.integers(draws, size=(_BOOTSTRAPS, draws)), draws / (draws - 1.0))
    (shares,), several = _shares(found), _shares(again)
    several = several[np.isfinite(several).all(axis=1)]
    wide = stdtrit(draws - 1, 0.5 * (1.0 + level)) * np.sqrt(draws / (draws - 1.0))
    ends = ndtr((-wide, wide))
    low, high = np.quantile(several, ends, axis=0) if len(several) else np.full((2, len(LEVELS)), np.nan)
    return tuple(
        Component(name, *map(float, numbers))
        for name, *numbers in zip(LEVELS, found[0], shares, low, high, strict=True)
    )


def _variances(values: Values, taken: NDArray[np.int64], between: float) -> Values:
    """Variance by ``LEVELS`` (repeats, 3) of the draws ``taken`` (repeats, draws), whose own mean square is
    multiplied by ``between``.
    """
    _, worlds, lucks = values.shape
    of_worlds = values.mean(axis=2)
    of_draws = of_worlds.mean(axis=1)
    inside = values.var(axis=2, ddof=1).mean(axis=1)  # mean squares of each draw
    among = lucks * of_worlds.var(axis=1, ddof=1)
    luck, world = inside[taken].mean(axis=1), among[taken].mean(axis=1)
    draw = between * worlds * lucks * of_draws[taken].var(axis=1, ddof=1)
    return np.column_stack([(draw - world) / (worlds * lucks), (world - luck) / lucks, luck])


def _shares(variances: Values) -> Values:
    whole = variances.sum(axis=1, keepdims=True)
    return np.divide(variances, whole, out=np.full_like(variances, np.nan), where=whole > 0.0)
