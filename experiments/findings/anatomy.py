"""The anatomy of accidents: what removing each ingredient does, alone and shared fairly among all.

The value of a set is the number of accidental clashes of the same runs with that set removed, expected and
counted. What is told is by how much a removal lowers it, a year: of each ingredient alone, and as its Shapley
value, the mean over orders in which one after the other is removed. Worlds are the clusters; each has orders
of its own, so that intervals know their luck too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.design.anatomy import AnatomyDesign
from experiments.design.ingredients import Ingredient
from experiments.statistics.intervals import Events, Pilot, difference_interval, with_limits
from experiments.statistics.shapley import NOBODY, alone, before_and_after, everybody
from experiments.statistics.verdict import Verdict, family_level, verdict_of
from experiments.wording import Ends

Values = NDArray[np.float64]
Way = Literal["alone", "shapley"]
EVENTS: tuple[Events, ...] = ("expected", "counted")


class Effect(Ends):
    """By how much a removal lowers clashes, a year; below 0 it raises them. Null where there are no limits.

    ``verdict``: what it makes of them; ``effective_worlds``: on how many worlds that rests.
    """

    estimate: float
    verdict: Verdict
    effective_worlds: float


class IngredientFigures(TypedDict):
    """An ingredient: what its removal does alone, and its Shapley value, by the events that are meant."""

    name: str
    removed: str
    stays: str
    alone: dict[str, Effect]
    shapley: dict[str, Effect]


class AnatomyFigures(TypedDict):
    """All that was found: clashes a year with nothing removed and with everything, by the events that are
    meant, and what that is lower by; and the ingredients, the most by their Shapley value first.

    ``leads``: the events by which they are told first. ``level``: of each interval of a family, so that all
    hold together at 95%.
    """

    runs: int
    worlds: int
    years: float
    orders: int
    plays: int
    leads: Events
    level: float
    whole: dict[str, float]
    bare: dict[str, float]
    together: dict[str, Effect]
    ingredients: list[IngredientFigures]


@dataclass(frozen=True)
class Removals:
    """Plays as numbers: by world in the order of the design, what each coalition came to, of both its lucks.

    ``values``: by world, by coalition, by events; ``unchanged``: coalitions under which no run came out
    otherwise.
    """

    design: AnatomyDesign
    values: tuple[dict[int, dict[str, float]], ...]
    unchanged: frozenset[int]

    @classmethod
    def of(cls, design: AnatomyDesign, plays: pd.DataFrame) -> "Removals":
        """Of the rows that ``experiments.play.removals`` gives."""
        sums = plays.groupby(["world", "coalition"])[[*EVENTS]].sum()
        values = tuple(
            {int(coalition): row for coalition, row in sums.loc[world].to_dict("index").items()}
            for world in design.worlds
        )
        as_it_was = plays[plays["coalition"] == NOBODY].set_index("run")["digest"]
        changed = plays["digest"].to_numpy() != as_it_was.loc[plays["run"]].to_numpy()
        otherwise = {int(each) for each in plays.loc[changed, "coalition"]}
        return cls(design, values, frozenset(map(int, plays["coalition"])) - otherwise)

    def under(self, coalition: int, events: str) -> Values:
        """What a coalition that all worlds played came to, (worlds,)."""
        return np.array([value[coalition][events] for value in self.values])

    def along_orders(self, player: int, events: str) -> tuple[Values, Values]:
        """Clashes without a player's removal and with it, the mean over each world's orders, (worlds,)
        both.
        """
        pairs = [
            before_and_after(orders, {each: its[events] for each, its in value.items()}, player)
            for orders, value in zip(self.design.orders, self.values, strict=True)
        ]
        before, after = np.array(pairs, dtype=float).T
        return before, after


def anatomy_of(
    removals: Removals, removable: Sequence[Ingredient], years: float, leads: Events = "expected"
) -> AnatomyFigures:
    """What was found, over so many exposed years of the runs; ``removable`` are the players of the design.

    ``leads``: the events by which ingredients are ordered and told; what is expected of agents of one's own
    is not known, and then clashes are counted.
    """
    design, everything = removals.design, everybody(len(removable))
    level = family_level(len(removable))
    parts = [
        IngredientFigures(
            name=each.name,
            removed=each.removed,
            stays=each.stays,
            alone=_removed_together(removals, alone(player), years, level),
            shapley={
                events: _effect(removals, removals.along_orders(player, events), events, years, level)
                for events in EVENTS
            },
        )
        for player, each in enumerate(removable)
    ]
    return AnatomyFigures(
        runs=design.runs,
        worlds=len(design.worlds),
        years=years,
        orders=sum(map(len, design.orders)),
        plays=design.plays,
        leads=leads,
        level=level,
        whole=_a_year(removals, NOBODY, years),
        bare=_a_year(removals, everything, years),
        together=_removed_together(removals, everything, years, 0.95),
        ingredients=sorted(parts, key=lambda part: -part["shapley"][leads]["estimate"]),
    )


def _a_year(removals: Removals, coalition: int, years: float) -> dict[str, float]:
    return {events: float(removals.under(coalition, events).sum() / years) for events in EVENTS}


def _removed_together(removals: Removals, coalition: int, years: float, level: float) -> dict[str, Effect]:
    """What it does to remove a coalition that all worlds have played."""
    identical = coalition in removals.unchanged
    return {
        events: _effect(
            removals,
            (removals.under(NOBODY, events), removals.under(coalition, events)),
            events,
            years,
            level,
            identical,
        )
        for events in EVENTS
    }


def _effect(
    removals: Removals,
    before_after: tuple[Values, Values],
    events: Events,
    years: float,
    level: float,
    identical: bool = False,
) -> Effect:
    """By how much clashes are lower after than before, by world, (worlds,) both."""
    before, after = before_after
    found = difference_interval(
        after, before, years, pool=_pool(removals, events), level=level, events=events
    )
    found = with_limits(found, before.size)
    low, high = (None if math.isnan(end) else -end + 0.0 for end in (found.high, found.low))
    return Effect(
        estimate=-found.estimate + 0.0,
        low=low,
        high=high,
        verdict=verdict_of(found, identical),
        effective_worlds=found.effective_clusters,
    )


def _pool(removals: Removals, events: Events) -> Pilot:
    """What all arms that every world played know of the size of clusters."""
    players = removals.design.players
    arms = {NOBODY, everybody(players), *map(alone, range(players))}
    pools = [Pilot.of(removals.under(each, events)) for each in sorted(arms)]
    return sum(pools[1:], pools[0])


def table_of(figures: AnatomyFigures) -> pd.DataFrame:
    """A row for each ingredient, way and sort of events."""
    ways: tuple[Way, ...] = ("shapley", "alone")
    return pd.DataFrame(
        {"ingredient": part["name"], "way": way, "events": events} | part[way][events]
        for part in figures["ingredients"]
        for way in ways
        for events in EVENTS
    )
