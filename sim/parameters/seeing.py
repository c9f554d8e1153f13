"""Seeing and judging: how posts look, and on which line a side acts."""

from typing import Literal

from sim.documents import StrictModel
from sim.parameters.declare import choice, param


class Response(StrictModel):
    """The line that the side acts on."""

    line: Literal["own", "commission", "favour_other"] = choice(
        "own",
        "own belief, the commission's line, or the one that favours the other side",
        "FACTS: the south's rule since Sept 2025",
        "measured",
        south="favour_other",
    )


class Watch(StrictModel):
    """Posts that look: how often, how far and how well."""

    posts: int = param(
        160,
        "count",
        0,
        20000,
        "guard posts inside the zone",
        "FACTS: guard posts inside the zone (KBS 2018-07-25)",
        "measured",
        south=60,
        world=True,
    )
    post_distance_m: float = param(
        500,
        "m",
        100,
        1900,
        "mean distance of posts from the line",
        "priors.csv: post_distance (opposing posts about 1 km apart)",
        "measured",
        world=True,
    )
    post_spread_m: float = param(120, "m", 0, 500, "spread of that distance", world=True)
    post_floor_m: float = param(100, "m", 0, 1000, "least distance of a post from the line", world=True)
    looks_per_hour: float = param(2, "1/h", 0, 60, "looks at a unit in view by day", "TRIAL 9")
    range_m: float = param(
        2000,
        "m",
        100,
        10000,
        "distance at which half of the looks see a unit",
        "FACTS: seeing a person with a thermal sight (detected at 1.5-4.4 km)",
        "measured",
    )
    vegetation_loss: float = param(0.6, "share", 0, 1, "share of looks lost under full growth")
    night_factor: float = param(0.6, "ratio", 0, 1, "looks by night, relative to day")
    fog_factor: float = param(0.3, "ratio", 0, 1, "looks in fog, relative to clear air")
    approach_m: float = param(
        200,
        "m",
        20,
        1000,
        "distance from the response line at which units are looked at",
        "priors.csv: approach_m",
    )
    p_approach_broadcast: float = param(
        0.05,
        "probability",
        0,
        1,
        "a unit seen near the line in a shift draws a broadcast",
        "FACTS: broadcast to shots (about 60 occasions in 2014)",
        "analogue",
    )
    margin_m: float = param(
        20,
        "m",
        0,
        100,
        "depth past the response line that watchers let pass",
        "priors.csv: response_margin_m",
    )
    margin_log_sd: float = param(0.5, "log sd", 0, 2, "spread of that depth between posts")
    confirm_looks: int = param(
        2, "count", 1, 6, "looks in a row that make a violation", "priors.csv: confirm_looks"
    )
    clear_looks: int = param(2, "count", 1, 6, "looks in a row without a violation that end an incident")
    group_m: float = param(
        500, "m", 0, 5000, "distance within which a unit belongs to the one in an open incident"
    )
    track_interval: float = param(
        10, "min", 1, 60, "time between looks at a tracked unit", "priors.csv: track_interval", "measured"
    )
    range_error_m: float = param(
        5, "m", 0, 30, "sd of a fix along the sight line", "priors.csv: fix_instrument", "measured"
    )
    azimuth_error_mil: float = param(
        5,
        "mil",
        0,
        100,
        "sd of a fix across the sight line (1/6400 of a circle); 10 is the "
        "maker's figure held in the hand, half of it is assumed on a fixed mount",
        "priors.csv: fix_instrument",
    )
    jitter_m: float = param(3, "m", 0, 20, "sd of a single look about its sighting")
    registration_m: float = param(
        8, "m", 0, 30, "sd of a post's own place and map", "priors.csv: fix_map", "analogue"
    )
    eye_only: float = param(0.01, "share", 0, 0.1, "sightings without an instrument", "priors.csv: eye_only")
    eye_sd_m: float = param(100, "m", 0, 250, "sd of a fix by eye", "priors.csv: eye_only_sd")
    eye_bias_m: float = param(
        0, "m", -150, 0, "mean error of a fix by eye, towards the watcher", "priors.csv: eye_only_bias"
    )
