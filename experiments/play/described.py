"""A described moment played many times: what came of each run, and what was decided on the way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from experiments.play.task import Failure, attempted
from sim.acts import Act, Actor
from sim.codes import Rung
from sim.constants import DAY, HOUR, NEVER
from sim.incident_state import IncidentState
from sim.incidents.described import put_on_the_ground
from sim.incidents.incident import Incident
from sim.model import DmzModel
from sim.scenario.case import Case
from sim.scenario.incident_file import IncidentFile


@dataclass(frozen=True)
class Step:
    """One line of the chain of reasons; ``minutes`` since the watcher was sure."""

    side: int
    actor: Actor
    act: Act
    x: float
    minutes: float


@dataclass(frozen=True)
class Played:
    """One run of a moment; ``minutes`` until both sides had disengaged, None if they had not.

    ``begun`` is False, and all else nothing, where the watcher let the party pass.
    """

    begun: bool
    rung: Rung
    minutes: float | None
    casualties: tuple[int, int]
    steps: tuple[Step, ...]

    def first(self, act: Act) -> float | None:
        """Minutes until an act was first done, None if it was not."""
        return next((step.minutes for step in self.steps if step.act == act), None)


def play_moment(
    case: Case, moment: IncidentFile, runs: int, seed: int, agents: Mapping[str, type] | None = None
) -> Iterator[Played]:
    """Play a moment with the lucks 0, 1, ... of world 0: the same for any policy over it."""
    for luck in range(runs):
        yield _play(case, moment, luck, seed, agents)


def _play(
    case: Case, moment: IncidentFile, luck: int, seed: int, agents: Mapping[str, type] | None
) -> Played:
    model = DmzModel(case, seed=seed, luck=luck, agents=agents)
    try:
        incident = play_described(model, moment)
        if incident is None:
            return Played(False, Rung.OBSERVED, None, (0, 0), ())
        return _played(model, incident.record)
    finally:
        model.dismiss()


@dataclass(frozen=True)
class MomentTask:
    """Plays of a moment by their lucks, with the agents that its case names."""

    name: str
    case: Case = field(repr=False)
    moment: IncidentFile = field(repr=False)
    seed: int
    runs: Sequence[int]
    agents: Mapping[str, type] = field(default_factory=dict, repr=False)

    def alone(self, k: int) -> "MomentTask":
        """The same with luck ``k`` only."""
        return replace(self, runs=(k,))


def play_moments(task: MomentTask) -> dict[int, Played | Failure]:
    """The plays of a task, or what an agent raised in them; ``EnvironmentFault`` as ``play_task``."""

    def play(luck: int) -> Played:
        return _play(task.case, task.moment, luck, task.seed, task.agents)

    return {k: attempted(task, k, play) for k in task.runs}


def play_described(model: DmzModel, described: IncidentFile) -> Incident | None:
    """Play a described moment from its first minute until both sides have disengaged.

    ``model``: fresh, of a case of ``Described.cases``. None where the watcher lets the party pass: what it
    sees lies within its margin. An incident of the night's last hours goes on until the model's horizon.
    """
    scene = model.scene
    minute = max(HOUR * described.hour, scene.tick)  # the day's rules are in force after its first tick
    model.run(days=(minute - minute % scene.tick) / DAY)
    event = put_on_the_ground(scene, described, minute)
    if event["depth"] <= scene.state.units[int(event["row"])]["margin"]:
        return None
    incident = model.open(minute, event)
    while incident is not None and not incident.is_closed and model.running:
        model.step()
    return incident


def _played(model: DmzModel, record: IncidentState) -> Played:
    opened, closed = record.opened, record.closed
    north, south = (side.casualties for side in record.sides)
    return Played(
        True,
        Rung(record.rung),
        None if closed == NEVER else closed - opened,
        (north, south),
        tuple(
            Step(side, Actor(actor), Act(act), x, minute - opened)
            for _, minute, side, actor, act, x, _ in model.state.log
        ),
    )
