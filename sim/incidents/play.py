"""Playing an incident: what falls due, in order, is handed to whoever's act it is.

Nothing waits in Python between two acts, and nothing happens between them: ``play`` can stop and be
resumed at any minute.
"""

from collections.abc import Callable, Mapping

from sim.acts import Act, Actor
from sim.codes import Due
from sim.constants import NEVER
from sim.field.looks import WALK_ON, look_again
from sim.incidents.closing import close, explain, grow_quiet, is_calm
from sim.incidents.fire import fire_spell, support
from sim.incidents.incident import Incident
from sim.incidents.parties import Parties
from sim.randomness import Kind
from sim.sides import other

Handler = Callable[[Incident, Parties, int], None]


def play(incident: Incident, parties: Parties, until: float) -> None:
    """Do everything that falls due up to ``until`` (minutes), in order, or until it closes."""
    forks = incident.scene.forks
    while not incident.is_closed:
        if forks is not None:
            forks.seen(incident.row)
        minute, side, item = incident.next_due()
        if minute > until:
            return
        incident.take_up(side, item, minute)
        HANDLERS[item](incident, parties, side)


def look(incident: Incident, parties: Parties, side: int) -> None:
    """The watcher of ``side`` looks again at the other side's unit; clear looks may end it all."""
    own, watch = incident.of(side), incident.scene.regime.sides[side].watch
    own.looks += 1
    incident.touch()
    perceived = _perceived(incident, side)
    subject = incident.of(other(side)).unit
    if perceived > incident.scene.state.units["margin"][subject]:
        own.clear = 0
        incident.record.depth = max(incident.record.depth, perceived)
    else:
        own.clear += 1
        incident.note(side, Actor.POST, Act.CLEAR_LOOK, own.clear)
        if own.clear >= watch.clear_looks and is_calm(incident):
            close(incident)
            return
    incident.schedule(side, Due.LOOK, watch.track_interval)


def _perceived(incident: Incident, side: int) -> float:
    """Metres past the response line where a look of ``side`` sees the other's unit, if it is there."""
    subject, scene = incident.of(other(side)), incident.scene
    if not subject.present:
        return -NEVER
    state, n = scene.state, incident.of(side).looks
    setting = scene.setting_under(incident.luck_of(WALK_ON, side, n))
    past, perceived = look_again(state.units, subject.unit, incident.minute, n, setting, state.tallies)
    incident.record.true_depth = max(incident.record.true_depth, past)
    return perceived


def command(incident: Incident, parties: Parties, side: int) -> None:
    """The command of ``side`` decides, or has its answer from above."""
    parties.command(incident, side).act(incident)


def leave(incident: Incident, parties: Parties, side: int) -> None:
    """The unit of ``side`` goes home of itself."""
    unit = parties.unit_present(incident, side)
    if unit is not None:
        unit.leave(incident, Act.LEFT_BY_ITSELF)


def call(incident: Incident, parties: Parties, side: int) -> None:
    """``side`` calls the other on the hotline."""
    own, hotline = incident.of(side), incident.scene.regime.parameters.hotline
    connected = incident.uniform(Kind.HOTLINE, side, own.calls) < hotline.p_connect
    own.calls += 1
    if connected:
        incident.connect()
    incident.note(side, Actor.GOVERNMENT, Act.CALLED if connected else Act.NO_ANSWER)


HANDLERS: Mapping[Due, Handler] = {
    Due.LOOK: look,
    Due.COMMAND: command,
    Due.LEAVE: leave,
    Due.FIRE: fire_spell,
    Due.SUPPORT: support,
    Due.EXPLAIN: explain,
    Due.CALL: call,
    Due.QUIET: grow_quiet,
}
