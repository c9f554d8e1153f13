"""Histories for tests: each of them is the public record itself, as the model's tables would have it."""

import numpy as np
import pandas as pd

from experiments.calibration.record.crossings import by_month
from experiments.calibration.record.publication import Filter, crossings
from experiments.calibration.record.record import Record
from experiments.calibration.simulate import NAMED
from experiments.validation.calendars import STRETCHES
from experiments.validation.replicates import Replicates

_OLD = ("1996-04-11", "1996-05-17", "2001-09-19", "2001-09-20")
_BUSY = ("2014-06-12", "2014-06-19", "2014-10-18", "2014-10-19", "2014-11-10")
_ROUNDS = ("2001-11-27", "2003-07-17", "2006-07-31", "2007-08-06", "2010-10-29", "2020-05-03")
_DISCHARGES = ("2010-11-28", "2016-04-03", "2017-11-05", "2023-01-28", "2025-04-23", "2025-05-28")
_PLACES = {
    "Yeoncheon": 60.0,
    "Cheorwon": 110.0,
    "Hwacheon": 157.0,
    "Inje": 200.0,
    "Goseong": 240.0,
    "Paju": 20.0,
}
_COUNTIES = [*NAMED[:4], *["Goseong"] * 4, "Paju"]


def months() -> list[int]:
    """Crossings of each month from June 2024 to October 2025."""
    record = Record.read()
    return [round(record.of_count(each).best) for each in by_month(record)]


def one(times: int = 1) -> dict[str, pd.DataFrame]:
    """The record as one history, its crossings so many ``times``."""
    counts = [times * count for count in months()]
    days = [*_OLD, *_BUSY]
    for k, count in enumerate(counts):
        year, month = divmod(2024 * 12 + 5 + k, 12)
        days += [f"{year}-{month + 1:02}-{day + 1:02}" for day in range(count)]
    counties = [_COUNTIES[i % len(_COUNTIES)] for i in range(len(days))]
    found = pd.DataFrame(
        {
            "opened": [f"{day}T09:00" for day in days],
            "county": counties,
            "subject": "work_party",
            "s_km": [_PLACES[county] for county in counties],
            "persons": [8.25 if day < "2024" else 22.5 for day in days],
            "depth_m": [30.0 if day < "2024" else 20.0 for day in days],
            "broadcasts": 2.0,
            "warning_volleys": 1.0,
            "answered": 0.0,
        }
    )
    party = found[["opened", "subject", "persons", "s_km", "county", "depth_m"]].assign(
        begun_by="violation", cause="map", perceived_by="south", rung=2, broadcasts=2, warning_volleys=1
    )
    party["answered"] = party["opened"].str[:10] == "2014-10-19"
    party = party.assign(
        to_broadcast_minutes=4.0, to_shots_minutes=12.0, to_leaving_minutes=37.0, minutes=40.0
    )
    rounds = pd.DataFrame(
        [
            {"opened": f"{day}T07:41", "perceived_by": hit, "answered": hit == "south", "rung": 3}
            for days_, hit in ((_ROUNDS, "south"), (_DISCHARGES, "north"))
            for day in days_
        ]
    ).assign(begun_by="stray_shot", broadcasts=0, warning_volleys=0)
    blasts = ["2024-06-01"] * 12 + ["2024-10-01"] * 8
    mines = pd.DataFrame({"opened": [f"{day}T10:00" for day in blasts]}).assign(
        begun_by="mine_strike", perceived_by="north", subject="work_party", answered=False, rung=0
    )
    runs = pd.DataFrame(
        {
            "first": [str(each.period.first) for each in STRETCHES],
            "approach_broadcasts_south": 60.0 * 12.0 / 11.0,
        }
    )
    row = {f"m_{k}": float(count) for k, count in enumerate(counts)} | {
        "total": float(sum(counts)),
        "months_with_any": float(sum(count > 0 for count in counts)),
        "largest_month": float(max(counts)),
        "winter": float(sum(counts[7:10])),
        "map_gap": 0.6,
        "named_share": 14.0 / 15.0,
        "depth_median": 20.0,
        "depth_least": 7.5,
        "work_share": 0.75,
    }
    incidents = pd.concat([party, rounds, mines], ignore_index=True)
    return {"crossings": found, "incidents": incidents, "runs": runs, "rows": pd.DataFrame([row])}


def tables(n: int, times: int = 1) -> dict[str, pd.DataFrame]:
    """So many histories, all alike."""
    its = one(times)
    return {
        name: pd.concat([table.assign(history=k) for k in range(n)], ignore_index=True)
        for name, table in its.items()
    }


def replicates(n: int = 40, times: int = 1) -> Replicates:
    """The same as replicates; the publication filter tells of nearly all with warning shots."""
    open_ = Filter(crossings(Record.read()), np.array([0.99]), np.array([0.5]), np.array([1.0]))
    return Replicates(tables(n, times), n, open_, open_, 1)
