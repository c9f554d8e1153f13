"""Who is out there: patrols, work projects and survey teams, their errors and their memory."""

from collections.abc import Iterator
from typing import Literal

from sim.documents import Impossible, StrictModel
from sim.parameters.declare import choice, param

AfterWarning = Literal["step_back", "none", "stay_away", "abandon", "move_along"]
County = Literal["Paju", "Yeoncheon", "Cheorwon", "Hwacheon", "Yanggu", "Inje", "Goseong"]


def _season_in_order(first_month: int, last_month: int) -> Iterator[Impossible]:
    if last_month < first_month:
        yield Impossible(
            "last_month",
            "a season cannot run over the turn of the year",
            f"first_month, {first_month}, to 12",
        )


class Patrols(StrictModel):
    """Foot patrols."""

    slots: int = param(60, "count", 0, 20000, "patrols that the side can field along the line", world=True)
    home_spread: float = param(
        0.5, "share", 0, 1, "share of a slot's stretch over which the middle of its routes varies", world=True
    )
    presence: float = param(0.4, "share", 0, 1, "share of half-day shifts that a slot walks")
    hours: float = param(9, "h", 1, 12, "length of a patrol's shift")
    size: int = param(
        10, "persons", 1, 50, "persons in a patrol", "FACTS: group size (2-14, usually 10)", "measured"
    )
    speed_kmh: float = param(
        0.8,
        "km/h",
        0.1,
        3,
        "mean speed along the route, halts included",
        "priors.csv: walk_speed",
        "analogue",
    )
    standoff_m: float = param(
        250,
        "m",
        0,
        2000,
        "least distance that routine patrols keep from their belief line",
        "priors.csv: standoff_m",
        south=350,
    )
    spread_m: float = param(150, "m", 0, 1000, "mean distance kept beyond the least")
    recon_share: float = param(
        0.004, "share", 0, 0.2, "share of patrol shifts that go close", "TRIAL 2.2 (0.1-1.8%)", south=0.0
    )
    recon_distance_m: float = param(
        80, "m", 0, 300, "distance that reconnaissance keeps", "TRIAL 2.2 (59-115 m)"
    )
    year_log_sd: float = param(
        1.0,
        "log sd",
        0,
        2.5,
        "year-to-year spread of that share: 2010-13 without a crossing, 2014 with five",
        "counts.csv: crossings",
        "analogue",
    )
    probe_share: float = param(
        0, "share", 0, 0.1, "share of reconnaissance that is ordered to cross", "priors.csv: probe_share"
    )
    probe_depth_m: float = param(30, "m", 0, 500, "depth that a probe is ordered to reach")


class Works(StrictModel):
    """Work projects near the line."""

    slots: int = param(30, "count", 0, 5000, "project slots a season", "TRIAL 9", south=0, world=True)
    share: float = param(0.8, "share", 0, 1, "share of slots that become projects", "TRIAL 9")
    surge_sd: float = param(
        0.2, "log sd", 0, 1.5, "year-to-year spread of the number of projects", world=True
    )
    from_year: int = param(
        2024,
        "year",
        1953,
        2100,
        "first season with projects",
        "priors.csv: work_season",
        "measured",
        world=True,
    )
    first_month: int = param(
        4, "month", 1, 12, "first month of the season", "priors.csv: work_season", "measured", world=True
    )
    last_month: int = param(
        12, "month", 1, 12, "last month of the season", "priors.csv: work_season", "measured", world=True
    )
    early: float = param(
        0.5,
        "share",
        0,
        1,
        "how far programmes begin early: all in the first part of the season that this share leaves",
        world=True,
    )
    programme_size: int = param(
        4,
        "count",
        1,
        30,
        "project slots of one programme",
        "counts.csv: crossings (four in June 2024, on few fronts)",
        "analogue",
        world=True,
    )
    programme_weeks: float = param(
        3, "week", 0, 30, "mean time from a programme's begin to that of each of its projects", world=True
    )
    programme_km: float = param(3, "km", 0, 50, "spread of a programme's projects along the line", world=True)
    programme_share: float = param(
        0.5,
        "share",
        0,
        1,
        "share of the variance of log distance that a programme's projects have in common",
        world=True,
    )
    named_counties: tuple[County, ...] = choice(
        ("Yeoncheon", "Cheorwon", "Hwacheon", "Inje", "Goseong"),
        "counties in which programmes are denser",
        "counts.csv: crossings (June 2024 - June 2025: counties named)",
        "measured",
        world=True,
    )
    named_density: float = param(
        3, "ratio", 1, 100, "how many times denser programmes are there than elsewhere", world=True
    )
    rugged_loss: float = param(
        0.5, "share", 0, 1, "share of programmes that the most rugged ground keeps away", world=True
    )
    weeks: float = param(8, "week", 0.5, 40, "mean length of a project", "TRIAL 9", world=True)
    distance_m: float = param(
        50, "m", 5, 1000, "median distance of a project from its own belief line", "priors.csv: work_distance"
    )
    distance_log_sd: float = param(0.8, "log sd", 0, 2, "spread of that distance", "TRIAL 9")
    floor_m: float = param(5, "m", 0, 300, "least distance of a project", "TRIAL 9")
    buffer_m: float = param(0, "m", 0, 1000, "no-work buffer on each side's own belief line")
    stretch_m: float = param(400, "m", 10, 5000, "length of line that a project covers")
    hours: float = param(12.5, "h", 1, 13, "hours worked in a shift", "priors.csv: work_hours", "measured")
    night_share: float = param(
        0.1, "share", 0, 1, "share of nights that a project works", "priors.csv: work_hours"
    )
    size: int = param(
        25,
        "persons",
        1,
        500,
        "median size of a party",
        "FACTS: group size (work parties of 20-30)",
        "measured",
    )
    size_log_sd: float = param(0.4, "log sd", 0, 2, "spread of the size of a party")
    notice: bool = choice(False, "whether the other side is told of works beforehand")

    def conflicts(self) -> Iterator[Impossible]:
        """A season that ends before it begins."""
        yield from _season_in_order(self.first_month, self.last_month)


class Survey(StrictModel):
    """The joint survey that restores markers."""

    km_per_week: float = param(
        0,
        "km/week",
        0,
        5,
        "line surveyed in a week of the season; 0 is no survey",
        "priors.csv: survey_speed",
        "analogue",
    )
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
    recognised: float = param(
        0.98,
        "probability",
        0.8,
        1,
        "a post knows an announced team, marked and escorted, for what it is; drawn once a team and shift",
    )

    def conflicts(self) -> Iterator[Impossible]:
        """A season that ends before it begins."""
        yield from _season_in_order(self.first_month, self.last_month)


class Learning(StrictModel):
    """What a warned unit does on the following days."""

    rule: AfterWarning = choice(
        "step_back",
        "step back with a probability, never, or stay away while memory lasts; or, for parties, give up the "
        "site for good, or go on elsewhere along the line",
        world=True,
    )
    p_learn: float = param(
        0.3, "probability", 0, 1, "a warned unit does what its rule says", "priors.csv: p_learn"
    )
    pushback_m: float = param(40, "m", 0, 300, "how far it steps back", "TRIAL 9")
    memory_days: float = param(14, "day", 1, 120, "half-life of that step", "priors.csv: memory_days")
    move_m: float = param(
        500,
        "m",
        0,
        5000,
        "rule move_along: how far along the line work goes on",
        "PRIORS.md: works (strip 0.15 km a week a site)",
    )


class Navigation(StrictModel):
    """The error of where a unit goes, across the line."""

    error_m: float = param(8, "m", 0, 100, "sd by day on open flat ground without satellite aid", "TRIAL 9")
    tau_minutes: float = param(60, "min", 5, 600, "correlation time", "TRIAL 2.4")
    rugged_factor: float = param(0.2, "ratio", 0, 3, "relative growth at ruggedness 1")
    vegetation_factor: float = param(0.2, "ratio", 0, 3, "relative growth under full growth")
    night_factor: float = param(1.3, "ratio", 1, 4, "multiplies the error at night")
    fog_factor: float = param(1.3, "ratio", 1, 4, "multiplies the error in fog")
    satellite: bool = choice(
        False,
        "whether units carry satellite receivers",
        "PRIORS.md: navigation (jamming along the whole border since November 2024)",
        "analogue",
    )
    satellite_error_m: float = param(
        4, "m", 1, 20, "sd with a satellite receiver", "priors.csv: nav_error_m", "measured"
    )
