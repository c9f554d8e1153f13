"""A run as it can be shown again: positions around its incidents and at noon, lines, tension, stories.

A run is played once to know when its incidents are, and once more to be seen; the second time it is stopped
at every tick around an incident, and at each noon. Stopping changes no bit of it.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np

from experiments.live.frames import Border, Daily, Frame, Ground, Incident, Story, climb
from experiments.live.packing import QUANTUM_M
from sim.codes import Rung, TalksState, UnitKind
from sim.constants import DAY, HALF_DAY, HOUR, KM
from sim.field.path import places
from sim.model import DmzModel
from sim.outcome.outcome import Outcome, outcome
from sim.outcome.story import told
from sim.sides import SIDES
from sim.state import Line

_BEFORE, _AFTER = 3.0 * HOUR, 1.0 * HOUR  # minutes that are seen tick by tick around an incident
_LONGEST = 24.0 * HOUR  # and of an open one at most
MOST_TICKS = 12_000  # of a recording: some hundred incidents, a few megabytes

_CALLED = ("in the first run", "in the second")  # of two runs, where nobody says otherwise

Make = Callable[[], DmzModel]  # a model of the run before its first minute
Span = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Recorded:
    """An incident of a run that was recorded: with its story, and the minutes at which it climbed."""

    seen: Incident
    climbed: list[tuple[float, Rung]]
    story: Story


@dataclass(frozen=True, eq=False)
class Recording:
    """A run that can be shown.

    ``windows`` are frames tick by tick, ``noons`` one a day, ``borders`` in the order in which they came
    into force. ``left_out``: how many incidents have no window, those of the lowest rungs, if any.
    ``ended``: the minute at which the run ended before its horizon, as its scenario asks; None if it did not.
    """

    ground: Ground
    outcome: Outcome
    draw: int | None
    borders: list[Border]
    windows: list[list[Frame]]
    noons: list[Frame]
    incidents: list[Recorded]
    daily: Daily
    left_out: int
    ended: float | None = None

    @property
    def talks(self) -> list[str]:
        """Where the talks stood, by day, in a word."""
        return [TalksState(int(code)).word for code in self.daily.talks]


def spans(make: Make) -> list[tuple[int, Span]]:
    """The rung of every incident of a run, and from when to when it is worth seeing."""
    model = make().run()
    try:
        found = []
        for each in model.state.incidents:
            ends = min(each.closed, each.opened + _LONGEST, model.minute)
            found.append((int(each.rung), (each.opened - _BEFORE, ends + _AFTER)))
        return found
    finally:
        model.dismiss()


def record(make: Make, worth: Sequence[tuple[int, Span]]) -> Recording:
    """The recording of a run, seen tick by tick at what is ``worth`` it: its own spans, or a twin's too."""
    model = make()
    try:
        return _recorded(model, worth)
    finally:
        model.dismiss()


def _recorded(model: DmzModel, worth: Sequence[tuple[int, Span]]) -> Recording:
    ground, scene = Ground.of(model), model.scene
    chosen = _chosen(worth, ground)
    windows: list[list[Frame]] = [[] for _ in chosen]
    noons, borders = [Frame.of(model)], [Border.of(scene)]
    drawn, seen = scene.courses, list[Incident]()
    for minute in _stops(chosen, [opens + _BEFORE for _, (opens, _) in worth], ground):
        if not model.running:
            break
        model.run((minute - model.minute) / DAY)
        if scene.courses is not drawn:
            drawn = scene.courses
            borders.append(Border.of(scene))
        seen += (Incident.of(scene, row) for row in range(len(seen), len(scene.state.incidents)))
        within = [window for window, (opens, closes) in enumerate(chosen) if opens <= model.minute <= closes]
        noon = model.minute % DAY == HALF_DAY
        if within or noon:
            frame = Frame.of(model)
            for window in within:
                windows[window].append(frame)
            if noon:
                noons.append(frame)
    model.run()
    seen += (Incident.of(scene, row) for row in range(len(seen), len(scene.state.incidents)))
    last = [Incident.of(scene, row) for row in range(len(scene.state.incidents))]
    then = {each.row: each for each in seen}  # where it was, and by the lines of then
    return Recording(
        ground,
        outcome(scene),
        scene.draw,
        borders,
        [frames for frames in windows if frames],
        noons,
        [
            Recorded(
                replace(each, d=then[each.row].d, misjudged=then[each.row].misjudged),
                climb(scene, each.row),
                Story.of(scene, each.row),
            )
            for each in last
        ],
        Daily.of(scene),
        len(worth) - sum(any(o <= span[0] + _BEFORE <= c for o, c in chosen) for _, span in worth),
        scene.exposure.until if scene.exposure.ended else None,
    )


def _chosen(worth: Sequence[tuple[int, Span]], ground: Ground) -> list[Span]:
    """Spans in their order and apart, on ticks; of too many those of the highest rungs."""
    ordered = sorted(worth, key=lambda each: (-each[0], each[1]))
    ticks, kept = 0, list[Span]()
    for _, (opens, closes) in ordered:
        opens = max(0.0, np.floor(opens / ground.tick) * ground.tick)
        closes = min(ground.horizon, np.ceil(closes / ground.tick) * ground.tick)
        ticks += round((closes - opens) / ground.tick)
        if ticks > MOST_TICKS and kept:
            break
        kept.append((opens, closes))
    apart: list[Span] = []
    for opens, closes in sorted(kept):
        if apart and opens <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(apart[-1][1], closes)
        else:
            apart.append((opens, closes))
    return apart


def _stops(windows: Sequence[Span], openings: Sequence[float], ground: Ground) -> list[float]:
    """The minutes at which a run is looked at."""
    found = {HALF_DAY + DAY * day for day in range(int(ground.horizon // DAY))}
    for opens, closes in windows:
        found |= set(np.arange(opens, closes + 1.0, ground.tick).tolist())
    found |= {(minute // ground.tick + 1.0) * ground.tick for minute in openings}
    return sorted(minute for minute in found if 0.0 < minute <= ground.horizon)


# -- where two runs part --------------------------------------------------------------------------


@dataclass(frozen=True)
class Parting:
    """When two runs of the same luck first differ in something that can be seen, and in what.

    ``s``: where along the line, metres.
    """

    minute: float
    s: float
    said: str


def unlike(one: Make, other: Make) -> str | None:
    """Why two runs cannot stand side by side: other days, another line, or other units; None if they can."""
    pair = one(), other()
    try:
        here, there = map(_stage, pair)
        return next((name for name, its in here.items() if its != there[name]), None)
    finally:
        for model in pair:
            model.dismiss()


def _stage(model: DmzModel) -> dict[str, object]:
    """What two runs need to have in common, each under what is said where they have not."""
    ground, units = Ground.of(model), model.state.units
    return {
        "its line is of another length": (ground.length_m, ground.half_width_m, ground.line_step_m),
        "its first day is another": ground.first,
        "its days or its warm-up are others": (ground.begins, ground.horizon),
        "its tick is another": ground.tick,
        "its units are others": [units["side"].tolist(), units["kind"].tolist()],
    }


def partings(one: Make, other: Make, *, called: tuple[str, str] = _CALLED) -> list[Parting]:
    """Where two runs first part: in the lines, in a place as far as it is seen, in an incident's acts.

    The first of each, by minute; nothing after the incident, for from there on they go their own ways.
    ``called``: how a sentence begins that is about the one run, and about the other.
    """
    pair = _at_exposure(one, other)
    try:
        return sorted(_partings(*pair, called), key=lambda each: each.minute)
    finally:
        for model in pair:
            model.dismiss()


def _at_exposure(one: Make, other: Make) -> tuple[DmzModel, DmzModel]:
    """Both runs after their warm-up, if that is the same in both; else before it."""
    pair = one(), other()
    for model in pair:
        model.run(model.scene.exposure.begins / DAY)
    if pair[0].state.identical(pair[1].state):
        return pair
    for model in pair:
        model.dismiss()
    return one(), other()


def _partings(one: DmzModel, other: DmzModel, called: tuple[str, str]) -> Iterator[Parting]:
    tick, lines_part, places_part, logged = one.scene.tick / DAY, False, False, len(one.state.log)
    while one.running and other.running:
        for model in (one, other):
            model.run(tick)
        if not lines_part and not np.array_equal(one.state.lines, other.state.lines):
            lines_part = True
            yield _other_lines(one, other)
        logs = one.state.log[logged:], other.state.log[logged:]
        if logs[0] != logs[1]:
            yield _other_acts(one, other, *logs, called)
            return
        logged += len(logs[0])
        if not places_part and (found := _other_places(one, other)) is not None:
            places_part = True
            yield found


def _other_lines(one: DmzModel, other: DmzModel) -> Parting:
    apart = np.abs(one.state.lines - other.state.lines).max(axis=0)
    most = int(apart.argmax())
    said = f"the lines are drawn otherwise, by {apart[most]:.0f} m at most"
    since = max(float(model.state.run["lines_since"][0]) for model in (one, other))
    return Parting(since, most * one.scene.land.line_step_m, said)


def _other_places(one: DmzModel, other: DmzModel) -> Parting | None:
    if not any((model.state.units["active"] == 1).any() for model in (one, other)):
        return None
    here, there = (places(model.scene.units_now(), model.scene.courses) for model in (one, other))
    out = np.isnan(here[:, 0]) != np.isnan(there[:, 0])
    apart = np.nan_to_num(np.hypot(*(here - there).T))
    if not out.any() and apart.max(initial=0.0) < QUANTUM_M:
        return None
    row = int(out.argmax()) if out.any() else int(apart.argmax())
    unit, (s, _) = one.state.units[row], here[row] if np.isnan(there[row, 0]) else there[row]
    who = f"a {UnitKind(unit['kind']).word.replace('_', ' ')} of the {SIDES[unit['side']]} at km {s / KM:.1f}"
    said = "is out in one run only" if out.any() else f"is {apart[row]:.1f} m elsewhere"
    return Parting(one.minute, float(s), f"{who} {said}")


def first_other_act(one: DmzModel, other: DmzModel, called: tuple[str, str] = _CALLED) -> Parting | None:
    """The first act in an incident that two runs of the same luck do not share; None where they share all."""
    here, there = one.state.log, other.state.log
    return None if here == there else _other_acts(one, other, here, there, called)


def _other_acts(
    one: DmzModel, other: DmzModel, here: list[Line], there: list[Line], called: tuple[str, str]
) -> Parting:
    """What is done in one and not in the other, by the first line in which their logs differ.

    A log goes tick by tick, and within one incident by incident, so it is put into the order of minutes.
    """
    pairs = itertools.zip_longest(*(sorted(log, key=itemgetter(1)) for log in (here, there)))
    first, second = next(pair for pair in pairs if pair[0] != pair[1])
    earliest = min((line for line in (first, second) if line is not None), key=lambda line: line[1])
    first_said, second_said = ("nothing" if line is None else told(line) for line in (first, second))
    s = one.state.incidents[earliest[0]].s if earliest is first else other.state.incidents[earliest[0]].s
    return Parting(earliest[1], s, f"{called[0]} {first_said}, {called[1]} {second_said}")
