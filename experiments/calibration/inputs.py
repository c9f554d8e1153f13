"""What the screening moves, every parameter that is not fitted, with a prior; and what it leaves, and why.

An input is what makes sense only together, or what is believed to matter little singly: its members move
at once, each up or down by a coin of its own (Campolongo et al. 2007, doi:10.1016/j.envsoft.2006.10.004).
Both sides have one value, but where their defaults differ. Where ``priors.csv`` has a row, low, best and high
are its; else the middle is near the declared default.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from experiments.calibration.unknowns import Prior, Rule, Unknown, both

OURS = "assumption"
_AS_SOUTH = "assumption: nothing public on the north's; the south's prior"


@dataclass(frozen=True)
class Input:
    """One factor of the screening: ``members`` move together."""

    name: str
    members: tuple[Unknown | Rule, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The dotted paths of all its parameters."""
        return tuple(path for member in self.members for path in member.sets)


def _uniform(low: float, high: float) -> Prior:
    return Prior("uniform", low, high)


def _about(median: float, log_sd: float, low: float, high: float) -> Prior:
    return Prior("lognormal", low, high, median, log_sd)


def _normal(middle: float, sd: float, low: float, high: float) -> Prior:
    return Prior("normal", low, high, middle, sd)


_WORLD: tuple[Input, ...] = (
    Input(
        "growth, fog and light",
        (
            Unknown("forest", ("ground.forest_density",), _uniform(0.7, 1), OURS, "place"),
            Unknown("grass", ("ground.grass_density",), _uniform(0.2, 0.8), OURS, "place"),
            Unknown("wetland", ("ground.wetland_density",), _uniform(0.1, 0.7), OURS, "place"),
            Unknown("crops", ("ground.crop_density",), _uniform(0.1, 0.5), OURS, "place"),
            Unknown("evergreen share", ("ground.evergreen_share",), _uniform(0.1, 0.4), OURS, "place"),
            Unknown("growth that stands", ("ground.standing_share",), _uniform(0.2, 0.8), OURS, "place"),
            Unknown("patch of one cover", ("ground.patch_m",), _about(400, 0.6, 100, 1500), OURS, "place"),
            Unknown("fog", ("weather.fog_factor",), _about(1, 0.4, 0.4, 2.5), OURS, "place"),
            Unknown("twilight", ("weather.twilight_deg",), _uniform(-12, -1), OURS, "place"),
            Unknown("hour of the shifts", ("clock.day_shift_hour",), _uniform(4.5, 8.5), OURS, "place"),
        ),
    ),
    Input(
        "fences, mine belts and lanes",
        (
            Unknown("fence", ("ground.fence_m",), _uniform(800, 1500), "priors.csv: dmz_halfwidth", "place"),
            Unknown("cleared belt", ("ground.cleared_belt_m",), _uniform(30, 300), OURS, "place"),
            Unknown("growth of the belt", ("ground.cleared_density",), _uniform(0, 0.3), OURS, "place"),
            Unknown("mine belt", ("ground.mine_belt_m",), _uniform(50, 500), OURS, "mines"),
            Unknown("mines at the line", ("ground.mine_line",), _about(3, 0.6, 0.5, 15), OURS, "mines"),
            Unknown("mines in the north", ("ground.mine_north",), _about(1, 0.6, 0.2, 5), OURS, "mines"),
            Unknown("mines in the south", ("ground.mine_south",), _about(3, 0.6, 0.5, 15), OURS, "mines"),
            Unknown(
                "lane",
                ("mines.lane_halfwidth_m",),
                _about(1.5, 0.5, 0.5, 5),
                "priors.csv: lane_halfwidth",
                "mines",
            ),
            Unknown("error off the lane", ("mines.lane_error",), _uniform(0, 0.3), OURS, "mines"),
        ),
    ),
    Input(
        "markers",
        (
            Unknown(
                "marker survival",
                ("border.marker_survival",),
                _uniform(0.14, 0.17),
                "priors.csv: marker_survival",
                "maps",
            ),
            Unknown("clusters of losses", ("border.marker_clustering",), _uniform(0, 1), OURS, "maps"),
            Unknown(
                "length of a cluster", ("border.marker_cluster_km",), _about(2, 0.7, 0.3, 12), OURS, "maps"
            ),
            Rule("smoothness of map errors", ("border.kernel",), ("matern32", "ou"), OURS),
            Unknown(
                "sight of markers",
                ("border.sight_m",),
                _about(100, 0.6, 16, 300),
                "priors.csv: sight_m",
                "maps",
            ),
        ),
    ),
    Input(
        "use of markers",
        (Unknown("use of markers", both("marker_use"), _normal(1, 0.25, 0.4, 1), OURS, "maps"),),
    ),
)

_UNITS: tuple[Input, ...] = (
    Input(
        "routine patrols",
        (
            Unknown("patrols", both("patrols.slots"), _about(60, 0.35, 29.5, 120.5), OURS, "patrols"),
            Unknown("home of a patrol", both("patrols.home_spread"), _uniform(0.2, 0.8), OURS, "patrols"),
            Unknown("shifts walked", both("patrols.presence"), _uniform(0.2, 0.6), OURS, "patrols"),
            Unknown("hours of a patrol", both("patrols.hours"), _uniform(6, 12), OURS, "patrols"),
            Unknown(
                "speed",
                both("patrols.speed_kmh"),
                _about(0.8, 0.4, 0.3, 2),
                "priors.csv: walk_speed",
                "patrols",
            ),
            Unknown(
                "stand-off of the north",
                ("north.patrols.standoff_m",),
                _about(250, 0.4, 100, 600),
                "assumption: nothing public read",
                "patrols",
            ),
            Unknown(
                "stand-off of the south",
                ("south.patrols.standoff_m",),
                _about(400, 0.35, 300, 1000),
                "priors.csv: standoff_m",
                "patrols",
            ),
            Unknown("beyond it", both("patrols.spread_m"), _about(150, 0.5, 50, 450), OURS, "patrols"),
        ),
    ),
    Input(
        "distance of reconnaissance",
        (
            Unknown(
                "distance of reconnaissance",
                both("patrols.recon_distance_m"),
                _uniform(40, 120),
                "TRIAL 2.2 (59-115 m)",
                "patrols",
            ),
        ),
    ),
    Input(
        "reconnaissance of the south",
        (
            Unknown(
                "reconnaissance of the south",
                ("south.patrols.recon_share",),
                _uniform(0, 0.004),
                "assumption: none is known; at most about half of what the north's may be",
                "patrols",
            ),
        ),
    ),
    Input(
        "probes",
        (
            Unknown(
                "probes",
                both("patrols.probe_share"),
                _normal(0, 0.04, 0, 0.1),
                "priors.csv: probe_share",
                "patrols",
            ),
            Unknown(
                "depth of a probe", both("patrols.probe_depth_m"), _about(30, 0.6, 8, 120), OURS, "patrols"
            ),
        ),
    ),
    Input(
        "spread of work distance",
        (
            Unknown(
                "spread of work distance",
                ("north.works.distance_log_sd",),
                _uniform(0.4, 1.2),
                "assumption: TRIAL 9 has 0.8",
                "works",
            ),
        ),
    ),
    Input(
        "nearest work",
        (Unknown("nearest work", ("north.works.floor_m",), _about(5, 0.7, 1, 25), OURS, "works"),),
    ),
    Input(
        "shape and hours of works",
        (
            Unknown("begin of programmes", ("north.works.early",), _uniform(0, 0.9), OURS, "works"),
            Unknown(
                "weeks within one", ("north.works.programme_weeks",), _about(3, 0.6, 0.7, 12), OURS, "works"
            ),
            Unknown(
                "kilometres within one", ("north.works.programme_km",), _about(3, 0.6, 0.7, 12), OURS, "works"
            ),
            Unknown("rugged ground", ("north.works.rugged_loss",), _uniform(0, 0.9), OURS, "works"),
            Unknown(
                "hours of work", ("north.works.hours",), _uniform(12, 13), "priors.csv: work_hours", "works"
            ),
            Unknown(
                "nights worked",
                ("north.works.night_share",),
                _normal(0.1, 0.1, 0, 0.4),
                "priors.csv: work_hours (some sites all night)",
                "works",
            ),
        ),
    ),
    Input(
        "extent of a project",
        (
            Unknown("weeks of a project", ("north.works.weeks",), _about(8, 0.5, 2.5, 25), OURS, "works"),
            Unknown(
                "stretch of a project",
                ("north.works.stretch_m",),
                _about(400, 0.6, 100, 1500),
                "PRIORS.md: works (strip 0.15 km a week a site)",
                "works",
            ),
        ),
    ),
    Input(
        "memory of a warning, moving along",
        (
            Unknown(
                "memory of a warning",
                both("learning.memory_days"),
                _about(14, 0.8, 2, 90),
                "priors.csv: memory_days",
                "after a warning",
            ),
            Unknown(
                "moving along",
                both("learning.move_m"),
                _about(500, 0.7, 100, 2500),
                "PRIORS.md: works (strip 0.15 km a week a site)",
                "after a warning",
            ),
        ),
    ),
    Input(
        "course of navigation",
        (
            Unknown(
                "memory of the way",
                both("navigation.tau_minutes"),
                _about(60, 0.6, 15, 240),
                "assumption: TRIAL 2.4",
                "navigation",
            ),
            Unknown(
                "navigation in rugged ground",
                both("navigation.rugged_factor"),
                _uniform(0, 0.6),
                OURS,
                "navigation",
            ),
            Unknown(
                "navigation in growth",
                both("navigation.vegetation_factor"),
                _uniform(0, 0.6),
                OURS,
                "navigation",
            ),
            Unknown(
                "navigation at night", both("navigation.night_factor"), _uniform(1, 1.8), OURS, "navigation"
            ),
            Unknown("navigation in fog", both("navigation.fog_factor"), _uniform(1, 1.8), OURS, "navigation"),
        ),
    ),
    Input(
        "satellite receivers",
        (
            Unknown(
                "satellite receivers",
                both("navigation.satellite_error_m"),
                _about(4, 0.45, 2, 10),
                "priors.csv: nav_error_m (mass-market receivers in forest)",
                "navigation",
            ),
        ),
    ),
)

_WATCH: tuple[Input, ...] = (
    Input(
        "posts and their range",
        (
            Unknown(
                "distance of posts",
                both("watch.post_distance_m"),
                _uniform(300, 600),
                "priors.csv: post_distance",
                "watch",
            ),
            Unknown("spread of posts", both("watch.post_spread_m"), _uniform(50, 200), OURS, "watch"),
            Unknown("nearest post", both("watch.post_floor_m"), _uniform(50, 200), OURS, "watch"),
            Unknown(
                "range of sight",
                both("watch.range_m"),
                _about(2000, 0.35, 800, 4500),
                "FACTS: seeing a person with a thermal sight (detected at 1.5-4.4 km)",
                "watch",
            ),
        ),
    ),
    Input("looks", (Unknown("looks", both("watch.looks_per_hour"), _about(2, 0.6, 0.5, 8), OURS, "watch"),)),
    Input(
        "looks in bad conditions",
        (
            Unknown("looks in growth", both("watch.vegetation_loss"), _uniform(0.3, 0.9), OURS, "watch"),
            Unknown("looks by night", both("watch.night_factor"), _uniform(0.3, 0.9), OURS, "watch"),
            Unknown("looks in fog", both("watch.fog_factor"), _uniform(0.1, 0.5), OURS, "watch"),
        ),
    ),
    Input(
        "approach",
        (
            Unknown(
                "approach",
                both("watch.approach_m"),
                _about(100, 0.5, 50, 300),
                "priors.csv: approach_m",
                "watch",
            ),
        ),
    ),
    Input(
        "looks that confirm",
        (
            Unknown(
                "looks that confirm",
                both("watch.confirm_looks"),
                _about(2, 0.4, 0.5, 4.5),
                "priors.csv: confirm_looks",
                "watch",
            ),
        ),
    ),
    Input(
        "course of an incident",
        (
            Unknown("looks that clear", both("watch.clear_looks"), _about(2, 0.4, 0.5, 4.5), OURS, "watch"),
            Unknown(
                "track", both("watch.track_interval"), _uniform(2, 20), "priors.csv: track_interval", "watch"
            ),
            Unknown(
                "reach of an incident", both("watch.group_m"), _about(500, 0.5, 150, 1500), OURS, "watch"
            ),
        ),
    ),
    Input(
        "range error",
        (
            Unknown(
                "range error",
                both("watch.range_error_m"),
                _uniform(1, 10),
                "priors.csv: fix_instrument (range error)",
                "watch",
            ),
        ),
    ),
    Input(
        "azimuth error",
        (
            Unknown(
                "azimuth error",
                both("watch.azimuth_error_mil"),
                _about(5, 0.6, 2, 18),
                "priors.csv: fix_instrument (0.5-1 degree in the hand; less on a mount is assumed)",
                "watch",
            ),
        ),
    ),
    Input(
        "jitter of a look",
        (Unknown("jitter of a look", both("watch.jitter_m"), _about(3, 0.5, 1, 10), OURS, "watch"),),
    ),
    Input(
        "error by eye",
        (
            Unknown(
                "error by eye",
                both("watch.eye_sd_m"),
                _about(100, 0.35, 70, 200),
                "priors.csv: eye_only_sd",
                "watch",
            ),
        ),
    ),
    Input(
        "bias by eye",
        (
            Unknown(
                "bias by eye",
                both("watch.eye_bias_m"),
                _normal(0, 50, -100, 0),
                "priors.csv: eye_only_bias",
                "watch",
            ),
        ),
    ),
)

_COMMAND: tuple[Input, ...] = (
    Input(
        "delays of the north",
        (
            Unknown(
                "first delay of the north",
                ("north.rules.delay_minutes",),
                _about(4, 0.6, 1, 20),
                _AS_SOUTH,
                "command",
            ),
            Unknown(
                "steps of the north",
                ("north.rules.step_minutes",),
                _about(6, 0.7, 1, 30),
                _AS_SOUTH,
                "command",
            ),
        ),
    ),
    Input(
        "times of command",
        (
            Unknown(
                "spread of the first delay", both("rules.delay_log_sd"), _uniform(0.2, 0.9), OURS, "command"
            ),
            Unknown("spread between steps", both("rules.step_log_sd"), _uniform(0.2, 0.9), OURS, "command"),
            Unknown("spread of answers", both("rules.ask_log_sd"), _uniform(0.2, 1), OURS, "command"),
            Unknown("time of an answer", both("rules.ask_minutes"), _about(4, 0.6, 1, 16), OURS, "command"),
            Unknown("area of a command post", ("space.area_km",), _about(12, 0.4, 5, 30), OURS, "command"),
            Unknown(
                "minutes by load",
                both("rules.load_delay"),
                _normal(3, 3, 0, 10),
                "priors.csv: load_delay",
                "command",
            ),
            Unknown("alert shortens delays", both("rules.alert_speedup"), _uniform(0, 0.8), OURS, "command"),
            Unknown(
                "half-life of alertness",
                both("rules.alert_half_life_days"),
                _about(5, 0.6, 1, 25),
                OURS,
                "command",
            ),
        ),
    ),
    Input(
        "who may fire first",
        (
            Rule(
                "who may fire first",
                both("rules.action_authority"),
                ("division", "battalion", "national"),
                "assumption: levels in orders differ, no public text",
            ),
        ),
    ),
    Input(
        "authority given",
        (
            Unknown(
                "authority given",
                both("rules.p_grant"),
                _normal(0.9, 0.15, 0.5, 1),
                "priors.csv: p_grant",
                "command",
            ),
        ),
    ),
    Input(
        "aimed fire granted",
        (
            Unknown(
                "aimed fire granted",
                both("rules.p_grant_action"),
                _about(0.1, 0.8, 0.005, 0.5),
                "priors.csv: p_grant_action",
                "command",
            ),
        ),
    ),
    Input(
        "quiet", (Unknown("quiet", both("rules.quiet_minutes"), _about(45, 0.5, 15, 150), OURS, "command"),)
    ),
    Input(
        "hotline",
        (
            Unknown(
                "effect of a call", ("hotline.odds",), _uniform(0.1, 1), "priors.csv: hotline_odds", "hotline"
            ),
            Unknown(
                "minutes of a call",
                ("hotline.call_minutes",),
                _about(30, 0.5, 5, 90),
                "priors.csv: call_minutes",
                "hotline",
            ),
            Unknown(
                "calls answered",
                ("hotline.p_connect",),
                _uniform(0.8, 1),
                "priors.csv: hotline_connect",
                "hotline",
            ),
            Unknown(
                "wait by notice",
                both("rules.notice_wait"),
                _about(15, 0.6, 5, 60),
                "priors.csv: notice_wait",
                "hotline",
            ),
        ),
    ),
    Input(
        "voice",
        (
            Unknown(
                "voice in the open",
                both("voice.open_m"),
                _about(1200, 0.4, 300, 2400),
                "priors.csv: audible_range",
                "voice",
            ),
            Unknown(
                "voice in growth",
                both("voice.growth_m"),
                _about(400, 0.35, 150, 900),
                "priors.csv: audible_range",
                "voice",
            ),
            Unknown("spread of hearing", both("voice.spread"), _uniform(0.3, 1), OURS, "voice"),
            Unknown("hearing from one to the next", both("voice.jitter"), _uniform(0, 0.3), OURS, "voice"),
        ),
    ),
)

_CONDUCT: tuple[Input, ...] = (
    Input(
        "felt error",
        (
            Unknown(
                "felt error",
                both("conduct.felt_error_m"),
                _about(10, 0.7, 2, 30),
                "priors.csv: felt_error_m (best 10)",
                "belief",
            ),
        ),
    ),
    Input(
        "heard warning",
        (Unknown("heard warning", both("conduct.heard_odds"), _about(0.3, 0.7, 0.05, 1), OURS, "belief"),),
    ),
    Input(
        "leaving of the south",
        (
            Unknown(
                "willingness of the south",
                ("south.conduct.leave_broadcast",),
                _normal(0.2, 0.9, -2.5, 2.5),
                "priors.csv: leave_on_broadcast",
                "after a warning",
            ),
            Unknown(
                "leaving of itself, south",
                ("south.conduct.leave_per_hour",),
                _about(0.3, 0.8, 0.03, 3),
                OURS,
                "after a warning",
            ),
        ),
    ),
    Input(
        "leaving on shots",
        (
            Unknown(
                "leaving on shots",
                both("conduct.leave_shots"),
                _normal(1.6, 0.6, 0, 3),
                "incidents.csv: warning_shots",
                "after a warning",
            ),
        ),
    ),
    Input(
        "spread of leaving",
        (
            Unknown(
                "staying when sure", both("conduct.leave_sureness"), _uniform(0, 1.6), OURS, "after a warning"
            ),
            Unknown(
                "spread of leaving", both("conduct.leave_log_sd"), _uniform(0.2, 1.2), OURS, "after a warning"
            ),
            Unknown("share of orders", both("conduct.trait_share"), _uniform(0, 1), OURS, "after a warning"),
            Unknown(
                "spread between warnings",
                both("conduct.leave_jitter"),
                _uniform(0, 0.4),
                OURS,
                "after a warning",
            ),
        ),
    ),
    Input(
        "armed, and firing back",
        (
            Unknown(
                "armed",
                both("conduct.armed"),
                _uniform(0.5, 1),
                "assumption: FACTS: activity (some armed)",
                "firing back",
            ),
            Unknown("firing back", both("conduct.p_return_fire"), _uniform(0.6, 1), OURS, "firing back"),
        ),
    ),
    Input(
        "reading when sure",
        (Unknown("reading when sure", both("conduct.attack_sureness"), _uniform(0, 3), OURS, "reading"),),
    ),
    Input(
        "reading by tension",
        (Unknown("reading by tension", both("conduct.attack_tension"), _uniform(0, 4), OURS, "reading"),),
    ),
    Input(
        "reading at night and of near rounds",
        (
            Unknown("reading at night", both("conduct.attack_night"), _uniform(0, 1), OURS, "reading"),
            Unknown(
                "where warning rounds strike",
                both("conduct.shot_distance_m"),
                _about(60, 0.5, 20, 180),
                OURS,
                "reading",
            ),
            Unknown("near rounds", both("conduct.near_m"), _about(60, 0.5, 20, 180), OURS, "reading"),
            Unknown("reading of near rounds", both("conduct.attack_near"), _uniform(0, 2), OURS, "reading"),
        ),
    ),
    Input(
        "reading without a word",
        (
            Unknown(
                "reading without a word", both("conduct.attack_unspoken"), _uniform(1, 5), OURS, "reading"
            ),
        ),
    ),
)

_FIRE: tuple[Input, ...] = (
    Input(
        "strikes read as an attack",
        (
            Unknown(
                "strikes read as an attack",
                ("mines.read_as_attack",),
                _about(0.01, 1, 0.0005, 0.1),
                "counts.csv: mine_blasts_north (none of some 20)",
                "rounds",
            ),
        ),
    ),
    Input(
        "rounds at a post by tension",
        (
            Unknown(
                "rounds at a post by tension", both("stray.attack_tension"), _uniform(0, 4), OURS, "rounds"
            ),
        ),
    ),
    Input(
        "rounds found out",
        (
            Unknown(
                "origin seen",
                both("stray.p_origin_seen"),
                _uniform(0.2, 0.8),
                "FACTS: reply to a post being hit",
                "rounds",
            ),
            Unknown(
                "minutes to report it",
                both("stray.origin_seen_minutes"),
                _about(1, 0.6, 0.2, 5),
                OURS,
                "rounds",
            ),
            Unknown(
                "minutes to find it",
                both("stray.origin_minutes"),
                _about(35, 0.5, 10, 105),
                "FACTS: reply to a post being hit (32-105 minutes)",
                "rounds",
            ),
            Unknown("spread of these", both("stray.origin_log_sd"), _uniform(0.2, 0.8), OURS, "rounds"),
            Unknown(
                "explained by the north",
                ("north.stray.p_explained",),
                _uniform(0, 0.4),
                "FACTS: accidental discharges by the south (no case of the north)",
                "rounds",
            ),
            Unknown(
                "explained by the south",
                ("south.stray.p_explained",),
                _uniform(0.6, 1),
                "FACTS: accidental discharges by the south",
                "rounds",
            ),
            Unknown(
                "minutes of the north",
                ("north.stray.explain_minutes",),
                _about(40, 0.6, 10, 160),
                "incidents.csv: M20101128 (message after 100 min)",
                "rounds",
            ),
            Unknown(
                "minutes of the south",
                ("south.stray.explain_minutes",),
                _about(5, 0.8, 1, 100),
                "incidents.csv: M20101128 (message after 100 min)",
                "rounds",
            ),
            Unknown("spread of explanations", both("stray.explain_log_sd"), _uniform(0.3, 1), OURS, "rounds"),
        ),
    ),
    Input(
        "reply granted",
        (Unknown("reply granted", both("fire.p_grant_reply"), _uniform(0.5, 1), OURS, "rounds"),),
    ),
    Input(
        "after the first fire",
        (
            Unknown("reply of a post", both("fire.p_reply"), _uniform(0.6, 1), OURS, "fire"),
            Unknown(
                "minutes to reply",
                both("fire.reply_minutes"),
                _about(1, 0.6, 0.2, 5),
                "FACTS: reply to a post being hit (at once to 1 minute)",
                "fire",
            ),
            Unknown("spread of replies", both("fire.reply_log_sd"), _uniform(0.2, 0.9), OURS, "fire"),
            Unknown("going on", both("fire.p_continue"), _uniform(0.2, 0.7), OURS, "fire"),
            Unknown(
                "casualties by fire",
                both("fire.p_casualty"),
                _about(0.04, 0.8, 0.005, 0.2),
                "priors.csv: p_casualty",
                "fire",
            ),
            Unknown(
                "their number", both("fire.casualties"), _uniform(1, 3), "priors.csv: p_casualty", "fire"
            ),
            Unknown("casualties by mines", ("mines.casualties",), _uniform(0.5, 3), OURS, "mines"),
            Unknown(
                "heavy weapons",
                both("fire.p_heavy"),
                _about(0.008, 0.8, 0.001, 0.04),
                "priors.csv: p_heavy",
                "fire",
            ),
            Unknown("support", both("fire.p_support"), _uniform(0.05, 0.4), OURS, "fire"),
            Unknown("who began", both("fire.p_attrib"), _uniform(0.3, 0.95), "priors.csv: p_attrib", "fire"),
            Unknown(
                "reports to supporters",
                both("fire.report_delay"),
                _about(5, 0.5, 1, 16),
                "priors.csv: report_delay",
                "fire",
            ),
            Unknown(
                "reach of support",
                both("fire.support_reach_m"),
                _about(5000, 0.5, 1500, 12_000),
                OURS,
                "fire",
            ),
        ),
    ),
)

_POLITICS: tuple[Input, ...] = (
    Input(
        "resting tension",
        (
            Unknown(
                "resting tension",
                both("politics.resting"),
                _uniform(0.05, 0.4),
                "assumption: TRIAL 2.2 has 0.2",
                "tension",
            ),
        ),
    ),
    Input(
        "half-life of tension",
        (
            Unknown(
                "half-life of tension",
                ("feedback.half_life_days",),
                _about(20, 0.8, 2, 120),
                "priors.csv: half_life",
                "tension",
            ),
        ),
    ),
    Input(
        "reciprocity",
        (Unknown("reciprocity", ("feedback.k",), _normal(0.3, 0.2, 0, 0.7), "priors.csv: k", "tension"),),
    ),
    Input(
        "postures and casualties",
        (
            Unknown("alert", both("politics.alert_at"), _uniform(0.35, 0.6), OURS, "tension"),
            Unknown(
                "authority moves down", both("politics.predelegate_at"), _uniform(0.6, 0.85), OURS, "tension"
            ),
            Unknown(
                "tension by casualties", both("politics.casualty_jump"), _uniform(0, 0.15), OURS, "tension"
            ),
            Unknown(
                "memory of casualties",
                both("politics.casualty_memory_days"),
                _about(30, 0.6, 7, 120),
                OURS,
                "tension",
            ),
            Unknown(
                "reading after casualties", both("conduct.attack_casualties"), _uniform(0, 2), OURS, "reading"
            ),
        ),
    ),
    Input(
        "answer to tension",
        (
            Unknown(
                "work by tension", both("politics.work_response"), _normal(0.3, 0.5, -1, 1.5), OURS, "tension"
            ),
            Unknown(
                "patrols by tension",
                both("politics.patrol_response"),
                _normal(0.3, 0.5, -1, 1.5),
                OURS,
                "tension",
            ),
        ),
    ),
)

INPUTS: tuple[Input, ...] = (*_WORLD, *_UNITS, *_WATCH, *_COMMAND, *_CONDUCT, *_FIRE, *_POLITICS)

# What a policy of the short list is made of, and no run without that policy ever meets.
OF_POLICIES: tuple[str, ...] = ("satellite receivers", "hotline")

# Parameters that are not moved, with the reason each: of either side where no side is named.
LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "extent of the line, measured": ("space.length_km", "space.half_width_km"),
    "resolution of the computation": (
        "space.cell_m",
        "space.line_step_m",
        "clock.tick_minutes",
        "clock.warmup_days",
    ),
    "what is counted, not what happens": (
        "counting.deep_m",
        "counting.join_hours",
        "counting.runaway",
        "border.differ_m",
    ),
    "told of an incident, decides nothing": ("patrols.size", "works.size", "works.size_log_sd"),
    "known: counted on the ground": ("border.marker_spacing_m", "watch.posts"),
    "known: the season of work and the counties of crossings are on record": (
        "north.works.from_year",
        "north.works.first_month",
        "north.works.last_month",
        "north.works.named_counties",
    ),
    "held in the calibration, so that the share of slots and how often is learned have room": (
        "north.works.slots",
        "learning.pushback_m",
    ),
    "works of the south: there are none": ("south.works.*",),
    "a choice that a scenario describes: rules of engagement and lines, which policies change": (
        "response.line",
        "rules.steps",
        "rules.weapons",
        "rules.warning_authority",
        "rules.reply_authority",
        "rules.broadcast_to_shots_minutes",
    ),
    "a state that a scenario describes, or a policy brings": (
        "border.common_line",
        "border.markers_standing",
        "border.markers_file",
        "border.lines_file",
        "border.posts_file",
        "hotline.working",
        "navigation.satellite",
        "north.works.buffer_m",
        "north.works.notice",
        "voice.campaign",
    ),
    "means nothing without a loudspeaker campaign, which the baseline has not": (
        "voice.masking",
        "voice.campaign_tension",
    ),
    "the joint survey, which no policy of the short list brings: a study of it sweeps them": ("survey.*",),
    "talks that governments decide, which the baseline has not": (
        "politics.openness",
        "politics.openness_tension",
    ),
    "a list, of which a posterior has no column; half-life, reciprocity and resting tension scale it": (
        "politics.jumps",
    ),
}


def reason_left_out(path: str) -> str | None:
    """Why the parameter at a dotted path is not moved; None where nothing says so."""
    side, _, name = path.partition(".")
    names = (path, name) if side in ("north", "south") else (path,)
    for reason, patterns in LEFT_OUT.items():
        if any(fnmatchcase(each, pattern) for each in names for pattern in patterns):
            return reason
    return None


def members(inputs: tuple[Input, ...] = INPUTS) -> Iterator[tuple[Input, Unknown | Rule]]:
    """Every member with its input, in the order of the columns of a design."""
    for each in inputs:
        for member in each.members:
            yield each, member
