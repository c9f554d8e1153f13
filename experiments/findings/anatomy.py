"""The anatomy of accidents: what removing each ingredient does, alone and shared fairly among all.

The value of a set is the number of accidental clashes of the same runs with that set removed, expected and
counted. What is told is by how much a removal lowers it, a year: of each ingredient alone, and as its Shapley
value, the mean over orders in which one after the other is removed. Worlds are the clusters; each has orders
of its own, so that intervals know their luck too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.design.anatomy import AnatomyDesign
from experiments.design.ingredients import Ingredient
from experiments.findings.by_draw import Share
from experiments.findings.over_draws import Spread
from experiments.findings.weighing import FEWEST
from experiments.statistics.by_draw import ratio_by_draw
from experiments.statistics.intervals import Events, Pilot, difference_interval, with_limits
from experiments.statistics.shapley import NOBODY, alone, before_and_after, everybody
from experiments.statistics.verdict import Verdict, family_level, verdict_of
from experiments.wording import Ends

Values = NDArray[np.float64]
Way = Literal["alone", "shapley"]
_ROUNDING = 1e-9  # of sums of chances
EVENTS: tuple[Events, ...] = ("expected", "counted")


class Effect(Ends):
    """By how much a removal lowers clashes, a year; below 0 it raises them. Null where there are no limits.

    ``verdict``: what it makes of them; ``effective_worlds``: on how many worlds that rests.
    """

    estimate: float
    verdict: Verdict
    effective_worlds: float


class RemovalOverDraws(TypedDict):
    """Over draws of a posterior, each with a world of its own: the share in which a removal lowers what is
    expected, alone and as its Shapley value; and the ratio of that, alone, to what it was.
    """

    ratio: Spread
    alone: Share
    shapley: Share


class IngredientFigures(TypedDict):
    """An ingredient: what its removal does alone, and its Shapley value, by the events that are meant; and
    what that is over draws, null without a posterior and over too few of them.
    """

    name: str
    removed: str
    stays: str
    alone: dict[str, Effect]
    shapley: dict[str, Effect]
    draws: RemovalOverDraws | None


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
    """Plays as numbers: by world in the order of the design, what each coalition came to.

    ``values``: by world, by coalition, by events, of each luck (lucks,); ``unchanged``: coalitions under
    which no run came out otherwise.
    """

    design: AnatomyDesign
    values: tuple[dict[int, dict[str, Values]], ...]
    unchanged: frozenset[int]

    @classmethod
    def of(cls, design: AnatomyDesign, plays: pd.DataFrame) -> "Removals":
        """Of the rows that ``experiments.study.removals`` gives."""
        values: dict[int, dict[int, dict[str, Values]]] = {world: {} for world in design.worlds}
        for (world, coalition), rows in plays.sort_values("run").groupby(["world", "coalition"]):
            values[world][coalition] = {events: rows[events].to_numpy(float) for events in EVENTS}
        as_it_was = plays[plays["coalition"] == NOBODY].set_index("run")["digest"]
        changed = plays["digest"].to_numpy() != as_it_was.loc[plays["run"]].to_numpy()
        otherwise = {int(each) for each in plays.loc[changed, "coalition"]}
        unchanged = frozenset(map(int, plays["coalition"])) - otherwise
        return cls(design, tuple(values.values()), unchanged)

    def under(self, coalition: int, events: str) -> Values:
        """What a coalition that all worlds played came to, (worlds, lucks)."""
        return np.array([value[coalition][events] for value in self.values])

    def along_orders(self, player: int, events: str) -> tuple[Values, Values]:
        """Clashes before a player's removal and after it, (worlds, lucks); means over a world's orders."""
        pairs = [
            before_and_after(orders, {each: its[events] for each, its in value.items()}, player)
            for orders, value in zip(self.design.orders, self.values, strict=True)
        ]
        before, after = np.array(pairs, dtype=float).swapaxes(0, 1)
        return before, after


def anatomy_of(
    removals: Removals,
    removable: Sequence[Ingredient],
    years: float,
    leads: Events = "expected",
    deviates: Values | None = None,
) -> AnatomyFigures:
    """What was found, over so many exposed years of the runs; ``removable`` are the players of the design.

    ``leads``: the events by which ingredients are ordered and told; what is expected of agents of one's own
    is not known, and then clashes are counted. ``deviates`` (worlds, parameters): of the draws of a posterior
    that the worlds play (``experiments.findings.by_draw``).
    """
    design = removals.design
    family = _Reckoning(removals, years, family_level(design.players), deviates)
    whole = replace(family, level=0.95)
    parts = [family.of(player, each) for player, each in enumerate(removable)]
    return AnatomyFigures(
        runs=design.runs,
        worlds=len(design.worlds),
        years=years,
        orders=sum(map(len, design.orders)),
        plays=design.plays,
        leads=leads,
        level=family.level,
        whole=whole.a_year(NOBODY),
        bare=whole.a_year(everybody(design.players)),
        together=whole.removed(everybody(design.players)),
        ingredients=sorted(parts, key=lambda part: -part["shapley"][leads]["estimate"]),
    )


@dataclass(frozen=True)
class _Reckoning:
    """What is made of removals: over so many exposed ``years``, each interval at a ``level``."""

    removals: Removals
    years: float
    level: float
    deviates: Values | None

    def of(self, player: int, ingredient: Ingredient) -> IngredientFigures:
        """One ingredient."""
        return IngredientFigures(
            name=ingredient.name,
            removed=ingredient.removed,
            stays=ingredient.stays,
            alone=self.removed(alone(player)),
            shapley={events: self._effect(*self._along(player, events), events) for events in EVENTS},
            draws=self._draws(player),
        )

    def a_year(self, coalition: int) -> dict[str, float]:
        """Clashes with a coalition removed that all worlds have played."""
        return {events: float(self.removals.under(coalition, events).sum() / self.years) for events in EVENTS}

    def removed(self, coalition: int) -> dict[str, Effect]:
        """What it does to remove a coalition that all worlds have played."""
        identical = coalition in self.removals.unchanged
        return {
            events: self._effect(*self._together(coalition, events), events, identical) for events in EVENTS
        }

    def _together(self, coalition: int, events: Events) -> tuple[Values, Values]:
        return self.removals.under(NOBODY, events), self.removals.under(coalition, events)

    def _along(self, player: int, events: Events) -> tuple[Values, Values]:
        return self.removals.along_orders(player, events)

    def _effect(self, before: Values, after: Values, events: Events, identical: bool = False) -> Effect:
        """By how much clashes are lower after than before, (worlds, lucks) both."""
        x, y = before.sum(axis=1), after.sum(axis=1)
        found = difference_interval(
            y, x, self.years, pool=_pool(self.removals, events), level=self.level, events=events
        )
        found = with_limits(found, x.size)
        low, high = (None if math.isnan(end) else -end + 0.0 for end in (found.high, found.low))
        return Effect(
            estimate=-found.estimate + 0.0,
            low=low,
            high=high,
            verdict=verdict_of(found, identical),
            effective_worlds=found.effective_clusters,
        )

    def _draws(self, player: int) -> RemovalOverDraws | None:
        """In how many draws a removal lowers what is expected, by the ratios that the worlds allow.

        None where it changes anything in too few of them: all would hang on these.
        """
        pairs = self._together(alone(player), "expected"), self._along(player, "expected")
        told = min(int((np.abs(before - after).sum(axis=1) > _ROUNDING).sum()) for before, after in pairs)
        if self.deviates is None or told < FEWEST:
            return None
        ratios = [
            ratio_by_draw(after, before, self.deviates, np.random.default_rng([player, len(before)]))
            for before, after in pairs
        ]
        low, high = ratios[0].ends
        return RemovalOverDraws(
            ratio=Spread(median=ratios[0].median, low=low, high=high),
            alone=_share(*ratios[0].lowers),
            shapley=_share(*ratios[1].lowers),
        )


def _share(estimate: float, low: float, high: float) -> Share:
    return Share(estimate=estimate, low=low, high=high)


def _pool(removals: Removals, events: Events) -> Pilot:
    """What all arms that every world played know of the size of clusters."""
    players = removals.design.players
    arms = {NOBODY, everybody(players), *map(alone, range(players))}
    pools = [Pilot.of(removals.under(each, events).sum(axis=1)) for each in sorted(arms)]
    return sum(pools[1:], pools[0])


def table_of(figures: AnatomyFigures) -> pd.DataFrame:
    """A row for each ingredient, way and sort of events.

    ``lowers_in``: of expected ones, in which share of draws the removal lowers them, with its 95% interval.
    """
    ways: tuple[Way, ...] = ("shapley", "alone")
    return pd.DataFrame(
        {"ingredient": part["name"], "way": way, "events": events}
        | part[way][events]
        | _lowers(part["draws"] if events == "expected" else None, way)
        for part in figures["ingredients"]
        for way in ways
        for events in EVENTS
    )


def _lowers(draws: RemovalOverDraws | None, way: Way) -> dict[str, float | None]:
    """As columns of a table."""
    ends = (draws[way]["estimate"], draws[way]["low"], draws[way]["high"]) if draws else (None, None, None)
    return dict(zip(("lowers_in", "lowers_in_low", "lowers_in_high"), ends, strict=True))
