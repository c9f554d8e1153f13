"""The chain of reasons: codes in the log, and the plain words that they stand for."""

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
