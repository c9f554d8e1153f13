"""The chain of reasons of an incident in plain words."""

import datetime as dt

from sim.acts import Act, Actor
from sim.codes import Cause, Trigger
from sim.scene import Scene
from sim.sides import SIDES
from sim.world.geography import COUNTIES


def tell(scene: Scene, incident: int) -> list[str]:
    """The story of an incident (a row of ``state.incidents``), one line a step of the chain."""
    state = scene.state
    data = state.incidents[incident]
    log = state.log[: int(state.run["log"][0])]
    first = dt.datetime.combine(scene.calendar.first, dt.time())
    opened = float(data["opened"])
    when = first + dt.timedelta(minutes=round(opened))
    lines = [
        f"{when:%Y-%m-%d %H:%M}, s = {float(data['s']) / 1000:.1f} km, "
        f"{COUNTIES[int(data['county'])]}: trigger {Trigger(data['trigger']).word}, "
        f"cause {Cause(data['cause']).word}{', at night' if data['night'] else ''}."
    ]
    if data["trigger"] == Trigger.VIOLATION:
        lines.append(
            f"Errors at the look that opened it: map {float(data['map_m']):+.0f} m, navigation "
            f"{float(data['nav_m']):+.0f} m, fix {float(data['fix_m']):+.0f} m; "
            f"perceived depth {float(data['depth']):.0f} m, true depth at the deepest "
            f"{float(data['true_depth']):+.0f} m{' (a false incident)' if data['false_'] else ''}."
        )
    for step in log[log["incident"] == incident]:
        minute = float(step["minute"])
        at = first + dt.timedelta(minutes=round(minute))
        who = f"{SIDES[int(step['side'])]}'s {Actor(step['actor']).spoken}"
        words = Act(step["act"]).sentence(float(step["x"]), float(step["y"]))
        lines.append(f"  {at:%H:%M} (+{minute - opened:.0f} min)  {who} {words}")
    return lines
