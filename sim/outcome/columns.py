"""Every column of a run's row and of an incident's, declared once: name, type, unit, meaning, and how it
is reckoned.

The rows (``sim.outcome.outcome``), the tables that keep them, the measures with their titles and
docs/COLUMNS.md follow from this.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.arithmetic import count, mean, total
from sim.codes import Cause, Rung, Trigger, UnitKind
from sim.constants import DAY, KM, NEVER
from sim.outcome.came_of import with_another_area, with_casualties
from sim.outcome.exposed import Exposed
from sim.sides import NORTH, SIDES, SOUTH
from sim.world.geography import COUNTIES

# By which a violation can be judged, each as the columns' names have it.
LINES = {
    "south": "the south's belief line",
    "north": "the north's belief line",
    "commission": "the commission's line",
    "true": "the true line",
}
Row = dict[str, Any]  # of a table: its cells, plain values or None, by the names of their columns
Kind = type[int] | type[float] | type[bool] | type[str]
Section = Literal["expected", "clashes", "ladder", "happened", "chances", "cloned", "conduct"]
_SUMMED = "the chances, summed, of the draws that decided"
RUNGS = (
    "observed",
    "broadcast",
    "warning shots",
    "aimed fire",
    "casualties by fire",
    "heavy weapons",
    "fire in another area",
)


@dataclass(frozen=True)
class Column:
    """A column: its name needs no quotes in SQL. ``unit``: empty for names, flags and plain counts.

    ``reckoned`` gives its value in a run's row, or its values in the rows of the run's incidents; None
    where there is none. A column with a ``section`` is a measure: events that have a rate, counted, or
    expected (of type float: chances, summed), named by ``meaning`` up to a colon; ``title`` names it in a
    table (two spaces before it: a part of the row above). ``adds``: the measure is the sum of both sides'
    columns, and is called so.
    """

    name: str
    type: Kind
    unit: str
    meaning: str
    reckoned: Callable[[Exposed], Any]
    section: Section | None = None
    title: str = ""
    adds: str = ""


def _measure(
    name: str,
    meaning: str,
    reckoned: Callable[[Exposed], Any],
    section: Section,
    title: str = "",
    adds: str = "",
) -> Column:
    return Column(name, int, "", meaning, reckoned, section, title, adds)


# -- of a run -------------------------------------------------------------------------------------


def _clashes() -> Iterator[Column]:
    yield _measure("clashes", "accidental clashes", lambda x: count(x.clashes), "clashes")
    yield _measure(
        "clashes_violation",
        "accidental clashes begun by a violation",
        lambda x: count(x.clashes & x.violations),
        "clashes",
        "  begun by a violation",
    )
    yield _measure(
        "clashes_otherwise",
        "accidental clashes begun otherwise",
        lambda x: count(x.clashes & ~x.violations),
        "clashes",
        "  begun otherwise",
    )
    expected = "expected accidental clashes"
    yield Column(
        "expected_clashes",
        float,
        "",
        f"{expected}: {_SUMMED}",
        lambda x: total(x.expected),
        "expected",
        expected,
    )
    yield Column(
        "expected_clashes_violation",
        float,
        "",
        f"{expected} begun by a violation: {_SUMMED}",
        lambda x: total(x.expected[x.violations]),
        "expected",
        "  begun by a violation",
    )
    yield Column(
        "expected_clashes_otherwise",
        float,
        "",
        f"{expected} begun otherwise: {_SUMMED}",
        lambda x: total(x.expected[~x.violations]),
        "expected",
        "  begun otherwise",
    )
    yield Column(
        "clashes_ordered", int, "", "clashes that somebody ordered", lambda x: count(x.harmful & ~x.clashes)
    )
    yield Column(
        "first_clash_day",
        float,
        "day",
        "day of exposure of the first accidental clash; nothing without one",
        lambda x: x.first_clash_day,
    )


def _ladder() -> Iterator[Column]:
    yield _measure("incidents", "incidents", lambda x: x.incidents.size, "ladder", "incidents (rung 0+)")
    for rung in Rung:
        if rung:
            yield _measure(
                f"rung_{rung:d}",
                f"incidents at rung {rung:d}+ ({RUNGS[rung]})",
                _at_rung(rung),
                "ladder",
                f"rung {rung:d}+ {RUNGS[rung]}",
            )


def _at_rung(rung: Rung) -> Callable[[Exposed], int]:
    return lambda x: count(x.incidents["rung"] >= rung)


def _counted(which: Callable[[Exposed], Any]) -> Callable[[Exposed], int]:
    return lambda x: count(which(x))


def _happened() -> Iterator[Column]:
    """What happened in an incident, whatever its highest rung: a higher one needs not all below it."""
    yield Column(
        "with_warning_shots",
        int,
        "",
        "incidents with warning shots",
        _counted(lambda x: (x.incidents["volleys"] > 0).any(axis=1)),
    )
    what: dict[str, tuple[str, Callable[[Exposed], Any]]] = {
        "with_aimed_fire": ("with aimed fire", lambda x: (x.incidents["spells"] > 0).any(axis=1)),
        "with_casualties": ("with casualties by fire", lambda x: with_casualties(x.incidents)),
        "with_heavy_weapons": ("with heavy weapons", lambda x: x.heavy),
        "with_another_area": ("that spread to another area", lambda x: with_another_area(x.incidents)),
    }
    for name, (words, which) in what.items():
        yield _measure(name, f"incidents {words}", _counted(which), "happened")


# Sums of chances of an incident, by the column of their sum in a run: what they are of, and in the state.
_CHANCES = {
    "expected_with_casualties": ("incidents with casualties by fire", "expected_harm"),
    "expected_with_heavy_weapons": ("incidents with heavy weapons", "expected_heavy"),
    "expected_with_another_area": ("incidents that spread to another area", "expected_spread"),
    "expected_casualties": ("casualties by fire", "expected_hurt"),
}


def _chances() -> Iterator[Column]:
    """What was to be expected of what happened in incidents, of all of them."""
    for name, (what, of) in _CHANCES.items():
        words = f"expected {what}"
        yield Column(name, float, "", f"{words}: {_SUMMED}", _total_of(of), "chances", words)


def _total_of(name: str) -> Callable[[Exposed], float]:
    return lambda x: total(x.incidents[name])


# What incidents come to by their clones, in the order of ``sim.forks.Estimates``.
_CLONED = {
    "cloned_clashes": "accidental clashes",
    **{name.replace("expected_", "cloned_"): what for name, (what, _) in _CHANCES.items()},
}
_BY_CLONES = (
    "the mean of the incident's clones, or the chances of an incident without any; nothing where none"
)


def _cloned() -> Iterator[Column]:
    """What was to be expected of what is rare, of the clones of all incidents."""
    for i, (name, what) in enumerate(_CLONED.items()):
        words = f"{what} by clones"
        yield Column(name, float, "", f"{words}: {_BY_CLONES} are played", _total_cloned(i), "cloned", words)


def _total_cloned(i: int) -> Callable[[Exposed], float | None]:
    return lambda x: None if x.cloned is None else total(x.cloned[:, i])


def _of_clones(i: int) -> Callable[[Exposed], Any]:
    return lambda x: [None] * x.numbers.size if x.cloned is None else x.cloned[:, i]


def _conduct() -> Iterator[Column]:
    def column(name: str, meaning: str, of: str, title: str = "") -> Column:
        return _measure(name, meaning, lambda x: count(x.incidents[of]), "conduct", title)

    yield column("answered", "answered fire", "answered")
    yield column(
        "answered_warning_shots",
        "fire in answer to warning shots",
        "warned_answered",
        "  in reply to warning shots",
    )
    yield _measure(
        "answered_rounds_at_post",
        "fire in answer to rounds at a post",
        lambda x: count(x.incidents["answered"] & (x.incidents["stray_origin"] >= 0)),
        "conduct",
        "  in reply to rounds at a post",
    )
    yield column("broadcasts", "broadcasts in incidents", "broadcasts")
    yield column("warning_volleys", "volleys of warning shots", "volleys")
    yield _measure("violations", "perceived violations", lambda x: count(x.violations), "conduct")
    yield Column(
        "map_violations",
        int,
        "",
        "perceived violations of which the maps are the cause",
        lambda x: count(x.violations & (x.incidents["cause"] == Cause.MAP)),
    )
    yield column("false_incidents", "false incidents", "false_", "  false incidents")
    yield _measure(
        "mine_strikes",
        "mine strikes",
        lambda x: count(x.incidents["trigger"] == Trigger.MINE_STRIKE),
        "conduct",
    )
    yield column("casualties_mines", "casualties by mines", "mine_casualties")


def _of_side(side: int) -> Iterator[Column]:
    """Of whose units, whose losses, or whose count is meant by the name."""
    name = SIDES[side]
    units = f"by the {name}'s units"

    def tally(key: str, meaning: str, title: str = "", adds: str = "") -> Column:
        return _measure(
            f"{key}_{name}", meaning, lambda x: int(x.state.tallies[side][key]), "conduct", title, adds
        )

    def amount(key: str, unit: str, meaning: str) -> Column:
        return Column(f"{key}_{name}", float, unit, meaning, lambda x: float(x.state.tallies[side][key]))

    yield _measure(
        f"recorded_by_{name}",
        f"crossings recorded by the {name}",
        lambda x: count(x.recorded(side)),
        "conduct",
    )
    yield tally("crossings", f"crossings {units}")
    yield tally("deep_crossings", f"deep crossings {units}", "  deep")
    yield tally("unanswered", f"crossings {units} that nobody responded to", "  nobody responded to")
    yield amount("deepest_unanswered", "m", f"the deepest crossing {units} that nobody responded to")
    yield Column(
        f"approaches_{name}",
        int,
        "",
        f"shifts of units that the {name} saw near its response line",
        lambda x: int(x.state.tallies[1 - side]["approaches"]),
    )
    said = "broadcasts at an approach"
    yield _measure(
        f"approach_broadcasts_{name}",
        f"{said} by the {name}",
        lambda x: int(x.state.tallies[1 - side]["approach_broadcasts"]),  # kept with the units called at
        "conduct",
        adds=said,
    )
    yield tally("stray_shots", f"stray shots of the {name}", adds="stray shots")
    yield _measure(
        f"casualties_{name}",
        f"casualties of the {name} by fire",
        lambda x: count(x.incidents["casualties"][:, side]),
        "conduct",
        adds="casualties by fire",
    )
    yield from _past_lines(side)
    yield Column(
        f"unit_days_{name}",
        float,
        "day",
        f"days that shifts of the {name}'s units take, together",
        lambda x: float(x.state.tallies[side]["unit_ticks"]) * x.scene.tick / DAY,
    )
    yield amount("workdays", "day", f"days on which a work party of the {name} went out")
    yield amount("workdays_lost", "day", f"days of work of the {name} that an incident ended or prevented")


def _past_lines(side: int) -> Iterator[Column]:
    """Violations by one side's units under each line: by where they stood, and by where they were seen."""
    name = SIDES[side]
    ways = {
        "stood": (False, "at that look really stood past {}"),
        "seen": (True, "were then seen past {}, whatever the watcher goes by"),
    }
    for line, which in LINES.items():
        for way, (seen, said) in ways.items():
            meaning = f"perceived violations by the {name}'s units that {said.format(which)}"
            counted = _counted(partial(_past, side, line, seen))
            yield Column(f"{way}_past_{line}_line_{name}", int, "", meaning, counted)


def _past(side: int, line: str, seen: bool, x: Exposed) -> NDArray[np.bool_]:
    """Which incidents began with a unit of ``side`` past a line: where it stood, or where it was ``seen``."""
    found = x.incidents[f"past_{line}"] + (x.incidents["fix_m"] if seen else 0.0)
    past: NDArray[np.bool_] = x.violations & (x.incidents["first"] != side) & (found > 0.0)
    return past


def _state() -> Iterator[Column]:
    measured = {
        "mean_disagreement_m": ("m", "mean distance between both sides' lines"),
        "p95_disagreement_m": ("m", "95th percentile of that distance along the line"),
        "map_gap": ("share", "share of the line where the south's line is off the commission's"),
        "contested_area_km2": ("km²", "area between both sides' lines"),
    }
    for name, (unit, meaning) in measured.items():
        meaning = f"{meaning}, mean over the exposure"
        yield Column(name, float, unit, meaning, attrgetter(f"ambiguity.{name}"))
    for side, name in enumerate(SIDES):
        meaning = f"tension of the {name}, mean over the days"
        yield Column(f"tension_mean_{name}", float, "tension", meaning, _mean_tension(side))
    yield Column(
        "tension_max", float, "tension", "the highest tension of a day", lambda x: float(x.tension.max())
    )
    yield Column("talks", str, "", "where the talks stood at the end", lambda x: x.talks)
    yield Column(
        "surveyed_km",
        float,
        "km",
        "length that was surveyed",
        lambda x: float(x.state.run["surveyed_m"][0]) / KM,
    )


def _mean_tension(side: int) -> Callable[[Exposed], float]:
    return lambda x: mean(x.tension.T[side])


RUN: tuple[Column, ...] = (
    Column("seed", int, "", "seed of all worlds and lucks", lambda x: x.address[0]),
    Column("world", int, "", "number of the world", lambda x: x.address[1]),
    Column("luck", int, "", "number of the luck in its world", lambda x: x.address[2]),
    Column(
        "draw",
        int,
        "",
        "number of the draw of its posterior that its world plays; nothing without one",
        lambda x: x.scene.draw,
    ),
    Column("days", float, "day", "days of exposure that were played", lambda x: x.exposure.days),
    Column(
        "ended",
        bool,
        "",
        "whether its scenario ended it early, at a rung or with so many incidents",
        lambda x: x.exposure.ended,
    ),
    *_clashes(),
    *_ladder(),
    *_conduct(),
    *_happened(),
    *_chances(),
    *_cloned(),
    *_of_side(0),
    *_of_side(1),
    *_state(),
)


# -- of an incident -------------------------------------------------------------------------------


def _of(name: str, type_: Kind, unit: str, meaning: str, of: str = "") -> Column:
    """A column that stands in the state as it is; ``of`` both sides it is the sum."""

    def values(x: Exposed) -> NDArray:
        found: NDArray = x.incidents[of or name]
        return found[:, NORTH] + found[:, SOUTH] if found.ndim > 1 else found

    return Column(name, type_, unit, meaning, values)


def _of_sides(
    name: str, type_: Kind, meaning: str, values: Callable[[Exposed, int], Any]
) -> Iterator[Column]:
    for side, word in enumerate(SIDES):
        yield Column(f"{name}_{word}", type_, "", meaning.format(word), partial(_on_side, values, side))


def _on_side(values: Callable[[Exposed, int], Any], side: int, x: Exposed) -> Any:
    return values(x, side)


def _words(words: Sequence[str], name: str) -> Callable[[Exposed], list[str]]:
    return lambda x: [words[i] for i in x.incidents[name]]


def _or_none(values: np.ndarray, known: np.ndarray) -> list[float | None]:
    return [float(value) if is_known else None for value, is_known in zip(values, known, strict=True)]


def _minutes(x: Exposed) -> list[float | None]:
    return _or_none(x.incidents["closed"] - x.incidents["opened"], x.incidents["closed"] != NEVER)


def _until(name: str) -> Callable[[Exposed], list[float | None]]:
    """Minutes from the opening to a moment, the earliest of both sides; nothing where it did not come."""

    def values(x: Exposed) -> list[float | None]:
        found = x.incidents[name]
        first = found.min(axis=1) if found.ndim > 1 else found
        return _or_none(first - x.incidents["opened"], first != NEVER)

    return values


def _subject(x: Exposed) -> list[str | None]:
    return [UnitKind(kind).word if kind >= 0 else None for kind in x.incidents["kind"].tolist()]


def _p_read(x: Exposed) -> list[float | None]:
    return _or_none(x.incidents["p_read"], ~np.isnan(x.incidents["p_read"]))


def _past_line(line: str) -> Callable[[Exposed], list[float | None]]:
    """Metres past a line at the look that opened a violation; nothing for what began otherwise."""
    return lambda x: _or_none(x.incidents[f"past_{line}"], ~np.isnan(x.incidents[f"past_{line}"]))


def _true_depth(x: Exposed) -> list[float | None]:
    return _or_none(x.incidents["true_depth"], np.isfinite(x.incidents["true_depth"]))


INCIDENT: tuple[Column, ...] = (
    Column("incident", int, "", "number in its run, those of the warm-up counted", lambda x: x.numbers),
    Column("opened", str, "", "local date and time, ISO 8601", lambda x: x.dates),
    Column("opened_day", float, "day", "days from the begin of exposure", lambda x: x.opened_day),
    Column("minutes", float, "min", "how long it was open; nothing while it is", _minutes),
    Column(
        "begun_by",
        str,
        "",
        "what began it: violation, mine strike, stray shot, provocation",
        _words(Trigger.words(), "trigger"),
    ),
    Column(
        "cause",
        str,
        "",
        "the largest error behind a violation, or that it took several",
        _words(Cause.words(), "cause"),
    ),
    _of("accidental", bool, "", "whether nobody ordered what began it"),
    _of("dated", bool, "", "whether the scenario dated it"),
    _of(
        "false_incident",
        bool,
        "",
        "begun by a violation of a subject that never was past the true line",
        "false_",
    ),
    _of("night", bool, "", "whether it opened in the dark"),
    Column("perceived_by", str, "", "the side that perceived it", _words(SIDES, "first")),
    *_of_sides(
        "recorded_by",
        bool,
        "whether it opens a crossing that the {} records",
        lambda x, side: x.recorded(side),
    ),
    Column("s_km", float, "km", "place along the line from its west end", lambda x: x.incidents["s"] / KM),
    Column("lon", float, "degree", "longitude of that place, WGS 84", lambda x: x.places[0]),
    Column("lat", float, "degree", "latitude of that place, WGS 84", lambda x: x.places[1]),
    Column("county", str, "", "county of the south", _words(COUNTIES, "county")),
    Column("sector", str, "", "third of the line", lambda x: x.sectors),
    _of("site", int, "", "number of the project, or slot of a patrol"),
    Column(
        "subject",
        str,
        "",
        "patrol, work party or survey team that it began with; nothing for posts",
        _subject,
    ),
    _of("persons", int, "", "persons of the subject"),
    _of("rung", int, "", "the highest rung that it reached, 0 to 6"),
    _of("answered", bool, "", "whether fire was answered"),
    _of("depth_m", float, "m", "the largest perceived depth beyond the watcher's response line", "depth"),
    Column(
        "true_depth_m",
        float,
        "m",
        "true depth past the true line, the deepest while it was open",
        _true_depth,
    ),
    *(
        Column(
            f"past_{line}_m",
            float,
            "m",
            f"true depth past {which} at the look that opened it; nothing unless a violation began it",
            _past_line(line),
        )
        for line, which in LINES.items()
    ),
    _of("map_m", float, "m", "part of the map error in the depth perceived at the look that opened it"),
    _of("navigation_m", float, "m", "part of the navigation error in it", "nav_m"),
    _of("fix_m", float, "m", "part of the fix error in it"),
    Column(
        "to_broadcast_minutes",
        float,
        "min",
        "from the opening to the first broadcast; nothing without one",
        _until("first_broadcast"),
    ),
    Column(
        "to_shots_minutes",
        float,
        "min",
        "from the opening to the first rounds of either side, those of warning included",
        _until("first_shot"),
    ),
    Column("to_leaving_minutes", float, "min", "from the opening until a unit went home", _until("left_at")),
    Column(
        "to_call_minutes",
        float,
        "min",
        "from the opening until the sides reached each other on the hotline",
        _until("called_at"),
    ),
    Column(
        "p_read",
        float,
        "probability",
        "the largest chance with which rounds were read as an attack; nothing without a reading",
        _p_read,
    ),
    Column(
        "expected_clash", float, "", f"{_SUMMED} whether it became a clash", lambda x: x.incidents["expected"]
    ),
    *(
        _of(name, float, "", f"of this incident, expected {what}: {_SUMMED}", of)
        for name, (what, of) in _CHANCES.items()
    ),
    *(
        Column(name, float, "", f"of this incident, {what} by clones: {_BY_CLONES} are played", _of_clones(i))
        for i, (name, what) in enumerate(_CLONED.items())
    ),
    _of("broadcasts", int, "", "broadcasts of both sides"),
    _of("warning_volleys", int, "", "volleys of warning shots of both sides", "volleys"),
    _of("spells_of_fire", int, "", "spells of aimed fire of both sides", "spells"),
    Column("heavy_weapons", bool, "", "whether heavy weapons came in", lambda x: x.heavy),
    *_of_sides(
        "casualties", int, "casualties of the {} by fire", lambda x, side: x.incidents["casualties"][:, side]
    ),
    _of("casualties_mines", int, "", "casualties by mines", "mine_casualties"),
)
