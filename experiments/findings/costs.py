"""What a policy costs beside the baseline: signed so that a cost is positive."""

from typing import TypedDict

import pandas as pd

from experiments.measures import YEAR
from sim.sides import SIDES

# of each side, the columns of runs on which costs rest
COUNTED = tuple(
    f"{what}_{side}"
    for what in ("unanswered", "workdays", "workdays_lost", "deepest_unanswered")
    for side in SIDES
)


class Costs(TypedDict):
    """A year of one run: crossings that nobody responds to, more than without the policy, and
    working days at the line lost to it; the deepest such crossing in metres, with and without it.
    """

    unanswered_north: float
    unanswered_south: float
    workdays_lost_north: float
    workdays_lost_south: float
    deepest_unanswered_north: float
    deepest_unanswered_south: float
    deepest_unanswered_north_baseline: float
    deepest_unanswered_south_baseline: float


def deepest(costs: Costs) -> float:
    """The deepest crossing that nobody responded to under the policy, of either side's units, m."""
    return max(costs["deepest_unanswered_north"], costs["deepest_unanswered_south"])


def deepest_without(costs: Costs) -> float:
    """The same without the policy."""
    return max(costs["deepest_unanswered_north_baseline"], costs["deepest_unanswered_south_baseline"])


def costs_of(runs: pd.DataFrame, baseline: pd.DataFrame) -> Costs:
    """Of the ``paired`` runs of a policy and its baseline, each arm per its own exposed year."""
    found: dict[str, float] = {}
    for side in SIDES:
        found[f"unanswered_{side}"] = _a_year(runs, f"unanswered_{side}") - _a_year(
            baseline, f"unanswered_{side}"
        )
        found[f"workdays_lost_{side}"] = _worked(baseline, side) - _worked(runs, side)
        deepest = f"deepest_unanswered_{side}"
        found[deepest] = float(runs[deepest].max())
        found[f"{deepest}_baseline"] = float(baseline[deepest].max())
    return Costs(**found)  # type: ignore[typeddict-item]  # its keys are those of both sides


def _a_year(runs: pd.DataFrame, column: str) -> float:
    return float(runs[column].sum() / (runs["days"].sum() / YEAR))


def _worked(runs: pd.DataFrame, side: str) -> float:
    """Working days at the line that were done, a year."""
    return _a_year(runs, f"workdays_{side}") - _a_year(runs, f"workdays_lost_{side}")
