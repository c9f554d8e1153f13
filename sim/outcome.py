"""What one run returns: a row of figures, its incidents, and why.

All counts are of the exposure: incidents that opened after the warm-up, up to the horizon, or up
to the end where a scenario ends at a rung. Rates are formed from them elsewhere.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arithmetic import count, mean
from sim.geography import COUNTIES, SECTORS, lonlat, sector
from sim.parameters import NORTH, SIDES, SOUTH
from sim.recording import recorded_crossings
from sim.state import CAUSES, DAY, MINE_TRIGGER, NEVER, TRIGGERS, VIOLATION_TRIGGER

if TYPE_CHECKING:
    from sim.model import DmzModel

CLASH_RUNG = 3
RUNGS = (
    "observed", "broadcast", "warning shots", "aimed fire", "casualties by fire", "heavy weapons",
    "fire in another area",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """One run: ``row`` of figures, ``incidents`` as rows, ``tension`` (days played, 2)."""

    row: dict[str, Any]
    incidents: list[dict[str, Any]]
    tension: np.ndarray


def outcome(model: "DmzModel") -> Outcome:
    """The outcome of a model that has been played."""
    incidents = _exposed(model)
    return Outcome(
        _row(model, incidents),
        _incident_rows(model, incidents),
        _played_days(model).copy(),
    )


def _played_days(model: "DmzModel") -> np.ndarray:
    """Tension at the start of each day of exposure that was played, (days, 2)."""
    last = model.calendar.warmup_days + int(np.ceil(model.exposed_days))
    return model.state.daily[model.calendar.warmup_days : last]


def _exposed(model: "DmzModel") -> np.ndarray:
    used = model.state.incidents[: int(model.state.run["incidents"][0])]
    return used[_in_exposure(model, used)]


def _in_exposure(model: "DmzModel", incidents: np.ndarray) -> np.ndarray:
    until = min(model.minute, float(model.state.run["ended_at"][0]))
    return (incidents["opened"] >= model.warmup) & (incidents["opened"] <= until)


def _recorded(model: "DmzModel", side: int) -> np.ndarray:
    """Which exposed incidents open a recorded crossing; one may join an incident of the warm-up."""
    used = model.state.incidents[: int(model.state.run["incidents"][0])]
    return recorded_crossings(used, side)[_in_exposure(model, used)]


def _row(model: "DmzModel", incidents: np.ndarray) -> dict[str, Any]:
    seed, world, luck = model.address
    row: dict[str, Any] = {
        "seed": seed, "world": world, "luck": luck, "days": model.exposed_days,
        "ended": model.ended,
    }  # fmt: skip
    row |= _clashes(model, incidents) | _ladder(incidents) | _sides(model, incidents)
    row |= vars(model.ambiguity())
    tension = _played_days(model)
    row["tension_mean_north"], row["tension_mean_south"] = map(mean, tension.T)
    row["tension_max"] = float(tension.max())
    row["talks"] = model.negotiation.state.name.lower()
    row["surveyed_km"] = float(model.state.run["surveyed_m"][0]) / 1000.0
    return row


def _clashes(model: "DmzModel", incidents: np.ndarray) -> dict[str, Any]:
    clash = (incidents["rung"] >= CLASH_RUNG) & (incidents["accidental"] == 1)
    violation = incidents["trigger"] == VIOLATION_TRIGGER
    first = incidents["opened"][clash].min() if clash.any() else None
    return {
        "clashes": count(clash),
        "clashes_violation": count(clash & violation),
        "clashes_otherwise": count(clash & ~violation),
        "clashes_ordered": count((incidents["rung"] >= CLASH_RUNG) & ~clash),
        "first_clash_day": None if first is None else float((first - model.warmup) / DAY),
    }


def _ladder(incidents: np.ndarray) -> dict[str, Any]:
    posts_hit = incidents["stray_origin"] >= 0
    shots = (incidents["volleys"] > 0).any(axis=1)
    violation = incidents["trigger"] == VIOLATION_TRIGGER
    row = {"incidents": incidents.size}
    row |= {f"rung_{r}": count(incidents["rung"] >= r) for r in range(1, len(RUNGS))}
    row |= {
        "answered": count(incidents["answered"]),
        "answered_warning_shots": count(incidents["warned_answered"]),
        "answered_rounds_at_post": count(incidents["answered"] & posts_hit),
        "with_warning_shots": count(shots),
        "broadcasts": count(incidents["broadcasts"]),
        "warning_volleys": count(incidents["volleys"]),
        "violations": count(violation),
        "false_incidents": count(incidents["false_"]),
        "mine_strikes": count(incidents["trigger"] == MINE_TRIGGER),
        "casualties_mines": count(incidents["mine_casualties"]),
    }
    return row


def _sides(model: "DmzModel", incidents: np.ndarray) -> dict[str, Any]:
    """Figures by side: of whose units, whose losses, or whose count is meant by the name."""
    row: dict[str, Any] = {}
    for side in (NORTH, SOUTH):
        name, tally = SIDES[side], model.state.tallies[side]
        row |= {
            f"recorded_by_{name}": count(_recorded(model, side)),
            f"crossings_{name}": int(tally["crossings"]),
            f"deep_crossings_{name}": int(tally["deep_crossings"]),
            f"unanswered_{name}": int(tally["unanswered"]),
            f"deepest_unanswered_{name}": float(tally["deepest_unanswered"]),
            f"approach_broadcasts_{name}": int(tally["approach_broadcasts"]),
            f"stray_shots_{name}": int(tally["stray_shots"]),
            f"casualties_{name}": count(incidents["casualties"][:, side]),
            f"workdays_{name}": float(tally["workdays"]),
            f"workdays_lost_{name}": float(tally["workdays_lost"]),
        }
    return row


def _incident_rows(model: "DmzModel", incidents: np.ndarray) -> list[dict[str, Any]]:
    if not incidents.size:
        return []
    length, s = model.land.length_m, incidents["s"]
    lon, lat = lonlat(s, np.zeros(s.size), length)
    sectors = sector(s, length)
    recorded = [_recorded(model, side) for side in (NORTH, SOUTH)]
    first = dt.datetime.combine(model.calendar.first, dt.time())
    numbers = np.flatnonzero(np.isin(model.state.incidents["opened"], incidents["opened"]))
    rows = []
    for i, incident in enumerate(incidents):
        opened, closed = float(incident["opened"]), float(incident["closed"])
        rows.append({
            "incident": int(numbers[i]),
            "opened": (first + dt.timedelta(minutes=round(opened))).isoformat(timespec="minutes"),
            "day": (opened - model.warmup) / DAY,
            "minutes": None if closed == NEVER else closed - opened,
            "trigger": TRIGGERS[incident["trigger"]],
            "cause": CAUSES[incident["cause"]],
            "accidental": bool(incident["accidental"]), "dated": bool(incident["dated"]),
            "false": bool(incident["false_"]), "night": bool(incident["night"]),
            "perceived_by": SIDES[incident["first"]],
            "recorded_by_north": bool(recorded[NORTH][i]),
            "recorded_by_south": bool(recorded[SOUTH][i]),
            "s_km": float(incident["s"]) / 1000.0, "lon": float(lon[i]), "lat": float(lat[i]),
            "county": COUNTIES[incident["county"]], "sector": SECTORS[sectors[i]],
            "site": int(incident["site"]), "persons": int(incident["persons"]),
            "rung": int(incident["rung"]), "answered": bool(incident["answered"]),
            "depth_m": float(incident["depth"]),
            "true_depth_m": _finite(incident["true_depth"]),
            "map_m": float(incident["map_m"]), "navigation_m": float(incident["nav_m"]),
            "fix_m": float(incident["fix_m"]),
            "broadcasts": count(incident["broadcasts"]),
            "warning_volleys": count(incident["volleys"]),
            "spells_of_fire": count(incident["spells"]),
            "casualties_north": int(incident["casualties"][NORTH]),
            "casualties_south": int(incident["casualties"][SOUTH]),
            "casualties_mines": int(incident["mine_casualties"]),
        })  # fmt: skip
    return rows


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
