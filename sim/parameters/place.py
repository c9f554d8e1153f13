"""The place: extent and ground of the strip, the clock, markers and lines, weather and mines."""

import math
from collections.abc import Iterator
from typing import Literal

from sim.constants import HALF_DAY, HOUR
from sim.documents import Impossible, StrictModel
from sim.parameters.declare import choice, param


class Space(StrictModel):
    """Extent and resolution of the grid along the line."""

    length_km: float = param(
        248,
        "km",
        1,
        5000,
        "length of the line",
        "FACTS: length, width (Associated Press 2025-11-17)",
        "measured",
    )
    half_width_km: float = param(
        2,
        "km",
        0.5,
        5,
        "half the width of the zone",
        "FACTS: length, width (Associated Press 2025-11-17)",
        "measured",
    )
    cell_m: float = param(100, "m", 10, 1000, "side of a terrain cell")
    line_step_m: float = param(25, "m", 2, 100, "spacing of the nodes of the three lines")
    area_km: float = param(12, "km", 2, 50, "stretch that one command post commands")

    @property
    def areas(self) -> int:
        """How many command posts a side has, each over an area."""
        return math.ceil(self.length_km / self.area_km)


class Ground(StrictModel):
    """What the terrain tables do not say about the ground."""

    fence_m: float = param(
        1150,
        "m",
        500,
        2000,
        "mean distance of each side's fence from the line",
        "priors.csv: dmz_halfwidth",
        "measured",
    )
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

    tick_minutes: int = param(10, "min", 1, 60, "length of a tick; shifts begin between two")
    warmup_days: int = param(60, "day", 0, 365, "days simulated before exposure begins")
    day_shift_hour: int = param(
        6, "h", 0, 11, "hour at which the day's shift begins; the night's follows twelve hours later"
    )

    def conflicts(self) -> Iterator[Impossible]:
        """A tick in which a shift would begin."""
        common = math.gcd(round(HALF_DAY), round(HOUR) * self.day_shift_hour)
        if common % self.tick_minutes:
            yield Impossible("tick_minutes", "shifts begin between two ticks", f"a divisor of {common} min")


def both_say_which_stand(path: str) -> Impossible:
    """What is said of ``marker_survival``, at its path, where ``markers_standing`` is given too."""
    return Impossible(path, "`markers_standing` says already how many stand", "one of the two")


class Border(StrictModel):
    """Markers and the errors of the three lines."""

    marker_spacing_m: float = param(
        191.95,
        "m",
        20,
        2000,
        "distance between neighbouring markers as installed",
        "FACTS: markers installed (1,292)",
        "measured",
        world=True,
    )
    marker_survival: float = param(
        0.155, "share", 0, 1, "probability that a marker stands", "priors.csv: marker_survival", "measured"
    )
    markers_standing: int | None = param(
        None, "count", 0, 20000, "how many markers stand, exactly, instead of a probability for each"
    )
    marker_clustering: float = param(0, "share", 0, 1, "how far losses come in clusters", world=True)
    marker_cluster_km: float = param(2, "km", 0.2, 20, "length of a cluster of lost markers", world=True)
    kernel: Literal["matern32", "ou"] = choice(
        "matern32", "smoothness of the map errors: once differentiable, or not at all", world=True
    )
    correlation_km: float = param(
        1, "km", 0.2, 5, "length over which a map error persists", "priors.csv: correlation_km", world=True
    )
    shared_error: float = param(
        0.6,
        "correlation",
        0,
        1,
        "correlation of the two sides' map errors",
        "priors.csv: shared_error",
        world=True,
    )
    commission_error_m: float = param(
        15, "m", 0, 60, "sd of the commission's map line", "priors.csv: commission_error_m", "analogue"
    )
    sight_m: float = param(
        100, "m", 16, 300, "distance at which one marker is seen from the next", "priors.csv: sight_m"
    )
    differ_m: float = param(5, "m", 1, 20, "difference of lines that counts for the map gap")
    common_line: Literal["none", "commission", "north", "south"] = choice(
        "none", "line that both sides have agreed to believe and to respond on"
    )
    markers_file: str | None = choice(None, "CSV of the scenario's own markers: column s_km", world=True)
    lines_file: str | None = choice(
        None, "CSV of the scenario's own lines: s_km, north_m, south_m, commission_m", world=True
    )
    posts_file: str | None = choice(None, "CSV of the scenario's own posts: side, s_km, d_m", world=True)

    def conflicts(self) -> Iterator[Impossible]:
        """A count of markers beside another probability than the declared one."""
        declared = type(self).model_fields["marker_survival"].default
        if self.markers_standing is not None and self.marker_survival != declared:
            yield both_say_which_stand("marker_survival")


class Weather(StrictModel):
    """Season, fog and growth."""

    twilight_deg: float = param(
        -6, "degree", -18, 0, "height of the sun at which night falls and ends; -6 is civil twilight"
    )
    fog_factor: float = param(
        1,
        "ratio",
        0,
        5,
        "multiplies the chance of fog in the climate table",
        "GEOGRAPHY.md: Climate (climate.csv)",
    )


class Mines(StrictModel):
    """Mines: at work in mined ground, and off the lanes that patrols walk."""

    strikes_per_party_day: float = param(
        0.015,
        "1/day",
        0,
        0.2,
        "strikes on a work party in a day's work where its programme has just begun; about 20 blasts in some "
        "2,700 party-days of April-December 2024",
        "counts.csv: mine_blasts_north",
        "measured",
    )
    clearing_weeks: float = param(
        16,
        "week",
        1,
        200,
        "time in which that hazard halves as ground is cleared: 10-15 of the blasts fell before mid-July",
        "priors.csv: mine_strikes",
        "measured",
    )
    strikes_per_km: float = param(
        0.00002,
        "1/km",
        0,
        0.1,
        "strikes a km that a patrol walks off its lane at mean mine density: less than one a year of both "
        "sides' patrols together, for reports of one are years apart",
    )
    lane_halfwidth_m: float = param(
        1.5, "m", 0.5, 5, "distance from the lane's middle that is cleared", "priors.csv: lane_halfwidth"
    )
    lane_error: float = param(
        0.1, "share", 0, 1, "share of the navigation error that also takes a unit off its lane"
    )
    casualties: float = param(1.5, "persons", 0, 10, "mean casualties of a strike")
    read_as_attack: float = param(
        0.01,
        "probability",
        0,
        1,
        "a strike is read as an attack by the other side: none of some 20 blasts led to fire",
        "counts.csv: mine_blasts_north",
        "analogue",
    )
