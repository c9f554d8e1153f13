"""On what the spread over draws rests, in words and as the cells of a table."""

from experiments.findings.by_draw import Share
from experiments.findings.grounds import Grounds
from experiments.wording import many, share_figure

HEADS = ("unknowns", "tell by themselves (95%)", "beside the others (95%)")
TOGETHER = (
    "Unknowns of a posterior go together: shares by themselves may add to more than all tell together, and "
    "shares beside the others to less."
)
_NAMES = {
    "measured": "measured parameters",
    "analogue": "parameters with an analogue",
    "assumption": "assumed parameters",
}


def grounds_sentence(found: Grounds) -> str:
    """What each grade of parameters tells of the spread, all together, and what is left."""
    told = "; ".join(
        f"{_NAMES[each['grade']]} tell {_shown(each['alone']['estimate'])} by themselves, "
        f"{_shown(each['beside']['estimate'])} beside the others"
        for each in found["grades"]
    )
    return (
        "Of the spread of expected clashes over draws (variance of ranks, to first order, on draws not "
        f"seen): {told}; all together {with_limits(found['together'])}. Further, {left_words(found)}."
    )


def left_words(found: Grounds) -> str:
    """What nothing tells: luck, and what is left."""
    left, draws = _shown(found["left"]["estimate"]), many(found["draws"], "draw")
    return (
        f"{with_limits(found['luck'])} is luck between the two runs of a draw; {left} is left: the world, "
        f"what they do only together, and what {draws} cannot tell"
    )


def grounds_rows(found: Grounds) -> list[tuple[str, ...]]:
    """A row a grade, as under ``HEADS`` with the name before, and one of all together."""
    rows = [
        (
            _NAMES[each["grade"]],
            str(each["unknowns"]),
            with_limits(each["alone"]),
            with_limits(each["beside"]),
        )
        for each in found["grades"]
    ]
    unknowns = sum(each["unknowns"] for each in found["grades"])
    return [*rows, ("all together", str(unknowns), with_limits(found["together"]), "-")]


def with_limits(share: Share) -> str:
    """A share with its 95% interval."""
    return "{} ({} to {})".format(*(_shown(share[end]) for end in ("estimate", "low", "high")))


def _shown(share: float) -> str:
    """A share of what draws not seen differ by, in which chance may say a little below nothing."""
    return share_figure(max(share, 0.0))
