"""The chain of reasons: codes in the log, and the plain words that they stand for."""

import datetime as dt
from typing import TYPE_CHECKING

from sim.geography import COUNTIES
from sim.parameters import SIDES
from sim.state import CAUSES, TRIGGERS, VIOLATION_TRIGGER

if TYPE_CHECKING:
    from sim.model import DmzModel

ACTORS = ("incident", "post", "unit", "command", "support", "government")
ACTS = {
    "violation": "judges a unit of the other side {x:.0f} m past its response line",
    "broadcast": "calls out (broadcast {x:.0f})",
    "warning_shots": "fires warning shots (volley {x:.0f})",
    "did_not_hear": "does not understand the warning",
    "heard": "understands it; its belief to stand on own ground goes from {x:.2f} to {y:.2f}",
    "stayed": "stays where it is (own-ground belief {x:.2f})",
    "withdrew": "withdraws",
    "left_by_itself": "leaves by itself",
    "ran": "takes cover and runs",
    "read_as_warning": "reads the shots as a warning (chance of reading an attack {x:.3f})",
    "read_as_attack": "reads the rounds as an attack (chance {x:.3f})",
    "read_as_stray": "takes the rounds for a misfire (chance of reading an attack {x:.3f})",
    "asked": "asks for authority to {action} up to level {y:.0f}",
    "refused": "is refused authority to {action}",
    "ordered": "orders: {action}",
    "lapsed": "does not {action}: the unit has been seen clear",
    "waited": "waits: the last look was clear",
    "clear_look": "sees no violation any more (look {x:.0f} in a row)",
    "aimed_fire": "opens aimed fire (spell {x:.0f})",
    "casualties": "has casualties ({x:.0f})",
    "heavy_weapons": "brings in heavy weapons",
    "held_fire": "holds its fire (chance of firing {x:.2f})",
    "knew_own_side_began": "knows that its own side began, and does not join",
    "joined": "joins in for its own side",
    "other_area": "fires from another area ({x:.0f})",
    "stray_round": "loses a round that nobody ordered",
    "explained": "explains the round as a misfire",
    "ordered_attack": "attacks, as the scenario says",
    "mine_strike": "meets a mine ({x:.0f} casualties)",
    "called": "reaches the other side on the hotline",
    "no_answer": "calls on the hotline in vain",
    "quiet": "sees that all has been quiet",
    "learned": "will keep {x:.0f} m more distance",
    "closed": "it is over, at rung {x:.0f}",
}
_ACT_NAMES = tuple(ACTS)
_ACT_CODE = {name: code for code, name in enumerate(_ACT_NAMES)}
_ACTOR_CODE = {name: code for code, name in enumerate(ACTORS)}
_ACTIONS = {1: "broadcast", 2: "fire warning shots", 3: "broadcast and fire warning shots",
            4: "fire aimed shots", 5: "return fire"}  # fmt: skip


def code_of(actor: str, act: str) -> tuple[int, int]:
    """The codes of an actor and an act, as the log keeps them."""
    return _ACTOR_CODE[actor], _ACT_CODE[act]


def tell(model: "DmzModel", incident: int) -> list[str]:
    """The story of an incident (a row of ``state.incidents``), one line a step of the chain."""
    state = model.state
    data = state.incidents[incident]
    log = state.log[: int(state.run["log"][0])]
    first = dt.datetime.combine(model.calendar.first, dt.time())
    opened = float(data["opened"])
    when = first + dt.timedelta(minutes=round(opened))
    lines = [
        f"{when:%Y-%m-%d %H:%M}, s = {float(data['s']) / 1000:.1f} km, "
        f"{COUNTIES[int(data['county'])]}: trigger {TRIGGERS[int(data['trigger'])]}, "
        f"cause {CAUSES[int(data['cause'])]}{', at night' if data['night'] else ''}."
    ]
    if data["trigger"] == VIOLATION_TRIGGER:
        lines.append(
            f"Errors at the look that opened it: map {float(data['map_m']):+.0f} m, navigation "
            f"{float(data['nav_m']):+.0f} m, fix {float(data['fix_m']):+.0f} m; "
            f"perceived depth {float(data['depth']):.0f} m, true depth at the deepest "
            f"{float(data['true_depth']):+.0f} m{' (a false incident)' if data['false_'] else ''}."
        )
    for step in log[log["incident"] == incident]:
        minute = float(step["minute"])
        at = first + dt.timedelta(minutes=round(minute))
        who = f"{SIDES[int(step['side'])]}'s {_WHO[ACTORS[int(step['actor'])]]}"
        words = _words(int(step["act"]), float(step["x"]), float(step["y"]))
        lines.append(f"  {at:%H:%M} (+{minute - opened:.0f} min)  {who} {words}")
    return lines


_WHO = {"incident": "incident:", "post": "post", "unit": "unit", "command": "command post",
        "support": "supporting post", "government": "government"}  # fmt: skip


def _words(act: int, x: float, y: float) -> str:
    action = _ACTIONS.get(int(x), "act")
    return ACTS[_ACT_NAMES[act]].format(x=x, y=y, action=action)
