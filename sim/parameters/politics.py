"""Above the front line: governments, how their tension feeds back, and the hotline between them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from sim.documents import Impossible, StrictModel
from sim.parameters.declare import choice, param

Jump = Annotated[float, Field(ge=0, le=1)]


class Hotline(StrictModel):
    """The direct line between the two commands."""

    working: bool = choice(
        False,
        "whether calls are answered",
        "FACTS: inter-Korean hotlines (unanswered since 7 April 2023)",
        "measured",
    )
    call_minutes: float = param(
        30, "min", 1, 240, "from the decision to call to an effect", "priors.csv: call_minutes", "analogue"
    )
    p_connect: float = param(
        0.9, "probability", 0, 1, "a call is answered", "priors.csv: hotline_connect", "analogue"
    )
    odds: float = param(
        0.5,
        "odds ratio",
        0.1,
        1,
        "multiplies the odds of every later act that would raise the rung, once connected",
        "priors.csv: hotline_odds",
    )


class Feedback(StrictModel):
    """How tension decays and passes between the governments."""

    half_life_days: float = param(
        20, "day", 2, 120, "half-life of tension", "priors.csv: half_life", "analogue"
    )
    k: float = param(0.3, "ratio", 0, 0.99, "reciprocity between the governments", "priors.csv: k")
    rule: Literal["reciprocal", "without_work", "local"] = choice(
        "reciprocal",
        "how far an incident's tension spreads: to both governments and all that hangs on them; to them, but "
        "not to works and patrols; or no further than the area in which the incident was",
        "TRIAL: Tension (a rival rule has tension without feedback on work)",
        world=True,
    )

    @property
    def by_area(self) -> bool:
        """Whether incidents raise the tension of their area, and not that of the governments."""
        return self.rule == "local"

    @property
    def moves_work(self) -> bool:
        """Whether works and patrols follow their government's tension."""
        return self.rule != "without_work"


class Politics(StrictModel):
    """A government: resting tension, what incidents add, and what tension changes."""

    resting: float = param(0.2, "tension", 0, 1, "tension without incidents", "TRIAL 2.2")
    jumps: tuple[Jump, Jump, Jump, Jump, Jump, Jump, Jump] = param(
        (0.0, 0.002, 0.01, 0.08, 0.15, 0.25, 0.35),
        "tension",
        None,
        None,
        "what an incident adds, by rung 0-6",
        "TRIAL 2.2",
    )
    casualty_jump: float = param(0.05, "tension", 0, 0.5, "added for a side's own casualties")
    casualty_memory_days: float = param(30, "day", 1, 365, "how long casualties are remembered")
    alert_at: float = param(0.5, "tension", 0, 1, "tension at which posture goes to alert")
    predelegate_at: float = param(0.7, "tension", 0, 1, "tension at which authority moves one level down")
    work_response: float = param(0.3, "1/tension", -3, 3, "change of front-line work per tension")
    patrol_response: float = param(0.3, "1/tension", -3, 3, "change of patrols per tension")
    openness: float = param(
        0.3, "probability", 0, 1, "takes up an offer of talks when at rest", "priors.csv: talks_outcome"
    )
    openness_tension: float = param(3, "logit", 0, 10, "fall of openness per tension")

    def conflicts(self) -> Iterator[Impossible]:
        """Postures out of order."""
        if self.predelegate_at < self.alert_at:
            yield Impossible(
                "predelegate_at",
                "authority would move down before posture goes to alert",
                f"at least alert_at, {self.alert_at}",
            )
