"""The chain of reasons of an incident in plain words."""

import datetime as dt

from sim.acts import Act, Actor
from sim.codes import Cause, Trigger
from sim.scene import Scene
from sim.sides import SIDES
from sim.state import Line
from sim.world.geography import COUNTIES


def tell(scene: Scene, incident: int) -> list[str]:
    """The story of an incident (a row of ``state.incidents``), one line a step of the chain."""
    opened = scene.state.incidents[incident].opened
    steps = (
        f"  {_clock(scene, minute):%H:%M} (+{minute - opened:.0f} min)  {said}"
        for minute, said in told_steps(scene, incident)
    )
    return [*told_head(scene, incident), *steps]


def told_head(scene: Scene, incident: int) -> list[str]:
    """How the story of an incident begins: when and where, and by which errors."""
    data = scene.state.incidents[incident]
    lines = [
        f"{_clock(scene, data.opened):%Y-%m-%d %H:%M}, s = {data.s / 1000:.1f} km, "
        f"{COUNTIES[data.county]}: trigger {_spoken(Trigger(data.trigger).word)}, "
        f"cause {_spoken(Cause(data.cause).word)}{', at night' if data.night else ''}."
    ]
    if data.trigger == Trigger.VIOLATION:
        lines.append(
            f"Errors at the look that opened it: map {data.map_m:+.0f} m, navigation "
            f"{data.nav_m:+.0f} m, fix {data.fix_m:+.0f} m; "
            f"seen {data.depth:.0f} m past the response line at the most, true depth at the deepest "
            f"{data.true_depth:+.0f} m{' (a false incident)' if data.false_ else ''}."
        )
    return lines


def told_steps(scene: Scene, incident: int) -> list[tuple[float, str]]:
    """The steps of the chain of an incident so far: the minute of each, and who did what."""
    return [(line[1], told(line)) for line in scene.state.log if line[0] == incident]


def told(line: Line) -> str:
    """A line of the log: who did what."""
    _, _, side, actor, act, x, y = line
    return f"{SIDES[side]}'s {Actor(actor).spoken} {Act(act).sentence(x, y)}"


def _spoken(word: str) -> str:
    return word.replace("_", " ")


def _clock(scene: Scene, minute: float) -> dt.datetime:
    return dt.datetime.combine(scene.calendar.first, dt.time()) + dt.timedelta(minutes=round(minute))
