"""The numbers of the summary picture, as tables: what its panels draw, and nothing else."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.measures import YEAR, accidental_clashes
from experiments.statistics.intervals import Interval
from experiments.statistics.survival import survival
from experiments.store.rows import WEEK
from sim.sides import SIDES
from sim.world.geography import COUNTIES, county

BEGUN = {"violation": "begun by a violation", "otherwise": "begun otherwise"}
_BIN_KM = 10.0


def figure_data(
    runs: pd.DataFrame,
    incidents: pd.DataFrame,
    tension: np.ndarray,
    *,
    ladder: Sequence[tuple[str, Interval]],
    start: dt.date,
    length_km: float,
) -> dict[str, pd.DataFrame]:
    """The numbers that ``summary_figure`` draws, a table a panel.

    ``ladder``: label and interval (per year). ``clashes``: share of runs with each count, all and
    by beginning. ``first_clash``: the survival curve (days). ``followed``: until which day each run
    was, and its fate. ``places``: per year and 10 km. ``tension``: quantiles of runs still played.
    """
    if runs.empty:
        raise ValueError("there is no run to show")
    years = float(runs["days"].sum()) / YEAR
    return {
        "ladder": pd.DataFrame([{"label": label} | vars(rate) for label, rate in ladder]),
        "clashes": _clash_shares(runs),
        "first_clash": _first_clash(runs),
        "followed": _followed(runs),
        "places": places_table(incidents, years, length_km),
        "tension": _tension_quantiles(runs, tension, start),
    }


def counties(length_km: float) -> tuple[list[str], np.ndarray]:
    """The counties from west to east, and where they begin and end in km."""
    s = np.linspace(0.0, length_km, 5001)
    index = county(1000.0 * s, 1000.0 * length_km)
    change = np.flatnonzero(np.diff(index))
    names = [COUNTIES[i] for i in index[np.append(change, -1)]]
    return names, np.concatenate([[0.0], (s[change] + s[change + 1]) / 2, [length_km]])


def _clash_shares(runs: pd.DataFrame) -> pd.DataFrame:
    columns = {"all": "clashes"} | {name: f"clashes_{name}" for name in BEGUN}
    most = int(runs["clashes"].max())
    counted = {
        name: np.bincount(runs[column].astype(int), minlength=most + 1) / len(runs)
        for name, column in columns.items()
    }
    return pd.DataFrame({"clashes": np.arange(most + 1)} | counted)


def _first_clash(runs: pd.DataFrame) -> pd.DataFrame:
    first = runs["first_clash_day"].astype(float)
    worlds = runs.groupby(["seed", "world"]).ngroup()
    curve = survival(first.fillna(runs["days"]), first.notna(), worlds)
    return pd.DataFrame({"day": curve.times} | {k: v for k, v in vars(curve).items() if k != "times"})


def _followed(runs: pd.DataFrame) -> pd.DataFrame:
    first = runs["first_clash_day"].astype(float)
    clash = np.where(first.notna(), "clash, ", "no clash, ")
    last = np.where(runs["ended"].astype(bool), "ended", "cut off")
    fates = [a + b for a, b in zip(clash, last, strict=True)]
    return pd.DataFrame({"day": first.fillna(runs["days"]), "fate": fates})


def places_table(incidents: pd.DataFrame, years: float, length_km: float) -> pd.DataFrame:
    """Recorded crossings and accidental clashes a year and 10 km, a row each 10 km or so, with the
    events counted.
    """
    edges = np.append(np.arange(0.0, length_km, _BIN_KM), length_km)
    # a sliver at the east end would show the noise of a rate and no place
    if len(edges) > 2 and edges[-1] - edges[-2] < _BIN_KM / 2:
        edges = np.delete(edges, -2)
    table = pd.DataFrame({"from_km": edges[:-1], "to_km": edges[1:]})
    middle_m = 500.0 * (edges[:-1] + edges[1:])
    table["county"] = [COUNTIES[i] for i in county(middle_m, 1000.0 * length_km)]
    for name, chosen in _placed(incidents).items():
        counts = np.histogram(chosen, edges)[0]
        table[name] = counts * _BIN_KM / np.diff(edges) / years
        table[f"{name}_counted"] = counts
    return table


def _placed(incidents: pd.DataFrame) -> dict[str, np.ndarray]:
    """Kilometres along the line of the events of each column."""
    names = [*(f"recorded_by_{side}" for side in SIDES), *(f"clashes_{name}" for name in BEGUN)]
    if incidents.empty:
        return {name: np.empty(0) for name in names}
    clash = accidental_clashes(incidents)
    violation = incidents["begun_by"] == "violation"
    recorded = [incidents[name].astype(bool) for name in names[: len(SIDES)]]
    chosen = [*recorded, clash & violation, clash & ~violation]
    km = incidents["s_km"].to_numpy(float)
    return {name: km[mine.to_numpy()] for name, mine in zip(names, chosen, strict=True)}


def _tension_quantiles(runs: pd.DataFrame, tension: np.ndarray, start: dt.date) -> pd.DataFrame:
    days = WEEK * np.arange(tension.shape[1])
    played = days < runs["days"].to_numpy(float)[:, None]
    weeks = np.flatnonzero(played.any(axis=0))
    known = np.where(played[..., None], tension, np.nan)[:, weeks]
    low, median, high = np.nanquantile(known, (0.05, 0.5, 0.95), axis=0)
    dates = (np.datetime64(start) + days[weeks]).astype("datetime64[ns]")
    table = pd.DataFrame({"date": dates, "runs": played.sum(axis=0)[weeks]})
    for i, side in enumerate(SIDES):
        table[f"{side}_low"], table[f"{side}_median"] = low[:, i], median[:, i]
        table[f"{side}_high"] = high[:, i]
    return table
