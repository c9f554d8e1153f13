"""The rules in force, per side, as records that compiled code reads."""

from collections.abc import Iterator
from typing import get_type_hints

import numpy as np

from sim.arithmetic import exp
from sim.codes import AfterWarning
from sim.documents import StrictModel
from sim.field.path import bridge_reach, bridge_spread
from sim.parameters.whole import Parameters, Side

# The schema's parameters that the field reads, per side, as the fields of one record.
_READ = {
    "patrols": (
        "presence",
        "hours",
        "speed_kmh",
        "standoff_m",
        "spread_m",
        "recon_share",
        "recon_distance_m",
        "probe_share",
        "probe_depth_m",
        "size",
    ),
    "works": (
        "share",
        "hours",
        "night_share",
        "buffer_m",
        "stretch_m",
        "distance_m",
        "distance_log_sd",
        "floor_m",
        "size",
        "size_log_sd",
    ),
    "learning": ("memory_days",),
    "navigation": (
        "error_m",
        "tau_minutes",
        "rugged_factor",
        "vegetation_factor",
        "night_factor",
        "fog_factor",
        "satellite",
        "satellite_error_m",
    ),
    "watch": (
        "looks_per_hour",
        "range_m",
        "vegetation_loss",
        "night_factor",
        "fog_factor",
        "approach_m",
        "p_approach_broadcast",
        "margin_m",
        "margin_log_sd",
        "confirm_looks",
        "track_interval",
        "range_error_m",
        "azimuth_error_mil",
        "jitter_m",
        "eye_only",
        "eye_sd_m",
        "eye_bias_m",
        "registration_m",
    ),
    "stray": ("per_post_year",),
    "politics": (
        "resting",
        "alert_at",
        "predelegate_at",
        "casualty_memory_days",
        "work_response",
        "patrol_response",
    ),
}
_SHARED = {
    "counting": ("deep_m",),
    "mines": ("strikes_per_party_day", "clearing_weeks", "strikes_per_km", "lane_halfwidth_m", "lane_error"),
    "survey": ("distance_m", "recognised"),
    "feedback": ("half_life_days", "k"),
}
# What follows from them, and what is set day by day: the governments' intensities, the year's effect.
_FOLLOW = ("patrol_intensity", "work_intensity", "recon_year", "rho", "spread", "bridge", "reach", "rests_at")
_DERIVED = [("learning_rule", "i8"), ("moves_work", "?"), *((name, "f8") for name in _FOLLOW)]
_TYPES = {bool: "?", int: "i8", float: "f8"}


def _fields(groups: dict[str, tuple[str, ...]], owner: type[StrictModel]) -> Iterator[tuple[str, str]]:
    for group, names in groups.items():
        declared = get_type_hints(get_type_hints(owner)[group])
        for name in names:
            yield f"{group}_{name}", _TYPES[declared[name]]


SIDE_RECORD = np.dtype([*_fields(_READ, Side), *_fields(_SHARED, Parameters), *_DERIVED], align=True)


def side_records(parameters: Parameters) -> np.ndarray:
    """The parameters in force that the field reads, shape (2,), dtype ``SIDE_RECORD``."""
    records = np.zeros(2, SIDE_RECORD)
    for record, side in zip(records, parameters.sides, strict=True):
        for groups, owner in ((_READ, side), (_SHARED, parameters)):
            for group, names in groups.items():
                for name in names:
                    record[f"{group}_{name}"] = getattr(getattr(owner, group), name)
        record["learning_rule"] = AfterWarning[side.learning.rule.upper()]
        record["moves_work"] = parameters.feedback.moves_work
        tick, tau = float(parameters.clock.tick_minutes), side.navigation.tau_minutes
        record["rho"] = exp(-tick / tau)
        record["spread"] = np.sqrt(1.0 - record["rho"] ** 2)
        record["bridge"], record["reach"] = bridge_spread(tick, tau), bridge_reach(tick, tau)
    return records
