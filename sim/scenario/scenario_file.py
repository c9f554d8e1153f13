"""What a scenario file and a policy file may say: models, ranges, and what cannot be together."""

import datetime as dt
import math
import re
from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, Field

from sim.documents import EXTENDS, Impossible, StrictModel, Tree
from sim.parameters.declare import choice, param
from sim.parameters.whole import Parameters
from sim.sides import SIDES

Outcome = Literal["none", "ignored", "refused", "accepted", "collapsed"]
AgentKind = Literal["CommandPost", "GuardPost", "Government", "Patrol", "WorkParty", "SurveyTeam"]
Share = Annotated[float, Field(ge=0, le=1)]

MOST_DAYS = 3660  # of exposure
_CLASS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


def _on_one_line(name: str) -> str:
    hidden = next((sign for sign in name if not sign.isprintable()), "")
    if hidden:
        raise Impossible("", f"U+{ord(hidden):04X} in a name", "one line of printable text")
    if name != name.strip():
        raise Impossible("", "spaces before or after a name", "one line of printable text")
    return name


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_on_one_line)]


class Talks(StrictModel):
    """What becomes of the offer of talks, and what it costs or brings."""

    decided_by: Literal["scenario", "chance", "governments"] = choice(
        "scenario", "a fixed outcome, a draw from probabilities, or the governments themselves"
    )
    outcome: Outcome = choice("none", "the outcome that the scenario fixes; none is no offer")
    probabilities: dict[Outcome, Share] = param(
        {}, "probability", None, None, "outcomes and their chances, summing to 1"
    )
    offer_day: int = param(
        16, "day", 0, 3650, "day of the offer (17 November 2025)", "FACTS: talk offers", "measured"
    )
    answer_days: int = param(
        14, "day", 0, 365, "days from an offer to its answer", "priors.csv: talks_delay", "measured"
    )
    session_day: int = param(30, "day", 0, 3650, "day of the first session")
    agreed_day: int = param(90, "day", 0, 3650, "day of an agreement, or of a collapse")
    implemented_day: int = param(120, "day", 0, 3650, "day from which works under it begin")
    next_offer_days: int = param(180, "day", 1, 3650, "days to the next offer after silence")
    refused_offer_days: int = param(365, "day", 1, 3650, "days to the next offer after a refusal")
    ignored_cost: float = param(0.0, "tension", 0, 0.3, "tension added by silence")
    refusal_cost: float = param(
        0.0, "tension", 0, 0.3, "tension added by a refusal", "priors.csv: refusal_cost"
    )
    collapse_cost: float = param(0.1, "tension", 0, 0.5, "tension added by a collapse")
    agreement_relief: float = param(0.0, "tension", 0, 0.3, "tension taken away by an agreement")
    p_collapse: float = param(
        0.3,
        "probability",
        0,
        1,
        "sessions that the governments hold fail",
        "priors.csv: p_agreed",
        "analogue",
    )
    silence_share: float = param(
        0.5,
        "share",
        0,
        1,
        "silence, among what is not an acceptance by a government that decides",
        "FACTS: talk offers",
    )
    suspend_tension: float = param(0.8, "tension", 0, 1, "above it a government suspends what was agreed")
    agreed_clauses: tuple[str, ...] = choice(
        ("hotline", "common_line"), "policies in force from the agreement on"
    )
    implemented_clauses: tuple[str, ...] = choice(
        ("survey_1km_week",), "policies in force from the implementation on"
    )

    @property
    def may_agree(self) -> bool:
        """Whether these talks can end in an agreement."""
        if self.decided_by == "chance":
            return self.probabilities.get("accepted", 0.0) > 0.0
        return self.decided_by == "governments" or self.outcome == "accepted"

    def conflicts(self) -> Iterator[Impossible]:
        """Two deciders at once, chances that are none, days out of order."""
        if self.decided_by != "scenario" and self.outcome != "none":
            yield Impossible(
                "decided_by",
                f"the scenario fixes an outcome too: {self.outcome}",
                "scenario, or outcome: none",
            )
        yield from self._chances_conflict()
        yield from self._days_conflict()

    def _chances_conflict(self) -> Iterator[Impossible]:
        total = math.fsum(self.probabilities.values())
        if self.decided_by != "chance":
            if total > 0.0:
                yield Impossible(
                    "probabilities",
                    f"the outcome is decided by {self.decided_by}",
                    "chances of 0, or decided_by: chance",
                )
        elif self.probabilities.get("none"):
            yield Impossible(
                "probabilities.none",
                "an offer that was made has some outcome",
                "ignored, refused, accepted and collapsed",
            )
        elif abs(total - 1.0) > 1e-6:
            yield Impossible("probabilities", f"the chances sum to {total:g}", "chances that sum to 1")

    def _days_conflict(self) -> Iterator[Impossible]:
        answered = self.offer_day + self.answer_days
        days = (
            ("session_day", self.session_day, "the answer (offer_day + answer_days)", answered),
            ("agreed_day", self.agreed_day, "session_day", self.session_day),
            ("implemented_day", self.implemented_day, "agreed_day", self.agreed_day),
        )
        for name, day, earlier, least in days:
            if day < least:
                yield Impossible(name, f"before {earlier}", f"day {least} or later")


class Inject(StrictModel):
    """Something that happens on a date: an act at a place, or changed parameters for a while."""

    name: Name = Field(description="a name for tables and pictures")
    date: dt.date = Field(description="the day on which it happens or begins")
    until: dt.date | None = Field(None, description="the first day on which a change is over")
    act: Literal["change", "stray_shot", "provocation"] = Field(
        "change", description="changed parameters, rounds that nobody ordered, or an ordered attack"
    )
    side: Literal["north", "south"] | None = Field(None, description="the side that fires")
    at_km: float | None = Field(
        None, ge=0, description="where along the line, km from its west end; the nearest post fires"
    )
    hour: float = Field(12.0, ge=0, lt=24, description="hour of the day at which a shot falls")
    set: Tree = Field({}, description="the parameters that a change changes")
    policy: str | None = Field(
        None, min_length=1, description="a policy whose changes hold for that while, instead of `set`"
    )

    def conflicts(self) -> Iterator[Impossible]:
        """A change without changes, a shot without a place, one with the keys of the other."""
        if self.act == "change":
            if not self.set and self.policy is None:
                yield Impossible("set", "a change that changes nothing", "parameters to change, or a policy")
            if self.set and self.policy is not None:
                yield Impossible("policy", "`set` says what changes too", "one of the two")
            yield from self._foreign("side", "at_km")
        else:
            for name in ("side", "at_km"):
                if getattr(self, name) is None:
                    yield Impossible("act", f"a shot needs `{name}`", "side and at_km")
            yield from self._foreign("set", "policy", "until")
        if self.until is not None and self.until <= self.date:
            yield Impossible("until", "not after `date`", f"a day after {self.date}")

    def _foreign(self, *names: str) -> Iterator[Impossible]:
        for name in names:
            if getattr(self, name) not in (None, {}):
                yield Impossible(name, f"means nothing for act: {self.act}", "to leave it out")


MOST_CLONES = 1000  # of a level
Level = Literal["opened", "broadcast", "ordered", "warning_shots", "decided", "aimed_fire", "casualties"]
SPLITTING: tuple[Level, ...] = ("ordered", "warning_shots", "decided")  # what leads to the rungs of fire


class Cloning(StrictModel):
    """Whether incidents are played again on luck of their own, beside the run, which stays what it is."""

    number: int = Field(
        0, ge=0, le=MOST_CLONES, description="how often an incident is played again, at each level"
    )
    start: Level = Field("ordered", description="from where: `ordered` is its first order to shoot, or shot")
    method: Literal["cloning", "splitting"] = Field(
        "cloning", description="from `start` alone, or again at each level above it"
    )

    @property
    def levels(self) -> tuple[Level, ...]:
        """From where incidents are played again, and their clones."""
        above = SPLITTING if self.method == "splitting" else ()
        order = get_args(Level)
        return (self.start, *(each for each in above if order.index(each) > order.index(self.start)))

    @property
    def factors(self) -> tuple[int, ...]:
        """How often, at each of the levels."""
        return (self.number,) * len(self.levels)


class Scenario(Parameters):
    """A situation: parameters, talks and injects over a stretch of time."""

    beside: ClassVar = (EXTENDS,)

    name: Name = Field(description="its name in tables and pictures")
    description: str = Field("", max_length=2000, description="what it stands for, in words")
    start: dt.date = Field(
        dt.date(2025, 11, 1),
        ge=dt.date(1954, 1, 1),
        le=dt.date(2100, 1, 1),
        description="first day of exposure, after the warm-up",
    )
    days: int = param(365, "day", 1, MOST_DAYS, "days of exposure")
    ends_at_rung: int | None = Field(
        None,
        ge=1,
        le=6,
        description="a run ends when an incident reaches this rung; else it goes on to the last day",
    )
    ends_after_incidents: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="a run ends with this many incidents in its exposure, so that none takes for ever",
    )
    posterior: str | None = Field(
        None,
        min_length=1,
        description="file of draws of parameters, of which each world plays one; it holds over what this "
        "file and those below it set",
    )
    talks: Talks = Talks()
    clones: Cloning = Cloning()
    injects: tuple[Inject, ...] = Field((), description="what happens on given dates")

    def conflicts(self) -> Iterator[Impossible]:
        """What parameters cannot be together, and shots at no place."""
        yield from super().conflicts()
        for i, inject in enumerate(self.injects):
            if inject.at_km is not None and inject.at_km > self.space.length_km:
                yield Impossible(
                    f"injects.{i}.at_km", "beyond the end of the line", f"at most {self.space.length_km:g} km"
                )


class Policy(StrictModel):
    """A named set of changes laid over a scenario, with the sides that it binds."""

    beside: ClassVar = (EXTENDS,)
    holds: ClassVar = {"set": Parameters}

    name: Name = Field(description="its name in tables and pictures")
    description: str = Field("", max_length=2000, description="what it stands for, in words")
    binds: tuple[Literal["north", "south"], ...] = Field(
        description="the sides whose conduct it changes", json_schema_extra={"minItems": 1}
    )
    start: dt.date | None = Field(
        None, description="the day from which it is in force; without it, from the first"
    )
    set: Tree = Field({}, description="the parameters that it changes")
    agents: dict[AgentKind, str] = Field(
        {}, description="agent classes of your own, `package.module:Class`; need --allow-code"
    )

    def conflicts(self) -> Iterator[Impossible]:
        """Changes for a side that is not bound, and classes that cannot be."""
        if not self.binds:
            yield Impossible("binds", "a policy binds somebody", "north, south or both")
            return
        for group in Parameters.model_fields.keys() & self.set.keys():
            needed = (group,) if group in SIDES else SIDES
            yield from self._unbound(f"set.{group}", f"`{group}` is a matter of", needed)
        for kind, reference in self.agents.items():
            yield from self._unbound(f"agents.{kind}", "a class acts for", SIDES)
            if not _CLASS.fullmatch(reference):
                yield Impossible(f"agents.{kind}", "no class", "package.module:Class")
        if self.agents and self.start is not None:
            yield Impossible("start", "classes act from the first day", "no start with `agents`")

    def _unbound(self, path: str, what: str, needed: tuple[str, ...]) -> Iterator[Impossible]:
        missing = [side for side in needed if side not in self.binds]
        if missing:
            yield Impossible(
                path,
                f"{what} the {' and the '.join(needed)}, and `binds` leaves "
                f"out the {' and the '.join(missing)}",
                f"binds: [{', '.join(needed)}]",
            )
