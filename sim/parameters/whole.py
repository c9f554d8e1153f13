"""The whole schema: all parameters of a scenario, and ways to walk through their declarations.

A scenario holds the groups of ``Parameters``; ``north`` and ``south`` are two copies of ``Side``, so
that both sides run the same code and differ in parameters only.
"""

from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from sim.constants import KM, SQUARE_KM
from sim.documents import Impossible, StrictModel, Tree
from sim.parameters.declare import declared, drawn_once, param
from sim.parameters.force import Conduct, Fire, Rules, Stray, Voice
from sim.parameters.place import Border, Clock, Ground, Mines, Space, Weather
from sim.parameters.politics import Feedback, Hotline, Politics
from sim.parameters.seeing import Response, Watch
from sim.parameters.units import Learning, Navigation, Patrols, Survey, Works
from sim.sides import SIDES

MOST_CELLS = 20_000_000  # of the grid: 0.3 GB of layers
MOST_POSTS = 32_767  # the terrain numbers them in 16 bits


class Counting(StrictModel):
    """What the figures of a run count: the same in every arm, whatever its policy."""

    deep_m: float = param(5, "m", 0, 100, "depth past the true line that makes a crossing deep")
    join_hours: float = param(
        24,
        "h",
        0,
        720,
        "time after the close of a recorded crossing within which another at its site joins it",
    )
    runaway: float = param(0.8, "ratio", 0, 1, "feedback of tension, k + n, above which a run warns")


class Side(StrictModel):
    """Everything that one side is and does."""

    map_error_m: float = param(
        25, "m", 0, 60, "sd of the side's map line far from a marker", "priors.csv: map_error_m"
    )
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
    counting: Counting = drawn_once(Counting())
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
        cells = 2.0 * SQUARE_KM * length * space.half_width_km / space.cell_m**2
        if cells > MOST_CELLS:
            least = (2.0 * SQUARE_KM * length * space.half_width_km / MOST_CELLS) ** 0.5
            yield Impossible(
                "space.cell_m", f"the grid would have {cells:,.0f} cells", f"at least {least:.0f} m"
            )
        posts = self.north.watch.posts + self.south.watch.posts
        if posts > MOST_POSTS:
            yield Impossible("south.watch.posts", f"{posts} posts in all", f"{MOST_POSTS} in all")
        yield from self._outside_the_zone()
        yield from self._more_than_installed()
        if self.border.lines_file is not None and self.survey.km_per_week > 0:
            yield Impossible(
                "survey.km_per_week",
                "a survey changes nothing on lines of the scenario's own",
                "0 with border.lines_file",
            )

    def _more_than_installed(self) -> Iterator[Impossible]:
        border = self.border
        installed = round(KM * self.space.length_km / border.marker_spacing_m)
        if border.markers_file is None and (border.markers_standing or 0) > installed:
            yield Impossible(
                "border.markers_standing", "more than were installed", f"at most {installed:,} on this line"
            )

    def _outside_the_zone(self) -> Iterator[Impossible]:
        edge = KM * self.space.half_width_km
        for name, side in zip(SIDES, self.sides, strict=True):
            distances = {
                "watch.post_distance_m": side.watch.post_distance_m,
                "patrols.standoff_m": side.patrols.standoff_m,
                "works.buffer_m": side.works.buffer_m,
            }
            for path, metres in distances.items():
                if metres > edge:
                    yield Impossible(f"{name}.{path}", "outside the zone", f"at most {edge:g} m")


def walk(
    model: type[StrictModel] = Parameters, at: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Yield (path, FieldInfo) of every parameter below ``model``, depth first."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, StrictModel):
            yield from walk(inner, (*at, name))
        elif declared(field):
            yield (*at, name), field


def default_of(path: tuple[str, ...], field: FieldInfo) -> Any:
    """The declared default of the parameter at ``path``, the south's where it has its own."""
    return declared(field).get("default_south", field.default) if path[0] == "south" else field.default


def default_tree() -> Tree:
    """Every declared default as nested dicts, in the shape of ``Parameters``."""
    tree: Tree = {}
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
        inner, once = field.annotation, within or bool(declared(field).get("world"))
        if isinstance(inner, type) and issubclass(inner, StrictModel):
            yield from world_paths(inner, (*at, name), once)
        elif once:
            yield (*at, name)
