"""Where clashes happened: a map whose circles lead to what happened there, with the stories of some.

A story is told of its run, played again. Which clashes are told does not hang on what they were: of each
stretch of the line the first, then the second, up to a number, beginning where most are. Of a run that comes
out otherwise now, and where agents of somebody's own play, no story is told.
"""

import itertools
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.measures import YEAR, accidental_clashes
from experiments.play.task import play
from experiments.study.results import Results
from experiments.wording import figure, many
from sim.constants import KM
from sim.outcome.columns import RUNGS
from sim.outcome.outcome import outcome
from sim.outcome.story import tell
from sim.scenario.case import Case
from sim.world.geography import COUNTIES, county, course, lonlat

STRETCH_KM = 4.0
_STORIES = 12  # each is a run that is played again, of under half a second
_LISTED = 12  # clashes of a stretch that are named
_NEEDED = ("run", "incident", "opened", "s_km", "begun_by", "cause", "rung", "accidental")
_WIDTH, _AIR, _LARGEST, _LEAST = 1000.0, 44.0, 32.0, 6.0  # of the map, in its own units
_EAST = 96.0  # room for the name of the county at the coast
_NAMES_M = 9_000.0  # how far south of the line the names of counties stand

Key = tuple[int, int]  # of a clash: its run, and its number in it
Project = Callable[..., tuple[np.ndarray, np.ndarray]]  # longitude and latitude to places on the map


@dataclass(frozen=True)
class Clash:
    """One clash in a line, and its story, a line each, where it is told."""

    line: str
    story: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A stretch with clashes, numbered from the west, in words: where its circle is on the map, of which
    radius, the first of its clashes, and how many there are beyond these.
    """

    number: int
    title: str
    x: float
    y: float
    radius: float
    clashes: Sequence[Clash]
    more: int

    @property
    def told(self) -> int:
        """How many stories are told of it."""
        return sum(bool(clash.story) for clash in self.clashes)


@dataclass(frozen=True)
class ClashMap:
    """The clashes of an arm: the line's ``course`` as points of an SVG, ``names`` of counties with their
    places, and the stretches with clashes from west to east.
    """

    arm: str
    width: float
    height: float
    course: str
    names: Sequence[tuple[str, float, float]]
    places: Sequence[Place]

    @property
    def large_first(self) -> Sequence[Place]:
        """The places in the order in which circles are drawn, so that none lies under a larger one."""
        return sorted(self.places, key=lambda place: -place.radius)

    @property
    def replayed(self) -> str:
        """The words of a command that say which arm's runs these are."""
        return f"--arm {shlex.quote(self.arm)}"

    @property
    def told(self) -> int:
        """How many stories are told."""
        return sum(place.told for place in self.places)


def clash_map(results: Results) -> ClashMap | None:
    """Of the first arm without a policy that has any run, or else of the first; None if it has no clash."""
    runs_of, arms = results.by_arm("runs", ("days",)), results.plan.arms
    name = next((each for each in runs_of if arms[each].is_baseline), next(iter(runs_of)))
    incidents = results.by_arm("incidents", _NEEDED)[name]
    if incidents.empty or not accidental_clashes(incidents).any():
        return None
    case = arms[name].case
    length_m = KM * case.scenario.space.length_km
    clashes = incidents[accidental_clashes(incidents)].sort_values(["run", "incident"])
    last = np.ceil(length_m / KM / STRETCH_KM) - 1.0
    groups = clashes.groupby(np.minimum(clashes["s_km"] // STRETCH_KM, last))
    stretches = {int(at): its for at, its in groups}
    stories = _stories(case, results.plan.seed, _chosen(list(stretches.values())))
    years = float(runs_of[name]["days"].sum()) / YEAR
    return _laid_out(name, stretches, stories, length_m, years)


# -- stories --------------------------------------------------------------------------------------


def _chosen(stretches: Sequence[pd.DataFrame]) -> list[dict]:
    """The clashes that are told, as rows."""
    many_first = sorted(stretches, key=len, reverse=True)
    rounds = itertools.zip_longest(*(its.to_dict("records") for its in many_first))
    rows = (row for each in rounds for row in each if row is not None)
    return sorted(itertools.islice(rows, _STORIES), key=_key)


def _key(row: Mapping) -> Key:
    return row["run"], row["incident"]


def _stories(case: Case, seed: int, rows: Sequence[Mapping]) -> dict[Key, tuple[str, ...]]:
    """What is told of clashes whose runs come out as they did; a run with several is played once."""
    found: dict[Key, tuple[str, ...]] = {}
    for run, its in itertools.groupby(rows if not case.agents else (), key=lambda row: row["run"]):
        model = play(case, run, seed)
        try:
            again = {row["incident"]: row for row in outcome(model.scene).incidents}
            for row in its:
                same = again.get(row["incident"])
                if same and all(same[name] == row[name] for name in ("opened", "begun_by", "rung")):
                    found[_key(row)] = tuple(tell(model.scene, row["incident"]))
        finally:
            model.dismiss()
    return found


# -- the map --------------------------------------------------------------------------------------


def _laid_out(
    name: str,
    stretches: Mapping[int, pd.DataFrame],
    stories: Mapping[Key, tuple[str, ...]],
    length_m: float,
    years: float,
) -> ClashMap:
    _, lon, lat = course(length_m)
    project, height = _projection(lon, lat)
    most = max(map(len, stretches.values()))
    ends = {at: (at * STRETCH_KM, min((at + 1) * STRETCH_KM, length_m / KM)) for at in stretches}
    middles = KM * np.array([sum(each) / 2.0 for each in ends.values()])
    x, y = project(*lonlat(middles, np.zeros(middles.size), length_m))
    places = [
        Place(
            number=number,
            title=f"{_stretch(its, ends[at], length_m)}: {figure(len(its) / years)} a year",
            x=round(float(left), 1),
            y=round(float(top), 1),
            radius=round(max(_LEAST, _LARGEST * float(np.sqrt(len(its) / most))), 1),
            clashes=[_clash(row, stories) for row in its.head(_LISTED).to_dict("records")],
            more=max(0, len(its) - _LISTED),
        )
        for number, ((at, its), left, top) in enumerate(zip(stretches.items(), x, y, strict=True), 1)
    ]
    points = zip(*(values[::2] for values in project(lon, lat)), strict=True)
    drawn = " ".join(f"{left:.1f},{top:.1f}" for left, top in points)
    return ClashMap(name, _WIDTH, height, drawn, list(_names(length_m, project)), places)


def _clash(row: Mapping, stories: Mapping[Key, tuple[str, ...]]) -> Clash:
    begun, cause = (str(row[name]).replace("_", " ") for name in ("begun_by", "cause"))
    opened = str(row["opened"]).replace("T", " ")
    line = f"{opened}, km {row['s_km']:.1f}, run {row['run']}: begun by a {begun}, cause {cause}; up to rung "
    return Clash(f"{line}{row['rung']} ({RUNGS[row['rung']]})", stories.get(_key(row), ()))


def _stretch(clashes: pd.DataFrame, ends: tuple[float, float], length_m: float) -> str:
    """How many clashes of which stretch, in which county its middle lies."""
    where = COUNTIES[int(county(KM * sum(ends) / 2.0, length_m))]
    return f"{many(len(clashes), 'clash')}, km {ends[0]:g} to {ends[1]:g} ({where})"


def _projection(lon: np.ndarray, lat: np.ndarray) -> tuple[Project, float]:
    """To places on the map, degrees of both kinds of one length on the ground at its middle; its height."""
    west, north = lon.min(), lat.max()
    scale = (_WIDTH - _AIR - _EAST) / (lon.max() - west)
    stretched = scale / np.cos(np.radians((lat.min() + north) / 2.0))

    def project(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return _AIR + scale * (lon - west), _AIR + stretched * (north - lat)

    return project, round(2.0 * _AIR + stretched * float(north - lat.min()), 1)


def _names(length_m: float, project: Project) -> Iterator[tuple[str, float, float]]:
    """Each county south of the line, at the middle of its stretch of it."""
    s = np.linspace(0.0, length_m, 2001)
    of = county(s, length_m)
    for number in dict.fromkeys(of.tolist()):
        middle = s[of == number].mean()
        x, y = project(*lonlat(middle, -_NAMES_M, length_m))
        inside = float(np.clip(x, _AIR, _WIDTH - _AIR))
        yield COUNTIES[number], round(inside, 1), round(float(y), 1)
