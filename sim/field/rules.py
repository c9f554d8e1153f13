"""The rules in force, per side, as records that compiled code reads."""

import numpy as np

from sim.arithmetic import exp
from sim.field.path import bridge_reach
from sim.parameters import Parameters

# The schema's parameters that the field reads, per side, as the fields of one record.
_READ = {
    "patrols": ("presence", "hours", "speed_kmh", "standoff_m", "spread_m", "recon_share",
                "recon_distance_m", "probe_share", "probe_depth_m", "size"),
    "works": ("share", "hours", "night_share", "walk_kmh", "buffer_m", "stretch_m", "distance_m",
              "distance_log_sd", "floor_m", "size", "size_log_sd"),
    "learning": ("memory_days",),
    "navigation": ("error_m", "tau_minutes", "rugged_factor", "vegetation_factor", "night_factor",
                   "fog_factor", "satellite", "satellite_error_m"),
    "watch": ("looks_per_hour", "range_m", "vegetation_loss", "night_factor", "fog_factor",
              "approach_m", "p_approach_broadcast", "margin_m", "confirm_looks", "track_interval",
              "range_error_m", "azimuth_error_mil", "jitter_m", "eye_only", "eye_sd_m",
              "eye_bias_m", "registration_m"),
    "stray": ("per_post_year",),
}  # fmt: skip
_SHARED = {
    "mines": ("strikes_per_km", "lane_halfwidth_m", "lane_error"),
    "survey": ("distance_m",),
}
SIDE_RECORD = np.dtype(
    [(f"{group}_{name}", "f8") for group, names in (_READ | _SHARED).items() for name in names]
    + [("stay_away", "f8"), ("patrol_intensity", "f8"), ("work_intensity", "f8")]
    + [("rho", "f8"), ("spread", "f8"), ("reach", "f8")]
)


def side_records(parameters: Parameters) -> np.ndarray:
    """The parameters in force that the field reads, shape (2,), dtype ``SIDE_RECORD``."""
    records = np.zeros(2, SIDE_RECORD)
    for record, side in zip(records, parameters.sides, strict=True):
        for groups, owner in ((_READ, side), (_SHARED, parameters)):
            for group, names in groups.items():
                for name in names:
                    record[f"{group}_{name}"] = float(getattr(getattr(owner, group), name))
        record["stay_away"] = float(side.learning.rule == "stay_away")
        tick, tau = float(parameters.clock.tick_minutes), side.navigation.tau_minutes
        record["rho"] = exp(-tick / tau)
        record["spread"] = np.sqrt(1.0 - record["rho"] ** 2)
        record["reach"] = bridge_reach(tick, tau)
    return records
