"""Which option has the lowest rate of a future, and whether that is decided against the next."""

from typing import TypedDict

from experiments.findings.regret import Counts, rates_by_policy
from experiments.findings.summary import rate
from experiments.statistics.intervals import (
    FEWEST_DISCORDANT,
    FEWEST_WORLDS,
    Events,
    Pilot,
    difference_interval,
)
from experiments.wording import Rate


class Best(TypedDict):
    """The option (None: no policy) of the lowest rate, the next, and their paired difference.

    ``decided``: its interval excludes 0, so that it may be called best.
    """

    policy: str | None
    next: str | None
    difference: Rate
    level: float
    decided: bool


def best_of(found: Counts, pool: Pilot | None, level: float, events: Events = "counted") -> Best:
    """Of one future with two options or more.

    The two were chosen by their rates: ``level`` is that at which all pairs hold together.
    """
    rates = rates_by_policy(found)
    lowest, following = sorted(rates, key=lambda policy: rates[policy])[:2]
    (y, y_years), (x, x_years) = found[lowest], found[following]
    gap = difference_interval(y, x, (y_years, x_years), pool=pool, level=level, events=events)
    enough = y.size >= FEWEST_WORLDS and gap.events >= FEWEST_DISCORDANT
    return Best(
        policy=lowest,
        next=following,
        difference=rate(gap),
        level=level,
        decided=bool(enough and gap.high < 0.0),
    )
