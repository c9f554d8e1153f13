"""Clones: incidents played again from a moment on, with luck of their own, while the run goes on with its.

Where an incident first stands on a *level* (its first shot is ordered, say), it is played again so many
times to its end, in a model of its own that begins with a copy of the state. Whatever of its luck was
drawn before stays as it was drawn; the rest comes from a salted root, and the world goes on with its own
luck. The mean of what the clones come to, in the place of what the incident came to, has the same mean
(the tower property), whatever happens later; the run is the same to the bit. With several levels a clone
that comes to the next one is itself played again from there (fixed splitting: Garvels 2000,
https://research.utwente.nl/en/publications/the-splitting-method-in-rare-event-simulation).

What is added up are chances (docs/ODD.md 7.24), so that a clone need not come to what is rare to tell how
likely it is. Salts hang on the number of the clone alone: pairs of arms stay pairs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.codes import Action, Rung
from sim.constants import NEVER
from sim.incident_state import Incidents
from sim.incidents.incident import Incident
from sim.model import DmzModel
from sim.outcome.came_of import (
    clashes,
    expected_clashes,
    with_another_area,
    with_casualties,
    with_heavy_weapons,
)
from sim.randomness import luck_key, paired
from sim.scenario.scenario_file import MOST_CLONES, Cloning
from sim.state import State

Sums = NDArray[np.float64]
Tally = Callable[[np.ndarray], Sums]
# What a clone comes to, by its column in the state.
SUMS = ("expected", "expected_harm", "expected_heavy", "expected_spread", "expected_hurt")


def _ordered(incident: Incident) -> bool:
    """Whether an order to shoot was given, or somebody has shot: a volley, a stray round, a reply."""
    return any(side.pending > Action.BROADCAST or side.first_shot < NEVER for side in incident.record.sides)


def _at_rung(rung: Rung) -> Callable[[Incident], bool]:
    return lambda incident: incident.rung >= rung


LEVELS: Mapping[str, Callable[[Incident], bool]] = {
    "opened": lambda incident: True,
    "broadcast": _at_rung(Rung.BROADCAST),
    "ordered": _ordered,
    "warning_shots": _at_rung(Rung.WARNING_SHOTS),
    "decided": lambda incident: incident.decided,
    "aimed_fire": _at_rung(Rung.AIMED_FIRE),
    "casualties": _at_rung(Rung.CASUALTIES),
}


def sums_of(incidents: np.ndarray) -> Sums:
    """What was expected of incidents, (n, 5): clashes of those that could be accidental, all else of all."""
    return np.stack([expected_clashes(incidents), *(incidents[name] for name in SUMS[1:])], axis=1)


def counts_of(incidents: np.ndarray) -> Sums:
    """What came of incidents, (n, 5): the same, counted; agents of one's own may decide by other chances."""
    came = (clashes, with_casualties, with_heavy_weapons, with_another_area)
    hurt = incidents["casualties"].sum(axis=1)
    return np.stack([*(each(incidents) for each in came), hurt], axis=1).astype(float)


# -- the tree of clones, whatever is played -------------------------------------------------------

T = TypeVar("T")


@dataclass(frozen=True)
class Reached(Generic[T]):
    """A clone has come to the next level, and this is where it stands."""

    at: T


class Player(Protocol[T]):
    """What plays clones: of an incident, or of something smaller whose answer is known."""

    def play(self, start: T, depth: int, salt: int) -> Sums | Reached[T]:
        """Play on from ``start`` on luck of its own: what it comes to, or where it stands on level
        ``depth``, if there is one.
        """


def mean_of_clones(
    player: Player[T], start: T, clones: tuple[int, ...], depth: int = 0, salt: int = 0
) -> Sums:
    """The mean of what clones from ``start``, on level ``depth``, come to; ``clones``: of each level.

    Each has a salt of its own; one that comes to the next level counts with the mean of its own clones.
    """
    total: Sums | float = 0.0
    for number in range(clones[depth]):
        own = paired(salt, number + 1, MOST_CLONES + 1)
        found = player.play(start, depth + 1, own)
        if isinstance(found, Reached):
            found = mean_of_clones(player, found.at, clones, depth + 1, own)
        total = total + found
    return np.asarray(total / clones[depth])


# -- incidents ------------------------------------------------------------------------------------

Address = tuple[int, int, int]  # kind, side, ordinal


@dataclass(frozen=True)
class Stand:
    """Where an incident stands: a copy of its run, its row, and of which luck all of its draws were."""

    state: State
    row: int
    drawn: Mapping[Address, np.uint64]


class _Halt(Exception):  # noqa: N818
    """A clone stands on the next level."""


@dataclass
class _Clone:
    """The incident that is being played again, as ``sim.forks.Forks``; ``level``: where it is to halt."""

    model: DmzModel
    row: int
    fresh: np.uint64
    drawn: dict[Address, np.uint64]
    level: Callable[[Incident], bool] | None

    def root(self, row: int, kind: int, side: int, ordinal: int) -> np.uint64:
        """Its own luck, but for what was drawn before; of other incidents the world's."""
        if row != self.row:
            return self.model.scene.luck
        return self.drawn.setdefault((kind, side, ordinal), self.fresh)

    def seen(self, row: int) -> None:
        """Halt on the level, before anything else happens."""
        if row == self.row and self.level is not None and self.level(Incident(self.model.scene, row)):
            raise _Halt


class _Twin:
    """A model of the same run in which clones are played."""

    def __init__(self, model: DmzModel, levels: tuple[str, ...], comes_to: Tally) -> None:
        self.model = model
        self.comes_to = comes_to
        self.levels = tuple(LEVELS[name] for name in levels)

    def play(self, start: Stand, depth: int, salt: int) -> Sums | Reached[Stand]:
        """Of ``Player``: the clone's sums, at its close or at the end of its run."""
        level = self.levels[depth] if depth < len(self.levels) else None
        clone, incident = _played_on(self.model, start, salt, level)
        if incident is None:
            return Reached(Stand(self.model.snapshot(), start.row, clone.drawn))
        return self.comes_to(Incidents([incident.record]).table)[0]


def play_on(model: DmzModel, start: Stand, salt: int) -> Incident:
    """The incident of ``start``, played from there to its close, or the end of its run, on luck of its own.

    ``model``: of the same run; it is left where the incident ends.
    """
    _, incident = _played_on(model, start, salt, None)
    assert incident is not None
    return incident


def _played_on(
    model: DmzModel, start: Stand, salt: int, level: Callable[[Incident], bool] | None
) -> tuple[_Clone, Incident | None]:
    """A clone from ``start``, and its incident; None where it has halted on a level."""
    clone = _Clone(model, start.row, luck_key(*model.address, salt), dict(start.drawn), level)
    model.restore(start.state)
    model.scene.forks = clone
    try:
        model.close_incident(start.row)
    except _Halt:
        return clone, None
    return clone, Incident(model.scene, start.row)


@dataclass
class Stands:
    """Where one incident of a run stands whenever more of it has been told, as ``sim.forks.Forks``.

    ``model`` plays the run, which stays what it is; ``row``: the incident's. ``by_line``: by the number of
    its lines in the log so far, each where it stood first.
    """

    model: DmzModel
    row: int
    by_line: dict[int, Stand] = field(default_factory=dict)
    _drawn: dict[Address, np.uint64] = field(default_factory=dict)

    def root(self, row: int, kind: int, side: int, ordinal: int) -> np.uint64:
        """The run's luck, always; what the incident drew is remembered."""
        luck = self.model.scene.luck
        if row == self.row:
            self._drawn[kind, side, ordinal] = luck
        return luck

    def seen(self, row: int) -> None:
        """Keep where it stands, unless nothing was told since."""
        lines = len([line for line in self.model.state.log if line[0] == row])
        if row == self.row and lines not in self.by_line:
            self.by_line[lines] = Stand(self.model.snapshot(), row, dict(self._drawn))


@dataclass
class Clones:
    """The incidents of a run that is being played, each cloned once it stands on the first level.

    ``means``: by row, what its clones came to in the mean. ``twin`` makes a model of the same run,
    ``comes_to`` says what came of an incident.
    """

    model: DmzModel
    cloning: Cloning
    twin: Callable[[], DmzModel]
    comes_to: Tally
    means: dict[int, Sums] = field(default_factory=dict)
    _drawn: dict[int, dict[Address, np.uint64]] = field(default_factory=dict)
    _player: _Twin | None = None

    def root(self, row: int, kind: int, side: int, ordinal: int) -> np.uint64:
        """The run's luck, always; what was drawn is remembered."""
        luck = self.model.scene.luck
        if row not in self.means:
            self._drawn.setdefault(row, {})[kind, side, ordinal] = luck
        return luck

    def seen(self, row: int) -> None:
        """Clone an incident of the exposure that stands on the first level for the first time."""
        scene = self.model.scene
        incident = Incident(scene, row)
        if row in self.means or incident.record.opened < scene.exposure.begins:
            return
        if LEVELS[self.cloning.levels[0]](incident):
            self._player = self._player or _Twin(self.twin(), self.cloning.levels, self.comes_to)
            start = Stand(self.model.snapshot(), row, self._drawn.pop(row, {}))
            self.means[row] = mean_of_clones(self._player, start, self.cloning.factors)

    def of(self, rows: NDArray[np.intp]) -> Sums:
        """Of ``sim.forks.Estimates``; an incident that was not cloned comes to what it came to."""
        found = self.comes_to(self.model.state.incidents.table[rows])
        for i, row in enumerate(rows.tolist()):
            found[i] = self.means.get(row, found[i])
        return found

    def dismiss(self) -> None:
        """Let go of the twin."""
        if self._player is not None:
            self._player.model.dismiss()


def with_clones(make: Callable[[], DmzModel], *, counted: bool = False) -> DmzModel:
    """The model that ``make`` makes, its incidents cloned if its scenario asks for it; ``counted``: what
    clones come to is counted, and not expected.
    """
    model = make()
    cloning = model.case.scenario.clones
    if cloning.number:
        clones = Clones(model, cloning, make, counts_of if counted else sums_of)
        model.scene.forks = model.scene.cloned = clones
    return model
