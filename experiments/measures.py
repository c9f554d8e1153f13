"""What is counted in a run, by its name in tables and in ``figures.json``."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.outcome import CLASH_RUNG, RUNGS
from sim.parameters import SIDES

YEAR = 365.0  # days

HEADLINE = {
    "clashes": "accidental clashes",
    "clashes_violation": "  begun by a violation",
    "clashes_otherwise": "  begun otherwise",
}
LADDER = {"incidents": "incidents (rung 0+)"} | {
    f"rung_{r}": f"rung {r}+ {RUNGS[r]}" for r in range(1, len(RUNGS))
}
CONDUCT = {
    "answered": "answered fire",
    "answered_warning_shots": "  in reply to warning shots",
    "answered_rounds_at_post": "  in reply to rounds at a post",
    "recorded_by_south": "crossings recorded by the south",
    "recorded_by_north": "crossings recorded by the north",
    "crossings_north": "crossings by the north's units",
    "deep_crossings_north": "  deep (beyond 5 m)",
    "unanswered_north": "  nobody responded to",
    "crossings_south": "crossings by the south's units",
    "deep_crossings_south": "  deep (beyond 5 m) ",
    "unanswered_south": "  nobody responded to ",
    "violations": "perceived violations",
    "false_incidents": "  false incidents",
    "approach_broadcasts": "broadcasts at an approach",
    "broadcasts": "broadcasts in incidents",
    "warning_volleys": "volleys of warning shots",
    "stray_shots": "stray shots",
    "mine_strikes": "mine strikes",
    "casualties": "casualties by fire",
    "casualties_mines": "casualties by mines",
}
MEASURES = HEADLINE | LADDER | CONDUCT
# where a label alone does not say what is counted
_NOUNS = {
    "clashes_violation": "accidental clashes begun by a violation",
    "clashes_otherwise": "accidental clashes begun otherwise",
    "incidents": "incidents",
    **{f"rung_{r}": f"incidents at rung {r}+ ({RUNGS[r]})" for r in range(1, len(RUNGS))},
    "answered_warning_shots": "fire in answer to warning shots",
    "answered_rounds_at_post": "fire in answer to rounds at a post",
    **{f"deep_crossings_{s}": f"crossings deeper than 5 m by the {s}'s units" for s in SIDES},
    **{f"unanswered_{s}": f"crossings by the {s}'s units that nobody responded to" for s in SIDES},
}
BOTH_SIDES = ("approach_broadcasts", "stray_shots", "casualties")


def noun(measure: str) -> str:
    """What a measure counts, in words that stand by themselves."""
    return _NOUNS.get(measure) or MEASURES[measure].strip()


def counted(row: Mapping[str, Any], measure: str) -> float:
    """The count of a measure in a run's row, added over the sides where the row has it by side."""
    if measure in BOTH_SIDES:
        return row[f"{measure}_north"] + row[f"{measure}_south"]
    return row[measure]


def by_world(runs: pd.DataFrame, *measures: str) -> pd.DataFrame:
    """Events of the measures and exposed ``years``, each summed over a world's runs; by world."""
    found = runs.groupby("world")[[*measures, "days"]].sum()
    return found.assign(years=found.pop("days") / YEAR)


def accidental_clashes(incidents: pd.DataFrame) -> pd.Series:
    """Which incidents are accidental clashes."""
    return incidents["accidental"].astype(bool) & (incidents["rung"] >= CLASH_RUNG)


def with_totals(rows: list[dict[str, Any]] | pd.DataFrame) -> pd.DataFrame:
    """Run rows as a table, with the columns that add both sides."""
    runs = pd.DataFrame(rows)
    return runs.assign(**{name: counted(runs, name) for name in BOTH_SIDES})
