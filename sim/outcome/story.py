"""The chain of reasons of an incident in plain words."""

import datetime as dt

from sim.acts import Act, Actor
from sim.codes import Cause, Trigger
from sim.scene import Scene
from sim.sides import SIDES
from sim.world.geography import COUNTIES


def tell(scene: Scene, incident: int) -> list[str]:
    """The story of an incident (a row of ``state.incidents``), one line a step of the chain."""
    state, lines = scene.state, heading(scene, incident)
    opened = state.incidents[incident].opened
    first = dt.datetime.combine(scene.calendar.first, dt.time())
    for row, minute, side, actor, act, x, y in state.log:
        if row != incident:
            continue
        at = first + dt.timedelta(minutes=round(minute))
        who = f"{SIDES[side]}'s {Actor(actor).spoken}"
        words = Act(act).sentence(x, y)
        lines.append(f"  {at:%H:%M} (+{minute - opened:.0f} min)  {who} {words}")
    return lines


def heading(scene: Scene, incident: int) -> list[str]:
    """When, where and by what an incident (a row of ``state.incidents``) began, and by which errors."""
    data = scene.state.incidents[incident]
    opened = data.opened
    when = dt.datetime.combine(scene.calendar.first, dt.time()) + dt.timedelta(minutes=round(opened))
    lines = [
        f"{when:%Y-%m-%d %H:%M}, s = {data.s / 1000:.1f} km, "
        f"{COUNTIES[data.county]}: trigger {Trigger(data.trigger).word}, "
        f"cause {Cause(data.cause).word}{', at night' if data.night else ''}."
    ]
    if data.trigger == Trigger.VIOLATION:
        lines.append(
            f"Errors at the look that opened it: map {data.map_m:+.0f} m, navigation "
            f"{data.nav_m:+.0f} m, fix {data.fix_m:+.0f} m; "
            f"perceived depth {data.depth:.0f} m, true depth at the deepest "
            f"{data.true_depth:+.0f} m{' (a false incident)' if data.false_ else ''}."
        )
    return lines
