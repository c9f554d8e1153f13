"""Recorded crossings: what one side would have counted, with the incidents that joined each merged."""

from collections.abc import Sequence

import pandas as pd

from sim.codes import Rung
from sim.outcome.columns import Row
from sim.sides import SIDES

COLUMNS = (
    "opened",
    "opened_day",
    "s_km",
    "county",
    "site",
    "subject",
    "persons",
    "depth_m",
    "broadcasts",
    "warning_volleys",
    "to_shots_minutes",
    "answered",
    "joined",
)


def recorded_crossings(incidents: Sequence[Row], side: int) -> pd.DataFrame:
    """One row a crossing that ``side`` recorded, in the order in which they opened, ``COLUMNS``.

    ``incidents`` are the rows of one run. Those that join a crossing (``counting.join_hours``) belong to
    it: its depth is the deepest, its volleys and broadcasts are all of theirs; ``joined`` counts them.
    """
    flag, found = f"recorded_by_{SIDES[side]}", list[Row]()
    latest: dict[int, Row] = {}
    for row in incidents:
        if row[flag]:
            latest[row["site"]] = {name: row.get(name, 0) for name in COLUMNS}
            found.append(latest[row["site"]])
        elif row["begun_by"] == "violation" and row["rung"] >= Rung.BROADCAST and row["site"] in latest:
            first = latest[row["site"]]
            first["depth_m"] = max(first["depth_m"], row["depth_m"])
            first["joined"] += 1
            first["answered"] = first["answered"] or row["answered"]
            for name in ("broadcasts", "warning_volleys"):
                first[name] += row[name]
            if first["to_shots_minutes"] is None:
                first["to_shots_minutes"] = row["to_shots_minutes"]
    return pd.DataFrame(found, columns=list(COLUMNS))
