"""Which fact is worth measuring first, by the runs of a study over draws.

Of each unknown, each group of them, and data that one could ask for: expected clashes a year that knowing it
would avoid, by letting one choose another policy, and how much of what is not known it tells. A datum is seen
in the first luck of each world and judged by the second, so that it does not know what it is to foretell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.design.plan import Arm
from experiments.findings.by_draw import events_by_draw
from experiments.statistics.by_draw import deviates
from experiments.statistics.information import explained, worth_of

Values = NDArray[np.float64]
Kind = Literal["unknown", "group", "data"]
# What one could ask for, and the figures of a run that it would show.
DATA: Mapping[str, tuple[str, ...]] = {
    "the commission's finding on each recorded crossing": ("false_share",),
    "coordinates of both sides' map lines": ("mean_disagreement_m", "p95_disagreement_m", "map_gap"),
    "distinct sites of recorded crossings": ("sites_a_crossing", "recorded_by_south"),
    "crossings that nobody responded to": ("unanswered_north",),
    "shifts seen near the line": ("approaches_south",),
}


class Fact(TypedDict):
    """``worth``: clashes a year that knowing it avoids, with 95% and the null below which 95% of worthless
    facts come out; ``tells``: the share of the variance, over draws, of the ranks of clashes without one.
    """

    name: str
    kind: Kind
    worth: float
    low: float
    high: float
    null: float
    tells: float


@dataclass(frozen=True)
class OpenQuestion:
    """Parameters that stand for one thing that nobody knows, and the group to which it belongs."""

    name: str
    group: str
    paths: tuple[str, ...]


def facts(
    options: Mapping[str | None, tuple[Arm, pd.DataFrame]],
    sites: pd.DataFrame,
    unknowns: Sequence[OpenQuestion],
    seed: int,
) -> list[Fact]:
    """All facts of one future, the most worth first; ``options`` with no policy (None) the first of them.

    ``sites``: by run of that arm, how many distinct sites its recorded crossings had. Raises ``ValueError``
    where there is no policy to choose.
    """
    tables = {policy: runs for policy, (_, runs) in options.items()}
    draws = sorted(set.intersection(*(set(runs["draw"].astype(int)) for runs in tables.values())))
    events = np.column_stack([events_by_draw(runs, draws) for runs in tables.values()])
    later = np.column_stack([events_by_draw(runs[runs["luck"] == 1], draws) for runs in tables.values()])
    bare = options[None][1].merge(sites, on="run", how="left")
    found = [
        _fact(name, kind, known, events, i, seed)
        for i, (name, kind, known) in enumerate(_unknowns(options[None][0], draws, unknowns))
    ]
    found += [
        _fact(name, "data", known, later, 1000 + i, seed)
        for i, (name, known) in enumerate(_data(bare[bare["luck"] == 0], draws))
    ]
    return sorted(found, key=lambda fact: -fact["worth"])


def _fact(name: str, kind: Kind, known: Values, events: Values, number: int, seed: int) -> Fact:
    luck = np.random.default_rng([seed, number])
    worth = worth_of(events, known, luck)
    tells = explained(deviates(events[:, :1])[:, 0], known, luck) if np.ptp(events[:, 0]) else 0.0
    return Fact(
        name=name,
        kind=kind,
        worth=worth.estimate,
        low=worth.low,
        high=worth.high,
        null=worth.null,
        tells=tells,
    )


def _unknowns(
    arm: Arm, draws: Sequence[int], unknowns: Sequence[OpenQuestion]
) -> Iterator[tuple[str, Kind, Values]]:
    posterior, held = arm.case.posterior, arm.case.held
    assert posterior is not None
    free = [path for path in posterior.paths if path not in held]
    groups: dict[str, list[str]] = {}
    for unknown in unknowns:
        paths = [path for path in unknown.paths if path in free]
        known = deviates(posterior.as_numbers(paths)[list(draws)])
        if known.shape[1]:
            groups.setdefault(unknown.group, []).extend(paths)
            yield unknown.name, "unknown", known
    for group, paths in groups.items():
        known = deviates(posterior.as_numbers(paths)[list(draws)])
        if known.shape[1] > 1:
            yield group, "group", known
    yield "all of them", "group", deviates(posterior.as_numbers(free)[list(draws)])


def _data(first: pd.DataFrame, draws: Sequence[int]) -> Iterator[tuple[str, Values]]:
    shown = first.assign(
        false_share=first["false_incidents"] / first["violations"].where(first["violations"] > 0),
        sites_a_crossing=first["sites"] / first["recorded_by_south"].where(first["recorded_by_south"] > 0),
    )
    by_draw = shown.groupby("draw").first(numeric_only=True).reindex(draws) if len(shown) else shown
    for name, columns in DATA.items():
        some = by_draw[list(columns)].astype(float)
        yield name, deviates(some.fillna(some.median()).fillna(0.0).to_numpy())
