"""Rows of the table: one draw of unknowns and rules, played in one world under the record's calendars.

The same world, its border, sites and traits, stands under both: April 2024 to October 2025, and 2014
without works and with a year effect of 1, since how far years differ is fitted to all quiet and busy
ones together.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.calibration.crossings import recorded_crossings
from experiments.calibration.from_priors import of_row
from experiments.calibration.register import READING, settings
from sim.constants import DAY, WEEK
from sim.model import DmzModel
from sim.outcome.outcome import Outcome, outcome
from sim.randomness import world_key
from sim.scenario.case import Case
from sim.scenario.loading import load_case
from sim.sides import SOUTH
from sim.world.draw import draw_world
from sim.world.seasons import Calendar

WORKS_START, WORKS_DAYS = date(2024, 4, 1), 579  # to October 2025
MOST_INCIDENTS = 400  # of a run; the record has some 15 crossings, and a row past this is censored
WORKS_FROM, MONTHS = pd.Timestamp("2024-06-01"), 17  # crossings count from here; mines from April
PICKED_DEPTHS, PICKED_PARTIES = 5, 8  # shot-at crossings of which the record tells depth, or the party
NAMED = ("Yeoncheon", "Cheorwon", "Hwacheon", "Inje", "Goseong")  # counts.csv: crossings, 2024-06 to 2025-06


Sums = dict[str, float]  # what a row of the table says, by column
Values = NDArray[np.float64]
# Counts of blasts are told to mid-July and to the end of the year (counts.csv, priors.csv: mine_strikes).
MINE_PERIODS = (date(2024, 4, 1), date(2024, 7, 16), date(2025, 1, 1))


@cache
def _calendars() -> tuple[Case, Case]:
    """The case of the works, and that of 2014 without them."""
    works = load_case(
        "record_2024",
        assignments=[f"start={WORKS_START}", f"ends_after_incidents={MOST_INCIDENTS}"],
        days=WORKS_DAYS,
    )
    before = load_case(
        "record_2014",
        assignments=[
            "north.patrols.year_log_sd=0",
            "south.patrols.year_log_sd=0",
            f"ends_after_incidents={MOST_INCIDENTS}",
        ],
    )
    return works, before


def play_row(seed: int, k: int, deviates: Sequence[float]) -> Sums:
    """Row ``k``: world ``k`` of a seed under these deviates, summed up.

    What is drawn from priors alone is drawn in each row too, and no emulator sees it: so the fit holds over
    all of it, and not at its defaults.
    """
    values = settings(deviates) | of_row(seed, k)
    works, before = (played(case.with_values(values), seed, k) for case in _calendars())
    luck = np.random.default_rng([seed, k])
    x = {f"x_{i}": float(deviate) for i, deviate in enumerate(deviates)}
    row = {"row": float(k)} | x | of_works(works, luck) | of_2014(before, luck)
    if values[READING.paths[0]] == "orders":  # whose orders are which decides, and no chance that is left
        row |= dict.fromkeys(("p_read_works", "p_read_2014"), np.nan)
    return row


def played(case: Case, seed: int, world: int, luck: int = 0) -> Outcome:
    """A run of a case, as its world plays it."""
    model = DmzModel(case, seed=seed, world=world, luck=luck).run()
    try:
        return outcome(model.scene)
    finally:
        model.dismiss()


def ground_ages(seed: int, worlds: int, values: Mapping[str, Any]) -> tuple[Values, Values]:
    """Weeks since its programme began, of party-days in both periods of the mine counts of 2024, (n,) each.

    Of ``worlds`` worlds under ``values``: what share of the hazard is cleared away depends on it.
    """
    case = _calendars()[0].with_values(values)
    base = case.parameters(())
    calendar = Calendar(case.scenario.start, base.clock.warmup_days, case.scenario.days)
    starts = [calendar.day_of(day) * DAY for day in MINE_PERIODS]
    found: tuple[list[float], list[float]] = ([], [])
    for world in range(worlds):
        projects = draw_world(base, calendar, world_key(seed, world)).projects
        for k in range(2):
            days = np.arange(starts[k], starts[k + 1], DAY)
            for row in projects:
                at_work = days[(days >= row["begin"]) & (days < row["end"])]
                found[k].extend((at_work - row["ground_since"]) / WEEK)
    return np.array(found[0]), np.array(found[1])


# -- sums -----------------------------------------------------------------------------------------


def of_works(played: Outcome, luck: np.random.Generator) -> Sums:
    """What the months of the works sum up to; ``luck`` picks the crossings of which the record tells more."""
    row, incidents = played.row, played.incidents
    crossings = recorded_crossings(incidents, SOUTH)
    opened = pd.to_datetime(crossings["opened"])
    crossings = crossings[opened >= WORKS_FROM]
    opened = opened[opened >= WORKS_FROM]
    month = (opened.dt.year - 2024) * 12 + opened.dt.month - 6
    by_month = np.bincount(month.to_numpy(dtype=int), minlength=MONTHS)[:MONTHS]
    shot_at = crossings[crossings["warning_volleys"] > 0]
    found: Sums = {
        "censored": float(row["ended"]),
        "total": float(by_month.sum()),
        "months_with_any": float((by_month > 0).sum()),
        "largest_month": float(by_month.max()),
        "winter": float(by_month[7:10].sum()),
        "map_gap": row["map_gap"],
        "named_share": _share(crossings["county"].isin(NAMED)),
    }
    found |= _places(crossings)
    depths = shot_at["depth_m"].to_numpy(float)
    picked = luck.choice(depths, PICKED_DEPTHS) if depths.size else np.full(PICKED_DEPTHS, np.nan)
    parties = (shot_at["subject"].to_numpy() == "work_party").astype(float)
    parties = luck.choice(parties, PICKED_PARTIES) if parties.size else np.full(PICKED_PARTIES, np.nan)
    found |= {
        "depth_median": float(np.median(picked)),
        "depth_least": float(picked.min()),
        "work_share": float(np.mean(parties)),
        "shot_at": float(len(shot_at)),
    }
    # month by month, and pick by pick: what a fit to a part of the record takes of them
    found |= _numbered("m", by_month) | _numbered("depth", picked) | _numbered("party", parties)
    return found | _by_exposure(played, "works")


def of_2014(played: Outcome, luck: np.random.Generator) -> Sums:
    """What the year without works sums up to."""
    crossings = recorded_crossings(played.incidents, SOUTH)
    shot_at = crossings[crossings["warning_volleys"] > 0]
    waits = shot_at["to_shots_minutes"].dropna().to_numpy(dtype=float)
    return {
        "total_2014": float(len(crossings)),
        "shot_at_2014": float(len(shot_at)),
        "wait_2014": float(np.median(luck.choice(waits, 2))) if waits.size else np.nan,
        "approaches_2014": float(played.row["approaches_south"]),
    } | _by_exposure(played, "2014")


def _by_exposure(played: Outcome, when: str) -> Sums:
    """What rates that are fitted after the table hang on: exposures, and chances read."""
    row, incidents = played.row, pd.DataFrame(played.incidents)
    strikes = incidents[incidents["begun_by"] == "mine_strike"] if len(incidents) else incidents
    parties = incidents[incidents["begun_by"] == "violation"] if len(incidents) else incidents  # no posts
    read = parties["p_read"].dropna() if len(parties) else pd.Series(dtype=float)
    return {
        f"strikes_work_{when}": float((strikes["subject"] == "work_party").sum()) if len(strikes) else 0.0,
        f"strikes_patrol_{when}": float((strikes["subject"] == "patrol").sum()) if len(strikes) else 0.0,
        f"party_days_{when}": float(row["workdays_north"]),
        f"volleys_{when}": float(row["warning_volleys"]),
        f"p_read_{when}": float(read.mean()) if len(read) else np.nan,
        f"expected_clashes_{when}": float(row["expected_clashes"]),
        f"false_{when}": _share(parties["false_incident"]) if len(parties) else np.nan,
    }


def _places(crossings: pd.DataFrame) -> Sums:
    """The share of crossings that have another within 10 km and 45 days: how they cluster."""
    if len(crossings) < 2:
        return {"near_share": np.nan}
    s, opened = crossings["s_km"].to_numpy(), crossings["opened_day"].to_numpy()
    apart = np.abs(s[:, None] - s) + np.where(np.abs(opened[:, None] - opened) > 45.0, np.inf, 0.0)
    np.fill_diagonal(apart, np.inf)
    return {"near_share": float((apart.min(axis=1) < 10.0).mean())}


def _numbered(name: str, values: Any) -> Sums:
    return {f"{name}_{i}": float(value) for i, value in enumerate(values)}


def _share(flags: Any) -> float:
    return float(np.mean(flags)) if len(flags) else np.nan
