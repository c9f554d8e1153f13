"""One clash as a tree: what happened, turn by turn, and at each what else could have, with its chance.

A story and not an estimate: it is one incident, picked because it became a clash. The run is played again to
the same bits. From where the incident stood before each turn it is replayed many times on other luck,
whatever was drawn by then held: how often the same follows, what else, and how much of that comes to a clash.
Where the log of the incident keeps the chance of a reading or an order, that chance itself is told. Which
errors the watcher would have had to be spared is arithmetic.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from experiments.findings.moment import NO_DECISIONS, PlayShare, decision_words
from experiments.play.described import Step
from experiments.play.task import Task, model_of
from experiments.wording import many
from sim.acts import Act, Actor
from sim.cloning import Stand, Stands, play_on
from sim.codes import Trigger
from sim.incident_state import IncidentState
from sim.model import DmzModel
from sim.outcome.outcome import CLASH_RUNG, RUNGS
from sim.outcome.story import told, told_head
from sim.sides import SIDES, other
from sim.state import Line

Way = tuple[str, ...]  # the decisions of a turn
REPLAYS = 200  # from each turn
_SHOWN, _LEAST = 4, 0.02  # other ways at a turn at most, and the share of replays that each needs
# Acts of which the log keeps a chance: whether it is that of the act, and what else could have been.
_BY_LOG = {
    Act.READ_AS_ATTACK: (True, "does not read the rounds as an attack"),
    Act.READ_AS_STRAY: (False, "reads the rounds as an attack"),
    Act.FIRES_BACK: (True, "has weapons, and does not fire"),  # whether it has any is another draw
    Act.HELD_FIRE: (False, "fires"),
}


@dataclass(frozen=True)
class OtherWay:
    """What followed instead in some of the replays of a turn, and how many of these came to a clash."""

    said: str
    share: PlayShare
    clashes: int


@dataclass(frozen=True)
class Turn:
    """What was done in one minute of an incident, ``minutes`` after it opened.

    Of the replays from just before it: how many came to a ``clash``, and how many went the ``same`` way; both
    None of the opening itself, from before which nothing is replayed. ``by_log``: what else each chance that
    the log keeps was of.
    """

    clock: str
    minutes: float
    told: tuple[str, ...]
    by_log: tuple[str, ...]
    clash: PlayShare | None = None
    same: PlayShare | None = None
    others: tuple[OtherWay, ...] = ()


@dataclass(frozen=True)
class ClashTree:
    """A clash: where and when, what the watcher would have judged without each error, its turns, its end."""

    heading: tuple[str, ...]
    errors: tuple[str, ...]
    turns: tuple[Turn, ...]
    end: str
    replays: int


def tree_of(task: Task, incident: int, replays: int = REPLAYS) -> ClashTree:
    """The tree of an incident of the only run of a task, by its number in the run."""
    k = task.runs[0]
    played, twin = (model_of(task.case, k, task.seed, task.agents) for _ in range(2))
    stands = Stands(played, incident)
    played.scene.forks = stands
    try:
        played.run()
        return _tree(played, twin, stands, replays)
    finally:
        played.dismiss()
        twin.dismiss()


def _tree(played: DmzModel, twin: DmzModel, stands: Stands, replays: int) -> ClashTree:
    row = stands.row
    data = played.state.incidents[row]
    turns, at = [], 0
    for group in _turns(_decisions(played, row)):
        turn = Turn(
            _clock(played, group[0].minute),
            group[0].minute - data.opened,
            tuple(each.told for each in group),
            tuple(said for each in group for said in _else_by_log(each)),
        )
        before = [lines for lines in stands.by_line if at <= lines <= group[0].number]
        if before:
            replayed, own = _replayed(twin, stands.by_line[min(before)], at, replays), _way(group)
            others = replayed.others(own)
            turn = replace(turn, clash=replayed.clashed, same=replayed.share(own), others=others)
        turns.append(turn)
        at = group[-1].number + 1
    opening = tuple(told_head(played.scene, row))
    return ClashTree(opening, tuple(_errors(played, stands)), tuple(turns), _end(data), replays)


# -- what happened --------------------------------------------------------------------------------


class _Decision(NamedTuple):
    """A decision: its number among the lines of its incident in the log, and the line."""

    number: int
    line: Line

    @property
    def minute(self) -> float:
        """When it was made."""
        return self.line[1]

    @property
    def step(self) -> Step:
        """As the plays of a described moment have it."""
        _, minute, side, actor, act, x, _ = self.line
        return Step(side, Actor(actor), Act(act), x, minute)

    @property
    def told(self) -> str:
        """In words, with its figures."""
        if self.step.actor == Actor.INCIDENT:
            return self.step.act.sentence(*self.line[-2:])
        return f"the {told(self.line)}"


def _decisions(model: DmzModel, row: int) -> Iterator[_Decision]:
    """The decisions of an incident so far."""
    for number, line in enumerate(line for line in model.state.log if line[0] == row):
        if line[4] not in NO_DECISIONS:
            yield _Decision(number, line)


def _turns(decisions: Iterable[_Decision]) -> Iterator[list[_Decision]]:
    """Decisions of one minute together: they hang on each other."""
    for _, group in groupby(decisions, key=attrgetter("minute")):
        yield list(group)


def _way(group: Iterable[_Decision]) -> Way:
    """A turn without the figures that differ from run to run."""
    return tuple(decision_words(each.step) for each in group)


def _clock(model: DmzModel, minute: float) -> str:
    first = dt.datetime.combine(model.scene.calendar.first, dt.time())
    return f"{first + dt.timedelta(minutes=round(minute)):%H:%M}"


def _else_by_log(decision: _Decision) -> Iterator[str]:
    """What else a chance that the log keeps was of, with that chance."""
    step = decision.step
    if step.act in _BY_LOG:
        is_own, other = _BY_LOG[step.act]
        chance = 1.0 - step.x if is_own else step.x
        yield f"the {SIDES[step.side]}'s {step.actor.spoken} {other}: chance {chance:.3f}"


def _errors(played: DmzModel, stands: Stands) -> Iterator[str]:
    """What the look that opened a violation would have made of it without each error, and without all."""
    data = played.state.incidents[stands.row]
    if data.trigger != Trigger.VIOLATION:
        return
    stand = stands.by_line[min(stands.by_line)]
    unit = data.sides[other(data.first)].unit  # a unit of the watcher's side may have come to it since
    margin = float(stand.state.units["margin"][unit])
    depth = stand.state.incidents[stands.row].depth
    yield f"the watcher saw it {depth:.0f} m past its response line, and lets {margin:.0f} m pass"
    errors = {"difference of the maps": data.map_m, "navigation error": data.nav_m, "fix error": data.fix_m}
    for name, metres in errors.items():
        yield f"without the {name} ({metres:+.0f} m): {_judged(depth - metres, margin)}"
    yield f"without all three: {_judged(depth - sum(errors.values()), margin)}"


def _judged(depth: float, margin: float) -> str:
    verdict = "still judged a violation" if depth > margin else "let pass"
    return f"seen {depth:+.0f} m past it, {verdict}"


def _end(data: IncidentState) -> str:
    hurt = sum(side.casualties for side in data.sides)
    casualties = f", {hurt} casualties by fire" if hurt else ""
    return f"It was over after {data.closed - data.opened:.0f} minutes, at {RUNGS[data.rung]}{casualties}."


# -- what else could have -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Replays:
    """Of each replay the turn that came next, and whether it came to a clash."""

    ways: tuple[Way, ...]
    clashes: tuple[bool, ...]

    @property
    def clashed(self) -> PlayShare:
        """How many came to a clash."""
        return PlayShare.of(sum(self.clashes), len(self.clashes))

    def share(self, *ways: Way) -> PlayShare:
        """How many went one of these ways."""
        return PlayShare.of(sum(way in ways for way in self.ways), len(self.ways))

    def others(self, own: Way) -> tuple[OtherWay, ...]:
        """The ways that were not gone, the most frequent first; the rarest together."""
        counts = Counter(way for way in self.ways if way != own)
        order = sorted(counts, key=lambda way: (-counts[way], way))
        often = [way for way in order if counts[way] >= _LEAST * len(self.ways)][:_SHOWN]
        found = [self._other(_where_it_parts(way, own), way) for way in often]
        if rest := order[len(often) :]:
            found.append(self._other(f"{many(len(rest), 'rarer way')}", *rest))
        return tuple(found)

    def _other(self, said: str, *ways: Way) -> OtherWay:
        pairs = zip(self.ways, self.clashes, strict=True)
        return OtherWay(said, self.share(*ways), sum(clash for way, clash in pairs if way in ways))


def _where_it_parts(way: Way, own: Way) -> str:
    """What was done otherwise in a turn than in the one that happened, from where it parts from it."""
    pairs = enumerate(zip(way, own, strict=False))
    common = next((i for i, (one, other) in pairs if one != other), min(len(way), len(own)))
    rest = way[common:] or (("no more in that minute",) if way else ("nothing more is done",))
    return "; ".join([*["…"][:common], *rest])


def _replayed(twin: DmzModel, stand: Stand, at: int, replays: int) -> _Replays:
    """Replays from where the incident stood after so many lines, each on luck of its own."""
    ways, clashes = [], []
    for salt in range(1, replays + 1):
        incident = play_on(twin, stand, salt)
        later = (each for each in _decisions(twin, stand.row) if each.number >= at)
        ways.append(_way(next(_turns(later), [])))
        clashes.append(bool(incident.record.accidental) and incident.rung >= CLASH_RUNG)
    return _Replays(tuple(ways), tuple(clashes))
