"""How a volley of warning shots is read: the rule that MODEL.md tells, and two rivals of it.

Nobody has published how such shots are read. The rivals differ in what a measure can touch: by the
situation, tension and the place count; by the word, only that a warning was understood before, and where
rounds strike; by orders, nothing but where they strike, for who has no such orders answers nothing.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sim.parameters.force import Conduct, Reading
from sim.randomness import logistic


class Volley(NamedTuple):
    """A volley as the unit under it has it.

    ``strike_m``: how far off its rounds strike; ``sure``: the unit's own-ground belief, 0 to 1; ``warned``:
    it has understood a warning before; ``tension``, 0 to 1, and ``casualties`` that are remembered: its own
    side's; ``orders``: uniform on (0, 1), and the unit's for good.
    """

    strike_m: float
    sure: float
    warned: bool
    night: bool
    tension: float
    casualties: bool
    orders: float


def by_situation(conduct: Conduct, volley: Volley) -> float:
    """The chance of reading an attack by all of the situation, logistic."""
    return logistic(
        conduct.attack_intercept
        + conduct.attack_sureness * volley.sure
        + conduct.attack_tension * volley.tension
        + conduct.attack_night * float(volley.night)
        + conduct.attack_near * _nearness(conduct, volley)
        + conduct.attack_casualties * volley.casualties
    )


def by_word(conduct: Conduct, volley: Volley) -> float:
    """The chance by whether anybody spoke before, and by where rounds strike: those without a word attack.

    Neither tension nor the place matters. (FACTS: most exchanges began with rounds at a post that nobody
    had announced, few with shots after broadcasts.)
    """
    return logistic(
        conduct.attack_intercept
        + conduct.attack_unspoken * (not volley.warned)
        + conduct.attack_near * _nearness(conduct, volley)
    )


def by_orders(conduct: Conduct, volley: Volley) -> float:
    """1 for rounds that strike near a unit whose orders are to answer them, else 0: no chance is left."""
    return float(volley.orders < conduct.attack_share and volley.strike_m < conduct.near_m)


def _nearness(conduct: Conduct, volley: Volley) -> float:
    """1 at one's feet, one half at ``near_m``, 0 far away."""
    return conduct.near_m / (conduct.near_m + volley.strike_m)


READINGS: Mapping[Reading, Callable[[Conduct, Volley], float]] = {
    "situation": by_situation,
    "spoken_to": by_word,
    "orders": by_orders,
}
