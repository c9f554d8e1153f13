"""The declared schema: every number that shapes behaviour, with unit, range, source and grade.

One class is one mechanism. A scenario holds the groups of ``Parameters``; ``north`` and ``south``
are two copies of ``Side``, so that both sides run the same code and differ in parameters only.
``TRIAL`` marks values that a throw-away prototype found workable: they count as assumptions.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.documents import Impossible, StrictModel

NORTH, SOUTH, COMMISSION = 0, 1, 2
SIDES = ("north", "south")

Action = Literal["broadcast", "warning_shots", "broadcast_and_warning_shots", "aimed_fire"]
Authority = Literal["post", "battalion", "division", "national"]
Grade = Literal["measured", "analogue", "assumption"]
Jump = Annotated[float, Field(ge=0, le=1)]
AUTHORITIES: tuple[Authority, ...] = ("post", "battalion", "division", "national")

_OURS = "assumption"
MOST_CELLS = 20_000_000  # of the grid: 0.3 GB of layers
MOST_POSTS = 32_767  # the terrain numbers them in 16 bits


def param(
    default: Any,
    unit: str,
    low: float | None,
    high: float | None,
    text: str,
    source: str = _OURS,
    grade: Grade = "assumption",
    south: Any = None,
    world: bool = False,
) -> Any:
    """Declare one parameter; ``south`` is the south's default where it differs.

    ``world``: it is drawn from once per world, before any policy, so no overlay may change it.
    """
    extra = {"unit": unit, "source": source, "grade": grade, "world": world}
    if south is not None:
        extra["default_south"] = south
    return Field(default, ge=low, le=high, description=text, json_schema_extra=extra)


def choice(
    default: Any, text: str, source: str = _OURS, grade: Grade = "assumption", south: Any = None,
    world: bool = False,
) -> Any:  # fmt: skip
    """Declare a parameter that is chosen from a list rather than measured."""
    return param(default, "choice", None, None, text, source, grade, south, world)


def drawn_once(group: Any) -> Any:
    """Declare a group all of whose parameters belong to the world (see ``param``)."""
    return Field(group, json_schema_extra={"world": True})


class Space(StrictModel):
    """Extent and resolution of the grid along the line."""

    length_km: float = param(
        248, "km", 1, 5000, "length of the line", "FACTS: Associated Press 2025-11-17", "measured"
    )
    half_width_km: float = param(
        2, "km", 0.5, 5, "half the width of the zone", "FACTS: Associated Press 2025-11-17",
        "measured",
    )  # fmt: skip
    cell_m: float = param(100, "m", 10, 1000, "side of a terrain cell")
    line_step_m: float = param(25, "m", 2, 100, "spacing of the nodes of the three lines")
    area_km: float = param(12, "km", 2, 50, "stretch that one command post commands")


class Ground(StrictModel):
    """What the terrain tables do not say about the ground."""

    fence_m: float = param(
        1150, "m", 500, 2000, "mean distance of each side's fence from the line",
        "priors.csv: dmz_halfwidth", "measured",
    )  # fmt: skip
    cleared_belt_m: float = param(100, "m", 0, 1000, "cleared ground on each side of a fence")
    patch_m: float = param(400, "m", 50, 5000, "size of a patch of one cover")
    forest_density: float = param(0.9, "share", 0, 1, "growth of forest in full leaf")
    grass_density: float = param(0.5, "share", 0, 1, "growth of grass and shrub in full leaf")
    wetland_density: float = param(0.4, "share", 0, 1, "growth of wetland in full leaf")
    crop_density: float = param(0.3, "share", 0, 1, "growth of crops in full leaf")
    cleared_density: float = param(0.1, "share", 0, 1, "growth of the cleared belts")
    evergreen_share: float = param(0.25, "share", 0, 1, "share of the forest that keeps its leaf")
    standing_share: float = param(0.5, "share", 0, 1, "share of other growth that stands in winter")
    mine_belt_m: float = param(200, "m", 0, 2000, "half width of belts with other mine densities")
    mine_line: float = param(3, "ratio", 0, 50, "mines about the line, relative to between")
    mine_north: float = param(1, "ratio", 0, 50, "mines about the north's fence, likewise")
    mine_south: float = param(3, "ratio", 0, 50, "mines about the south's fence, likewise")


class Clock(StrictModel):
    """Resolution in time, and the warm-up that no figure counts."""

    tick_minutes: int = param(10, "min", 1, 60, "length of a tick; divides six hours")
    warmup_days: int = param(60, "day", 0, 365, "days simulated before exposure begins")

    def conflicts(self) -> Iterator[Impossible]:
        """A tick that does not divide a shift."""
        if 360 % self.tick_minutes:
            yield Impossible("tick_minutes", "a tick must divide six hours", "a divisor of 360 min")


class Border(StrictModel):
    """Markers and the errors of the three lines."""

    marker_spacing_m: float = param(
        191.95, "m", 20, 2000, "distance between neighbouring markers as installed",
        "FACTS: 248 km with 1,292 markers", "measured", world=True,
    )  # fmt: skip
    marker_survival: float = param(
        0.155, "share", 0, 1, "probability that a marker stands", "priors.csv: marker_survival",
        "measured",
    )  # fmt: skip
    marker_clustering: float = param(
        0, "share", 0, 1, "how far losses come in clusters", world=True
    )
    marker_cluster_km: float = param(
        2, "km", 0.2, 20, "length of a cluster of lost markers", world=True
    )
    kernel: Literal["matern32", "ou"] = choice(
        "matern32", "smoothness of the map errors: once differentiable, or not at all", world=True
    )
    correlation_km: float = param(
        1, "km", 0.2, 5, "length over which a map error persists", "priors.csv: correlation_km",
        world=True,
    )  # fmt: skip
    shared_error: float = param(
        0.6, "correlation", 0, 1, "correlation of the two sides' map errors",
        "priors.csv: shared_error", world=True,
    )  # fmt: skip
    commission_error_m: float = param(
        15, "m", 0, 60, "sd of the commission's map line", "priors.csv: commission_error_m",
        "analogue",
    )  # fmt: skip
    sight_m: float = param(
        100, "m", 16, 300, "distance at which one marker is seen from the next",
        "priors.csv: sight_m",
    )  # fmt: skip
    differ_m: float = param(5, "m", 1, 20, "difference of lines that counts for the map gap")
    common_line: Literal["none", "commission", "north", "south"] = choice(
        "none", "line that both sides have agreed to believe and to respond on"
    )
    markers_file: str | None = choice(
        None, "CSV of the scenario's own markers: column s_km", world=True
    )
    lines_file: str | None = choice(
        None, "CSV of the scenario's own lines: s_km, north_m, south_m, commission_m", world=True
    )
    posts_file: str | None = choice(
        None, "CSV of the scenario's own posts: side, s_km, d_m", world=True
    )


class Weather(StrictModel):
    """Season, fog and growth."""

    fog_factor: float = param(
        1, "ratio", 0, 5, "multiplies the chance of fog in the climate table",
        "GEOGRAPHY.md: climate.csv",
    )  # fmt: skip


class Mines(StrictModel):
    """Mines that a unit meets when it leaves its lane."""

    strikes_per_km: float = param(
        0.0004, "1/km", 0, 0.1, "strikes a km walked off the lane at mean mine density; "
        "bounded by 20 reported blasts in April-December 2024",
        "counts.csv: mine_blasts_north", "analogue",
    )  # fmt: skip
    lane_halfwidth_m: float = param(
        1.5, "m", 0.5, 5, "distance from the lane's middle that is cleared",
        "priors.csv: lane_halfwidth",
    )  # fmt: skip
    lane_error: float = param(
        0.1, "share", 0, 1, "share of the navigation error that also takes a unit off its lane"
    )
    casualties: float = param(1.5, "persons", 0, 10, "mean casualties of a strike")
    read_as_attack: float = param(
        0.01, "probability", 0, 1, "a strike is read as an attack by the other side"
    )


class Hotline(StrictModel):
    """The direct line between the two commands."""

    working: bool = choice(
        False, "whether calls are answered", "FACTS: unanswered since 7 April 2023", "measured"
    )
    call_minutes: float = param(
        30, "min", 1, 240, "from the decision to call to an effect", "priors.csv: call_minutes",
        "analogue",
    )  # fmt: skip
    p_connect: float = param(
        0.9, "probability", 0, 1, "a call is answered", "priors.csv: hotline_connect", "analogue"
    )
    odds: float = param(
        0.5, "odds ratio", 0.1, 1, "multiplies the odds of the next rung once connected",
        "priors.csv: hotline_odds",
    )  # fmt: skip


class Feedback(StrictModel):
    """How tension decays and passes between the governments."""

    half_life_days: float = param(
        20, "day", 2, 120, "half-life of tension", "priors.csv: half_life", "analogue"
    )
    k: float = param(0.3, "ratio", 0, 0.99, "reciprocity between the governments", "priors.csv: k")


class Survey(StrictModel):
    """The joint survey that restores markers."""

    km_per_week: float = param(
        0, "km/week", 0, 5, "line surveyed in a week of the season; 0 is no survey",
        "priors.csv: survey_speed", "analogue",
    )  # fmt: skip
    where: Literal["from_km", "projects"] = choice(
        "from_km", "begin at a kilometre, or go where projects are"
    )
    from_km: float = param(0, "km", 0, 5000, "where a survey along the line begins")
    site_km: float = param(2, "km", 0.1, 50, "line surveyed at a project before the next one")
    first_month: int = param(4, "month", 1, 12, "first month of the survey season")
    last_month: int = param(11, "month", 1, 12, "last month of the survey season")
    consent_tension: float = param(
        0.7, "tension", 0, 1, "above this tension a government withholds its consent"
    )
    distance_m: float = param(15, "m", 0, 200, "distance that a survey team keeps from the line")

    def conflicts(self) -> Iterator[Impossible]:
        """A season that ends before it begins."""
        yield from _season_in_order(self.first_month, self.last_month)


def _season_in_order(first_month: int, last_month: int) -> Iterator[Impossible]:
    if last_month < first_month:
        yield Impossible(
            "last_month", "a season cannot run over the turn of the year",
            f"first_month, {first_month}, to 12",
        )  # fmt: skip


class Response(StrictModel):
    """The line that the side acts on."""

    line: Literal["own", "commission", "favour_other"] = choice(
        "own", "own belief, the commission's line, or the one that favours the other side",
        "FACTS: the south's rule since September 2025", "measured", south="favour_other",
    )  # fmt: skip


class Patrols(StrictModel):
    """Foot patrols."""

    slots: int = param(
        60, "count", 0, 20000, "patrols that the side can field along the line", world=True
    )
    presence: float = param(0.4, "share", 0, 1, "share of half-day shifts that a slot walks")
    hours: float = param(9, "h", 1, 12, "length of a patrol's shift")
    size: int = param(10, "persons", 1, 50, "persons in a patrol", "FACTS: 2-14, usually 10",
                      "measured")  # fmt: skip
    speed_kmh: float = param(
        0.8, "km/h", 0.1, 3, "mean speed along the route, halts included", "priors.csv: walk_speed",
        "analogue",
    )  # fmt: skip
    standoff_m: float = param(
        250, "m", 0, 2000, "least distance that routine patrols keep from their belief line",
        "priors.csv: standoff_m", south=350,
    )  # fmt: skip
    spread_m: float = param(150, "m", 0, 1000, "mean distance kept beyond the least")
    recon_share: float = param(
        0.004, "share", 0, 0.2, "share of patrol shifts that go close", "TRIAL 2.2: 0.1-1.8%",
        south=0.0,
    )  # fmt: skip
    recon_distance_m: float = param(
        80, "m", 0, 300, "distance that reconnaissance keeps", "TRIAL 2.2: 59-115 m"
    )
    probe_share: float = param(
        0, "share", 0, 0.1, "share of reconnaissance that is ordered to cross",
        "priors.csv: probe_share",
    )  # fmt: skip
    probe_depth_m: float = param(30, "m", 0, 500, "depth that a probe is ordered to reach")


class Works(StrictModel):
    """Work projects near the line."""

    slots: int = param(
        30, "count", 0, 5000, "project slots a season", "TRIAL 9", south=0, world=True
    )
    share: float = param(0.8, "share", 0, 1, "share of slots that become projects", "TRIAL 9")
    surge_sd: float = param(
        0.2, "log sd", 0, 1.5, "year-to-year spread of the number of projects", world=True
    )
    from_year: int = param(
        2024, "year", 1953, 2100, "first season with projects", "priors.csv: work_season",
        "measured", world=True,
    )  # fmt: skip
    first_month: int = param(4, "month", 1, 12, "first month of the season",
                             "priors.csv: work_season", "measured", world=True)  # fmt: skip
    last_month: int = param(12, "month", 1, 12, "last month of the season",
                            "priors.csv: work_season", "measured", world=True)  # fmt: skip
    weeks: float = param(8, "week", 0.5, 40, "mean length of a project", "TRIAL 9", world=True)
    distance_m: float = param(
        50, "m", 5, 1000, "median distance of a project from its own belief line",
        "priors.csv: work_distance",
    )  # fmt: skip
    distance_log_sd: float = param(0.8, "log sd", 0, 2, "spread of that distance", "TRIAL 9")
    floor_m: float = param(5, "m", 0, 300, "least distance of a project", "TRIAL 9")
    buffer_m: float = param(0, "m", 0, 1000, "no-work buffer on each side's own belief line")
    stretch_m: float = param(400, "m", 10, 5000, "length of line that a project covers")
    hours: float = param(
        12.5, "h", 1, 13, "hours worked in a shift", "priors.csv: work_hours", "measured"
    )
    night_share: float = param(0.1, "share", 0, 1, "share of nights that a project works",
                               "priors.csv: work_hours")  # fmt: skip
    walk_kmh: float = param(0.3, "km/h", 0, 3, "walking done while at work")
    size: int = param(25, "persons", 1, 500, "median size of a party", "FACTS: parties of 20-30",
                      "measured")  # fmt: skip
    size_log_sd: float = param(0.4, "log sd", 0, 2, "spread of the size of a party")
    notice: bool = choice(False, "whether the other side is told of works beforehand")

    def conflicts(self) -> Iterator[Impossible]:
        """A season that ends before it begins."""
        yield from _season_in_order(self.first_month, self.last_month)


class Learning(StrictModel):
    """What a warned unit does on the following days."""

    rule: Literal["step_back", "none", "stay_away"] = choice(
        "step_back", "step back with a probability, never, or stay away while memory lasts"
    )
    p_learn: float = param(0.3, "probability", 0, 1, "a warned unit steps back next time",
                           "priors.csv: p_learn")  # fmt: skip
    pushback_m: float = param(40, "m", 0, 300, "how far it steps back", "TRIAL 9")
    memory_days: float = param(14, "day", 1, 120, "half-life of that step",
                               "priors.csv: memory_days")  # fmt: skip


class Navigation(StrictModel):
    """The error of where a unit goes, across the line."""

    error_m: float = param(
        8, "m", 0, 100, "sd by day on open flat ground without satellite aid", "TRIAL 9",
    )
    tau_minutes: float = param(60, "min", 5, 600, "correlation time", "TRIAL 2.4")
    rugged_factor: float = param(0.2, "ratio", 0, 3, "relative growth at ruggedness 1")
    vegetation_factor: float = param(0.2, "ratio", 0, 3, "relative growth under full growth")
    night_factor: float = param(1.3, "ratio", 1, 4, "multiplies the error at night")
    fog_factor: float = param(1.3, "ratio", 1, 4, "multiplies the error in fog")
    satellite: bool = choice(False, "whether units carry satellite receivers",
                             "FACTS: jamming along the whole border since November 2024",
                             "analogue")  # fmt: skip
    satellite_error_m: float = param(
        4, "m", 1, 20, "sd with a satellite receiver", "priors.csv: nav_error_m", "measured"
    )


class Watch(StrictModel):
    """Posts that look: how often, how far and how well."""

    posts: int = param(160, "count", 0, 20000, "guard posts inside the zone",
                       "FACTS: KBS 2018-07-25", "measured", south=60, world=True)  # fmt: skip
    post_distance_m: float = param(
        500, "m", 100, 1900, "mean distance of posts from the line",
        "priors.csv: post_distance (opposing posts about 1 km apart)", "measured", world=True,
    )  # fmt: skip
    post_spread_m: float = param(120, "m", 0, 500, "spread of that distance", world=True)
    post_floor_m: float = param(
        100, "m", 0, 1000, "least distance of a post from the line", world=True
    )
    looks_per_hour: float = param(2, "1/h", 0, 60, "looks at a unit in view by day", "TRIAL 9")
    range_m: float = param(
        2000, "m", 100, 10000, "distance at which half of the looks see a unit",
        "FACTS: thermal sights detect at 1.5-4.4 km", "measured",
    )  # fmt: skip
    vegetation_loss: float = param(0.6, "share", 0, 1, "share of looks lost under full growth")
    night_factor: float = param(0.6, "ratio", 0, 1, "looks by night, relative to day")
    fog_factor: float = param(0.3, "ratio", 0, 1, "looks in fog, relative to clear air")
    approach_m: float = param(
        200, "m", 20, 1000, "distance from the response line at which units are looked at",
        "priors.csv: approach_m",
    )  # fmt: skip
    p_approach_broadcast: float = param(
        0.05, "probability", 0, 1, "a unit seen near the line in a shift draws a broadcast",
        "FACTS: about 60 occasions in 2014", "analogue",
    )  # fmt: skip
    margin_m: float = param(20, "m", 0, 100, "depth past the response line that watchers let pass",
                            "priors.csv: response_margin_m")  # fmt: skip
    confirm_looks: int = param(2, "count", 1, 6, "looks in a row that make a violation",
                               "priors.csv: confirm_looks")  # fmt: skip
    track_interval: float = param(10, "min", 1, 60, "time between looks at a tracked unit",
                                  "priors.csv: track_interval", "measured")  # fmt: skip
    range_error_m: float = param(5, "m", 0, 30, "sd of a fix along the sight line",
                                 "priors.csv: fix_instrument", "measured")  # fmt: skip
    azimuth_error_mil: float = param(
        5, "mil", 0, 100, "sd of a fix across the sight line (1/6400 of a circle); 10 is the "
        "maker's figure held in the hand, half of it is assumed on a fixed mount",
        "priors.csv: fix_instrument",
    )  # fmt: skip
    jitter_m: float = param(3, "m", 0, 20, "sd of a single look about its sighting")
    registration_m: float = param(8, "m", 0, 30, "sd of a post's own place and map",
                                  "priors.csv: fix_map", "analogue")  # fmt: skip
    eye_only: float = param(0.01, "share", 0, 0.1, "sightings without an instrument",
                            "priors.csv: eye_only")  # fmt: skip
    eye_sd_m: float = param(100, "m", 0, 250, "sd of a fix by eye", "priors.csv: eye_only_sd")
    eye_bias_m: float = param(0, "m", -150, 0, "mean error of a fix by eye, towards the watcher",
                              "priors.csv: eye_only_bias")  # fmt: skip


class Rules(StrictModel):
    """Rules of engagement and who may authorise what."""

    steps: tuple[Action, ...] = choice(
        ("broadcast", "broadcast", "broadcast_and_warning_shots", "aimed_fire"),
        "what is done in turn while a violation lasts", "FACTS: four steps since June 2024",
        "measured",
    )  # fmt: skip
    weapons: bool = choice(True, "whether any fire may be opened")
    delay_minutes: float = param(
        4, "min", 0, 120, "median time from report to first step",
        "FACTS: 5-6 min from crossing to warning shots (1997, 2017)", "measured",
    )  # fmt: skip
    delay_log_sd: float = param(0.5, "log sd", 0, 2, "spread of that time")
    step_minutes: float = param(8, "min", 1, 120, "time between steps",
                                "FACTS: 25-79 min of stay with 2-7 broadcasts", "measured")
    broadcast_to_shots_minutes: float = param(
        0, "min", 0, 240, "least time from the last broadcast to warning shots"
    )
    load_delay: float = param(3, "min", 0, 30, "minutes added by each further open incident",
                              "priors.csv: load_delay")  # fmt: skip
    warning_authority: Authority = choice("battalion", "lowest level that allows warning shots")
    action_authority: Authority = choice(
        "division", "lowest level that allows aimed fire at people who have not fired"
    )
    reply_authority: Authority = choice(
        "battalion", "lowest level that allows a reply to rounds at a post",
        "FACTS: battalion order at +15 min (2020)", "measured",
    )  # fmt: skip
    ask_minutes: float = param(4, "min", 0, 120, "median time that one level takes to answer")
    ask_log_sd: float = param(0.6, "log sd", 0, 2, "spread of that time")
    p_grant: float = param(0.9, "probability", 0, 1, "authority asked is given by each level",
                           "priors.csv: p_grant")  # fmt: skip
    p_grant_action: float = param(
        0.1, "probability", 0, 0.5, "aimed fire at people who have not fired is authorised",
        "priors.csv: p_grant_action",
    )  # fmt: skip
    notice_wait: float = param(15, "min", 0, 120, "minutes added before shots at a notified party",
                               "priors.csv: notice_wait")  # fmt: skip
    alert_speedup: float = param(
        0.5, "ratio", 0, 0.95, "share by which full alertness shortens the first delay"
    )
    alert_half_life_days: float = param(5, "day", 0.5, 60, "half-life of alertness")
    quiet_minutes: float = param(45, "min", 5, 600, "time without look or fire that ends it all")


class Voice(StrictModel):
    """Loudspeakers, and how warnings are heard."""

    open_m: float = param(1200, "m", 100, 15000, "distance at which half hear words, open ground",
                          "priors.csv: audible_range", "measured")  # fmt: skip
    growth_m: float = param(400, "m", 50, 15000, "the same under full growth",
                            "priors.csv: audible_range", "measured")  # fmt: skip
    spread: float = param(0.6, "log sd", 0.05, 2, "spread of hearing: wind, ground, language")
    jitter: float = param(0.1, "log sd", 0, 0.5, "spread from one broadcast to the next")
    campaign: float = param(
        0, "share", 0, 1, "strength of the side's own loudspeaker campaign, which masks warnings",
        "FACTS: off since June 2025", "measured",
    )  # fmt: skip
    masking: float = param(0.7, "share", 0, 1, "share of hearing distance that a full campaign "
                           "takes", "priors.csv: audible_range")  # fmt: skip
    campaign_tension: float = param(
        0.1, "tension", 0, 0.5, "what a full campaign of the other side adds to resting tension"
    )


class Conduct(StrictModel):
    """What a unit does when it is warned or shot at."""

    armed: float = param(1, "probability", 0, 1, "a unit can return fire", "FACTS: some armed")
    felt_error_m: float = param(20, "m", 1, 60, "what a unit thinks its own error is",
                                "priors.csv: felt_error_m")  # fmt: skip
    heard_odds: float = param(
        0.3, "odds ratio", 0.01, 1, "multiplies the odds of own-ground belief when first warned"
    )
    leave_per_hour: float = param(0.3, "1/h", 0, 10, "hazard of leaving without being told")
    leave_broadcast: float = param(
        0.2, "probit", -4, 4, "willingness to leave on a heard broadcast, own-ground belief 0",
        "priors.csv: leave_on_broadcast", "analogue",
    )  # fmt: skip
    leave_shots: float = param(
        1.6, "probit", -4, 4, "willingness to leave on warning shots, own-ground belief 0",
        "incidents.csv: warning shots since 2001", "analogue",
    )  # fmt: skip
    leave_sureness: float = param(0.8, "probit", 0, 4, "how far full own-ground belief holds it")
    leave_jitter: float = param(0.15, "probit", 0, 1, "spread of willingness between warnings")
    attack_intercept: float = param(
        -5.2, "logit", -9, 2, "reading of a volley as attack; own-ground belief 0, tension 0, "
        "by day, rounds far away", "priors.csv: p_read_as_attack", "analogue",
    )  # fmt: skip
    attack_sureness: float = param(1.5, "logit", 0, 6, "added by full own-ground belief")
    attack_tension: float = param(2.0, "logit", 0, 8, "added by tension 1")
    attack_night: float = param(0.5, "logit", 0, 3, "added at night")
    attack_near: float = param(1.0, "logit", 0, 5, "added by rounds that strike close")
    attack_casualties: float = param(1.0, "logit", 0, 5, "added while recent casualties are "
                                     "remembered")  # fmt: skip
    shot_distance_m: float = param(60, "m", 5, 500, "mean distance at which warning rounds strike")
    near_m: float = param(60, "m", 1, 500, "distance at which rounds count as half as close as at "
                          "one's feet")  # fmt: skip
    p_return_fire: float = param(0.9, "probability", 0, 1, "a unit that reads an attack fires back")


class Stray(StrictModel):
    """Rounds that nobody ordered."""

    per_post_year: float = param(
        0.005, "1/year", 0, 0.1, "misfires and unauthorised rounds of a post at the other side",
        "priors.csv: stray_rate (per post-year inside the zone)", "analogue",
    )  # fmt: skip
    read_as_attack: float = param(-1.0, "logit", -9, 4, "a post that is hit reads an attack, "
                                  "tension 0", "FACTS: answered fire by how it began",
                                  "analogue")  # fmt: skip
    attack_tension: float = param(2.0, "logit", 0, 8, "added by tension 1")
    p_origin_seen: float = param(0.5, "probability", 0, 1, "the origin is seen at once",
                                 "FACTS: reply to a post being hit", "analogue")  # fmt: skip
    origin_seen_minutes: float = param(1, "min", 0, 30, "time until an origin that is seen at once "
                                       "is reported")  # fmt: skip
    origin_minutes: float = param(35, "min", 1, 240, "median time to find the origin otherwise",
                                  "FACTS: 32-105 minutes", "measured")  # fmt: skip
    origin_log_sd: float = param(0.4, "log sd", 0, 1.5, "spread of that time",
                                 "FACTS: 32-105 minutes", "analogue")  # fmt: skip
    p_explained: float = param(0.8, "probability", 0, 1, "the side that fired explains it",
                               "FACTS: discharges explained by loudspeaker or message",
                               "measured")  # fmt: skip
    explain_minutes: float = param(40, "min", 1, 240, "median time to explain, no hotline",
                                   "incidents.csv: 100 min in 2010", "analogue")  # fmt: skip
    explain_log_sd: float = param(0.6, "log sd", 0, 1.5, "spread of that time")


class Fire(StrictModel):
    """Aimed fire: replies, harm, and how far it goes."""

    reply_minutes: float = param(1, "min", 0, 60, "median time to reply to aimed fire",
                                 "FACTS: at once to 1 minute", "measured")  # fmt: skip
    reply_log_sd: float = param(0.5, "log sd", 0, 1.5, "spread of that time")
    p_reply: float = param(0.9, "probability", 0, 1, "a post replies to aimed fire at it")
    p_grant_reply: float = param(
        0.8, "probability", 0, 1, "reply to rounds at a post is authorised, each level"
    )
    p_continue: float = param(0.45, "probability", 0, 1, "a side goes on after being answered")
    p_casualty: float = param(
        0.04, "probability", 0, 1, "a spell of aimed fire causes casualties",
        "priors.csv: p_casualty", "analogue",
    )  # fmt: skip
    casualties: float = param(1.5, "persons", 1, 10, "mean casualties when there are any",
                              "priors.csv: p_casualty", "analogue")  # fmt: skip
    p_heavy: float = param(
        0.008, "probability", 0, 1, "a spell of fire brings in heavy weapons",
        "priors.csv: p_heavy", "analogue",
    )  # fmt: skip
    report_delay: float = param(5, "min", 0, 60, "time until a supporting post has heard",
                                "priors.csv: report_delay", "analogue")  # fmt: skip
    p_attrib: float = param(0.6, "probability", 0, 1, "a supporting post knows who began",
                            "priors.csv: p_attrib")  # fmt: skip
    p_support: float = param(0.2, "probability", 0, 1, "a supporting post joins when it thinks "
                             "that the other side began")  # fmt: skip
    support_reach_m: float = param(5000, "m", 0, 20000, "distance within which posts support")


class Politics(StrictModel):
    """A government: resting tension, what incidents add, and what tension changes."""

    resting: float = param(0.2, "tension", 0, 1, "tension without incidents", "TRIAL 2.2")
    jumps: tuple[Jump, Jump, Jump, Jump, Jump, Jump, Jump] = param(
        (0.0, 0.002, 0.01, 0.08, 0.15, 0.25, 0.35), "tension", None, None,
        "what an incident adds, by rung 0-6", "TRIAL 2.2",
    )  # fmt: skip
    casualty_jump: float = param(0.05, "tension", 0, 0.5, "added for a side's own casualties")
    casualty_memory_days: float = param(30, "day", 1, 365, "how long casualties are remembered")
    alert_at: float = param(0.5, "tension", 0, 1, "tension at which posture goes to alert")
    predelegate_at: float = param(0.7, "tension", 0, 1, "tension at which authority moves "
                                  "one level down")  # fmt: skip
    work_response: float = param(0.3, "1/tension", -3, 3, "change of front-line work per tension")
    patrol_response: float = param(0.3, "1/tension", -3, 3, "change of patrols per tension")
    openness: float = param(0.3, "probability", 0, 1, "takes up an offer of talks when at rest",
                            "priors.csv: talks_outcome")  # fmt: skip
    openness_tension: float = param(3, "logit", 0, 10, "fall of openness per tension")

    def conflicts(self) -> Iterator[Impossible]:
        """Postures out of order."""
        if self.predelegate_at < self.alert_at:
            yield Impossible(
                "predelegate_at", "authority would move down before posture goes to alert",
                f"at least alert_at, {self.alert_at}",
            )  # fmt: skip


class Side(StrictModel):
    """Everything that one side is and does."""

    map_error_m: float = param(25, "m", 0, 60, "sd of the side's map line far from a marker",
                               "priors.csv: map_error_m")  # fmt: skip
    marker_use: float = param(1, "share", 0, 1, "share of standing markers that the side can use")
    response: Response = Response()
    patrols: Patrols = Patrols()
    works: Works = Works()
    learning: Learning = Learning()
    navigation: Navigation = Navigation()
    watch: Watch = Watch()
    rules: Rules = Rules()
    voice: Voice = Voice()
    conduct: Conduct = Conduct()
    stray: Stray = Stray()
    fire: Fire = Fire()
    politics: Politics = Politics()


class Parameters(StrictModel):
    """All parameters in force at one moment."""

    space: Space = drawn_once(Space())
    ground: Ground = drawn_once(Ground())
    clock: Clock = drawn_once(Clock())
    border: Border = Border()
    weather: Weather = drawn_once(Weather())
    mines: Mines = Mines()
    hotline: Hotline = Hotline()
    feedback: Feedback = Feedback()
    survey: Survey = Survey()
    north: Side = Side()
    south: Side = Side()

    @property
    def sides(self) -> tuple[Side, Side]:
        """North, south: indexed like every array of the state."""
        return self.north, self.south

    def conflicts(self) -> Iterator[Impossible]:
        """What does not fit on the line, in the zone or into a computer."""
        space, length = self.space, self.space.length_km
        on_line = {"space.area_km": space.area_km, "survey.from_km": self.survey.from_km}
        for path, km in on_line.items():
            if km > length:
                yield Impossible(path, "longer than the line", f"at most {length:g} km")
        cells = 2e6 * length * space.half_width_km / space.cell_m**2
        if cells > MOST_CELLS:
            least = (2e6 * length * space.half_width_km / MOST_CELLS) ** 0.5
            yield Impossible(
                "space.cell_m", f"the grid would have {cells:,.0f} cells", f"at least {least:.0f} m"
            )
        posts = self.north.watch.posts + self.south.watch.posts
        if posts > MOST_POSTS:
            yield Impossible("south.watch.posts", f"{posts} posts in all", f"{MOST_POSTS} in all")
        yield from self._outside_the_zone()
        if self.border.lines_file is not None and self.survey.km_per_week > 0:
            yield Impossible(
                "survey.km_per_week", "a survey changes nothing on lines of the scenario's own",
                "0 with border.lines_file",
            )  # fmt: skip

    def _outside_the_zone(self) -> Iterator[Impossible]:
        edge = 1000.0 * self.space.half_width_km
        for name, side in zip(SIDES, self.sides, strict=True):
            distances = {
                "watch.post_distance_m": side.watch.post_distance_m,
                "patrols.standoff_m": side.patrols.standoff_m,
                "works.buffer_m": side.works.buffer_m,
            }
            for path, metres in distances.items():
                if metres > edge:
                    yield Impossible(f"{name}.{path}", "outside the zone", f"at most {edge:g} m")


def walk(model: type[StrictModel] = Parameters, at: tuple[str, ...] = ()) -> Iterator[tuple]:
    """Yield (path, FieldInfo) of every parameter below ``model``, depth first."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, StrictModel):
            yield from walk(inner, (*at, name))
        elif field.json_schema_extra:
            yield (*at, name), field


def default_of(path: tuple[str, ...], field: Any) -> Any:
    """The declared default of the parameter at ``path``, the south's where it has its own."""
    extra = field.json_schema_extra
    return extra.get("default_south", field.default) if path[0] == "south" else field.default


def default_tree() -> dict[str, Any]:
    """Every declared default as nested dicts, in the shape of ``Parameters``."""
    tree: dict[str, Any] = {}
    for path, field in walk():
        node = tree
        for name in path[:-1]:
            node = node.setdefault(name, {})
        value = default_of(path, field)
        node[path[-1]] = list(value) if isinstance(value, tuple) else value
    return tree


def world_paths(
    model: type[StrictModel] = Parameters, at: tuple[str, ...] = (), within: bool = False
) -> Iterator[tuple[str, ...]]:
    """The paths of all parameters from which a world is drawn, before any policy."""
    for name, field in model.model_fields.items():
        inner, extra = field.annotation, field.json_schema_extra or {}
        once = within or bool(extra.get("world"))
        if isinstance(inner, type) and issubclass(inner, StrictModel):
            yield from world_paths(inner, (*at, name), once)
        elif once:
            yield (*at, name)
