"""What a played run holds of its exposure, from which every figure of its rows is reckoned."""

import datetime as dt
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.ambiguity import Ambiguity, mean_ambiguity
from sim.codes import TalksState, Trigger
from sim.constants import DAY
from sim.outcome import came_of
from sim.outcome.came_of import Flags
from sim.outcome.recording import recorded_crossings
from sim.scene import Scene
from sim.world.geography import SECTORS, lonlat, sector


class Exposed:
    """The exposure of a run: its days, and the incidents that opened in it, (n,)."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.state, self.exposure = scene, scene.state, scene.exposure
        self._used = self.state.incidents.table
        self.holds: Flags = self.exposure.holds(self._used["opened"])
        self.numbers = np.flatnonzero(self.holds)  # rows of the state's incidents
        self.incidents = self._used[self.numbers]

    @property
    def address(self) -> tuple[int, int, int]:
        """Seed, world and luck."""
        return self.scene.address

    @property
    def talks(self) -> str:
        """Where the talks stand."""
        return TalksState(self.state.run["talks"][0]).word

    @cached_property
    def ambiguity(self) -> Ambiguity:
        """The border's measures, averaged over the exposure."""
        return mean_ambiguity(self.state.run[0], self.scene.minute, self.exposure.begins)

    @cached_property
    def days(self) -> slice:
        """The days of exposure that were played, among all days."""
        warmup = self.scene.calendar.warmup_days
        return slice(warmup, warmup + int(np.ceil(self.exposure.days)))

    @cached_property
    def tension(self) -> NDArray[np.float64]:
        """Both sides' tension at the start of each day played, (days, 2)."""
        return self.state.daily[self.days]

    @cached_property
    def harmful(self) -> Flags:
        """Which incidents reached the rung of a clash."""
        return came_of.harmful(self.incidents)

    @cached_property
    def clashes(self) -> Flags:
        """Which incidents are accidental clashes."""
        return came_of.clashes(self.incidents)

    @cached_property
    def expected(self) -> NDArray[np.float64]:
        """Expected clashes of each incident that could be accidental: a sum of chances, (n,)."""
        return came_of.expected_clashes(self.incidents)

    @cached_property
    def cloned(self) -> NDArray[np.float64] | None:
        """What each incident comes to by its clones (``sim.forks.Estimates``), (n, 5); None without any."""
        return None if self.scene.cloned is None else self.scene.cloned.of(self.numbers)

    @cached_property
    def violations(self) -> Flags:
        """Which incidents a perceived violation began."""
        return self.incidents["trigger"] == Trigger.VIOLATION

    @cached_property
    def opened_day(self) -> NDArray[np.float64]:
        """Days from the begin of exposure to the opening of each incident."""
        return (self.incidents["opened"] - self.exposure.begins) / DAY

    @cached_property
    def first_clash_day(self) -> float | None:
        """The day of the first accidental clash."""
        return float(self.opened_day[self.clashes].min()) if self.clashes.any() else None

    def recorded(self, side: int) -> Flags:
        """Which incidents open a recorded crossing; one may join an incident of the warm-up."""
        join_hours = self.scene.regime.parameters.counting.join_hours
        return recorded_crossings(self._used, side, join_hours)[self.holds]

    @cached_property
    def heavy(self) -> Flags:
        """In which incidents heavy weapons came in."""
        return came_of.with_heavy_weapons(self.incidents)

    @cached_property
    def places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Longitude and latitude of the place on the line of each incident, (n,) each, WGS 84."""
        s = self.incidents["s"]
        return lonlat(s, np.zeros(s.size), self.scene.land.length_m)

    @cached_property
    def sectors(self) -> list[str]:
        """The sector of each incident."""
        return [SECTORS[i] for i in sector(self.incidents["s"], self.scene.land.length_m)]

    @cached_property
    def dates(self) -> list[str]:
        """Local date and time at which each incident opened, to the minute, ISO 8601."""
        first = dt.datetime.combine(self.scene.calendar.first, dt.time())
        moments = (first + dt.timedelta(minutes=round(float(m))) for m in self.incidents["opened"])
        return [moment.isoformat(timespec="minutes") for moment in moments]
