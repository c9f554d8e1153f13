"""What every day begins with: tension as it has come to be, what governments make of it, stray rounds.

``begin_day`` is one function for all of it, since most days bring nothing else.
"""

from typing import NamedTuple

import numpy as np

from sim.arithmetic import relax
from sim.codes import Posture
from sim.compiled import compiled
from sim.constants import DAY
from sim.sides import NORTH, SOUTH
from sim.state import State

_HIGHEST = int(Posture.PREDELEGATED)


class Days(NamedTuple):
    """What a day begins with and leaves behind: rows and columns of the state (``sim.state.State``)."""

    run: np.ndarray
    governments: np.ndarray
    daily: np.ndarray
    talks: np.ndarray

    @classmethod
    def of(cls, state: State) -> "Days":
        """Those of a state."""
        return cls(state.run, state.governments, state.daily, state.talks)


@compiled
def remembers_casualties(government, minute, rules):
    """Whether own casualties are recent."""
    return minute - government.casualties_at < rules.politics_casualty_memory_days * DAY


@compiled
def posture(government, tension, minute, rules):
    """The number of a posture: by tension, and recent casualties raise it by one step."""
    step = (tension >= rules.politics_alert_at) + (tension >= rules.politics_predelegate_at)
    return min(_HIGHEST, step + remembers_casualties(government, minute, rules))


@compiled
def set_activity(government, tension, rules):
    """How much front-line work and patrolling there is, as a government's tension has it."""
    above = tension - rules.politics_resting if rules.moves_work else 0.0
    government.work_intensity = max(0.0, 1.0 + rules.politics_work_response * above)
    government.patrol_intensity = max(0.0, 1.0 + rules.politics_patrol_response * above)


@compiled
def settle_tension(days, records, minute):
    """Keep the governments' tension as of ``minute``."""
    run, north, south = days.run[0], days.governments[NORTH], days.governments[SOUTH]
    minutes = minute - run.tension_at
    if minutes > 0.0:
        rules = records[NORTH]
        rests = rules.rests_at, records[SOUTH].rests_at
        north.tension, south.tension = relax(
            north.tension,
            south.tension,
            rests[NORTH],
            rests[SOUTH],
            rules.feedback_half_life_days,
            rules.feedback_k,
            minutes / DAY,
        )
    run.tension_at = minute


@compiled
def keep_day(days, minute):
    """Keep tension and talks as the day of ``minute`` begins with them."""
    today = int(minute // DAY)
    for side in range(2):
        days.daily[today, side] = days.governments[side].tension
    days.talks[today] = days.run[0].talks


@compiled
def heed(governments, records):
    """Take over how much work and patrolling the governments have decided on."""
    for side in range(2):
        records[side].work_intensity = governments[side].work_intensity
        records[side].patrol_intensity = governments[side].patrol_intensity


@compiled
def begin_day(days, records, minute):
    """Begin a day on which nobody else decides."""
    settle_tension(days, records, minute)
    keep_day(days, minute)
    for side in range(2):
        government = days.governments[side]
        government.posture = posture(government, government.tension, minute, records[side])
        set_activity(government, government.tension, records[side])
    heed(days.governments, records)
